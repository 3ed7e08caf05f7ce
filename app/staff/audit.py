"""Append-only log: who saw or changed what, each entry chained to the one before.

The database refuses to change or delete entries; the chain shows a change made behind its back.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.staff import queries
from app.staff.errors import BrokenChainError
from app.staff.models import AuditEntry
from app.staff.scope import Scope

_START = bytes(32)
_PAGE = 1000


def record(
    session: Session,
    *,
    actor: Scope | str,
    action: str,
    subject: str,
    now: datetime,
    community_id: int | None = None,
    detail: str = "",
) -> None:
    """Append an entry to the log, in the transaction of what it tells about.

    Args:
        session: Open transaction of the act itself.
        actor: The signed-in person, or `SYSTEM_ACTOR`.
        action: What was done, in lower case with dots: "case.open".
        subject: What it was done to: a household's uid, "campaign:2026-11", never a name,
            phone number, text or token.
        now: When it happened.
        community_id: Community the subject belongs to, if any.
        detail: Further facts under the same rule as `subject`.
    """
    record_many(
        session,
        actor=actor,
        action=action,
        subjects=[(subject, community_id)],
        now=now,
        detail=detail,
    )


def record_many(
    session: Session,
    *,
    actor: Scope | str,
    action: str,
    subjects: Iterable[tuple[str, int | None]],
    now: datetime,
    detail: str = "",
) -> None:
    """Append one entry for each pair of subject and community: a list somebody looked at.

    Arguments as in `record`.
    """
    queries.lock_audit(session)
    last = queries.last_audit_entry(session)
    sequence, chain = (0, _START) if last is None else (last.sequence, last.chain)
    entries: list[AuditEntry] = []
    for subject, community_id in subjects:
        sequence += 1
        entry = AuditEntry(
            sequence=sequence,
            at=now,
            actor=actor.actor if isinstance(actor, Scope) else actor,
            action=action,
            subject=subject,
            community_id=community_id,
            detail=detail,
        )
        chain = entry.chain = link(chain, entry)
        entries.append(entry)
    queries.add_audit_entries(session, entries)


def verify_chain(session: Session) -> int:
    """Check every entry against the one before and return how many there are.

    Raises:
        BrokenChainError: An entry was changed, added, moved or removed; entries cut off at the
            end are seen by the anchors only, see `app.rights.log.anchors`.
    """
    previous = _START
    count = 0
    while entries := queries.list_audit_after(session, count or None, _PAGE):
        for entry in entries:
            count += 1
            if entry.sequence != count or entry.chain != link(previous, entry):
                raise BrokenChainError(count)
            previous = entry.chain
    return count


def link(previous: bytes, entry: AuditEntry) -> bytes:
    """Return the link of an entry to the one before it."""
    content = (
        entry.sequence,
        entry.at.astimezone(UTC).isoformat(),  # as the database returns it
        entry.actor,
        entry.action,
        entry.subject,
        entry.community_id,
        entry.detail,
    )
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + text.encode()).digest()
