"""After the answer: the call-back by another unit, opening again, closing, papers. No commit."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.followup.history.models import CaseEventKind
from app.followup.models import ContactRecord, Outcome
from app.followup.rules import check_text
from app.service.complaints import queries
from app.service.complaints.books import (
    Book,
    add_step,
    audit,
    get_book,
    go,
    note,
    note_contact,
    open_book,
    taken_steps,
)
from app.service.complaints.clocks import clock_of
from app.service.complaints.errors import (
    ActRefusedError,
    ComplaintNotFoundError,
    NotCompleteError,
)
from app.service.complaints.models import ComplaintRound, Step
from app.service.complaints.rules import (
    Act,
    CallBackResult,
    check_call_back,
    check_caller,
    missing_for_closing,
    next_stage,
)
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.planning.queries import load_calendar
from app.vault import Vault


def record_call_back(
    session: Session,
    vault: Vault,
    scope: Scope | None,
    complaint_id: int,
    result: CallBackResult,
    *,
    now: datetime,
) -> bool:
    """Keep what the customer said of the answer; opens the complaint again when it is bad.

    Args:
        session: A writing transaction.
        vault: Seals his words.
        scope: Who called; None when the customer answered on his own page.
        complaint_id: The complaint.
        result: What came of it.
        now: The present instant.

    Returns:
        Whether the complaint was opened again.

    Raises:
        ComplaintNotFoundError: There is none in the communities of this person.
        OwnHandlingError: Who handled it, or anybody of an office, does not call back about it.
        ActRefusedError: It does not wait for a call-back.
        FieldError: The result is incomplete or cannot be true.
    """
    book = get_book(session, complaint_id)
    if scope is not None:
        _check_caller_of(scope, book)
    act = Act.HEARD_BADLY if result.is_bad else Act.HEARD
    next_stage(book.case.stage, act)
    found = book.complaint
    if found.answered_at is None:
        raise ActRefusedError(book.case.stage, act)
    check_call_back(result, answered_at=found.answered_at, now=now)
    contact = None if scope is None else _contact(session, vault, scope, book, result, now)
    staff_id = None if scope is None else scope.staff_id
    found.called_back_at, found.called_back_by, found.view = result.at, staff_id, result.view
    add_step(session, book, Step.CALL_BACK, staff_id=staff_id, now=now)
    detail = f"call back {result.view or 'unreached'}"
    if result.is_bad:
        begin_round(session, book, now=now)
    go(book, act, now=now)
    kind = CaseEventKind.REOPENED if result.is_bad else CaseEventKind.CONTACT
    if contact is not None:
        note_contact(session, book, contact, kind, now=now, detail=detail)
    else:
        words = (vault, result.words)
        note(session, book, kind, scope=None, now=now, detail=detail, reason=words)
    audit(session, scope, book, "call_back", now=now, detail=detail)
    session.flush()
    return result.is_bad


def _check_caller_of(scope: Scope, book: Book) -> None:
    if not scope.sees(book.complaint.community_id):
        raise ComplaintNotFoundError(book.id)
    check_caller(
        scope.role,
        scope.staff_id,
        responsible_id=book.case.responsible_id,
        answered_by=book.case.answered_by,
    )


def _contact(
    session: Session,
    vault: Vault,
    scope: Scope,
    book: Book,
    result: CallBackResult,
    now: datetime,
) -> ContactRecord:
    """Keep a call-back as a contact like any other."""
    reached = Outcome.SOLVED if result.is_solved else Outcome.EXPLAINED
    sealed = book.complaint.name_sealed
    name = "" if sealed is None else vault.open(sealed, "name")
    made = ContactRecord(
        follow_up_id=book.id,
        at=result.at,
        way=result.way,
        person_sealed=vault.seal(name, "person"),
        staff_id=scope.staff_id,
        outcome=reached if result.is_reached else Outcome.UNREACHABLE,
        result_sealed=vault.seal(result.words.strip(), "result"),
        owner_view=result.view,
        recorded_at=now,
    )
    session.add(made)
    book.case.contacts += 1
    last = book.case.last_contact_at
    book.case.last_contact_at = result.at if last is None else max(last, result.at)
    session.flush()
    return made


def reopen(
    session: Session,
    vault: Vault,
    scope: Scope,
    complaint_id: int,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Open a complaint again that was answered or closed: a new round with a clock of its own.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
        ActRefusedError: It was not answered yet.
        FieldError: There is no reason.
    """
    check_text("reason", reason)
    book = open_book(session, scope, complaint_id, act=Act.REOPEN)
    next_stage(book.case.stage, Act.REOPEN)
    begin_round(session, book, now=now)
    go(book, Act.REOPEN, now=now)
    note(
        session,
        book,
        CaseEventKind.REOPENED,
        scope=scope,
        now=now,
        detail="by hand",
        reason=(vault, reason),
    )
    audit(session, scope, book, "reopen", now=now, detail="")
    session.flush()


