"""Follow-up cases: words that sound like danger, those of head office alone, overdue ones."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial

from flask import url_for

from app.clock import beijing_date
from app.followup.cases.queries import count_triage
from app.followup.models import CaseList, Urgency
from app.followup.rows import CaseCounts
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.web.auth import current_scope
from app.web.today.standing import cases_of
from app.web.today.tasks import Task, few, title_of
from app.web.transaction import reading
from app.web.words import short_date


def tasks(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield dangers, the cases of head office alone and the communities with overdue ones."""
    today = beijing_date(now)
    if current_scope().role is Role.HEAD_OFFICE:
        yield from _unread(campaign)
    counts = cases_of(campaign, today)
    own = [row for row in counts if row.on_list is CaseList.HEAD_OFFICE]
    if sum(row.open for row in own):
        late = sum(row.overdue(today) for row in own)
        yield Task(
            "late" if late else "today",
            _("{count} overdue").format(count=late) if late else _("today"),
            _("{count} cases for head office alone").format(count=sum(row.open for row in own)),
            _("{campaign}. These owners do not want the office to know their address.").format(
                campaign=title_of(campaign)
            ),
            _("Open list"),
            url_for("desk_followups.index", campaign=campaign.code, list=CaseList.HEAD_OFFICE),
        )
    overdue = [row for row in counts if row.on_list is CaseList.COMMUNITY and row.overdue(today)]
    title = _("{count} follow-up cases are overdue").format(
        count=sum(row.overdue(today) for row in overdue)
    )
    found = [partial(_overdue, campaign, row, today) for row in overdue]
    yield from few(found, campaign, title, endpoint="desk_followups.index", group="late")


def _unread(campaign: Campaign) -> Iterator[Task]:
    """Yield words nobody has looked at that sound like danger."""
    count = count_triage(reading(), campaign.id).safety
    if count:
        yield Task(
            "today",
            _("today"),
            _("Homes whose words sound like danger: {count}").format(count=count),
            _("{campaign}. Look at the words now; the gate does not matter for it.").format(
                campaign=title_of(campaign)
            ),
            _("Open triage"),
            url_for("desk_triage.index", campaign=campaign.code, hint=Urgency.SAFETY),
        )


def _late_since(row: CaseCounts, today: date) -> str:
    """Return the day of the gate's clock that has passed; a danger has a clock of its own."""
    if row.due is None or today <= row.due.start_by:
        return _("overdue")
    return short_date(row.due.close_by if today > row.due.close_by else row.due.start_by)


def _overdue(campaign: Campaign, row: CaseCounts, today: date) -> Task:
    return Task(
        "late",
        _late_since(row, today),
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
