"""Reads of ordered sheets; only who ordered one may find it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from app.followup.papers.models import Paper, PaperKind
from app.staff.scope import Scope


def find_paper(session: Session, scope: Scope, paper_id: int, *, since: datetime) -> Paper | None:
    """Return a sheet this person ordered after an instant, with its content."""
    query = select(Paper).where(
        Paper.id == paper_id, Paper.staff_id == scope.staff_id, Paper.asked_at > since
    )
    return session.scalar(query.options(undefer(Paper.content_sealed)))


def find_same(
    session: Session, scope: Scope, kind: PaperKind, about: str, *, since: datetime
) -> Paper | None:
    """Return the newest sheet of the same thing this person ordered after an instant."""
    query = select(Paper).where(
        Paper.staff_id == scope.staff_id,
        Paper.kind == kind,
        Paper.about == about,
        Paper.asked_at > since,
    )
    return session.scalar(query.order_by(Paper.id.desc()).limit(1))


def list_papers(
    session: Session, scope: Scope, *, since: datetime, most: int
) -> Sequence[tuple[Paper, bool]]:
    """Return the sheets this person ordered after an instant, newest first, and if each is made."""
    query = (
        select(Paper, Paper.content_sealed.is_not(None))
        .where(Paper.staff_id == scope.staff_id, Paper.asked_at > since)
        .order_by(Paper.id.desc())
        .limit(most)
    )
    return [(paper, is_made) for paper, is_made in session.execute(query)]


def get_paper(session: Session, paper_id: int) -> Paper | None:
    """Return a sheet for the worker, None when it is gone."""
    return session.get(Paper, paper_id, options=[undefer(Paper.content_sealed)])


def delete_papers(session: Session, before: datetime) -> None:
    """Delete the sheets ordered before an instant."""
    session.execute(delete(Paper).where(Paper.asked_at < before))
