"""Reads of the staff who answer owners: versions with their authors, problems, alarms."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, func, select, true
from sqlalchemy.orm import Session

from app.followup.models import Alarm, FollowUp, Problem, ProblemComment, PublicAnswer, Reply
from app.staff.models import Role, Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.register.models import Community, Household
from app.surveys.response.models import Comment, Response


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm with the home it is about.

    Attributes:
        alarm: What was said, still sealed.
        member: The home as the campaign knows it.
        household_uid: Its name in the audit log.
        community, campaign: Where and when.
        checked_by: Name of who looked into it, None when nobody has.
    """

    alarm: Alarm
    member: FrameMember
    household_uid: str
    community: str
    campaign: Campaign
    checked_by: str | None


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A public answer with who raised the problem and what they said afterwards, as counts."""

    problem: Problem
    answer: PublicAnswer
    community: str
    author: str
    raised: int
    solved: int
    unsolved: int


def list_replies(session: Session, comment_ids: Collection[int]) -> list[tuple[Reply, str]]:
    """Return all versions of the replies to some comments with their authors, oldest first."""
    query = (
        select(Reply, Staff.name)
        .join(Staff, Staff.id == Reply.staff_id)
        .where(Reply.comment_id.in_(comment_ids))
        .order_by(Reply.comment_id, Reply.version)
    )
    return [(reply, name) for reply, name in session.execute(query)]


MOST = 500


def list_problems(
    session: Session, campaign_id: int, scope: Scope | None = None
) -> list[ProblemRow]:
    """Return the newest version of every public answer of a campaign, by community.

    Args:
        session: Open session.
        campaign_id: The campaign.
        scope: Who looks; None for the program itself.
    """
    seen = true() if scope is None else in_scope(Problem.community_id, scope)
    own = select(Problem.id).where(Problem.campaign_id == campaign_id)
    counts = (
        select(
            ProblemComment.problem_id,
            func.count().label("raised"),
            func.sum(case((ProblemComment.is_solved.is_(True), 1), else_=0)).label("solved"),
            func.sum(case((ProblemComment.is_solved.is_(False), 1), else_=0)).label("unsolved"),
        )
        .where(ProblemComment.problem_id.in_(own))
        .group_by(ProblemComment.problem_id)
        .subquery()
    )
    newest = (
        select(PublicAnswer.problem_id, func.max(PublicAnswer.version).label("version"))
        .group_by(PublicAnswer.problem_id)
        .subquery()
    )
    query = (
        select(
            Problem,
            PublicAnswer,
            Community.name,
            Staff.name,
            func.coalesce(counts.c.raised, 0),
            func.coalesce(counts.c.solved, 0),
            func.coalesce(counts.c.unsolved, 0),
        )
        .join(PublicAnswer, PublicAnswer.problem_id == Problem.id)
        .join(
            newest,
            (newest.c.problem_id == PublicAnswer.problem_id)
            & (newest.c.version == PublicAnswer.version),
        )
        .join(Community, Community.id == Problem.community_id)
        .join(Staff, Staff.id == PublicAnswer.staff_id)
        .outerjoin(counts, counts.c.problem_id == Problem.id)
        .where(Problem.campaign_id == campaign_id, seen)
        .order_by(Community.code, Problem.id)
        .limit(MOST)
    )
    return [ProblemRow(*row) for row in session.execute(query)]


def find_problem(session: Session, problem_id: int) -> Problem | None:
    """Return a problem, locked on PostgreSQL until the transaction ends, or None."""
    return session.scalar(select(Problem).where(Problem.id == problem_id).with_for_update())


def find_visible(session: Session, scope: Scope, problem_id: int) -> Problem | None:
    """Return a published problem, None when it does not exist for this person."""
    query = select(Problem).where(Problem.id == problem_id, in_scope(Problem.community_id, scope))
    return session.scalar(query)


def list_versions(session: Session, problem_id: int) -> list[tuple[PublicAnswer, str]]:
    """Return all versions of a public answer with their authors, newest first."""
    query = (
        select(PublicAnswer, Staff.name)
        .join(Staff, Staff.id == PublicAnswer.staff_id)
        .where(PublicAnswer.problem_id == problem_id)
        .order_by(PublicAnswer.version.desc())
    )
    return [(answer, name) for answer, name in session.execute(query)]


def find_place_of_comment(session: Session, comment_id: int) -> tuple[int, int] | None:
    """Return campaign and community of a comment, or None."""
    row = session.execute(
        select(FrameMember.campaign_id, FrameMember.community_id)
        .join(Response, Response.frame_member_id == FrameMember.id)
        .join(Comment, Comment.response_id == Response.id)
        .where(Comment.id == comment_id)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def list_cases_of_problem(session: Session, problem_id: int) -> list[int]:
    """Return the cases of the households that raised a problem."""
    query = (
        select(FollowUp.id)
        .join(Response, Response.frame_member_id == FollowUp.frame_member_id)
        .join(Comment, Comment.response_id == Response.id)
        .join(ProblemComment, ProblemComment.comment_id == Comment.id)
        .where(ProblemComment.problem_id == problem_id)
        .distinct()
        .order_by(FollowUp.id)
    )
    return list(session.scalars(query))


def list_alarms(session: Session, scope: Scope) -> list[AlarmRow]:
    """Return the alarms this person may see, those nobody has checked first, newest first."""
    query = _alarms(scope).order_by(Alarm.checked_at.is_not(None), Alarm.id.desc())
    return [AlarmRow(*row) for row in session.execute(query)]


def find_alarm(session: Session, scope: Scope, alarm_id: int) -> AlarmRow | None:
    """Return one alarm, None when it does not exist for this person."""
    row = session.execute(
        _alarms(scope)
        .where(Alarm.id == alarm_id)
        .with_for_update(of=Alarm)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return None if row is None else AlarmRow(*row)


def count_unchecked_alarms(session: Session, scope: Scope) -> int:
    """Count the alarms nobody has looked into yet."""
    query = select(func.count()).where(Alarm.checked_at.is_(None), _sees_alarms(scope))
    return session.scalars(query).one()


def _alarms(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(Alarm, FrameMember, Household.uid, Community.name, Campaign, Staff.name)
        .join(FrameMember, FrameMember.id == Alarm.frame_member_id)
        .join(Household, Household.id == FrameMember.household_id)
        .join(Community, Community.id == FrameMember.community_id)
        .join(Campaign, Campaign.id == FrameMember.campaign_id)
        .outerjoin(Staff, Staff.id == Alarm.checked_by)
        .where(_sees_alarms(scope))
    )


def _sees_alarms(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which alarms exist: for head office, never for an office."""
    return true() if scope.role is Role.HEAD_OFFICE else false()
