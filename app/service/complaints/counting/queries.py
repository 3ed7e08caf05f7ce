"""Statements that count what came in during a month, as far as somebody may count it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from app.clock import start_of
from app.followup.models import FollowUp
from app.service.complaints.models import Complaint, ComplaintRound, Kind, Severity
from app.service.complaints.queries import countable_complaints
from app.service.complaints.rows import MonthCounts
from app.staff.scope import Scope


def month_figures(
    session: Session, scope: Scope, community_id: int | None, month: date, *, now: datetime
) -> MonthCounts:
    """Return what came in during a month, counted in their first round.

    Args:
        session: Database session.
        scope: Who is looking; leaders and regions count without seeing a row.
        community_id: One community; None for all of this person's.
        month: Any day of it.
        now: The instant by which an answer is missing.
    """
    first = month.replace(day=1)
    start, end = start_of(first), start_of((first + timedelta(days=31)).replace(day=1))
    where = [Complaint.received_at >= start, Complaint.received_at < end]
    if community_id is not None:
        where.append(Complaint.community_id == community_id)
    counted = _of_month(scope, where)
    due = func.coalesce(ComplaintRound.due_at, Complaint.due_at)
    at = case(
        (ComplaintRound.round.is_not(None), ComplaintRound.answered_at),
        else_=Complaint.answered_at,
    )
    sums = (
        (true(),),
        (Complaint.kind == Kind.VALID,),
        (Complaint.kind != Kind.VALID,),
        (Complaint.kind.is_(None),),
        (Complaint.converted_at.is_not(None),),
        (at.is_not(None),),
        (at < due,),
        (or_(at >= due, and_(at.is_(None), due <= now)),),
        (Complaint.severity == Severity.MAJOR,),
        (Complaint.repeat_of.is_not(None),),
        (Complaint.round > 1,),
        (Complaint.is_open.is_(False),),
    )
    row = session.execute(
        counted.with_only_columns(*(func.count(case((and_(*one), 1))) for one in sums))
    ).one()
    by_class, by_channel = (
        {
            key.value: count
            for key, count in session.execute(
                counted.with_only_columns(column, func.count()).group_by(column).order_by(column)
            )
            if key is not None
        }
        for column in (Complaint.class_, Complaint.channel)
    )
    return MonthCounts(first, *row, by_class=by_class, by_channel=by_channel)


def _of_month(scope: Scope, where: Sequence[ColumnElement[bool]]) -> Select[Complaint]:
    return (
        select(Complaint)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .outerjoin(
            ComplaintRound,
            and_(ComplaintRound.follow_up_id == Complaint.follow_up_id, ComplaintRound.round == 1),
        )
        .where(countable_complaints(scope), *where)
    )
