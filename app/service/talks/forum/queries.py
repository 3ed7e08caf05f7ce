"""Reads of opinions of forums and groups; each takes the scope of who is looking.

Head office reads all, an office and its stewards those on their own communities' list. Leaders
count them. One that is about the office's own director stands on head office's list alone.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.followup.models import CaseList, FollowUp
from app.service.talks.models import ForumOpinion, ForumPlace
from app.staff.models import Role, Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.register.models import Building, Community, Household

READERS = frozenset({Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD})
COUNTERS = READERS | {Role.LEADER, Role.REGION}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which opinions a list shows.

    Attributes:
        community_id: Only of this community.
        place: Only from this kind of place.
        state: ``open``, ``late``, ``replied`` or "" for all.
    """

    community_id: int | None = None
    place: ForumPlace | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How far replies have come."""

    total: int
    open: int
    late: int
    replied: int
    replied_in_time: int


def visible_opinions(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which an opinion exists for this person."""
    if scope.role is Role.HEAD_OFFICE:
        return true()
    if scope.role not in READERS:
        return false()
    return and_(in_scope(ForumOpinion.community_id, scope), FollowUp.on_list == CaseList.COMMUNITY)


def countable_opinions(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which this person counts an opinion."""
    if scope.role in COUNTERS - READERS:
        return in_scope(ForumOpinion.community_id, scope)
    return visible_opinions(scope)


def find_mark(session: Session, community_id: int, mark: bytes) -> int | None:
    """Return the opinion of a community that has these words, None for new ones."""
    query = select(ForumOpinion.follow_up_id).where(
        ForumOpinion.community_id == community_id, ForumOpinion.mark == mark
    )
    return session.scalar(query)


def list_opinions(
    session: Session,
    scope: Scope,
    filters: Filters,
    *,
    today: date,
    before: tuple[date, int] | None = None,
    limit: int,
) -> list[Any]:
    """Return opinions, the latest first, a page at a time.

    Args:
        session: Database session.
        scope: Who is looking.
        filters: Which.
        today: The present Beijing day.
        before: Day and key of the last one of the page before.
        limit: At most so many.
    """
    said_on, key = ForumOpinion.said_on, ForumOpinion.follow_up_id
    page: ColumnElement[bool] = true()
    if before is not None:
        page = or_(said_on < before[0], and_(said_on == before[0], key < before[1]))
    query = (
        _rows()
        .where(visible_opinions(scope), *_wanted(filters, today), page)
        .order_by(said_on.desc(), key.desc())
        .limit(limit)
    )
    return list(session.execute(query))


def find_opinion(session: Session, scope: Scope, case_id: int) -> Any:
    """Return an opinion with its case, names and address; None when it is not there."""
    query = _rows().where(ForumOpinion.follow_up_id == case_id, visible_opinions(scope))
    return session.execute(query).one_or_none()


def lock_opinion(session: Session, case_id: int) -> ForumOpinion:
    """Return an opinion for changing; the caller has checked who is asking."""
    query = select(ForumOpinion).where(ForumOpinion.follow_up_id == case_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def count_opinions(
    session: Session,
    scope: Scope,
    filters: Filters,
    *,
    today: date,
    said: tuple[date, date] | None = None,
) -> Counts:
    """Return how far replies have come; `said` keeps to opinions of these days."""
    replied = ForumOpinion.replied_at.is_not(None)
    in_time = and_(replied, ForumOpinion.replied_on <= ForumOpinion.due_on)
    query = (
        select(
            func.count(),
            func.count(case((~replied, 1))),
            func.count(case((and_(~replied, ForumOpinion.due_on < today), 1))),
            func.count(case((replied, 1))),
            func.count(case((in_time, 1))),
        )
        .select_from(ForumOpinion)
        .join(FollowUp, FollowUp.id == ForumOpinion.follow_up_id)
        .where(
            countable_opinions(scope),
            *_wanted(Filters(filters.community_id, filters.place), today),
            true() if said is None else ForumOpinion.said_on.between(*said),
        )
    )
    return Counts(*session.execute(query).one())


def count_due(session: Session, scope: Scope) -> list[tuple[date, int]]:
    """Return how many opinions wait for a reply, by the day it is due."""
    query = (
        select(ForumOpinion.due_on, func.count())
        .join(FollowUp, FollowUp.id == ForumOpinion.follow_up_id)
        .where(visible_opinions(scope), ForumOpinion.replied_at.is_(None))
        .group_by(ForumOpinion.due_on)
    )
    return [(due, count) for due, count in session.execute(query)]


def _wanted(filters: Filters, today: date) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.community_id is not None:
        wanted.append(ForumOpinion.community_id == filters.community_id)
    if filters.place is not None:
        wanted.append(ForumOpinion.place == filters.place)
    waits = ForumOpinion.replied_at.is_(None)
    if filters.state == "open":
        wanted.append(waits)
    elif filters.state == "late":
        wanted += [waits, ForumOpinion.due_on < today]
    elif filters.state == "replied":
        wanted.append(ForumOpinion.replied_at.is_not(None))
    return wanted


def _rows() -> Any:
    entered, replied = aliased(Staff), aliased(Staff)
    return (
        select(
            ForumOpinion,
            FollowUp,
            Community.name.label("community"),
            Building.code.label("building"),
            Household.room.label("room"),
            entered.name.label("entered_by"),
            func.coalesce(replied.name, "").label("replied_by"),
        )
        .join(FollowUp, FollowUp.id == ForumOpinion.follow_up_id)
        .join(Community, Community.id == ForumOpinion.community_id)
        .join(entered, entered.id == ForumOpinion.entered_by)
        .outerjoin(replied, replied.id == ForumOpinion.replied_by)
        .outerjoin(Household, Household.id == FollowUp.household_id)
        .outerjoin(Building, Building.id == Household.building_id)
    )
