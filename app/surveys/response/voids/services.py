"""Commands on answers that must not count. None commits.

A void is a decision about an answer, made by head office from how it came about; nobody who
decides sees what was answered. Before the freeze the counts and T0 follow at once. After it the
worker writes a new revision of the snapshot; what was shown stays on record.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.staff import audit
from app.surveys.campaign.models import FrameMember, Gate
from app.surveys.campaign.queries import get_household_uid, get_member, lock_gate
from app.surveys.instrument.answers import clean_text
from app.surveys.response.models import Response
from app.surveys.response.storing import settle
from app.surveys.response.voids import queries
from app.surveys.response.voids.errors import AlreadyVoidedError, NoNoteError
from app.surveys.response.voids.models import ResponseVoid, VoidReason
from app.vault import Vault


def void_response(
    session: Session,
    vault: Vault,
    response: Response,
    *,
    reason: VoidReason,
    note: str,
    staff_id: int,
    now: datetime,
) -> ResponseVoid:
    """Take an answer out of the count (作废); the next valid answer of its home counts instead.

    Args:
        session: Open session; the caller owns the transaction.
        vault: Seals the note.
        response: The answer, in this session. It is kept as it is.
        reason: Why, as a code.
        note: What was found, and how, in words.
        staff_id: Who decides, at head office.
        now: Aware instant.

    Returns:
        The void.

    Raises:
        NoNoteError: No note in words.
        AlreadyVoidedError: Voided before, perhaps a moment ago by somebody else.
    """
    words = clean_text(note)
    if not words:
        raise NoNoteError
    member = get_member(session, response.frame_member_id)
    gate = lock_gate(session, member.campaign_id, member.community_id, exclusive=True)
    response = queries.lock_response(session, response.id)
    if response.voided_at is not None:
        raise AlreadyVoidedError(response.voided_at)
    void = ResponseVoid(
        response_id=response.id,
        reason=reason,
        note_sealed=vault.seal(words, "void"),
        voided_at=now,
        voided_by=staff_id,
        was_counted=response.is_counted,
    )
    session.add(void)
    response.voided_at = now
    response.is_counted = False
    session.flush()
    if void.was_counted:
        _count_next(session, gate, member, now=now)
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action="response.void",
        subject=get_household_uid(session, member.household_id),
        community_id=member.community_id,
        detail=f"response {response.id} {reason.value}",
        now=now,
    )
    return void


def _count_next(session: Session, gate: Gate, member: FrameMember, *, now: datetime) -> None:
    """Let the next valid answer of a home count, if it has one, and all counts follow."""
    following = queries.find_next(session, member.id, frozen_at=gate.frozen_at)
    if following is not None:
        following.is_counted = True
    settle(session, member)
    if gate.frozen_at is not None:
        gate.stale_at = now
    session.flush()


def open_note(vault: Vault, void: ResponseVoid) -> str:
    """Return the note of a void, readable."""
    return vault.open(void.note_sealed, "void")
