"""Exclusions that wait for the decision of head office."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from flask import url_for

from app.i18n import gettext as _
from app.surveys.campaign import queries
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import CommunityCount
from app.web.auth import current_scope
from app.web.today.tasks import Task, few
from app.web.transaction import reading


def tasks(campaign: Campaign, now: datetime) -> Iterator[Task]:  # noqa: ARG001 - one shape
    """Yield the communities with homes somebody asked to leave out."""
    waiting = queries.count_undecided_exclusions(reading(), campaign.id, current_scope())
    title = _("Decide on exclusions of {count} homes").format(count=sum(r.count for r in waiting))
    found = [partial(_waiting, campaign, row) for row in waiting]
    yield from few(found, campaign, title, endpoint="hq_tracker.index", group="today")


def _waiting(campaign: Campaign, row: CommunityCount) -> Task:
    return Task(
        "today",
        _("today"),
        _("{community}: decide on exclusions").format(community=row.community),
        _("{count} homes asked for; until then they stay in the base.").format(count=row.count),
        _("Decide"),
        url_for(
            "hq_tracker.community",
            code=campaign.code,
            community_id=row.community_id,
            _anchor="exclusions",
        ),
    )
