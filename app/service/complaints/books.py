"""What every act on a complaint does alike: find and lock it, move it, note it, audit it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.followup.cases.contacts import move
from app.followup.history.log import add_note, note_event
from app.followup.history.models import CaseEventKind
from app.followup.models import ContactRecord, FollowUp
from app.followup.queries import get_case
from app.followup.rules import ContactInput
from app.service.complaints import queries
from app.service.complaints.errors import ComplaintNotFoundError, NotAllowedError
from app.service.complaints.models import Complaint, ComplaintStep, Step
from app.service.complaints.rules import HANDLERS, Act, next_stage
from app.staff.audit import record
from app.staff.scope import SYSTEM_ACTOR, Scope
from app.surveys.register.models import Household
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class Book:
    """A complaint with its case, both for changing."""

    complaint: Complaint
    case: FollowUp

    @property
    def id(self) -> int:
        """Return the key both have."""
        return self.case.id


def open_book(session: Session, scope: Scope, complaint_id: int, *, act: str) -> Book:
    """Return a complaint this person may handle, locked.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
        NotAllowedError: The person may know of it, but handles none.
    """
    if not queries.is_visible(session, scope, complaint_id):
        raise ComplaintNotFoundError(complaint_id)
    if scope.role not in HANDLERS:
        raise NotAllowedError(scope.staff_id, act)
    return get_book(session, complaint_id)


def get_book(session: Session, complaint_id: int) -> Book:
    """Return a complaint for changing; the caller has checked who is asking.

    Raises:
        ComplaintNotFoundError: There is none.
    """
    complaint = queries.get_complaint(session, complaint_id)
    if complaint is None:
        raise ComplaintNotFoundError(complaint_id)
    return Book(complaint, get_case(session, complaint_id))


def go(book: Book, act: Act, *, now: datetime) -> None:
    """Let a complaint stand where an act leads.

    Raises:
        ActRefusedError: The circle has no such act here.
    """
    move(book.case, next_stage(book.case.stage, act), now=now)
    book.complaint.is_open = book.case.closed_at is None


def note(
    session: Session,
    book: Book,
    kind: CaseEventKind,
    *,
    scope: Scope | None,
    now: datetime,
    detail: str = "",
    to_staff_id: int | None = None,
    reason: tuple[Vault, str] | None = None,
) -> None:
    """Append to the history of the case, with the reason somebody gave."""
    event = note_event(
        session,
        book.case,
        kind,
        now=now,
        staff_id=None if scope is None else scope.staff_id,
        to_staff_id=to_staff_id,
        detail=detail,
    )
    if reason is not None:
        add_note(session, reason[0], event, reason[1])


def note_contact(
    session: Session,
    book: Book,
    contact: ContactRecord,
    kind: CaseEventKind = CaseEventKind.CONTACT,
    *,
    now: datetime,
    detail: str,
) -> None:
    """Append a talk with the customer to the history of the case."""
    note_event(
        session,
        book.case,
        kind,
        now=now,
        staff_id=contact.staff_id,
        contact_id=contact.id,
        detail=detail,
    )


def audit(
    session: Session, scope: Scope | None, book: Book, action: str, *, now: datetime, detail: str
) -> None:
    """Write one audit entry about the home, or the complaint where there is no home."""
    household = None
    if book.complaint.household_id is not None:
        household = session.get(Household, book.complaint.household_id)
    record(
        session,
        actor=SYSTEM_ACTOR if scope is None else scope,
        action=f"complaint.{action}",
        subject=f"complaint:{book.id}" if household is None else household.uid,
        community_id=book.complaint.community_id,
        detail=detail,
        now=now,
    )


def has_step(session: Session, book: Book, step: Step) -> bool:
    """Say whether a step was taken in this round."""
    return step in taken_steps(session, book)


def taken_steps(session: Session, book: Book) -> frozenset[Step]:
    """Return the steps that were taken in this round; sorting holds over all rounds."""
    lasting = {Step.RECORD, Step.NATURE, Step.DEPARTMENT, Step.IDENTITY}
    return frozenset(
        one.step
        for one, _ in queries.list_steps(session, book.id)
        if one.round == book.complaint.round or one.step in lasting
    )


def add_step(
    session: Session,
    book: Book,
    step: Step,
    *,
    staff_id: int | None,
    now: datetime,
    note_sealed: bytes | None = None,
) -> None:
    """Keep that a step was taken; the second time nothing happens."""
    if has_step(session, book, step):
        return
    session.add(
        ComplaintStep(
            follow_up_id=book.id,
            round=book.complaint.round,
            step=step,
            at=now,
            staff_id=staff_id,
            note_sealed=note_sealed,
        )
    )
    session.flush()


def add_contact(
    session: Session, vault: Vault, scope: Scope, book: Book, talk: ContactInput, *, now: datetime
) -> ContactRecord:
    """Keep a talk with the customer and count it in."""
    made = ContactRecord(
        follow_up_id=book.id,
        at=talk.at,
        way=talk.way,
        place=talk.where,
        person_sealed=vault.seal(talk.person.strip(), "person"),
        staff_id=scope.staff_id,
        outcome=talk.outcome,
        attempt=talk.attempt,
        result_sealed=vault.seal(talk.result.strip(), "result"),
        owner_view=talk.owner_view,
        next_on=talk.next_on,
        next_time=talk.next_time,
        recorded_at=now,
    )
    session.add(made)
    book.case.contacts += 1
    last = book.case.last_contact_at
    book.case.last_contact_at = talk.at if last is None else max(last, talk.at)
    session.flush()
    return made
