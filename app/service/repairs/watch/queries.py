"""Reads of defects under watch and their inspections."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, delete, func, select
from sqlalchemy.orm import Session

from app.service.repairs.models import (
    DefectInspection,
    DefectWatch,
    InspectionReason,
    OrderState,
    RepairOrder,
    RepairPrint,
)
from app.service.repairs.rows import InspectionRow, UnwatchedRow, WatchRow
from app.staff.models import Role, Staff, StaffCommunity
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.register.models import Building, Community, Household


def lock_watch(session: Session, scope: Scope, watch_id: int) -> DefectWatch | None:
    """Return a defect, locked until the transaction ends; None when it is out of scope."""
    query = select(DefectWatch).where(DefectWatch.id == watch_id).with_for_update()
    found = session.scalar(query, execution_options={"populate_existing": True})
    return found if found is not None and scope.sees(found.community_id) else None


def find_watch_of(session: Session, order_id: int) -> DefectWatch | None:
    """Return the defect of an order."""
    return session.scalar(select(DefectWatch).where(DefectWatch.order_id == order_id))


def _rows() -> Select[Any]:
    look = DefectInspection
    looks = (
        select(
            look.watch_id,
            func.min(case((look.is_open.is_(True), look.due_on))).label("next_on"),
            func.count(look.seen_on).label("seen"),
            func.count(case((look.is_good.is_(False), 1))).label("bad"),
        )
        .group_by(look.watch_id)
        .subquery()
    )
    return (
        select(
            DefectWatch,
            Community.name,
            Building.code,
            Household.room,
            RepairOrder.number,
            RepairOrder.thing,
            RepairOrder.place,
            Staff.name,
            looks.c.next_on,
            looks.c.seen,
            looks.c.bad,
        )
        .join(Community, Community.id == DefectWatch.community_id)
        .join(RepairOrder, RepairOrder.id == DefectWatch.order_id)
        .join(Staff, Staff.id == DefectWatch.responsible_id)
        .join(looks, looks.c.watch_id == DefectWatch.id, isouter=True)
        .join(Household, Household.id == DefectWatch.household_id, isouter=True)
        .join(Building, Building.id == Household.building_id, isouter=True)
    )


def _row(found: Any) -> WatchRow:
    watch, community, building, room, number, thing, place, name, next_on, seen, bad = found
    return WatchRow(
        *(watch, community, building or "", room or "", number, thing, place, name, next_on),
        seen=seen or 0,
        bad=bad or 0,
    )


def find_watch(session: Session, scope: Scope, watch_id: int) -> WatchRow | None:
    """Return a defect with its address; None when it is out of scope."""
    query = _rows().where(DefectWatch.id == watch_id, in_scope(DefectWatch.community_id, scope))
    found = session.execute(query).one_or_none()
    return None if found is None else _row(found)


def list_watches(
    session: Session,
    scope: Scope,
    *,
    is_open: bool,
    community_id: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[WatchRow]:
    """Return defects, the newest first."""
    empty = DefectWatch.closed_on.is_(None)
    query = (
        _rows()
        .where(in_scope(DefectWatch.community_id, scope), empty if is_open else ~empty)
        .order_by(DefectWatch.id.desc())
        .limit(limit)
    )
    if community_id is not None:
        query = query.where(DefectWatch.community_id == community_id)
    if after is not None:
        query = query.where(DefectWatch.id < after)
    return [_row(found) for found in session.execute(query)]


def list_due(session: Session, scope: Scope, *, until: date, limit: int) -> list[DefectInspection]:
    """Return the inspections to be made up to a day, the longest due first."""
    query = (
        select(DefectInspection)
        .where(
            DefectInspection.is_open.is_(True),
            DefectInspection.due_on <= until,
            in_scope(DefectInspection.community_id, scope),
        )
        .order_by(DefectInspection.due_on, DefectInspection.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def lock_inspection(session: Session, inspection_id: int) -> DefectInspection | None:
    """Return an inspection, locked until the transaction ends."""
    query = select(DefectInspection).where(DefectInspection.id == inspection_id).with_for_update()
    return session.scalar(query, execution_options={"populate_existing": True})


def list_inspections(session: Session, watch_id: int) -> list[InspectionRow]:
    """Return the inspections of a defect by day, made and due."""
    query = (
        select(DefectInspection, Staff.name)
        .join(Staff, Staff.id == DefectInspection.seen_by, isouter=True)
        .where(DefectInspection.watch_id == watch_id)
        .order_by(DefectInspection.due_on, DefectInspection.id)
    )
    return [InspectionRow(one, name or "") for one, name in session.execute(query)]


def list_of(session: Session, watch_id: int, *, is_open: bool) -> list[DefectInspection]:
    """Return the inspections of a defect that are due or not, by day."""
    query = (
        select(DefectInspection)
        .where(DefectInspection.watch_id == watch_id, DefectInspection.is_open.is_(is_open))
        .order_by(DefectInspection.due_on, DefectInspection.id)
    )
    return list(session.scalars(query))


def list_outside(session: Session, scope: Scope) -> list[DefectWatch]:
    """Return the open defects of a scope that rain tells something about."""
    query = select(DefectWatch).where(
        in_scope(DefectWatch.community_id, scope),
        DefectWatch.closed_on.is_(None),
        DefectWatch.is_outside.is_(True),
    )
    return list(session.scalars(query.order_by(DefectWatch.id)))


def list_rain(session: Session, watch_ids: Collection[int], rained_on: date) -> set[int]:
    """Return which of these defects have an inspection for this day of rain."""
    query = select(DefectInspection.watch_id).where(
        DefectInspection.watch_id.in_(sorted(watch_ids)),
        DefectInspection.reason == InspectionReason.RAIN,
        DefectInspection.rained_on == rained_on,
    )
    return set(session.scalars(query))


def list_people(session: Session, community_id: int) -> list[tuple[int, str]]:
    """Return who may answer for a defect of a community: its office and stewards, by name."""
    query = (
        select(Staff.id, Staff.name)
        .join(StaffCommunity, StaffCommunity.staff_id == Staff.id)
        .where(
            StaffCommunity.community_id == community_id,
            Staff.role.in_([Role.OFFICE, Role.STEWARD]),
            Staff.disabled_at.is_(None),
        )
        .order_by(Staff.name, Staff.id)
    )
    return [(key, name) for key, name in session.execute(query)]


def find_print(session: Session, print_id: int) -> RepairPrint | None:
    """Return a sheet by key."""
    return session.get(RepairPrint, print_id)


def delete_prints(session: Session, before: datetime) -> None:
    """Delete the sheets ordered before an instant."""
    session.execute(delete(RepairPrint).where(RepairPrint.asked_at < before))


def list_unwatched(session: Session, scope: Scope, limit: int = 50) -> list[UnwatchedRow]:
    """Return repaired major defects that nobody watches yet, the latest first."""
    order = RepairOrder
    query = (
        select(order.id, order.number, order.thing, order.done_at, Community.name)
        .join(Community, Community.id == order.community_id)
        .join(DefectWatch, DefectWatch.order_id == order.id, isouter=True)
        .where(
            order.is_major_defect.is_(True),
            order.state.in_([OrderState.DONE, OrderState.CALLED_BACK]),
            DefectWatch.id.is_(None),
            in_scope(order.community_id, scope),
        )
        .order_by(order.id.desc())
        .limit(limit)
    )
    return [
        UnwatchedRow(key, number, thing, done_at, name)
        for key, number, thing, done_at, name in session.execute(query)
        if done_at is not None
    ]


def watched(session: Session, order_ids: Sequence[int]) -> dict[int, int]:
    """Return which of these orders have a defect under watch, open or closed."""
    query = select(DefectWatch.order_id, DefectWatch.id).where(DefectWatch.order_id.in_(order_ids))
    return {row[0]: row[1] for row in session.execute(query)}
