"""Reads of what is published to owners; used by the owner face, so nothing here knows staff."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.followup.models import (
    Alarm,
    FollowUp,
    Problem,
    ProblemComment,
    PublicAnswer,
    Reply,
    ReplyRating,
    ReplyVerdict,
)
from app.followup.published.models import AnswerProgress, BoardCode, Bulletin
from app.surveys.campaign.models import OPENED, Campaign
from app.surveys.register.models import Community
from app.surveys.response.models import Comment, ContactWish, Response


def find_reply(session: Session, comment_id: int) -> Reply | None:
    """Return the newest version of the reply to a comment, or None."""
    return session.scalar(
        select(Reply).where(Reply.comment_id == comment_id).order_by(Reply.version.desc()).limit(1)
    )


def get_comment(session: Session, comment_id: int) -> Comment:
    """Return a comment, locked on PostgreSQL; the caller has checked who is asking."""
    return session.scalars(select(Comment).where(Comment.id == comment_id).with_for_update()).one()


def find_case_of(session: Session, member_id: int) -> FollowUp | None:
    """Return the case of a home, locked on PostgreSQL, or None."""
    query = select(FollowUp).where(FollowUp.frame_member_id == member_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def find_rating(session: Session, reply_id: int) -> ReplyRating | None:
    """Return what the owner said to a version of a reply, or None."""
    return session.get(ReplyRating, reply_id)


def list_ratings(session: Session, reply_ids: Collection[int]) -> dict[int, ReplyRating]:
    """Return what owners said to some replies, by reply."""
    found = session.scalars(select(ReplyRating).where(ReplyRating.reply_id.in_(reply_ids)))
    return {rating.reply_id: rating for rating in found}


def count_not_content(session: Session, member_id: int) -> int:
    """Count the comments of a home that wait for a reply, or for a word that it satisfies."""
    newest = (
        select(func.max(Reply.version))
        .where(Reply.comment_id == Comment.id)
        .correlate(Comment)
        .scalar_subquery()
    )
    is_content = ReplyRating.verdict == ReplyVerdict.SATISFIED
    query = (
        select(func.count())
        .select_from(Comment)
        .join(Response, Response.id == Comment.response_id)
        .outerjoin(Reply, (Reply.comment_id == Comment.id) & (Reply.version == newest))
        .outerjoin(ReplyRating, (ReplyRating.reply_id == Reply.id) & is_content)
        .where(
            Response.frame_member_id == member_id,
            Comment.wish != ContactWish.NO_REPLY,
            ReplyRating.reply_id.is_(None),
        )
    )
    return session.scalar(query) or 0


def list_answers(
    session: Session, campaign_id: int, community_id: int
) -> list[tuple[Problem, PublicAnswer]]:
    """Return the newest version of each public answer of a community, the oldest problem first."""
    newest = (
        select(PublicAnswer.problem_id, func.max(PublicAnswer.version).label("version"))
        .group_by(PublicAnswer.problem_id)
        .subquery()
    )
    query = (
        select(Problem, PublicAnswer)
        .join(PublicAnswer, PublicAnswer.problem_id == Problem.id)
        .join(
            newest,
            (newest.c.problem_id == PublicAnswer.problem_id)
            & (newest.c.version == PublicAnswer.version),
        )
        .where(Problem.campaign_id == campaign_id, Problem.community_id == community_id)
        .order_by(Problem.id)
    )
    return [(problem, answer) for problem, answer in session.execute(query)]


def list_raised(session: Session, comment_id: int) -> dict[int, ProblemComment]:
    """Return the problems a comment raised, by problem."""
    found = session.scalars(select(ProblemComment).where(ProblemComment.comment_id == comment_id))
    return {raised.problem_id: raised for raised in found}


def list_raised_by(session: Session, problem_id: int) -> set[int]:
    """Return the comments that raised a problem."""
    query = select(ProblemComment.comment_id).where(ProblemComment.problem_id == problem_id)
    return set(session.scalars(query))


def find_raised(session: Session, problem_id: int, comment_id: int) -> ProblemComment | None:
    """Return that a comment raised a problem, or None."""
    return session.get(ProblemComment, (problem_id, comment_id))


def count_unchecked(session: Session, member_id: int) -> int:
    """Count the alarms of a home that head office has not looked into yet."""
    return session.scalars(
        select(func.count()).where(Alarm.frame_member_id == member_id, Alarm.checked_at.is_(None))
    ).one()


def list_progress_of(session: Session, problem_ids: Collection[int]) -> list[AnswerProgress]:
    """Return what owners read on the progress of some answers, oldest first."""
    query = (
        select(AnswerProgress)
        .where(AnswerProgress.problem_id.in_(problem_ids))
        .order_by(AnswerProgress.published_at, AnswerProgress.id)
    )
    return list(session.scalars(query))


def find_bulletin(session: Session, campaign_id: int, community_id: int) -> Bulletin | None:
    """Return the newest version of a bulletin, or None."""
    return session.scalar(
        select(Bulletin)
        .where(Bulletin.campaign_id == campaign_id, Bulletin.community_id == community_id)
        .order_by(Bulletin.version.desc())
        .limit(1)
    )


def find_board(session: Session, code: str) -> Community | None:
    """Return the community whose board bears a code, or None."""
    query = (
        select(Community)
        .join(BoardCode, BoardCode.community_id == Community.id)
        .where(BoardCode.code == code)
    )
    return session.scalar(query)


def list_campaigns_of(session: Session, community_id: int) -> list[Campaign]:
    """Return the campaigns with something published in a community, the latest first."""
    answered = select(Problem.campaign_id).where(Problem.community_id == community_id)
    told = select(Bulletin.campaign_id).where(Bulletin.community_id == community_id)
    query = (
        select(Campaign)
        .where(Campaign.id.in_(answered.union(told)), Campaign.state.in_(OPENED))
        .order_by(Campaign.opens_on.desc(), Campaign.id.desc())
    )
    return list(session.scalars(query))
