"""Reads and narrow writes of people: lists, one-time links, second factors, sessions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.staff.models import (
    AuditEntry,
    OneTimeLink,
    RecoveryCode,
    Role,
    SecondFactor,
    SignInStep,
    Staff,
    StaffCommunity,
    StaffRegion,
    StaffSession,
)


class PersonState(StrEnum):
    """What an account is good for today."""

    ACTIVE = "active"
    INVITED = "invited"  # has not set a password yet
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class PersonRow:
    """An account in a list."""

    staff: Staff
    communities: int
    regions: int
    has_code: bool


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What a list of people is narrowed to; empty text and None mean everybody."""

    words: str = ""
    role: Role | None = None
    state: PersonState | None = None


_STATES: dict[PersonState, tuple[ColumnElement[bool], ...]] = {
    PersonState.DISABLED: (Staff.disabled_at.is_not(None),),
    PersonState.INVITED: (Staff.disabled_at.is_(None), Staff.password_hash == ""),
    PersonState.ACTIVE: (Staff.disabled_at.is_(None), Staff.password_hash != ""),
}


def list_people(
    session: Session, wanted: PeopleFilter, *, offset: int, limit: int
) -> list[PersonRow]:
    """Return a page of the accounts that fit, by login, with what stands beside each."""
    communities = (
        select(func.count())
        .select_from(StaffCommunity)
        .where(StaffCommunity.staff_id == Staff.id)
        .scalar_subquery()
    )
    regions = (
        select(func.count())
        .select_from(StaffRegion)
        .where(StaffRegion.staff_id == Staff.id)
        .scalar_subquery()
    )
    has_code = (
        select(func.count())
        .select_from(SecondFactor)
        .where(SecondFactor.staff_id == Staff.id, SecondFactor.confirmed_at.is_not(None))
        .scalar_subquery()
    )
    query = (
        select(Staff, communities, regions, has_code)
        .where(*_conditions(wanted))
        .order_by(Staff.login)
        .offset(offset)
        .limit(limit)
    )
    return [PersonRow(row[0], row[1], row[2], bool(row[3])) for row in session.execute(query)]


def count_people(session: Session, wanted: PeopleFilter) -> int:
    """Return how many accounts fit."""
    return session.scalar(select(func.count()).select_from(Staff).where(*_conditions(wanted))) or 0


