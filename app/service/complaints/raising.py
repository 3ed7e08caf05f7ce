"""What follows from what a complaint is: its level, its list, and who must handle it. No commit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.followup.cases.queries import list_team
from app.followup.history.models import CaseEventKind
from app.followup.models import CaseList
from app.service.complaints.books import Book, note
from app.service.complaints.models import (
    Against,
    ComplaintEscalation,
    EscalationReason,
    Level,
    Severity,
)
from app.service.complaints.rules import (
    FIRST_RESPONSIBLE,
    HANDLERS,
    OFFICE_ROLES,
    RANKS,
    level_for,
)
from app.staff.models import Role, Staff
from app.staff.queries import find_staff, list_active
from app.staff.scope import Scope


def raise_to(
    session: Session,
    book: Book,
    level: Level,
    reason: EscalationReason,
    *,
    scope: Scope | None,
    now: datetime,
) -> bool:
    """Let a complaint go up and keep why; say whether it did. It never comes down."""
    if RANKS[level] <= RANKS[book.complaint.level]:
        return False
    book.complaint.level = level
    session.add(
        ComplaintEscalation(
            follow_up_id=book.id,
            level=level,
            reason=reason,
            at=now,
            staff_id=None if scope is None else scope.staff_id,
        )
    )
    session.flush()
    return True


def settle(session: Session, book: Book, *, scope: Scope | None, now: datetime) -> None:
    """Do what the handbook asks of what a complaint is now.

    Money or the director in it take it to the company's leaders by itself. One against the
    director leaves the office's list; nobody of that office answers for it any more. A major one
    is in the hands of the first responsible person: the director, or somebody above him.
    """
    found = book.complaint
    is_director = found.against is Against.DIRECTOR
    needed = level_for(found.level, against=found.against, has_compensation=found.has_compensation)
    reason = EscalationReason.DIRECTOR if is_director else EscalationReason.COMPENSATION
    raise_to(session, book, needed, reason, scope=None, now=now)
    if is_director and book.case.on_list is not CaseList.HEAD_OFFICE:
        book.case.on_list = CaseList.HEAD_OFFICE
        note(session, book, CaseEventKind.MOVED, scope=scope, now=now, detail=CaseList.HEAD_OFFICE)
    _see_who(session, book, scope=scope, now=now)


def _see_who(session: Session, book: Book, *, scope: Scope | None, now: datetime) -> None:
    """Take a complaint out of hands it must not be in."""
    now_with = book.case.responsible_id
    holder = None if now_with is None else find_staff(session, now_with)
    is_apart = book.case.on_list is CaseList.HEAD_OFFICE
    if is_apart and holder is not None and holder.role in OFFICE_ROLES:
        book.case.responsible_id = None  # of the office, which no longer knows of it
        holder = None
    if book.complaint.severity is not Severity.MAJOR:
        return
    if holder is not None and holder.role in FIRST_RESPONSIBLE:
        return
    first = None if is_apart else _director(session, book.complaint.community_id)
    book.case.responsible_id = None if first is None else first.id
    note(
        session,
        book,
        CaseEventKind.ASSIGNED if now_with is None else CaseEventKind.HANDED_OVER,
        scope=scope,
        now=now,
        to_staff_id=book.case.responsible_id,
        detail=Severity.MAJOR.value,
    )


def _director(session: Session, community_id: int) -> Staff | None:
    """Return the director of a community: the first account of its office."""
    team = list_team(session, {community_id}, on_list=CaseList.COMMUNITY)
    own = sorted((one for one in team if one.role is Role.OFFICE), key=lambda one: one.id)
    return own[0] if own else None


def list_handlers(session: Session, book: Book) -> Sequence[Staff]:
    """Return who may answer for a complaint: none of the office where it must not know of it.

    What stands with the company's leaders may be given to one of them.
    """
    found = book.complaint
    team = list_team(session, {found.community_id}, on_list=book.case.on_list)
    allowed = FIRST_RESPONSIBLE if found.severity is Severity.MAJOR else HANDLERS
    handlers = [one for one in team if one.role in allowed]
    if found.level is Level.LEADERS:
        handlers += [one for one in list_active(session, Role.LEADER) if one not in handlers]
    return handlers


def may_be_asked_first(session: Session, staff_id: int, community_id: int) -> bool:
    """Say whether somebody can have been the first whom a customer asked."""
    person = find_staff(session, staff_id)
    if person is None or person.disabled_at is not None:
        return False
    if person.role in {Role.HEAD_OFFICE, Role.LEADER, Role.CALLER}:
        return True
    team = list_team(session, {community_id}, on_list=CaseList.COMMUNITY)
    return any(one.id == staff_id for one in team)
