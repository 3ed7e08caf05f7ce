"""All statements on the response tables, and every count that joins them to a frame."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, String, case, delete, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

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


@dataclass(frozen=True, slots=True)
class BuildingCount:
    """Counts of one building of a community."""

    community_id: int
    building: str
    count: ReturnCount
    excluded: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """Returns of one community on one Beijing day, written ``YYYY-MM-DD``."""

    community_id: int
    day: str
    returned: int


@dataclass(frozen=True, slots=True)
class CountedVector:
    """A counted answer as a snapshot takes it: no name, no address, no text."""

    pseudonym: str
    group: int
    vector: bytes
    received_at: datetime


class beijing_day(GenericFunction[str]):  # noqa: N801 - SQL functions are written in lower case
    """The Beijing date of an instant as text, in the dialect of either database."""

    type = String()
    inherit_cache = True


@compiles(beijing_day, "sqlite")
def _beijing_day_sqlite(element: beijing_day, compiler: SQLCompiler, **kw: Any) -> str:
    return f"date({compiler.process(element.clauses, **kw)}, '+8 hours')"


@compiles(beijing_day, "postgresql")
def _beijing_day_postgresql(element: beijing_day, compiler: SQLCompiler, **kw: Any) -> str:
    instant = compiler.process(element.clauses, **kw)
    return f"to_char({instant} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')"


def find_by_key(session: Session, key: str) -> Response | None:
    """Return the answer stored under this idempotency key, or None."""
    return session.scalar(select(Response).where(Response.idempotency_key == key))


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
    statement = delete(Draft).where(Draft.frame_member_id == member_id)
    if device_hash is not None:
        statement = statement.where(Draft.device_hash == device_hash)
    session.execute(statement)


def find_gate_of(session: Session, member: FrameMember) -> tuple[Gate, Campaign]:
    """Return the gate and the campaign of a household, the gate locked against a freeze.

    The lock is shared: answers never wait for one another. SQLite needs none, its writers queue.
    """
    statement = (
        select(Gate, Campaign)
        .join(Campaign, Campaign.id == Gate.campaign_id)
        .where(Gate.campaign_id == member.campaign_id, Gate.community_id == member.community_id)
        .with_for_update(read=True, of=Gate)
        .execution_options(populate_existing=True)
    )
    gate, campaign = session.execute(statement).one()
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


def count_returns(session: Session, campaign_id: int, community_id: int) -> ReturnCount:
    """Count base and returned households of one community, in one statement."""
    return _count(
        session,
        _counts().where(
            FrameMember.campaign_id == campaign_id, FrameMember.community_id == community_id
        ),
    )


def company_count(session: Session, campaign_id: int) -> ReturnCount:
    """Count base and returned households of a whole campaign, in one statement."""
    return _count(session, _counts().where(FrameMember.campaign_id == campaign_id))


def count_by_building(session: Session, campaign_id: int, scope: Viewer) -> list[BuildingCount]:
    """Count base, returned and excluded households of every building, in one statement."""
    statement = (
        _counts(FrameMember.community_id, FrameMember.building)
        .where(FrameMember.campaign_id == campaign_id, seen_by(scope, FrameMember.community_id))
        .group_by(FrameMember.community_id, FrameMember.building)
    )
    return [
        BuildingCount(community_id, building, ReturnCount(members - excluded, returned), excluded)
        for community_id, building, members, excluded, returned in session.execute(statement)
    ]


def daily_counts(session: Session, campaign_id: int, scope: Viewer) -> list[DayCount]:
    """Count today's counted answers by the Beijing day their household came back."""
    returned = _first_returns(campaign_id).where(seen_by(scope, FrameMember.community_id))
    first = returned.subquery()
    day = beijing_day(first.c.at)
    statement = (
        select(first.c.community_id, day, func.count())
        .group_by(first.c.community_id, day)
        .order_by(first.c.community_id, day)
    )
    return [DayCount(*row) for row in session.execute(statement)]


