"""All statements on the answers of pilots."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.response.models import Comment, Draft, Response, ResponseSignal


@dataclass(frozen=True, slots=True)
class PilotAnswer:
    """A counted answer of a pilot: its vector, its form, and the seconds it took, if known."""

    vector: bytes
    form: str
    seconds: int | None


def count_answers(session: Session, campaign_id: int) -> int:
    """Return how many homes have answered the pilot of a campaign; none without a pilot."""
    statement = (
        select(func.count())
        .select_from(Response)
        .join(FrameMember, FrameMember.id == Response.frame_member_id)
        .join(Campaign, Campaign.id == FrameMember.campaign_id)
        .where(Campaign.pilot_of_id == campaign_id, Response.is_counted)
    )
    return session.scalar(statement) or 0


def count_homes(session: Session, pilot_id: int) -> int:
    """Return how many homes a pilot asks."""
    statement = select(func.count()).where(FrameMember.campaign_id == pilot_id)
    return session.scalar(statement) or 0


def list_answers(session: Session, pilot_id: int) -> list[PilotAnswer]:
    """Return the counted answers of a pilot."""
    statement = _of(
        select(Response.vector, Response.form, ResponseSignal.seconds).outerjoin(
            ResponseSignal, ResponseSignal.response_id == Response.id
        ),
        pilot_id,
    ).where(Response.is_counted)
    return [PilotAnswer(*row) for row in session.execute(statement)]


def list_comments(session: Session, pilot_id: int) -> list[Comment]:
    """Return the comments of a pilot, in the order they came."""
    statement = _of(select(Comment).join(Response, Response.id == Comment.response_id), pilot_id)
    return list(session.scalars(statement.order_by(Comment.id)))


def list_unfinished(session: Session, pilot_id: int) -> Sequence[Draft]:
    """Return the drafts of homes that have sent no answer, the newest of each home."""
    later = aliased(Draft)
    answered = select(Response.id).where(Response.frame_member_id == FrameMember.id).exists()
    newer: ColumnElement[bool] = (
        select(later.id)
        .where(later.frame_member_id == Draft.frame_member_id, later.id > Draft.id)
        .exists()
    )
    statement = (
        select(Draft)
        .join(FrameMember, FrameMember.id == Draft.frame_member_id)
        .where(FrameMember.campaign_id == pilot_id, ~answered, ~newer)
        .order_by(Draft.id)
    )
    return session.scalars(statement).all()


def _of(statement: Select[*tuple[Any, ...]], pilot_id: int) -> Select[*tuple[Any, ...]]:
    return statement.join(FrameMember, FrameMember.id == Response.frame_member_id).where(
        FrameMember.campaign_id == pilot_id
    )
