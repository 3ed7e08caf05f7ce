"""Rules of what is published: from when an owner is asked whether a problem is solved. Pure."""

from datetime import date, datetime, timedelta

from app.clock import beijing_date

ASK_DAYS = 28  # after publication, where no day was promised


def asks_from(due_on: date | None, published_at: datetime) -> date:
    """Return the day from which those who raised a problem are asked whether it is solved."""
    return due_on or beijing_date(published_at + timedelta(days=ASK_DAYS))