def count_drafts(session: Session, campaign_id: int, scope: Viewer) -> dict[int, int]:
    """Count, by community, the silent households of the base that have begun to answer."""
    statement = (
        select(FrameMember.community_id, func.count(FrameMember.id.distinct()))
        .join(Draft, Draft.frame_member_id == FrameMember.id)
        .outerjoin(Exclusion, approved_exclusion())
        .outerjoin(Response, _counted_answer())
        .where(
            FrameMember.campaign_id == campaign_id,
            seen_by(scope, FrameMember.community_id),
            Exclusion.frame_member_id.is_(None),
            Response.id.is_(None),
        )
        .group_by(FrameMember.community_id)
    )
    return dict(session.execute(statement).all())


def rate_reached_at(session: Session, gate: Gate, required_permille: int) -> datetime | None:
    """Return when one community reached the rate, for its base of today; None when it has not."""
    statement = _reached(
        FrameMember.community_id,
        gate.campaign_id,
        required_permille,
        FrameMember.community_id == gate.community_id,
    )
    row = session.execute(statement).one_or_none()
    return None if row is None else row[1]


def rates_reached_at(
    session: Session, campaign_id: int, required_permille: int, scope: Viewer
) -> dict[int, datetime]:
    """Return when each community reached the rate; those that have not are left out."""
    statement = _reached(
        FrameMember.community_id,
        campaign_id,
        required_permille,
        seen_by(scope, FrameMember.community_id),
    )
    return dict(session.execute(statement).all())


def company_rate_reached_at(session: Session, campaign: Campaign) -> datetime | None:
    """Return when the company as a whole reached the rate; None when it has not."""
    statement = _reached(FrameMember.campaign_id, campaign.id, campaign.required_permille)
    row = session.execute(statement).one_or_none()
    return None if row is None else row[1]


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


def _counts(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Select members, approved exclusions and returns of the base, after `columns`.

    A household has at most one approved exclusion and one counted answer (constraints), so the
    joins never multiply rows.
    """
    in_base = case((Exclusion.frame_member_id.is_(None), Response.id))
    return (
        select(*columns, func.count(), func.count(Exclusion.frame_member_id), func.count(in_base))
        .select_from(FrameMember)
        .outerjoin(Exclusion, approved_exclusion())
        .outerjoin(Response, _counted_answer())
    )


def _count(session: Session, statement: Select[*tuple[Any, ...]]) -> ReturnCount:
    members, excluded, returned = session.execute(statement).one()
    return ReturnCount(members - excluded, returned)


def _first_returns(campaign_id: int) -> Select[*tuple[Any, ...]]:
    """Select the instant each returned household of the base came back.

    A household whose flushed draft was replaced by a submitted answer came back when the draft
    was flushed: improving an answer never moves a clock.
    """
    return (
        select(
            FrameMember.campaign_id,
            FrameMember.community_id,
            func.min(Response.received_at).label("at"),
        )
        .join(Response, Response.frame_member_id == FrameMember.id)
        .outerjoin(Exclusion, approved_exclusion())
        .where(
            FrameMember.campaign_id == campaign_id,
            Exclusion.frame_member_id.is_(None),
            or_(Response.is_counted, Response.origin == Origin.FLUSHED),
        )
        .group_by(FrameMember.id, FrameMember.campaign_id, FrameMember.community_id)
        .having(func.max(case((Response.is_counted, 1), else_=0)) == 1)
    )


def _reached(
    unit: Any, campaign_id: int, required_permille: int, *conditions: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    """Select each unit that has reached the rate and when: integers only, like the rule."""
    first = _first_returns(campaign_id).where(*conditions).subquery()
    place = func.row_number().over(partition_by=first.c[unit.key], order_by=first.c.at)
    ranked = select(first.c[unit.key].label("unit"), first.c.at, place.label("place")).subquery()
    base = (
        select(unit.label("unit"), func.count().label("base"))
        .select_from(FrameMember)
        .outerjoin(Exclusion, approved_exclusion())
        .where(
            FrameMember.campaign_id == campaign_id,
            Exclusion.frame_member_id.is_(None),
            *conditions,
        )
        .group_by(unit)
        .subquery()
    )
    return (
        select(ranked.c.unit, func.min(ranked.c.at))
        .join(base, base.c.unit == ranked.c.unit)
        .where(1000 * ranked.c.place >= required_permille * base.c.base)
        .group_by(ranked.c.unit)
    )
