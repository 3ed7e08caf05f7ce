"""Alarms of owners as head office works on them: each look at a home is written down."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.followup.answering.queries import AlarmRow, find_alarm
from app.followup.models import AlarmOutcome
from app.followup.rules import check_text
from app.staff.audit import record
from app.staff.scope import Scope
from app.surveys.instrument.answers import clean_text
from app.surveys.response.models import Response
from app.surveys.response.queries import list_responses
from app.vault import Vault


class AlarmNotFoundError(LookupError):
    """No such alarm for this person; carries its key."""


class AlreadyCheckedError(RuntimeError):
    """The alarm was checked before; a finding is never overwritten."""


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One alarm, readable.

    Attributes:
        row: The alarm and its home.
        name, phone, words: What was said; each may be empty.
        note: What head office found, empty before.
        answers: The answers of the home: when, how and whether they count; no scores.
    """

    row: AlarmRow
    name: str
    phone: str
    words: str
    note: str
    answers: tuple[Response, ...]


def open_alarm(
    session: Session, vault: Vault, scope: Scope, alarm_id: int, *, now: datetime
) -> AlarmView:
    """Return one alarm with what was said; leaves an audit entry.

    Raises:
        AlarmNotFoundError: It does not exist for this person.
    """
    row = _alarm(session, scope, alarm_id)
    said = json.loads(vault.open(row.alarm.said_sealed, "alarm"))
    _audit(session, scope, row, "view_alarm", detail="", now=now)
    note = vault.open(row.alarm.note_sealed, "note") if row.alarm.note_sealed else ""
    return AlarmView(
        row=row,
        name=said["name"],
        phone=said["phone"],
        words=said["words"],
        note=note,
        answers=tuple(list_responses(session, row.member.id)),
    )


def check_alarm(
    session: Session,
    vault: Vault,
    scope: Scope,
    alarm_id: int,
    outcome: AlarmOutcome,
    *,
    note: str,
    now: datetime,
) -> None:
    """Keep what head office found; the answer itself is left as it is.

    Raises:
        AlarmNotFoundError: It does not exist for this person.
        FieldError: The note is empty or too long.
        AlreadyCheckedError: Somebody was faster.
    """
    row = _alarm(session, scope, alarm_id)
    note = clean_text(note).strip()
    check_text("note", note)
    if row.alarm.checked_at is not None:
        raise AlreadyCheckedError(alarm_id)
    row.alarm.outcome = outcome
    row.alarm.note_sealed = vault.seal(note, "note")
    row.alarm.checked_by = scope.staff_id
    row.alarm.checked_at = now
    session.flush()
    _audit(session, scope, row, "check_alarm", detail=outcome.value, now=now)


def _alarm(session: Session, scope: Scope, alarm_id: int) -> AlarmRow:
    row = find_alarm(session, scope, alarm_id)
    if row is None:
        raise AlarmNotFoundError(alarm_id)
    return row


def _audit(
    session: Session, scope: Scope, row: AlarmRow, action: str, *, detail: str, now: datetime
) -> None:
    record(
        session,
        actor=scope,
        action=action,
        subject=row.household_uid,
        community_id=row.member.community_id,
        detail=detail,
        now=now,
    )
