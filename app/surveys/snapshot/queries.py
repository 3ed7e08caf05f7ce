"""Reads of snapshots."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.surveys.register.models import Community
from app.surveys.snapshot.models import Snapshot


def find_snapshot(session: Session, digest: str) -> Snapshot | None:
    """Return the snapshot with this digest."""
    return session.scalars(select(Snapshot).where(Snapshot.digest == digest)).one_or_none()


def list_revisions(session: Session, campaign_id: int, community_id: int) -> list[Snapshot]:
    """Return all revisions of one community's snapshot in a campaign, oldest first."""
    query = (
        select(Snapshot)
        .where(Snapshot.campaign_id == campaign_id, Snapshot.community_id == community_id)
        .order_by(Snapshot.revision)
    )
    return list(session.scalars(query))


def community_code(session: Session, community_id: int) -> str:
    """Return the code of a community."""
    return session.scalars(select(Community.code).where(Community.id == community_id)).one()
