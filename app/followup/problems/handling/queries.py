"""Reads of what was published for shared problems: answers, what owners say, what is overdue."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.followup.models import Problem, ProblemComment
from app.followup.problems.models import ProblemState, SharedAnswer, SharedProblem
from app.followup.problems.queries import READERS, find_shared_problem, sees_problems
from app.followup.problems.rules import POSTING_DAYS, PROGRESS_DAYS
from app.followup.published.models import AnswerPosting, AnswerProgress, ProgressKind
from app.staff.models import Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.campaign.models import Gate
from app.surveys.register.models import Community


def list_answers_of(session: Session, shared_id: int) -> list[tuple[Problem, str]]:
    """Return what was published for a shared problem, with the names of the communities."""
    query = (
        select(Problem, Community.name)
        .join(SharedAnswer, SharedAnswer.problem_id == Problem.id)
        .join(Community, Community.id == Problem.community_id)
        .where(SharedAnswer.shared_problem_id == shared_id)
        .order_by(Community.code)
    )
    return [(problem, name) for problem, name in session.execute(query)]


@dataclass(frozen=True, slots=True)
class PublishedCode:
    """A published answer and the code of the comments it answers."""

    problem_id: int
    code: str


def list_published_of_place(
    session: Session, campaign_id: int, community_id: int
) -> list[PublishedCode]:
    """Return the published answers of a community that stand for a code."""
    query = (
        select(Problem.id, SharedProblem.code)
        .join(SharedAnswer, SharedAnswer.problem_id == Problem.id)
        .join(SharedProblem, SharedProblem.id == SharedAnswer.shared_problem_id)
        .where(Problem.campaign_id == campaign_id, Problem.community_id == community_id)
        .order_by(Problem.id)
    )
    return [PublishedCode(*row) for row in session.execute(query)]


def find_shared_of(session: Session, scope: Scope, problem_id: int) -> SharedProblem | None:
    """Return the shared problem behind a published answer, or None."""
    key = session.scalar(
        select(SharedAnswer.shared_problem_id).where(SharedAnswer.problem_id == problem_id)
    )
    row = None if key is None else find_shared_problem(session, scope, key)
    return None if row is None else row.problem


@dataclass(frozen=True, slots=True)
class Said:
    """What those who raised a problem say to its answer.

    Attributes:
        raised: Comments that raised it.
        solved, unsolved: What their owners say; the others have not said anything.
    """

    raised: int
    solved: int
    unsolved: int


def count_said(session: Session, problem_ids: Collection[int]) -> dict[int, Said]:
    """Return what owners say to some published answers."""
    query = (
        select(
            ProblemComment.problem_id,
            func.count(),
            func.count().filter(ProblemComment.is_solved.is_(True)),
            func.count().filter(ProblemComment.is_solved.is_(False)),
        )
        .where(ProblemComment.problem_id.in_(problem_ids))
        .group_by(ProblemComment.problem_id)
    )
    return {row[0]: Said(*row[1:]) for row in session.execute(query)}


def list_progress(
    session: Session, problem_ids: Collection[int]
) -> list[tuple[AnswerProgress, str]]:
    """Return what was said on the progress of some answers, oldest first."""
    query = (
        select(AnswerProgress, Staff.name)
        .join(Staff, Staff.id == AnswerProgress.staff_id)
        .where(AnswerProgress.problem_id.in_(problem_ids))
        .order_by(AnswerProgress.published_at, AnswerProgress.id)
    )
    return [(one, name) for one, name in session.execute(query)]


def list_postings(
    session: Session, problem_ids: Collection[int]
) -> list[tuple[AnswerPosting, str]]:
    """Return the evidence of posting of some answers, oldest first."""
    query = (
        select(AnswerPosting, Staff.name)
        .join(Staff, Staff.id == AnswerPosting.staff_id)
        .where(AnswerPosting.problem_id.in_(problem_ids))
        .order_by(AnswerPosting.posted_on, AnswerPosting.id)
    )
    return [(one, name) for one, name in session.execute(query)]


def find_posting(session: Session, scope: Scope, posting_id: int) -> AnswerPosting | None:
    """Return one piece of evidence, None when it does not exist for this person."""
    query = (
        select(AnswerPosting)
        .join(Problem, Problem.id == AnswerPosting.problem_id)
        .where(
            AnswerPosting.id == posting_id,
            in_scope(Problem.community_id, scope),
        )
    )
    return session.scalar(query) if scope.role in READERS else None


@dataclass(frozen=True, slots=True)
class Silent:
    """Published answers owners hear nothing about.

    Attributes:
        progress: Without a word since the 30th or the 60th day.
        posting: Without evidence that they hang.
    """

    progress: int
    posting: int


def count_late_answers(
    session: Session, scope: Scope, campaign_id: int
) -> list[tuple[datetime | None, int]]:
    """Return how many problems wait for their first published answer, by the clock's start."""
    gate = and_(
        Gate.campaign_id == SharedProblem.campaign_id,
        Gate.community_id == SharedProblem.community_id,
    )
    query = (
        select(Gate.t0, func.count())
        .select_from(SharedProblem)
        .join(Gate, gate)
        .where(
            SharedProblem.campaign_id == campaign_id,
            SharedProblem.published_at.is_(None),
            SharedProblem.state != ProblemState.SET_ASIDE,
            sees_problems(scope),
        )
        .group_by(Gate.t0)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def count_silent_answers(
    session: Session, scope: Scope, campaign_id: int, *, now: datetime
) -> Silent:
    """Count the published answers whose word on progress or evidence of posting is overdue."""
    gate = and_(
        Gate.campaign_id == SharedProblem.campaign_id,
        Gate.community_id == SharedProblem.community_id,
    )
    since = SharedProblem.published_at

    def told_after(days: int) -> ColumnElement[bool]:
        later = select(AnswerProgress.id).join(
            SharedAnswer, SharedAnswer.problem_id == AnswerProgress.problem_id
        )
        kind = ProgressKind.DAY_30 if days == PROGRESS_DAYS[0] else ProgressKind.DAY_60
        return later.where(
            SharedAnswer.shared_problem_id == SharedProblem.id, AnswerProgress.kind == kind
        ).exists()

    posted = (
        select(AnswerPosting.id)
        .join(SharedAnswer, SharedAnswer.problem_id == AnswerPosting.problem_id)
        .where(SharedAnswer.shared_problem_id == SharedProblem.id)
        .exists()
    )
    late = or_(
        *(and_(since < now - timedelta(days=days + 1), ~told_after(days)) for days in PROGRESS_DAYS)
    )
    query = (
        select(
            func.count().filter(late),
            func.count().filter(since < now - timedelta(days=POSTING_DAYS + 1), ~posted),
        )
        .select_from(SharedProblem)
        .outerjoin(Gate, gate)
        .where(
            SharedProblem.campaign_id == campaign_id,
            since.is_not(None),
            SharedProblem.closed_at.is_(None),
            sees_problems(scope),
        )
    )
    return Silent(*session.execute(query).one())
