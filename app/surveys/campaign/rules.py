"""The return rate (回收率) and the gate: arithmetic on integers and instants. No SQL, no clock."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FOLLOW_UP_STARTS = timedelta(days=7)  # statistics, analysis and follow-up are under way by then
FOLLOW_UP_ENDS = timedelta(days=14)  # every case is closed or has a date by then
FEWEST_SIGNS = 4  # letters or digits of an evidence: "水表未走" says something, "x" does not
LOWEST_PERMILLE = 600  # the company's rule; below it a community opens by a waiver only
_UNSEEN_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")  # fillers that count as letters
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReturnCount:
    """How many households are asked and how many of them came back.

    Attributes:
        base: Members of the frame without an approved exclusion, >= 0.
        returned: Members of the base with one counted valid answer, <= base.
    """

    base: int
    returned: int

    def __post_init__(self) -> None:
        if not 0 <= self.returned <= self.base:
            raise ValueError(f"impossible count: {self.returned} of {self.base}")

    def __add__(self, other: "ReturnCount") -> "ReturnCount":
        return ReturnCount(self.base + other.base, self.returned + other.returned)

    def meets(self, permille: int) -> bool:
        """Say whether the return rate is at least `permille` thousandths.

        At 600 this is 5 * returned >= 3 * base. An empty base meets nothing: nobody was asked.
        """
        return self.base > 0 and 1000 * self.returned >= permille * self.base

    def still_needed(self, permille: int) -> int:
        """Return how many further returns would meet the rate; 0 when it is met."""
        return max(0, -(-permille * self.base // 1000) - self.returned)

    def percent_text(self) -> str:
        """Return the rate in percent with one decimal, rounded down, without the sign.

        Rounded down so that 59.97 % never reads as the 60.0 % it has not reached. An empty base
        reads 0.0.
        """
        tenths = 1000 * self.returned // self.base if self.base else 0
        return f"{tenths // 10}.{tenths % 10}"


class GateState(StrEnum):
    """Where a gate stands. Derived from counts and dates at every look, never stored."""

    NOT_OPEN = "not_open"
    COLLECTING = "collecting"
    EXTENDED = "extended"  # the deadline has passed below the rate; answers still count
    HELD = "held"  # the clocks run, but head office holds the results for an integrity check
    RELEASED = "released"
    WAIVED = "waived"  # released below the rate, with a recorded reason


@dataclass(frozen=True, slots=True)
class GateStatus:
    """What a gate says at one instant.

    Attributes:
        state: Where it stands.
        t0: Start of the clocks: the later of rate reached and deadline, or the waiver; None
            before.
        due_at: t0 + 7 days: statistics, analysis and follow-up are under way.
        follow_up_due_at: t0 + 14 days: every follow-up is closed or has a date.
        days_left: Days, the begun one included, until the deadline while collecting and until
            `due_at` once the clocks run (0 or less: overdue); 0 in extended collection, where
            no date is left; None before the opening.
        still_needed: Further returns that would meet the rate.
        is_released: Results may be seen.
        is_indicative: Results are "indicative, not ranked".
        is_held: An integrity hold is in place, before T0 or after.
    """

    state: GateState
    t0: datetime | None
    due_at: datetime | None
    follow_up_due_at: datetime | None
    days_left: int | None
    still_needed: int
    is_released: bool
    is_indicative: bool
    is_held: bool = False


def met_since(
    count: ReturnCount,
    permille: int,
    *,
    since: datetime,
    approved: Iterable[datetime],
    returned: Iterable[datetime],
) -> datetime:
    """Return when a rate was met: the last return or approved exclusion that it needed.

    Args:
        count: Base and returns of today, which meet the rate.
        permille: Rate asked for, in thousandths.
        since: Earliest instant that matters: the deadline, or when today's base would have met it.
        approved: When the exclusions in force were approved, as far as later than `since`.
        returned: When homes of the base came back, as far as later than `since`.
    """
    events = sorted([*((at, 1, 0) for at in approved), *((at, 0, 1) for at in returned)])
    base = count.base + sum(left for _at, left, _came in events)
    back = count.returned - sum(came for _at, _left, came in events)
    at = since
    for instant, left, came in events:
        if ReturnCount(base, back).meets(permille):
            break
        at, base, back = instant, base - left, back + came
    return at


def says_something(words: str, *, least: int = FEWEST_SIGNS) -> bool:
    """Say whether words hold at least a few letters or digits; what nobody sees is none."""
    seen = [
        sign
        for sign in words
        if unicodedata.category(sign)[0] in "LN" and sign not in _UNSEEN_LETTERS
    ]
    return len(seen) >= least and len(set(seen)) > 1


def gate_status(  # noqa: PLR0913 - every fact a gate depends on
    count: ReturnCount,
    *,
    required_permille: int,
    opens_at: datetime,
    deadline: datetime,
    rate_reached_at: datetime | None,
    waived_at: datetime | None,
    now: datetime,
    is_held: bool = False,
    kept_t0: datetime | None = None,
) -> GateStatus:
    """Say where a gate stands (闸门), for a community or for the company.

    A waiver, once given, stays: a rate reached by a late answer afterwards moves neither the
    clocks that already run nor the word "indicative" that was already said. A hold stops no
    clock; it only keeps the results shut, before the release or after it.

    An instant that lies ahead of `now` has not happened: it was written by a clock that ran fast
    and was set back since. Nothing opens on its word.

    Args:
        count: Base and returns of today.
        required_permille: Rate asked for, in thousandths.
        opens_at: First instant of collection.
        deadline: First instant after the last day of collection, in Beijing time.
        rate_reached_at: When the last return or approved exclusion that the rate needed came.
        waived_at: When a waiver was recorded.
        now: The present instant.
        is_held: An integrity hold is in place.
        kept_t0: T0 as it was said when the answers were frozen; no void sets it back.

    Raises:
        ValueError: Only the rate can have started the clocks, but `rate_reached_at` is missing.
    """
    state, t0 = GateState.EXTENDED, None
    if now < opens_at:
        state = GateState.NOT_OPEN
    elif now < deadline:
        state = GateState.COLLECTING
    else:
        cause = kept_t0 or waived_at
        if cause is None and count.meets(required_permille):
            cause = _known(rate_reached_at)
        t0 = _begun(cause, deadline=deadline, now=now)
    if t0 is not None:
        state = GateState.RELEASED if waived_at is None else GateState.WAIVED
        state = GateState.HELD if is_held else state
    due_at = None if t0 is None else t0 + FOLLOW_UP_STARTS
    return GateStatus(
        state=state,
        t0=t0,
        due_at=due_at,
        follow_up_due_at=None if t0 is None else t0 + FOLLOW_UP_ENDS,
        days_left=_days_left(state, deadline if due_at is None else due_at, now),
        still_needed=count.still_needed(required_permille),
        is_released=t0 is not None and not is_held,
        is_indicative=t0 is not None and waived_at is not None,
        is_held=is_held,
    )


def _known(rate_reached_at: datetime | None) -> datetime:
    if rate_reached_at is None:
        raise ValueError("the rate is met, so it was reached at some instant")
    return rate_reached_at


def _begun(cause: datetime | None, *, deadline: datetime, now: datetime) -> datetime | None:
    """Return when the clocks started; None before that instant has come."""
    if cause is None or now < max(cause, deadline):
        return None
    return max(cause, deadline)


def _days_left(state: GateState, until: datetime, now: datetime) -> int | None:
    if state is GateState.NOT_OPEN:
        return None
    if state is GateState.EXTENDED:
        return 0
    return -((now - until) // _DAY)
