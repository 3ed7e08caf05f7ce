"""Statements on progress: days of earlier campaigns, reminders of a plan, doors still silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from app.surveys.campaign.contact.models import ContactEvent, EventKind, ReturnDay, Tally
from app.surveys.campaign.contact.outcomes import Occupancy, Outcome
from app.surveys.campaign.models import Campaign, Exclusion, ExclusionCode, FrameMember
from app.surveys.campaign.planning.models import PlanTask
from app.surveys.campaign.queries import Viewer, approved_exclusion, seen_by
from app.surveys.register.models import CareNeed

_REMINDERS = ("reminder_1", "reminder_2")


@dataclass(frozen=True, slots=True)
class SilentHome:
    """A home of the base without a counted answer."""

    member_id: int
    household_id: int
    building: str
    room: str
    has_lift: bool
    is_delivered: bool
    has_begun: bool
    outcome: Outcome
    occupancy: Occupancy


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often somebody tried a home, and when last."""

    count: int
    last_at: datetime


def list_earlier(session: Session, campaign: Campaign, limit: int) -> list[Campaign]:
    """Return the campaigns opened before this one, the latest first; no pilots."""
    statement = (
        select(Campaign)
        .where(
            Campaign.opened_at.is_not(None),
            Campaign.pilot_of_id.is_(None),
            Campaign.opens_on < campaign.opens_on,
        )
        .order_by(Campaign.opens_on.desc(), Campaign.id)
        .limit(limit)
    )
    return list(session.scalars(statement))


def list_reminder_days(session: Session, campaign_id: int) -> list[date]:
    """Return the days on which the plan reminds silent homes, in order."""
    statement = (
        select(PlanTask.due_on)
        .where(
            PlanTask.campaign_id == campaign_id,
            PlanTask.key.in_(_REMINDERS),
            PlanTask.due_on.is_not(None),
        )
        .order_by(PlanTask.due_on)
    )
    return [day for day in session.scalars(statement) if day is not None]


def company_days(session: Session, campaign_ids: Sequence[int]) -> dict[int, dict[date, int]]:
    """Return the returns of the whole company by day, for each of some campaigns."""
    statement = (
        select(ReturnDay.campaign_id, ReturnDay.day, func.sum(ReturnDay.returned))
        .where(ReturnDay.campaign_id.in_(campaign_ids))
        .group_by(ReturnDay.campaign_id, ReturnDay.day)
    )
    found: dict[int, dict[date, int]] = {key: {} for key in campaign_ids}
    for campaign_id, day, returned in session.execute(statement):
        found[campaign_id][day] = returned
    return found


def company_bases(session: Session, campaign_ids: Sequence[int]) -> dict[int, int]:
    """Return the homes asked by the whole company in each of some campaigns."""
    statement = (
        select(Tally.campaign_id, func.sum(Tally.members - Tally.excluded))
        .where(Tally.campaign_id.in_(campaign_ids))
        .group_by(Tally.campaign_id)
    )
    return dict(session.execute(statement).all())


def community_days(
    session: Session, campaign_ids: Sequence[int], community_ids: Sequence[int], scope: Viewer
) -> dict[tuple[int, int], dict[date, int]]:
    """Return the returns by day of some communities in some campaigns, as far as `scope` sees."""
    statement = select(
        ReturnDay.campaign_id, ReturnDay.community_id, ReturnDay.day, ReturnDay.returned
    ).where(
        ReturnDay.campaign_id.in_(campaign_ids),
        ReturnDay.community_id.in_(community_ids),
        seen_by(scope, ReturnDay.community_id),
    )
    found: dict[tuple[int, int], dict[date, int]] = {}
    for campaign_id, community_id, day, returned in session.execute(statement):
        found.setdefault((campaign_id, community_id), {})[day] = returned
    return found


def community_bases(
    session: Session, campaign_ids: Sequence[int], community_ids: Sequence[int], scope: Viewer
) -> dict[tuple[int, int], int]:
    """Return the homes asked in some communities in some campaigns, as far as `scope` sees."""
    statement = (
        select(Tally.campaign_id, Tally.community_id, func.sum(Tally.members - Tally.excluded))
        .where(
            Tally.campaign_id.in_(campaign_ids),
            Tally.community_id.in_(community_ids),
            seen_by(scope, Tally.community_id),
        )
        .group_by(Tally.campaign_id, Tally.community_id)
    )
    return {(row[0], row[1]): row[2] for row in session.execute(statement)}


