"""Head office's check of a flag, and its outcome. No commit."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.service.repairs import log, queries
from app.service.repairs.errors import AlreadyDoneError, OrderNotFoundError, RepairFieldError
from app.service.repairs.models import FlagOutcome, RepairEventKind, RepairFlag
from app.service.repairs.services import LONGEST_NOTE
from app.staff.models import Role
from app.staff.scope import Scope
from app.vault import Vault


def check_flag(
    session: Session,
    vault: Vault,
    scope: Scope,
    flag_id: int,
    *,
    outcome: FlagOutcome,
    note: str,
    now: datetime,
) -> RepairFlag:
    """Record what the check of a flag found; once, by head office, with a reason.

    Raises:
        OrderNotFoundError: No such flag, or somebody else than head office asks.
        AlreadyDoneError: It was checked before.
        RepairFieldError: The reason is empty or too long.
    """
    flag = queries.lock_flag(session, flag_id)
    if flag is None or scope.role is not Role.HEAD_OFFICE:
        raise OrderNotFoundError(flag_id)
    if flag.outcome is not None:
        raise AlreadyDoneError(flag_id)
    words = note.strip()
    if not words:
        raise RepairFieldError("note", "empty")
    if len(words) > LONGEST_NOTE:
        raise RepairFieldError("note", "too_long")
    flag.outcome, flag.checked_by, flag.checked_at = outcome, scope.staff_id, now
    flag.note_sealed = vault.seal(words, "note")
    order = queries.find_order(session, None, flag.order_id)
    if order is not None:
        log.note(
            session,
            order,
            RepairEventKind.CHECKED,
            now=now,
            staff_id=scope.staff_id,
            detail=f"{flag.flag}:{outcome}",
        )
    return flag
