"""Handling a complaint until it is answered: steps, site, talks, extensions, answers. No commit."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.cases.contacts import list_tries
from app.followup.cases.queries import list_standing_contacts
from app.followup.cases.rules import has_given_up
from app.followup.errors import FieldError
from app.followup.history.models import CaseEventKind
from app.followup.models import Outcome
from app.followup.rules import ContactInput, check_contact, check_due, check_text
from app.service.complaints.books import (
    Book,
    add_contact,
    add_step,
    audit,
    go,
    has_step,
    note,
    note_contact,
    open_book,
)
from app.service.complaints.clocks import clock_until
from app.service.complaints.errors import (
    ActRefusedError,
    NotClassifiedError,
    StepRefusedError,
    TooLateError,
)
from app.service.complaints.models import ComplaintExtension, EscalationReason, Level, Step
from app.service.complaints.raising import raise_to
from app.service.complaints.rules import (
    ANSWER_WAYS,
    BY_ITSELF,
    LONGEST_EXTENSION,
    Act,
    act_of_step,
    acts_in,
    counted_at,
    next_stage,
    steps_of,
    stops_clock,
)
from app.staff.scope import Scope
from app.surveys.campaign.planning.queries import load_calendar
from app.surveys.campaign.planning.workdays import is_working_day
from app.vault import Vault


def acknowledge(session: Session, scope: Scope, complaint_id: int, *, now: datetime) -> None:
    """Note that the customer was told his complaint arrived; this stops no clock.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
        ActRefusedError: It was answered already.
    """
    book = open_book(session, scope, complaint_id, act="acknowledge")
    _check_unanswered(book, "acknowledge")
    if book.complaint.acknowledged_at is None:
        book.complaint.acknowledged_at = now
        book.complaint.acknowledged_by = scope.staff_id
        note(session, book, CaseEventKind.STEP, scope=scope, now=now, detail="acknowledged")
        audit(session, scope, book, "acknowledge", now=now, detail="")
    session.flush()


def take_step_of(
    session: Session,
    vault: Vault,
    scope: Scope,
    complaint_id: int,
    step: Step,
    *,
    words: str = "",
    now: datetime,
) -> None:
    """Take one of the handbook's steps that no other act takes.

    Of what a home has paid only that somebody looked is kept, never a word. A step forgotten
    before the answer may still be written down until the complaint is closed, with its own time:
    closing asks for it (`missing_for_closing`), and nothing else could bring it.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
        StepRefusedError: It was taken, belongs to another kind, or another act takes it.
        ActRefusedError: The complaint is closed.
        FieldError: Words on what a home has paid, or too many.
    """
    book = open_book(session, scope, complaint_id, act="step")
    if not book.complaint.is_open:
        raise ActRefusedError(book.case.stage, "step")
    if step in BY_ITSELF:
        raise StepRefusedError(step, "by_itself")
    if step not in steps_of(book.complaint.kind):
        raise StepRefusedError(step, "unknown")
    if has_step(session, book, step):
        raise StepRefusedError(step, "taken")
    if words.strip():
        check_text("words", words)
        if step is Step.FEES:
            raise FieldError("words", "not_both")
    sealed = vault.seal(words.strip(), "note") if words.strip() else None
    add_step(session, book, step, staff_id=scope.staff_id, now=now, note_sealed=sealed)
    act = act_of_step(step)
    if act is not None and act in acts_in(book.case.stage):
        go(book, act, now=now)
    note(session, book, CaseEventKind.STEP, scope=scope, now=now, detail=f"step {step}")
    audit(session, scope, book, "step", now=now, detail=step.value)
    session.flush()


def record_site(
    session: Session,
    scope: Scope,
    complaint_id: int,
    *,
    called_at: datetime,
    arrived_at: datetime,
    now: datetime,
) -> None:
    """Keep when somebody was called to the place, and when he was there (三分钟).

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
        FieldError: A time cannot be true.
    """
    book = open_book(session, scope, complaint_id, act="site")
    if called_at < book.complaint.received_at.replace(second=0, microsecond=0):
        raise FieldError("called", "before_words")
    if arrived_at < called_at:
        raise FieldError("arrived", "in_past")
    if arrived_at > now:
        raise FieldError("arrived", "in_future")
    book.complaint.called_to_site_at, book.complaint.arrived_at = called_at, arrived_at
    seconds = int((arrived_at - called_at).total_seconds())
    note(session, book, CaseEventKind.STEP, scope=scope, now=now, detail=f"site {seconds}")
    audit(session, scope, book, "site", now=now, detail=str(seconds))
    session.flush()


def extend(
    session: Session,
    vault: Vault,
    scope: Scope,
    complaint_id: int,
    talk: ContactInput,
    *,
    due_on: date,
    now: datetime,
) -> None:
    """Move the last day after a talk in which the customer was promised the new one.

    The talk with his reaction (`owner_view`, and in words) is kept. A day that is over is missed,
    and is not moved any more.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
        ActRefusedError: It was answered already.
        TooLateError: The day is over.
        FieldError: The talk is incomplete, or the new day is not later than the one that stands
            (`not_later`), not worked on (`day_off`) or more than a month from now (`over_month`).
    """
    book = open_book(session, scope, complaint_id, act="extend")
    found = book.complaint
    _check_unanswered(book, "extend")
    if now >= found.due_at:
        raise TooLateError(complaint_id)
    _check_new_day(session, found.due_on, due_on, today=beijing_date(now))
    promised = replace(talk, outcome=Outcome.DATED, next_on=due_on)
    _check_talk(book, promised, now=now)
    contact = add_contact(session, vault, scope, book, promised, now=now)
    session.add(
        ComplaintExtension(
            follow_up_id=book.id,
            round=found.round,
            old_due_on=found.due_on,
            new_due_on=due_on,
            contact_id=contact.id,
            reaction=talk.owner_view,
            at=now,
            staff_id=scope.staff_id,
        )
    )
    clock = clock_until(due_on)
    found.due_on, found.due_at = clock.due_on, clock.due_at
    _promise(book, due_on, scope)
    if book.case.close_by is not None:
        book.case.close_by = max(book.case.close_by, due_on)
    if Act.WORK in acts_in(book.case.stage):
        go(book, Act.WORK, now=now)
    detail = f"extended {due_on.isoformat()}"
    note_contact(session, book, contact, now=now, detail=detail)
    audit(session, scope, book, "extend", now=now, detail=due_on.isoformat())
    session.flush()


def _check_new_day(session: Session, stands: date, wanted: date, *, today: date) -> None:
    if wanted <= stands:
        raise FieldError("due_on", "not_later")
    if wanted > today + LONGEST_EXTENSION:
        raise FieldError("due_on", "over_month")
    if not is_working_day(wanted, load_calendar(session)):
        raise FieldError("due_on", "day_off")


def set_long_running(
    session: Session,
    vault: Vault,
    scope: Scope,
    complaint_id: int,
    talk: ContactInput,
    *,
    rough_on: date,
    now: datetime,
) -> None:
    """Say that a complaint takes long: explained to the customer, a rough date, reported upwards.

    It moves no clock; who needs a later day asks the customer for it (`extend`).

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
        ActRefusedError: It was answered already.
        FieldError: The talk is incomplete, or the date lies behind or more than two years ahead.
    """
    book = open_book(session, scope, complaint_id, act="long_running")
    _check_unanswered(book, "long_running")
    check_due("rough_on", rough_on, not_before=beijing_date(now) + timedelta(days=1))
    explained = replace(talk, outcome=Outcome.DATED, next_on=rough_on)
    _check_talk(book, explained, now=now)
    contact = add_contact(session, vault, scope, book, explained, now=now)
    raise_to(session, book, Level.QUALITY, EscalationReason.LONG_RUNNING, scope=scope, now=now)
    book.complaint.rough_on = rough_on
    if Act.WORK in acts_in(book.case.stage):
        go(book, Act.WORK, now=now)
    detail = f"long {rough_on.isoformat()}"
    note_contact(session, book, contact, now=now, detail=detail)
    audit(session, scope, book, "long_running", now=now, detail=rough_on.isoformat())
    session.flush()


def answer(
    session: Session,
    vault: Vault,
    scope: Scope,
    complaint_id: int,
    talk: ContactInput,
    *,
    is_substantive: bool = True,
    now: datetime,
) -> bool:
    """Keep a contact with the customer; an answer in substance by the right way stops the clock.

    A letter is answered by a letter. A contact written down more than a day later counts from
    when it was written down.

    Returns:
        Whether the complaint is answered now; else the contact is kept and the clock goes on.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
        ActRefusedError: It was answered already.
        NotClassifiedError: Nobody has said what it is.
        FieldError: The contact is incomplete or cannot be true.
    """
    book = open_book(session, scope, complaint_id, act="answer")
    found = book.complaint
    next_stage(book.case.stage, Act.ANSWER)
    if found.kind is None:
        raise NotClassifiedError(complaint_id)
    if talk.outcome is Outcome.DECLINED:
        check_text("result", talk.result)
    _check_talk(book, talk, now=now)
    contact = add_contact(session, vault, scope, book, talk, now=now)
    contacts = list_standing_contacts(session, book.id)
    stops = stops_clock(
        found.channel,
        way=talk.way,
        outcome=talk.outcome,
        is_substantive=is_substantive,
        has_given_up=has_given_up(list_tries(session, contacts, book.id)),
    )
    if talk.next_on is not None:
        _promise(book, talk.next_on, scope)
    if stops:
        go(book, Act.ANSWER, now=now)
        found.answered_at, found.answer_way = counted_at(talk.at, now=now), talk.way
        book.case.answered_by = scope.staff_id
    elif Act.WORK in acts_in(book.case.stage):
        go(book, Act.WORK, now=now)
    detail = talk.outcome.value if stops else f"{talk.outcome} goes on"
    note_contact(session, book, contact, now=now, detail=detail)
    audit(session, scope, book, "answer", now=now, detail=detail)
    session.flush()
    return stops


def _check_unanswered(book: Book, act: str) -> None:
    if book.complaint.answered_at is not None or not book.complaint.is_open:
        raise ActRefusedError(book.case.stage, act)


def _check_talk(book: Book, talk: ContactInput, *, now: datetime) -> None:
    """Refuse a contact that is incomplete; ways of sending are checked here, the rest as usual."""
    if talk.way not in ANSWER_WAYS:
        raise FieldError("way", "unknown")
    sent = replace(talk, way="phone", place=talk.where)
    check_contact(sent, now=now, said_at=book.complaint.clock_from)


def _promise(book: Book, day: date, scope: Scope) -> None:
    """Keep what was promised, by whom (不能轻易承诺)."""
    book.complaint.promised_on, book.complaint.promised_by = day, scope.staff_id
