"""Clocks against a slow model that walks day by day over a calendar of its own."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import BEIJING, beijing_date, start_of
from app.service.complaints.clocks import clock_of, days_left, is_late, site_seconds, step_due
from app.service.complaints.models import Channel, Step
from app.surveys.campaign.planning.workdays import Calendar

DAY = timedelta(days=1)
FIRST = date(2026, 1, 1)
# The National Day holiday of 2026 as the State Council announced it:
# 1 to 7 October off, Sunday 20 September and Saturday 10 October worked.
NATIONAL = Calendar(
    holidays={date(2026, 10, day): "国庆节" for day in range(1, 8)},
    make_up={date(2026, 9, 20): "国庆节", date(2026, 10, 10): "国庆节"},
)

days = st.integers(0, 120).map(lambda at: FIRST + at * DAY)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Draw holidays of one to nine days, and weekend days worked for them."""
    off = {
        first + at * DAY
        for first, length in draw(st.lists(st.tuples(days, st.integers(1, 9)), max_size=6))
        for at in range(length)
    }
    worked = {day for day in draw(st.sets(days, max_size=12)) if day.weekday() > 4} - off
    return Calendar(dict.fromkeys(off, "假"), dict.fromkeys(worked, "假"))


instants = st.integers(0, 120 * 86_400).map(
    lambda at: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=at)
)


def works(day: date, calendar: Calendar) -> bool:
    """Say in the simplest way whether people work on a day."""
    if day in calendar.make_up:
        return True
    return day.isoweekday() not in {6, 7} and day not in calendar.holidays


def walk(received_at: datetime, wanted: int, calendar: Calendar) -> datetime:
    """Return the midnight after the wanted working day, one Beijing day after the other."""
    midnight = received_at.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    while True:
        midnight += DAY
        wanted -= works(midnight.date(), calendar)
        if wanted == 0:
            return midnight + DAY


@given(instants, st.sampled_from(list(Channel)), calendars())
def test_an_answer_is_due_at_the_end_of_the_nth_working_day_after(
    received_at: datetime, channel: Channel, calendar: Calendar
) -> None:
    wanted = 3 if channel.value in {"letter", "fax"} else 1
    clock = clock_of(received_at, channel, calendar)
    assert clock.due_at == walk(received_at, wanted, calendar)
    assert beijing_date(clock.due_at - timedelta(microseconds=1)) == clock.due_on
    assert works(clock.due_on, calendar)
    assert clock.due_on > beijing_date(received_at)


@given(instants, st.timedeltas(timedelta(0), timedelta(days=9)), calendars())
def test_what_comes_in_later_is_never_due_earlier(
    at: datetime, later: timedelta, calendar: Calendar
) -> None:
    for channel in (Channel.PHONE, Channel.LETTER):
        first, second = (clock_of(one, channel, calendar) for one in (at, at + later))
        assert first.due_at <= second.due_at


@given(days, st.integers(-20, 20), calendars())
def test_days_left_count_the_working_days_between(
    today: date, shift: int, calendar: Calendar
) -> None:
    due_on = today + shift * DAY
    first, last = sorted((today, due_on))
    between = sum(works(first + at * DAY, calendar) for at in range(1, (last - first).days + 1))
    assert days_left(today, due_on, calendar) == (between if shift >= 0 else -between)


@pytest.mark.parametrize(
    ("received", "channel", "due_on"),
    [
        # Wednesday evening before the holiday; the first working day is Thursday the 8th.
        ((2026, 9, 30, 18, 0), Channel.PHONE, date(2026, 10, 8)),
        ((2026, 9, 30, 18, 0), Channel.LETTER, date(2026, 10, 10)),  # 8, 9, Saturday 10
        # In the middle of the holiday.
        ((2026, 10, 3, 9, 0), Channel.HOTLINE, date(2026, 10, 8)),
        ((2026, 10, 3, 9, 0), Channel.FAX, date(2026, 10, 10)),
        # Friday before the Saturday that is worked; the Sunday after is none.
        ((2026, 10, 9, 9, 0), Channel.WECHAT, date(2026, 10, 10)),
        ((2026, 10, 10, 9, 0), Channel.APP, date(2026, 10, 12)),
        # An ordinary week: Monday, Friday, one minute to midnight on a Thursday.
        ((2026, 11, 2, 10, 0), Channel.PHONE, date(2026, 11, 3)),
        ((2026, 11, 6, 10, 0), Channel.IN_PERSON, date(2026, 11, 9)),
        ((2026, 11, 5, 23, 59), Channel.SUGGESTION_BOX, date(2026, 11, 6)),
    ],
)
def test_the_national_day_of_2026(
    received: tuple[int, int, int, int, int], channel: Channel, due_on: date
) -> None:
    assert clock_of(datetime(*received, tzinfo=BEIJING), channel, NATIONAL).due_on == due_on


def test_the_last_second_of_the_day_is_in_time_and_midnight_is_not() -> None:
    due_at = start_of(date(2026, 11, 4))
    assert not is_late(due_at, due_at - timedelta(seconds=1), now=due_at + DAY)
    assert is_late(due_at, due_at, now=due_at)
    assert is_late(due_at, None, now=due_at)
    assert not is_late(due_at, None, now=due_at - timedelta(seconds=1))


def test_each_step_has_its_last_day() -> None:
    sunday = datetime(2026, 11, 1, 10, tzinfo=BEIJING)
    answered = datetime(2026, 11, 6, 10, tzinfo=BEIJING)  # a Friday

    def due(step: Step, answered_at: datetime | None = None) -> date | None:
        return step_due(
            step,
            received_at=sunday,
            due_on=date(2026, 11, 4),
            answered_at=answered_at,
            cal=Calendar(),
        )

    assert due(Step.NATURE) == date(2026, 11, 2)
    assert due(Step.LEAD) == date(2026, 11, 4)
    assert due(Step.CALL_BACK) is None
    assert due(Step.CALL_BACK, answered) == date(2026, 11, 11)


def test_the_way_to_the_site_is_told_in_seconds() -> None:
    called = datetime(2026, 11, 2, 10, tzinfo=UTC)
    assert site_seconds(called, called + timedelta(minutes=3)) == 180
    assert site_seconds(called, None) is None
