"""Statements on what decides whether a home of the frame gets a message."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from app.staff.models import Role, Staff
from app.surveys.campaign.contact.models import ContactEvent
from app.surveys.campaign.models import Exclusion, FrameMember, Outcome
from app.surveys.campaign.queries import approved_exclusion
from app.surveys.distribution.models import (
    Message,
    MessageReason,
    MessageRun,
    MessageState,
    OptOut,
)
from app.surveys.distribution.rules import LEFT_ALONE, REMINDERS, Candidate

_MAY_HAVE_COME = or_(
    Message.state.in_((MessageState.SENDING, MessageState.SENT)),
    Message.reason == MessageReason.UNSURE,
)


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A home of the frame and what decides whether it gets a message."""

    member_id: int
    household_id: int
    community_id: int
    building: str
    candidate: Candidate


def list_candidates(session: Session, run: MessageRun, community_id: int) -> list[CandidateRow]:
    """Return the homes of a community's frame with what decides about each."""
    statement = _candidates(run).where(
        FrameMember.campaign_id == run.campaign_id, FrameMember.community_id == community_id
    )
    return _rows(session, statement.order_by(FrameMember.building, FrameMember.id))


def candidates_of(
    session: Session, run: MessageRun, member_ids: Sequence[int]
) -> dict[int, CandidateRow]:
    """Return what decides about some homes right now, by member."""
    rows = _rows(session, _candidates(run).where(FrameMember.id.in_(member_ids)))
    return {row.member_id: row for row in rows}


def _candidates(run: MessageRun) -> Select[*tuple[Any, ...]]:
    same_step = MessageRun.kind == run.kind
    if run.kind not in REMINDERS:
        same_step = and_(same_step, MessageRun.channel == run.channel)
    is_reminder = MessageRun.kind.in_(sorted(REMINDERS))
    return (
        select(
            FrameMember.id,
            FrameMember.household_id,
            FrameMember.community_id,
            FrameMember.building,
            Exclusion.frame_member_id.is_not(None),
            FrameMember.returned_at.is_not(None),
            or_(FrameMember.outcome.in_(sorted(LEFT_ALONE)), _said_leave_alone()),
            OptOut.household_id.is_not(None),
            _came(run, literal(1)).where(same_step).exists(),
            _came(run, func.count()).where(is_reminder).scalar_subquery(),
            _came(run, func.max(Message.moved_at)).where(is_reminder).scalar_subquery(),
        )
        .outerjoin(Exclusion, approved_exclusion())
        .outerjoin(OptOut, OptOut.household_id == FrameMember.household_id)
    )


def _came(run: MessageRun, what: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """Choose something of the messages that other runs may have brought a home."""
    return (
        select(what)
        .select_from(Message)
        .join(MessageRun, MessageRun.id == Message.run_id)
        .where(
            Message.frame_member_id == FrameMember.id,
            Message.run_id != run.id,
            _MAY_HAVE_COME,
        )
        .correlate(FrameMember)
    )


def _said_leave_alone() -> ColumnElement[bool]:
    """Say whether a home was ever heard to want no contact, and head office did not correct it.

    A wish holds in later campaigns too; a death in the campaign in which it was recorded.
    """
    then, correction = aliased(FrameMember), aliased(ContactEvent)
    corrected = (
        select(literal(1))
        .select_from(correction)
        .join(Staff, Staff.id == correction.staff_id)
        .where(
            correction.frame_member_id == then.id,
            correction.id > ContactEvent.id,
            correction.outcome.is_not(None),
            correction.outcome.not_in(sorted(LEFT_ALONE)),
            Staff.role == Role.HEAD_OFFICE,
        )
        .correlate(then, ContactEvent)
    )
    return (
        select(literal(1))
        .select_from(ContactEvent)
        .join(then, then.id == ContactEvent.frame_member_id)
        .where(
            then.household_id == FrameMember.household_id,
            or_(
                ContactEvent.outcome == Outcome.REFUSED_FOR_GOOD,
                and_(ContactEvent.outcome == Outcome.DECEASED, then.id == FrameMember.id),
            ),
            ~corrected.exists(),
        )
        .correlate(FrameMember)
        .exists()
    )


def _rows(session: Session, statement: Select[*tuple[Any, ...]]) -> list[CandidateRow]:
    return [
        CandidateRow(row[0], row[1], row[2], row[3], Candidate(*row[4:]))
        for row in session.execute(statement)
    ]
