"""Order a sheet, keep it when the worker has made it, hand it out for a day."""

import base64
import json
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.followup.papers import queries
from app.followup.papers.models import Paper, PaperKind
from app.jobs.queue import enqueue
from app.staff.scope import Scope
from app.vault import Vault

KIND = "paper"
KEPT_FOR = timedelta(hours=24)
# A double tap orders once; after that the sheet is printed anew, with what is known by then.
_SAME_FOR = timedelta(seconds=20)


def order(
    session: Session,
    scope: Scope,
    kind: PaperKind,
    about: dict[str, int | str],
    *,
    name: str,
    language: str,
    now: datetime,
) -> int:
    """Order a sheet; the caller has checked that this person may read what stands on it.

    Args:
        session: A writing transaction.
        scope: Who wants it.
        kind: What is printed.
        about: Keys of what it is about.
        name: Of the file, without its ending.
        language: Language of the sheet.
        now: The present instant.

    Returns:
        The key of the sheet.
    """
    text = json.dumps(about, sort_keys=True, separators=(",", ":"))
    same = queries.find_same(session, scope, kind, text, since=now - _SAME_FOR)
    if same is not None and same.language == language:
        return same.id
    paper = Paper(
        kind=kind,
        about=text,
        name=name,
        language=language,
        staff_id=scope.staff_id,
        asked_at=now,
    )
    session.add(paper)
    session.flush()
    enqueue(session, KIND, {"paper_id": paper.id}, dedup_key=f"{KIND}:{paper.id}", now=now)
    return paper.id


def find(session: Session, scope: Scope, paper_id: int, *, now: datetime) -> Paper | None:
    """Return a sheet this person ordered within the last day, made or not."""
    return queries.find_paper(session, scope, paper_id, since=now - KEPT_FOR)


def open_content(vault: Vault, paper: Paper) -> bytes | None:
    """Return the PDF, None while it is being made."""
    if paper.content_sealed is None:
        return None
    return base64.b64decode(vault.open(paper.content_sealed, "paper"))


def store(session: Session, vault: Vault, paper_id: int, content: bytes) -> None:
    """Keep a sheet just printed, unless it is gone meanwhile."""
    paper = queries.get_paper(session, paper_id)
    if paper is not None:
        paper.content_sealed = vault.seal(base64.b64encode(content).decode(), "paper")


def about_of(paper: Paper) -> dict[str, int | str]:
    """Return the keys of what a sheet is about."""
    found: dict[str, int | str] = json.loads(paper.about)
    return found


def drop_old(session: Session, *, now: datetime) -> None:
    """Delete the sheets that are a day old."""
    queries.delete_papers(session, now - KEPT_FOR)
