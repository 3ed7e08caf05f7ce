"""Working days of China: weekdays, less the holidays, plus the weekend days worked for them.

Pure: the calendar is handed in. A year nobody has announced yet has weekends only; who shows a
date of such a year, or of one entered in part, says so (`Calendar.knows`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

_SATURDAY = 5
_DAY = timedelta(days=1)
# The holidays of the regulation on days off, each with the days it can fall on. Those of the moon
# move about a month; some years the Mid-Autumn Festival is part of the National Day.
_BY_LAW = (
    ("元旦", (1, 1), (1, 1)),
    ("春节", (1, 20), (2, 22)),
    ("清明节", (4, 4), (4, 6)),
    ("劳动节", (5, 1), (5, 1)),
    ("端午节", (5, 27), (6, 26)),
    ("中秋节", (9, 7), (10, 8)),
    ("国庆节", (10, 1), (10, 1)),
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days that are not what their weekday says.

    Attributes:
        holidays: Days off with the name of the holiday, weekends within one included.
        make_up: Saturdays and Sundays worked in exchange, with the name of the holiday.
    """

    holidays: Mapping[date, str] = field(default_factory=dict)
    make_up: Mapping[date, str] = field(default_factory=dict)

    def knows(self, year: int) -> bool:
        """Say whether all holidays of a year are in the calendar, none of them forgotten."""
        return not self.lacks(year)

    def lacks(self, year: int) -> list[str]:
        """Return the holidays by law that have no day in the calendar yet, by Chinese name."""
        off = {(day.month, day.day) for day in self.holidays if day.year == year}
        return [
            name for name, first, last in _BY_LAW if not any(first <= day <= last for day in off)
        ]


@dataclass(frozen=True, slots=True)
class Span:
    """A holiday from its first to its last day."""

    name: str
    first: date
    last: date


def is_working_day(day: date, calendar: Calendar) -> bool:
    """Say whether people work on a day."""
    if day in calendar.make_up:
        return True
    return day.weekday() < _SATURDAY and day not in calendar.holidays


def on_or_after(day: date, calendar: Calendar) -> date:
    """Return the first working day from `day` on."""
    while not is_working_day(day, calendar):
        day += _DAY
    return day


def on_or_before(day: date, calendar: Calendar) -> date:
    """Return the last working day up to `day`."""
    while not is_working_day(day, calendar):
        day -= _DAY
    return day


def add_working_days(day: date, count: int, calendar: Calendar) -> date:
    """Return the working day `count` working days after `day` (before it when negative).

    The day itself does not count: one working day after a Friday is the Monday after it. With 0
    it is the first working day from `day` on.
    """
    if count == 0:
        return on_or_after(day, calendar)
    step = _DAY if count > 0 else -_DAY
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day, calendar):
            day += step
    return day


def first_working_day(year: int, month: int, calendar: Calendar) -> date:
    """Return the first working day of a month."""
    return on_or_after(date(year, month, 1), calendar)


def holidays_between(first: date, last: date, calendar: Calendar) -> list[Span]:
    """Return the holidays that touch these days, whole, in the order of time."""
    spans: list[Span] = []
    for day in sorted(calendar.holidays):
        name = calendar.holidays[day]
        if spans and spans[-1].name == name and spans[-1].last == day - _DAY:
            spans[-1] = Span(name, spans[-1].first, day)
        else:
            spans.append(Span(name, day, day))
    return [span for span in spans if span.first <= last and span.last >= first]
