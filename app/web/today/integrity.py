"""Communities whose answers came about unusually, and objections that wait for an answer."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from flask import url_for

from app.clock import beijing_date, end_of
from app.i18n import gettext as _
from app.surveys.campaign.models import Campaign
from app.surveys.integrity import queries
from app.surveys.integrity.deciding.queries import list_resurveys
from app.web.today.tasks import Task, few, title_of
from app.web.transaction import reading
from app.web.words import short_date

_LISTED = 8  # the page of the checks lists all


def tasks(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield what head office has to look at, once the collection is over."""
    if now < end_of(campaign.closes_on):
        return
    waiting = queries.list_undecided(reading(), campaign.id)
    title = _("{count} communities: check how the answers came about").format(count=len(waiting))
    found = [partial(_check, campaign, key, name) for key, name in waiting]
    yield from few(found, campaign, title, endpoint="hq_integrity.index", group="today")
    appeals = queries.count_open_appeals(reading(), campaign.id)
    if appeals:
        yield Task(
            "today",
            _("today"),
            _("{count} objections of offices wait for an answer").format(count=appeals),
            _("An office may object once to each decision."),
            _("Answer the objection"),
            url_for("hq_integrity.index", campaign=campaign.code),
        )


def again(now: datetime) -> Iterator[Task]:
    """Yield the communities to be asked again: their result was annulled, and nobody has asked."""
    today = beijing_date(now)
    waiting = list_resurveys(reading())
    for one in waiting[:_LISTED]:
        is_due = one.again_on <= today
        yield Task(
            "late" if one.again_on < today else "today" if is_due else "week",
            _("from {date}").format(date=short_date(one.again_on)),
            _("{community}: ask again").format(community=one.name),
            _("The result of “{campaign}” was annulled; no campaign has asked since.").format(
                campaign=title_of(one.campaign)
            ),
            _("Plan a campaign") if is_due else _("See the decision"),
            url_for("hq_plan.index")
            if is_due
            else url_for(
                "hq_integrity.show", code=one.campaign.code, community_id=one.community_id
            ),
        )


def _check(campaign: Campaign, community_id: int, name: str) -> Task:
    return Task(
        "today",
        _("today"),
        _("{community}: check how the answers came about").format(community=name),
        _("Unusual beside its peers. Calls tell whether anything is wrong."),
        _("See signals"),
        url_for("hq_integrity.show", code=campaign.code, community_id=community_id),
    )
