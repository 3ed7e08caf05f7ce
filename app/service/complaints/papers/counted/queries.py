"""Reads of complaints as facts for figures, and of what nothing written about one may hold.

A month is read by the index of when complaints came in; longer runs are counted by it, one month
after the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from app.followup.models import CaseList, FollowUp
from app.service.complaints.models import (
    Against,
    Complaint,
    ComplaintCode,
    ComplaintExtension,
    ComplaintGroup,
    ComplaintRound,
    GroupState,
    Kind,
    Severity,
)
from app.service.complaints.papers.figures import Fact
from app.service.complaints.papers.months import bounds, month_of
from app.service.complaints.queries import countable_complaints
from app.staff.models import Role, Staff, StaffCommunity
from app.staff.scope import Scope
from app.surveys.register.models import Building, Household


@dataclass(frozen=True, slots=True)
class MonthCount:
    """How many complaints came in during a month, and how many of them are valid ones."""

    month: date
    received: int
    valid: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is known of the customer of a complaint, still sealed, and where the home is."""

    names: tuple[bytes, ...]
    contacts: tuple[bytes, ...]
    household_id: int | None


def _facts() -> Select[Any]:
    """Return complaints with their first round where it ended, group's state and extensions."""
    first = aliased(ComplaintRound)
    extensions = (
        select(func.count())
        .select_from(ComplaintExtension)
        .where(ComplaintExtension.follow_up_id == Complaint.follow_up_id)
        .correlate(Complaint)
        .scalar_subquery()
    )
    return (
        select(Complaint, first, ComplaintGroup.state, extensions)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .outerjoin(first, and_(first.follow_up_id == Complaint.follow_up_id, first.round == 1))
        .outerjoin(ComplaintGroup, ComplaintGroup.id == Complaint.group_id)
    )


def _during(month: date) -> ColumnElement[bool]:
    start, end = bounds(month)
    return and_(Complaint.received_at >= start, Complaint.received_at < end)


def _of_office(community_id: int) -> ColumnElement[bool]:
    """Return the condition that the office of a community may know of a complaint.

    Its figures are the same whoever looks: they are counted with the eyes of the office.
    """
    office = Scope(0, "", Role.OFFICE, frozenset({community_id}))
    return countable_complaints(office)


def list_facts(session: Session, community_id: int, month: date) -> list[Fact]:
    """Return what came in during a month for an office, as far as the office may know of it."""
    query = _facts().where(
        Complaint.community_id == community_id, _during(month), _of_office(community_id)
    )
    return [_fact(*row) for row in session.execute(query)]


def list_company_facts(session: Session, scope: Scope, month: date) -> list[tuple[int, bool, Fact]]:
    """Return what came in during a month: community, whether its office knows of it, the fact.

    Head office and leaders get all of it, others what the offices of their communities may know.
    """
    query = _facts().add_columns(FollowUp.on_list).where(_during(month))
    return [
        (
            row[0].community_id,
            row[4] is CaseList.COMMUNITY and row[0].against is not Against.DIRECTOR,
            _fact(*row[:4]),
        )
        for row in session.execute(query.where(countable_complaints(scope)))
    ]


def count_months(session: Session, scope: Scope, months: Sequence[date]) -> list[MonthCount]:
    """Return how many came in, month by month, as far as somebody may count them."""
    found = []
    for month in months:
        query = (
            select(func.count(), func.count().filter(Complaint.kind == Kind.VALID))
            .select_from(Complaint)
            .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
            .where(_during(month), countable_complaints(scope))
        )
        received, valid = session.execute(query).one()
        found.append(MonthCount(month, received, valid))
    return found


def first_month_with(session: Session) -> date | None:
    """Return the month of the first complaint there is, None without one."""
    at = session.scalar(select(func.min(Complaint.received_at)))
    return None if at is None else month_of(at)


def _fact(
    one: Complaint, first: ComplaintRound | None, state: GroupState | None, extensions: int
) -> Fact:
    minutes = None
    if one.arrived_at is not None and one.called_to_site_at is not None:
        minutes = -int(-(one.arrived_at - one.called_to_site_at).total_seconds() // 60)
    return Fact(
        class_code=one.class_.value if one.class_ else None,
        sub_code=one.sub_code,
        channel=one.channel.value,
        kind=one.kind.value if one.kind else None,
        was_converted=one.converted_at is not None,
        due_at=one.due_at if first is None else first.due_at,
        answered_at=one.answered_at if first is None else first.answered_at,
        extensions=extensions,
        is_repeat=one.repeat_of is not None,
        is_grouped=state is GroupState.CONFIRMED,
        reopened=one.round - 1,
        view=one.view or (None if first is None else first.view),
        is_called_back=one.called_back_at is not None
        or (first is not None and first.called_back_at is not None),
        rings=one.rings,
        minutes=minutes,
        is_major=one.severity is Severity.MAJOR,
    )


def code_labels(session: Session, language: str) -> dict[str, str]:
    """Return the words of all sub-codes, retired ones too."""
    label = ComplaintCode.label_en if language == "en" else ComplaintCode.label_zh
    return {row[0]: row[1] for row in session.execute(select(ComplaintCode.code, label))}


def list_month_ids(session: Session, community_id: int, month: date) -> list[int]:
    """Return the complaints of a month an office may know of."""
    query = (
        select(Complaint.follow_up_id)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .where(Complaint.community_id == community_id, _during(month), _of_office(community_id))
    )
    return list(session.scalars(query))


def list_sealed(session: Session, complaint_ids: Iterable[int]) -> list[Sealed]:
    """Return what is known of the customers of complaints."""
    keys, found = sorted(complaint_ids), []
    for start in range(0, len(keys), 500):
        query = select(
            Complaint.name_sealed,
            Complaint.company_sealed,
            Complaint.contact_sealed,
            Complaint.household_id,
        ).where(Complaint.follow_up_id.in_(keys[start : start + 500]))
        for name, company, contact, household_id in session.execute(query):
            found.append(
                Sealed(
                    names=tuple(one for one in (name, company) if one),
                    contacts=(contact,) if contact else (),
                    household_id=household_id,
                )
            )
    return found


def list_homes(session: Session, household_ids: Iterable[int]) -> list[tuple[str, str]]:
    """Return building and room of homes."""
    query = select(Building.code, Household.room).join(
        Household, Household.building_id == Building.id
    )
    query = query.where(Household.id.in_(sorted(household_ids)))
    return [(row[0], row[1]) for row in session.execute(query)]


def list_office_names(session: Session, community_id: int) -> list[str]:
    """Return the names of the staff of a community's office."""
    query = (
        select(Staff.name)
        .join(StaffCommunity, StaffCommunity.staff_id == Staff.id)
        .where(
            StaffCommunity.community_id == community_id,
            Staff.role.in_((Role.OFFICE, Role.STEWARD)),
        )
    )
    return list(session.scalars(query))
