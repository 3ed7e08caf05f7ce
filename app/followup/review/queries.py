"""Reads of review meetings.

Head office and leaders read all of them; a region and an office those of their own communities,
and those of the whole company.
"""

from datetime import date

from sqlalchemy import ColumnElement, false, func, or_, select, true
from sqlalchemy.orm import Session

from app.followup.review.models import ReviewDecision, ReviewMeeting
from app.staff.models import Role, Staff
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign
from app.surveys.register.models import Community

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE)


def visible_meetings(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which a meeting exists for this person."""
    if scope.role not in READERS:
        return false()
    if scope.community_ids is None:
        return true()
    return or_(
        ReviewMeeting.community_id.is_(None),
        ReviewMeeting.community_id.in_(sorted(scope.community_ids)),
    )


def list_meetings(
    session: Session, scope: Scope, *, most: int
) -> list[tuple[ReviewMeeting, Campaign, str | None, int, int]]:
    """Return the latest meetings with campaign, community, decisions, and how many are open."""
    sums = (
        select(
            ReviewDecision.meeting_id,
            func.count().label("all"),
            (func.count() - func.count(ReviewDecision.done_at)).label("open"),
        )
        .group_by(ReviewDecision.meeting_id)
        .subquery()
    )
    query = (
        select(
            ReviewMeeting,
            Campaign,
            Community.name,
            func.coalesce(sums.c.all, 0),
            func.coalesce(sums.c.open, 0),
        )
        .join(Campaign, Campaign.id == ReviewMeeting.campaign_id)
        .outerjoin(Community, Community.id == ReviewMeeting.community_id)
        .outerjoin(sums, sums.c.meeting_id == ReviewMeeting.id)
        .where(visible_meetings(scope))
        .order_by(ReviewMeeting.held_on.desc(), ReviewMeeting.id.desc())
        .limit(most)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(query)]


def find_meeting(
    session: Session, scope: Scope, meeting_id: int
) -> tuple[ReviewMeeting, Campaign, str | None, str] | None:
    """Return a meeting with campaign, community and who noted it; None when it is not there."""
    query = (
        select(ReviewMeeting, Campaign, Community.name, Staff.name)
        .join(Campaign, Campaign.id == ReviewMeeting.campaign_id)
        .join(Staff, Staff.id == ReviewMeeting.noted_by)
        .outerjoin(Community, Community.id == ReviewMeeting.community_id)
        .where(ReviewMeeting.id == meeting_id, visible_meetings(scope))
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1], row[2], row[3])


def list_held(
    session: Session, campaign_id: int, community_id: int | None, held_on: date
) -> list[ReviewMeeting]:
    """Return the meetings of a day on a community, or on the company; one writer at a time."""
    lock = select(Campaign.id).where(Campaign.id == campaign_id).with_for_update(key_share=True)
    session.execute(lock).one()
    place = ReviewMeeting.community_id
    query = select(ReviewMeeting).where(
        ReviewMeeting.campaign_id == campaign_id,
        place.is_(None) if community_id is None else place == community_id,
        ReviewMeeting.held_on == held_on,
    )
    return list(session.scalars(query.order_by(ReviewMeeting.id)))


def lock_meeting(session: Session, meeting_id: int) -> None:
    """Let one decision of a meeting be written at a time (PostgreSQL)."""
    query = select(ReviewMeeting.id).where(ReviewMeeting.id == meeting_id)
    session.execute(query.with_for_update(key_share=True)).one()


def list_decisions(session: Session, meeting_id: int) -> list[tuple[ReviewDecision, str]]:
    """Return the decisions of a meeting and who did each, or ""."""
    query = (
        select(ReviewDecision, func.coalesce(Staff.name, ""))
        .outerjoin(Staff, Staff.id == ReviewDecision.done_by)
        .where(ReviewDecision.meeting_id == meeting_id)
        .order_by(ReviewDecision.number)
    )
    return [(decision, name) for decision, name in session.execute(query)]


def list_open_decisions(
    session: Session, scope: Scope, *, until: date, most: int
) -> list[tuple[ReviewDecision, ReviewMeeting]]:
    """Return decisions that are due by a day and not done, the first due first."""
    query = (
        select(ReviewDecision, ReviewMeeting)
        .join(ReviewMeeting, ReviewMeeting.id == ReviewDecision.meeting_id)
        .where(
            visible_meetings(scope),
            ReviewDecision.done_at.is_(None),
            ReviewDecision.due_on <= until,
        )
        .order_by(ReviewDecision.due_on, ReviewDecision.id)
        .limit(most)
    )
    return [(decision, meeting) for decision, meeting in session.execute(query)]


def find_decision(
    session: Session, scope: Scope, meeting_id: int, decision_id: int
) -> ReviewDecision | None:
    """Return a decision for changing, locked on PostgreSQL; None when it is not there."""
    query = (
        select(ReviewDecision)
        .join(ReviewMeeting, ReviewMeeting.id == ReviewDecision.meeting_id)
        .where(
            ReviewDecision.id == decision_id,
            ReviewDecision.meeting_id == meeting_id,
            visible_meetings(scope),
        )
        .with_for_update(of=ReviewDecision)
        .execution_options(populate_existing=True)
    )
    return session.scalar(query)
