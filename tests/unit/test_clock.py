"""Beijing dates and the instants they begin and end at."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app import clock


def test_now_is_aware_and_in_utc():
    assert clock.now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 11, 1, 15, 59, 59, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 11, 1, 16, 0, 0, tzinfo=UTC), date(2026, 11, 2)),
    ],
)
def test_the_beijing_day_changes_at_16_utc(instant, day):
    assert clock.beijing_date(instant) == day


def test_a_day_goes_from_its_first_instant_to_the_first_of_the_next():
    day = date(2026, 11, 20)
    assert clock.start_of(day) == datetime(2026, 11, 19, 16, tzinfo=UTC)
    assert clock.end_of(day) == datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert clock.end_of(day) == clock.start_of(day + timedelta(days=1))


@pytest.mark.parametrize(
    ("end", "day"),
    [
        (datetime(2026, 11, 27, 16, tzinfo=UTC), date(2026, 11, 27)),  # midnight: the day before
        (datetime(2026, 11, 28, 2, tzinfo=UTC), date(2026, 11, 28)),
    ],
)
def test_the_last_day_of_a_deadline_is_the_one_its_last_instant_falls_in(end, day):
    assert clock.last_day_before(end) == day
