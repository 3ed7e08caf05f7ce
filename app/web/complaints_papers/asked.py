"""What the addresses of these pages name: a month, a form of file."""

from datetime import date

from flask import abort, request

from app.clock import beijing_date
from app.service.complaints.papers.months import before, month_of, read_month
from app.web.services import services as outside

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OFFERED = 13


def this_month() -> date:
    """Return the month that runs now."""
    return month_of(outside().now())


def asked_month() -> date:
    """Return the month the address asks for, the last whole one where it asks for none."""
    text = request.args.get("month")
    if text is None:
        return before(this_month())
    return named_month(text)


def named_month(text: str) -> date:
    """Return a month that has begun, or answer 404."""
    month = read_month(text)
    if month is None or month > this_month():
        abort(404)
    return month


def offered_months() -> list[date]:
    """Return the months the pages offer, the running one first."""
    return [before(this_month(), at) for at in range(OFFERED)]


def today() -> date:
    """Return the present Beijing day."""
    return beijing_date(outside().now())
