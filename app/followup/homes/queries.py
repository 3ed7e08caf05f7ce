"""Reads of the timeline: everything dated that belongs to the frame members of one household."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.followup.models import FollowUp
from app.followup.queries import visible_cases
from app.followup.visits.models import Visit
from app.followup.visits.queries import visible_visits
from app.staff.models import Staff
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign, Exclusion, FrameMember
from app.surveys.campaign.queries import seen_by
from app.surveys.response.models import Channel, Origin, Response


@dataclass(frozen=True, slots=True)
class Answered:
    """When and by which way a household answered. Never what."""

    member_id: int
    at: datetime
    channel: Channel
    origin: Origin
    is_counted: bool
    voided_at: datetime | None


def list_memberships(
    session: Session, scope: Scope, household_id: int
) -> list[tuple[FrameMember, Campaign]]:
    """Return the frames a household was in, as far as `scope` may see them."""
    statement = (
        select(FrameMember, Campaign)
        .join(Campaign, Campaign.id == FrameMember.campaign_id)
        .where(FrameMember.household_id == household_id, seen_by(scope, FrameMember.community_id))
        .order_by(Campaign.opens_on, Campaign.id)
    )
    return [(member, campaign) for member, campaign in session.execute(statement)]


def list_answers(session: Session, member_ids: Collection[int]) -> list[Answered]:
    """Return when these households answered, the vectors left out."""
    statement = (
        select(
            Response.frame_member_id,
            Response.received_at,
            Response.channel,
            Response.origin,
            Response.is_counted,
            Response.voided_at,
        )
        .where(Response.frame_member_id.in_(member_ids))
        .order_by(Response.id)
    )
    return [Answered(*row) for row in session.execute(statement)]


def list_approved_exclusions(session: Session, member_ids: Collection[int]) -> Sequence[Exclusion]:
    """Return the exclusions of these households that head office approved."""
    statement = select(Exclusion).where(
        Exclusion.frame_member_id.in_(member_ids), Exclusion.approved_at.is_not(None)
    )
    return session.scalars(statement).all()


def list_cases_of(
    session: Session, scope: Scope, member_ids: Collection[int]
) -> Sequence[FollowUp]:
    """Return the cases of these households that exist for `scope`."""
    statement = (
        select(FollowUp)
        .join(FrameMember, FrameMember.id == FollowUp.frame_member_id)
        .where(FollowUp.frame_member_id.in_(member_ids), visible_cases(scope))
    )
    return session.scalars(statement).all()


def list_visits_of(session: Session, scope: Scope, member_ids: Collection[int]) -> Sequence[Visit]:
    """Return the home visits of these households that exist for `scope`."""
    statement = select(Visit).where(Visit.frame_member_id.in_(member_ids), visible_visits(scope))
    return session.scalars(statement).all()


def names_of(session: Session, staff_ids: Collection[int]) -> dict[int, str]:
    """Return the names of members of staff by their keys."""
    statement = select(Staff.id, Staff.name).where(Staff.id.in_(staff_ids))
    return dict(session.execute(statement).all())
