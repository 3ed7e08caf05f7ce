"""One-time links: whoever holds one sets the password of one account, once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.staff import audit
from app.staff.errors import DisabledPersonError, LinkGoneError
from app.staff.models import LinkKind, OneTimeLink, Staff
from app.staff.people import queries
from app.staff.people.rules import hash_token
from app.staff.scope import Scope

LIFE = {LinkKind.INVITATION: timedelta(days=7), LinkKind.RESET: timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A fresh link; its token is shown once and stored nowhere.

    Attributes:
        token: What the address ends with.
        kind: Invitation or new password.
        expires_at: When it stops working.
    """

    token: str
    kind: LinkKind
    expires_at: datetime


def make_link(
    session: Session, staff: Staff, *, actor: Scope | str, made_by: int | None, now: datetime
) -> MadeLink:
    """Make a link for an account; the one made before stops working.

    Who has no password yet is invited, seven days long; else it is a reset, one day long. The old
    password and open sessions stay until the link is used, so that asking for a link by mistake
    harms nobody.

    Raises:
        DisabledPersonError: The account is disabled.
    """
    if staff.disabled_at is not None:
        raise DisabledPersonError
    kind = LinkKind.RESET if staff.password_hash else LinkKind.INVITATION
    queries.end_links(session, staff.id, now)
    token = secrets.token_urlsafe(32)
    link = OneTimeLink(
        staff_id=staff.id,
        kind=kind,
        token_hash=hash_token(token),
        made_by=made_by,
        made_at=now,
        expires_at=now + LIFE[kind],
    )
    session.add(link)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="staff.link",
        subject=f"staff:{staff.id}",
        now=now,
        detail=kind.value,
    )
    return MadeLink(token, kind, link.expires_at)


def find_owner(session: Session, token: str, now: datetime) -> tuple[Staff, OneTimeLink]:
    """Return whose password a link sets.

    Raises:
        LinkGoneError: Unknown, used, replaced, too old, or of a disabled account.
    """
    link = queries.find_link(session, hash_token(token))
    if link is None or link.ended_at is not None or link.expires_at <= now:
        raise LinkGoneError
    staff = queries.lock_staff(session, link.staff_id)
    if staff is None or staff.disabled_at is not None:
        raise LinkGoneError
    session.refresh(link)  # after the lock: of two who use it at once the second comes too late
    if link.ended_at is not None:
        raise LinkGoneError
    return staff, link


def use_link(session: Session, token: str, password_hash: str, now: datetime) -> Staff:
    """Set the password with a link; it, and whoever is signed in with the account, ends.

    Args:
        session: Open transaction.
        token: The link's token.
        password_hash: Hash of the new password, made before the transaction began.
        now: When it is used.

    Raises:
        LinkGoneError: As in `find_owner`.
    """
    staff, link = find_owner(session, token, now)
    staff.password_hash = password_hash
    queries.end_links(session, staff.id, now)
    queries.end_sessions(session, staff.id, now)
    audit.record(
        session,
        actor=f"staff:{staff.id}",
        action="staff.password",
        subject=f"staff:{staff.id}",
        now=now,
        detail=link.kind.value,
    )
    return staff
