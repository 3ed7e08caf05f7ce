"""Reads of snapshots."""

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.surveys.campaign.models import Campaign, Gate
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


def find_earlier(session: Session, snapshot: Snapshot) -> Snapshot | None:
    """Return the newest snapshot of the same community in the campaign before, if it has one.

    The campaign before is the latest of those that had closed when this one opened. One whose
    results are held is no ground to tell a change from.
    """
    opens_on = (
        select(Campaign.opens_on).where(Campaign.id == snapshot.campaign_id).scalar_subquery()
    )
    query = (
        select(Snapshot)
        .join(Campaign, Campaign.id == Snapshot.campaign_id)
        .join(Gate, _of_snapshot())
        .where(
            Snapshot.community_id == snapshot.community_id,
            Campaign.closes_on < opens_on,
            Gate.held_at.is_(None),
        )
        .order_by(Campaign.closes_on.desc(), Campaign.id.desc(), Snapshot.revision.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def community_code(session: Session, community_id: int) -> str:
    """Return the code of a community."""
    return session.scalars(select(Community.code).where(Community.id == community_id)).one()


def list_newest(session: Session, campaign_id: int) -> list[Snapshot]:
    """Return the newest snapshot of every frozen community of a campaign, by community code.

    Communities whose results are held are left out.
    """
    newest = (
        select(Snapshot.community_id, func.max(Snapshot.revision).label("revision"))
        .where(Snapshot.campaign_id == campaign_id, Snapshot.community_id.is_not(None))
        .group_by(Snapshot.community_id)
        .subquery()
    )
    query = (
        select(Snapshot)
        .join(
            newest,
            and_(
                newest.c.community_id == Snapshot.community_id,
                newest.c.revision == Snapshot.revision,
            ),
        )
        .join(Community, Community.id == Snapshot.community_id)
        .join(Gate, _of_snapshot())
        .where(Snapshot.campaign_id == campaign_id, Gate.held_at.is_(None))
        .order_by(Community.code)
    )
    return list(session.scalars(query))


def list_gates_left_out(session: Session, campaign_id: int) -> list[tuple[Gate, str]]:
    """Return the gates of a campaign that were never frozen or are held, with their community."""
    query = (
        select(Gate, Community.code)
        .join(Community, Community.id == Gate.community_id)
        .outerjoin(
            Snapshot,
            and_(_of_snapshot(), Snapshot.revision == 1),
        )
        .where(
            Gate.campaign_id == campaign_id,
            or_(Snapshot.id.is_(None), Gate.held_at.is_not(None)),
        )
        .order_by(Community.code)
    )
    return [(gate, code) for gate, code in session.execute(query)]


def list_company_revisions(session: Session, campaign_id: int) -> list[Snapshot]:
    """Return all revisions of the company's snapshot in a campaign, oldest first."""
    query = (
        select(Snapshot)
        .where(Snapshot.campaign_id == campaign_id, Snapshot.community_id.is_(None))
        .order_by(Snapshot.revision)
    )
    return list(session.scalars(query))


def lock_campaign(session: Session, campaign_id: int) -> None:
    """Let one transaction at a time write the company snapshot of a campaign.

    The lock is the weak one: answers and freezes, which only refer to the campaign, never wait.
    SQLite needs none, its writers queue.
    """
    session.execute(
        select(Campaign.id).where(Campaign.id == campaign_id).with_for_update(key_share=True)
    )


def _of_snapshot() -> ColumnElement[bool]:
    """Return the join condition of a community's snapshot and its gate."""
    return and_(
        Gate.campaign_id == Snapshot.campaign_id,
        Gate.community_id == Snapshot.community_id,
    )