def begin_round(session: Session, book: Book, *, now: datetime) -> None:
    """Keep the round that ended and start a new one with a new clock."""
    found = book.complaint
    session.add(
        ComplaintRound(
            follow_up_id=book.id,
            round=found.round,
            clock_from=found.clock_from,
            due_at=found.due_at,
            answered_at=found.answered_at,
            called_back_at=found.called_back_at,
            view=found.view,
            ended_at=now,
        )
    )
    session.flush()
    clock = clock_of(now, found.channel, load_calendar(session))
    found.is_open = True
    found.round += 1
    found.clock_from, found.due_on, found.due_at = now, clock.due_on, clock.due_at
    found.answered_at = found.answer_way = None
    found.called_back_at = found.called_back_by = found.view = None
    found.acknowledged_at = found.acknowledged_by = None
    found.cause_sealed = found.prevention_sealed = None
    found.rough_on = None
    book.case.answered_by = None
    if book.case.close_by is not None:
        book.case.close_by = max(book.case.close_by, clock.due_on)


def close(
    session: Session,
    vault: Vault,
    scope: Scope,
    complaint_id: int,
    *,
    cause: str,
    prevention: str,
    now: datetime,
) -> None:
    """Close a complaint another unit called back about, with its cause and what prevents it.

    A major one also needs the company's correction plan and the corrective-action report.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
        ActRefusedError: Nobody of another unit called back yet.
        NotCompleteError: Names the steps and papers that are missing.
        FieldError: Cause or prevention is empty.
    """
    check_text("cause", cause)
    check_text("prevention", prevention)
    book = open_book(session, scope, complaint_id, act=Act.CLOSE)
    found = book.complaint
    act = Act.IMPROVE if found.view == "satisfied" else Act.CLOSE
    next_stage(book.case.stage, act)
    missing = missing_for_closing(
        found.kind,
        found.severity,
        taken=taken_steps(session, book),
        has_plan=found.planned_at is not None,
        has_report=found.reported_at is not None,
    )
    if missing:
        raise NotCompleteError(missing)
    found.cause_sealed = vault.seal(cause.strip(), "note")
    found.prevention_sealed = vault.seal(prevention.strip(), "note")
    go(book, act, now=now)
    note(session, book, CaseEventKind.STEP, scope=scope, now=now, detail="closed")
    audit(session, scope, book, "close", now=now, detail=book.case.stage.value)
    session.flush()


def mark_seen(session: Session, scope: Scope, complaint_id: int, *, now: datetime) -> None:
    """Note that head office looked at a complaint that was new to it.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
    """
    if not queries.is_visible(session, scope, complaint_id):
        raise ComplaintNotFoundError(complaint_id)
    book = get_book(session, complaint_id)
    if book.complaint.seen_at is None and scope.role is Role.HEAD_OFFICE:
        book.complaint.seen_at = now
    session.flush()
