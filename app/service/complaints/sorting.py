"""Saying what a complaint is: class, kind, gravity, whom it is about, flags, levels. No commit."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.followup.history.models import CaseEventKind
from app.followup.rules import check_text
from app.service.complaints.alike.services import detect
from app.service.complaints.books import Book, add_step, audit, go, note, open_book
from app.service.complaints.codes.services import get_code
from app.service.complaints.errors import NotAllowedError
from app.service.complaints.models import (
    Complaint,
    EscalationReason,
    Kind,
    Level,
    Severity,
    Step,
)
from app.service.complaints.raising import raise_to, settle
from app.service.complaints.rules import Act, Sorting, acts_in
from app.staff.models import Role
from app.staff.scope import Scope
from app.vault import Vault


def classify(
    session: Session, scope: Scope, complaint_id: int, sorting: Sorting, *, now: datetime
) -> None:
    """Say what a complaint is that nobody has sorted yet.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
        NotAllowedError: It is sorted already: sorting it again needs a reason.
        FieldError: There is no such code.
    """
    book = open_book(session, scope, complaint_id, act="classify")
    if book.complaint.class_ is not None:
        raise NotAllowedError(scope.staff_id, "classify")
    sort(session, book, sorting, scope=scope, now=now)
    audit(session, scope, book, "classify", now=now, detail=sorting.code)
    session.flush()


def reclassify(
    session: Session,
    vault: Vault,
    scope: Scope,
    complaint_id: int,
    sorting: Sorting,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Say that a complaint is something else than somebody said; a talk may become valid.

    Only head office makes a valid complaint a talk, or a major one ordinary.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
        NotAllowedError: Somebody else than head office makes less of it.
        FieldError: There is no such code, or no reason.
    """
    check_text("reason", reason)
    book = open_book(session, scope, complaint_id, act="reclassify")
    if _is_less(book.complaint, sorting) and scope.role is not Role.HEAD_OFFICE:
        raise NotAllowedError(scope.staff_id, "reclassify")
    sort(session, book, sorting, scope=scope, now=now, reason=(vault, reason))
    audit(session, scope, book, "reclassify", now=now, detail=sorting.code)
    session.flush()


def _is_less(found: Complaint, sorting: Sorting) -> bool:
    is_talk = found.kind is Kind.VALID and sorting.kind is not Kind.VALID
    is_lighter = found.severity is Severity.MAJOR and sorting.severity is not Severity.MAJOR
    return is_talk or is_lighter


def sort(
    session: Session,
    book: Book,
    sorting: Sorting,
    *,
    scope: Scope | None,
    now: datetime,
    reason: tuple[Vault, str] | None = None,
) -> None:
    """Keep what a complaint is and let follow what follows; the caller has checked who says it."""
    code = get_code(session, sorting.code)
    found = book.complaint
    was_talk = found.kind is not None and found.kind is not Kind.VALID
    if was_talk and sorting.kind is Kind.VALID:
        found.converted_at = now
        found.seen_at = None  # head office hears of every valid complaint
    found.class_, found.sub_code, found.kind = code.class_, code.code, sorting.kind
    found.severity, found.against = sorting.severity, sorting.against
    book.case.department = code.department
    settle(session, book, scope=scope, now=now)
    staff_id = None if scope is None else scope.staff_id
    for step in (Step.NATURE, Step.DEPARTMENT):
        if sorting.kind is Kind.VALID:
            add_step(session, book, step, staff_id=staff_id, now=now)
    if sorting.kind is Kind.VALID and Act.VERIFY in acts_in(book.case.stage):
        go(book, Act.VERIFY, now=now)
    detail = f"{sorting.code} {sorting.kind}"[:64]
    note(session, book, CaseEventKind.TRIAGED, scope=scope, now=now, detail=detail, reason=reason)
    detect(session, book, now=now)


def set_flags(
    session: Session,
    scope: Scope,
    complaint_id: int,
    *,
    compensation: bool,
    media: bool,
    legal: bool,
    now: datetime,
) -> None:
    """Say what makes a complaint delicate; money in it takes it to the company's leaders.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
        NotAllowedError: Somebody else than head office says that no money is in it after all.
    """
    book = open_book(session, scope, complaint_id, act="set_flags")
    found = book.complaint
    if found.has_compensation and not compensation and scope.role is not Role.HEAD_OFFICE:
        raise NotAllowedError(scope.staff_id, "set_flags")
    found.has_compensation, found.has_media, found.has_legal = compensation, media, legal
    settle(session, book, scope=scope, now=now)
    flags = (("money", compensation), ("media", media), ("legal", legal))
    detail = "flags " + " ".join(name for name, is_set in flags if is_set)
    note(session, book, CaseEventKind.TRIAGED, scope=scope, now=now, detail=detail.strip())
    audit(session, scope, book, "flags", now=now, detail=detail.strip())
    session.flush()


def escalate(
    session: Session,
    vault: Vault,
    scope: Scope,
    complaint_id: int,
    to: Level,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Take a complaint to the quality department, or to the company's leaders.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
        NotAllowedError: It is there or higher already.
        FieldError: There is no reason.
    """
    check_text("reason", reason)
    book = open_book(session, scope, complaint_id, act="escalate")
    if not raise_to(session, book, to, EscalationReason.BY_HAND, scope=scope, now=now):
        raise NotAllowedError(scope.staff_id, "escalate")
    book.complaint.seen_at = None if scope.role is not Role.HEAD_OFFICE else now
    note(
        session,
        book,
        CaseEventKind.STEP,
        scope=scope,
        now=now,
        detail=f"level {to}",
        reason=(vault, reason),
    )
    audit(session, scope, book, "escalate", now=now, detail=to.value)
    session.flush()
