"""Statements on the drafts that are still there at the freeze."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.surveys.campaign.models import FrameMember, Gate
from app.surveys.response.models import Comment, Draft, Response

_PORTION = 1000


def list_drafts(session: Session, gate: Gate) -> list[tuple[FrameMember, Draft]]:
    """Return every draft of a community, the latest of a home first."""
    statement = (
        select(FrameMember, Draft)
        .join(Draft, Draft.frame_member_id == FrameMember.id)
        .where(
            FrameMember.campaign_id == gate.campaign_id,
            FrameMember.community_id == gate.community_id,
        )
        .order_by(FrameMember.id, Draft.updated_at.desc(), Draft.id.desc())
    )
    return [(member, draft) for member, draft in session.execute(statement)]


def list_comments(session: Session, member_ids: Collection[int]) -> list[tuple[int, Comment]]:
    """Return the words of these homes, still sealed, whichever answer they came with."""
    members = sorted(set(member_ids))
    statement = select(Response.frame_member_id, Comment).join(
        Comment, Comment.response_id == Response.id
    )
    return [
        (member_id, comment)
        for start in range(0, len(members), _PORTION)
        for member_id, comment in session.execute(
            statement.where(Response.frame_member_id.in_(members[start : start + _PORTION]))
        )
    ]
