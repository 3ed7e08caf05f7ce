"""The return rate (回收率) and the gate: arithmetic on integers and instants. No SQL, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FOLLOW_UP_STARTS = timedelta(days=7)  # statistics, analysis and follow-up are under way by then
FOLLOW_UP_ENDS = timedelta(days=14)  # every case is closed or has a date by then
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
    """

    state: GateState
    t0: datetime | None
    due_at: datetime | None
    follow_up_due_at: datetime | None
    days_left: int | None
    still_needed: int
    is_released: bool
    is_indicative: bool


def gate_status(
    count: ReturnCount,
    *,
    required_permille: int,
    opens_at: datetime,
    deadline: datetime,
    rate_reached_at: datetime | None,
    waived_at: datetime | None,
    now: datetime,
) -> GateStatus:
    """Say where a gate stands (闸门), for a community or for the company.

    A waiver, once given, stays: a rate reached by a late answer afterwards moves neither the
    clocks that already run nor the word "indicative" that was already said.

    Args:
        count: Base and returns of today.
        required_permille: Rate asked for, in thousandths.
        opens_at: First instant of collection.
        deadline: First instant after the last day of collection, in Beijing time.
        rate_reached_at: When the return arrived that reached the rate for today's base.
        waived_at: When a waiver was recorded; services allow it only below the rate and after
            the deadline.
        now: The present instant.

    Raises:
        ValueError: The rate is met but `rate_reached_at` is missing.
    """
    state, t0 = GateState.COLLECTING, None
    if now < opens_at:
        state = GateState.NOT_OPEN
    elif now < deadline:
        state = GateState.COLLECTING
    elif waived_at is not None:
        state, t0 = GateState.WAIVED, waived_at
    elif count.meets(required_permille):
        if rate_reached_at is None:
            raise ValueError("the rate is met, so it was reached at some instant")
        state, t0 = GateState.RELEASED, max(rate_reached_at, deadline)
    else:
        state = GateState.EXTENDED
    due_at = None if t0 is None else t0 + FOLLOW_UP_STARTS
    return GateStatus(
        state=state,
        t0=t0,
        due_at=due_at,
        follow_up_due_at=None if t0 is None else t0 + FOLLOW_UP_ENDS,
        days_left=_days_left(state, deadline if due_at is None else due_at, now),
        still_needed=count.still_needed(required_permille),
        is_released=t0 is not None,
        is_indicative=state is GateState.WAIVED,
    )


def _days_left(state: GateState, until: datetime, now: datetime) -> int | None:
    if state is GateState.NOT_OPEN:
        return None
    if state is GateState.EXTENDED:
        return 0
    return -((now - until) // _DAY)
