"""Statements on calls. Only those of one sheet name homes: for head office and its callers."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from app.surveys.campaign.models import Campaign, FrameMember, Gate
from app.surveys.integrity.models import AuditCall, AuditSample, CallOutcome, Filler
from app.surveys.integrity.rows import CallCounts, CallRow, SheetRow
from app.surveys.response.models import Response


def find_sample(session: Session, campaign_id: int, community_id: int) -> AuditSample | None:
    """Return the calls drawn in a community, None before the draw."""
    return session.scalar(
        select(AuditSample).where(
            AuditSample.campaign_id == campaign_id, AuditSample.community_id == community_id
        )
    )


def get_sample(session: Session, sample_id: int) -> AuditSample | None:
    """Return a sample by key."""
    return session.get(AuditSample, sample_id)


def list_unsampled(session: Session, campaign_id: int) -> list[int]:
    """Return the communities of a campaign whose calls are not drawn."""
    return list(
        session.scalars(
            select(Gate.community_id)
            .outerjoin(
                AuditSample,
                (AuditSample.campaign_id == Gate.campaign_id)
                & (AuditSample.community_id == Gate.community_id),
            )
            .where(Gate.campaign_id == campaign_id, AuditSample.id.is_(None))
            .order_by(Gate.community_id)
        )
    )


def list_sheets(session: Session, *, caller_id: int | None) -> list[SheetRow]:
    """Return the call sheets, the newest first: those of one caller, or all."""
    done = func.sum(case((AuditCall.outcome != CallOutcome.WAITING, 1), else_=0))
    statement = (
        select(AuditSample, Gate.name, Campaign.title, Campaign.title_en, Campaign.code, done)
        .join(Campaign, Campaign.id == AuditSample.campaign_id)
        .join(
            Gate,
            (Gate.campaign_id == AuditSample.campaign_id)
            & (Gate.community_id == AuditSample.community_id),
        )
        .join(AuditCall, AuditCall.sample_id == AuditSample.id)
        .group_by(AuditSample.id, Gate.name, Campaign.title, Campaign.title_en, Campaign.code)
        .order_by(AuditSample.id.desc())
    )
    if caller_id is not None:
        statement = statement.where(AuditSample.caller_id == caller_id)
    return [SheetRow(*row) for row in session.execute(statement)]


def list_calls(session: Session, sample_id: int) -> list[CallRow]:
    """Return the calls of a sample with their homes, in the order of the sheet."""
    rows = session.execute(_calls().where(AuditCall.sample_id == sample_id))
    return [CallRow(*row) for row in rows]


def find_call(session: Session, sample_id: int, call_id: int) -> CallRow | None:
    """Return one call of a sample with its home."""
    row = session.execute(
        _calls().where(AuditCall.sample_id == sample_id, AuditCall.id == call_id)
    ).first()
    return None if row is None else CallRow(*row)


def _calls() -> Select[AuditCall, Response, FrameMember]:
    return (
        select(AuditCall, Response, FrameMember)
        .join(Response, Response.id == AuditCall.response_id)
        .join(FrameMember, FrameMember.id == Response.frame_member_id)
        .order_by(AuditCall.place)
    )


def list_voidable(session: Session, sample_id: int) -> list[CallRow]:
    """Return the calls by which an answer that still counts is not the home's own.

    Two items far off are no reason to void by themselves: somebody looks at those one by one.
    """
    rows = session.execute(
        _calls().where(
            AuditCall.sample_id == sample_id,
            AuditCall.filler.in_((Filler.STAFF, Filler.NOBODY)),
            Response.voided_at.is_(None),
        )
    )
    return [CallRow(*row) for row in rows]


def list_contradicted_ids(session: Session, campaign_id: int, community_id: int) -> set[int]:
    """Return the keys of the answers of a community that calls contradicted."""
    return set(
        session.scalars(
            select(AuditCall.response_id)
            .join(AuditSample, AuditSample.id == AuditCall.sample_id)
            .where(
                AuditSample.campaign_id == campaign_id,
                AuditSample.community_id == community_id,
                AuditCall.outcome == CallOutcome.CONTRADICTED,
            )
        )
    )


def count_calls(
    session: Session, campaign_id: int, ids: frozenset[int] | None
) -> dict[int, CallCounts]:
    """Count the calls of communities by outcome, in one statement."""
    statement = (
        select(
            AuditSample.community_id,
            AuditSample.answers,
            AuditCall.is_random,
            AuditCall.outcome,
            func.count(),
        )
        .join(AuditCall, AuditCall.sample_id == AuditSample.id)
        .where(AuditSample.campaign_id == campaign_id)
        .group_by(
            AuditSample.community_id, AuditSample.answers, AuditCall.is_random, AuditCall.outcome
        )
    )
    if ids is not None:
        statement = statement.where(AuditSample.community_id.in_(sorted(ids)))
    rows: defaultdict[int, list[tuple[int, bool, CallOutcome, int]]] = defaultdict(list)
    for key, answers, is_random, outcome, count in session.execute(statement):
        rows[key].append((answers, is_random, outcome, count))
    return {key: _counts(own) for key, own in rows.items()}


def _counts(rows: Iterable[tuple[int, bool, CallOutcome, int]]) -> CallCounts:
    own = list(rows)
    settled = (CallOutcome.CONFIRMED, CallOutcome.CONTRADICTED)
    return CallCounts(
        drawn=sum(count for *_, count in own),
        random=sum(count for _n, is_random, _o, count in own if is_random),
        done=sum(count for _n, _r, outcome, count in own if outcome is not CallOutcome.WAITING),
        confirmed=sum(count for *_, o, count in own if o is CallOutcome.CONFIRMED),
        contradicted=sum(count for *_, o, count in own if o is CallOutcome.CONTRADICTED),
        random_reached=sum(count for _n, r, o, count in own if r and o in settled),
        answers=own[0][0],
    )
