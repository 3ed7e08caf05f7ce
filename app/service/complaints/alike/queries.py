"""Statements on complaints about the same.

What stands on head office's list is compared apart: nothing an office sees tells it of a complaint
against its director.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import distinct, func, select, update
from sqlalchemy.orm import Session

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
            Complaint.received_at <= found.received_at,
            Complaint.follow_up_id != found.follow_up_id,
        )
        .order_by(Complaint.received_at.desc(), Complaint.follow_up_id.desc())
        .limit(1)
    )
    if on_list is CaseList.COMMUNITY:
        query = query.where(FollowUp.on_list == on_list)
    return session.scalar(query)


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
            func.count(distinct(Complaint.household_id)),
        )
        .join(Complaint, Complaint.group_id == ComplaintGroup.id)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .join(Community, Community.id == ComplaintGroup.community_id)
        .join(ComplaintCode, ComplaintCode.code == ComplaintGroup.sub_code)
        .outerjoin(Building, Building.id == ComplaintGroup.building_id)
        .where(ComplaintGroup.state == state, visible_complaints(scope))
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
    return [GroupRow(*row) for row in session.execute(query)]
