"""Reads of rounds of studies and of what a round works on."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.reports.models import PartState, ResultHead, StudyPart, StudyRound
from app.surveys.campaign.models import Gate
from app.surveys.register.models import Community


def find_round(session: Session, round_id: int) -> StudyRound | None:
    """Return a round by key."""
    return session.get(StudyRound, round_id)


def find_open_round(session: Session, campaign_id: int) -> StudyRound | None:
    """Return the round of a campaign that is not at its end."""
    query = select(StudyRound).where(
        StudyRound.campaign_id == campaign_id, StudyRound.ended_at.is_(None)
    )
    return session.scalars(query.order_by(StudyRound.id).limit(1)).one_or_none()


def find_last_round(session: Session, campaign_id: int) -> StudyRound | None:
    """Return the newest round of a campaign."""
    query = select(StudyRound).where(StudyRound.campaign_id == campaign_id)
    return session.scalars(query.order_by(StudyRound.id.desc()).limit(1)).one_or_none()


def list_open_rounds(session: Session) -> list[StudyRound]:
    """Return all rounds that are not at their end."""
    query = select(StudyRound).where(StudyRound.ended_at.is_(None))
    return list(session.scalars(query.order_by(StudyRound.id)))


def list_parts(session: Session, round_id: int) -> list[StudyPart]:
    """Return the communities of a round."""
    query = select(StudyPart).where(StudyPart.round_id == round_id)
    return list(session.scalars(query.order_by(StudyPart.community_id)))


def next_part(session: Session, round_id: int) -> StudyPart | None:
    """Return the next community of a round that waits."""
    query = select(StudyPart).where(
        StudyPart.round_id == round_id, StudyPart.state == PartState.WAITING
    )
    return session.scalars(query.order_by(StudyPart.community_id).limit(1)).one_or_none()


def list_frozen(session: Session, campaign_id: int) -> list[int]:
    """Return the communities of a campaign that are frozen and not held."""
    query = select(Gate.community_id).where(
        Gate.campaign_id == campaign_id, Gate.frozen_at.is_not(None), Gate.held_at.is_(None)
    )
    return list(session.scalars(query.order_by(Gate.community_id)))


def has_head(session: Session, campaign_id: int, revision: int, region: str) -> bool:
    """Say whether a revision of the company snapshot has a result for the company or a region."""
    query = select(ResultHead.study_run_id).where(
        ResultHead.campaign_id == campaign_id,
        ResultHead.community_id.is_(None),
        ResultHead.revision == revision,
        ResultHead.region == region,
    )
    return session.scalars(query.limit(1)).first() is not None


def list_regions_frozen(session: Session, campaign_id: int) -> dict[str, list[str]]:
    """Return the codes of the communities of every region that has two frozen ones or more."""
    query = (
        select(Gate.region_code, Community.code, Gate.frozen_at, Gate.held_at)
        .join(Community, Community.id == Gate.community_id)
        .where(Gate.campaign_id == campaign_id, Gate.region_code != "")
        .order_by(Gate.region_code, Community.code)
    )
    members: dict[str, list[str]] = {}
    frozen: dict[str, int] = {}
    for region, code, frozen_at, held_at in session.execute(query):
        members.setdefault(region, []).append(code)
        is_in = frozen_at is not None and held_at is None
        frozen[region] = frozen.get(region, 0) + is_in
    return {region: codes for region, codes in members.items() if frozen[region] > 1}
