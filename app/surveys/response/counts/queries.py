"""The statements that count afresh: from answers to households, from households to the tally."""

from datetime import date
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Date,
    Select,
    Subquery,
    case,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from app.surveys.campaign.contact.models import ContactEvent, ReturnDay, Tally
from app.surveys.campaign.contact.outcomes import ANSWERED, LASTING
from app.surveys.campaign.contact.queries import COUNTS, fill_tally, fresh_tally
from app.surveys.campaign.models import Campaign, Exclusion, FrameMember, Gate, Outcome
from app.surveys.campaign.queries import approved_exclusion, get_instrument
from app.surveys.response.core import BLANK_BYTES, core_positions
from app.surveys.response.models import Origin, Response


class beijing_date_of(GenericFunction[date]):  # noqa: N801 - SQL functions are in lower case
    """The Beijing date of an instant, in the dialect of either database."""

    type = Date()
    inherit_cache = True


@compiles(beijing_date_of, "sqlite")
def _beijing_date_sqlite(element: beijing_date_of, compiler: SQLCompiler, **kw: Any) -> str:
    return f"date({compiler.process(element.clauses, **kw)}, '+8 hours')"


@compiles(beijing_date_of, "postgresql")
def _beijing_date_postgresql(element: beijing_date_of, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AT TIME ZONE 'Asia/Shanghai' AS DATE)"


def kept_tally(session: Session, campaign_id: int) -> dict[tuple[int, str], tuple[int, ...]]:
    """Return the tally as it is kept: (community, building) -> counts in their order."""
    columns = (getattr(Tally, name) for name in COUNTS)
    statement = select(Tally.community_id, Tally.building, *columns).where(
        Tally.campaign_id == campaign_id
    )
    return {(row[0], row[1]): tuple(row[2:]) for row in session.execute(statement)}


def counted_tally(session: Session, campaign_id: int) -> dict[tuple[int, str], tuple[int, ...]]:
    """Return the same, counted afresh from the households."""
    rows = session.execute(fresh_tally(campaign_id))
    return {(row[1], row[2]): tuple(row[3:]) for row in rows}


def kept_days(session: Session, campaign_id: int) -> dict[tuple[int, date], int]:
    """Return the days of returns as they are kept; days of nobody are left out."""
    statement = select(ReturnDay.community_id, ReturnDay.day, ReturnDay.returned).where(
        ReturnDay.campaign_id == campaign_id, ReturnDay.returned != 0
    )
    return {(row[0], row[1]): row[2] for row in session.execute(statement)}


def counted_days(session: Session, campaign_id: int) -> dict[tuple[int, date], int]:
    """Return the same, counted afresh from the households."""
    return {(row[1], row[2]): row[3] for row in session.execute(_fresh_days(campaign_id))}


def wrong_members(session: Session, campaign: Campaign) -> dict[tuple[int, str], int]:
    """Count, by building, the households that say something else than their answers say."""
    answered = _answered(session, campaign)
    wrong = or_(
        FrameMember.returned_at.is_distinct_from(answered.c.at),
        (answered.c.id.is_not(None)) & (FrameMember.outcome != answered.c.outcome),
        (answered.c.id.is_(None)) & FrameMember.outcome.in_(ANSWERED),
    )
    statement = (
        select(FrameMember.community_id, FrameMember.building, func.count())
        .outerjoin(answered, answered.c.id == FrameMember.id)
        .where(FrameMember.campaign_id == campaign.id, wrong)
        .group_by(FrameMember.community_id, FrameMember.building)
    )
    return {(row[0], row[1]): row[2] for row in session.execute(statement)}


