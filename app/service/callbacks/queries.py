"""Statements on draws, calls, links and answers.

The page of an owner reaches this module and must never reach staff code; so whoever asks is
described by the protocol `Viewer`, of which `app.staff.scope.Scope` is one.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.service.callbacks.models import (
    CallBack,
    CallBackAnswer,
    CallBackDraw,
    CallBackEffect,
    CallBackLink,
    CallBackTry,
    CallBackWeek,
    CallKind,
    CallState,
    Way,
)
from app.service.callbacks.rows import CallRow, DrawnCall, DrawRow, Progress
from app.service.repairs.models import RepairOrder
from app.surveys.campaign.queries import Viewer, seen_by
from app.surveys.register.models import Building, Community, Household

_AT_ONCE = 500


def last_week(session: Session) -> date | None:
    """Return the newest week drawn in every community, None before the first."""
    return session.scalar(select(func.max(CallBackWeek.monday)))


def first_week(session: Session) -> date | None:
    """Return the first week ever drawn in every community, None before there is one."""
    return session.scalar(select(func.min(CallBackWeek.monday)))


def find_week(session: Session, monday: date) -> CallBackWeek | None:
    """Return a week that was drawn everywhere."""
    return session.get(CallBackWeek, monday)


def list_undrawn(session: Session, monday: date) -> list[int]:
    """Return the communities in use whose week is not drawn."""
    return list(
        session.scalars(
            select(Community.id)
            .outerjoin(
                CallBackDraw,
                and_(CallBackDraw.community_id == Community.id, CallBackDraw.monday == monday),
            )
            .where(
                CallBackDraw.id.is_(None),
                or_(Community.retired_on.is_(None), Community.retired_on >= monday),
            )
            .order_by(Community.id)
        )
    )


def find_draw(session: Session, community_id: int, monday: date) -> CallBackDraw | None:
    """Return the draw of a week in a community."""
    return session.scalar(
        select(CallBackDraw).where(
            CallBackDraw.community_id == community_id, CallBackDraw.monday == monday
        )
    )


def list_open_draws(session: Session, before: date) -> list[CallBackDraw]:
    """Return the draws whose calls can be over: none is left, or they lapse by now.

    Args:
        session: Where to read.
        before: Weeks up to this Monday lapse.
    """
    waiting = (
        select(CallBack.id)
        .where(CallBack.draw_id == CallBackDraw.id, CallBack.state == CallState.WAITING)
        .exists()
    )
    return list(
        session.scalars(
            select(CallBackDraw)
            .where(CallBackDraw.finished_at.is_(None), or_(~waiting, CallBackDraw.monday <= before))
            .order_by(CallBackDraw.id)
        )
    )


def list_waiting_of(session: Session, draw_id: int) -> list[CallBack]:
    """Return the calls of a draw that are still to make."""
    return list(
        session.scalars(
            select(CallBack).where(CallBack.draw_id == draw_id, CallBack.state == CallState.WAITING)
        )
    )


def list_week(session: Session, monday: date) -> list[CallBack]:
    """Return the calls still to make about a week, community by community."""
    return list(
        session.scalars(
            select(CallBack)
            .join(CallBackDraw, CallBackDraw.id == CallBack.draw_id)
            .where(CallBackDraw.monday == monday, CallBack.state == CallState.WAITING)
            .order_by(CallBack.id)
        )
    )


def list_made_at(session: Session, made_at: datetime) -> list[CallBackLink]:
    """Return the links made at an instant: those of one weekly draw."""
    return list(
        session.scalars(
            select(CallBackLink)
            .where(CallBackLink.made_at == made_at, CallBackLink.kind == CallKind.REPAIR)
            .order_by(CallBackLink.id)
        )
    )


def list_called_orders(session: Session, draw_id: int) -> list[int]:
    """Return the orders of a draw whose calls were completed."""
    found = session.scalars(
        select(CallBack.order_id).where(
            CallBack.draw_id == draw_id, CallBack.state == CallState.DONE
        )
    )
    return [key for key in found if key is not None]


def list_draws(
    session: Session, viewer: Viewer, monday: date, *, until: date | None
) -> list[DrawRow]:
    """Return the draws of a week, by community; only weeks up to `until` where it is given."""
    statement = _draws(viewer, until).where(CallBackDraw.monday == monday)
    return [DrawRow(*row) for row in session.execute(statement)]


def get_draw(
    session: Session, viewer: Viewer, draw_id: int, *, until: date | None
) -> DrawRow | None:
    """Return one draw inside the scope; only of a week up to `until` where it is given."""
    row = session.execute(_draws(viewer, until).where(CallBackDraw.id == draw_id)).first()
    return None if row is None else DrawRow(*row)


def list_weeks(session: Session, viewer: Viewer, *, until: date | None, limit: int) -> list[date]:
    """Return the weeks that have draws, the newest first; only up to `until` where given."""
    statement = (
        select(CallBackDraw.monday)
        .where(seen_by(viewer, CallBackDraw.community_id))
        .group_by(CallBackDraw.monday)
        .order_by(CallBackDraw.monday.desc())
        .limit(limit)
    )
    if until is not None:
        statement = statement.where(CallBackDraw.monday <= until)
    return list(session.scalars(statement))


def list_drawn(session: Session, draw_id: int) -> list[DrawnCall]:
    """Return the drawn orders in the order of the draw, with what was said by telephone."""
    statement = (
        select(CallBack, RepairOrder, Building.code, Household.room, CallBackAnswer)
        .join(RepairOrder, RepairOrder.id == CallBack.order_id)
        .outerjoin(Household, Household.id == RepairOrder.household_id)
        .outerjoin(Building, Building.id == Household.building_id)
        .outerjoin(
            CallBackAnswer,
            and_(CallBackAnswer.order_id == CallBack.order_id, CallBackAnswer.way == Way.PHONE),
        )
        .where(CallBack.draw_id == draw_id)
        .order_by(CallBack.id)
    )
    return [DrawnCall(*row) for row in session.execute(statement)]


def list_numbers(session: Session, order_ids: Sequence[int]) -> dict[int, str]:
    """Return the numbers of orders by key."""
    rows = session.execute(
        select(RepairOrder.id, RepairOrder.number).where(RepairOrder.id.in_(order_ids))
    )
    return {row[0]: row[1] for row in rows}


def list_repair_calls(
    session: Session, viewer: Viewer, *, until: datetime, after: tuple[date, int] | None, limit: int
) -> list[CallRow]:
    """Return the calls to make about repairs, by their last day.

    Args:
        session: Where to read.
        viewer: Who asks.
        until: Calls wished for after this instant are not on the list yet.
        after: Last day and key of the call before this page.
        limit: Calls of a page.
    """
    statement = _repair_calls().where(
        CallBack.state == CallState.WAITING,
        CallBack.kind == CallKind.REPAIR,
        seen_by(viewer, CallBack.community_id),
        _is_wanted(until),
    )
    if after is not None:
        statement = statement.where(_behind(*after))
    statement = statement.order_by(CallBack.due_on, CallBack.id).limit(limit)
    return [CallRow(*row) for row in session.execute(statement)]


def find_repair_call(session: Session, viewer: Viewer, call_id: int) -> CallRow | None:
    """Return one call about a repair."""
    row = session.execute(
        _repair_calls().where(CallBack.id == call_id, seen_by(viewer, CallBack.community_id))
    ).first()
    return None if row is None else CallRow(*row)


def find_call(session: Session, viewer: Viewer, call_id: int) -> CallBack | None:
    """Return one call."""
    return session.scalar(
        select(CallBack).where(CallBack.id == call_id, seen_by(viewer, CallBack.community_id))
    )


def lock_call(session: Session, viewer: Viewer, call_id: int) -> CallBack | None:
    """Return one call for a change; others wait."""
    return session.scalar(
        select(CallBack)
        .where(CallBack.id == call_id, seen_by(viewer, CallBack.community_id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def count_waiting(
    session: Session, viewer: Viewer, kind: CallKind, *, until: datetime
) -> list[tuple[date, int]]:
    """Return how many calls are to make, by their last day."""
    rows = session.execute(
        select(CallBack.due_on, func.count())
        .where(
            CallBack.state == CallState.WAITING,
            CallBack.kind == kind,
            seen_by(viewer, CallBack.community_id),
            _is_wanted(until),
        )
        .group_by(CallBack.due_on)
        .order_by(CallBack.due_on)
    )
    return [(day, count) for day, count in rows]


def week_progress(session: Session, viewer: Viewer, monday: date) -> Progress:
    """Return how far the calls of a drawn week are."""
    row = session.execute(
        select(
            func.count(),
            _sum(CallBack.tries > 0),
            _sum(CallBack.state != CallState.WAITING),
            _sum(CallBack.was_reached.is_(True)),
        )
        .join(CallBackDraw, CallBackDraw.id == CallBack.draw_id)
        .where(CallBackDraw.monday == monday, seen_by(viewer, CallBackDraw.community_id))
    ).one()
    return Progress(*(int(count or 0) for count in row))


def list_tries(session: Session, call_id: int) -> list[CallBackTry]:
    """Return the tries of a call, the first one first."""
    return list(
        session.scalars(
            select(CallBackTry).where(CallBackTry.call_id == call_id).order_by(CallBackTry.id)
        )
    )


def find_try(session: Session, key: str) -> CallBackTry | None:
    """Return the try recorded under a key."""
    return session.scalar(select(CallBackTry).where(CallBackTry.key == key))


def find_answer(
    session: Session, kind: CallKind, key: int, round_: int, way: Way
) -> CallBackAnswer | None:
    """Return what was answered in one way."""
    return session.scalar(
        select(CallBackAnswer).where(_about(kind, key, round_), CallBackAnswer.way == way)
    )


def list_answers(session: Session, kind: CallKind, key: int, round_: int) -> list[CallBackAnswer]:
    """Return all answers about one order or one answer to a complaint."""
    return list(
        session.scalars(
            select(CallBackAnswer).where(_about(kind, key, round_)).order_by(CallBackAnswer.id)
        )
    )


def list_unsettled(session: Session, limit: int) -> list[int]:
    """Return the answers whose effects are still to come."""
    return list(
        session.scalars(
            select(CallBackAnswer.id)
            .where(CallBackAnswer.settled_at.is_(None))
            .order_by(CallBackAnswer.id)
            .limit(limit)
        )
    )


def lock_answer(session: Session, answer_id: int) -> CallBackAnswer:
    """Return an answer for settling it; others wait."""
    return session.scalars(
        select(CallBackAnswer)
        .where(CallBackAnswer.id == answer_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def list_effects(session: Session, kind: CallKind, key: int, round_: int) -> list[CallBackEffect]:
    """Return what was set going about one order or one answer to a complaint."""
    column = _subject_column(CallBackEffect, kind)
    return list(
        session.scalars(
            select(CallBackEffect)
            .where(column == key, CallBackEffect.round == round_)
            .order_by(CallBackEffect.id)
        )
    )


def list_linked(session: Session, kind: CallKind, keys: Collection[int]) -> set[tuple[int, int]]:
    """Return which of these orders or complaints have a link, each with its round."""
    column = _subject_column(CallBackLink, kind)
    found: set[tuple[int, int]] = set()
    wanted = sorted(keys)
    for start in range(0, len(wanted), _AT_ONCE):
        rows = session.execute(
            select(column, CallBackLink.round).where(column.in_(wanted[start : start + _AT_ONCE]))
        )
        found.update((key or 0, round_) for key, round_ in rows)
    return found


def find_link(session: Session, token_hash: bytes) -> CallBackLink | None:
    """Return the link of a token."""
    return session.scalar(select(CallBackLink).where(CallBackLink.token_hash == token_hash))


def get_order(session: Session, order_id: int) -> RepairOrder:
    """Return an order by key."""
    return session.get_one(RepairOrder, order_id)


def _draws(viewer: Viewer, until: date | None) -> Select[CallBackDraw, str]:
    statement = (
        select(CallBackDraw, Community.name)
        .join(Community, Community.id == CallBackDraw.community_id)
        .where(seen_by(viewer, CallBackDraw.community_id))
        .order_by(Community.name, Community.id)
    )
    return statement if until is None else statement.where(CallBackDraw.monday <= until)


def _repair_calls() -> Select[CallBack, str, str | None, str | None, RepairOrder]:
    return (
        select(CallBack, Community.name, Building.code, Household.room, RepairOrder)
        .join(Community, Community.id == CallBack.community_id)
        .join(RepairOrder, RepairOrder.id == CallBack.order_id)
        .outerjoin(Household, Household.id == RepairOrder.household_id)
        .outerjoin(Building, Building.id == Household.building_id)
    )


def _is_wanted(until: datetime) -> ColumnElement[bool]:
    return or_(CallBack.not_before.is_(None), CallBack.not_before < until)


def _behind(day: date, call_id: int) -> ColumnElement[bool]:
    return or_(CallBack.due_on > day, and_(CallBack.due_on == day, CallBack.id > call_id))


def _about(kind: CallKind, key: int, round_: int) -> ColumnElement[bool]:
    return and_(_subject_column(CallBackAnswer, kind) == key, CallBackAnswer.round == round_)


def _subject_column(
    model: type[CallBackAnswer | CallBackEffect | CallBackLink], kind: CallKind
) -> InstrumentedAttribute[int | None]:
    return model.order_id if kind is CallKind.REPAIR else model.complaint_id


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)
