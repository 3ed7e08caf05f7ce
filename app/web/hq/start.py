"""The start page of head office: what needs a person now, one action each."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, render_template, url_for

from app.clock import beijing_date, last_day_before
from app.followup import queries as followup_queries
from app.followup.answering.queries import count_unchecked_alarms
from app.followup.models import CaseList
from app.followup.rows import VisitRow
from app.i18n import current_language
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign import queries
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.rules import GateState
from app.surveys.response.tracker import tracker
from app.web.auth import current_scope, require_role
from app.web.choosing import opened_campaigns
from app.web.progress import RowView, days_until, row_views
from app.web.services import services as outside
from app.web.transaction import reading
from app.web.words import short_date

bp = Blueprint("hq_start", __name__, url_prefix="/hq")

# The campaign before may still have open cases while the next one is being collected.
_CAMPAIGNS_SHOWN = 2
_LAST_DAYS = 3
_COMMUNITIES_LISTED = 8  # more of them become one line


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: when, what, and the page where it is done.

    Attributes:
        group: ``late``, ``today`` or ``week``.
        when: The date, or how many days are left, in words.
        title: What it is about.
        detail: The numbers behind it.
        action: The word on its button.
        href: The page it leads to.
    """

    group: str
    when: str
    title: str
    detail: str
    action: str
    href: str


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def show() -> str:
    """Show what is overdue, due today and due this week, and where the communities stand."""
    campaigns = opened_campaigns()[:_CAMPAIGNS_SHOWN]
    now = outside().now()
    tasks: list[Task] = [*_alarm_tasks()]
    views: list[RowView] = []
    for campaign in campaigns:
        found = row_views(tracker(reading(), campaign, current_scope(), now=now), now=now)
        views = views or found
        tasks += _gate_tasks(campaign, found)
        tasks += _exclusion_tasks(campaign)
        tasks += _case_tasks(campaign)
        tasks += _visit_tasks(campaign)
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
        has_drafts=len(queries.list_campaigns(reading())) > len(opened_campaigns()),
        groups=groups,
        tasks=tasks,
        views=views,
        states=_by_state(views),
        cases=_case_sums(campaigns[0]) if campaigns else None,
    )


def _alarm_tasks() -> Iterator[Task]:
    count = count_unchecked_alarms(reading(), current_scope())
    if count:
        yield Task(
            "today",
            _("today"),
            _("{count} homes say an answer is not theirs").format(count=count),
            _("Call back where a number was left, and keep what you found."),
            _("Look into it"),
            url_for("hq_alarms.index"),
        )


def _gate_tasks(campaign: Campaign, views: list[RowView]) -> Iterator[Task]:
    now = outside().now()
    for view in views:
        row, status = view.row, view.row.status
        page = url_for("hq_tracker.community", code=campaign.code, community_id=row.community_id)
        rate = _("{percent}% returned, {count} homes missing.").format(
            percent=view.rate.percent, count=row.still_needed
        )
        if status.state is GateState.EXTENDED:
            title = _("{community}: extend, or release below the gate").format(community=row.name)
            yield Task("late", short_date(campaign.closes_on), title, rate, _("Decide"), page)
        elif status.state is GateState.COLLECTING and row.still_needed:
            if (status.days_left or 0) <= _LAST_DAYS:
                title = _("{community}: bring in the last homes").format(community=row.name)
                when = _("{days} days left").format(days=status.days_left)
                yield Task("today", when, title, rate, _("See buildings"), page)
        elif status.due_at and now < status.due_at and row.gate.frozen_at:
            title = _("{community}: read the results, start follow-up").format(community=row.name)
            detail = _("Day {day} of the seven days.").format(
                day=8 - max(1, days_until(status.due_at, now=now))
            )
            results = url_for(
                "hq_results.overview", code=campaign.code, community_id=row.community_id
            )
            when = _("until {date}").format(date=short_date(last_day_before(status.due_at)))
            yield Task("week", when, title, detail, _("See results"), results)


