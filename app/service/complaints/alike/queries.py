"""Statements on complaints about the same.

What stands on head office's list is compared apart: nothing an office sees tells it of a complaint
against its director.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, distinct, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.followup.models import CaseList, FollowUp
from app.service.complaints.models import Complaint, ComplaintCode, ComplaintGroup, GroupState
from app.service.complaints.queries import visible_complaints
from app.service.complaints.rows import GroupRow
from app.staff.scope import Scope
from app.surveys.register.models import Building, Community, Household


def find_earlier(
    session: Session, found: Complaint, on_list: CaseList, since: datetime
) -> int | None:
    """Return the latest complaint of the same home about the same before this one."""
    query = (
        select(Complaint.follow_up_id)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .where(
            Complaint.household_id == found.household_id,
            Complaint.sub_code == found.sub_code,
            Complaint.received_at >= since,
            or_(
                Complaint.received_at < found.received_at,
                and_(
                    Complaint.received_at == found.received_at,
                    Complaint.follow_up_id < found.follow_up_id,
                ),
            ),
        )
        .order_by(Complaint.received_at.desc(), Complaint.follow_up_id.desc())
        .limit(1)
    )
    if on_list is CaseList.COMMUNITY:
        query = query.where(FollowUp.on_list == on_list)
    return session.scalar(query)


def link_later(session: Session, found: Complaint, on_list: CaseList, until: datetime) -> None:
    """Let the next complaint of the home about the same, sorted before this one, repeat it."""
    later, later_case = aliased(Complaint), aliased(FollowUp)
    query = (
        select(later.follow_up_id)
        .join(later_case, later_case.id == later.follow_up_id)
        .where(
            later.household_id == found.household_id,
            later.sub_code == found.sub_code,
            or_(
                later.received_at > found.received_at,
                and_(
                    later.received_at == found.received_at,
                    later.follow_up_id > found.follow_up_id,
                ),
            ),
            later.received_at <= until,
            later.repeat_of.is_(None),
        )
        .order_by(later.received_at, later.follow_up_id)
        .limit(1)
    )
    if on_list is not CaseList.COMMUNITY:
        query = query.where(later_case.on_list == on_list)
    key = session.scalar(query)
    if key is not None:
        session.execute(
            update(Complaint)
            .where(Complaint.follow_up_id == key)
            .values(repeat_of=found.follow_up_id)
        )


def unlink(session: Session, found: Complaint, on_list: CaseList) -> None:
    """Let none repeat what is another matter now, or what its own office may not know of."""
    gone: ColumnElement[bool] = Complaint.sub_code != found.sub_code
    if on_list is not CaseList.COMMUNITY:
        of_office = exists().where(
            FollowUp.id == Complaint.follow_up_id, FollowUp.on_list == CaseList.COMMUNITY
        )
        gone = or_(gone, of_office)
    session.execute(
        update(Complaint)
        .where(Complaint.repeat_of == found.follow_up_id, gone)
        .values(repeat_of=None)
        .execution_options(synchronize_session="fetch")
    )


def list_repeats(session: Session, scope: Scope, complaint_id: int) -> list[tuple[int, str]]:
    """Return the complaints that repeat one, as far as this person may know of them."""
    query = (
        select(Complaint.follow_up_id, Complaint.number)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .where(Complaint.repeat_of == complaint_id, visible_complaints(scope))
        .order_by(Complaint.received_at, Complaint.follow_up_id)
    )
    return [(key, number) for key, number in session.execute(query)]


def building_of(session: Session, household_id: int | None) -> int | None:
    """Return the building a home is in."""
    if household_id is None:
        return None
    return session.scalar(select(Household.building_id).where(Household.id == household_id))


def list_alike(
    session: Session,
    found: Complaint,
    on_list: CaseList,
    *,
    building_id: int | None,
    since: datetime,
    until: datetime,
) -> list[tuple[int, int | None, int | None]]:
    """Return complaints about the same in a community or building: key, home, group."""
    query = (
        select(Complaint.follow_up_id, Complaint.household_id, Complaint.group_id)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .where(
            Complaint.community_id == found.community_id,
            Complaint.sub_code == found.sub_code,
            Complaint.received_at >= since,
            Complaint.received_at <= until,
            FollowUp.on_list == on_list,
        )
        .order_by(Complaint.follow_up_id)
    )
    if building_id is not None:
        query = query.join(Household, Household.id == Complaint.household_id)
        query = query.where(Household.building_id == building_id)
    return [(key, home, group) for key, home, group in session.execute(query)]


def list_open_groups(session: Session, group_ids: Sequence[int]) -> set[int]:
    """Return those of these groups nobody has decided on."""
    query = select(ComplaintGroup.id).where(
        ComplaintGroup.id.in_(group_ids), ComplaintGroup.state == GroupState.SUGGESTED
    )
    return set(session.scalars(query))


def find_group_of(
    session: Session, group_ids: Sequence[int], building_id: int | None
) -> ComplaintGroup | None:
    """Return the group of these that reaches as far: of the building, or of the community."""
    query = select(ComplaintGroup).where(
        ComplaintGroup.id.in_(group_ids),
        ComplaintGroup.building_id.is_(None)
        if building_id is None
        else ComplaintGroup.building_id == building_id,
    )
    return session.scalar(query.order_by(ComplaintGroup.id.desc()).limit(1))


def join_group(session: Session, keys: Sequence[int], group_id: int) -> None:
    """Let complaints belong to a group."""
    session.execute(
        update(Complaint).where(Complaint.follow_up_id.in_(keys)).values(group_id=group_id)
    )


def get_group(session: Session, group_id: int) -> ComplaintGroup | None:
    """Return a group for changing."""
    query = select(ComplaintGroup).where(ComplaintGroup.id == group_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def list_groups(
    session: Session, scope: Scope, state: GroupState, *, limit: int = 100
) -> list[GroupRow]:
    """Return the groups whose complaints this person may know of, the newest first."""
    return _groups(session, scope, ComplaintGroup.state == state, limit)


def find_group(session: Session, scope: Scope, group_id: int) -> GroupRow | None:
    """Return one group, None where this person may know of none of its complaints."""
    rows = _groups(session, scope, ComplaintGroup.id == group_id, 1)
    return rows[0] if rows else None


def list_members(session: Session, scope: Scope, group_id: int) -> list[int]:
    """Return the complaints of a group this person may know of that wait for an answer."""
    query = (
        select(Complaint.follow_up_id)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .where(Complaint.group_id == group_id, _is_waiting(), visible_complaints(scope))
        .order_by(Complaint.follow_up_id)
    )
    return list(session.scalars(query))


def _is_waiting() -> ColumnElement[bool]:
    return Complaint.is_open.is_(True) & Complaint.answered_at.is_(None)


def _groups(
    session: Session, scope: Scope, where: ColumnElement[bool], limit: int
) -> list[GroupRow]:
    query = (
        select(
            ComplaintGroup.id,
            ComplaintGroup.community_id,
            Community.name,
            func.coalesce(Building.code, ""),
            ComplaintGroup.sub_code,
            ComplaintCode.label_zh,
            ComplaintCode.label_en,
            ComplaintGroup.state,
            ComplaintGroup.suggested_at,
            func.count(),
            func.count(distinct(func.coalesce(Complaint.household_id, -Complaint.follow_up_id))),
            func.count(case((_is_waiting(), 1))),
        )
        .join(Complaint, Complaint.group_id == ComplaintGroup.id)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .join(Community, Community.id == ComplaintGroup.community_id)
        .join(ComplaintCode, ComplaintCode.code == ComplaintGroup.sub_code)
        .outerjoin(Building, Building.id == ComplaintGroup.building_id)
        .where(where, visible_complaints(scope))
        .group_by(
            ComplaintGroup.id,
            Community.name,
            Building.code,
            ComplaintCode.label_zh,
            ComplaintCode.label_en,
        )
        .order_by(ComplaintGroup.id.desc())
        .limit(limit)
    )
    rows: Sequence[Any] = session.execute(query).all()
    return [GroupRow(*row) for row in rows]
