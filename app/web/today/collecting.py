"""What an office does while its communities collect, and what is released for it."""

from collections.abc import Iterator
from datetime import datetime

from flask import url_for

from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.rules import GateState
from app.web.auth import current_scope
from app.web.progress import RowView
from app.web.today.standing import standing_of
from app.web.today.tasks import Task
from app.web.words import last_day

_PRESSING = 3


def homes(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield the own communities that still need homes."""
    for view in standing_of(campaign, now=now):
        status = view.row.status
        if status.state is GateState.COLLECTING and view.row.still_needed:
            days = status.days_left or 0
            yield Task(
                "today" if days <= _PRESSING else "week",
                _("{days} days left").format(days=days),
                _("{community}: bring in the last homes").format(community=view.row.name),
                _rate(view),
                _("See buildings"),
                url_for(
                    "desk_followups.community",
                    code=campaign.code,
                    community_id=view.row.community_id,
                ),
            )


def results(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield the communities whose results were released within the week."""
    for view in standing_of(campaign, now=now):
        status = view.row.status
        is_shown = view.row.gate.frozen_at is not None and view.row.gate.held_at is None
        if status.is_released and is_shown and status.due_at is not None and now < status.due_at:
            yield Task(
                "week",
                _("until {date}").format(date=last_day(status.due_at)),
                _("{community}: read the results").format(community=view.row.name),
                _("The public answers follow.")
                if current_scope().role is Role.COMMITTEE
                else _("Start follow-up within the week."),
                _("See results"),
                url_for(
                    "hq_results.overview", code=campaign.code, community_id=view.row.community_id
                ),
            )


def _rate(view: RowView) -> str:
    return _("{percent}% returned, {count} homes missing.").format(
        percent=view.rate.percent, count=view.row.still_needed
    )
