"""The start page of head office: what needs a person now, one action each."""

from dataclasses import dataclass

from flask import Blueprint, render_template

from app.followup import queries as followup_queries
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign import queries
from app.surveys.campaign.models import OPENED, Campaign
from app.web.auth import current_scope, require_role
from app.web.choosing import opened_campaigns
from app.web.hq.due import Task, alarms, cases, exclusions, gates, messages, plan, visits
from app.web.hq.due.standing import cases_of, standing_of
from app.web.progress import RowView
from app.web.services import services as outside
from app.web.transaction import reading

bp = Blueprint("hq_start", __name__, url_prefix="/hq")

# The campaign before may still have open cases while the next one is being collected.
_CAMPAIGNS_SHOWN = 2
# In the order of the page; a new subject is one module in `due` and one word here. The plan is
# asked for campaigns in preparation, too.
_SUBJECTS = (gates, exclusions, messages, cases, visits)


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def show() -> str:
    """Show what is overdue, due today and due this week, and where the communities stand."""
    campaigns = opened_campaigns()[:_CAMPAIGNS_SHOWN]
    now = outside().now()
    tasks: list[Task] = [*alarms.tasks()]
    for campaign in [*_prepared(), *campaigns]:
        tasks += plan.tasks(campaign, now)
    for campaign in campaigns:
        for subject in _SUBJECTS:
            tasks += subject.tasks(campaign, now)
    views = standing_of(campaigns[0], now=now) if campaigns else []
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
        has_drafts=bool(_prepared()),
        groups=groups,
        tasks=tasks,
        views=views,
        states=_by_state(views),
        cases=_case_sums(campaigns[0]) if campaigns else None,
    )


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


@dataclass(frozen=True, slots=True)
class CaseSums:
    """Follow-up and visits of a campaign, added up."""

    total: int
    closed: int
    untouched: int
    visits: int
    visited: int


def _case_sums(campaign: Campaign) -> CaseSums:
    counts = cases_of(campaign)
    visits = followup_queries.count_visits(reading(), current_scope(), campaign.id)
    return CaseSums(
        total=sum(row.total for row in counts),
        closed=sum(row.total - row.open for row in counts),
        untouched=sum(row.untouched for row in counts),
        visits=sum(row.planned for row in visits),
        visited=sum(row.visited for row in visits),
    )
