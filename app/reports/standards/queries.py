"""Reads for the file of a home, for homes by type, and since when documents are on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from app.followup.models import (
    CaseList,
    ContactRecord,
    FollowUp,
    Problem,
    PublicAnswer,
    Source,
)
from app.followup.queries import visible_cases
from app.service.callbacks.models import CallBackAnswer, CallBackDraw, Way
from app.service.complaints.models import Complaint
from app.service.complaints.queries import visible_complaints
from app.service.repairs.models import RepairOrder
from app.staff.models import Role, Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign, FrameMember, Outcome
from app.surveys.register.models import (
    Building,
    CareNeed,
    Community,
    Household,
    ImportantReason,
    Person,
    PersonKind,
)

DESK = (Role.OFFICE, Role.STEWARD)


class CustomerType(StrEnum):
    """By what homes are told apart, as far as the register knows it (客户类型)."""

    OWNER = "owner"  # the owner lives there himself
    LANDLORD = "landlord"  # an owner whose home is let
    TENANT = "tenant"  # somebody rents
    COMPANY = "company"  # a shop or company
    IMPORTANT = "important"
    COMMITTEE = "committee"
    REPRESENTATIVE = "representative"
    CARE = "care"
    NOBODY = "nobody"  # nobody is registered


@dataclass(frozen=True, slots=True)
class TypedHome:
    """A home on the list of a type; nobody who lives there is named."""

    household_id: int
    uid: str
    building: str
    room: str
    important: ImportantReason | None


def list_typed(
    session: Session,
    scope: Scope,
    community_id: int,
    kind: CustomerType,
    *,
    day: date,
    first: int,
    limit: int,
) -> list[TypedHome]:
    """Return the living homes of a community of one type, by address; a page of them.

    Args:
        session: Open session.
        scope: Who looks.
        community_id: The community; the page is bounded by its homes.
        kind: The type.
        day: The present day.
        first: How many come before this page.
        limit: Homes of a page.
    """
    query = (
        select(Household.id, Household.uid, Building.code, Household.room, Household.important)
        .join(Building, Building.id == Household.building_id)
        .where(_of_type(scope, community_id, kind, day))
        .order_by(
            func.length(Building.code),
            Building.code,
            func.length(Household.room),
            Household.room,
            Household.id,
        )
        .offset(first)
        .limit(limit)
    )
    return [TypedHome(*row) for row in session.execute(query)]


def count_types(
    session: Session, scope: Scope, community_id: int, *, day: date
) -> dict[CustomerType, int]:
    """Return how many living homes of a community are of each type; one may be of several."""
    found = {}
    for kind in CustomerType:
        query = (
            select(func.count())
            .select_from(Household)
            .join(Building, Building.id == Household.building_id)
            .where(_of_type(scope, community_id, kind, day))
        )
        found[kind] = session.scalar(query) or 0
    return found


def _of_type(scope: Scope, community_id: int, kind: CustomerType, day: date) -> ColumnElement[bool]:
    lives = {
        one: exists().where(
            Person.household_id == Household.id,
            Person.kind == one,
            Person.moved_out_on.is_(None),
        )
        for one in (PersonKind.OWNER, PersonKind.TENANT)
    }
    somebody = exists().where(Person.household_id == Household.id, Person.moved_out_on.is_(None))
    cares = exists().where(
        CareNeed.household_id == Household.id,
        CareNeed.since <= day,
        or_(CareNeed.until.is_(None), CareNeed.until >= day),
    )
    owner, tenant = lives[PersonKind.OWNER], lives[PersonKind.TENANT]
    condition = {
        CustomerType.OWNER: and_(owner, ~tenant),
        CustomerType.LANDLORD: and_(owner, tenant),
        CustomerType.TENANT: tenant,
        CustomerType.COMPANY: Household.important == ImportantReason.CORPORATE,
        CustomerType.IMPORTANT: Household.important.is_not(None),
        CustomerType.COMMITTEE: Household.important == ImportantReason.COMMITTEE,
        CustomerType.REPRESENTATIVE: Household.important == ImportantReason.REPRESENTATIVE,
        CustomerType.CARE: cares,
        CustomerType.NOBODY: ~somebody,
    }[kind]
    return and_(
        condition,
        Household.retired_on.is_(None),
        Building.community_id == community_id,
        in_scope(Building.community_id, scope),
    )


@dataclass(frozen=True, slots=True)
class ServiceCase:
    """A case of a home that no survey made: a complaint, an opinion, a failed repair.

    Attributes:
        number: Of the complaint; empty for others.
    """

    case_id: int
    source: Source
    created_at: datetime
    closed_at: datetime | None
    number: str


def list_service_cases(session: Session, scope: Scope, household_id: int) -> list[ServiceCase]:
    """Return the cases of a home from complaints, groups, talks and repairs, as far as they exist.

    For an office those on its own list; a complaint against its director is none of them.
    """
    query = (
        select(
            FollowUp.id,
            FollowUp.source,
            FollowUp.created_at,
            FollowUp.closed_at,
            func.coalesce(Complaint.number, ""),
        )
        .outerjoin(Complaint, Complaint.follow_up_id == FollowUp.id)
        .where(
            FollowUp.household_id == household_id,
            FollowUp.source != Source.SURVEY,
            _exists_for(scope),
        )
        .order_by(FollowUp.created_at, FollowUp.id)
    )
    return [ServiceCase(*row) for row in session.execute(query)]


def _exists_for(scope: Scope) -> ColumnElement[bool]:
    if scope.role is Role.HEAD_OFFICE:
        return true()
    if scope.role not in DESK:
        return false()
    other = and_(
        Complaint.follow_up_id.is_(None),
        FollowUp.on_list == CaseList.COMMUNITY,
        FollowUp.is_no_reply.is_(False),
        in_scope(FollowUp.community_id, scope),
    )
    return or_(other, and_(Complaint.follow_up_id.is_not(None), visible_complaints(scope)))


def list_contacts_of(
    session: Session, scope: Scope, household_id: int
) -> Sequence[tuple[ContactRecord, str, Source]]:
    """Return the contacts with a home about cases that exist for this person, with who made them.

    Those about cases of a survey follow the rules of these cases; those of others, of theirs.
    """
    home = or_(FollowUp.household_id == household_id, FrameMember.household_id == household_id)
    seen = or_(
        and_(FollowUp.source == Source.SURVEY, visible_cases(scope)),
        and_(FollowUp.source != Source.SURVEY, _exists_for(scope)),
    )
    query = (
        select(ContactRecord, Staff.name, FollowUp.source)
        .join(FollowUp, FollowUp.id == ContactRecord.follow_up_id)
        .outerjoin(FrameMember, FrameMember.id == FollowUp.frame_member_id)
        .outerjoin(Complaint, Complaint.follow_up_id == FollowUp.id)
        .join(Staff, Staff.id == ContactRecord.staff_id)
        .where(home, seen)
        .order_by(ContactRecord.at)
    )
    return [(record, name, source) for record, name, source in session.execute(query)]


@dataclass(frozen=True, slots=True)
class CalledBack:
    """A call-back or an answered link about a repair or complaint of a home; never what was said.

    Attributes:
        number: Of the repair order or the complaint.
    """

    at: datetime
    way: Way
    is_repair: bool
    number: str


def list_call_backs(session: Session, scope: Scope, household_id: int) -> list[CalledBack]:
    """Return when a home was called back or answered by its link.

    An office learns of a drawn call once its week is finished, and of nothing about a complaint
    that does not exist for it.
    """
    if scope.role is not Role.HEAD_OFFICE and scope.role not in DESK:
        return []
    answer = CallBackAnswer
    repairs = (
        select(answer.at, answer.way, RepairOrder.number)
        .join(RepairOrder, RepairOrder.id == answer.order_id)
        .where(RepairOrder.household_id == household_id, in_scope(RepairOrder.community_id, scope))
    )
    if scope.role is not Role.HEAD_OFFICE:
        is_open = (
            select(CallBackDraw.id)
            .where(
                CallBackDraw.community_id == answer.community_id,
                CallBackDraw.finished_at.is_(None),
                CallBackDraw.monday >= answer.month,
            )
            .exists()
        )
        repairs = repairs.where(~is_open)
    complaints = (
        select(answer.at, answer.way, Complaint.number)
        .join(Complaint, Complaint.follow_up_id == answer.complaint_id)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .where(FollowUp.household_id == household_id, _exists_for(scope))
    )
    found = [CalledBack(at, way, True, text) for at, way, text in session.execute(repairs)]
    found += [CalledBack(at, way, False, text) for at, way, text in session.execute(complaints)]
    return found


@dataclass(frozen=True, slots=True)
class Delivered:
    """One home of a campaign on the register of letters and answers (发放、回收登记)."""

    building: str
    room: str
    delivered_at: datetime | None
    returned_at: datetime | None
    outcome: Outcome


def list_delivery(
    session: Session, scope: Scope, campaign_id: int, community_id: int
) -> list[Delivered]:
    """Return the homes of a community in a campaign by address, and what came of each.

    That a home answered, and when, is no secret of a named survey; what it answered is.
    """
    query = (
        select(
            FrameMember.building,
            FrameMember.room,
            FrameMember.delivered_at,
            FrameMember.returned_at,
            FrameMember.outcome,
        )
        .where(
            FrameMember.campaign_id == campaign_id,
            FrameMember.community_id == community_id,
            in_scope(FrameMember.community_id, scope),
        )
        .order_by(
            func.length(FrameMember.building),
            FrameMember.building,
            func.length(FrameMember.room),
            FrameMember.room,
        )
    )
    return [Delivered(*row) for row in session.execute(query)]


def list_published(session: Session, scope: Scope) -> Sequence[tuple[PublicAnswer, str, str]]:
    """Return the published versions of public answers with the codes of campaign and community."""
    query = (
        select(PublicAnswer, Campaign.code, Community.name)
        .join(Problem, Problem.id == PublicAnswer.problem_id)
        .join(Campaign, Campaign.id == Problem.campaign_id)
        .join(Community, Community.id == Problem.community_id)
        .where(in_scope(Problem.community_id, scope))
        .order_by(Campaign.opens_on.desc(), Community.code, Problem.id, PublicAnswer.version)
    )
    return [(one, code, name) for one, code, name in session.execute(query)]
