"""Commands of review meetings: keep the minutes, add decisions, say that one is done."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.review import queries
from app.followup.review.errors import MeetingNotFoundError
from app.followup.review.models import ReviewDecision, ReviewMeeting
from app.followup.rules import check_due, check_text
from app.staff.audit import record
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign
from app.vault import Vault

MOST_DECISIONS = 30
LONGEST_PLACE = 80
LONGEST_NAME = 40
_PURPOSE = "minutes"


@dataclass(frozen=True, slots=True)
class MeetingInput:
    """A meeting as somebody writes it down.

    Attributes:
        held_on: The day.
        place: Where.
        people: Who was there, in words.
        minutes: What was reviewed, in words.
        community_id: The community it was about; None for the whole company.
    """

    held_on: date
    place: str
    people: str
    minutes: str
    community_id: int | None = None


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """A decision: what, who, by when."""

    what: str
    responsible: str
    due_on: date


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision, readable."""

    id: int
    number: int
    what: str
    responsible: str
    due_on: date
    done_on: date | None
    done_by: str
    done_note: str

    def is_overdue(self, today: date) -> bool:
        """Say whether it should have been done before `today`."""
        return self.done_on is None and today > self.due_on


@dataclass(frozen=True, slots=True)
class MeetingView:
    """A meeting, readable, with its decisions."""

    id: int
    campaign: Campaign
    community_id: int | None
    community: str | None
    held_on: date
    place: str
    people: str
    minutes: str
    noted_by: str
    decisions: tuple[DecisionView, ...]


def hold_meeting(
    session: Session,
    vault: Vault,
    scope: Scope,
    campaign: Campaign,
    meeting: MeetingInput,
    *,
    now: datetime,
) -> int:
    """Keep a meeting that took place; the same words of the same person are one meeting.

    Returns:
        Its key.

    Raises:
        FieldError: Something is missing, or the day lies in the future.
    """
    for field in ("place", "people", "minutes"):
        check_text(field, getattr(meeting, field))
    if len(meeting.place) > LONGEST_PLACE:
        raise FieldError("place", "too_long")
    if meeting.held_on > beijing_date(now):
        raise FieldError("held_on", "in_future")
    if meeting.community_id is not None and not scope.sees(meeting.community_id):
        raise FieldError("community", "unknown")
    for one in queries.list_held(session, campaign.id, meeting.community_id, meeting.held_on):
        if one.noted_by == scope.staff_id and _is_same(vault, one, meeting):
            return one.id
    made = ReviewMeeting(
        campaign_id=campaign.id,
        community_id=meeting.community_id,
        held_on=meeting.held_on,
        place=meeting.place.strip(),
        people_sealed=vault.seal(meeting.people.strip(), _PURPOSE),
        minutes_sealed=vault.seal(meeting.minutes.strip(), _PURPOSE),
        noted_by=scope.staff_id,
        noted_at=now,
    )
    session.add(made)
    session.flush()
    _audit(session, scope, "hold_review", made, now=now)
    return made.id


def add_decision(
    session: Session,
    vault: Vault,
    scope: Scope,
    meeting_id: int,
    decision: DecisionInput,
    *,
    now: datetime,
) -> int:
    """Add a decision to a meeting; the same words, person and day are one decision.

    Raises:
        MeetingNotFoundError: The meeting does not exist for this person.
        FieldError: Something is missing, the day lies before the meeting, or there are too many.
    """
    meeting = _meeting(session, scope, meeting_id)
    check_text("what", decision.what)
    check_text("responsible", decision.responsible)
    if len(decision.responsible) > LONGEST_NAME:
        raise FieldError("responsible", "too_long")
    check_due("due_on", decision.due_on, not_before=meeting.held_on)
    queries.lock_meeting(session, meeting_id)
    earlier = [one for one, _name in queries.list_decisions(session, meeting_id)]
    for one in earlier:
        is_same = (one.responsible, one.due_on) == (decision.responsible.strip(), decision.due_on)
        if is_same and vault.open(one.what_sealed, _PURPOSE) == decision.what.strip():
            return one.id
    number = len(earlier) + 1
    if number > MOST_DECISIONS:
        raise FieldError("what", "too_long")
    made = ReviewDecision(
        meeting_id=meeting_id,
        number=number,
        what_sealed=vault.seal(decision.what.strip(), _PURPOSE),
        responsible=decision.responsible.strip(),
        due_on=decision.due_on,
    )
    session.add(made)
    _audit(session, scope, "decide_review", meeting, now=now)
    session.flush()
    return made.id


def _is_same(vault: Vault, one: ReviewMeeting, meeting: MeetingInput) -> bool:
    return (
        one.place == meeting.place.strip()
        and vault.open(one.people_sealed, _PURPOSE) == meeting.people.strip()
        and vault.open(one.minutes_sealed, _PURPOSE) == meeting.minutes.strip()
    )


def finish_decision(
    session: Session,
    vault: Vault,
    scope: Scope,
    meeting_id: int,
    decision_id: int,
    *,
    note: str,
    now: datetime,
) -> None:
    """Say that a decision was carried out, and how.

    Raises:
        MeetingNotFoundError: The decision does not exist for this person, or was done before.
        FieldError: Nothing was said.
    """
    decision = queries.find_decision(session, scope, meeting_id, decision_id)
    if decision is None or decision.done_at is not None:
        raise MeetingNotFoundError(decision_id)
    check_text("note", note)
    decision.done_at, decision.done_by = now, scope.staff_id
    decision.done_sealed = vault.seal(note.strip(), _PURPOSE)
    _audit(session, scope, "finish_review", _meeting(session, scope, meeting_id), now=now)
    session.flush()


def open_meeting(session: Session, vault: Vault, scope: Scope, meeting_id: int) -> MeetingView:
    """Return a meeting with its decisions.

    Raises:
        MeetingNotFoundError: The meeting does not exist for this person.
    """
    found = queries.find_meeting(session, scope, meeting_id)
    if found is None:
        raise MeetingNotFoundError(meeting_id)
    meeting, campaign, community, noted_by = found
    return MeetingView(
        id=meeting.id,
        campaign=campaign,
        community_id=meeting.community_id,
        community=community,
        held_on=meeting.held_on,
        place=meeting.place,
        people=vault.open(meeting.people_sealed, _PURPOSE),
        minutes=vault.open(meeting.minutes_sealed, _PURPOSE),
        noted_by=noted_by,
        decisions=tuple(
            open_decision(vault, one, name)
            for one, name in queries.list_decisions(session, meeting_id)
        ),
    )


def open_decision(vault: Vault, decision: ReviewDecision, done_by: str = "") -> DecisionView:
    """Return a decision, readable; the caller has checked who is asking."""
    return DecisionView(
        id=decision.id,
        number=decision.number,
        what=vault.open(decision.what_sealed, _PURPOSE),
        responsible=decision.responsible,
        due_on=decision.due_on,
        done_on=beijing_date(decision.done_at) if decision.done_at else None,
        done_by=done_by,
        done_note=vault.open(decision.done_sealed, _PURPOSE) if decision.done_sealed else "",
    )


def _meeting(session: Session, scope: Scope, meeting_id: int) -> ReviewMeeting:
    found = queries.find_meeting(session, scope, meeting_id)
    if found is None:
        raise MeetingNotFoundError(meeting_id)
    return found[0]


def _audit(
    session: Session, scope: Scope, action: str, meeting: ReviewMeeting, *, now: datetime
) -> None:
    record(
        session,
        actor=scope,
        action=action,
        subject=f"review:{meeting.id}",
        community_id=meeting.community_id,
        now=now,
    )
