"""The 24 hours, the rates and the watch, by hand-worked numbers."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from app.service.repairs.models import OrderState, Place, Thing
from app.service.repairs.rules import (
    Counts,
    OrderTimes,
    count_promise,
    count_result,
    is_outside,
    may_step,
    month_bounds,
    read_days,
    special_due,
    week_bounds,
)

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)  # 10:00 in Beijing


@pytest.fixture(params=["Asia/Shanghai", "America/New_York", "Pacific/Apia"])
def machine_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run with the clock of the machine in a zone of its own."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("machine_zone")
def test_a_special_visit_is_due_24_hours_of_the_clock_later_across_the_end_of_a_year() -> None:
    # 31 December 2026, 23:59:30 in Beijing: a holiday follows, which stops nothing.
    failed = datetime(2026, 12, 31, 15, 59, 30, tzinfo=UTC)
    assert special_due(failed) == datetime(2027, 1, 1, 15, 59, 30, tzinfo=UTC)


@pytest.mark.usefixtures("machine_zone")
def test_a_change_to_summer_time_where_the_machine_stands_moves_no_hour() -> None:
    # New York goes to summer time on 8 March 2026 at 07:00 UTC.
    failed = datetime(2026, 3, 8, 1, tzinfo=timezone(timedelta(hours=-5)))
    assert special_due(failed) == datetime(2026, 3, 9, 6, tzinfo=UTC)


@pytest.mark.usefixtures("machine_zone")
def test_weeks_and_months_are_those_of_beijing() -> None:
    begin, end = week_bounds(date(2026, 11, 16))
    assert begin == datetime(2026, 11, 15, 16, tzinfo=UTC)
    assert end == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert month_bounds(date(2026, 12, 9)) == (
        datetime(2026, 11, 30, 16, tzinfo=UTC),
        datetime(2026, 12, 31, 16, tzinfo=UTC),
    )
    with pytest.raises(ValueError, match="2026-11-17"):
        week_bounds(date(2026, 11, 17))


def _order(
    state: OrderState,
    *,
    promised: float | None = None,
    arrived: float | None = None,
    done: float | None = None,
    failed: float | None = None,
) -> OrderTimes:
    """Return an order issued at noon of 2 November; instants in hours after that."""
    issued = datetime(2026, 11, 2, 4, tzinfo=UTC)

    def at(hours: float | None) -> datetime | None:
        return None if hours is None else issued + timedelta(hours=hours)

    return OrderTimes(state, issued, at(promised), at(arrived), at(done), at(failed))


def test_the_timely_rate_counts_what_was_promised_and_is_decided() -> None:
    orders = [
        _order(OrderState.DONE, promised=2, arrived=2, done=9),  # arrived on the dot: timely
        _order(OrderState.DONE, promised=2, done=1.5),  # nobody noted the arrival: timely
        _order(OrderState.DONE, promised=2, arrived=2.01, done=3),  # late
        _order(OrderState.ISSUED, promised=2),  # promise over, nobody there: late
        _order(OrderState.ACCEPTED, promised=24 * 30),  # still to come
        _order(OrderState.DONE, done=5),  # nobody promised anything
        _order(OrderState.CANCELLED, promised=2),  # counts nowhere
    ]
    whole = sum((count_promise(one, NOW) for one in orders), Counts())
    # By hand: 6 issued; 1 without promise, 1 undecided, 4 decided, 2 of them timely: 50 %.
    assert whole == Counts(issued=6, unpromised=1, undecided=1, decided=4, timely=2)


def test_the_pass_rate_counts_failures_within_30_days() -> None:
    orders = [
        _order(OrderState.DONE, done=1),
        _order(OrderState.CALLED_BACK, done=1),
        _order(OrderState.FAILED, done=1, failed=1 + 24 * 30),  # the last instant that counts
        _order(OrderState.FAILED, done=1, failed=1.01 + 24 * 30),  # held for more than 30 days
        _order(OrderState.ACCEPTED),
        _order(OrderState.CANCELLED, done=1),
    ]
    whole = sum((count_result(one) for one in orders), Counts())
    # By hand: 4 done, 3 of them held: 75 %.
    assert whole == Counts(done=4, passed=3)


def test_an_order_goes_forward_only_and_is_cancelled_before_it_is_done() -> None:
    allowed = {(a, b) for a in OrderState for b in OrderState if may_step(a, b)}
    issued, notified, accepted = OrderState.ISSUED, OrderState.NOTIFIED, OrderState.ACCEPTED
    done, cancelled = OrderState.DONE, OrderState.CANCELLED
    assert allowed == {
        *((issued, notified), (issued, accepted), (issued, done), (issued, cancelled)),
        *((notified, accepted), (notified, done), (notified, cancelled)),
        *((accepted, done), (accepted, cancelled)),
    }


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("7,30,90", (7, 30, 90)),
        ("3，10、60", (3, 10, 60)),
        ("7", (7,)),
        ("30,7", None),
        ("0,7", None),
        ("7,,9", None),
        ("", None),
        ("7,1001", None),
        ("７", None),
    ],
)
def test_days_of_a_watch_rise(text: str, days: tuple[int, ...] | None) -> None:
    assert read_days(text) == days


def test_rain_tells_about_roofs_outer_walls_and_leaks_only() -> None:
    assert is_outside(Thing.LEAK, Place.HOME)
    assert is_outside(Thing.OTHER, Place.ROOF)
    assert not is_outside(Thing.LIFT, Place.COMMON)
