"""Commands of announcements: write one without names, publish it, say it was read, withdraw it."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.rules import check_text
from app.service.complaints.papers import queries
from app.service.complaints.papers.errors import (
    PaperClosedError,
    PaperNotFoundError,
    TracesError,
    WrongPersonError,
)
from app.service.complaints.papers.known import known_of
from app.service.complaints.papers.models import (
    Announcement,
    AnnouncementRead,
    AnnouncementSource,
)
from app.service.complaints.papers.traces import find_traces
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.vault import Vault

LONGEST_TITLE = 80
LONGEST_REASON = 300
# Everybody of the company; the owners' committee and the outside agency are not of it.
READERS = (
    *(Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE, Role.STEWARD, Role.CLERK),
    *(Role.INTERVIEWER, Role.CALLER, Role.ADMIN),
)


@dataclass(frozen=True, slots=True)
class AnnouncementInput:
    """An announcement as somebody writes it: every text without names."""

    title: str
    happened: str
    cause: str
    measures: str
    demand: str


def write(
    session: Session,
    vault: Vault,
    scope: Scope,
    words: AnnouncementInput,
    *,
    complaint_id: int | None,
    now: datetime,
) -> int:
    """Keep a new announcement, not yet published.

    Args:
        session: A writing transaction.
        vault: Opens what is known of the complaint, to look for it in the words.
        scope: Head office.
        words: What it says.
        complaint_id: The complaint it comes from, None when it comes from several.
        now: The present instant.

    Raises:
        WrongPersonError: Only head office writes announcements.
        PaperNotFoundError: The complaint does not exist for this person.
        FieldError: A text is missing or too long.
        TracesError: A text could tell who it is about.
    """
    _only_head(scope)
    _check(session, vault, scope, words, complaint_id)
    made = Announcement(
        **_stripped(words), written_by=scope.staff_id, written_at=now, withdrawn_reason=""
    )
    session.add(made)
    session.flush()
    if complaint_id is not None:
        session.add(AnnouncementSource(announcement_id=made.id, follow_up_id=complaint_id))
    _audit(session, scope, "announcement.write", made, now=now)
    session.flush()
    return made.id


def rewrite(
    session: Session,
    vault: Vault,
    scope: Scope,
    announcement_id: int,
    words: AnnouncementInput,
    *,
    now: datetime,
) -> None:
    """Change the words of an announcement that is not published yet.

    Raises:
        PaperClosedError: It is published.
        WrongPersonError, PaperNotFoundError, FieldError, TracesError: As `write`.
    """
    _only_head(scope)
    found = _found(session, scope, announcement_id)
    if found.published_at is not None:
        raise PaperClosedError("published")
    source = queries.find_announcement_source(session, announcement_id)
    _check(session, vault, scope, words, source)
    for name, text in _stripped(words).items():
        setattr(found, name, text)
    found.written_by, found.written_at = scope.staff_id, now
    _audit(session, scope, "announcement.write", found, now=now)
    session.flush()


def publish(
    session: Session, vault: Vault, scope: Scope, announcement_id: int, *, now: datetime
) -> str:
    """Approve an announcement and let the whole company read it; return its number.

    The words are looked through once more: people may have moved in since they were written.

    Raises:
        PaperClosedError: It is published.
        WrongPersonError, PaperNotFoundError, TracesError: As `write`.
    """
    _only_head(scope)
    found = _found(session, scope, announcement_id)
    if found.published_at is not None:
        raise PaperClosedError("published")
    source = queries.find_announcement_source(session, announcement_id)
    _check(session, vault, scope, words_of(found), source)
    # The entry comes first: its lock lets nobody else take the same number.
    _audit(session, scope, "announcement.publish", found, now=now)
    year = beijing_date(now).year
    found.number = f"{year}-{queries.count_announced(session, f'{year}-') + 1:03d}"
    found.approved_by, found.published_at = scope.staff_id, now
    complaint = None if source is None else queries.find_complaint_row(session, scope, source)
    if complaint is not None:
        complaint.announced_at = now
    session.flush()
    return found.number


def withdraw(
    session: Session, scope: Scope, announcement_id: int, *, reason: str, now: datetime
) -> None:
    """Take a published announcement back; head office goes on seeing it, with the reason.

    Raises:
        PaperClosedError: It is not published, or was withdrawn before.
        WrongPersonError, PaperNotFoundError, FieldError: As `write`.
    """
    _only_head(scope)
    found = _found(session, scope, announcement_id)
    if found.published_at is None:
        raise PaperClosedError("unsigned")
    if found.withdrawn_at is not None:
        raise PaperClosedError("withdrawn")
    check_text("reason", reason)
    if len(reason) > LONGEST_REASON:
        raise FieldError("reason", "too_long")
    found.withdrawn_by, found.withdrawn_at = scope.staff_id, now
    found.withdrawn_reason = reason.strip()
    _audit(session, scope, "announcement.withdraw", found, now=now)
    session.flush()


def mark_read(session: Session, scope: Scope, announcement_id: int, *, now: datetime) -> None:
    """Keep that this person read an announcement; a second time changes nothing.

    Raises:
        PaperNotFoundError: It does not exist for this person.
    """
    found = _found(session, scope, announcement_id)
    if found.published_at is None or found.withdrawn_at is not None:
        raise PaperNotFoundError(announcement_id)
    if queries.find_read(session, announcement_id, scope.staff_id) is None:
        session.add(
            AnnouncementRead(announcement_id=announcement_id, staff_id=scope.staff_id, read_at=now)
        )
        session.flush()


def words_of(found: Announcement) -> AnnouncementInput:
    """Return the words of an announcement."""
    return AnnouncementInput(found.title, found.happened, found.cause, found.measures, found.demand)


def _check(
    session: Session,
    vault: Vault,
    scope: Scope,
    words: AnnouncementInput,
    complaint_id: int | None,
) -> None:
    texts = asdict(words)
    for name, text in texts.items():
        check_text(name, text)
    if len(words.title) > LONGEST_TITLE:
        raise FieldError("title", "too_long")
    traces = find_traces(texts, known_of(session, vault, scope, complaint_id))
    if traces:
        raise TracesError(traces)


def _stripped(words: AnnouncementInput) -> dict[str, str]:
    return {name: text.strip() for name, text in asdict(words).items()}


def _only_head(scope: Scope) -> None:
    if scope.role is not Role.HEAD_OFFICE:
        raise WrongPersonError("role")


def _found(session: Session, scope: Scope, announcement_id: int) -> Announcement:
    found = queries.find_announcement(session, scope, announcement_id)
    if found is None:
        raise PaperNotFoundError(announcement_id)
    return found


def _audit(
    session: Session, scope: Scope, action: str, found: Announcement, *, now: datetime
) -> None:
    record(session, actor=scope, action=action, subject=f"announcement:{found.id}", now=now)
