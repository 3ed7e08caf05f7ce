"""Taking a complaint in. No commit."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.followup.errors import FieldError
from app.followup.history.models import CaseEventKind
from app.followup.models import CaseList, FollowUp, Source, Stage
from app.service.complaints import queries
from app.service.complaints.books import Book, add_step, audit, note
from app.service.complaints.clocks import clock_of
from app.service.complaints.codes.services import number_for
from app.service.complaints.models import Against, Complaint, Step
from app.service.complaints.raising import may_be_asked_first, settle
from app.service.complaints.rows import Taken
from app.service.complaints.rules import Intake, Sorting, check_intake
from app.service.complaints.sorting import sort
from app.service.complaints.taking.queries import find_place
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.planning.queries import load_calendar
from app.surveys.instrument.answers import clean_text
from app.vault import Vault

_TAKERS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE, Role.STEWARD, Role.CALLER})


def take_in(
    session: Session, vault: Vault, scope: Scope | None, intake: Intake, *, now: datetime
) -> Taken:
    """Take a complaint in; its clock runs from when it came, not from when it was written down.

    Who was asked first is its acceptor and answers for it. One against the director is on head
    office's list before anybody can look, with a number of head office's own.

    Args:
        session: A writing transaction.
        vault: Seals who complains and what was said.
        scope: Who writes it down; None for the company's app.
        intake: What was said.
        now: The present instant.

    Returns:
        Its key and number; of the first one when the same key comes again.

    Raises:
        FieldError: Names a field that is empty, unknown or cannot be true; nothing is stored.
    """
    intake = _cleaned(intake)
    check_intake(intake, now=now)
    known = queries.find_by_key(session, intake.key) if intake.key else None
    if known is not None:
        return Taken(known.follow_up_id, known.number)
    place = find_place(session, intake.community_id, intake.household_id)
    if place is None:
        raise FieldError("household_id" if intake.household_id else "community_id", "unknown")
    if scope is not None and not (scope.role in _TAKERS and scope.sees(intake.community_id)):
        raise FieldError("community_id", "unknown")
    _check_asked(session, scope, intake)
    book = _store(session, vault, scope, intake, place, now=now)
    _sort(session, book, intake, scope=scope, now=now)
    if scope is not None and scope.role is Role.HEAD_OFFICE:
        book.complaint.seen_at = now
    audit(session, scope, book, "take_in", now=now, detail=book.complaint.number)
    session.flush()
    return Taken(book.id, book.complaint.number)


def _cleaned(intake: Intake) -> Intake:
    """Return what was said without signs no page and no paper can show."""
    return replace(
        intake,
        name=clean_text(intake.name),
        contact=clean_text(intake.contact),
        company=clean_text(intake.company),
        text=clean_text(intake.text),
    )


def _store(
    session: Session,
    vault: Vault,
    scope: Scope | None,
    intake: Intake,
    place: str,
    *,
    now: datetime,
) -> Book:
    """Keep case and complaint; what follows from what it is comes after."""
    is_apart = intake.against is Against.DIRECTOR
    case = FollowUp(
        community_id=intake.community_id,
        household_id=intake.household_id,
        on_list=CaseList.HEAD_OFFICE if is_apart else CaseList.COMMUNITY,
        created_at=now,
        source=Source.COMPLAINT,
        stage=Stage.ACCEPTED,
        responsible_id=intake.first_asked_by,
        triaged_at=now,
        is_led_elsewhere=True,
    )
    session.add(case)
    session.flush()
    number = number_for(session, None if is_apart else place, intake.received_at)
    book = Book(_new(session, vault, case, number, intake), case)
    session.add(book.complaint)
    session.flush()
    note(session, book, CaseEventKind.OPENED, scope=scope, now=now, detail=intake.channel)
    if intake.first_asked_by is not None:
        note(
            session,
            book,
            CaseEventKind.ASSIGNED,
            scope=scope,
            now=now,
            to_staff_id=intake.first_asked_by,
            detail="first asked",
        )
    staff_id = None if scope is None else scope.staff_id
    add_step(session, book, Step.RECORD, staff_id=staff_id, now=now)
    return book


def _sort(
    session: Session, book: Book, intake: Intake, *, scope: Scope | None, now: datetime
) -> None:
    found = book.complaint
    found.severity, found.against = intake.severity, intake.against
    # Money goes to the leaders in the same breath: the database knows no other order.
    found.has_compensation = intake.has_compensation
    settle(session, book, scope=scope, now=now)
    if intake.code is not None and intake.kind is not None:
        sorting = Sorting(intake.code, intake.kind, intake.severity, intake.against)
        sort(session, book, sorting, scope=scope, now=now)


def _check_asked(session: Session, scope: Scope | None, intake: Intake) -> None:
    """Whoever takes a complaint in by hand says who was asked first."""
    if intake.first_asked_by is None:
        if scope is not None:
            raise FieldError("first_asked_by", "empty")
        return
    if not may_be_asked_first(session, intake.first_asked_by, intake.community_id):
        raise FieldError("first_asked_by", "unknown")


def _new(session: Session, vault: Vault, case: FollowUp, number: str, intake: Intake) -> Complaint:
    clock = clock_of(intake.received_at, intake.channel, load_calendar(session))
    case.start_by = case.close_by = clock.due_on
    return Complaint(
        follow_up_id=case.id,
        number=number,
        community_id=intake.community_id,
        household_id=intake.household_id,
        channel=intake.channel,
        hotline_kind=intake.hotline_kind,
        has_media=intake.has_media,
        has_legal=intake.has_legal,
        name_sealed=vault.seal(intake.name, "name"),
        contact_sealed=vault.seal(intake.contact, "phone"),
        company_sealed=vault.seal(intake.company, "name") if intake.company else None,
        text_sealed=vault.seal(intake.text, "complaint"),
        received_at=intake.received_at,
        first_asked_by=intake.first_asked_by,
        rings=intake.rings,
        clock_from=intake.received_at,
        due_on=clock.due_on,
        due_at=clock.due_at,
        key=intake.key,
    )
