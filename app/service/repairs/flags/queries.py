"""Reads of flags: head office's list, and how often each kind was true, per office."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.clock import end_of, start_of
from app.service.repairs.models import FlagOutcome, RepairFlag, RepairOrder
from app.service.repairs.rows import FlagCount, FlagRow
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.register.models import Building, Community, Household


def list_flags(
    session: Session,
    scope: Scope,
    *,
    is_open: bool | None = None,
    order_id: int | None = None,
    flag_id: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[FlagRow]:
    """Return flags, the newest first."""
    query = (
        select(
            RepairFlag,
            Community.name,
            Building.code,
            Household.room,
            RepairOrder.number,
            RepairOrder.thing,
            RepairOrder.done_at,
        )
        .join(RepairOrder, RepairOrder.id == RepairFlag.order_id)
        .join(Community, Community.id == RepairFlag.community_id)
        .join(Household, Household.id == RepairOrder.household_id, isouter=True)
        .join(Building, Building.id == Household.building_id, isouter=True)
        .where(in_scope(RepairFlag.community_id, scope))
        .order_by(RepairFlag.id.desc())
        .limit(limit)
    )
    if is_open is not None:
        empty = RepairFlag.outcome.is_(None)
        query = query.where(empty if is_open else ~empty)
    if order_id is not None:
        query = query.where(RepairFlag.order_id == order_id)
    if flag_id is not None:
        query = query.where(RepairFlag.id == flag_id)
    if after is not None:
        query = query.where(RepairFlag.id < after)
    return [
        FlagRow(flag, name, building or "", room or "", number, thing, done_at)
        for flag, name, building, room, number, thing, done_at in session.execute(query)
    ]


def count_flags(session: Session, scope: Scope, since: date, until: date) -> list[FlagCount]:
    """Count flags per community and kind, beside the orders done in the same Beijing days."""
    begin, end = start_of(since), end_of(until)

    def of(outcome: FlagOutcome) -> Any:
        return func.count(case((RepairFlag.outcome == outcome, 1)))

    query = (
        select(
            RepairFlag.community_id,
            Community.name,
            RepairFlag.flag,
            func.count(),
            of(FlagOutcome.TRUE),
            of(FlagOutcome.FALSE_ORDER),
            of(FlagOutcome.UNCLEAR),
        )
        .join(Community, Community.id == RepairFlag.community_id)
        .where(
            in_scope(RepairFlag.community_id, scope),
            RepairFlag.raised_at >= begin,
            RepairFlag.raised_at < end,
        )
        .group_by(RepairFlag.community_id, Community.name, RepairFlag.flag)
        .order_by(Community.name, RepairFlag.flag)
    )
    found = session.execute(query).all()
    done = _count_done(session, {row[0] for row in found}, begin, end)
    return [
        FlagCount(
            community_id=community_id,
            community=name,
            flag=flag,
            raised=raised,
            true=true,
            false_order=false_order,
            unclear=unclear,
            done=done.get(community_id, 0),
        )
        for community_id, name, flag, raised, true, false_order, unclear in found
    ]


def _count_done(
    session: Session, community_ids: Collection[int], begin: datetime, end: datetime
) -> dict[int, int]:
    query = (
        select(RepairOrder.community_id, func.count())
        .where(
            RepairOrder.community_id.in_(sorted(community_ids)),
            RepairOrder.done_at >= begin,
            RepairOrder.done_at < end,
        )
        .group_by(RepairOrder.community_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
