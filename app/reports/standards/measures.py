"""Figures of a month the product measures itself: one explicit list, name by name.

A standard that names one of them takes its value from here and never by hand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import end_of
from app.followup.rules import due_dates
from app.i18n import gettext as _
from app.service.complaints.counting.queries import month_figures
from app.service.complaints.rows import MonthCounts
from app.service.repairs.months.queries import sum_months
from app.service.repairs.rules import Counts
from app.service.standards import queries
from app.service.standards.models import Unit
from app.service.standards.rules import next_month, share_milli
from app.staff.scope import Scope


@dataclass(frozen=True, slots=True)
class Asked:
    """Which month of which place is measured, and for whom.

    Attributes:
        community_id: One community; None for all of the scope.
        month: Its first day.
    """

    session: Session
    scope: Scope
    community_id: int | None
    month: date
    now: datetime

    @property
    def last_day(self) -> date:
        """Return the last day of the month."""
        return next_month(self.month) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Measured:
    """A share of a month: so many of so many; nothing when there was nothing to count."""

    good: int
    n: int

    @property
    def value_milli(self) -> int | None:
        """Return the share in thousandths of a percent, None of nothing."""
        return share_milli(self.good, self.n)


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of the registry.

    Attributes:
        code: Its name in the database; never used for another figure.
        unit: What it counts.
        take: Reads it.
    """

    code: str
    unit: Unit
    take: Callable[[Asked], Measured]


def measure_name(code: str) -> str:
    """Return what a figure is called, for who writes a standard."""
    return {
        "return_rate": _("Return rate of the surveys that closed in the month"),
        "begun_in_time": _("Follow-up begun within 7 days (last day in the month)"),
        "closed_in_time": _("Follow-up closed within 14 days (last day in the month)"),
        "repairs_timely": _("Repairs: somebody there in time (issued in the month)"),
        "repairs_passed": _("Repairs that held for 30 days (done in the month)"),
        "complaints_answered": _("Complaints answered at all (received in the month)"),
        "complaints_timely": _("Complaints answered in time (received in the month)"),
    }[code]


def measure(asked: Asked, code: str) -> Measured | None:
    """Return a figure of a month, None when there is no such figure any more."""
    found = MEASURES.get(code)
    return None if found is None else found.take(asked)


def _return_rate(asked: Asked) -> Measured:
    days = (asked.month, asked.last_day)
    return Measured(*queries.count_returned(asked.session, asked.scope, asked.community_id, days))


def _begun(asked: Asked) -> Measured:
    good = total = 0
    for gate in queries.list_clocks(asked.session, asked.scope, asked.community_id):
        due = due_dates(gate.t0)
        if due is None or not asked.month <= due.start_by <= asked.last_day:
            continue
        if end_of(due.start_by) > asked.now:
            continue  # its last day is not over: nothing is missed yet
        end = end_of(due.start_by)
        begun, n = queries.count_begun(asked.session, asked.scope, gate, end)
        good, total = good + begun, total + n
    return Measured(good, total)


def _closed(asked: Asked) -> Measured:
    good = total = 0
    for gate in queries.list_clocks(asked.session, asked.scope, asked.community_id):
        due = due_dates(gate.t0)
        if due is None or not asked.month <= due.close_by <= asked.last_day:
            continue
        if end_of(due.close_by) > asked.now:
            continue
        end = end_of(due.close_by)
        closed, n = queries.count_closed(asked.session, asked.scope, gate, end)
        good, total = good + closed, total + n
    return Measured(good, total)


def _repairs(asked: Asked) -> Counts:
    kept = sum_months(asked.session, asked.scope, [asked.month], asked.community_id)
    return kept.get(asked.month, Counts())


def _repairs_timely(asked: Asked) -> Measured:
    counts = _repairs(asked)
    return Measured(counts.timely, counts.decided)


def _repairs_passed(asked: Asked) -> Measured:
    counts = _repairs(asked)
    return Measured(counts.passed, counts.done)


def _complaints(asked: Asked) -> MonthCounts:
    return month_figures(asked.session, asked.scope, asked.community_id, asked.month, now=asked.now)


def _complaints_answered(asked: Asked) -> Measured:
    """Count those that were answered of those whose answer was given or is over its time."""
    counts = _complaints(asked)
    missing = counts.in_time + counts.late - counts.answered
    return Measured(counts.answered, counts.answered + max(missing, 0))


def _complaints_timely(asked: Asked) -> Measured:
    counts = _complaints(asked)
    return Measured(counts.in_time, counts.in_time + counts.late)


MEASURES: Mapping[str, Measure] = {
    one.code: one
    for one in (
        Measure("return_rate", Unit.PERCENT, _return_rate),
        Measure("begun_in_time", Unit.PERCENT, _begun),
        Measure("closed_in_time", Unit.PERCENT, _closed),
        Measure("repairs_timely", Unit.PERCENT, _repairs_timely),
        Measure("repairs_passed", Unit.PERCENT, _repairs_passed),
        Measure("complaints_answered", Unit.PERCENT, _complaints_answered),
        Measure("complaints_timely", Unit.PERCENT, _complaints_timely),
    )
}
