"""Working days and the days of a plan; expected days are counted by hand on a wall calendar."""

from datetime import date

import pytest

from app.surveys.campaign.planning.models import Anchor
from app.surveys.campaign.planning.template import (
    BY_KEY,
    TASKS,
    coming,
    day_of,
    launch_day,
    propose,
)
from app.surveys.campaign.planning.workdays import (
    Calendar,
    Span,
    add_working_days,
    first_working_day,
    holidays_between,
    is_working_day,
)

# Notice of the State Council for 2026: Labour Day 1-5 May with 9 May worked, Dragon Boat Festival
# 19-21 June, National Day 1-7 October with 20 September and 10 October worked.
CALENDAR = Calendar(
    holidays={
        **{date(2026, 5, day): "劳动节" for day in range(1, 6)},
        **{date(2026, 6, day): "端午节" for day in range(19, 22)},
        **{date(2026, 10, day): "国庆节" for day in range(1, 8)},
    },
    make_up={
        date(2026, 5, 9): "劳动节",
        date(2026, 9, 20): "国庆节",
        date(2026, 10, 10): "国庆节",
    },
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 5, 4), False),  # a Monday within Labour Day
        (date(2026, 5, 9), True),  # the Saturday worked for it
        (date(2026, 5, 10), False),  # the Sunday after
        (date(2026, 6, 19), False),  # Friday, Dragon Boat Festival
        (date(2026, 6, 22), True),
        (date(2026, 11, 1), False),  # Sunday
        (date(2026, 11, 2), True),
    ],
)
def test_a_day_is_worked_as_the_notice_says(day, works):
    assert is_working_day(day, CALENDAR) is works


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 4, 30), 1, date(2026, 5, 6)),  # over Labour Day
        (date(2026, 4, 30), 4, date(2026, 5, 9)),  # 6, 7, 8 May and the worked Saturday
        (date(2026, 4, 30), 5, date(2026, 5, 11)),
        (date(2026, 10, 8), -1, date(2026, 9, 30)),
        (date(2026, 6, 20), 0, date(2026, 6, 22)),
        (date(2026, 6, 18), 0, date(2026, 6, 18)),
    ],
)
def test_working_days_are_counted_over_holidays(day, count, expected):
    assert add_working_days(day, count, CALENDAR) == expected


def test_adding_and_taking_away_working_days_leads_back():
    day = date(2026, 4, 27)
    for count in range(1, 30):
        assert add_working_days(add_working_days(day, count, CALENDAR), -count, CALENDAR) == day


def test_a_holiday_is_one_span_and_a_year_with_one_forgotten_is_unknown():
    assert holidays_between(date(2026, 6, 20), date(2026, 6, 30), CALENDAR) == [
        Span("端午节", date(2026, 6, 19), date(2026, 6, 21))
    ]
    assert holidays_between(date(2026, 6, 22), date(2026, 9, 30), CALENDAR) == []
    # The Mid-Autumn Festival may be part of the National Day, as in 2025: then nothing is lacking.
    assert CALENDAR.lacks(2026) == ["元旦", "春节", "清明节"]
    assert not CALENDAR.knows(2026)
    rest = {date(2026, 1, 1): "元旦", date(2026, 2, 16): "春节", date(2026, 4, 6): "清明节"}
    assert Calendar(CALENDAR.holidays | rest).knows(2026)


def test_a_campaign_begins_on_the_first_working_day_and_lasts_to_the_twentieth_day_after():
    november = propose(2026, 11, CALENDAR)  # 1 November 2026 is a Sunday
    assert (november.code, november.opens_on, november.closes_on) == (
        "2026-11",
        date(2026, 11, 2),
        date(2026, 11, 22),
    )
    assert november.title == "2026年11月业主满意度调查"
    assert propose(2026, 6, CALENDAR).opens_on == date(2026, 6, 1)
    assert first_working_day(2026, 5, CALENDAR) == date(2026, 5, 6)


def test_the_next_campaigns_are_those_whose_first_day_is_still_to_come():
    assert [one.code for one in coming(date(2026, 6, 1), (6, 11), CALENDAR)] == [
        "2026-11",
        "2027-06",
    ]
    assert [one.code for one in coming(date(2026, 5, 31), (11, 6), CALENDAR)] == [
        "2026-06",
        "2026-11",
    ]
    assert coming(date(2026, 5, 31), (), CALENDAR) == []


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("plan", date(2026, 9, 30)),  # D-30 is 3 October, within National Day: the day before it
        ("benchmark", date(2026, 10, 12)),  # D-21
        ("print", date(2026, 10, 23)),  # D-10
        ("launch", date(2026, 11, 2)),
        ("delivery_check", date(2026, 11, 5)),  # D+3
        ("reminder_1", date(2026, 11, 9)),  # D+7
        ("deadline", date(2026, 11, 22)),  # a Sunday: the deadline is what it is
    ],
)
def test_tasks_of_the_launch_fall_on_working_days(key, expected):
    opens_on, closes_on = date(2026, 11, 2), date(2026, 11, 22)
    assert launch_day(BY_KEY[key], opens_on, closes_on, CALENDAR) == expected


def test_tasks_of_the_deadline_follow_a_longer_collection():
    day = launch_day(BY_KEY["witness"], date(2026, 11, 2), date(2026, 11, 30), CALENDAR)
    assert day == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("statistics", date(2026, 11, 23)),  # T0 ends Sunday the 22nd: the Monday after
        ("integrity", date(2026, 11, 25)),
        ("follow_up", date(2026, 11, 27)),  # day 7 is a Sunday, and seven days is the limit
        ("follow_up_done", date(2026, 12, 4)),  # day 14 is a Sunday
        ("review", date(2026, 12, 14)),  # day 21 is a Sunday: it may wait for Monday
        ("progress_60", date(2027, 1, 21)),
    ],
)
def test_tasks_after_t0_keep_the_limits_of_one_and_two_weeks(key, expected):
    assert day_of(BY_KEY[key], date(2026, 11, 22), CALENDAR) == expected


def test_every_task_has_one_place_in_the_calendar():
    assert len(BY_KEY) == len(TASKS)
    days = {(task.anchor, task.offset) for task in TASKS}
    assert min(days) == (Anchor.LAUNCH, -30)
    assert max(days) == (Anchor.T0, 60)