def _conditions(wanted: PeopleFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.words:
        words = wanted.words.lower()
        conditions.append(
            or_(
                Staff.login.contains(words, autoescape=True),
                Staff.name.contains(wanted.words, autoescape=True),
            )
        )
    if wanted.role is not None:
        conditions.append(Staff.role == wanted.role)
    if wanted.state is not None:
        conditions.extend(_STATES[wanted.state])
    return conditions


def lock_staff(session: Session, staff_id: int) -> Staff | None:
    """Return an account as it stands now and keep others from changing it until the commit."""
    query = select(Staff).where(Staff.id == staff_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def lock_administrators(session: Session) -> list[int]:
    """Return who administers accounts today; nobody else changes one of them meanwhile."""
    query = (
        select(Staff.id)
        .where(Staff.role == Role.ADMIN, Staff.disabled_at.is_(None), Staff.password_hash != "")
        .order_by(Staff.id)
        .with_for_update()
    )
    return list(session.scalars(query))


def replace_places(
    session: Session, staff_id: int, *, community_ids: set[int], region_ids: set[int]
) -> None:
    """Let somebody have these communities and regions and no others."""
    session.execute(delete(StaffCommunity).where(StaffCommunity.staff_id == staff_id))
    session.execute(delete(StaffRegion).where(StaffRegion.staff_id == staff_id))
    session.add_all(
        StaffCommunity(staff_id=staff_id, community_id=i) for i in sorted(community_ids)
    )
    session.add_all(StaffRegion(staff_id=staff_id, region_id=i) for i in sorted(region_ids))
    session.flush()


def list_open_sessions(
    session: Session, staff_id: int, *, born_after: datetime, seen_after: datetime
) -> list[StaffSession]:
    """Return the browsers somebody is signed in with, the one used last first."""
    query = (
        select(StaffSession)
        .where(
            StaffSession.staff_id == staff_id,
            StaffSession.ended_at.is_(None),
            StaffSession.created_at >= born_after,
            StaffSession.seen_at >= seen_after,
        )
        .order_by(StaffSession.seen_at.desc(), StaffSession.id.desc())
    )
    return list(session.scalars(query))


def end_sessions(session: Session, staff_id: int, now: datetime, *, only: int | None = None) -> int:
    """End the sessions of somebody, or only one of them; return how many were open."""
    query = (
        update(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session="fetch")
    )
    if only is not None:
        query = query.where(StaffSession.id == only)
    ended = len(session.scalars(query.returning(StaffSession.id)).all())
    session.execute(delete(SignInStep).where(SignInStep.staff_id == staff_id))
    return ended


def has_signed_in_from(session: Session, staff_id: int, address: str, since: datetime) -> bool:
    """Say whether somebody signed in from this address since then."""
    query = select(StaffSession.id).where(
        StaffSession.staff_id == staff_id,
        StaffSession.address == address,
        StaffSession.created_at >= since,
    )
    return bool(address) and session.scalar(query.limit(1)) is not None


def forget_sessions(session: Session, staff_id: int, before: datetime) -> None:
    """Remove the sessions of somebody that began before then."""
    session.execute(
        delete(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.created_at < before)
        .execution_options(synchronize_session=False)
    )


def find_link(session: Session, token_hash: bytes) -> OneTimeLink | None:
    """Return the link with this token, ended and expired ones too."""
    return session.scalar(select(OneTimeLink).where(OneTimeLink.token_hash == token_hash))


def find_open_link(session: Session, staff_id: int, now: datetime) -> OneTimeLink | None:
    """Return the link somebody may still use."""
    query = select(OneTimeLink).where(
        OneTimeLink.staff_id == staff_id,
        OneTimeLink.ended_at.is_(None),
        OneTimeLink.expires_at > now,
    )
    return session.scalar(query.order_by(OneTimeLink.id.desc()).limit(1))


def end_links(session: Session, staff_id: int, now: datetime) -> None:
    """Let no link of somebody work any more."""
    session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.staff_id == staff_id, OneTimeLink.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session="fetch")
    )


def find_factor(session: Session, staff_id: int) -> SecondFactor | None:
    """Return the second factor of an account, confirmed or not."""
    return session.get(SecondFactor, staff_id)


def lock_factor(session: Session, staff_id: int) -> SecondFactor | None:
    """Return the second factor as it stands now, so that one code opens one session."""
    query = select(SecondFactor).where(SecondFactor.staff_id == staff_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def remove_factor(session: Session, staff_id: int) -> None:
    """Take the second factor and its recovery codes away."""
    remove_recovery_codes(session, staff_id)
    session.execute(delete(SecondFactor).where(SecondFactor.staff_id == staff_id))


def remove_recovery_codes(session: Session, staff_id: int) -> None:
    """Take all recovery codes of somebody away."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))


def use_recovery_code(session: Session, staff_id: int, code_hash: bytes, now: datetime) -> bool:
    """Mark a recovery code as used; say whether it was there and fresh."""
    used = session.scalars(
        update(RecoveryCode)
        .where(
            RecoveryCode.staff_id == staff_id,
            RecoveryCode.code_hash == code_hash,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    ).all()
    return bool(used)


def count_recovery_codes(session: Session, staff_id: int) -> int:
    """Return how many recovery codes somebody has left."""
    query = (
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    )
    return session.scalar(query) or 0


def find_step(session: Session, token_hash: bytes) -> SignInStep | None:
    """Return a sign-in that waits for its second factor."""
    return session.scalar(select(SignInStep).where(SignInStep.token_hash == token_hash))


def forget_steps(session: Session, before: datetime) -> None:
    """Remove half sign-ins that nobody finished."""
    session.execute(delete(SignInStep).where(SignInStep.made_at < before))


def list_recent_audit(session: Session, subject: str, limit: int) -> list[AuditEntry]:
    """Return what was done to one subject lately, the newest first."""
    query = select(AuditEntry).where(AuditEntry.subject == subject)
    return list(session.scalars(query.order_by(AuditEntry.sequence.desc()).limit(limit)))
