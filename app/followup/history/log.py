"""Writing down what happened with a case: one event, its note, and the audit entries. No commit."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.followup.history.models import CaseEvent, CaseEventKind, CaseNote
from app.followup.models import FollowUp
from app.followup.rows import CaseRow
from app.staff.audit import record_many
from app.staff.scope import Scope
from app.vault import Vault


def note_event(
    session: Session,
    found: FollowUp,
    kind: CaseEventKind,
    *,
    now: datetime,
    staff_id: int | None = None,
    to_staff_id: int | None = None,
    contact_id: int | None = None,
    detail: str = "",
) -> CaseEvent:
    """Append an event; the stage kept is the one the case stands in now."""
    event = CaseEvent(
        follow_up_id=found.id,
        kind=kind,
        at=now,
        staff_id=staff_id,
        stage=found.stage,
        to_staff_id=to_staff_id,
        contact_id=contact_id,
        detail=detail,
    )
    session.add(event)
    return event


def add_note(session: Session, vault: Vault, event: CaseEvent, text: str) -> None:
    """Keep the reason given with an event; an empty one leaves nothing."""
    if not text.strip():
        return
    session.flush()
    session.add(CaseNote(event_id=event.id, text_sealed=vault.seal(text.strip(), "note")))


def audit_cases(
    session: Session,
    scope: Scope,
    action: str,
    rows: Iterable[CaseRow],
    *,
    detail: str,
    now: datetime,
) -> None:
    """Write one audit entry per household."""
    record_many(
        session,
        actor=scope,
        action=action,
        subjects=[(row.household_uid, row.community_id) for row in rows],
        now=now,
        detail=detail,
    )
