"""Statements on annulled results and on the communities that are asked again."""

from sqlalchemy import Exists, select
from sqlalchemy.orm import Session, aliased

from app.surveys.campaign.models import OPENED, Campaign, Gate
from app.surveys.integrity.models import (
    AppealOutcome,
    IntegrityAppeal,
    IntegrityDecision,
    Verdict,
)
from app.surveys.integrity.rows import Resurvey


def is_annulled(session: Session, campaign_id: int, community_id: int) -> bool:
    """Say whether the result of a community was annulled, and no objection to that was granted."""
    return community_id in list_annulled(session, campaign_id)


def list_annulled(session: Session, campaign_id: int) -> frozenset[int]:
    """Return the communities of a campaign whose result stands annulled."""
    return frozenset(
        session.scalars(
            select(IntegrityDecision.community_id).where(
                IntegrityDecision.campaign_id == campaign_id,
                IntegrityDecision.verdict == Verdict.ANNUL,
                ~_granted(),
            )
        )
    )


def list_resurveys(session: Session) -> list[Resurvey]:
    """Return the communities whose result stands annulled and that nobody has asked since.

    The earliest day first. A campaign has asked once it is open, from the day that was named.
    """
    later, asked = aliased(Campaign), aliased(Gate)
    again = (
        select(asked.id)
        .join(later, later.id == asked.campaign_id)
        .where(
            asked.community_id == IntegrityDecision.community_id,
            later.id != IntegrityDecision.campaign_id,
            later.state.in_(OPENED),
            later.opens_on >= IntegrityDecision.resurvey_on,
        )
    )
    rows = session.execute(
        select(Campaign, Gate.community_id, Gate.name, IntegrityDecision.resurvey_on)
        .select_from(IntegrityDecision)
        .join(Campaign, Campaign.id == IntegrityDecision.campaign_id)
        .join(
            Gate,
            (Gate.campaign_id == IntegrityDecision.campaign_id)
            & (Gate.community_id == IntegrityDecision.community_id),
        )
        .where(IntegrityDecision.verdict == Verdict.ANNUL, ~again.exists(), ~_granted())
        .order_by(IntegrityDecision.resurvey_on, Gate.name)
    )
    return [
        Resurvey(campaign, key, name, again_on)
        for campaign, key, name, again_on in rows
        if again_on is not None  # a rule of the table: an annulment names its day
    ]


def _granted() -> Exists:
    """Return the condition that head office granted the objection to a decision."""
    objection = aliased(IntegrityAppeal)
    return (
        select(objection.id)
        .where(
            objection.decision_id == IntegrityDecision.id,
            objection.outcome == AppealOutcome.CHANGED,
        )
        .exists()
    )
