"""Months of complaints: where one begins and ends in Beijing, and its report's last day. Pure."""

from datetime import date, datetime, timedelta

from app.clock import beijing_date, end_of, start_of
from app.surveys.campaign.planning.workdays import Calendar, add_working_days

REPORT_DAYS = 3  # working days after the month's end


def month_of(instant: datetime) -> date:
    """Return the first day of the Beijing month of an instant."""
    return beijing_date(instant).replace(day=1)


def read_month(text: str) -> date | None:
    """Return the first day of a month written as ``2026-11``, None for anything else."""
    if len(text) != len("2026-11") or not text.isascii():
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def month_text(month: date) -> str:
    """Return a month as ``2026-11``."""
    return f"{month:%Y-%m}"


def before(month: date, count: int = 1) -> date:
    """Return the month `count` months before this one; after it when negative."""
    index = month.year * 12 + month.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return before(month, -1) - timedelta(days=1)


def bounds(month: date) -> tuple[datetime, datetime]:
    """Return the first instant of a month and the first one after it."""
    return start_of(month), end_of(last_day(month))


def report_due(month: date, calendar: Calendar) -> date:
    """Return the last day on which the report of a month is in time."""
    return add_working_days(last_day(month), REPORT_DAYS, calendar)


def run(last: date, count: int) -> list[date]:
    """Return `count` months that end with this one, the earliest first."""
    return [before(last, at) for at in range(count - 1, -1, -1)]
