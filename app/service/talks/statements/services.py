"""Commands of reports to the authority: draft, approve, send. None commits.

A version's figures never change. A new draft replaces one nobody approved; one that was approved
or sent stays beside it.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.rules import check_text
from app.service.talks.errors import NotFoundError, StepError
from app.service.talks.models import Addressee, AuthorityReport, ReportState
from app.service.talks.queries import lock_communities
from app.service.talks.rules import Period
from app.service.talks.statements import queries
from app.staff.audit import record
from app.staff.scope import Scope

LONGEST_WAY = 80


@dataclass(frozen=True, slots=True)
class ReportInput:
    """A report as head office wants it.

    Attributes:
        community_id, place: The community and its code; None and "" for the company.
        words: A paragraph of head office's own; it names nobody.
        content: Canonical JSON of the figures.
    """

    community_id: int | None
    place: str
    addressee: Addressee
    period: Period
    words: str
    content: str


def draft_report(session: Session, scope: Scope, wanted: ReportInput, *, now: datetime) -> int:
    """Keep a new version; the same words and figures are the version that stands.

    Raises:
        FieldError: The paragraph is too long, or the time has not begun.
    """
    if wanted.words:
        check_text("words", wanted.words)
    if wanted.period.first > beijing_date(now):
        raise FieldError("period", "in_future")
    if wanted.community_id is not None:
        lock_communities(session, [wanted.community_id])
    earlier = queries.list_versions(
        session,
        wanted.place,
        wanted.addressee,
        first=wanted.period.first,
        last=wanted.period.last,
    )
    digest = hashlib.sha256(f"{wanted.words.strip()}\n{wanted.content}".encode()).hexdigest()
    if earlier and earlier[-1].digest == digest:
        return earlier[-1].id
    if earlier and earlier[-1].state is ReportState.DRAFT:
        earlier[-1].state = ReportState.REPLACED
    made = AuthorityReport(
        community_id=wanted.community_id,
        place=wanted.place,
        addressee=wanted.addressee,
        first_month=wanted.period.first,
        last_month=wanted.period.last,
        version=len(earlier) + 1,
        state=ReportState.DRAFT,
        words=wanted.words.strip(),
        content=wanted.content,
        digest=digest,
        made_by=scope.staff_id,
        made_at=now,
    )
    session.add(made)
    session.flush()
    _audit(session, scope, "authority_report.draft", made, now=now)
    return made.id


def approve_report(session: Session, scope: Scope, report_id: int, *, now: datetime) -> None:
    """Approve a draft; only then it may leave.

    Raises:
        NotFoundError: It does not exist for this person.
        StepError: It is no draft any more.
    """
    one = _report(session, scope, report_id, ReportState.DRAFT)
    one.state, one.approved_by, one.approved_at = ReportState.APPROVED, scope.staff_id, now
    _audit(session, scope, "authority_report.approve", one, now=now)
    session.flush()


def send_report(
    session: Session, scope: Scope, report_id: int, *, sent_on: date, way: str, now: datetime
) -> None:
    """Keep when and how an approved report was sent.

    Raises:
        NotFoundError: It does not exist for this person.
        StepError: It was not approved, or is sent already.
        FieldError: The day lies before the approval or ahead, or no way was named.
    """
    one = _report(session, scope, report_id, ReportState.APPROVED)
    check_text("way", way)
    if len(way) > LONGEST_WAY:
        raise FieldError("way", "too_long")
    if sent_on > beijing_date(now):
        raise FieldError("sent_on", "in_future")
    if one.approved_at is not None and sent_on < beijing_date(one.approved_at):
        raise FieldError("sent_on", "in_past")
    one.state, one.sent_on, one.sent_way = ReportState.SENT, sent_on, way.strip()
    one.sent_by = scope.staff_id
    _audit(session, scope, "authority_report.send", one, now=now)
    session.flush()


def _report(session: Session, scope: Scope, report_id: int, state: ReportState) -> AuthorityReport:
    found = queries.find_report(session, scope, report_id)
    if found is None:
        raise NotFoundError("authority_report", report_id)
    if found[0].state is not state:
        raise StepError("authority_report", found[0].state)
    return found[0]


def _audit(
    session: Session, scope: Scope, action: str, one: AuthorityReport, *, now: datetime
) -> None:
    record(
        session,
        actor=scope,
        action=action,
        subject=f"authority-report:{one.id}",
        community_id=one.community_id,
        detail=f"v{one.version}",
        now=now,
    )
