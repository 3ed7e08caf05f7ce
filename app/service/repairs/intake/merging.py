"""What files tell of one order, joined. Pure.

The state is the furthest one told. Of each instant the earliest stands: the first promise, the
first time somebody came. Of words and codes that of the furthest state stands, and of two told in
the same state the one told last: so a line that was corrected there corrects it here. Joining is
associative and idempotent, and the order of files matters only where two of them contradict each
other in the same state.
"""

from dataclasses import dataclass, field
from datetime import datetime

from app.service.repairs.models import OrderState
from app.service.repairs.rules import RANKS

Ranked = dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is told of an order.

    Attributes:
        state: The furthest state told.
        instants: Field of `headings.INSTANTS` to the earliest instant told.
        codes: thing, place, charged, fee, major, home; each with the rank it was told at.
        words: name, phone, text, repairer; each with the rank it was told at.
    """

    state: OrderState
    instants: dict[str, datetime] = field(default_factory=dict)
    codes: Ranked = field(default_factory=dict)
    words: Ranked = field(default_factory=dict)


def join(one: Facts, other: Facts) -> Facts:
    """Return what both tell together; `other` was told later."""
    return Facts(
        state=max(one.state, other.state, key=RANKS.__getitem__),
        instants={
            name: min(at for at in (one.instants.get(name), other.instants.get(name)) if at)
            for name in one.instants.keys() | other.instants.keys()
        },
        codes=_join_ranked(one.codes, other.codes),
        words=_join_ranked(one.words, other.words),
    )


def _join_ranked(one: Ranked, other: Ranked) -> Ranked:
    joined = dict(one)
    for name, ranked in other.items():
        if name not in joined or ranked[0] >= joined[name][0]:
            joined[name] = ranked
    return joined


def to_json(facts: Facts) -> dict[str, object]:
    """Return facts as plain data."""
    return {
        "state": facts.state.value,
        "instants": {name: at.isoformat() for name, at in sorted(facts.instants.items())},
        "codes": {name: list(told) for name, told in sorted(facts.codes.items())},
        "words": {name: list(told) for name, told in sorted(facts.words.items())},
    }


def from_json(found: dict[str, dict[str, object]]) -> Facts:
    """Return facts from plain data."""
    return Facts(
        state=OrderState(str(found["state"])),
        instants={name: datetime.fromisoformat(str(at)) for name, at in found["instants"].items()},
        codes=ranked_of(found["codes"]),
        words=ranked_of(found["words"]),
    )


def ranked_of(found: dict[str, object]) -> Ranked:
    """Return ranked words from plain data."""
    ranked: Ranked = {}
    for name, told in found.items():
        if isinstance(told, list | tuple):
            ranked[name] = (int(told[0]), str(told[1]))
    return ranked
