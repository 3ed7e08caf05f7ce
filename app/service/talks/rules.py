"""Rules of talks and forum words: months, when one is late, what is the same opinion. Pure.

A talk is due by the end of its month in Beijing (requirements R91). Its task appears on the 20th;
at 00:00 on the 1st of the next month it is overdue, and stays so until a talk was held for that
month or head office confirmed that there was nobody to talk to.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.clock import beijing_date
from app.service.talks.models import MonthState
from app.surveys.campaign.planning.workdays import Calendar, add_working_days

APPEARS_ON = 20
REPLY_WORKING_DAYS = 3
LATE_TALK_DAYS = 62  # how long after its month a talk can still be recorded for it
SUBJECTS = (
    "quality",
    "repairs",
    "safety",
    "cleaning",
    "greening",
    "fees",
    "parking",
    "survey",
    "works",
    "other",
)
DEPARTMENTS = ("service", "engineering", "security", "cleaning", "greenery", "finance", "company")
TOLD_WAYS = ("talk", "letter", "wechat", "phone", "visit")
REPLY_WAYS = ("there", "message", "phone", "visit", "notice")
_DAY = timedelta(days=1)
_SHORT_WORDS = 15
_NOT_SAID = re.compile(r"[\W_]+")


class Standing(StrEnum):
    """How the talk of a month looks today."""

    HELD = "held"
    HELD_LATE = "held_late"
    EXCUSED = "excused"
    LATE = "late"
    DUE = "due"  # from the 20th on
    AHEAD = "ahead"


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return month_of(month + timedelta(days=31))


def last_day(month: date) -> date:
    """Return the last day of a month: by its end the talk is due."""
    return next_month(month) - _DAY


def months_between(first: date, last: date) -> list[date]:
    """Return the months from the first to the last, both included."""
    found, month = [], month_of(first)
    while month <= last:
        found.append(month)
        month = next_month(month)
    return found


def months_back(month: date, count: int) -> list[date]:
    """Return so many months that end with this one, the earliest first."""
    number = month.year * 12 + month.month - count
    return months_between(date(number // 12, number % 12 + 1, 1), month)


def months_to_open(now: datetime, *, opened_to: date | None) -> list[date]:
    """Return the months whose task must stand by now.

    This month's appears on the 20th. Months the program slept through are made up for, from the
    month after the last that stands; a new installation begins with the present month.

    Args:
        now: The present instant.
        opened_to: The latest month that stands, None for a new installation.
    """
    today = beijing_date(now)
    this = month_of(today)
    last = this if today.day >= APPEARS_ON else month_of(this - _DAY)
    first = this if opened_to is None else opened_to
    return months_between(first, last) if first <= last else []


def standing_of(state: MonthState, month: date, *, held_on: date | None, now: datetime) -> Standing:
    """Return how the talk of a month looks at this instant, by the calendar of Beijing."""
    today = beijing_date(now)
    if state is MonthState.HELD:
        is_late = held_on is not None and held_on > last_day(month)
        return Standing.HELD_LATE if is_late else Standing.HELD
    if state is MonthState.EXCUSED:
        return Standing.EXCUSED
    if today > last_day(month):
        return Standing.LATE
    return Standing.DUE if today >= month.replace(day=APPEARS_ON) else Standing.AHEAD


def reply_by(entered_on: date, calendar: Calendar) -> date:
    """Return the day by which an opinion of a forum is replied to."""
    return add_working_days(entered_on, REPLY_WORKING_DAYS, calendar)


def same_words(community_id: int, place: str, *, author: str, said_on: date, text: str) -> str:
    """Return what two entries of one opinion have in common.

    The same words of the same author in the same place are one opinion. Short ones ("电梯又坏了")
    are said on many days by many people: with them the day counts as well.
    """
    plain = _plain(text)
    day = said_on.isoformat() if len(plain) < _SHORT_WORDS else ""
    return "|".join((str(community_id), place, _plain(author), day, plain))


def _plain(text: str) -> str:
    normal = unicodedata.normalize("NFKC", text)
    said = _NOT_SAID.sub("", normal).casefold()
    return said or "".join(normal.split())  # signs and emoji alone are words as well


@dataclass(frozen=True, slots=True)
class Period:
    """The months a report is about.

    Attributes:
        first, last: First days of its first and last month.
    """

    first: date
    last: date

    @property
    def months(self) -> Sequence[date]:
        """Return the months."""
        return months_between(self.first, self.last)

    @property
    def end(self) -> date:
        """Return the last day."""
        return last_day(self.last)


def half_year(year: int, half: int) -> Period:
    """Return the first (1) or second (2) half of a year, or with 0 the whole year."""
    if half == 0:
        return Period(date(year, 1, 1), date(year, 12, 1))
    first = 1 if half == 1 else 7
    return Period(date(year, first, 1), date(year, first + 5, 1))
