"""Accounts: add one, sign in and out, and find out who a request belongs to."""

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
    StepGoneError,
    ThrottledError,
    WrongCodeError,
)
from app.staff.models import Role, SignInStep, Staff, StaffCommunity, StaffRegion, StaffSession
from app.staff.people import factors
from app.staff.people import queries as people
from app.staff.people.rules import hash_token, normal_login
from app.staff.scope import NOBODY, SEES_ALL, Scope
from app.vault import Vault

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)
STEP_LIFE = timedelta(minutes=10)  # from the right password to the code
KNOWN_FOR = timedelta(days=90)  # an address somebody signed in from stays known
KEPT_FOR = timedelta(days=180)  # a session, ended or not


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
    """Add an account with a password; people are invited by an administrator instead.

    Args:
        session: Open transaction.
        login: What the person types to sign in; case does not matter.
        name: Name to show on pages.
        role: What the person does here.
        password: The first password.
        community_ids: Communities the person may see; nobody sees any by leaving them out, except
            head office and leaders, who see all.
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


def give_regions(session: Session, staff: Staff, region_ids: Iterable[int]) -> None:
    """Give regions to a new account of the role REGION.

    Raises:
        NotForThisRoleError: The account has another role.
    """
    if staff.role is not Role.REGION:
        raise NotForThisRoleError(staff.role.value)
    for region_id in sorted(set(region_ids)):
        session.add(StaffRegion(staff_id=staff.id, region_id=region_id))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a sign-in comes from.

    Attributes:
        address: Address of the network.
        device: Browser and system in two words, for the list of one's own sessions.
    """

    address: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the right password opened.

    Attributes:
        token: Of a session, or of the step that waits for a code.
        needs_code: The token is that of a step.
    """

    token: str
    needs_code: bool


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
    staff = queries.find_staff_by_login(session, login)
    if _throttle(session, staff, login, address, now).refuses_login:
        raise ThrottledError(passwords.WAIT)
    seen = staff.password_hash if staff else None
    is_right = passwords.verify_password(seen, password)
    is_open = staff is not None and staff.disabled_at is None
    fresh = None
    if is_right and seen is not None and passwords.is_outdated(seen):
        fresh = passwords.hash_password(password)
    return CheckedPassword(login, is_right and is_open, seen, fresh)


def sign_in(session: Session, checked: CheckedPassword, *, origin: Origin, now: datetime) -> Entry:
    """Open a browser session after `check_password`, or the step that asks for a code.

    A failed try is added to the session before the error is raised: catch the error inside the
    transaction, so that the try is stored and throttling works.

    Raises:
        ThrottledError: Too many failed tries meanwhile, by this login or from this address.
        BadCredentialsError: Wrong login or password, or the account was disabled or got another
            password since it was looked at.
    """
    login, address = checked.login, origin.address
    staff = queries.find_staff_by_login(session, login)
    throttle = _throttle(session, staff, login, address, now)
    if throttle.refuses_login:
        raise ThrottledError(passwords.WAIT)
    is_same = staff is not None and staff.password_hash == checked.seen
    if staff is None or not checked.is_right or not is_same or staff.disabled_at is not None:
        passwords.record_failure(session, login, address, now)
        if throttle.is_address_over:
            raise ThrottledError(passwords.WAIT)
        _record_failure(session, staff, now)
        raise BadCredentialsError
    if checked.fresh is not None:
        staff.password_hash = checked.fresh
    queries.forget_attempts(session, now - timedelta(days=1))
    if factors.has_factor(session, staff.id):
        return Entry(_begin_step(session, staff, now), needs_code=True)
    return Entry(open_session(session, staff, origin=origin, now=now), needs_code=False)


def enter_code(
    session: Session, vault: Vault, token: str, code: str, *, origin: Origin, now: datetime
) -> str:
    """Finish a sign-in with the code of the second factor; return the token of the session.

    As in `sign_in`, errors are to be caught inside the transaction.

    Raises:
        StepGoneError: It took too long, or the password was changed meanwhile.
        ThrottledError: Five wrong codes in 15 minutes.
        WrongCodeError: The code is wrong or was used before.
    """
    step = people.find_step(session, hash_token(token))
    staff = None if step is None else people.lock_staff(session, step.staff_id)
    if step is None or staff is None or not _is_live(step, staff, now):
        raise StepGoneError
    if passwords.count_wrong_codes(session, staff.id, now) >= passwords.FAILURES_PER_LOGIN:
        raise ThrottledError(passwords.WAIT)
    try:
        factors.check(session, vault, staff, code, now)
    except WrongCodeError:
        passwords.record_wrong_code(session, staff.id, now)
        _record_failure(session, staff, now, "code")
        raise
    session.delete(step)
    return open_session(session, staff, origin=origin, now=now, has_code=True)


def is_step_live(session: Session, token: str, now: datetime) -> bool:
    """Say whether a sign-in still waits for its code."""
    step = people.find_step(session, hash_token(token))
    staff = None if step is None else queries.find_staff(session, step.staff_id)
    return step is not None and staff is not None and _is_live(step, staff, now)


def open_session(
    session: Session, staff: Staff, *, origin: Origin, now: datetime, has_code: bool = False
) -> str:
    """Open a browser session and return its token, never one there was before."""
    token = secrets.token_urlsafe(32)
    people.forget_sessions(session, staff.id, now - KEPT_FOR)
    session.add(
        StaffSession(
            token_hash=hash_token(token),
            staff_id=staff.id,
            created_at=now,
            seen_at=now,
            device=origin.device[:48],
            address=origin.address[:45],
            has_code=has_code,
        )
    )
    staff.signed_in_at = now
    _record(session, staff, "staff.sign_in", now, "code" if has_code else "")
    return token


@dataclass(frozen=True, slots=True)
class Entered:
    """Who holds a cookie.

    Attributes:
        scope: The person and the rights.
        session_id: Key of the browser session.
        has_code: It was opened with a second factor.
        is_touch_due: That this browser was seen should be written down.
    """

    scope: Scope
    session_id: int
    has_code: bool
    is_touch_due: bool


def find_entered(session: Session, token: str, now: datetime) -> Entered | None:
    """Return who holds this cookie, or None: unknown, signed out, idle for 30 minutes, disabled."""
    found = queries.find_session(session, hash_token(token))
    if found is None or found.browser.ended_at is not None or found.staff.disabled_at is not None:
        return None
    browser = found.browser
    if now - browser.seen_at > IDLE or now - browser.created_at > LONGEST:
        return None
    is_due = now - browser.seen_at >= TOUCH_EVERY
    return Entered(scope_of(session, found.staff), browser.id, browser.has_code, is_due)


def touch(session: Session, session_id: int, now: datetime) -> None:
    """Write down that a browser was seen: once a minute, so that pages mostly only read."""
    browser = session.get(StaffSession, session_id)
    if browser is not None:
        browser.seen_at = now


def sign_out(session: Session, token: str, now: datetime) -> None:
    """End the browser session with this cookie; the cookie is worth nothing afterwards."""
    found = queries.find_session(session, hash_token(token))
    if found is not None and found.browser.ended_at is None:
        found.browser.ended_at = now
        _record(session, found.staff, "staff.sign_out", now)


def scope_of(session: Session, staff: Staff) -> Scope:
    """Return the rights of an account."""
    if staff.role is Role.REGION:
        places = queries.list_region_places(session, staff.id)
        return Scope(
            staff.id,
            staff.name,
            staff.role,
            frozenset(community for _, community in places if community is not None),
            frozenset(region for region, _ in places),
        )
    sees_all = staff.role in SEES_ALL or (staff.role is Role.CLERK and staff.all_communities)
    communities = None if sees_all else frozenset(queries.list_community_ids(session, staff.id))
    return Scope(staff.id, staff.name, staff.role, communities)


def _throttle(
    session: Session, staff: Staff | None, login: str, address: str, now: datetime
) -> passwords.Throttle:
    is_known = staff is not None and people.has_signed_in_from(
        session, staff.id, address, now - KNOWN_FOR
    )
    return passwords.look_back(session, login, address, now, is_known=is_known)


def _begin_step(session: Session, staff: Staff, now: datetime) -> str:
    people.forget_steps(session, now - STEP_LIFE)
    token = secrets.token_urlsafe(32)
    session.add(
        SignInStep(
            token_hash=hash_token(token),
            staff_id=staff.id,
            password_hash=staff.password_hash,
            made_at=now,
        )
    )
    return token


def _is_live(step: SignInStep, staff: Staff, now: datetime) -> bool:
    is_same = step.password_hash == staff.password_hash
    return is_same and staff.disabled_at is None and now - step.made_at <= STEP_LIFE


def _record(session: Session, staff: Staff, action: str, now: datetime, detail: str = "") -> None:
    subject = f"staff:{staff.id}"
    audit.record(session, actor=subject, action=action, subject=subject, now=now, detail=detail)


def _record_failure(
    session: Session, staff: Staff | None, now: datetime, detail: str = "password"
) -> None:
    """Write a failed try down; never what was typed: it may be somebody's password."""
    subject = "staff:unknown" if staff is None else f"staff:{staff.id}"
    audit.record(
        session,
        actor=NOBODY,
        action="staff.sign_in_failed",
        subject=subject,
        now=now,
        detail=detail,
    )
