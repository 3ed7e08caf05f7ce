"""Dangers to people that are still open: before anything else, whoever answers for them."""

from collections.abc import Iterator
from datetime import date, datetime

from flask import url_for

from app.clock import beijing_date
from app.followup.cases.lists.queries import Filters, list_page
from app.followup.models import CaseState, Urgency
from app.followup.rows import CaseRow
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.web.auth import current_scope
from app.web.today.tasks import Task, title_of
from app.web.transaction import reading
from app.web.words import home_name, short_date

_LISTED = 6  # more of one campaign become one line


def tasks(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield the open dangers this person may see; very many become one line, late ones another."""
    today, scope = beijing_date(now), current_scope()
    open_ = Filters(state=CaseState.OPEN, urgency=Urgency.SAFETY)
    page = list_page(reading(), scope, campaign.id, open_, today=today, size=_LISTED)
    if page.total <= _LISTED:
        yield from (_one(row, today) for row in page.rows)
        return
    late_ = Filters(state=CaseState.OPEN, urgency=Urgency.SAFETY, is_overdue=True)
    late = list_page(reading(), scope, campaign.id, late_, today=today, size=1).total
    if late:
        yield _many("late", late, campaign)
    if page.total - late:
        yield _many("today", page.total - late, campaign)


def _one(row: CaseRow, today: date) -> Task:
    is_late = row.is_overdue(today)
    by = ""
    if row.due is not None:
        by = short_date(row.due.close_by if row.contacts else row.due.start_by)
    return Task(
        "late" if is_late else "today",
        by or _("today"),
        _("Danger: {community} {home}").format(
            community=row.community, home=home_name(row.building, row.room)
        ),
        _rule() if row.contacts else _("Nobody has been in contact yet.") + " " + _rule(),
        _("Open case"),
        url_for("desk_followups.case", case_id=row.id),
    )


def _many(group: str, count: int, campaign: Campaign) -> Task:
    is_late = group == "late"
    title = _("Dangers to people overdue: {count}") if is_late else _("Dangers to people: {count}")
    return Task(
        group,
        _("overdue") if is_late else _("today"),
        title.format(count=count),
        f"{title_of(campaign)}{_(': ')}{_rule()}",
        _("Open list"),
        _address(campaign, is_late=is_late),
    )


def _rule() -> str:
    return _("Somebody is there by the end of the next day; closed within three working days.")


def _address(campaign: Campaign, *, is_late: bool) -> str:
    """Return the list that holds them: head office has one across both of its lists."""
    if current_scope().role is Role.HEAD_OFFICE:
        return url_for("desk_triage.index", campaign=campaign.code)
    return url_for(
        "desk_followups.index",
        campaign=campaign.code,
        urgency=Urgency.SAFETY.value,
        overdue="1" if is_late else None,
    )
