"""Order a paper, keep it when the worker has made it, hand it out for a day."""

import base64
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.jobs.queue import enqueue
from app.service.complaints.papers import queries
from app.service.complaints.papers.models import ComplaintPrint, PrintKind
from app.staff.scope import Scope
from app.vault import Vault

KIND = "complaint_print"
KEPT_FOR = timedelta(hours=24)
_SAME_FOR = timedelta(seconds=20)  # a double tap orders once
_LONGEST_NAME = 120


def order(
    session: Session,
    scope: Scope,
    kind: PrintKind,
    about_id: int,
    *,
    name: str,
    language: str,
    now: datetime,
) -> int:
    """Order a paper; the caller has checked that this person may read what stands on it.

    Args:
        session: A writing transaction.
        scope: Who wants it.
        kind: Which paper.
        about_id: Key of what it is about.
        name: Of the file, without its ending.
        language: Language of the paper.
        now: The present instant.

    Returns:
        The key of the order.
    """
    same = queries.find_same_print(session, scope, kind, about_id, since=now - _SAME_FOR)
    if same is not None and same.language == language:
        return same.id
    made = ComplaintPrint(
        kind=kind,
        about_id=about_id,
        name=name[:_LONGEST_NAME],
        language=language,
        staff_id=scope.staff_id,
        asked_at=now,
    )
    session.add(made)
    session.flush()
    enqueue(session, KIND, {"print_id": made.id}, dedup_key=f"{KIND}:{made.id}", now=now)
    return made.id


def find(session: Session, scope: Scope, print_id: int, *, now: datetime) -> ComplaintPrint | None:
    """Return a paper this person ordered within the last day, made or not."""
    return queries.find_print(session, scope, print_id, since=now - KEPT_FOR)


def open_content(vault: Vault, found: ComplaintPrint) -> bytes | None:
    """Return the PDF, None while it is being made."""
    if found.content_sealed is None:
        return None
    return base64.b64decode(vault.open(found.content_sealed, "paper"))


def store(session: Session, vault: Vault, print_id: int, content: bytes) -> None:
    """Keep a paper just printed, unless it is gone meanwhile."""
    found = queries.get_print(session, print_id)
    if found is not None:
        found.content_sealed = vault.seal(base64.b64encode(content).decode(), "paper")


def drop_old(session: Session, *, now: datetime) -> None:
    """Delete the papers that are a day old."""
    queries.delete_prints(session, now - KEPT_FOR)
