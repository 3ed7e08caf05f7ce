"""Reads of praise: whom somebody may see praised, and how often by department."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.followup.history.models import Praise
from app.followup.models import CaseList, FollowUp
from app.followup.queries import visible_cases
from app.staff.models import Staff
from app.staff.scope import Scope
from app.surveys.register.models import Community

PAGE = 100


@dataclass(frozen=True, slots=True)
class PraiseRow:
    """One praise with the names around it; its words stand in the case."""

    praise: Praise
    community: str
    staff: str
    is_head_office_only: bool


def list_praise(
    session: Session, scope: Scope, campaign_id: int, *, limit: int = PAGE, offset: int = 0
) -> list[PraiseRow]:
    """Return the praise this person may see, those not thanked for first.

    Head office sees all; an office that of the cases it sees; everybody what was said of himself.
    """
    query = (
        select(Praise, Community.name, func.coalesce(Staff.name, ""), FollowUp.on_list)
        .join(FollowUp, FollowUp.id == Praise.follow_up_id)
        .join(Community, Community.id == Praise.community_id)
        .outerjoin(Staff, Staff.id == Praise.staff_id)
        .where(Praise.campaign_id == campaign_id, _visible_praise(scope))
        .order_by(Praise.thanked_at.is_not(None), Praise.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [
        PraiseRow(praise, community, staff, on_list is CaseList.HEAD_OFFICE)
        for praise, community, staff, on_list in session.execute(query)
    ]


def find_praise(session: Session, scope: Scope, praise_id: int) -> Praise | None:
    """Return a praise for changing, None when it does not exist for this person."""
    query = (
        select(Praise)
        .join(FollowUp, FollowUp.id == Praise.follow_up_id)
        .where(Praise.id == praise_id, _visible_praise(scope))
        .with_for_update(of=Praise)
    )
    return session.scalar(query)


@dataclass(frozen=True, slots=True)
class PraiseCount:
    """Praise of one department."""

    department: str
    count: int
    thanked: int


def count_praise(session: Session, scope: Scope, campaign_id: int) -> list[PraiseCount]:
    """Return the praise by department, as far as this person may see it."""
    query = (
        select(Praise.department, func.count(), func.count(Praise.thanked_at))
        .join(FollowUp, FollowUp.id == Praise.follow_up_id)
        .where(Praise.campaign_id == campaign_id, _visible_praise(scope))
        .group_by(Praise.department)
        .order_by(func.count().desc(), Praise.department)
    )
    return [PraiseCount(*row) for row in session.execute(query)]


def list_praise_of(session: Session, case_id: int) -> list[tuple[Praise, str]]:
    """Return who was praised in a case, with the names of accounts."""
    query = (
        select(Praise, func.coalesce(Staff.name, ""))
        .outerjoin(Staff, Staff.id == Praise.staff_id)
        .where(Praise.follow_up_id == case_id)
        .order_by(Praise.id)
    )
    return [(praise, name) for praise, name in session.execute(query)]


def _visible_praise(scope: Scope) -> ColumnElement[bool]:
    return or_(visible_cases(scope), Praise.staff_id == scope.staff_id)
