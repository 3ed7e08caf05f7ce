"""The only source of "now" and of Beijing dates. Tests hand in their own instants."""

from datetime import UTC, date, datetime, time, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def beijing_date(instant: datetime) -> date:
    """Return the calendar date in Beijing at this instant."""
    return instant.astimezone(BEIJING).date()


def start_of(day: date) -> datetime:
    """Return the first instant of a Beijing day."""
    return datetime.combine(day, time(), BEIJING).astimezone(UTC)


def last_day_before(end: datetime) -> date:
    """Return the Beijing date of the last instant before an end: the last day of a deadline."""
    return beijing_date(end - timedelta(microseconds=1))


def end_of(day: date) -> datetime:
    """Return the first instant after a Beijing day: deadlines include their whole day."""
    return start_of(day + timedelta(days=1))
