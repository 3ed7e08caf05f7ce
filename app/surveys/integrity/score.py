"""How unusual a community is among its peers, with reasons. Pure, no numpy.

Each signal is compared with the communities of the same campaign: a share after the ways in which
answers came in, on the arcsine scale where its variance is 1/(4n), times how many answers show it
at once (a shared phone brings four). Centre and spread of the peers are median and MAD, so that a
few false ones do not hide each other. What exceeds the usual counts, none of it more than
`thresholds.MOST`; see docs/methods/integrity.md.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import asin, sqrt
from statistics import median

from app.surveys.integrity import thresholds as limits
from app.surveys.integrity.facts import Measured
from app.surveys.integrity.thresholds import KINDS, Family, SignalKind

_MAD = 1.4826  # makes the median absolute deviation a standard deviation under the normal law
_Z95 = 1.96


@dataclass(frozen=True, slots=True)
class Reason:
    """One signal of a community beside its peers.

    Attributes:
        code: Which signal.
        count: Answers that show it, where it is a share.
        base: Answers it was computed from.
        here: The share, or the number itself.
        peers: What peers with the same ways of answering would show.
        unusual: Standard errors above the peers; the spread of honest peers is part of them.
        points: What it adds to the score.
    """

    code: str
    count: int
    base: int
    here: float
    peers: float
    unusual: float
    points: float


@dataclass(frozen=True, slots=True)
class Score:
    """How unusual a community is.

    Attributes:
        value: Excess over peers, 0 when nothing is unusual.
        low: Lower end of its 95 % interval, peers held fixed.
        high: Upper end.
        is_high: High enough for more calls.
        reasons: Every signal that was computed, the most unusual first.
    """

    value: float
    low: float
    high: float
    is_high: bool
    reasons: tuple[Reason, ...]

    @property
    def said(self) -> tuple[Reason, ...]:
        """The signals that add to the score."""
        return tuple(one for one in self.reasons if one.points > 0)


@dataclass(frozen=True, slots=True)
class _Beside:
    """One community in one signal: its distance from what peers would show, with its error."""

    count: int
    base: int
    here: float
    peers: float
    excess: float
    variance: float


def judge(
    measured: Mapping[int, Sequence[Measured]], *, others: Sequence[Sequence[Measured]] = ()
) -> dict[int, Score]:
    """Return the score of every community of a campaign.

    Args:
        measured: Signals by community; keys are positive.
        others: Further peers without a score of their own: the same communities in earlier
            campaigns, where a company has few.

    Returns:
        Scores by community. A signal that fewer than `LEAST_PEERS` communities have says nothing.
    """
    by_code: defaultdict[str, dict[int, list[Measured]]] = defaultdict(dict)
    beside = {-1 - at: signals for at, signals in enumerate(others)}
    for key, signals in (dict(measured) | beside).items():
        for one in signals:
            by_code[one.code].setdefault(key, []).append(one)
    reasons: dict[int, list[Reason]] = {key: [] for key in measured}
    for kind in limits.SIGNALS:
        for key, reason in _compare(kind, by_code.get(kind.code, {})).items():
            if key in reasons:
                reasons[key].append(reason)
    return {key: _score(own) for key, own in reasons.items()}


def _compare(kind: SignalKind, own: Mapping[int, Sequence[Measured]]) -> dict[int, Reason]:
    """Return one signal of every community beside its peers."""
    if kind.family is Family.NONE:
        return {}
    large = {key: ones for key, ones in own.items() if sum(o.base for o in ones) >= kind.least}
    if len(large) < limits.LEAST_PEERS:
        return {}
    is_share = all(one.value is None for ones in large.values() for one in ones)
    beside = _shares(large, kind.clump) if is_share else _values(large)
    centre = median(one.excess for one in beside.values())
    spread = _MAD * median(abs(one.excess - centre) for one in beside.values())
    noise = median(one.variance for one in beside.values())
    between = max(0.0, spread**2 - noise)
    return {key: _reason(kind, one, centre, between) for key, one in beside.items()}


def _reason(kind: SignalKind, one: _Beside, centre: float, between: float) -> Reason:
    unusual = (one.excess - centre) / sqrt(between + one.variance)
    beyond = min(unusual, limits.MOST) - limits.USUAL
    points = kind.weight * max(0.0, beyond)
    return Reason(kind.code, one.count, one.base, one.here, one.peers, unusual, points)


def _shares(own: Mapping[int, Sequence[Measured]], clump: int) -> dict[int, _Beside]:
    """Compare shares, each way of answering with the same way of the peers."""
    usual = {
        mode: _usual_share([one for ones in own.values() for one in ones if one.mode == mode])
        for mode in {one.mode for ones in own.values() for one in ones}
    }
    found = {}
    for key, ones in own.items():
        base = sum(one.base for one in ones)
        count = sum(one.count for one in ones)
        expected = sum(one.base * usual[one.mode] for one in ones) / base
        here = asin(sqrt((count + 0.375) / (base + 0.75)))
        there = asin(sqrt((expected * base + 0.375) / (base + 0.75)))
        found[key] = _Beside(count, base, count / base, expected, here - there, clump / (4 * base))
    return found


def _usual_share(ones: Sequence[Measured]) -> float:
    """Return the share among peers without the communities that have most of it."""
    order = sorted(ones, key=lambda one: one.count / one.base)
    kept = order[: max(1, round(len(order) * (1 - limits.TRIMMED)))]
    return sum(one.count for one in kept) / sum(one.base for one in kept)


def _values(own: Mapping[int, Sequence[Measured]]) -> dict[int, _Beside]:
    """Compare numbers that are no shares with the median of the peers."""
    middle = median(one.value or 0.0 for ones in own.values() for one in ones)
    return {
        key: _Beside(
            ones[0].count,
            ones[0].base,
            ones[0].value or 0.0,
            middle,
            (ones[0].value or 0.0) - middle,
            (ones[0].stderr or 0.0) ** 2 + 1e-12,
        )
        for key, ones in own.items()
    }


def _score(reasons: Sequence[Reason]) -> Score:
    order = tuple(sorted(reasons, key=lambda one: (-one.points, -one.unusual, one.code)))
    said = [one for one in order if one.points > 0]
    value = sum(one.points for one in said)
    half = _Z95 * sqrt(sum(KINDS[one.code].weight ** 2 for one in said))
    families = {KINDS[one.code].family for one in said}
    is_alone = bool(said) and max(one.unusual for one in said) >= limits.ALONE
    is_high = value >= limits.HIGH and (len(families) > 1 or is_alone)
    return Score(value, max(0.0, value - half), value + half, is_high, order)
