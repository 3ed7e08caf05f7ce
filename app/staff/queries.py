"""Reads of staff tables, and the one expression that keeps rows inside a scope."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    column,
    delete,
    func,
    insert,
    select,
    table,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.staff.models import (
    AuditEntry,
    LoginAttempt,
    Role,
    Staff,
    StaffCommunity,
    StaffRegion,
    StaffSession,
)
from app.staff.scope import Scope

_AUDIT_LOCK = 7_301_178
# The two columns of the register that rights hang on: this floor lies below the register.
_COMMUNITY = table("community", column("id", Integer), column("region_id", Integer))


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A signed-in browser together with its account."""

    browser: StaffSession
    staff: Staff


def in_scope(
    column: InstrumentedAttribute[int] | ColumnElement[Any], scope: Scope
) -> ColumnElement[bool]:
    """Return the condition that `column` (a community id) lies inside `scope`."""
    if scope.community_ids is None:
        return true()
    return column.in_(sorted(scope.community_ids))


def find_staff(session: Session, staff_id: int) -> Staff | None:
    """Return an account by key."""
    return session.get(Staff, staff_id)


def find_staff_by_login(session: Session, login: str) -> Staff | None:
    """Return an account by its login, disabled ones included."""
    return session.scalar(select(Staff).where(Staff.login == login))


def list_staff(session: Session) -> list[Staff]:
    """Return all accounts by login."""
    return list(session.scalars(select(Staff).order_by(Staff.login)))


def list_active(session: Session, role: Role) -> list[Staff]:
    """Return the accounts of a role that can sign in, by name."""
    query = select(Staff).where(Staff.role == role, Staff.disabled_at.is_(None))
    return list(session.scalars(query.order_by(Staff.name, Staff.id)))


def list_named(session: Session, staff_ids: Collection[int]) -> dict[int, str]:
    """Return the names of these accounts."""
    rows = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(staff_ids)))
    return {row.id: row.name for row in rows}


def list_community_ids(session: Session, staff_id: int) -> list[int]:
    """Return the communities given to an account, in order of their keys."""
    query = (
        select(StaffCommunity.community_id)
        .where(StaffCommunity.staff_id == staff_id)
        .order_by(StaffCommunity.community_id)
    )
    return list(session.scalars(query))


def list_region_ids(session: Session, staff_id: int) -> list[int]:
    """Return the regions given to an account, in order of their keys."""
    query = (
        select(StaffRegion.region_id)
        .where(StaffRegion.staff_id == staff_id)
        .order_by(StaffRegion.region_id)
    )
    return list(session.scalars(query))


def list_region_places(session: Session, staff_id: int) -> list[tuple[int, int | None]]:
    """Return the regions given to an account, each with one of its communities; None: it has none.

    Asked at each request, so that a community that changes its region changes its readers.
    """
    query = (
        select(StaffRegion.region_id, _COMMUNITY.c.id)
        .outerjoin_from(StaffRegion, _COMMUNITY, _COMMUNITY.c.region_id == StaffRegion.region_id)
        .where(StaffRegion.staff_id == staff_id)
    )
    return [(region_id, community_id) for region_id, community_id in session.execute(query)]


def find_session(session: Session, token_hash: bytes) -> OpenSession | None:
    """Return the browser session with this cookie hash and its account, ended ones too."""
    query = (
        select(StaffSession, Staff)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(StaffSession.token_hash == token_hash)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else OpenSession(row[0], row[1])


def count_attempts(session: Session, key: str, since: datetime) -> int:
    """Return how many failed tries of `key` came after `since`."""
    query = (
        select(func.count())
        .select_from(LoginAttempt)
        .where(LoginAttempt.key == key, LoginAttempt.at > since)
    )
    return session.scalar(query) or 0


def forget_attempts(session: Session, before: datetime) -> None:
    """Remove failed tries that no throttle looks at any more."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.at < before))


def lock_audit(session: Session) -> None:
    """Let one transaction at a time continue the chain of the audit log.

    SQLite has one writer anyway; on PostgreSQL the lock ends with the transaction.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_AUDIT_LOCK)))


def add_audit_entries(session: Session, entries: Sequence[AuditEntry]) -> None:
    """Insert entries in one statement: a list of a thousand homes is a thousand entries."""
    columns = ("sequence", "at", "actor", "action", "subject", "community_id", "detail", "chain")
    rows = [{name: getattr(entry, name) for name in columns} for entry in entries]
    if rows:
        session.execute(insert(AuditEntry), rows)


def last_audit_entry(session: Session) -> AuditEntry | None:
    """Return the newest entry of the audit log."""
    return session.scalar(select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(1))


def list_audit_after(session: Session, sequence: int | None, limit: int) -> list[AuditEntry]:
    """Return the next entries of the audit log after `sequence`; None means from the start."""
    query = select(AuditEntry).order_by(AuditEntry.sequence).limit(limit)
    if sequence is not None:
        query = query.where(AuditEntry.sequence > sequence)
    return list(session.scalars(query))


def list_audit_of(session: Session, subject: str) -> list[AuditEntry]:
    """Return who saw or changed one subject, oldest first."""
    query = select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.sequence)
    return list(session.scalars(query))
