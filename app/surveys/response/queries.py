"""All statements on the response tables, and every count that joins them to a frame."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Table, bindparam, delete, func, or_, select
from sqlalchemy.orm import Session

from app.surveys.campaign.contact import reaching
from app.surveys.campaign.contact.queries import count_campaign, count_community
from app.surveys.campaign.models import Campaign, Exclusion, FrameMember, Gate
from app.surveys.campaign.queries import Viewer, approved_exclusion, seen_by
from app.surveys.campaign.rules import ReturnCount
from app.surveys.response.models import (
    AnswerCopy,
    Comment,
    Draft,
    Origin,
    Response,
    ResponseSignal,
)

# What every answer asks is made once: to write such a statement anew costs more than to run it.
_BY_KEY = select(Response).where(Response.idempotency_key == bindparam("key"))
_GATE_OF = (
    select(Gate, Campaign)
    .join(Campaign, Campaign.id == Gate.campaign_id)
    .where(Gate.campaign_id == bindparam("campaign"), Gate.community_id == bindparam("community"))
    .with_for_update(read=True, of=Gate)
    .execution_options(populate_existing=True)
)
_DRAFT = cast("Table", Draft.__table__)
_DELETE_DRAFTS = delete(_DRAFT).where(_DRAFT.c.frame_member_id == bindparam("member"))
_DELETE_DRAFT = _DELETE_DRAFTS.where(_DRAFT.c.device_hash == bindparam("device"))


@dataclass(frozen=True, slots=True)
class CountedVector:
    """A counted answer as a snapshot takes it: no name, no address, no text."""

    pseudonym: str
    group: int
    vector: bytes
    received_at: datetime


def find_by_key(session: Session, key: str) -> Response | None:
    """Return the answer stored under this idempotency key, or None."""
    return session.scalar(_BY_KEY, {"key": key})


def find_by_receipt(session: Session, receipt: str) -> Response | None:
    """Return the answer with this receipt code, or None."""
    return session.scalar(select(Response).where(Response.receipt == receipt))


def find_counted(session: Session, member_id: int) -> Response | None:
    """Return the counted answer of a household, fresh from the database, or None."""
    return session.scalar(
        select(Response)
        .where(Response.frame_member_id == member_id, Response.is_counted)
        .execution_options(populate_existing=True)
    )


def find_comment(session: Session, response_id: int) -> Comment | None:
    """Return the words of an answer, sealed, or None when it has none."""
    return session.scalar(select(Comment).where(Comment.response_id == response_id))


def find_signal(session: Session, response_id: int) -> ResponseSignal | None:
    """Return how an answer came about, None when it came without a browser."""
    return session.get(ResponseSignal, response_id)


def find_copy(session: Session, response_id: int) -> AnswerCopy | None:
    """Return the copy an owner asked for, made or not, fresh from the database; or None."""
    return session.get(AnswerCopy, response_id, populate_existing=True)


def delete_copies(session: Session, before: datetime) -> int:
    """Delete the copies asked for before an instant and return how many there were."""
    found = session.execute(delete(AnswerCopy).where(AnswerCopy.asked_at < before))
    return cast("CursorResult[Any]", found).rowcount


def list_responses(session: Session, member_id: int) -> list[Response]:
    """Return all answers of a household, counted or not, the first first."""
    return list(
        session.scalars(
            select(Response).where(Response.frame_member_id == member_id).order_by(Response.id)
        )
    )


def find_draft(
    session: Session, member_id: int, device_hash: bytes, *, lock: bool = False
) -> Draft | None:
    """Return the draft of one device, or None; `lock` keeps it until the transaction ends."""
    statement = select(Draft).where(
        Draft.frame_member_id == member_id, Draft.device_hash == device_hash
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalar(statement)


def find_resumable(
    session: Session, member_id: int, resume_hash: bytes, now: datetime
) -> Draft | None:
    """Return the draft of a household that a resume code opens now, or None."""
    return session.scalar(
        select(Draft).where(
            Draft.frame_member_id == member_id,
            Draft.resume_hash == resume_hash,
            Draft.resume_until > now,
        )
    )


def count_resumable(session: Session, member_id: int, device_hash: bytes, now: datetime) -> int:
    """Count the drafts of a household's other devices that a resume code opens now."""
    statement = select(func.count()).where(
        Draft.frame_member_id == member_id,
        Draft.device_hash != device_hash,
        Draft.resume_until > now,
    )
    return session.scalars(statement).one()


def delete_drafts(session: Session, member_id: int, device_hash: bytes | None = None) -> None:
    """Delete the draft of one device, or those of the whole household."""
    session.flush()
    if device_hash is None:
        session.connection().execute(_DELETE_DRAFTS, {"member": member_id})
        return
    session.connection().execute(_DELETE_DRAFT, {"member": member_id, "device": device_hash})


