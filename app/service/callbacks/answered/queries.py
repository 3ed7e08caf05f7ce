"""Statements on answered complaints and the calls about them.

Knows no staff code: the page of an owner asks for the topic of his complaint.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.followup.models import FollowUp
from app.service.callbacks.models import CallBack, CallKind, CallState
from app.service.complaints.models import Complaint, ComplaintCode
from app.surveys.campaign.queries import Viewer, seen_by
from app.surveys.register.models import Building, Community, Household


@dataclass(frozen=True, slots=True)
class ComplaintCall:
    """A call about a complaint with its place."""

    call: CallBack
    complaint: Complaint
    case: FollowUp
    community: str
    building: str | None
    room: str | None
    topic_zh: str | None
    topic_en: str | None


def complaint_topic(session: Session, complaint_id: int) -> tuple[datetime, tuple[str, str] | None]:
    """Return when a complaint came in and its code in Chinese and English, None unclassified."""
    received_at, chinese, english = session.execute(
        select(Complaint.received_at, ComplaintCode.label_zh, ComplaintCode.label_en)
        .outerjoin(ComplaintCode, ComplaintCode.code == Complaint.sub_code)
        .where(Complaint.follow_up_id == complaint_id)
    ).one()
    return received_at, None if chinese is None else (chinese, english)


def get_complaint(session: Session, complaint_id: int) -> Complaint:
    """Return a complaint by key."""
    return session.get_one(Complaint, complaint_id)


def list_complaints(session: Session, complaint_ids: Collection[int]) -> dict[int, Complaint]:
    """Return complaints by key."""
    query = select(Complaint).where(Complaint.follow_up_id.in_(sorted(complaint_ids)))
    return {one.follow_up_id: one for one in session.scalars(query)}


def get_case(session: Session, complaint_id: int) -> FollowUp:
    """Return the case of a complaint."""
    return session.get_one(FollowUp, complaint_id)


def list_uncalled(session: Session, limit: int) -> list[Complaint]:
    """Return answered complaints whose present round has no call yet."""
    has_call = (
        select(CallBack.id)
        .where(CallBack.complaint_id == Complaint.follow_up_id, CallBack.round == Complaint.round)
        .exists()
    )
    return list(
        session.scalars(
            select(Complaint)
            .where(
                Complaint.is_open.is_(True),
                Complaint.answered_at.is_not(None),
                Complaint.called_back_at.is_(None),
                ~has_call,
            )
            .order_by(Complaint.follow_up_id)
            .limit(limit)
        )
    )


def list_overtaken(session: Session, limit: int) -> list[tuple[CallBack, Complaint]]:
    """Return calls to make whose complaint has been called back about, reopened or closed."""
    rows = session.execute(
        select(CallBack, Complaint)
        .join(Complaint, Complaint.follow_up_id == CallBack.complaint_id)
        .where(
            CallBack.state == CallState.WAITING,
            CallBack.kind == CallKind.COMPLAINT,
            or_(
                Complaint.round != CallBack.round,
                Complaint.is_open.is_(False),
                Complaint.called_back_at.is_not(None),
                Complaint.answered_at.is_(None),
            ),
        )
        .limit(limit)
    )
    return [(call, complaint) for call, complaint in rows]


def list_calls(
    session: Session,
    viewer: Viewer,
    staff_id: int,
    *,
    until: datetime,
    after: tuple[date, int] | None,
    limit: int,
) -> list[ComplaintCall]:
    """Return the calls to make about complaints, but those this person handled himself."""
    statement = _calls().where(
        CallBack.state == CallState.WAITING, _mine(viewer, staff_id), _wanted(until)
    )
    if after is not None:
        day, key = after
        statement = statement.where(
            or_(CallBack.due_on > day, and_(CallBack.due_on == day, CallBack.id > key))
        )
    statement = statement.order_by(CallBack.due_on, CallBack.id).limit(limit)
    return [ComplaintCall(*row) for row in session.execute(statement)]


def count_waiting(
    session: Session, viewer: Viewer, staff_id: int, *, until: datetime
) -> list[tuple[date, int]]:
    """Return how many calls about complaints this person can make, by their last day."""
    rows = session.execute(
        select(CallBack.due_on, func.count())
        .join(FollowUp, FollowUp.id == CallBack.complaint_id)
        .where(CallBack.state == CallState.WAITING, _mine(viewer, staff_id), _wanted(until))
        .group_by(CallBack.due_on)
        .order_by(CallBack.due_on)
    )
    return [(day, count) for day, count in rows]


def find_call(session: Session, viewer: Viewer, call_id: int) -> ComplaintCall | None:
    """Return one call about a complaint."""
    row = session.execute(
        _calls().where(CallBack.id == call_id, seen_by(viewer, CallBack.community_id))
    ).first()
    return None if row is None else ComplaintCall(*row)


def _mine(viewer: Viewer, staff_id: int) -> ColumnElement[bool]:
    return and_(
        CallBack.kind == CallKind.COMPLAINT,
        seen_by(viewer, CallBack.community_id),
        or_(FollowUp.answered_by.is_(None), FollowUp.answered_by != staff_id),
        or_(FollowUp.responsible_id.is_(None), FollowUp.responsible_id != staff_id),
    )


def _wanted(until: datetime) -> ColumnElement[bool]:
    return or_(CallBack.not_before.is_(None), CallBack.not_before < until)


def _calls() -> Select[
    CallBack, Complaint, FollowUp, str, str | None, str | None, str | None, str | None
]:
    return (
        select(
            CallBack,
            Complaint,
            FollowUp,
            Community.name,
            Building.code,
            Household.room,
            ComplaintCode.label_zh,
            ComplaintCode.label_en,
        )
        .join(Complaint, Complaint.follow_up_id == CallBack.complaint_id)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .join(Community, Community.id == CallBack.community_id)
        .outerjoin(Household, Household.id == Complaint.household_id)
        .outerjoin(Building, Building.id == Household.building_id)
        .outerjoin(ComplaintCode, ComplaintCode.code == Complaint.sub_code)
    )
