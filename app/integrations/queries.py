"""Reads of keys and writes, and what the API reads a page at a time. Scoped where rows are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.followup.models import CaseState, FollowUp, Problem, PublicAnswer, Urgency
from app.followup.published.models import AnswerProgress
from app.followup.queries import list_rows, visible_cases
from app.followup.rows import CaseRow
from app.integrations.models import ApiKey, ApiKeyCommunity, ApiWrite
from app.staff.models import Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.campaign.models import OPENED, Campaign, Gate
from app.surveys.register.models import Community, Region


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key in the list."""

    key: ApiKey
    communities: int
    made_by: str


def find_key_by_hash(session: Session, token_hash: bytes) -> ApiKey | None:
    """Return the key with this hash, revoked and expired ones too."""
    return session.scalar(select(ApiKey).where(ApiKey.token_hash == token_hash))


def find_key(session: Session, key_id: int) -> ApiKey | None:
    """Return a key."""
    return session.get(ApiKey, key_id)


def lock_key(session: Session, key_id: int) -> ApiKey | None:
    """Return a key as it stands now, locked until the transaction ends."""
    query = select(ApiKey).where(ApiKey.id == key_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def list_keys(session: Session) -> list[KeyRow]:
    """Return all keys, the newest first."""
    places = (
        select(func.count())
        .select_from(ApiKeyCommunity)
        .where(ApiKeyCommunity.key_id == ApiKey.id)
        .scalar_subquery()
    )
    query = (
        select(ApiKey, places, Staff.name)
        .join(Staff, Staff.id == ApiKey.made_by)
        .order_by(ApiKey.id.desc())
    )
    return [KeyRow(*row) for row in session.execute(query)]


def list_key_communities(session: Session, key_id: int) -> frozenset[int]:
    """Return the communities given to a key."""
    query = select(ApiKeyCommunity.community_id).where(ApiKeyCommunity.key_id == key_id)
    return frozenset(session.scalars(query))


def find_write(session: Session, key_id: int, name: str) -> ApiWrite | None:
    """Return a write a key made before under this name, fresh from the database."""
    query = select(ApiWrite).where(ApiWrite.key_id == key_id, ApiWrite.name == name)
    return session.scalar(query.execution_options(populate_existing=True))


def forget_writes(session: Session, before: datetime) -> None:
    """Remove writes nobody will send again."""
    session.execute(delete(ApiWrite).where(ApiWrite.at < before))


def page_of_campaigns(session: Session, *, after: int, limit: int) -> list[Campaign]:
    """Return opened campaigns by key; a pilot is none."""
    query = (
        select(Campaign)
        .where(Campaign.state.in_(OPENED), Campaign.pilot_of_id.is_(None), Campaign.id > after)
        .order_by(Campaign.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def find_opened_campaign(session: Session, code: str) -> Campaign | None:
    """Return an opened campaign that is no pilot."""
    query = select(Campaign).where(
        Campaign.code == code, Campaign.state.in_(OPENED), Campaign.pilot_of_id.is_(None)
    )
    return session.scalar(query)


def page_of_communities(
    session: Session, scope: Scope, *, after: int, limit: int
) -> list[tuple[Community, str | None]]:
    """Return communities of a scope by key, retired ones too, with the code of their region."""
    query = (
        select(Community, Region.code)
        .outerjoin(Region, Region.id == Community.region_id)
        .where(in_scope(Community.id, scope), Community.id > after)
        .order_by(Community.id)
        .limit(limit)
    )
    return [(community, region) for community, region in session.execute(query)]


def page_of_gates(
    session: Session, scope: Scope, campaign_id: int, *, after: int, limit: int
) -> list[int]:
    """Return the communities of a scope that a campaign asks, by key."""
    query = (
        select(Gate.community_id)
        .where(
            Gate.campaign_id == campaign_id,
            in_scope(Gate.community_id, scope),
            Gate.community_id > after,
        )
        .order_by(Gate.community_id)
        .limit(limit)
    )
    return list(session.scalars(query))


@dataclass(frozen=True, slots=True)
class CaseWish:
    """What a list of cases is narrowed to; None narrows nothing."""

    community_id: int | None = None
    state: CaseState | None = None
    urgency: Urgency | None = None


def page_of_cases(
    session: Session, scope: Scope, campaign_id: int, wish: CaseWish, *, after: int, limit: int
) -> tuple[list[CaseRow], int | None]:
    """Return visible cases by key, and the key of the last one when there are more."""
    where = [FollowUp.campaign_id == campaign_id, FollowUp.id > after, visible_cases(scope)]
    if wish.community_id is not None:
        where.append(FollowUp.community_id == wish.community_id)
    if wish.state is not None:
        where.append(FollowUp.state == wish.state)
    if wish.urgency is not None:
        where.append(FollowUp.urgency == wish.urgency)
    query = select(FollowUp.id).where(*where, FollowUp.frame_member_id.is_not(None))
    keys = list(session.scalars(query.order_by(FollowUp.id).limit(limit + 1)))
    if not keys:
        return [], None
    shown = keys[:limit]
    rows = list_rows(session, scope, [FollowUp.id.in_(shown)], order=(FollowUp.id.asc(),))
    return rows, shown[-1] if len(keys) > limit else None


def campaign_of_case(session: Session, case_id: int) -> str:
    """Return the code of the campaign of a case the caller may see."""
    query = select(Campaign.code).join(FollowUp, FollowUp.campaign_id == Campaign.id)
    return session.scalars(query.where(FollowUp.id == case_id)).one()


def page_of_answers(
    session: Session, scope: Scope, campaign_id: int, *, after: int, limit: int
) -> list[tuple[Problem, PublicAnswer]]:
    """Return the newest version of each public answer of a scope, by the key of its problem."""
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
        .where(
            Problem.campaign_id == campaign_id,
            in_scope(Problem.community_id, scope),
            Problem.id > after,
        )
        .order_by(Problem.id)
        .limit(limit)
    )
    return [(problem, answer) for problem, answer in session.execute(query)]


def list_progress(session: Session, problem_ids: Sequence[int]) -> list[AnswerProgress]:
    """Return what was said on the progress of some answers, oldest first."""
    query = select(AnswerProgress).where(AnswerProgress.problem_id.in_(problem_ids))
    return list(session.scalars(query.order_by(AnswerProgress.id)))
