"""Accounts: add one, sign in and out, and find out who a request belongs to."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.staff import audit, passwords, queries
from app.staff.errors import (
    BadCredentialsError,
    LoginTakenError,
    NotForThisRoleError,
    ThrottledError,
)
from app.staff.models import Role, Staff, StaffCommunity, StaffSession
from app.staff.scope import SEES_ALL, Scope

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)


def add_staff(
    session: Session,
    *,
    login: str,
    name: str,
    role: Role,
    password: str,
    community_ids: Iterable[int],
    now: datetime,
    all_communities: bool = False,
) -> Staff:
    """Add an account; head office and leaders see every community and need none given.

    Args:
        session: Open transaction.
        login: What the person types to sign in; case does not matter.
        name: Name to show on pages.
        role: What the person does here.
        password: The first password.
        community_ids: Communities the person may see; nobody sees any by leaving them out.
        now: When the account is made.
        all_communities: A clerk keys in sheets of every community.

    Raises:
        NotForThisRoleError: All communities were asked for somebody who is no clerk.
        LoginTakenError: Somebody has this login already, in whatever case of letters.
        WeakPasswordError: The password is too short.
    """
    if all_communities and role is not Role.CLERK:
        raise NotForThisRoleError(role.value)
    login = normal_login(login)
    if queries.find_staff_by_login(session, login) is not None:
        raise LoginTakenError(login)
    staff = Staff(
        login=login,
        name=name,
        role=role,
        all_communities=all_communities,
        password_hash=passwords.hash_password(password),
        created_at=now,
    )
    session.add(staff)
    session.flush()
    for community_id in sorted(set(community_ids)):
        session.add(StaffCommunity(staff_id=staff.id, community_id=community_id))
    return staff


@dataclass(frozen=True, slots=True)
class CheckedPassword:
    """A password looked at, before anything is written.

    Attributes:
        login: Normal form of what was typed.
        is_right: It opens an account that is not disabled.
        seen: The stored hash it was compared with; None when nobody has that login.
        fresh: The password hashed again, when `seen` was made with weaker settings.
    """

    login: str
    is_right: bool
    seen: str | None
    fresh: str | None


def check_password(
    session: Session, login: str, password: str, *, address: str, now: datetime
) -> CheckedPassword:
    """Compare a password with the stored hash; call it outside a write transaction.

    The comparison takes a good part of a second by design, and whoever writes keeps all other
    writers waiting on SQLite.

    Raises:
        ThrottledError: Too many failed tries with this login, or from this address; the address
            alone never keeps out a login without failures of its own and with the right password.
    """
    login = normal_login(login)
    if passwords.look_back(session, login, address, now).refuses_login:
        raise ThrottledError(passwords.WAIT)
    staff = queries.find_staff_by_login(session, login)
    seen = staff.password_hash if staff else None
    is_right = passwords.verify_password(seen, password)
    is_open = staff is not None and staff.disabled_at is None
    fresh = None
    if is_right and seen is not None and passwords.is_outdated(seen):
        fresh = passwords.hash_password(password)
    return CheckedPassword(login, is_right and is_open, seen, fresh)


def sign_in(session: Session, checked: CheckedPassword, *, address: str, now: datetime) -> str:
    """Open a browser session after `check_password`; return the cookie's token.

    A failed try is added to the session before the error is raised: catch the error inside the
    transaction, so that the try is stored and throttling works.

    Raises:
        ThrottledError: Too many failed tries meanwhile, by this login or from this address.
        BadCredentialsError: Wrong login or password, or the account was disabled or got another
            password since it was looked at.
    """
    login = checked.login
    throttle = passwords.look_back(session, login, address, now)
    if throttle.refuses_login:
        raise ThrottledError(passwords.WAIT)
    staff = queries.find_staff_by_login(session, login)
    is_same = staff is not None and staff.password_hash == checked.seen
    if staff is None or not checked.is_right or not is_same or staff.disabled_at is not None:
        passwords.record_failure(session, login, address, now)
        if throttle.is_address_over:
            raise ThrottledError(passwords.WAIT)
        raise BadCredentialsError
    if checked.fresh is not None:
        staff.password_hash = checked.fresh
    queries.forget_attempts(session, now - timedelta(days=1))
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(token_hash=_hash(token), staff_id=staff.id, created_at=now, seen_at=now)
    )
    audit.record(
        session,
        actor=scope_of(session, staff),
        action="staff.sign_in",
        subject=f"staff:{staff.id}",
        now=now,
    )
    return token


def is_touch_due(session: Session, token: str, now: datetime) -> bool:
    """Say whether `find_scope` would write down that this browser was seen."""
    found = queries.find_session(session, _hash(token))
    return found is not None and now - found.browser.seen_at >= TOUCH_EVERY


def find_scope(session: Session, token: str, now: datetime) -> Scope | None:
    """Return who holds this cookie, or None: unknown, signed out, idle for 30 minutes, disabled.

    Being seen is written down at most once a minute, so that pages mostly only read.
    """
    found = queries.find_session(session, _hash(token))
    if found is None or found.browser.ended_at is not None or found.staff.disabled_at is not None:
        return None
    if now - found.browser.seen_at > IDLE or now - found.browser.created_at > LONGEST:
        return None
    if now - found.browser.seen_at >= TOUCH_EVERY:
        found.browser.seen_at = now
    return scope_of(session, found.staff)


def sign_out(session: Session, token: str, now: datetime) -> None:
    """End the browser session with this cookie; the cookie is worth nothing afterwards."""
    found = queries.find_session(session, _hash(token))
    if found is not None and found.browser.ended_at is None:
        found.browser.ended_at = now


def scope_of(session: Session, staff: Staff) -> Scope:
    """Return the rights of an account."""
    sees_all = staff.role in SEES_ALL or (staff.role is Role.CLERK and staff.all_communities)
    communities = None if sees_all else frozenset(queries.list_community_ids(session, staff.id))
    return Scope(staff.id, staff.name, staff.role, communities)


def normal_login(login: str) -> str:
    """Return a login as it is stored: without spaces around it, in lower case."""
    return login.strip().lower()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
