"""Lists of cases by the page, and how many there are by building and person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.followup.models import CaseList, CaseState, FollowUp, Source, Urgency
from app.followup.queries import by_address, list_rows, list_t0, own_late, visible_cases
from app.followup.rows import CaseRow
from app.followup.rules import due_dates
from app.staff.models import Staff
from app.staff.scope import Scope
from app.surveys.campaign.models import FrameMember
from app.surveys.register.models import Community

PAGE = 50  # cases of one page: what a telephone shows quickly, and an office reads at once


class Whose(StrEnum):
    """Whose cases a list shows."""

    TEAM = "team"
    MINE = "mine"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address of a list asks for.

    Attributes:
        community_id: Only this community.
        on_list: Only this list.
        state: Only this state.
        whose: Everybody's, one's own, or nobody's yet.
        urgency: Only this urgency.
        building: Only this building.
        is_overdue: Only cases past a date.
        source: Only this source.
    """

    community_id: int | None = None
    on_list: CaseList | None = None
    state: CaseState | None = None
    whose: Whose = Whose.TEAM
    urgency: Urgency | None = None
    building: str | None = None
    is_overdue: bool = False
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, and how many cases the whole list has."""

    rows: list[CaseRow]
    total: int
    number: int

    @property
    def count(self) -> int:
        """Return how many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


def list_page(
    session: Session,
    scope: Scope,
    campaign_id: int,
    filters: Filters,
    *,
    today: date,
    number: int = 1,
    size: int = PAGE,
) -> Page:
    """Return one page of the cases this person may see: danger first, then by address.

    Args:
        session: Database session.
        scope: Who is looking.
        campaign_id: The campaign.
        filters: What to show.
        today: The day by which a case is late.
        number: Which page, from 1.
        size: Cases of a page.
    """
    where = _conditions(session, scope, campaign_id, filters, today)
    groups = _count_groups(session, scope, where, in_building=filters.building is not None)
    total, start = sum(group.cases for group in groups), (number - 1) * size
    wanted, skipped = _groups_of_page(groups, start, size)
    if not wanted:
        return Page([], total, number)
    rows = list_rows(
        session,
        scope,
        [*where, _of_groups(wanted)],
        order=(_rank(), *by_address()),
        limit=size,
        offset=start - skipped,
    )
    return Page(rows, total, number)


@dataclass(frozen=True, slots=True)
class _Group:
    """Cases of a list that follow each other: dangers of a community, or its other cases."""

    rank: int
    community_id: int
    cases: int


def _rank() -> ColumnElement[int]:
    return case((FollowUp.urgency == Urgency.SAFETY, 0), else_=1)


def _count_groups(
    session: Session,
    scope: Scope,
    where: Sequence[ColumnElement[bool]],
    *,
    in_building: bool,
) -> list[_Group]:
    """Count the cases of a list in its order, so that a page sorts its own communities alone."""
    rank = _rank().label("rank")  # one object: PostgreSQL compares what is grouped by its binds
    counted = select(rank, FollowUp.community_id, func.count().label("cases")).where(
        visible_cases(scope), *where
    )
    if in_building:
        counted = counted.join(FrameMember, FrameMember.id == FollowUp.frame_member_id)
    cases = counted.group_by(rank, FollowUp.community_id).subquery()
    query = (
        select(cases.c.rank, cases.c.community_id, cases.c.cases)
        .join(Community, Community.id == cases.c.community_id)
        .order_by(cases.c.rank, Community.code)
    )
    return [_Group(*row) for row in session.execute(query)]


def _groups_of_page(groups: Sequence[_Group], start: int, size: int) -> tuple[list[_Group], int]:
    """Return the groups a page shows something of, and how many cases lie before them."""
    wanted: list[_Group] = []
    before = skipped = 0
    for group in groups:
        if before + group.cases <= start:
            skipped += group.cases
        elif before < start + size:
            wanted.append(group)
        before += group.cases
    return wanted, skipped