def lock_counts(session: Session, campaign_id: int) -> None:
    """Keep everybody from counting until the transaction ends: first the gates, then the tally.

    On SQLite whoever writes is alone anyway.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    session.execute(
        select(Gate.id).where(Gate.campaign_id == campaign_id).order_by(Gate.id).with_for_update()
    ).all()
    session.execute(text("LOCK TABLE tally, return_day IN SHARE ROW EXCLUSIVE MODE"))


def mend_members(session: Session, campaign: Campaign) -> int:
    """Let every household say what its answers say; return how many were changed."""
    answered = _answered(session, campaign)
    known = session.execute(
        update(FrameMember)
        .where(
            FrameMember.id == answered.c.id,
            or_(
                FrameMember.returned_at.is_distinct_from(answered.c.at),
                FrameMember.outcome != answered.c.outcome,
            ),
        )
        .values(returned_at=answered.c.at, outcome=answered.c.outcome)
        .execution_options(synchronize_session=False)
    )
    has_counted = exists().where(Response.frame_member_id == FrameMember.id, Response.is_counted)
    of_home = ContactEvent.frame_member_id == FrameMember.id
    newest = (ContactEvent.at.desc(), ContactEvent.id.desc())
    corrected = aliased(ContactEvent)
    # `outcomes.outcome_after` as one statement: a lasting outcome stays until it is corrected.
    lasting = (
        select(ContactEvent.outcome)
        .where(
            of_home,
            ContactEvent.outcome.in_(LASTING),
            ~exists().where(
                corrected.frame_member_id == ContactEvent.frame_member_id,
                corrected.outcome == Outcome.NO_CONTACT,
                tuple_(corrected.at, corrected.id) > tuple_(ContactEvent.at, ContactEvent.id),
            ),
        )
        .order_by(*newest)
        .limit(1)
        .scalar_subquery()
    )
    last = (
        select(ContactEvent.outcome)
        .where(of_home, ContactEvent.outcome.is_not(None))
        .order_by(*newest)
        .limit(1)
        .scalar_subquery()
    )
    silent = session.execute(
        update(FrameMember)
        .where(
            FrameMember.campaign_id == campaign.id,
            or_(FrameMember.returned_at.is_not(None), FrameMember.outcome.in_(ANSWERED)),
            ~has_counted,
        )
        .values(returned_at=None, outcome=func.coalesce(lasting, last, Outcome.NO_CONTACT.value))
        .execution_options(synchronize_session=False)
    )
    return sum(cast("CursorResult[Any]", done).rowcount for done in (known, silent))


def rewrite_counts(session: Session, campaign_id: int) -> None:
    """Write tally and days of a campaign anew from its households."""
    for table in (Tally, ReturnDay):
        session.execute(
            delete(table)
            .where(table.campaign_id == campaign_id)
            .execution_options(synchronize_session=False)
        )
    fill_tally(session, campaign_id)
    columns = ["campaign_id", "community_id", "day", "returned"]
    session.execute(insert(ReturnDay).from_select(columns, _fresh_days(campaign_id)))


def _answered(session: Session, campaign: Campaign) -> Subquery:
    """Select the households with a counted answer: when they came back, and complete or partial.

    A household whose flushed draft was replaced by a submitted answer came back when the draft
    was flushed: improving an answer never moves a clock.
    """
    instrument = get_instrument(session, campaign.instrument_digest)
    blanks: list[ColumnElement[bool]] = [
        func.substr(Response.vector, 1 + at, 1).in_(BLANK_BYTES)
        for at in core_positions(instrument)
    ]
    is_partial = Response.is_counted & or_(Response.origin == Origin.FLUSHED, false(), *blanks)
    return (
        select(
            FrameMember.id,
            func.min(Response.received_at).label("at"),
            case(
                (func.max(case((is_partial, 1), else_=0)) == 1, literal(Outcome.PARTIAL.value)),
                else_=literal(Outcome.COMPLETE.value),
            ).label("outcome"),
        )
        .join(Response, Response.frame_member_id == FrameMember.id)
        .where(
            FrameMember.campaign_id == campaign.id,
            Response.voided_at.is_(None),
            or_(Response.is_counted, Response.origin == Origin.FLUSHED),
        )
        .group_by(FrameMember.id)
        .having(func.max(case((Response.is_counted, 1), else_=0)) == 1)
        .subquery()
    )


def _fresh_days(campaign_id: int) -> Select[*tuple[Any, ...]]:
    """Select the returns of each community's base by the Beijing day they came back."""
    day = beijing_date_of(FrameMember.returned_at)
    return (
        select(FrameMember.campaign_id, FrameMember.community_id, day.label("day"), func.count())
        .outerjoin(Exclusion, approved_exclusion())
        .where(
            FrameMember.campaign_id == campaign_id,
            FrameMember.returned_at.is_not(None),
            Exclusion.frame_member_id.is_(None),
        )
        .group_by(FrameMember.campaign_id, FrameMember.community_id, day)
    )
