"""Statements that cross layers: snapshots without digests, how cases of a community were closed."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.followup.history.models import ContactUndo
from app.followup.models import CaseState, ContactRecord, FollowUp
from app.surveys.integrity.models import FrozenPrint
from app.surveys.snapshot.models import Snapshot


class SealedClosing(NamedTuple):
    """Who closed a case when; the words are sealed."""

    staff_id: int
    at: datetime
    words_sealed: bytes


def list_closings(session: Session, campaign_id: int, community_id: int) -> list[SealedClosing]:
    """Return the contacts that closed the cases of a community, one a case."""
    last = (
        select(func.max(ContactRecord.id))
        .join(FollowUp, FollowUp.id == ContactRecord.follow_up_id)
        .outerjoin(ContactUndo, ContactUndo.contact_id == ContactRecord.id)
        .where(
            FollowUp.campaign_id == campaign_id,
            FollowUp.community_id == community_id,
            FollowUp.state == CaseState.CLOSED,
            ContactUndo.contact_id.is_(None),
        )
        .group_by(ContactRecord.follow_up_id)
    )
    rows = session.execute(
        select(ContactRecord.staff_id, ContactRecord.at, ContactRecord.result_sealed)
        .where(ContactRecord.id.in_(last))
        .order_by(ContactRecord.id)
    )
    return [SealedClosing(*row) for row in rows]


def list_unprinted(session: Session, limit: int) -> list[Snapshot]:
    """Return community snapshots without digests, the newest first; replaced ones are left out."""
    newer = aliased(Snapshot)
    return list(
        session.scalars(
            select(Snapshot)
            .outerjoin(
                FrozenPrint,
                (FrozenPrint.campaign_id == Snapshot.campaign_id)
                & (FrozenPrint.community_id == Snapshot.community_id)
                & (FrozenPrint.revision == Snapshot.revision),
            )
            .outerjoin(
                newer,
                (newer.campaign_id == Snapshot.campaign_id)
                & (newer.community_id == Snapshot.community_id)
                & (newer.revision == Snapshot.revision + 1),
            )
            .where(
                Snapshot.community_id.is_not(None),
                FrozenPrint.revision.is_(None),
                newer.id.is_(None),
            )
            .order_by(Snapshot.id.desc())
            .limit(limit)
        )
    )
