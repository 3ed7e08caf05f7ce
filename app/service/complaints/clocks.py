"""Clocks of complaints: by channel, in working days of China, each due at an instant. Pure.

The day on which a complaint comes in does not count, whatever day it is: the answer is due at the
end of the n-th working day after it. What comes in on a holiday is due at the end of the n-th
working day after the holiday; a Saturday worked in exchange is a working day like any other.
An acknowledgement stops nothing; only an answer in substance does (`rules.stops_clock`).
"""

from dataclasses import dataclass
from datetime import date, datetime

from app.clock import beijing_date, end_of
from app.service.complaints.models import Channel, Step
from app.service.complaints.rules import WRITTEN
from app.surveys.campaign.planning.workdays import (
    Calendar,
    add_working_days,
    is_working_day,
    on_or_after,
)

ORAL_DAYS = 1
WRITTEN_DAYS = 3
CALL_BACK_DAYS = 3  # working days after the answer
SITE_SECONDS = 180
MOST_RINGS = 3


@dataclass(frozen=True, slots=True)
class Clock:
    """By when an answer is due.

    Attributes:
        due_on: The last day.
        due_at: The first instant that is too late.
    """

    due_on: date
    due_at: datetime


def days_for(channel: Channel) -> int:
    """Return how many working days an answer may take."""
    return WRITTEN_DAYS if channel in WRITTEN else ORAL_DAYS


def clock_of(received_at: datetime, channel: Channel, calendar: Calendar) -> Clock:
    """Return by when a complaint that came in at this instant is answered."""
    day = add_working_days(beijing_date(received_at), days_for(channel), calendar)
    return clock_until(day)


def clock_until(day: date) -> Clock:
    """Return the clock that ends with a day."""
    return Clock(day, end_of(day))


def is_late(due_at: datetime, answered_at: datetime | None, *, now: datetime) -> bool:
    """Say whether an answer came too late, or is missing and the time is over."""
    return (now if answered_at is None else answered_at) >= due_at


def days_left(today: date, due_on: date, calendar: Calendar) -> int:
    """Count the working days from tomorrow to the last day; negative ones are over."""
    if due_on >= today:
        return _between(today, due_on, calendar)
    return -_between(due_on, today, calendar)


def _between(first: date, last: date, calendar: Calendar) -> int:
    days = range(first.toordinal() + 1, last.toordinal() + 1)
    return sum(is_working_day(date.fromordinal(day), calendar) for day in days)


def step_due(
    step: Step, *, received_at: datetime, due_on: date, answered_at: datetime | None, cal: Calendar
) -> date | None:
    """Return the last day of a step (限时); None for a call-back whose answer is still missing.

    What sorts a complaint is done on the working day it came in, what handles it by the day of
    the answer, the call-back within three working days after the answer.
    """
    if step is Step.CALL_BACK:
        if answered_at is None:
            return None
        return add_working_days(beijing_date(answered_at), CALL_BACK_DAYS, cal)
    if step in {Step.SITE, Step.LEAD, Step.NOTIFY}:
        return due_on
    return on_or_after(beijing_date(received_at), cal)


def site_seconds(called_at: datetime | None, arrived_at: datetime | None) -> int | None:
    """Return how long somebody took to the place, None when nobody was called there."""
    if called_at is None or arrived_at is None:
        return None
    return int((arrived_at - called_at).total_seconds())