def _of_groups(groups: Sequence[_Group]) -> ColumnElement[bool]:
    found = []
    for rank in sorted({group.rank for group in groups}):
        places = [group.community_id for group in groups if group.rank == rank]
        is_danger = FollowUp.urgency == Urgency.SAFETY
        urgency = is_danger if rank == 0 else ~is_danger
        found.append(and_(urgency, FollowUp.community_id.in_(places)))
    return or_(*found)


def _conditions(
    session: Session, scope: Scope, campaign_id: int, filters: Filters, today: date
) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [
        FollowUp.campaign_id == campaign_id,
        FollowUp.frame_member_id.is_not(None),
    ]
    columns = (
        (FollowUp.community_id, filters.community_id),
        (FollowUp.on_list, filters.on_list),
        (FollowUp.state, filters.state),
        (FollowUp.urgency, filters.urgency),
        (FollowUp.source, filters.source),
        (FrameMember.building, filters.building),
    )
    where.extend(column == wanted for column, wanted in columns if wanted is not None)
    if filters.whose is Whose.MINE:
        where.append(FollowUp.responsible_id == scope.staff_id)
    if filters.whose is Whose.NOBODY:
        where.append(FollowUp.responsible_id.is_(None))
    if filters.is_overdue:
        where.append(_is_overdue(session, campaign_id, today))
    return where


def _is_overdue(session: Session, campaign_id: int, today: date) -> ColumnElement[bool]:
    """Return the condition of `CaseRow.is_overdue`, out of the clocks of all communities."""
    begun: list[int] = []
    ended: list[int] = []
    for (_, community_id), t0 in list_t0(session, {campaign_id}).items():
        due = due_dates(t0)
        if due is not None and today > due.close_by:
            ended.append(community_id)
        elif due is not None and today > due.start_by:
            begun.append(community_id)
    with_gate = and_(
        FollowUp.close_by.is_(None),
        or_(
            FollowUp.community_id.in_(ended),
            and_(FollowUp.contacts == 0, FollowUp.community_id.in_(begun)),
        ),
    )
    return and_(FollowUp.state == CaseState.OPEN, or_(with_gate, own_late(today)))


@dataclass(frozen=True, slots=True)
class BuildingCount:
    """Cases of one building on a list."""

    building: str
    open: int
    untouched: int
    total: int


def count_by_building(
    session: Session, scope: Scope, campaign_id: int, filters: Filters, *, today: date
) -> list[BuildingCount]:
    """Return the cases by building under all filters but that of building and state."""
    free = Filters(
        community_id=filters.community_id,
        on_list=filters.on_list,
        whose=filters.whose,
        urgency=filters.urgency,
        source=filters.source,
    )
    is_open = FollowUp.state == CaseState.OPEN
    query = (
        select(
            FrameMember.building,
            func.count(case((is_open, 1))),
            func.count(case((and_(is_open, FollowUp.contacts == 0), 1))),
            func.count(),
        )
        .select_from(FollowUp)
        .join(FrameMember, FrameMember.id == FollowUp.frame_member_id)
        .where(visible_cases(scope), *_conditions(session, scope, campaign_id, free, today))
        .group_by(FrameMember.building)
        .order_by(func.length(FrameMember.building), FrameMember.building)
    )
    return [BuildingCount(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Load:
    """Open cases of one person; nobody's when `staff_id` is None."""

    staff_id: int | None
    name: str
    open: int
    untouched: int


def list_loads(
    session: Session, scope: Scope, campaign_id: int, filters: Filters, *, today: date
) -> list[Load]:
    """Return who has how many open cases of a list, the longest first."""
    free = Filters(community_id=filters.community_id, on_list=filters.on_list, state=CaseState.OPEN)
    query = (
        select(
            FollowUp.responsible_id,
            func.coalesce(Staff.name, ""),
            func.count(),
            func.count(case((FollowUp.contacts == 0, 1))),
        )
        .select_from(FollowUp)
        .outerjoin(Staff, Staff.id == FollowUp.responsible_id)
        .where(visible_cases(scope), *_conditions(session, scope, campaign_id, free, today))
        .group_by(FollowUp.responsible_id, Staff.name)
        .order_by(func.count().desc(), FollowUp.responsible_id)
    )
    return [Load(*row) for row in session.execute(query)]
