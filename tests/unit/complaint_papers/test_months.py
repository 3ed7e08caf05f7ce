"""Months of complaints begin and end in Beijing; a report is due three working days after."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.service.complaints.papers.months import (
    before,
    bounds,
    last_day,
    month_of,
    month_text,
    read_month,
    report_due,
    run,
)
from app.surveys.campaign.planning.workdays import Calendar

MONTHS = st.dates(date(2000, 1, 1), date(2099, 12, 1)).map(lambda day: day.replace(day=1))


@given(MONTHS, st.integers(0, 400))
def test_going_back_and_forth_ends_where_it_began(month, count):
    assert before(before(month, count), -count) == month
    assert run(month, 13)[0] == before(month, 12)
    assert read_month(month_text(month)) == month


@given(MONTHS)
def test_every_instant_is_in_one_month(month):
    start, end = bounds(month)

    assert month_of(start) == month
    assert month_of(end) == before(month, -1)
    assert (end - start).days == last_day(month).day


def test_the_last_evening_of_a_month_in_london_is_the_next_month_in_beijing():
    assert month_of(datetime(2026, 10, 31, 16, 0, tzinfo=UTC)) == date(2026, 11, 1)


def test_a_report_is_due_after_the_holiday():
    # 2026-09-30 is a Wednesday; 1-7 October is the National Day, 10 October a make-up Saturday.
    off = {date(2026, 10, day): "国庆节" for day in range(1, 8)}
    calendar = Calendar(off, {date(2026, 10, 10): "国庆节"})

    assert report_due(date(2026, 9, 1), calendar) == date(2026, 10, 10)


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "26-11-1", "", "２０２６-11", "2026-11-01"])
def test_what_is_no_month_is_none(text):
    assert read_month(text) is None
