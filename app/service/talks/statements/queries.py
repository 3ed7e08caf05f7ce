"""Reads of reports to the authority, and of papers asked for."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.service.talks.models import (
    Addressee,
    AuthorityReport,
    PrintKind,
    PrintState,
    ReportState,
    TalkPrint,
)
from app.staff.models import Role, Staff
from app.staff.scope import Scope
from app.surveys.register.models import Community

READERS = frozenset({Role.HEAD_OFFICE, Role.LEADER})


def list_reports(
    session: Session, scope: Scope, *, limit: int
) -> list[tuple[AuthorityReport, str | None]]:
    """Return reports with their community, the latest first; for head office and leaders."""
    query = (
        select(AuthorityReport, Community.name)
        .outerjoin(Community, Community.id == AuthorityReport.community_id)
        .order_by(AuthorityReport.made_at.desc(), AuthorityReport.id.desc())
        .limit(limit)
    )
    return [(one, name) for one, name in session.execute(query)] if _may(scope) else []


def find_report(
    session: Session, scope: Scope, report_id: int
) -> tuple[AuthorityReport, str | None, str] | None:
    """Return a report with its community and who made it, locked on PostgreSQL."""
    query = (
        select(AuthorityReport, Community.name, Staff.name)
        .join(Staff, Staff.id == AuthorityReport.made_by)
        .outerjoin(Community, Community.id == AuthorityReport.community_id)
        .where(AuthorityReport.id == report_id)
        .with_for_update(of=AuthorityReport)
        .execution_options(populate_existing=True)
    )
    row = session.execute(query).one_or_none() if _may(scope) else None
    return None if row is None else (row[0], row[1], row[2])


def list_versions(
    session: Session, place: str, addressee: Addressee, *, first: date, last: date
) -> list[AuthorityReport]:
    """Return the versions of one report, the first first."""
    query = (
        select(AuthorityReport)
        .where(
            AuthorityReport.place == place,
            AuthorityReport.addressee == addressee,
            AuthorityReport.first_month == first,
            AuthorityReport.last_month == last,
        )
        .order_by(AuthorityReport.version)
        .with_for_update()
    )
    return list(session.scalars(query))


def count_drafts(session: Session) -> int:
    """Count reports that wait for approval."""
    query = select(func.count()).where(AuthorityReport.state == ReportState.DRAFT)
    return session.scalars(query.select_from(AuthorityReport)).one()


def find_print(session: Session, print_id: int) -> TalkPrint | None:
    """Return a paper that was asked for."""
    return session.get(TalkPrint, print_id)


def find_same_print(
    session: Session, staff_id: int, kind: PrintKind, *, subject_id: int, since: datetime
) -> TalkPrint | None:
    """Return the same paper asked for a moment ago by the same person."""
    query = (
        select(TalkPrint)
        .where(
            TalkPrint.asked_by == staff_id,
            TalkPrint.kind == kind,
            TalkPrint.subject_id == subject_id,
            TalkPrint.asked_at >= since,
            TalkPrint.state != PrintState.GONE,
        )
        .order_by(TalkPrint.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def list_old_prints(session: Session, before: datetime) -> list[TalkPrint]:
    """Return papers made before an instant whose file is still there."""
    query = select(TalkPrint).where(TalkPrint.state == PrintState.READY, TalkPrint.made_at < before)
    return list(session.scalars(query))


def _may(scope: Scope) -> bool:
    return scope.role in READERS
