"""What presses in talks, opinions, forum words and activities, for the page "due today"."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.service.due import Due
from app.service.talks import queries
from app.service.talks.events.queries import count_unrecorded
from app.service.talks.forum.queries import count_due as count_forum
from app.service.talks.rules import APPEARS_ON, last_day
from app.service.talks.statements.queries import count_drafts
from app.staff.models import Role
from app.staff.scope import Scope

_MOVERS = frozenset({Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD})


def count_due(session: Session, scope: Scope, *, now: datetime) -> Due:
    """Count what somebody must move: months, opinions, replies, records, decisions.

    A month's talk is due on its last day, an opinion on the day promised; one with no answer yet,
    a report to approve and a month to excuse have no day and count as open.
    """
    if scope.role not in _MOVERS:
        return Due()
    today = beijing_date(now)
    days: list[tuple[date | None, int]] = [
        (last_day(month), count)
        for month, count in queries.count_open_months(session, scope)
        if today >= month.replace(day=APPEARS_ON)
    ]
    days += queries.count_opinions_due(session, scope)
    days += count_forum(session, scope)
    days += count_unrecorded(session, scope, today=today)
    if scope.role is Role.HEAD_OFFICE:
        waiting = queries.count_absences_asked(session) + count_drafts(session)
        days.append((None, waiting))
    return _sum(days, today)


def _sum(days: Iterable[tuple[date | None, int]], today: date) -> Due:
    late = at_once = soon = 0
    first: date | None = None
    for due, count in days:
        if due is None or due > today:
            soon += count
            continue
        late, at_once = (late + count, at_once) if due < today else (late, at_once + count)
        first = due if first is None else min(first, due)
    return Due(late, at_once, soon, first)
