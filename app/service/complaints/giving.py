"""Handing a complaint over: one person answers for it, from acceptance to the reply. No commit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.followup.history.models import CaseEventKind
from app.followup.rules import check_text
from app.service.complaints.books import audit, note, open_book
from app.service.complaints.errors import NotAllowedError
from app.service.complaints.raising import list_handlers
from app.staff.models import Role, Staff
from app.staff.scope import Scope
from app.vault import Vault

_GIVERS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE})


def hand_over(
    session: Session,
    vault: Vault,
    scope: Scope,
    complaint_id: int,
    *,
    staff_id: int,
    reason: str,
    now: datetime,
) -> None:
    """Let somebody else answer for a complaint; who did before stays visible in its history.

    A steward hands over his own, and takes what is nobody's; others give any they handle.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
        NotAllowedError: The named person may not answer for it, or this one may not give it.
        FieldError: There is no reason.
    """
    check_text("reason", reason)
    book = open_book(session, scope, complaint_id, act="hand_over")
    if staff_id not in {one.id for one in list_handlers(session, book)}:
        raise NotAllowedError(staff_id, "hand_over")
    holder = book.case.responsible_id
    is_own = holder == scope.staff_id or (holder is None and staff_id == scope.staff_id)
    if scope.role not in _GIVERS and not is_own:
        raise NotAllowedError(scope.staff_id, "hand_over")
    if holder == staff_id:
        return
    book.case.responsible_id = staff_id
    note(
        session,
        book,
        CaseEventKind.ASSIGNED if holder is None else CaseEventKind.HANDED_OVER,
        scope=scope,
        now=now,
        to_staff_id=staff_id,
        reason=(vault, reason),
    )
    audit(session, scope, book, "hand_over", now=now, detail=f"staff {staff_id}")
    session.flush()


def list_receivers(session: Session, scope: Scope, complaint_id: int) -> Sequence[Staff]:
    """Return who may answer for a complaint, by name.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
    """
    return list_handlers(session, open_book(session, scope, complaint_id, act="hand_over"))
