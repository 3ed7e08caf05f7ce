"""Reads for bulletins, boards and posters: what was answered in a community, what is printed."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.followup.models import Problem, PublicAnswer
from app.followup.problems.models import SharedAnswer, SharedProblem
from app.followup.published.models import BoardCode, Bulletin, Poster, PosterKind


@dataclass(frozen=True, slots=True)
class AnsweredProblem:
    """A published answer with the code it stands for, and how many households raised it."""

    problem: Problem
    answer: PublicAnswer
    code: str | None
    households: int | None


def list_answered(session: Session, campaign_id: int, community_id: int) -> list[AnsweredProblem]:
    """Return the newest version of every public answer of a community, with its code."""
    query = (
        select(Problem, PublicAnswer, SharedProblem.code, SharedProblem.households)
        .join(PublicAnswer, PublicAnswer.problem_id == Problem.id)
        .outerjoin(SharedAnswer, SharedAnswer.problem_id == Problem.id)
        .outerjoin(SharedProblem, SharedProblem.id == SharedAnswer.shared_problem_id)
        .where(Problem.campaign_id == campaign_id, Problem.community_id == community_id)
        .order_by(Problem.id, PublicAnswer.version)
    )
    newest = {row[0].id: AnsweredProblem(*row) for row in session.execute(query)}
    return list(newest.values())


def lock_bulletins(session: Session, campaign_id: int, community_id: int) -> list[Bulletin]:
    """Return the versions of a bulletin, the newest first, locked on PostgreSQL."""
    query = (
        select(Bulletin)
        .where(Bulletin.campaign_id == campaign_id, Bulletin.community_id == community_id)
        .order_by(Bulletin.version.desc())
    )
    return list(session.scalars(query.with_for_update()))


def find_poster(
    session: Session, campaign_id: int, community_id: int, kind: PosterKind, size: str
) -> Poster | None:
    """Return a poster, made or on its way, or None."""
    return session.scalar(
        select(Poster).where(
            Poster.campaign_id == campaign_id,
            Poster.community_id == community_id,
            Poster.kind == kind,
            Poster.size == size,
        )
    )


def list_posters(session: Session, campaign_id: int, community_id: int) -> list[Poster]:
    """Return the posters of a community, made or on their way."""
    query = select(Poster).where(
        Poster.campaign_id == campaign_id, Poster.community_id == community_id
    )
    return list(session.scalars(query.order_by(Poster.kind, Poster.size)))


def find_board_code(session: Session, community_id: int) -> BoardCode | None:
    """Return the address of a community's public answers, None before it has one."""
    return session.get(BoardCode, community_id)
