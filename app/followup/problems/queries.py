"""Reads of shared problems: themes and released quotes for results and reports, lists, one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, select, true
from sqlalchemy.orm import Session

from app.followup.problems.codebook import load_codebook
from app.followup.problems.models import CommentCode, ProblemState, Quote, SharedProblem
from app.followup.problems.rules import read_reasons, told
from app.followup.problems.wording import reasons_words
from app.staff.models import Role, Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign, FrameMember, Gate
from app.surveys.register.models import Community
from app.surveys.response.models import Comment
from app.surveys.response.voids.models import ResponseVoid
from app.vault import Vault

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE, Role.COMMITTEE)


@dataclass(frozen=True, slots=True)
class Theme:
    """What some households wrote about.

    Attributes:
        code: Its code.
        name_zh, name_en: What people call it.
        item: Item it belongs to, ``area.attribute``, or None.
        households: How many households wrote about it; None means fewer than 5, which only head
            office tells apart.
        is_concentrated: It is a concentrated problem (集中反映).
        why: The reasons in words, in the reader's language.
        public_answer_state: Where its public answer stands, None when there is no such problem.
    """

    code: str
    name_zh: str
    name_en: str
    item: str | None
    households: int | None
    is_concentrated: bool
    why: tuple[str, ...]
    public_answer_state: ProblemState | None


@dataclass(frozen=True, slots=True)
class QuoteView:
    """Words of an owner as head office released them."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A shared problem on a list.

    Attributes:
        problem: The problem.
        community: Name of its community, None for the whole company.
        t0: When the clock of its community started.
        author: Who drafted it, None before.
    """

    problem: SharedProblem
    community: str | None
    t0: datetime | None
    author: str | None


def list_themes(
    session: Session, scope: Scope, campaign_id: int, community_id: int | None
) -> tuple[Theme, ...]:
    """Return what households wrote about, the most frequent first.

    Nobody but head office finds any before a community's results are released, and only head
    office and leaders those of the whole company.
    """
    if not _may_read(session, scope, campaign_id, community_id):
        return ()
    is_exact = scope.role is Role.HEAD_OFFICE
    codebook = load_codebook()
    counts = count_codes(session, campaign_id, community_id)
    problems = {one.code: one for one in list_problems_of_place(session, campaign_id, community_id)}
    # Problems added by hand, or found by their item, may have been named by few.
    named = [one for one in codebook.codes if one.code in counts or one.code in problems]
    themes = []
    for code in named:
        problem = problems.get(code.code)
        count = counts.get(code.code, 0)
        why = () if problem is None else read_reasons(problem.why)
        themes.append(
            Theme(
                code=code.code,
                name_zh=code.zh,
                name_en=code.en,
                item=code.item,
                households=count if is_exact else told(count),
                is_concentrated=problem is not None,
                why=reasons_words(why, is_exact=is_exact),
                public_answer_state=None if problem is None else problem.state,
            )
        )
    return tuple(sorted(themes, key=lambda one: -(one.households or 0)))


def list_quotes(
    session: Session,
    vault: Vault,
    scope: Scope,
    campaign_id: int,
    community_id: int | None,
    *,
    limit: int,
) -> tuple[QuoteView, ...]:
    """Return quotes that head office released, the newest first; readers as in `list_themes`."""
    if not _may_read(session, scope, campaign_id, community_id):
        return ()
    query = select(Quote).where(Quote.campaign_id == campaign_id, Quote.withdrawn_at.is_(None))
    if community_id is not None:
        query = query.where(Quote.community_id == community_id, Quote.is_company_only.is_(False))
    found = session.scalars(query.order_by(Quote.id.desc()).limit(limit))
    return tuple(QuoteView(one.code, vault.open(one.text_sealed, "quote")) for one in found)


def _may_read(session: Session, scope: Scope, campaign_id: int, community_id: int | None) -> bool:
    if scope.role is Role.HEAD_OFFICE:
        return True
    if community_id is None:
        return scope.role is Role.LEADER
    if scope.role not in READERS or not scope.sees(community_id):
        return False
    released = select(Gate.id).where(
        Gate.campaign_id == campaign_id, Gate.community_id == community_id, _is_released()
    )
    return session.scalar(released) is not None


def _is_released() -> ColumnElement[bool]:
    return and_(Gate.frozen_at.is_not(None), Gate.held_at.is_(None))


def standing_codes(campaign_id: int, community_id: int | None) -> ColumnElement[bool]:
    """Return the condition of codes that count: of this place, and of answers not voided."""
    voided = select(Comment.id).join(ResponseVoid, ResponseVoid.response_id == Comment.response_id)
    where = [CommentCode.campaign_id == campaign_id, CommentCode.comment_id.not_in(voided)]
    if community_id is not None:
        where.append(CommentCode.community_id == community_id)
    return and_(*where)


def count_codes(session: Session, campaign_id: int, community_id: int | None) -> dict[str, int]:
    """Return how many households raised each code; nobody is asked who looks."""
    query = (
        select(CommentCode.code, func.count(CommentCode.frame_member_id.distinct()))
        .where(standing_codes(campaign_id, community_id))
        .group_by(CommentCode.code)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def count_buildings(
    session: Session, campaign_id: int, community_id: int
) -> dict[str, dict[str, int]]:
    """Return how many households of each building raised each code."""
    query = (
        select(
            CommentCode.code,
            FrameMember.building,
            func.count(CommentCode.frame_member_id.distinct()),
        )
        .join(FrameMember, FrameMember.id == CommentCode.frame_member_id)
        .where(standing_codes(campaign_id, community_id))
        .group_by(CommentCode.code, FrameMember.building)
    )
    found: dict[str, dict[str, int]] = {}
    for code, building, count in session.execute(query):
        found.setdefault(code, {})[building] = count
    return found


def list_communities_of_code(session: Session, campaign_id: int, code: str) -> list[int]:
    """Return the communities of a campaign in which a code was raised."""
    query = (
        select(CommentCode.community_id)
        .where(standing_codes(campaign_id, None), CommentCode.code == code)
        .distinct()
        .order_by(CommentCode.community_id)
    )
    return list(session.scalars(query))


def list_places(session: Session, campaign_id: int) -> list[int]:
    """Return the communities of a campaign with coded comments or problems found before."""
    coded = select(CommentCode.community_id).where(CommentCode.campaign_id == campaign_id)
    found = select(SharedProblem.community_id).where(
        SharedProblem.campaign_id == campaign_id, SharedProblem.community_id.is_not(None)
    )
    return sorted(key for key in session.scalars(coded.union(found)) if key is not None)


def list_comments_of_code(
    session: Session, campaign_id: int, community_id: int, code: str
) -> list[int]:
    """Return the comments that raised a code in a community."""
    query = (
        select(CommentCode.comment_id)
        .where(standing_codes(campaign_id, community_id), CommentCode.code == code)
        .order_by(CommentCode.comment_id)
    )
    return list(session.scalars(query))


def list_problems_of_place(
    session: Session, campaign_id: int, community_id: int | None
) -> list[SharedProblem]:
    """Return the shared problems of a community, or those of the whole company."""
    query = select(SharedProblem).where(
        SharedProblem.campaign_id == campaign_id, SharedProblem.place == (community_id or 0)
    )
    return list(session.scalars(query.order_by(SharedProblem.households.desc(), SharedProblem.id)))


def list_shared_problems(
    session: Session,
    scope: Scope,
    campaign_id: int,
    *,
    community_id: int | None = None,
    states: Collection[ProblemState] = (),
    limit: int = 200,
) -> list[ProblemRow]:
    """Return the shared problems this person may see, the most frequent of each state first."""
    query = _rows(scope).where(SharedProblem.campaign_id == campaign_id)
    if community_id is not None:
        query = query.where(SharedProblem.community_id == community_id)
    if states:
        query = query.where(SharedProblem.state.in_(states))
    order = (SharedProblem.households.desc(), SharedProblem.id)
    return [ProblemRow(*row) for row in session.execute(query.order_by(*order).limit(limit))]


def find_shared_problem(session: Session, scope: Scope, key: int) -> ProblemRow | None:
    """Return one shared problem, None when it does not exist for this person."""
    row = session.execute(_rows(scope).where(SharedProblem.id == key)).one_or_none()
    return None if row is None else ProblemRow(*row)


def _rows(scope: Scope) -> Select[SharedProblem, str | None, datetime | None, str | None]:
    gate = and_(
        Gate.campaign_id == SharedProblem.campaign_id,
        Gate.community_id == SharedProblem.community_id,
    )
    return (
        select(SharedProblem, Community.name, Gate.t0, Staff.name)
        .outerjoin(Community, Community.id == SharedProblem.community_id)
        .outerjoin(Gate, gate)
        .outerjoin(Staff, Staff.id == SharedProblem.drafted_by)
        .where(sees_problems(scope))
    )


def sees_problems(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which problems exist: offices see their own, once released."""
    if scope.role in {Role.HEAD_OFFICE, Role.LEADER}:
        return true()
    if scope.role not in READERS:
        return false()
    return and_(in_scope(SharedProblem.community_id.expression, scope), _is_released())


def lock_problem(session: Session, key: int) -> SharedProblem:
    """Return a shared problem for changing, locked on PostgreSQL; the caller knows who asks."""
    query = select(SharedProblem).where(SharedProblem.id == key).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def lock_place(session: Session, campaign_id: int) -> None:
    """Let one transaction at a time find the problems of a campaign (PostgreSQL)."""
    query = select(Campaign.id).where(Campaign.id == campaign_id).with_for_update(key_share=True)
    session.execute(query).one()


def count_states(session: Session, scope: Scope, campaign_id: int) -> dict[ProblemState, int]:
    """Return how many shared problems stand where, of those this person may see."""
    gate = and_(
        Gate.campaign_id == SharedProblem.campaign_id,
        Gate.community_id == SharedProblem.community_id,
    )
    query = (
        select(SharedProblem.state, func.count())
        .outerjoin(Gate, gate)
        .where(SharedProblem.campaign_id == campaign_id, sees_problems(scope))
        .group_by(SharedProblem.state)
    )
    return {row[0]: row[1] for row in session.execute(query)}
