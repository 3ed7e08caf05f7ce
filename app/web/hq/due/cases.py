"""Follow-up cases: those only head office may see, and overdue ones."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial

from flask import url_for

from app.clock import beijing_date
from app.followup.models import CaseList
from app.followup.rows import CaseCounts
from app.i18n import gettext as _
from app.surveys.campaign.models import Campaign
from app.web.hq.due import Task, few, title_of
from app.web.hq.due.standing import cases_of
from app.web.words import short_date


def tasks(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield the cases of head office alone and the communities with overdue ones."""
    today = beijing_date(now)
    counts = cases_of(campaign)
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


def _overdue(campaign: Campaign, row: CaseCounts, today: date) -> Task:
    return Task(
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
