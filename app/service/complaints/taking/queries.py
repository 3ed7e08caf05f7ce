"""Statements on where complaints come from."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Session

from app.followup.history.models import CaseEvent, CaseEventKind
from app.followup.models import CaseState, FollowUp, Source
from app.service.complaints.models import Complaint
from app.surveys.campaign.models import FrameMember
from app.surveys.register.models import Building, Community, Household


def find_place(session: Session, community_id: int, household_id: int | None) -> str | None:
    """Return the code of a community; None where it, or its home, is not in the register."""
    query = select(Community.code).where(
        Community.id == community_id, Community.retired_on.is_(None)
    )
    if household_id is not None:
        query = (
            query.join(Building, Building.community_id == Community.id)
            .join(Household, Household.building_id == Building.id)
            .where(Household.id == household_id, Household.retired_on.is_(None))
        )
    return session.scalar(query)


def list_turned(session: Session, limit: int) -> list[tuple[FollowUp, int, str]]:
    """Return open cases of surveys that became complaints here: with home and community code.

    A home that wishes no reply is not written to; what it says is seen to without a complaint.
    """
    query = (
        select(FollowUp, FrameMember.household_id, Community.code)
        .join(FrameMember, FrameMember.id == FollowUp.frame_member_id)
        .join(Community, Community.id == FollowUp.community_id)
        .where(*_turned())
        .order_by(FollowUp.id)
        .limit(limit)
        .with_for_update(of=FollowUp)
    )
    return [(case, home, code) for case, home, code in session.execute(query)]


def has_turned(session: Session) -> bool:
    """Say whether `list_turned` would return anything."""
    return session.scalar(select(FollowUp.id).where(*_turned()).limit(1)) is not None


def _turned() -> tuple[ColumnElement[bool], ...]:
    return (
        FollowUp.source == Source.COMPLAINT,
        FollowUp.is_led_elsewhere == false(),
        FollowUp.frame_member_id.is_not(None),
        FollowUp.state == CaseState.OPEN,
        FollowUp.is_no_reply.is_(False),
    )


def find_turning(session: Session, case_id: int) -> tuple[datetime, int | None] | None:
    """Return when and by whom a case was made a complaint."""
    query = (
        select(CaseEvent.at, CaseEvent.staff_id)
        .where(
            CaseEvent.follow_up_id == case_id,
            CaseEvent.kind == CaseEventKind.SOURCE,
            CaseEvent.detail.endswith(">complaint"),
        )
        .order_by(CaseEvent.id.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def list_woken(session: Session, limit: int) -> Sequence[int]:
    """Return closed complaints whose home wrote again in its survey, which opened their case."""
    query = (
        select(Complaint.follow_up_id)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .where(
            Complaint.is_adopted.is_(True),
            Complaint.is_open.is_(False),
            FollowUp.state == CaseState.OPEN,
        )
        .order_by(Complaint.follow_up_id)
        .limit(limit)
    )
    return session.scalars(query).all()
