"""Statements that read one community for its signals: by index, never a whole campaign."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.clock import end_of
from app.surveys.campaign.contact.queries import count_community
from app.surveys.campaign.models import Campaign, CampaignState, Exclusion, FrameMember
from app.surveys.campaign.queries import approved_exclusion
from app.surveys.integrity import thresholds as limits
from app.surveys.integrity.facts import Answered, Surroundings
from app.surveys.integrity.hands import Hand, one_hand
from app.surveys.integrity.models import IntegrityMeasure
from app.surveys.integrity.stored import read_signals
from app.surveys.paper.scans.models import ScanPage, ScanSheet
from app.surveys.paper.scans.trays import Tray
from app.surveys.register.models import Person
from app.surveys.response.models import Comment, Response, ResponseSignal


class Collected(NamedTuple):
    """One counted answer with its key and its home's replicate group."""

    response_id: int
    group: int
    answer: Answered


def list_answered(session: Session, campaign: Campaign, community_id: int) -> list[Collected]:
    """Return the counted answers of a community's base, in one statement."""
    statement = (
        select(
            Response.id,
            FrameMember.replicate_group,
            Response.vector,
            Response.channel,
            FrameMember.building,
            FrameMember.room,
            Response.received_at,
            ResponseSignal.device_hash,
            ResponseSignal.network_hash,
            ResponseSignal.entrance,
            ResponseSignal.seconds,
            Comment.id.is_not(None),
            FrameMember.delivered_at.is_not(None),
            Response.entered_by,
        )
        .join(FrameMember, FrameMember.id == Response.frame_member_id)
        .outerjoin(ResponseSignal, ResponseSignal.response_id == Response.id)
        .outerjoin(Comment, Comment.response_id == Response.id)
        .outerjoin(Exclusion, approved_exclusion())
        .where(
            _of_community(campaign.id, community_id),
            Response.is_counted,
            Response.instrument_digest == campaign.instrument_digest,
            Exclusion.frame_member_id.is_(None),
        )
        .order_by(Response.id)
    )
    return [Collected(row[0], row[1], Answered(*row[2:])) for row in session.execute(statement)]


def list_sealed_texts(session: Session, campaign_id: int, community_id: int) -> list[bytes]:
    """Return the sealed comments of the counted answers of a community."""
    return list(
        session.scalars(
            select(Comment.texts_sealed)
            .join(Response, Response.id == Comment.response_id)
            .join(FrameMember, FrameMember.id == Response.frame_member_id)
            .where(_of_community(campaign_id, community_id), Response.is_counted)
            .order_by(Comment.id)
        )
    )


def find_surroundings(session: Session, campaign: Campaign, community_id: int) -> Surroundings:
    """Return what is known of a community besides its answers, without its comments."""
    counts = count_community(session, campaign.id, community_id)
    earlier = _earlier_campaign(session, campaign)
    before = None if earlier is None else count_community(session, earlier, community_id)
    is_compared = before is not None and before.members > 0
    phones, shared = _count_phones(session, campaign.id, community_id)
    return Surroundings(
        members=counts.members,
        excluded=counts.excluded,
        deadline=end_of(campaign.closes_on),
        excluded_before=before.excluded / before.members if before and is_compared else None,
        phones=phones,
        shared_phones=shared,
        is_delivery_kept=_is_delivery_kept(session, campaign.id, community_id),
        level_before=_level(session, earlier, community_id),
        one_hand=one_hand(list_hands(session, campaign.id, community_id)),
    )


def list_hands(session: Session, campaign_id: int, community_id: int) -> list[Hand]:
    """Return how the marks on the scanned pages of counted answers look, without any answer."""
    statement = (
        select(
            ScanPage.batch_id,
            ScanPage.frame_member_id,
            ScanPage.darkness,
            ScanPage.stroke,
            ScanPage.slant,
        )
        .join(ScanSheet, ScanSheet.sheet_id == ScanPage.sheet_id)
        .join(Response, Response.id == ScanSheet.response_id)
        .where(
            ScanSheet.campaign_id == campaign_id,
            ScanSheet.community_id == community_id,
            ScanPage.tray == Tray.ACCEPTED,
            ScanPage.darkness.is_not(None),
            Response.is_counted,
        )
        .order_by(ScanPage.id)
    )
    return [
        Hand(batch, home, darkness, stroke, slant)
        for batch, home, darkness, stroke, slant in session.execute(statement)
        if home is not None and darkness is not None and stroke is not None and slant is not None
    ]


def _of_community(campaign_id: int, community_id: int) -> ColumnElement[bool]:
    return (FrameMember.campaign_id == campaign_id) & (FrameMember.community_id == community_id)


def _earlier_campaign(session: Session, campaign: Campaign) -> int | None:
    """Return the campaign opened before this one; a pilot is none."""
    return session.scalar(
        select(Campaign.id)
        .where(
            Campaign.state.in_((CampaignState.OPEN, CampaignState.CLOSED)),
            Campaign.opens_on < campaign.opens_on,
        )
        .order_by(Campaign.opens_on.desc())
        .limit(1)
    )


def _level(
    session: Session, campaign_id: int | None, community_id: int
) -> tuple[float, float] | None:
    """Return the mean overall answer measured in a campaign, with its error."""
    if campaign_id is None:
        return None
    row = session.get(IntegrityMeasure, (campaign_id, community_id))
    if row is None:
        return None
    for one in read_signals(row.signals):
        if one.code == "level" and one.value is not None and one.stderr is not None:
            return one.value, one.stderr
    return None


def _is_delivery_kept(session: Session, campaign_id: int, community_id: int) -> bool:
    """Say whether deliveries are recorded in this community at all."""
    found = session.scalar(
        select(FrameMember.id)
        .where(_of_community(campaign_id, community_id), FrameMember.delivered_at.is_not(None))
        .limit(1)
    )
    return found is not None


def _count_phones(session: Session, campaign_id: int, community_id: int) -> tuple[int, int]:
    """Count homes with a telephone number, and those whose number several homes have."""
    homes = (
        select(
            Person.phone_hash.label("phone"),
            func.count(Person.household_id.distinct()).label("homes"),
        )
        .join(FrameMember, FrameMember.household_id == Person.household_id)
        .where(
            _of_community(campaign_id, community_id),
            Person.phone_hash.is_not(None),
            Person.moved_out_on.is_(None),
        )
        .group_by(Person.phone_hash)
        .subquery()
    )
    every = session.scalar(select(func.coalesce(func.sum(homes.c.homes), 0)))
    shared = session.scalar(
        select(func.coalesce(func.sum(homes.c.homes), 0)).where(
            homes.c.homes >= limits.SHARED_PHONE_HOMES
        )
    )
    return int(every or 0), int(shared or 0)
