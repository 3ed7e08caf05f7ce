"""Homes that asked for no more reminders (不再提醒). No commit."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.staff import audit
from app.staff.scope import Scope
from app.surveys.distribution import queries
from app.surveys.distribution.errors import AlreadyOptedOutError
from app.surveys.distribution.models import OptOut
from app.surveys.instrument.answers import clean_text
from app.surveys.register.models import Household
from app.surveys.register.queries import list_uids
from app.vault import Vault

LONGEST_NOTE = 200
_PURPOSE = "opt-out"


def opt_out(
    session: Session, vault: Vault, home: Household, *, note: str, actor: Scope, now: datetime
) -> OptOut:
    """Record that a home wants no more reminders: in no campaign, on no channel.

    Raises:
        AlreadyOptedOutError: It said so before.
    """
    if queries.find_opt_out(session, home.id) is not None:
        raise AlreadyOptedOutError(home.id)
    words = clean_text(note)[:LONGEST_NOTE]
    wish = OptOut(
        household_id=home.id,
        staff_id=actor.staff_id,
        since=now,
        note_sealed=vault.seal(words, _PURPOSE) if words else None,
    )
    session.add(wish)
    session.flush()
    _audit(session, home.id, "message.opt_out", actor=actor, now=now)
    return wish


def opt_in(session: Session, household_id: int, *, actor: Scope, now: datetime) -> None:
    """Take an opt-out back: the home asked for it, or it was recorded for the wrong home."""
    queries.drop_opt_out(session, household_id)
    session.flush()
    _audit(session, household_id, "message.opt_in", actor=actor, now=now)


def open_note(vault: Vault, wish: OptOut) -> str:
    """Return the note of an opt-out, readable."""
    return vault.open(wish.note_sealed, _PURPOSE) if wish.note_sealed else ""


def _audit(
    session: Session, household_id: int, action: str, *, actor: Scope, now: datetime
) -> None:
    audit.record_many(
        session,
        actor=actor,
        action=action,
        subjects=list_uids(session, [household_id]),
        now=now,
    )