def _exclusion_tasks(campaign: Campaign) -> Iterator[Task]:
    waiting: dict[int, list[str]] = {}
    for row in queries.list_exclusions(reading(), campaign.id, current_scope()):
        if row.exclusion.approved_at is None:
            waiting.setdefault(row.member.community_id, []).append(row.community)
    for community_id, names in waiting.items():
        page = url_for("hq_tracker.community", code=campaign.code, community_id=community_id)
        yield Task(
            "today",
            _("today"),
            _("{community}: decide on exclusions").format(community=names[0]),
            _("{count} homes asked for; until then they stay in the base.").format(
                count=len(names)
            ),
            _("Decide"),
            f"{page}#exclusions",
        )


def _case_tasks(campaign: Campaign) -> Iterator[Task]:
    today = beijing_date(outside().now())
    counts = followup_queries.count_cases(reading(), current_scope(), campaign.id)
    own = [row for row in counts if row.on_list is CaseList.HEAD_OFFICE]
    if sum(row.open for row in own):
        late = sum(row.overdue(today) for row in own)
        yield Task(
            "late" if late else "today",
            _("{count} overdue").format(count=late) if late else _("today"),
            _("{count} cases for head office alone").format(count=sum(row.open for row in own)),
            _("{campaign}. These owners do not want the office to know their address.").format(
                campaign=_title(campaign)
            ),
            _("Open list"),
            url_for("desk_followups.index", campaign=campaign.code, list=CaseList.HEAD_OFFICE),
        )
    overdue = [row for row in counts if row.on_list is CaseList.COMMUNITY and row.overdue(today)]
    if len(overdue) > _COMMUNITIES_LISTED:
        yield Task(
            "late",
            _title(campaign),
            _("{count} follow-up cases are overdue").format(
                count=sum(row.overdue(today) for row in overdue)
            ),
            _("In {count} communities.").format(count=len(overdue)),
            _("See communities"),
            url_for("desk_followups.index", campaign=campaign.code, list=CaseList.COMMUNITY),
        )
        return
    for row in overdue:
        yield Task(
            "late",
            short_date(row.due.close_by) if row.due else _("overdue"),
            _("{community}: {count} follow-up cases are overdue").format(
                community=row.community, count=row.overdue(today)
            ),
            _("{closed} of {total} closed; {untouched} without any contact.").format(
                closed=row.total - row.open, total=row.total, untouched=row.untouched
            ),
            _("Open list"),
            url_for(
                "desk_followups.index",
                campaign=campaign.code,
                list=CaseList.COMMUNITY,
                community=row.community_id,
            ),
        )


def _visit_tasks(campaign: Campaign) -> Iterator[Task]:
    today = beijing_date(outside().now())
    late: dict[int, list[VisitRow]] = {}
    for row in followup_queries.list_visits(reading(), current_scope(), campaign.id):
        if row.is_overdue(today):
            late.setdefault(row.community_id, []).append(row)
    for community_id, rows in late.items():
        yield Task(
            "late",
            short_date(min(row.planned_on for row in rows)),
            _("{community}: {count} home visits are overdue").format(
                community=rows[0].community, count=len(rows)
            ),
            _("Important customers are visited at home within the seven days."),
            _("Open list"),
            url_for("desk_visits.index", campaign=campaign.code, community=community_id),
        )


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
    counts = followup_queries.count_cases(reading(), current_scope(), campaign.id)
    visits = followup_queries.count_visits(reading(), current_scope(), campaign.id)
    return CaseSums(
        total=sum(row.total for row in counts),
        closed=sum(row.total - row.open for row in counts),
        untouched=sum(row.untouched for row in counts),
        visits=sum(row.planned for row in visits),
        visited=sum(row.visited for row in visits),
    )


def _title(campaign: Campaign) -> str:
    return campaign.title_en if current_language() == "en" else campaign.title
