"""Reads of comments on their way to their codes. Words stay sealed here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, delete, exists, func, select
from sqlalchemy.orm import Session

from app.followup.problems.models import CommentCode, CommentCoding, Quote
from app.surveys.campaign.models import OPENED, Campaign, FrameMember
from app.surveys.register.models import Community, Household
from app.surveys.response.models import Comment, ContactWish, Response


@dataclass(frozen=True, slots=True)
class NewComment:
    """A comment nobody has looked at for codes yet."""

    id: int
    campaign_id: int
    community_id: int
    frame_member_id: int
    texts_sealed: bytes


@dataclass(frozen=True, slots=True)
class CodingRow:
    """A comment to be coded, or coded already, still sealed.

    Attributes:
        coding: What is suggested, and whether a person has decided.
        texts_sealed: Its words.
        wish: Who may reply to its owner.
        community: Where it was written.
        household_uid: Name of the home in the audit log.
    """

    coding: CommentCoding
    texts_sealed: bytes
    wish: ContactWish
    community: str
    household_uid: str


@dataclass(frozen=True, slots=True)
class CodingCounts:
    """How far coding has come in a community.

    Attributes:
        community_id, community: The community.
        comments: Comments with suggestions.
        done: Of them, those a person has decided.
        urgent: Of the others, those that may tell of danger.
    """

    community_id: int
    community: str
    comments: int
    done: int
    urgent: int


def list_new_comments(session: Session, limit: int) -> list[NewComment]:
    """Return comments of campaigns without suggestions, the oldest first."""
    seen = exists().where(CommentCoding.comment_id == Comment.id)
    query = (
        select(
            Comment.id,
            FrameMember.campaign_id,
            FrameMember.community_id,
            FrameMember.id,
            Comment.texts_sealed,
        )
        .join(Response, Response.id == Comment.response_id)
        .join(FrameMember, FrameMember.id == Response.frame_member_id)
        .join(Campaign, Campaign.id == FrameMember.campaign_id)
        .where(~seen, Response.voided_at.is_(None), Campaign.state.in_(OPENED))
        .order_by(Comment.id)
        .limit(limit)
    )
    return [NewComment(*row) for row in session.execute(query)]


def has_new_comments(session: Session) -> bool:
    """Say whether comments came in since suggestions were last made, from two indices alone."""
    newest = session.scalar(select(func.max(Comment.id)))
    seen = session.scalar(select(func.max(CommentCoding.comment_id)))
    return newest is not None and newest > (seen or 0)


def list_coded(session: Session, limit: int) -> list[tuple[bytes, int]]:
    """Return the comments coded last, sealed, with their keys: what suggestions learn from."""
    query = (
        select(Comment.texts_sealed, Comment.id)
        .join(CommentCoding, CommentCoding.comment_id == Comment.id)
        .where(CommentCoding.done_at.is_not(None))
        .order_by(Comment.id.desc())
        .limit(limit)
    )
    return [(sealed, key) for sealed, key in session.execute(query)]


def list_codes(session: Session, comment_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the codes of some comments."""
    query = (
        select(CommentCode.comment_id, CommentCode.code)
        .where(CommentCode.comment_id.in_(comment_ids))
        .order_by(CommentCode.comment_id, CommentCode.code)
    )
    found: dict[int, list[str]] = {key: [] for key in comment_ids}
    for key, code in session.execute(query):
        found[key].append(code)
    return found


def list_next(
    session: Session, campaign_id: int, community_id: int, *, limit: int
) -> list[CodingRow]:
    """Return the next comments to code: those of the first group, the urgent ones before all."""
    where = and_(
        CommentCoding.campaign_id == campaign_id,
        CommentCoding.community_id == community_id,
        CommentCoding.done_at.is_(None),
    )
    order = (CommentCoding.alike, CommentCoding.comment_id)
    first = session.scalar(select(CommentCoding.alike).where(where).order_by(*order).limit(1))
    if first is None:
        return []
    query = _rows().where(where, CommentCoding.alike == first).order_by(*order).limit(limit)
    return [CodingRow(*row) for row in session.execute(query)]


def list_rows(session: Session, comment_ids: Collection[int]) -> list[CodingRow]:
    """Return some comments with their suggestions, coded or not."""
    query = _rows().where(CommentCoding.comment_id.in_(comment_ids))
    return [CodingRow(*row) for row in session.execute(query.order_by(CommentCoding.comment_id))]


def list_rows_of_code(
    session: Session, campaign_id: int, community_id: int | None, code: str, *, limit: int
) -> list[CodingRow]:
    """Return the comments of a code, the latest decision first."""
    where = [CommentCode.campaign_id == campaign_id, CommentCode.code == code]
    if community_id is not None:
        where.append(CommentCode.community_id == community_id)
    query = (
        _rows()
        .join(CommentCode, CommentCode.comment_id == CommentCoding.comment_id)
        .where(*where)
        .order_by(CommentCode.at.desc(), CommentCode.comment_id.desc())
        .limit(limit)
    )
    return [CodingRow(*row) for row in session.execute(query)]


def _rows() -> Select[CommentCoding, bytes, ContactWish, str, str]:
    return (
        select(
            CommentCoding,
            Comment.texts_sealed,
            Comment.wish,
            Community.name,
            Household.uid,
        )
        .join(Comment, Comment.id == CommentCoding.comment_id)
        .join(Community, Community.id == CommentCoding.community_id)
        .join(FrameMember, FrameMember.id == CommentCoding.frame_member_id)
        .join(Household, Household.id == FrameMember.household_id)
    )


def lock_codings(session: Session, comment_ids: Collection[int]) -> list[CommentCoding]:
    """Return comments for a decision, locked on PostgreSQL, in the order of their keys."""
    query = (
        select(CommentCoding)
        .where(CommentCoding.comment_id.in_(comment_ids))
        .order_by(CommentCoding.comment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def delete_codes(session: Session, comment_ids: Collection[int]) -> None:
    """Take all codes off some comments."""
    session.execute(delete(CommentCode).where(CommentCode.comment_id.in_(comment_ids)))


def count_progress(session: Session, campaign_id: int) -> list[CodingCounts]:
    """Return how far coding has come, by community, from the index alone."""
    counted = (
        select(
            CommentCoding.community_id,
            func.count().label("comments"),
            func.count(CommentCoding.done_at).label("done"),
            func.count()
            .filter(CommentCoding.done_at.is_(None), CommentCoding.alike < 0)
            .label("urgent"),
        )
        .where(CommentCoding.campaign_id == campaign_id)
        .group_by(CommentCoding.community_id)
        .subquery()
    )
    query = (
        select(Community.id, Community.name, counted.c.comments, counted.c.done, counted.c.urgent)
        .join(counted, counted.c.community_id == Community.id)
        .order_by(Community.code)
    )
    return [CodingCounts(*row) for row in session.execute(query)]


def find_quote(session: Session, comment_id: int, code: str) -> Quote | None:
    """Return the quote made of a comment for a code, withdrawn or not."""
    return session.scalar(select(Quote).where(Quote.comment_id == comment_id, Quote.code == code))


def list_quoted(
    session: Session, comment_ids: Collection[int], code: str
) -> dict[int, tuple[bytes, datetime | None]]:
    """Return the quotes made of some comments for a code: sealed words and when withdrawn."""
    query = select(Quote.comment_id, Quote.text_sealed, Quote.withdrawn_at).where(
        Quote.comment_id.in_(comment_ids), Quote.code == code
    )
    return {key: (sealed, withdrawn) for key, sealed, withdrawn in session.execute(query)}
