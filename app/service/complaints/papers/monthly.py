"""Commands of the monthly report of an office: write the analysis, issue it with frozen figures.

The figures are those the office may see: a complaint against its director is in none of them.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.rules import check_text
from app.service.complaints.papers import queries
from app.service.complaints.papers.counted import queries as counted
from app.service.complaints.papers.errors import (
    PaperClosedError,
    PaperNotFoundError,
    TracesError,
    WrongPersonError,
)
from app.service.complaints.papers.figures import (
    Compared,
    count_month,
    digest_of,
    from_json,
    to_json,
)
from app.service.complaints.papers.known import known_of_month
from app.service.complaints.papers.models import MonthDraft, MonthReport
from app.service.complaints.papers.months import before, last_day, month_text, report_due
from app.service.complaints.papers.traces import find_traces
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.planning.queries import load_calendar
from app.surveys.register.queries import get_community
from app.vault import Vault

WRITERS = (Role.OFFICE, Role.HEAD_OFFICE)
READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What an office writes about its month."""

    causes: str
    measures: str
    learnt: str


@dataclass(frozen=True, slots=True)
class IssuedReport:
    """One issued version of a report, with its figures as objects.

    Attributes:
        row: What is stored.
        compared: The figures as they were frozen.
        community, office: Where it is from.
        issued_by: Who issued it.
        is_sound: Figures and words still have the digest they were issued with.
    """

    row: MonthReport
    compared: Compared
    community: str
    office: str
    issued_by: str
    is_sound: bool


def compare(session: Session, community_id: int, month: date, *, now: datetime) -> Compared:
    """Return the figures of an office's month beside the month before and a year ago.

    The caller has checked that the community exists for who asks.
    """
    return Compared(
        *(
            count_month(one, counted.list_facts(session, community_id, one), now=now)
            for one in (month, before(month), before(month, 12))
        )
    )


def save_draft(
    session: Session,
    vault: Vault,
    scope: Scope,
    community_id: int,
    month: date,
    words: Analysis,
    *,
    now: datetime,
) -> None:
    """Keep what was written so far; a part may still be empty.

    Raises:
        WrongPersonError: Neither head office nor the office.
        PaperNotFoundError: The community does not exist for this person.
        FieldError: A text is too long.
        TracesError: A text could tell who complained.
    """
    _check_place(session, scope, community_id)
    _check(session, vault, community_id, month, words, is_whole=False)
    found = queries.find_draft(session, community_id, month)
    if found is None:
        found = MonthDraft(community_id=community_id, month=month)
        session.add(found)
    for name, text in asdict(words).items():
        setattr(found, name, text.strip())
    found.saved_by, found.saved_at = scope.staff_id, now
    session.flush()


def issue(
    session: Session,
    vault: Vault,
    scope: Scope,
    community_id: int,
    month: date,
    words: Analysis,
    *,
    now: datetime,
) -> int:
    """Issue the report of a month: its figures are frozen, a later one is a new version.

    Raises:
        PaperClosedError: The month is not over, or nothing differs from the version before.
        WrongPersonError, PaperNotFoundError, FieldError, TracesError: As `save_draft`; every part
            has to be written.
    """
    _check_place(session, scope, community_id)
    if beijing_date(now) <= last_day(month):
        raise PaperClosedError("too_early")
    _check(session, vault, community_id, month, words, is_whole=True)
    # The entry comes first: its lock lets nobody else take the same version.
    record(
        session,
        actor=scope,
        action="complaint_report.issue",
        subject=f"complaint_month:{month_text(month)}",
        community_id=community_id,
        now=now,
    )
    texts = {name: text.strip() for name, text in asdict(words).items()}
    figures = to_json(compare(session, community_id, month, now=now))
    digest = digest_of(figures, *texts.values())
    last = queries.find_last_report(session, community_id, month)
    if last is not None and last.digest == digest:
        raise PaperClosedError("unchanged")
    made = MonthReport(
        community_id=community_id,
        month=month,
        version=1 if last is None else last.version + 1,
        figures=figures,
        digest=digest,
        **texts,
        due_on=report_due(month, load_calendar(session)),
        issued_by=scope.staff_id,
        issued_at=now,
    )
    session.add(made)
    queries.delete_draft(session, community_id, month)
    session.flush()
    return made.id


def open_report(session: Session, scope: Scope, report_id: int) -> IssuedReport:
    """Return an issued report.

    Raises:
        PaperNotFoundError: It does not exist for this person.
    """
    found = queries.find_report(session, scope, report_id) if scope.role in READERS else None
    if found is None:
        raise PaperNotFoundError(report_id)
    row, community, office, issued_by = found
    return IssuedReport(
        row=row,
        compared=from_json(row.figures),
        community=community,
        office=office,
        issued_by=issued_by,
        is_sound=digest_of(row.figures, row.causes, row.measures, row.learnt) == row.digest,
    )


def _check_place(session: Session, scope: Scope, community_id: int) -> None:
    if scope.role not in WRITERS:
        raise WrongPersonError("role")
    if get_community(session, scope, community_id) is None:
        raise PaperNotFoundError(community_id)


def _check(
    session: Session,
    vault: Vault,
    community_id: int,
    month: date,
    words: Analysis,
    *,
    is_whole: bool,
) -> None:
    texts = asdict(words)
    for name, text in texts.items():
        if is_whole or text.strip():
            check_text(name, text)
    traces = find_traces(texts, known_of_month(session, vault, community_id, month))
    if traces:
        raise TracesError(traces)
