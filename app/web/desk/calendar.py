"""The week of home visits, the reasons of important customers, and the homes that need care."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from flask import Blueprint, abort, render_template, request

from app.clock import beijing_date
from app.followup.visits import queries, registered
from app.followup.visits.rows import CareHome, ImportantHome, VisitRow
from app.followup.visits.rules import week_of
from app.staff import audit
from app.surveys.register.models import Community, ImportantReason
from app.surveys.register.queries import list_communities
from app.web import visit_words
from app.web.auth import current_scope, require_role
from app.web.choosing import number_in_address, opened_campaigns
from app.web.desk.visits import DESK, campaign_with_visits
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("desk_visit_week", __name__, url_prefix="/desk/visits")

_Home = TypeVar("_Home", ImportantHome, CareHome)
_MOST_A_WEEK = 300


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar with its visits, those with a time first."""

    day: date
    rows: list[VisitRow]


@bp.get("/week")
@require_role(*DESK)
def week() -> str:
    """Show a week: seven columns at the desk, one day after the other on a phone. No names."""
    campaigns = opened_campaigns()
    campaign = campaign_with_visits(campaigns)
    today = beijing_date(outside().now())
    days = week_of(_day_in_address(today))
    communities = list_communities(reading(), current_scope())
    community_id = _chosen(communities)
    rows: list[VisitRow] = []
    if campaign is not None:
        rows = queries.list_visits(
            reading(),
            current_scope(),
            campaign.id,
            community_id=community_id,
            days=(days[0], days[-1]),
            visitor_id=current_scope().staff_id if request.args.get("mine") else None,
        )
    return render_template(
        "desk/visit_week.html",
        campaign=campaign,
        campaigns=campaigns,
        communities=communities,
        community_id=community_id,
        is_mine=bool(request.args.get("mine")),
        days=[Day(day, _of_day(rows, day)) for day in days],
        is_cut=len(rows) > _MOST_A_WEEK,
        before=days[0] - timedelta(days=7),
        after=days[0] + timedelta(days=7),
        today=today,
        say=visit_words,
    )


@bp.get("/reasons")
@require_role(*DESK)
def reasons() -> str:
    """Show why households of a community are important; each one shown is audited."""
    communities = list_communities(reading(), current_scope())
    community_id = _chosen(communities)
    homes = (
        registered.list_important(reading(), current_scope(), community_id) if community_id else []
    )
    _write_down(homes, "view_important")
    counts = Counter(home.reason for home in homes)
    return render_template(
        "desk/visit_reasons.html",
        communities=communities,
        community_id=community_id,
        homes=homes,
        counts=[(reason, counts[reason]) for reason in ImportantReason if counts[reason]],
    )


@bp.get("/care")
@require_role(*DESK)
def care() -> str:
    """Show the homes of a community that need something; never why. Each one shown is audited."""
    communities = list_communities(reading(), current_scope())
    community_id = _chosen(communities)
    today = beijing_date(outside().now())
    homes = (
        registered.list_care_homes(reading(), current_scope(), community_id, today=today)
        if community_id
        else []
    )
    _write_down(homes, "view_care")
    return render_template(
        "desk/visit_care.html",
        communities=communities,
        community_id=community_id,
        homes=homes,
        say=visit_words,
    )


def _of_day(rows: list[VisitRow], day: date) -> list[VisitRow]:
    own = [row for row in rows if row.planned_on == day]
    return sorted(
        own[:_MOST_A_WEEK],
        key=lambda row: (
            visit_words.clock_time(row.appointed_at) if row.appointed_at else "~",
            row.community,
            row.route,
        ),
    )


def _chosen(communities: list[Community]) -> int | None:
    """Return the community of the address, or the only one there is."""
    wanted = number_in_address("community")
    known = {one.id for one in communities}
    if wanted is not None and wanted not in known:
        abort(404)
    return next(iter(known)) if wanted is None and len(known) == 1 else wanted


def _day_in_address(today: date) -> date:
    text = request.args.get("week", "")
    if not text:
        return today
    try:
        found = date.fromisoformat(text)
    except ValueError:
        abort(404)
    if abs((found - today).days) > 3660:
        abort(404)
    return found


def _write_down(homes: list[_Home], action: str) -> None:
    if not homes:
        return
    with transaction() as session:
        audit.record_many(
            session,
            actor=current_scope(),
            action=action,
            subjects=[(home.household_uid, home.community_id) for home in homes],
            now=outside().now(),
        )
