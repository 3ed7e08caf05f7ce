"""Home visits: late ones by community for who counts them, each one for who goes there."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from flask import url_for

from app.clock import beijing_date
from app.followup.visits import queries
from app.followup.visits.rows import LateVisits, VisitRow
from app.followup.visits.wording import visit_state
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.web.auth import current_scope
from app.web.today.tasks import Task, few
from app.web.transaction import reading
from app.web.words import beijing_time, home_name, short_date

_WEEK = timedelta(days=7)
_LISTED = 6  # more of one group become one line
_READ = 100


def tasks(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield the communities whose planned visits are late."""
    late = queries.count_late_visits(
        reading(), current_scope(), campaign.id, today=beijing_date(now)
    )
    title = _("{count} home visits are overdue").format(count=sum(row.count for row in late))
    found = [partial(_late, campaign, row) for row in late]
    yield from few(found, campaign, title, endpoint=_list_endpoint(), group="late")


def own(now: datetime) -> Iterator[Task]:
    """Yield the visits an office or a steward has to make by next week, one by one."""
    scope, today = current_scope(), beijing_date(now)
    rows = queries.list_open_visits(reading(), scope, until=today + _WEEK, most=_READ)
    if scope.role is Role.STEWARD:
        rows = [row for row in rows if row.visitor_id in (None, scope.staff_id)]
    groups: dict[str, list[VisitRow]] = {"late": [], "today": [], "week": []}
    for row in rows:
        day = row.planned_on
        groups["late" if day < today else "today" if day == today else "week"].append(row)
    for group, found in groups.items():
        if len(found) > _LISTED:
            yield _many(group, found)
        else:
            yield from (_one(group, row) for row in found)


def _one(group: str, row: VisitRow) -> Task:
    when = beijing_time(row.appointed_at) if row.appointed_at else short_date(row.planned_on)
    is_agreed = row.appointed_at is not None
    page = url_for("desk_visits.visit", visit_id=row.id)
    return Task(
        group,
        when,
        _("Visit {community} {home}").format(
            community=row.community, home=home_name(row.building, row.room)
        ),
        visit_state(row.state) if is_agreed else _("The time is still to be agreed."),
        _("Record") if is_agreed else _("Agree a time"),
        url_for("desk_visit_record.show", visit_id=row.id) if is_agreed else f"{page}#appoint",
    )


def _many(group: str, rows: list[VisitRow]) -> Task:
    return Task(
        group,
        short_date(rows[0].planned_on),
        _("{count} home visits").format(count=len(rows)),
        _("Important customers are visited at home within the seven days."),
        _("Open list"),
        url_for("desk_visits.index", state="open"),
    )


def _late(campaign: Campaign, row: LateVisits) -> Task:
    endpoint = _list_endpoint()
    place = row.community_id if endpoint == "desk_visits.index" else None
    return Task(
        "late",
        short_date(row.since),
        _("{community}: {count} home visits are overdue").format(
            community=row.community, count=row.count
        ),
        _("Important customers are visited at home within the seven days."),
        _("Open list"),
        url_for(endpoint, campaign=campaign.code, community=place),
    )


def _list_endpoint() -> str:
    """Return the list a person may open: the visits, or counts of them."""
    is_desk = current_scope().role in (Role.HEAD_OFFICE, *queries.FOLLOWERS)
    return "desk_visits.index" if is_desk else "coverage.index"