def count_exclusions(
    session: Session, campaign_id: int, scope: Viewer
) -> dict[tuple[int, ExclusionCode], int]:
    """Return the approved exclusions by community and code, in a whole campaign."""
    statement = (
        select(FrameMember.community_id, Exclusion.code, func.count())
        .join(FrameMember, FrameMember.id == Exclusion.frame_member_id)
        .where(
            FrameMember.campaign_id == campaign_id,
            Exclusion.approved_at.is_not(None),
            seen_by(scope, FrameMember.community_id),
        )
        .group_by(FrameMember.community_id, Exclusion.code)
    )
    return {(row[0], row[1]): row[2] for row in session.execute(statement)}


def list_silent_homes(
    session: Session, campaign_id: int, community_id: int, scope: Viewer
) -> list[SilentHome]:
    """Return the homes of a community's base without a counted answer; bounded by its size."""
    statement = (
        select(
            FrameMember.id,
            FrameMember.household_id,
            FrameMember.building,
            FrameMember.room,
            FrameMember.has_lift,
            FrameMember.delivered_at.is_not(None),
            FrameMember.opened_at.is_not(None),
            FrameMember.outcome,
            FrameMember.occupancy,
        )
        .outerjoin(Exclusion, approved_exclusion())
        .where(
            _of_community(campaign_id, community_id, scope),
            FrameMember.returned_at.is_(None),
            Exclusion.frame_member_id.is_(None),
        )
    )
    return [SilentHome(*row) for row in session.execute(statement)]


def count_attempts(
    session: Session, campaign_id: int, community_id: int, scope: Viewer
) -> dict[int, Attempts]:
    """Return how often somebody knocked or called at each home of a community, and when last."""
    statement = (
        select(ContactEvent.frame_member_id, func.count(), func.max(ContactEvent.at))
        .join(FrameMember, FrameMember.id == ContactEvent.frame_member_id)
        .where(
            _of_community(campaign_id, community_id, scope), ContactEvent.kind == EventKind.ATTEMPT
        )
        .group_by(ContactEvent.frame_member_id)
    )
    return {row[0]: Attempts(row[1], row[2]) for row in session.execute(statement)}


def count_won(
    session: Session, campaign_id: int, community_id: int, scope: Viewer
) -> tuple[int, int]:
    """Count the homes somebody tried before they answered, and those of them that answered."""
    tried = exists().where(
        ContactEvent.frame_member_id == FrameMember.id,
        ContactEvent.kind == EventKind.ATTEMPT,
        or_(FrameMember.returned_at.is_(None), ContactEvent.at < FrameMember.returned_at),
    )
    won = func.count(case((FrameMember.returned_at.is_not(None), 1)))
    statement = select(func.count(), won).where(
        _of_community(campaign_id, community_id, scope), tried
    )
    count, came_back = session.execute(statement).one()
    return count, came_back


def list_care(
    session: Session, campaign_id: int, community_id: int, today: date
) -> dict[int, tuple[str, ...]]:
    """Return what the homes of a community need from us today, by household."""
    statement = (
        select(CareNeed.household_id, CareNeed.need)
        .join(FrameMember, FrameMember.household_id == CareNeed.household_id)
        .where(
            FrameMember.campaign_id == campaign_id,
            FrameMember.community_id == community_id,
            CareNeed.since <= today,
            or_(CareNeed.until.is_(None), CareNeed.until >= today),
        )
        .order_by(CareNeed.household_id, CareNeed.need)
    )
    found: dict[int, list[str]] = {}
    for household_id, need in session.execute(statement):
        if need.value not in found.setdefault(household_id, []):
            found[household_id].append(need.value)
    return {key: tuple(needs) for key, needs in found.items()}


def _of_community(campaign_id: int, community_id: int, scope: Viewer) -> ColumnElement[bool]:
    return and_(
        FrameMember.campaign_id == campaign_id,
        FrameMember.community_id == community_id,
        seen_by(scope, FrameMember.community_id),
    )
