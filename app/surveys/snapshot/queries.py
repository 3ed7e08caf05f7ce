"""Reads of snapshots, and of what a snapshot keeps of the homes."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.clock import beijing_date
from app.surveys.campaign.models import Campaign, Exclusion, FrameMember, Gate
from app.surveys.campaign.queries import approved_exclusion
from app.surveys.register.models import Community, Person, PersonKind
from app.surveys.response.models import Response
from app.surveys.snapshot.homes import LET, LIFT, OWNER, WALK_UP, Home
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


def list_earlier(session: Session, snapshot: Snapshot, *, most: int) -> list[Snapshot]:
    """Return the newest snapshots of the same community in the campaigns before, oldest first.

    The campaigns before are those that had closed when this one opened. One whose results are
    held is no ground to tell a change from. Without a community it is about the company.

    Args:
        session: Open session.
        snapshot: Of a community or of the company.
        most: So many at most, the latest.
    """
    opens_on = (
        select(Campaign.opens_on).where(Campaign.id == snapshot.campaign_id).scalar_subquery()
    )
    own = (
        Snapshot.community_id.is_(None)
        if snapshot.community_id is None
        else Snapshot.community_id == snapshot.community_id
    )
    newest = (
        select(Snapshot.campaign_id, func.max(Snapshot.revision).label("revision"))
        .where(own)
        .group_by(Snapshot.campaign_id)
        .subquery()
    )
    query = (
        select(Snapshot)
        .join(
            newest,
            and_(
                newest.c.campaign_id == Snapshot.campaign_id,
                newest.c.revision == Snapshot.revision,
            ),
        )
        .join(Campaign, Campaign.id == Snapshot.campaign_id)
        .outerjoin(Gate, _of_snapshot())
        .where(
            own,
            Campaign.closes_on < opens_on,
            Campaign.pilot_of_id.is_(None),
            Gate.held_at.is_(None),
        )
        .order_by(Campaign.closes_on.desc(), Campaign.id.desc())
        .limit(most)
    )
    return list(session.scalars(query))[::-1]


def community_code(session: Session, community_id: int) -> str:
    """Return the code of a community."""
    return session.scalars(select(Community.code).where(Community.id == community_id)).one()


def get_community(session: Session, community_id: int) -> Community:
    """Return a community by key. Raises NoResultFound."""
    return session.scalars(select(Community).where(Community.id == community_id)).one()


def list_homes(session: Session, campaign: Campaign, community_id: int) -> list[Home]:
    """Return what is known of every home of a community's base, by pseudonym.

    Tenure is that of the day the campaign opened. A home answered earlier if it has a counted
    answer in the campaign before.

    Args:
        session: Open session.
        campaign: The campaign.
        community_id: The community.
    """
    let = exists().where(
        Person.household_id == FrameMember.household_id,
        Person.kind == PersonKind.TENANT,
        or_(Person.moved_in_on.is_(None), Person.moved_in_on <= campaign.opens_on),
        or_(Person.moved_out_on.is_(None), Person.moved_out_on > campaign.opens_on),
    )
    before = aliased(FrameMember)
    earlier = exists().where(
        before.household_id == FrameMember.household_id,
        before.campaign_id == _campaign_before(campaign),
        before.returned_at.is_not(None),
    )
    query = (
        select(
            FrameMember.pseudonym,
            FrameMember.replicate_group,
            FrameMember.building,
            FrameMember.has_lift,
            FrameMember.important,
            let.label("let"),
            earlier.label("earlier"),
            Response.channel,
            Response.received_at,
        )
        .outerjoin(Exclusion, approved_exclusion())
        .outerjoin(Response, and_(Response.frame_member_id == FrameMember.id, Response.is_counted))
        .where(
            FrameMember.campaign_id == campaign.id,
            FrameMember.community_id == community_id,
            Exclusion.frame_member_id.is_(None),
        )
        .order_by(FrameMember.pseudonym)
    )
    return [_home(row, campaign.opens_on) for row in session.execute(query)]


def _home(row: Row[*tuple[Any, ...]], opens_on: date) -> Home:
    """Return what a row says of a home; the day of its answer counts from the opening."""
    at = row.received_at
    return Home(
        pseudonym=row.pseudonym,
        group=row.replicate_group,
        building=row.building,
        property=LIFT if row.has_lift else WALK_UP,
        tenure=LET if row.let else OWNER,
        important=row.important,
        earlier=row.earlier,
        channel="" if row.channel is None else row.channel.value,
        day=None if at is None else (beijing_date(at) - opens_on).days,
    )


def _campaign_before(campaign: Campaign) -> ScalarSelect[int]:
    """Return the campaign before: the latest of those closed when this one opened."""
    return (
        select(Campaign.id)
        .where(Campaign.closes_on < campaign.opens_on, Campaign.pilot_of_id.is_(None))
        .order_by(Campaign.closes_on.desc(), Campaign.id.desc())
        .limit(1)
        .scalar_subquery()
    )


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
