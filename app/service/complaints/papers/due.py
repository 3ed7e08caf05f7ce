"""What presses in the papers of complaints: reports to issue, plans to write, actions to do."""

from collections import Counter
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.service.complaints.papers import queries
from app.service.complaints.papers.counted.queries import first_month_with
from app.service.complaints.papers.months import before, month_of, report_due, run
from app.service.due import Due
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.planning.queries import load_calendar
from app.surveys.register.queries import list_communities

_REPORTING = frozenset({Role.HEAD_OFFICE, Role.OFFICE})
_LOOKED_BACK = 12  # months; what is older is history, not work


def count_due(session: Session, scope: Scope, *, now: datetime) -> Due:
    """Return what somebody must write or see done, by when."""
    today = beijing_date(now)
    days = Counter(queries.count_open_actions(session, scope))
    if scope.role is Role.HEAD_OFFICE:
        days.update(queries.count_unplanned(session))
    if scope.role in _REPORTING:
        days.update(count_missing_reports(session, scope, now=now))
    pressing = [day for day, count in days.items() if count and day <= today]
    return Due(
        late=sum(count for day, count in days.items() if day < today),
        today=days[today],
        soon=sum(count for day, count in days.items() if day > today),
        first=min(pressing, default=None),
    )


def count_missing_reports(session: Session, scope: Scope, *, now: datetime) -> dict[date, int]:
    """Return how many reports of whole months are not issued, by their last day.

    Reports are asked for from the month of the first complaint on, at most a year back.
    """
    first, last = first_month_with(session), before(month_of(now))
    if first is None or first > last:
        return {}
    months = [one for one in run(last, _LOOKED_BACK) if one >= first]
    all_of_them, calendar = len(list_communities(session, scope)), load_calendar(session)
    issued = queries.count_reported(session, scope, months)
    missing = {report_due(one, calendar): all_of_them - issued.get(one, 0) for one in months}
    return {day: count for day, count in missing.items() if count > 0}
