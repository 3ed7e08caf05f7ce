"""Counts of a month, each from an index: no answer is read one by one."""

from collections import defaultdict
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.service.callbacks.models import (
    CallBack,
    CallBackAnswer,
    CallBackDraw,
    CallBackEffect,
    CallBackLink,
    CallKind,
    LinkState,
)
from app.service.callbacks.rows import MonthRow
from app.service.callbacks.rules import month_after
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.register.models import Community

_OUT = (LinkState.SENT, LinkState.FILED)
_Counts = dict[int, dict[str, int]]


def list_month(session: Session, scope: Scope, kind: CallKind, month: date) -> list[MonthRow]:
    """Return the counts of a month by community, in the order of their names.

    A week belongs to the month of its Monday, a complaint to that of its answer.
    """
    orders = _orders(session, scope, month) if kind is CallKind.REPAIR else {}
    calls = _calls(session, scope, kind, month)
    answered, satisfied, later = _answers(session, scope, kind, month)
    links = _links(session, scope, kind, month)
    keys = orders.keys() | calls.keys() | answered.keys() | later.keys() | links.keys()
    names = session.execute(
        select(Community.id, Community.name)
        .where(Community.id.in_(sorted(keys)))
        .order_by(Community.name, Community.id)
    )
    return [
        MonthRow(
            key,
            name,
            orders.get(key, 0),
            *calls.get(key, (0, 0, 0)),
            answered=dict(answered.get(key, {})),
            satisfied=dict(satisfied.get(key, {})),
            later=dict(later.get(key, {})),
            links=links.get(key, 0),
        )
        for key, name in names
    ]


def month_span(session: Session) -> tuple[date, date] | None:
    """Return the first and the last month that have links, None before the first."""
    first, last = session.execute(
        select(func.min(CallBackLink.month), func.max(CallBackLink.month))
    ).one()
    return None if first is None else (first, last)


def count_effects(session: Session, scope: Scope, kind: CallKind, month: date) -> dict[str, int]:
    """Return how often each thing was set going by the answers of a month."""
    rows = session.execute(
        select(CallBackEffect.effect, func.count())
        .join(CallBackAnswer, CallBackAnswer.id == CallBackEffect.answer_id)
        .where(
            CallBackAnswer.month == month,
            CallBackAnswer.kind == kind,
            in_scope(CallBackAnswer.community_id, scope),
        )
        .group_by(CallBackEffect.effect)
    )
    return {row[0]: row[1] for row in rows}


def _orders(session: Session, scope: Scope, month: date) -> dict[int, int]:
    rows = session.execute(
        select(CallBackDraw.community_id, func.sum(CallBackDraw.orders))
        .where(
            CallBackDraw.monday >= month,
            CallBackDraw.monday < month_after(month),
            in_scope(CallBackDraw.community_id, scope),
        )
        .group_by(CallBackDraw.community_id)
    )
    return {key: int(count) for key, count in rows if count}


def _calls(
    session: Session, scope: Scope, kind: CallKind, month: date
) -> dict[int, tuple[int, int, int]]:
    rows = session.execute(
        select(
            CallBack.community_id,
            func.count(),
            _number(CallBack.tries > 0),
            _number(CallBack.was_reached),
        )
        .where(
            CallBack.month == month,
            CallBack.kind == kind,
            in_scope(CallBack.community_id, scope),
        )
        .group_by(CallBack.community_id)
    )
    return {key: (calls, tried, reached) for key, calls, tried, reached in rows}


def _answers(
    session: Session, scope: Scope, kind: CallKind, month: date
) -> tuple[_Counts, _Counts, _Counts]:
    answered: _Counts = defaultdict(dict)
    satisfied: _Counts = defaultdict(dict)
    later: _Counts = defaultdict(dict)
    rows = session.execute(
        select(
            CallBackAnswer.community_id,
            CallBackAnswer.way,
            CallBackAnswer.is_first,
            _number(CallBackAnswer.is_satisfied.is_not(None)),
            _number(CallBackAnswer.is_satisfied),
        )
        .where(
            CallBackAnswer.month == month,
            CallBackAnswer.kind == kind,
            in_scope(CallBackAnswer.community_id, scope),
        )
        .group_by(CallBackAnswer.community_id, CallBackAnswer.way, CallBackAnswer.is_first)
    )
    for key, way, is_first, count, good in rows:
        if is_first:
            answered[key][way], satisfied[key][way] = count, good
        else:
            later[key][way] = count
    return answered, satisfied, later


def _links(session: Session, scope: Scope, kind: CallKind, month: date) -> dict[int, int]:
    rows = session.execute(
        select(CallBackLink.community_id, _number(CallBackLink.state.in_(_OUT)))
        .where(
            CallBackLink.month == month,
            CallBackLink.kind == kind,
            in_scope(CallBackLink.community_id, scope),
        )
        .group_by(CallBackLink.community_id)
    )
    return {row[0]: row[1] for row in rows}


def _number(condition: ColumnElement[bool] | object) -> ColumnElement[int]:
    return func.count().filter(condition)  # type: ignore[arg-type]
