"""What somebody does with the own account: another password, sign out elsewhere."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.staff import audit
from app.staff.errors import BadCredentialsError
from app.staff.models import Staff
from app.staff.people import queries


def change_password(
    session: Session, staff_id: int, *, seen: str, password_hash: str, now: datetime
) -> Staff:
    """Store a new password; every session of the account ends, the present one too.

    Args:
        session: Open transaction.
        staff_id: Key of the own account.
        seen: The stored hash the old password was compared with.
        password_hash: Hash of the new password, made before the transaction began.
        now: When it is changed.

    Raises:
        BadCredentialsError: The password was changed meanwhile.
    """
    staff = queries.lock_staff(session, staff_id)
    if staff is None or staff.password_hash != seen:
        raise BadCredentialsError
    staff.password_hash = password_hash
    queries.end_links(session, staff_id, now)
    queries.end_sessions(session, staff_id, now)
    _record(session, staff_id, "staff.password", now, "own")
    return staff


def end_session(session: Session, staff_id: int, session_id: int, now: datetime) -> bool:
    """End one of the own sessions; say whether it was open."""
    is_ended = queries.end_sessions(session, staff_id, now, only=session_id) > 0
    if is_ended:
        _record(session, staff_id, "staff.end_session", now)
    return is_ended


def end_everywhere(session: Session, staff_id: int, now: datetime) -> None:
    """End all of the own sessions."""
    ended = queries.end_sessions(session, staff_id, now)
    _record(session, staff_id, "staff.end_sessions", now, str(ended))


def _record(session: Session, staff_id: int, action: str, now: datetime, detail: str = "") -> None:
    subject = f"staff:{staff_id}"
    audit.record(session, actor=subject, action=action, subject=subject, now=now, detail=detail)
