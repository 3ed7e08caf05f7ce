"""Reads and locks of months, talks and their opinions; each takes the scope of who is looking.

Head office and leaders read the talks of all communities, an office those of its own. A region
sees which months are open, and no word of anybody. The committee reads what was shared with it.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.service.talks.models import (
    AbsenceState,
    CommitteeTalk,
    MonthState,
    OpinionState,
    TalkAbsence,
    TalkMonth,
    TalkOpinion,
)
from app.staff.models import Role, Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.register.models import Community

BOARD = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE})
READERS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE})
OPEN_OPINIONS = (OpinionState.NEW, OpinionState.PROMISED, OpinionState.DONE)


def in_use(month: date, last: date) -> ColumnElement[bool]:
    """Return the condition that a community is managed to the end of a month."""
    return and_(
        or_(Community.retired_on.is_(None), Community.retired_on > last),
        or_(Community.handed_over_on.is_(None), Community.handed_over_on < month),
    )


def visible_months(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which the month of a community exists for this person."""
    if scope.role not in BOARD:
        return false()
    return in_scope(TalkMonth.community_id, scope)


def visible_talks(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which a talk exists for this person."""
    if scope.role in READERS:
        return in_scope(CommitteeTalk.community_id, scope)
    if scope.role is Role.COMMITTEE:
        shared = CommitteeTalk.shared_at.is_not(None)
        return and_(in_scope(CommitteeTalk.community_id, scope), shared)
    return false()


def visible_opinions(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which an opinion of a talk exists for this person.

    The committee sees what it wrote itself, and the opinions of talks shared with it.
    """
    if scope.role in READERS:
        return in_scope(TalkOpinion.community_id, scope)
    if scope.role is Role.COMMITTEE:
        shared = select(CommitteeTalk.id).where(CommitteeTalk.shared_at.is_not(None))
        return and_(
            in_scope(TalkOpinion.community_id, scope),
            or_(TalkOpinion.said_by == scope.staff_id, TalkOpinion.talk_id.in_(shared)),
        )
    return false()


def last_opened(session: Session) -> date | None:
    """Return the latest month any community has a row of."""
    return session.scalar(select(func.max(TalkMonth.month)))


def list_without_month(session: Session, month: date, last: date) -> list[int]:
    """Return the communities in use that have no row of a month yet; locked on PostgreSQL."""
    has = select(TalkMonth.id).where(
        TalkMonth.community_id == Community.id, TalkMonth.month == month
    )
    lacking = select(Community.id).where(in_use(month, last), ~has.exists()).order_by(Community.id)
    ids = list(session.scalars(lacking))
    if ids:
        lock_communities(session, ids)
        ids = list(session.scalars(lacking))
    return ids


def lock_communities(session: Session, community_ids: Collection[int]) -> None:
    """Let one writer at a time add months or opinions of a community (PostgreSQL)."""
    query = select(Community.id).where(Community.id.in_(sorted(community_ids)))
    session.execute(query.order_by(Community.id).with_for_update(key_share=True)).all()


def find_month(session: Session, community_id: int, month: date) -> TalkMonth | None:
    """Return the row of a month; the caller has checked who is asking."""
    query = select(TalkMonth).where(
        TalkMonth.community_id == community_id, TalkMonth.month == month
    )
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def list_board(
    session: Session,
    scope: Scope,
    *,
    months: Sequence[date],
    after: str = "",
    limit: int,
    community_ids: Collection[int] | None = None,
) -> list[tuple[Community, dict[date, TalkMonth]]]:
    """Return communities by code with their rows of some months, a page at a time.

    Args:
        session: Database session.
        scope: Who is looking.
        months: The months.
        after: Code of the last community of the page before.
        limit: At most so many communities.
        community_ids: Only these.
    """
    query = select(Community).where(
        in_scope(Community.id, scope), Community.retired_on.is_(None), Community.code > after
    )
    if scope.role not in BOARD:
        query = query.where(false())
    if community_ids is not None:
        query = query.where(Community.id.in_(sorted(community_ids)))
    found = list(session.scalars(query.order_by(Community.code).limit(limit)))
    rows = session.scalars(
        select(TalkMonth).where(
            TalkMonth.community_id.in_([one.id for one in found]),
            TalkMonth.month.in_(months),
        )
    )
    by_place: dict[int, dict[date, TalkMonth]] = {one.id: {} for one in found}
    for row in rows:
        by_place[row.community_id][row.month] = row
    return [(one, by_place[one.id]) for one in found]


def list_open_months(
    session: Session, scope: Scope, *, before: date | None = None, limit: int = 100
) -> list[tuple[TalkMonth, Community]]:
    """Return the months without a talk, the oldest first; `before` leaves out later months."""
    query = (
        select(TalkMonth, Community)
        .join(Community, Community.id == TalkMonth.community_id)
        .where(
            visible_months(scope),
            TalkMonth.state == MonthState.OPEN,
            Community.retired_on.is_(None),
            true() if before is None else TalkMonth.month < before,
        )
        .order_by(TalkMonth.month, Community.code)
        .limit(limit)
    )
    return [(month, place) for month, place in session.execute(query)]


def count_open_months(session: Session, scope: Scope) -> list[tuple[date, int]]:
    """Return how many communities have no talk yet, by month."""
    query = (
        select(TalkMonth.month, func.count())
        .join(Community, Community.id == TalkMonth.community_id)
        .where(
            visible_months(scope),
            TalkMonth.state == MonthState.OPEN,
            Community.retired_on.is_(None),
        )
        .group_by(TalkMonth.month)
        .order_by(TalkMonth.month)
    )
    return [(month, count) for month, count in session.execute(query)]


def count_months(
    session: Session, scope: Scope, *, months: Sequence[date], community_id: int | None
) -> list[tuple[MonthState, date, date | None]]:
    """Return state, month and day of the talk of each row of some months."""
    query = select(TalkMonth.state, TalkMonth.month, TalkMonth.held_on).where(
        visible_months(scope), TalkMonth.month.in_(months)
    )
    if community_id is not None:
        query = query.where(TalkMonth.community_id == community_id)
    return [(state, month, held_on) for state, month, held_on in session.execute(query)]


def list_months(
    session: Session, scope: Scope, community_id: int, *, limit: int
) -> list[TalkMonth]:
    """Return the months of a community, the latest first."""
    query = (
        select(TalkMonth)
        .where(visible_months(scope), TalkMonth.community_id == community_id)
        .order_by(TalkMonth.month.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def list_absences(
    session: Session, scope: Scope, *, month_ids: Collection[int] | None = None, limit: int = 200
) -> list[tuple[TalkAbsence, TalkMonth, str, str, str]]:
    """Return absences with month, community, who said it and who decided.

    Without `month_ids` they are those that wait for head office, the oldest first.
    """
    said, decided = aliased(Staff), aliased(Staff)
    wanted: ColumnElement[bool] = TalkAbsence.state == AbsenceState.ASKED
    if month_ids is not None:
        wanted = TalkAbsence.month_id.in_(sorted(month_ids))
    query = (
        select(TalkAbsence, TalkMonth, Community.name, said.name, func.coalesce(decided.name, ""))
        .join(TalkMonth, TalkMonth.id == TalkAbsence.month_id)
        .join(Community, Community.id == TalkMonth.community_id)
        .join(said, said.id == TalkAbsence.said_by)
        .outerjoin(decided, decided.id == TalkAbsence.decided_by)
        .where(wanted, visible_months(scope), in_scope(TalkMonth.community_id, scope))
        .order_by(TalkAbsence.id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(query)]


def count_absences_asked(session: Session) -> int:
    """Count months that wait for head office's word."""
    query = select(func.count()).where(TalkAbsence.state == AbsenceState.ASKED)
    return session.scalars(query.select_from(TalkAbsence)).one()


def find_absence(
    session: Session, scope: Scope, absence_id: int
) -> tuple[TalkAbsence, TalkMonth] | None:
    """Return an absence with its month for changing, locked on PostgreSQL."""
    query = (
        select(TalkAbsence, TalkMonth)
        .join(TalkMonth, TalkMonth.id == TalkAbsence.month_id)
        .where(TalkAbsence.id == absence_id, visible_months(scope))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def find_talk(
    session: Session, scope: Scope, talk_id: int
) -> tuple[CommitteeTalk, TalkMonth, Community, str] | None:
    """Return a talk with month, community and who noted it."""
    query = (
        select(CommitteeTalk, TalkMonth, Community, Staff.name)
        .join(TalkMonth, TalkMonth.id == CommitteeTalk.month_id)
        .join(Community, Community.id == CommitteeTalk.community_id)
        .join(Staff, Staff.id == CommitteeTalk.noted_by)
        .where(CommitteeTalk.id == talk_id, visible_talks(scope))
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1], row[2], row[3])


def list_talks(
    session: Session, scope: Scope, community_id: int | None, *, limit: int
) -> list[tuple[CommitteeTalk, TalkMonth, Community]]:
    """Return talks with month and community, the latest first."""
    query = (
        select(CommitteeTalk, TalkMonth, Community)
        .join(TalkMonth, TalkMonth.id == CommitteeTalk.month_id)
        .join(Community, Community.id == CommitteeTalk.community_id)
        .where(
            visible_talks(scope),
            true() if community_id is None else CommitteeTalk.community_id == community_id,
        )
        .order_by(CommitteeTalk.held_on.desc(), CommitteeTalk.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def find_talk_before(session: Session, talk: CommitteeTalk) -> CommitteeTalk | None:
    """Return the talk of the same community before this one."""
    query = (
        select(CommitteeTalk)
        .where(
            CommitteeTalk.community_id == talk.community_id,
            or_(
                CommitteeTalk.held_on < talk.held_on,
                and_(CommitteeTalk.held_on == talk.held_on, CommitteeTalk.id < talk.id),
            ),
        )
        .order_by(CommitteeTalk.held_on.desc(), CommitteeTalk.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def list_opinions(
    session: Session,
    scope: Scope,
    *,
    talk_id: int | None = None,
    community_id: int | None = None,
    states: Collection[OpinionState] | None = None,
    is_waiting: bool = False,
    limit: int = 200,
) -> list[tuple[TalkOpinion, str]]:
    """Return opinions with the name of their community, the first due first.

    Args:
        session: Database session.
        scope: Who is looking.
        talk_id: Only of this talk.
        community_id: Only of this community.
        states: Only in these states.
        is_waiting: Only those the committee wrote for a talk that was not held yet.
        limit: At most so many.
    """
    wanted: list[ColumnElement[bool]] = [visible_opinions(scope)]
    if talk_id is not None:
        wanted.append(TalkOpinion.talk_id == talk_id)
    if community_id is not None:
        wanted.append(TalkOpinion.community_id == community_id)
    if states is not None:
        wanted.append(TalkOpinion.state.in_(sorted(states)))
    if is_waiting:
        wanted.append(TalkOpinion.talk_id.is_(None))
    order: tuple[Any, ...] = (TalkOpinion.id,)
    if talk_id is None:
        order = (TalkOpinion.due_on.is_(None), TalkOpinion.due_on, TalkOpinion.id)
    query = (
        select(TalkOpinion, Community.name)
        .join(Community, Community.id == TalkOpinion.community_id)
        .where(*wanted)
        .order_by(*order)
        .limit(limit)
    )
    return [(one, name) for one, name in session.execute(query)]


def find_opinion(session: Session, scope: Scope, opinion_id: int) -> TalkOpinion | None:
    """Return an opinion for changing, locked on PostgreSQL."""
    query = select(TalkOpinion).where(TalkOpinion.id == opinion_id, visible_opinions(scope))
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def count_opinions_due(session: Session, scope: Scope) -> list[tuple[date | None, int]]:
    """Return how many opinions somebody must still act on or report back, by the day promised."""
    if scope.role is Role.COMMITTEE:
        return []
    query = (
        select(TalkOpinion.due_on, func.count())
        .where(visible_opinions(scope), TalkOpinion.state.in_(OPEN_OPINIONS))
        .group_by(TalkOpinion.due_on)
    )
    return [(due, count) for due, count in session.execute(query)]


def count_opinions(
    session: Session, scope: Scope, *, first: date, last: date, community_id: int | None
) -> list[tuple[OpinionState, int]]:
    """Return how many opinions were raised in the talks of a time, by state."""
    query = (
        select(TalkOpinion.state, func.count())
        .join(CommitteeTalk, CommitteeTalk.id == TalkOpinion.talk_id)
        .where(
            visible_opinions(scope),
            CommitteeTalk.held_on.between(first, last),
            true() if community_id is None else TalkOpinion.community_id == community_id,
        )
        .group_by(TalkOpinion.state)
    )
    return [(state, count) for state, count in session.execute(query)]


def name_of(session: Session, staff_id: int | None) -> str:
    """Return the name of an account, "" without one."""
    if staff_id is None:
        return ""
    found = session.get(Staff, staff_id)
    return "" if found is None else found.name
