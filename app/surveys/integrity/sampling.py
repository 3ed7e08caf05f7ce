"""Which answers are called back, and what calls can find. Pure, no numpy.

The draw sorts by a keyed digest of the seed and the answer's key: the same seed gives the same
calls on every machine and in every version.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, comb

from app.surveys.integrity import thresholds as limits
from app.surveys.integrity.models import CallOutcome, Filler

ITEMS = 2  # asked again on the telephone
TOLERANCE = 0.2  # of the length of a scale: 1 of 5 points, 2 of 10


@dataclass(frozen=True, slots=True)
class Draw:
    """One answer to call.

    Attributes:
        response_id: The answer.
        is_random: Drawn by chance; else by risk.
    """

    response_id: int
    is_random: bool


def draw(weights: Mapping[int, int], *, calls: int, random_calls: int, seed: str) -> list[Draw]:
    """Return the answers to call, shuffled: their order tells nobody why they were drawn.

    Args:
        weights: Signs of each answer, by its key.
        calls: How many to call; all when there are fewer.
        random_calls: How many of them by chance alone, each answer equally likely.
        seed: Kept with the sample.
    """
    order = sorted(weights, key=lambda key: _digest(seed, "draw", key))
    by_chance = order[: min(random_calls, len(order))]
    rest = [key for key in order if key not in set(by_chance)]
    # Python's sort is stable: equal risk keeps the order of chance.
    by_risk = sorted(rest, key=lambda key: -weights[key])[: max(0, calls - len(by_chance))]
    drawn = [Draw(key, is_random=True) for key in by_chance]
    drawn += [Draw(key, is_random=False) for key in by_risk]
    return sorted(drawn, key=lambda one: _digest(seed, "place", one.response_id))


def size_of(answers: int, *, is_high: bool) -> tuple[int, int]:
    """Return how many answers to call, and how many of them by chance.

    Without a high score all are random, so that what they find holds for every answer.
    """
    if not is_high:
        return min(limits.CALLS, answers), min(limits.CALLS, answers)
    calls = min(limits.CALLS_HIGH, answers)
    return calls, ceil(calls * limits.RANDOM_SHARE)


def choose_items(answered: Sequence[str], *, seed: str, response_id: int) -> tuple[str, ...]:
    """Return the items to ask again: two of those the home answered."""
    order = sorted(answered, key=lambda code: _digest(seed, code, response_id))
    return tuple(order[:ITEMS])


def chance_of_any(calls: int, share: float, answers: int) -> float:
    """Return the chance that random calls meet at least one made-up answer.

    Exact for a draw without replacement: 1 - C(N-F, m)/C(N, m) with F = the share of N rounded up
    to whole answers.

    Source: hypergeometric law; Arkin (1984), Handbook of Sampling for Auditing and Accounting.
    """
    if answers < 1 or calls < 1:
        return 0.0
    made_up = min(answers, ceil(round(share * answers, 9)))
    return 1 - comb(answers - made_up, calls) / comb(answers, calls)


def agrees(stored: int | None, said: int | None, points: int) -> bool | None:
    """Say whether an answer on the telephone fits the stored one; None when either is missing."""
    if stored is None or said is None:
        return None
    return abs(stored - said) <= round(TOLERANCE * points)


def outcome_of_call(filler: Filler, fits: Sequence[bool | None]) -> CallOutcome:
    """Return what a call found.

    An answer is contradicted when nobody of the home gave it, when staff gave it, or when both
    items asked again are far from what is stored. Memory slips: one item off is no contradiction.
    """
    if filler in (Filler.STAFF, Filler.NOBODY):
        return CallOutcome.CONTRADICTED
    if filler is Filler.UNSURE:
        return CallOutcome.UNSURE
    told = [one for one in fits if one is not None]
    if len(told) == ITEMS and not any(told):
        return CallOutcome.CONTRADICTED
    return CallOutcome.CONFIRMED


def _digest(seed: str, what: str, key: int) -> bytes:
    return hashlib.sha256(f"{seed}:{what}:{key}".encode()).digest()
