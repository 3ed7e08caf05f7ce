"""Reads of coverage: counts and indices only, quick with 36,000 cases; never a score."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.clock import beijing_date
from app.followup.coverage.rows import Coverage
from app.followup.models import (
    CaseState,
    FollowUp,
    Problem,
    PublicAnswer,
    Reply,
    ReplyRating,
    ReplyVerdict,
)
from app.followup.problems.models import ProblemState, SharedProblem
from app.followup.queries import countable_cases
from app.followup.rules import DueDates, due_dates
from app.followup.visits.queries import count_visits
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.campaign.models import Gate
from app.surveys.campaign.queries import list_gates
from app.surveys.response.models import Comment, Response

_WAITING = (
    ProblemState.DETECTED,
    ProblemState.DRAFTED,
    ProblemState.CHECKED,
    ProblemState.APPROVED,
)


@dataclass(frozen=True, slots=True)
class _Cases:
    """Cases of a community as the index counts them.

    Attributes:
        late: Open ones past a clock of their own.
        open, untouched: Of those that run with the clock of the gate.
    """

    total: int = 0
    declined: int = 0
    closed: int = 0
    unbegun: int = 0
    late: int = 0
    open: int = 0
    untouched: int = 0


def list_coverage(
    session: Session, scope: Scope, campaign_id: int, *, now: datetime
) -> tuple[Coverage, ...]:
    """Return how far each community of this person has come, in the order of the tracker.

    Takes six statements whatever the number of communities; an office counts the cases of
    its lists, and the homes that wish no reply as a number.
    """
    today = beijing_date(now)
    cases = _count_cases(session, scope, campaign_id, today)
    visits = {
        row.community_id: row for row in count_visits(session, scope, campaign_id, today=today)
    }
    due = _count_waiting(session, scope, campaign_id)
    published = _count_published(session, scope, campaign_id)
    rated = _count_ratings(session, scope, campaign_id)
    found = []
    for row in list_gates(session, campaign_id, scope):
        community_id, gate = row.gate.community_id, row.gate
        days = due_dates(gate.t0) if gate.frozen_at is not None else None
        own = cases.get(community_id, _Cases())
        visit = visits.get(community_id)
        all_rated, satisfied = rated.get(community_id, (0, 0))
        found.append(
            Coverage(
                community_id=community_id,
                community=row.community,
                cases=own.total,
                declined=own.declined,
                begun=own.total - own.unbegun,
                closed=own.closed,
                overdue=_count_late(own, days, today),
                start_by=days.start_by if days else None,
                close_by=days.close_by if days else None,
                visits=visit.total if visit else 0,
                visited=visit.visited if visit else 0,
                visits_overdue=visit.overdue if visit else 0,
                answers_due=due.get(community_id, 0),
                answers_published=published.get(community_id, 0),
                replies_rated=all_rated,
                replies_satisfied=satisfied,
            )
        )
    return tuple(found)


def count_overdue(session: Session, scope: Scope, campaign_id: int, *, now: datetime) -> int:
    """Return how many cases and visits of a campaign are late: the sum of `list_coverage`.

    For the number in the menu of every page: three statements, and no row but counts.
    """
    today = beijing_date(now)
    visits = count_visits(session, scope, campaign_id, today=today)
    late = sum(one.overdue for one in visits)
    cases = _count_cases(session, scope, campaign_id, today)
    if not cases:
        return late
    clocks = select(Gate.community_id, Gate.t0, Gate.frozen_at).where(
        Gate.campaign_id == campaign_id, in_scope(Gate.community_id, scope)
    )
    for community_id, t0, frozen_at in session.execute(clocks):
        if community_id in cases:
            days = due_dates(t0) if frozen_at is not None else None
            late += _count_late(cases[community_id], days, today)
    return late


def _count_late(own: _Cases, days: DueDates | None, today: date) -> int:
    """Return how many cases of a community are past their clock."""
    if days is None:
        return own.late
    is_past_close, is_past_start = today > days.close_by, today > days.start_by
    return own.late + (own.open if is_past_close else own.untouched if is_past_start else 0)


def _count_cases(
    session: Session, scope: Scope, campaign_id: int, today: date
) -> dict[int, _Cases]:
    is_open = FollowUp.state == CaseState.OPEN
    is_untouched = and_(is_open, FollowUp.contacts == 0)
    is_own = FollowUp.close_by.is_not(None)
    is_late = or_(
        FollowUp.close_by < today, and_(FollowUp.contacts == 0, FollowUp.start_by < today)
    )

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(case((condition, 1)))

    query = (
        select(
            FollowUp.community_id,
            func.count(),
            number(FollowUp.state == CaseState.DECLINED),
            number(FollowUp.state == CaseState.CLOSED),
            number(is_untouched),
            number(and_(is_open, is_own, is_late)),
            number(and_(is_open, ~is_own)),
            number(and_(is_untouched, ~is_own)),
        )
        .where(FollowUp.campaign_id == campaign_id, countable_cases(scope))
        .group_by(FollowUp.community_id)
    )
    return {community_id: _Cases(*counts) for community_id, *counts in session.execute(query)}


def _count_waiting(session: Session, scope: Scope, campaign_id: int) -> dict[int, int]:
    query = (
        select(SharedProblem.community_id, func.count())
        .where(
            SharedProblem.campaign_id == campaign_id,
            SharedProblem.state.in_(_WAITING),
            SharedProblem.community_id.is_not(None),
            true() if scope.community_ids is None else _in(scope),
        )
        .group_by(SharedProblem.community_id)
    )
    return {
        community_id: count
        for community_id, count in session.execute(query)
        if community_id is not None
    }


def _in(scope: Scope) -> ColumnElement[bool]:
    return SharedProblem.community_id.in_(sorted(scope.community_ids or ()))


def _count_published(session: Session, scope: Scope, campaign_id: int) -> dict[int, int]:
    query = (
        select(Problem.community_id, func.count(func.distinct(Problem.id)))
        .join(PublicAnswer, PublicAnswer.problem_id == Problem.id)
        .where(Problem.campaign_id == campaign_id, in_scope(Problem.community_id, scope))
        .group_by(Problem.community_id)
    )
    return dict(session.execute(query).all())


def _count_ratings(session: Session, scope: Scope, campaign_id: int) -> dict[int, tuple[int, int]]:
    """Count what owners say of the newest version of the reply they got."""
    later = aliased(Reply)
    is_newest = (
        ~select(later.id)
        .where(later.comment_id == Reply.comment_id, later.version > Reply.version)
        .exists()
    )
    is_satisfied = ReplyRating.verdict == ReplyVerdict.SATISFIED
    query = (
        select(FollowUp.community_id, func.count(), func.count(case((is_satisfied, 1))))
        .select_from(ReplyRating)
        .join(Reply, Reply.id == ReplyRating.reply_id)
        .join(Comment, Comment.id == Reply.comment_id)
        .join(Response, Response.id == Comment.response_id)
        .join(FollowUp, FollowUp.frame_member_id == Response.frame_member_id)
        .where(FollowUp.campaign_id == campaign_id, is_newest, countable_cases(scope))
        .group_by(FollowUp.community_id)
    )
    return {one: (rated, satisfied) for one, rated, satisfied in session.execute(query)}