def find_gate_of(session: Session, member: FrameMember) -> tuple[Gate, Campaign]:
    """Return the gate and the campaign of a household, the gate locked against a freeze.

    The lock is shared: answers never wait for one another. SQLite needs none, its writers queue.
    """
    key = {"campaign": member.campaign_id, "community": member.community_id}
    gate, campaign = session.execute(_GATE_OF, key).one()
    return gate, campaign


def delete_drafts_of_gate(session: Session, gate: Gate) -> None:
    """Delete every draft of a community in a campaign."""
    members = select(FrameMember.id).where(
        FrameMember.campaign_id == gate.campaign_id, FrameMember.community_id == gate.community_id
    )
    session.execute(
        delete(Draft)
        .where(Draft.frame_member_id.in_(members))
        .execution_options(synchronize_session=False)
    )


def list_drafts_of_silent(session: Session, gate: Gate) -> list[tuple[FrameMember, Draft]]:
    """Return the drafts of a community's households without a counted answer, newest first.

    Households with an approved exclusion are left out.
    """
    statement = (
        select(FrameMember, Draft)
        .join(Draft, Draft.frame_member_id == FrameMember.id)
        .outerjoin(Exclusion, approved_exclusion())
        .outerjoin(Response, _counted_answer())
        .where(_of_gate(gate), Exclusion.frame_member_id.is_(None), Response.id.is_(None))
        .order_by(FrameMember.id, Draft.updated_at.desc(), Draft.id.desc())
    )
    return [(member, draft) for member, draft in session.execute(statement)]


def list_silent(
    session: Session, campaign_id: int, community_id: int, scope: Viewer
) -> list[FrameMember]:
    """Return the households still silent, to be reminded; approved exclusions are left out."""
    statement = (
        select(FrameMember)
        .outerjoin(Exclusion, approved_exclusion())
        .outerjoin(Response, _counted_answer())
        .where(
            FrameMember.campaign_id == campaign_id,
            FrameMember.community_id == community_id,
            seen_by(scope, FrameMember.community_id),
            Exclusion.frame_member_id.is_(None),
            Response.id.is_(None),
        )
        .order_by(FrameMember.building, FrameMember.room)
    )
    return list(session.scalars(statement))


def first_return(session: Session, member_id: int) -> datetime | None:
    """Return when a household came back: when its counted answer was received.

    A household whose flushed draft was replaced by a submitted answer came back when the draft
    was flushed: improving an answer never moves a clock.
    """
    statement = select(func.min(Response.received_at)).where(
        Response.frame_member_id == member_id,
        Response.voided_at.is_(None),
        or_(Response.is_counted, Response.origin == Origin.FLUSHED),
    )
    return session.scalar(statement)


def count_returns(session: Session, campaign_id: int, community_id: int) -> ReturnCount:
    """Return base and returned households of one community, in one statement."""
    return count_community(session, campaign_id, community_id).count


def company_count(session: Session, campaign_id: int) -> ReturnCount:
    """Return base and returned households of a whole campaign, in one statement."""
    return count_campaign(session, campaign_id).count


def rate_reached_at(session: Session, gate: Gate, required_permille: int) -> datetime | None:
    """Return when one community reached the rate, for its base of today; None when it has not."""
    return reaching.rate_reached_at(session, gate.campaign_id, gate.community_id, required_permille)


def company_rate_reached_at(session: Session, campaign: Campaign) -> datetime | None:
    """Return when the company as a whole reached the rate; None when it has not."""
    return reaching.company_reached_at(session, campaign)


def list_counted_vectors(session: Session, gate: Gate) -> list[CountedVector]:
    """Return the counted answers of a community's base, in the order of their pseudonyms."""
    statement = (
        select(
            FrameMember.pseudonym,
            FrameMember.replicate_group,
            Response.vector,
            Response.received_at,
        )
        .join(Response, _counted_answer())
        .outerjoin(Exclusion, approved_exclusion())
        .where(_of_gate(gate), Exclusion.frame_member_id.is_(None))
        .order_by(FrameMember.pseudonym)
    )
    return [CountedVector(*row) for row in session.execute(statement)]


def _of_gate(gate: Gate) -> ColumnElement[bool]:
    return (FrameMember.campaign_id == gate.campaign_id) & (
        FrameMember.community_id == gate.community_id
    )


def _counted_answer() -> ColumnElement[bool]:
    """Return the join condition of a frame member and its counted answer."""
    return (Response.frame_member_id == FrameMember.id) & Response.is_counted
