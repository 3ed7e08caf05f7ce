"""Reads of the audit log, always by an index and a page at a time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, String, cast, func, select
from sqlalchemy.orm import Session

from app.staff.models import AuditEntry, Staff
from app.surveys.register.models import Building, Community, Household

PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in the log; None or "" leaves a condition out."""

    staff_id: int | None = None
    action: str = ""
    subject: str = ""
    community_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogRow:
    """One entry with the names of who and where; "" for what is no account or community."""

    entry: AuditEntry
    name: str
    community: str


def search_log(
    session: Session, wanted: Wanted, *, before: int | None = None, limit: int = PAGE
) -> list[LogRow]:
    """Return entries, newest first, from before a sequence number on."""
    query = _rows().order_by(AuditEntry.sequence.desc()).limit(limit)
    for column, value in (
        (AuditEntry.actor, None if wanted.staff_id is None else f"staff:{wanted.staff_id}"),
        (AuditEntry.action, wanted.action or None),
        (AuditEntry.subject, wanted.subject or None),
        (AuditEntry.community_id, wanted.community_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    if before is not None:
        query = query.where(AuditEntry.sequence < before)
    return [LogRow(*row) for row in session.execute(query)]


def list_lookers(session: Session, uid: str, limit: int) -> list[LogRow]:
    """Return who saw or changed one home, newest first: one query, by the index of subjects."""
    query = _rows().where(AuditEntry.subject == uid)
    return [
        LogRow(*row)
        for row in session.execute(query.order_by(AuditEntry.sequence.desc()).limit(limit))
    ]


def find_by_uid(session: Session, uid: str) -> tuple[int, str, str] | None:
    """Return key, building and room of the home a subject names; None for an erased one."""
    query = (
        select(Household.id, Building.code, Household.room)
        .join(Building, Building.id == Household.building_id)
        .where(Household.uid == uid)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row.id, row.code, row.room)


def list_actions(session: Session) -> list[str]:
    """Return every action there is, one index step for each."""
    found: list[str] = []
    last = ""
    while True:
        query = select(func.min(AuditEntry.action)).where(AuditEntry.action > last)
        following = session.scalar(query)
        if following is None:
            return found
        found.append(following)
        last = following


def find_entry(session: Session, sequence: int) -> AuditEntry | None:
    """Return the entry with this number."""
    return session.scalars(select(AuditEntry).where(AuditEntry.sequence == sequence)).one_or_none()


def _rows() -> Select[AuditEntry, str, str]:
    return (
        select(
            AuditEntry,
            func.coalesce(Staff.name, ""),
            func.coalesce(Community.name, ""),
        )
        .outerjoin(Staff, AuditEntry.actor == "staff:" + cast(Staff.id, String))
        .outerjoin(Community, Community.id == AuditEntry.community_id)
    )
