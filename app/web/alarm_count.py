"""How much is overdue for the signed-in person: the number beside "Due today" in the menu.

The menu stands on every page, so the number is kept for a minute and counted anew after the
person has changed something.
"""

from datetime import datetime, timedelta

from flask import current_app

from app.clock import beijing_date
from app.followup.coverage.queries import count_overdue
from app.followup.review.queries import READERS, list_open_decisions
from app.followup.visits.queries import list_actions
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.models import OPENED
from app.surveys.campaign.queries import list_campaigns
from app.web.loop_due import count_late
from app.web.transaction import reading

_KEY = "linsheng-overdue"
_KEPT_FOR = timedelta(minutes=1)
_CAMPAIGNS = 2
_MOST = 99
_COUNTED = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE, Role.STEWARD)


def overdue(scope: Scope, *, now: datetime) -> int:
    """Return how much is past its day: cases, visits, promises, decisions, the service loop."""
    if scope.role not in _COUNTED:
        return 0
    kept: dict[int, tuple[datetime, int]] = current_app.extensions.setdefault(_KEY, {})
    found = kept.get(scope.staff_id)
    if found is not None and found[0] <= now < found[0] + _KEPT_FOR:
        return found[1]
    count = _count(scope, now)
    kept[scope.staff_id] = (now, count)
    return count


def forget(staff_id: int) -> None:
    """Count anew at the next page of this person."""
    current_app.extensions.get(_KEY, {}).pop(staff_id, None)


def _count(scope: Scope, now: datetime) -> int:
    session, before = reading(), beijing_date(now) - timedelta(days=1)
    opened = [one for one in list_campaigns(session) if one.state in OPENED][:_CAMPAIGNS]
    count = sum(count_overdue(session, scope, one.id, now=now) for one in opened)
    count += len(list_actions(session, scope, until=before, only_open=True, most=_MOST))
    if scope.role in READERS:
        count += len(list_open_decisions(session, scope, until=before, most=_MOST))
    return count + count_late(session, scope, now=now)
