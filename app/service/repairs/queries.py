"""Reads of orders, special visits and flags; every list pages by key."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.clock import beijing_date, end_of, start_of
from app.followup.models import FollowUp
from app.service.due import Due
from app.service.repairs.models import (
    DefectInspection,
    Flag,
    OrderState,
    RepairCase,
    RepairEvent,
    RepairFlag,
    RepairMonth,
    RepairOrder,
    SpecialVisit,
    Thing,
)
from app.service.repairs.rows import (
    OrderFilters,
    OrderKey,
    OrderRow,
    VisitRow,
)
from app.service.repairs.rules import (
    BEFORE_DONE,
    CLOSED,
    FLAG_DAYS,
    HOLDS,
    Counts,
    month_bounds,
    week_bounds,
)
from app.staff.models import Role
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.register.models import Building, Community, Household

READERS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE, Role.STEWARD})
_SOON = timedelta(days=7)


def find_order(session: Session, scope: Scope | None, order_id: int) -> RepairOrder | None:
    """Return an order; None when it is out of scope. Without a scope the program asks."""
    order = session.get(RepairOrder, order_id)
    if order is None or (scope is not None and not scope.sees(order.community_id)):
        return None
    return order


def lock_order(session: Session, scope: Scope | None, order_id: int) -> RepairOrder | None:
    """Return an order as it stands now, locked until the transaction ends."""
    query = select(RepairOrder).where(RepairOrder.id == order_id).with_for_update()
    order = session.scalar(query, execution_options={"populate_existing": True})
    if order is None or (scope is not None and not scope.sees(order.community_id)):
        return None
    return order


def _order_rows() -> Any:
    return (
        select(RepairOrder, Community.name, Building.code, Household.room, Household.uid)
        .join(Community, Community.id == RepairOrder.community_id)
        .join(Household, Household.id == RepairOrder.household_id, isouter=True)
        .join(Building, Building.id == Household.building_id, isouter=True)
    )


def _row(found: Any) -> OrderRow:
    order, community, building, room, uid = found
    return OrderRow(order, community, building or "", room or "", uid)


def find_order_row(session: Session, scope: Scope, order_id: int) -> OrderRow | None:
    """Return an order with its address; None when it is out of scope."""
    query = _order_rows().where(
        RepairOrder.id == order_id, in_scope(RepairOrder.community_id, scope)
    )
    found = session.execute(query).one_or_none()
    return None if found is None else _row(found)


def list_orders(
    session: Session,
    scope: Scope,
    filters: OrderFilters,
    *,
    after: OrderKey | None = None,
    limit: int = 50,
    now: datetime,
) -> list[OrderRow]:
    """Return a page of orders, the newest issue first; it begins after a key, never at a number."""
    query = _order_rows().where(
        in_scope(RepairOrder.community_id, scope), *_conditions(filters, now)
    )
    if after is not None:
        query = query.where(
            or_(
                RepairOrder.issued_at < after.issued_at,
                and_(RepairOrder.issued_at == after.issued_at, RepairOrder.id < after.id),
            )
        )
    query = query.order_by(RepairOrder.issued_at.desc(), RepairOrder.id.desc()).limit(limit)
    return [_row(found) for found in session.execute(query)]


def _conditions(filters: OrderFilters, now: datetime) -> list[Any]:
    wanted: list[Any] = []
    for column, value in (
        (RepairOrder.community_id, filters.community_id),
        (RepairOrder.state, filters.state),
        (RepairOrder.thing, filters.thing),
        (RepairOrder.number, filters.number or None),
    ):
        if value is not None:
            wanted.append(column == value)
    if filters.issued_from is not None:
        wanted.append(RepairOrder.issued_at >= start_of(filters.issued_from))
    if filters.issued_to is not None:
        wanted.append(RepairOrder.issued_at < end_of(filters.issued_to))
    if filters.is_late:
        wanted += [
            RepairOrder.state.in_(sorted(BEFORE_DONE)),
            RepairOrder.promised_at < now,
            RepairOrder.arrived_at.is_(None),
        ]
    if filters.is_major:
        wanted.append(RepairOrder.is_major_defect.is_(True))
    return wanted


def list_home_orders(session: Session, household_id: int, limit: int = 200) -> list[RepairOrder]:
    """Return the orders of a home, the newest first: for its file."""
    query = (
        select(RepairOrder)
        .where(RepairOrder.household_id == household_id)
        .order_by(RepairOrder.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def is_number_taken(session: Session, community_id: int, number: str) -> bool:
    """Say whether a community has an order of this number."""
    query = select(RepairOrder.id).where(
        RepairOrder.community_id == community_id, RepairOrder.number == number
    )
    return session.scalar(query) is not None


def find_rework(session: Session, order_id: int) -> RepairOrder | None:
    """Return the latest rework of an order."""
    query = select(RepairOrder).where(RepairOrder.rework_of == order_id)
    return session.scalar(query.order_by(RepairOrder.id.desc()).limit(1))


def list_events(session: Session, order_id: int) -> list[RepairEvent]:
    """Return what was done with an order here, oldest first."""
    query = select(RepairEvent).where(RepairEvent.order_id == order_id).order_by(RepairEvent.id)
    return list(session.scalars(query))


def closed_in_week(session: Session, community_id: int, monday: date) -> list[int]:
    """Return the orders of a community done in a Beijing week, sorted by their numbers.

    The order of the numbers does not depend on when or by which file an order came in.

    Raises:
        ValueError: The day is no Monday.
    """
    return closed_between(session, community_id, *week_bounds(monday))


def closed_between(
    session: Session, community_id: int, begin: datetime, end: datetime
) -> list[int]:
    """Return the orders of a community done between two instants, sorted by their numbers."""
    query = select(RepairOrder.number, RepairOrder.id).where(
        RepairOrder.community_id == community_id,
        RepairOrder.done_at >= begin,
        RepairOrder.done_at < end,
        RepairOrder.state.in_(sorted(CLOSED)),
    )
    return [order_id for _, order_id in sorted((n, key) for n, key in session.execute(query))]


def find_open_visit(session: Session, order_id: int) -> SpecialVisit | None:
    """Return the special visit of a failed order that is still to be made."""
    query = select(SpecialVisit).where(
        SpecialVisit.order_id == order_id, SpecialVisit.visited_at.is_(None)
    )
    return session.scalar(query)


def find_visit_of_rework(session: Session, order_id: int) -> SpecialVisit | None:
    """Return the special visit that looks at this order as a rework."""
    return session.scalar(select(SpecialVisit).where(SpecialVisit.rework_id == order_id))


def lock_visit(session: Session, scope: Scope | None, visit_id: int) -> SpecialVisit | None:
    """Return a special visit, locked until the transaction ends; None when out of scope."""
    query = select(SpecialVisit).where(SpecialVisit.id == visit_id).with_for_update()
    visit = session.scalar(query, execution_options={"populate_existing": True})
    if visit is None or (scope is not None and not scope.sees(visit.community_id)):
        return None
    return visit


def list_visits(
    session: Session,
    scope: Scope,
    *,
    is_open: bool,
    order_ids: Collection[int] = (),
    visit_id: int | None = None,
    limit: int,
) -> list[VisitRow]:
    """Return special visits: open ones by their hour, made ones the latest first.

    With orders those that are about one of them, open or made; with a key that one.
    """
    rework = RepairOrder.__table__.alias("rework")
    query = (
        select(
            SpecialVisit,
            Community.name,
            Building.code,
            Household.room,
            RepairOrder.number,
            rework.c.number,
            RepairOrder.thing,
            rework.c.state,
        )
        .join(Community, Community.id == SpecialVisit.community_id)
        .join(RepairOrder, RepairOrder.id == SpecialVisit.order_id)
        .join(rework, rework.c.id == SpecialVisit.rework_id)
        .join(Household, Household.id == RepairOrder.household_id, isouter=True)
        .join(Building, Building.id == Household.building_id, isouter=True)
        .where(in_scope(SpecialVisit.community_id, scope))
        .limit(limit)
    )
    if visit_id is not None:
        query = query.where(SpecialVisit.id == visit_id)
    elif order_ids:
        query = query.where(
            or_(SpecialVisit.order_id.in_(order_ids), SpecialVisit.rework_id.in_(order_ids))
        ).order_by(SpecialVisit.id)
    elif is_open:
        query = query.where(SpecialVisit.visited_at.is_(None)).order_by(
            SpecialVisit.due_at, SpecialVisit.id
        )
    else:
        query = query.where(SpecialVisit.visited_at.is_not(None)).order_by(
            SpecialVisit.visited_at.desc(), SpecialVisit.id
        )
    return [
        VisitRow(visit, name, building or "", room or "", *rest)
        for visit, name, building, room, *rest in session.execute(query)
    ]


def find_flag(session: Session, order_id: int, flag: Flag) -> RepairFlag | None:
    """Return a flag of an order."""
    query = select(RepairFlag).where(RepairFlag.order_id == order_id, RepairFlag.flag == flag)
    return session.scalar(query)


def lock_flag(session: Session, flag_id: int) -> RepairFlag | None:
    """Return a flag, locked until the transaction ends."""
    query = select(RepairFlag).where(RepairFlag.id == flag_id).with_for_update()
    return session.scalar(query, execution_options={"populate_existing": True})


def mark_stale(session: Session, community_id: int, month: date) -> None:
    """Say that the kept counts of a month must be made anew."""
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    values = {"community_id": community_id, "month": month, "is_stale": True, "is_settled": False}
    session.execute(
        insert(RepairMonth)
        .values(values)
        .on_conflict_do_update(
            index_elements=["community_id", "month"],
            set_={"is_stale": True, "is_settled": False},
        )
    )


def count_month(
    session: Session, community_ids: Collection[int] | None, month: date, *, now: datetime
) -> dict[tuple[int, Thing], Counts]:
    """Count the orders of a Beijing month, per community and thing, as `rules` defines it.

    Args:
        session: The open session.
        community_ids: Only these; None means all.
        month: A day of the month.
        now: The present instant: a promise still to come is not decided.
    """
    begin, end = month_bounds(month)
    found = _count_promises(session, community_ids, begin, end, now)
    for key, counts in _count_results(session, community_ids, begin, end).items():
        found[key] = found.get(key, Counts()) + counts
    return found


def _count_promises(
    session: Session,
    community_ids: Collection[int] | None,
    begin: datetime,
    end: datetime,
    now: datetime,
) -> dict[tuple[int, Thing], Counts]:
    order = RepairOrder
    kept = or_(order.arrived_at <= order.promised_at, order.done_at <= order.promised_at)
    nobody = and_(order.arrived_at.is_(None), order.done_at.is_(None))
    query = select(
        order.community_id,
        order.thing,
        func.count(),
        func.count(case((order.promised_at.is_(None), 1))),
        func.count(case((and_(nobody, order.promised_at >= now), 1))),
        func.count(case((kept, 1))),
    ).where(
        order.issued_at >= begin,
        order.issued_at < end,
        order.state != OrderState.CANCELLED,
        *_of(community_ids),
    )
    counted = {}
    for community_id, thing, issued, unpromised, undecided, timely in session.execute(
        query.group_by(order.community_id, order.thing)
    ):
        decided = issued - unpromised - undecided
        counted[(community_id, thing)] = Counts(issued, unpromised, undecided, decided, timely)
    return counted


def _count_results(
    session: Session, community_ids: Collection[int] | None, begin: datetime, end: datetime
) -> dict[tuple[int, Thing], Counts]:
    order = RepairOrder
    done = (
        order.done_at >= begin,
        order.done_at < end,
        order.state.in_(sorted(CLOSED)),
        *_of(community_ids),
    )
    query = select(order.community_id, order.thing, func.count()).where(*done)
    counted = {
        (community_id, thing): Counts(done=count, passed=count)
        for community_id, thing, count in session.execute(
            query.group_by(order.community_id, order.thing)
        )
    }
    failed = select(order.community_id, order.thing, order.done_at, order.failed_at).where(
        *done, order.failed_at.is_not(None)
    )
    for community_id, thing, done_at, failed_at in session.execute(failed):
        if done_at is not None and failed_at is not None and failed_at <= done_at + HOLDS:
            counted[(community_id, thing)] += Counts(passed=-1)
    return counted


def _of(community_ids: Collection[int] | None) -> list[ColumnElement[bool]]:
    if community_ids is None:
        return []
    return [RepairOrder.community_id.in_(sorted(community_ids))]


def count_due(session: Session, scope: Scope, *, now: datetime) -> Due:
    """Count special visits and inspections of defects that press, and flags to check.

    A special visit is late by the second, an inspection after its Beijing day. Flags press head
    office only, from the day they are raised, and are late after the third day.
    """
    if scope.role not in READERS:
        return Due()
    today = beijing_date(now)
    visits = _visits_due(session, scope, now)
    days = select(DefectInspection.due_on, func.count()).where(
        DefectInspection.is_open.is_(True),
        DefectInspection.due_on <= today + _SOON,
        in_scope(DefectInspection.community_id, scope),
    )
    looks = {row[0]: row[1] for row in session.execute(days.group_by(DefectInspection.due_on))}
    flags = _flags_due(session, scope, today)
    late = visits.late + flags.late + sum(n for day, n in looks.items() if day < today)
    first = [day for day in (visits.first, flags.first, *looks) if day is not None and day <= today]
    return Due(
        late=late,
        today=visits.today + looks.get(today, 0) + flags.today,
        soon=visits.soon + sum(n for day, n in looks.items() if day > today),
        first=min(first, default=None),
    )


def _visits_due(session: Session, scope: Scope, now: datetime) -> Due:
    tonight = end_of(beijing_date(now))
    query = select(
        func.count(case((SpecialVisit.due_at < now, 1))),
        func.count(case((and_(SpecialVisit.due_at >= now, SpecialVisit.due_at < tonight), 1))),
        func.count(case((SpecialVisit.due_at >= tonight, 1))),
        func.min(SpecialVisit.due_at),
    ).where(SpecialVisit.visited_at.is_(None), in_scope(SpecialVisit.community_id, scope))
    late, at_once, soon, first = session.execute(query).one()
    return Due(late, at_once, soon, None if first is None else beijing_date(first))


def _flags_due(session: Session, scope: Scope, today: date) -> Due:
    if scope.role is not Role.HEAD_OFFICE:
        return Due()
    over = start_of(today - FLAG_DAYS)
    query = select(
        func.count(case((RepairFlag.raised_at < over, 1))),
        func.count(case((RepairFlag.raised_at >= over, 1))),
        func.min(RepairFlag.raised_at),
    ).where(RepairFlag.outcome.is_(None))
    late, fresh, first = session.execute(query).one()
    due = None if first is None else min(today, beijing_date(first) + FLAG_DAYS)
    return Due(late=late, today=fresh, first=due)


def find_repair_case(session: Session, case_id: int) -> RepairCase | None:
    """Return what makes a case one of a failed repair."""
    return session.get(RepairCase, case_id)


def find_case(session: Session, case_id: int) -> FollowUp | None:
    """Return a case by key."""
    return session.get(FollowUp, case_id)


def find_home_place(session: Session, household_id: int) -> tuple[int, str] | None:
    """Return the community and uid of a home."""
    query = (
        select(Building.community_id, Household.uid)
        .join(Building, Building.id == Household.building_id)
        .where(Household.id == household_id)
    )
    found = session.execute(query).one_or_none()
    return None if found is None else (found[0], found[1])
