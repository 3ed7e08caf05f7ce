"""Rules of repair orders: the order of their states, the 24 hours, what counts in a rate. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from app.clock import BEIJING, beijing_date, start_of
from app.service.repairs.models import OrderState, Place, Thing

# A later state never goes back to an earlier one, whatever a file says.
RANKS = {state: rank for rank, state in enumerate(OrderState)}
STEPS = (OrderState.NOTIFIED, OrderState.ACCEPTED, OrderState.DONE)  # taken by hand
BEFORE_DONE = frozenset({OrderState.ISSUED, OrderState.NOTIFIED, OrderState.ACCEPTED})
CLOSED = frozenset({OrderState.DONE, OrderState.CALLED_BACK, OrderState.FAILED})
SPECIAL_HOURS = timedelta(hours=24)  # of the clock, over midnight and holidays
HOLDS = timedelta(days=30)  # a repair that fails within them did not pass
TIMELY_TARGET, PASS_TARGET = 98, 100  # percent (R53)
FLAG_DAYS = timedelta(days=3)  # what a customer doubts is looked into by then
WATCH_DAYS = (7, 30, 90)
MOST_WATCH_DAYS = 1000
RAIN_DAYS = 2  # an inspection after rain is due on the second day
OUTSIDE_THINGS = frozenset({Thing.LEAK, Thing.FACADE})
OUTSIDE_PLACES = frozenset({Place.FACADE, Place.ROOF})


def special_due(opened_at: datetime) -> datetime:
    """Return the instant a special visit must be over: 24 hours later, to the second.

    It is reckoned in UTC, so that no change of a clock anywhere moves it.
    """
    return opened_at.astimezone(UTC) + SPECIAL_HOURS


def may_step(state: OrderState, to: OrderState) -> bool:
    """Say whether somebody may move an order by hand: forward only, cancelled before it is done."""
    if to is OrderState.CANCELLED:
        return state in BEFORE_DONE
    return to in STEPS and state in BEFORE_DONE and RANKS[to] > RANKS[state]


def month_of(instant: datetime) -> date:
    """Return the first day of the Beijing month of an instant."""
    return beijing_date(instant).replace(day=1)


def month_after(month: date) -> date:
    """Return the first day of the month after."""
    return (month.replace(day=28) + timedelta(days=7)).replace(day=1)


def month_bounds(month: date) -> tuple[datetime, datetime]:
    """Return the first instant of a Beijing month and the first after it."""
    first = month.replace(day=1)
    return start_of(first), start_of(month_after(first))


def week_bounds(monday: date) -> tuple[datetime, datetime]:
    """Return the first instant of a Beijing week and the first after it.

    Raises:
        ValueError: The day is no Monday.
    """
    if monday.weekday() != 0:
        raise ValueError(monday.isoformat())
    return start_of(monday), start_of(monday + timedelta(days=7))


def beijing_instant(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """Return the instant of a time of day in Beijing."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BEIJING).astimezone(UTC)


def is_outside(thing: Thing, place: Place) -> bool:
    """Say whether rain tells something about a repair: roof, outer wall, water coming in."""
    return thing in OUTSIDE_THINGS or place in OUTSIDE_PLACES


@dataclass(frozen=True, slots=True)
class OrderTimes:
    """What the rates look at of one order.

    Attributes:
        state: How far it is.
        issued_at, promised_at, arrived_at, done_at, failed_at: Its instants.
    """

    state: OrderState
    issued_at: datetime
    promised_at: datetime | None = None
    arrived_at: datetime | None = None
    done_at: datetime | None = None
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts behind the two rates of R53; whole numbers only.

    An order belongs to the month it was issued in (first five) or done in (last two); a cancelled
    order counts nowhere.

    Attributes:
        issued: Orders issued in the month.
        unpromised: Of them, those without a promised time: they are in no rate.
        undecided: Promised for later, and nobody there yet.
        decided: Promised, and the promise was kept or is over: the denominator of 及时率.
        timely: Of them, somebody arrived, or it was done, by the promised instant.
        done: Orders done in the month: the denominator of 合格率.
        passed: Of them, no failure was noted within 30 days after they were done.
    """

    issued: int = 0
    unpromised: int = 0
    undecided: int = 0
    decided: int = 0
    timely: int = 0
    done: int = 0
    passed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Return the counts of both together."""
        return Counts(
            self.issued + other.issued,
            self.unpromised + other.unpromised,
            self.undecided + other.undecided,
            self.decided + other.decided,
            self.timely + other.timely,
            self.done + other.done,
            self.passed + other.passed,
        )


def count_promise(order: OrderTimes, now: datetime) -> Counts:
    """Count an order by its promise."""
    if order.state is OrderState.CANCELLED:
        return Counts()
    if order.promised_at is None:
        return Counts(issued=1, unpromised=1)
    there = [at for at in (order.arrived_at, order.done_at) if at is not None]
    if there and min(there) <= order.promised_at:
        return Counts(issued=1, decided=1, timely=1)
    if not there and now <= order.promised_at:
        return Counts(issued=1, undecided=1)
    return Counts(issued=1, decided=1)


def count_result(order: OrderTimes) -> Counts:
    """Count an order by whether the repair held."""
    if order.state not in CLOSED or order.done_at is None:
        return Counts()
    has_failed = order.failed_at is not None and order.failed_at <= order.done_at + HOLDS
    return Counts(done=1, passed=0 if has_failed else 1)


def settles_at(month: date) -> datetime:
    """Return when the passing of time changes the pass rate of a month no more."""
    return month_bounds(month)[1] + HOLDS


def read_days(text: str) -> tuple[int, ...] | None:
    """Return the days of a watch, "7,30,90": rising whole numbers; None when it is none."""
    parts = text.replace("，", ",").replace("、", ",").replace("/", ",").split(",")
    if not all(part.strip().isascii() and part.strip().isdigit() for part in parts):
        return None
    days = tuple(int(part) for part in parts)
    rises = all(first < second for first, second in pairwise(days))
    return days if rises and days[0] >= 1 and days[-1] <= MOST_WATCH_DAYS else None
