"""Filled forms and submissions for the tests of answers."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import end_of, start_of
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.response import services
from app.surveys.response.models import Channel
from app.surveys.response.services import Receipt, Submission
from app.vault import Vault
from tests.factories import perception_instrument

AREAS = tuple(area.code for area in perception_instrument().areas)
SECOND = timedelta(seconds=1)


def filled(
    *, overall: int = 8, areas: int = 4, rated: int = 9, **fields: str
) -> dict[str, list[str]]:
    """Return a form with the overall item and `rated` areas; names take ``__`` for a dot."""
    form = {f"area.{code}": [str(areas)] for code in AREAS[:rated]}
    form["overall"] = [str(overall)]
    return form | {name.replace("__", "."): [value] for name, value in fields.items()}


def submission(session: Session, member: FrameMember, **changes: object) -> Submission:
    """Return a submission of a phone: a filled form, a key of its own for the household."""
    campaign = campaign_queries.get_campaign(session, member.campaign_id)
    instrument = campaign_queries.get_instrument(session, campaign.instrument_digest)
    gate = campaign_queries.find_gate(session, member.campaign_id, member.community_id)
    base = Submission(
        member=member,
        instrument=instrument,
        offer=services.offer_of(instrument, gate, member),
        raw=filled(),
        key=f"key-{member.id}",
        channel=Channel.PHONE,
        language="zh-Hans",
        form="full",
    )
    return replace(base, **changes)


def submit(
    session: Session, vault: Vault, member: FrameMember, *, now: datetime, **changes: object
) -> Receipt:
    """Submit a filled form."""
    return services.record_response(session, vault, submission(session, member, **changes), now=now)


def opening_of(campaign: Campaign) -> datetime:
    """Return the first instant of collection."""
    return start_of(campaign.opens_on)


def deadline_of(campaign: Campaign) -> datetime:
    """Return the first instant after collection."""
    return end_of(campaign.closes_on)
