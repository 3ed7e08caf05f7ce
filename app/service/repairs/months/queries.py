"""Reads of the kept counts of months."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.orm import Session

from app.service.repairs.models import RepairCount, RepairMonth, RepairOrder, Thing
from app.service.repairs.rules import Counts
from app.staff.queries import in_scope
from app.staff.scope import Scope

_FIELDS = ("issued", "unpromised", "undecided", "decided", "timely", "done", "passed")


def list_to_count(session: Session, today: date, limit: int) -> list[RepairMonth]:
    """Return the months to be counted: those that changed, and unsettled ones once a day."""
    query = (
        select(RepairMonth)
        .where(
            or_(
                RepairMonth.is_stale.is_(True),
                RepairMonth.is_settled.is_(False) & (RepairMonth.counted_on < today),
            )
        )
        .order_by(RepairMonth.month.desc(), RepairMonth.community_id)
        .limit(limit)
    )
    return list(session.scalars(query))


def count_to_count(session: Session, scope: Scope) -> int:
    """Return how many months of a scope wait to be counted anew."""
    query = select(func.count()).where(
        RepairMonth.is_stale.is_(True), in_scope(RepairMonth.community_id, scope)
    )
    return session.scalar(query) or 0


def replace_counts(
    session: Session, community_id: int, month: date, counts: dict[Thing, Counts]
) -> None:
    """Keep the counts of a month in place of those before."""
    session.execute(
        delete(RepairCount).where(
            RepairCount.community_id == community_id, RepairCount.month == month
        )
    )
    rows = [
        {
            "community_id": community_id,
            "month": month,
            "thing": thing,
            **{name: getattr(one, name) for name in _FIELDS},
        }
        for thing, one in sorted(counts.items())
    ]
    if rows:
        session.execute(insert(RepairCount), rows)


def has_open_promise(
    session: Session, community_id: int, begin: datetime, end: datetime, *, now: datetime
) -> bool:
    """Say whether an order issued in these hours has a promise still to come."""
    query = select(RepairOrder.id).where(
        RepairOrder.community_id == community_id,
        RepairOrder.issued_at >= begin,
        RepairOrder.issued_at < end,
        RepairOrder.promised_at >= now,
        RepairOrder.arrived_at.is_(None),
        RepairOrder.done_at.is_(None),
    )
    return session.scalar(query.limit(1)) is not None


def _sums() -> list[object]:
    return [func.coalesce(func.sum(getattr(RepairCount, name)), 0) for name in _FIELDS]


def sum_months(
    session: Session, scope: Scope, months: Sequence[date], community_id: int | None = None
) -> dict[date, Counts]:
    """Return the kept counts per month."""
    query = select(RepairCount.month, *_sums()).where(
        RepairCount.month.in_(months), in_scope(RepairCount.community_id, scope)
    )
    if community_id is not None:
        query = query.where(RepairCount.community_id == community_id)
    rows = session.execute(query.group_by(RepairCount.month))
    return {row[0]: Counts(*row[1:]) for row in rows}


def sum_communities(session: Session, scope: Scope, month: date) -> dict[int, Counts]:
    """Return the kept counts of a month per community."""
    query = select(RepairCount.community_id, *_sums()).where(
        RepairCount.month == month, in_scope(RepairCount.community_id, scope)
    )
    return {
        row[0]: Counts(*row[1:])
        for row in session.execute(query.group_by(RepairCount.community_id))
    }


def sum_things(
    session: Session, scope: Scope, month: date, community_id: int | None = None
) -> dict[Thing, Counts]:
    """Return the kept counts of a month per thing."""
    query = select(RepairCount.thing, *_sums()).where(
        RepairCount.month == month, in_scope(RepairCount.community_id, scope)
    )
    if community_id is not None:
        query = query.where(RepairCount.community_id == community_id)
    return {row[0]: Counts(*row[1:]) for row in session.execute(query.group_by(RepairCount.thing))}
