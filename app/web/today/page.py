"""The start page of each role: overdue, today, this week; one action each."""

from collections.abc import Iterator

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from app.followup.coverage.rows import Coverage
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign import queries
from app.surveys.campaign.models import OPENED, Campaign
from app.web import alarm_count
from app.web.auth import current_scope, find_scope, require_role
from app.web.choosing import opened_campaigns
from app.web.progress import RowView
from app.web.services import services as outside
from app.web.today import (
    alarms,
    answers,
    calls,
    cases,
    collecting,
    dangers,
    exclusions,
    gates,
    integrity,
    loop,
    messages,
    overview,
    own_cases,
    plan,
    promises,
    visits,
)
from app.web.today.standing import coverage_of, standing_of
from app.web.today.tasks import Task
from app.web.transaction import reading

bp = Blueprint("today", __name__)

ROLES = (
    Role.HEAD_OFFICE,
    Role.LEADER,
    Role.REGION,
    Role.OFFICE,
    Role.STEWARD,
    Role.COMMITTEE,
    Role.CALLER,
)
# The campaign before may still have open cases while the next one is being collected.
_CAMPAIGNS_SHOWN = 2
# In the order of the page; a new subject is one module here and one word in one of these.
_BY_CAMPAIGN = {
    Role.HEAD_OFFICE: (
        gates.tasks,
        exclusions.tasks,
        messages.tasks,
        cases.tasks,
        visits.tasks,
        integrity.tasks,
        answers.tasks,
    ),
    Role.LEADER: (overview.late_work, overview.last_days),
    Role.REGION: (overview.late_work, overview.last_days),
    Role.OFFICE: (
        cases.tasks,
        own_cases.of_office,
        answers.tasks,
        collecting.homes,
        collecting.results,
    ),
    Role.CALLER: (own_cases.mine,),
    Role.STEWARD: (own_cases.mine,),
    Role.COMMITTEE: (collecting.results,),
}
_AT_ONCE = {
    Role.CALLER: (calls.tasks, loop.tasks),
    Role.LEADER: (overview.plans, promises.of_meetings, loop.tasks),
    Role.HEAD_OFFICE: (integrity.again, promises.of_meetings, loop.tasks),
    Role.REGION: (promises.of_meetings,),
    Role.OFFICE: (visits.own, promises.at_doors, promises.of_meetings, loop.tasks),
    Role.STEWARD: (visits.own, promises.at_doors, loop.tasks),
}
_SEE_DANGERS = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD, Role.CALLER)
_SEE_TRACKER = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION)


@bp.after_app_request
def count_anew(response: Response) -> Response:
    """Let the number in the menu follow what somebody has just done."""
    scope = find_scope() if request.method == "POST" else None
    if scope is not None:
        alarm_count.forget(scope.staff_id)
    return response


@bp.get("/today")
@require_role(*ROLES)
def show() -> str:
    """Show what waits for the person who is signed in, and where the communities stand."""
    role, now = current_scope().role, outside().now()
    campaigns = opened_campaigns()[:_CAMPAIGNS_SHOWN]
    tasks = list(_tasks(role, campaigns))
    sees_tracker = role in _SEE_TRACKER
    views = standing_of(campaigns[0], now=now) if campaigns and sees_tracker else []
    groups = [
        (group, name, [task for task in tasks if task.group == group])
        for group, name in (
            ("late", _("Overdue")),
            ("today", _("Today")),
            ("week", _("This week")),
        )
    ]
    return render_template(
        "hq/start.html",
        campaign=campaigns[0] if campaigns else None,
        has_drafts=role is Role.HEAD_OFFICE and bool(_prepared()),
        groups=groups,
        tasks=tasks,
        views=views,
        states=_by_state(views),
        cases=_sums(campaigns) if role not in (Role.COMMITTEE, Role.CALLER) else None,
        is_head=role is Role.HEAD_OFFICE,
        sees_tracker=sees_tracker,
        sees_coverage=sees_tracker or role is Role.OFFICE,
    )


def _tasks(role: Role, campaigns: list[Campaign]) -> Iterator[Task]:
    now = outside().now()
    if role in _SEE_DANGERS:
        for campaign in campaigns:
            yield from dangers.tasks(campaign, now)
    if role is Role.HEAD_OFFICE:
        yield from alarms.tasks()
        for campaign in [*_prepared(), *campaigns]:
            yield from plan.tasks(campaign, now)
    for at_once in _AT_ONCE.get(role, ()):
        yield from at_once(now)
    for campaign in campaigns:
        for subject in _BY_CAMPAIGN.get(role, ()):
            yield from subject(campaign, now)


def _prepared() -> list[Campaign]:
    """Return the campaigns that are not open yet, the next one first."""
    known = queries.list_campaigns(reading())
    return [campaign for campaign in reversed(known) if campaign.state not in OPENED]


def _by_state(views: list[RowView]) -> list[tuple[RowView, list[RowView]]]:
    """Return one example of each state with all communities in it, in the order of the tracker."""
    found: dict[tuple[str, str], list[RowView]] = {}
    for view in views:
        found.setdefault((view.kind, view.state), []).append(view)
    return [(group[0], group) for group in found.values()]


def _sums(campaigns: list[Campaign]) -> dict[str, int | str] | None:
    """Add up follow-up and visits of the latest campaign whose clocks run, else of any cases."""
    found = [(one, coverage_of(one, now=outside().now())) for one in campaigns]
    found = [(one, rows) for one, rows in found if any(not row.is_quiet for row in rows)]
    if not found:
        return None
    begun = [pair for pair in found if any(row.close_by for row in pair[1])]
    campaign, rows = (begun or found)[0]
    return {"code": campaign.code, **_sum(rows)}


def _sum(rows: tuple[Coverage, ...]) -> dict[str, int]:
    return {
        "total": sum(row.cases for row in rows),
        "closed": sum(row.closed + row.declined for row in rows),
        "untouched": sum(row.untouched for row in rows),
        "visits": sum(row.visits for row in rows),
        "visited": sum(row.visited for row in rows),
    }
