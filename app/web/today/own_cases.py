"""Follow-up of the signed-in person: what is late, and what is to be closed this week."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import url_for

from app.clock import beijing_date
from app.followup.cases.lists.queries import Filters, Whose, list_page
from app.followup.models import CaseList, CaseState
from app.i18n import gettext as _
from app.surveys.campaign.models import Campaign
from app.web.auth import current_scope
from app.web.today.standing import cases_of
from app.web.today.tasks import Task, title_of
from app.web.transaction import reading
from app.web.words import short_date

_WEEK = timedelta(days=7)


def mine(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield the cases a steward answers for: those that are late, and the others."""
    today = beijing_date(now)
    open_ = Filters(state=CaseState.OPEN, whose=Whose.MINE)
    late_ = Filters(state=CaseState.OPEN, whose=Whose.MINE, is_overdue=True)
    scope = current_scope()
    all_ = list_page(reading(), scope, campaign.id, open_, today=today, size=1).total
    late = list_page(reading(), scope, campaign.id, late_, today=today, size=1).total
    mine = Whose.MINE.value
    if late:
        yield Task(
            "late",
            _("overdue"),
            _("{count} of your follow-up cases are overdue").format(count=late),
            title_of(campaign),
            _("Open list"),
            url_for("desk_followups.index", campaign=campaign.code, whose=mine, overdue="1"),
        )
    if all_ - late:
        yield Task(
            "today",
            _("today"),
            _("{count} follow-up cases are yours").format(count=all_ - late),
            title_of(campaign),
            _("Open list"),
            url_for("desk_followups.index", campaign=campaign.code, whose=mine),
        )


def of_office(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield the communities of an office whose cases run out this week."""
    today = beijing_date(now)
    for row in cases_of(campaign, today):
        if row.on_list is not CaseList.COMMUNITY or row.due is None or row.overdue(today):
            continue
        is_untouched = row.untouched and today <= row.due.start_by
        last = row.due.start_by if is_untouched else row.due.close_by
        if row.open and last <= today + _WEEK:
            yield Task(
                "today" if last == today else "week",
                _("until {date}").format(date=short_date(last)),
                _("{community}: {count} follow-up cases to do").format(
                    community=row.community, count=row.open
                ),
                _("{closed} of {total} closed; {untouched} without any contact.").format(
                    closed=row.total - row.open, total=row.total, untouched=row.untouched
                ),
                _("Open list"),
                url_for("desk_followups.index", campaign=campaign.code, community=row.community_id),
            )
