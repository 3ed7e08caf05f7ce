"""All statements on printed matter: batches, their files, the hand-over book."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.surveys.campaign.models import Exclusion, FrameMember
from app.surveys.campaign.queries import Viewer, approved_exclusion, seen_by
from app.surveys.distribution.models import (
    BatchState,
    Handover,
    HandoverKind,
    LetterBatch,
    LetterFile,
)
from app.surveys.register.models import Community


def find_batch(session: Session, batch_id: int) -> LetterBatch | None:
    """Return a batch, or None."""
    return session.get(LetterBatch, batch_id)


def find_batch_of_run(session: Session, run_id: int, community_id: int) -> LetterBatch | None:
    """Return the batch of a run of letters in one community, or None."""
    return session.scalar(
        select(LetterBatch).where(
            LetterBatch.run_id == run_id, LetterBatch.community_id == community_id
        )
    )


def list_batches(
    session: Session, campaign_id: int, community_id: int, limit: int
) -> list[LetterBatch]:
    """Return the latest batches of a community in a campaign."""
    return list(
        session.scalars(
            select(LetterBatch)
            .where(LetterBatch.campaign_id == campaign_id, LetterBatch.community_id == community_id)
            .order_by(LetterBatch.id.desc())
            .limit(limit)
        )
    )


def list_batches_of_run(session: Session, run_id: int) -> list[tuple[LetterBatch, str]]:
    """Return the batches of a run of letters with their communities."""
    statement = (
        select(LetterBatch, Community.name)
        .join(Community, Community.id == LetterBatch.community_id)
        .where(LetterBatch.run_id == run_id)
        .order_by(Community.code)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def list_files(session: Session, batch_ids: Sequence[int]) -> list[LetterFile]:
    """Return the files of some batches by building."""
    return list(
        session.scalars(
            select(LetterFile)
            .where(LetterFile.batch_id.in_(batch_ids))
            .order_by(LetterFile.batch_id, LetterFile.building)
        )
    )


def list_old_batches(session: Session, before: datetime) -> list[LetterBatch]:
    """Return the batches asked for before an instant whose files are still there."""
    return list(
        session.scalars(
            select(LetterBatch).where(
                LetterBatch.state != BatchState.GONE,
                or_(
                    LetterBatch.ended_at < before,
                    and_(LetterBatch.ended_at.is_(None), LetterBatch.asked_at < before),
                ),
            )
        )
    )


def list_handovers(session: Session, campaign_id: int, community_id: int) -> list[Handover]:
    """Return the lines of the hand-over book of a community, the latest first."""
    return list(
        session.scalars(
            select(Handover)
            .where(Handover.campaign_id == campaign_id, Handover.community_id == community_id)
            .order_by(Handover.id.desc())
        )
    )


def find_handover(session: Session, campaign_id: int, handover_id: int) -> Handover | None:
    """Return a line of the hand-over book of a campaign, or None."""
    return session.scalar(
        select(Handover).where(Handover.campaign_id == campaign_id, Handover.id == handover_id)
    )


def sum_handovers(
    session: Session, campaign_id: int, scope: Viewer, community_id: int | None = None
) -> list[tuple[int, str, str, int]]:
    """Return community, building, kind and pieces, struck lines left out."""
    statement = (
        select(Handover.community_id, Handover.building, Handover.kind, func.sum(Handover.pieces))
        .where(
            Handover.campaign_id == campaign_id,
            Handover.struck_at.is_(None),
            seen_by(scope, Handover.community_id),
        )
        .group_by(Handover.community_id, Handover.building, Handover.kind)
    )
    if community_id is not None:
        statement = statement.where(Handover.community_id == community_id)
    return [(row[0], row[1], row[2].value, int(row[3])) for row in session.execute(statement)]


def sum_building(
    session: Session, campaign_id: int, community_id: int, building: str
) -> dict[HandoverKind, int]:
    """Return the pieces of one building by kind, struck lines left out."""
    statement = (
        select(Handover.kind, func.sum(Handover.pieces))
        .where(
            Handover.campaign_id == campaign_id,
            Handover.community_id == community_id,
            Handover.building == building,
            Handover.struck_at.is_(None),
        )
        .group_by(Handover.kind)
    )
    return {row[0]: int(row[1]) for row in session.execute(statement)}


def list_undelivered(
    session: Session, campaign_id: int, community_id: int, building: str
) -> list[int]:
    """Return the homes of a building that get letters and whose letter has not arrived yet."""
    statement = (
        select(FrameMember.id)
        .outerjoin(Exclusion, approved_exclusion())
        .where(
            FrameMember.campaign_id == campaign_id,
            FrameMember.community_id == community_id,
            FrameMember.building == building,
            FrameMember.delivered_at.is_(None),
            Exclusion.frame_member_id.is_(None),
        )
        .order_by(FrameMember.id)
    )
    return list(session.scalars(statement))
