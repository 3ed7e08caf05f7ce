"""Home visits whose planned day has passed."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from flask import url_for

from app.clock import beijing_date
from app.followup import queries as followup_queries
from app.followup.rows import LateVisits
from app.i18n import gettext as _
from app.surveys.campaign.models import Campaign
from app.web.auth import current_scope
from app.web.hq.due import Task, few
from app.web.transaction import reading
from app.web.words import short_date


def tasks(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield the communities whose planned visits are late."""
    late = followup_queries.count_late_visits(
        reading(), current_scope(), campaign.id, today=beijing_date(now)
    )
    title = _("{count} home visits are overdue").format(count=sum(row.count for row in late))
    found = [partial(_late, campaign, row) for row in late]
    yield from few(found, campaign, title, endpoint="desk_visits.index", group="late")


def _late(campaign: Campaign, row: LateVisits) -> Task:
    return Task(
        "late",
        short_date(row.since),
        _("{community}: {count} home visits are overdue").format(
            community=row.community, count=row.count
        ),
        _("Important customers are visited at home within the seven days."),
        _("Open list"),
        url_for("desk_visits.index", campaign=campaign.code, community=row.community_id),
    )
