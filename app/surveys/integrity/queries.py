"""Statements on scores, findings, decisions and effects. None reads what was answered."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.orm import Session

from app.surveys.campaign.models import Campaign, FrameMember, Gate
from app.surveys.campaign.queries import Viewer, seen_by
from app.surveys.integrity.calls import queries as call_queries
from app.surveys.integrity.facts import RATE
from app.surveys.integrity.models import (
    FrozenPrint,
    IntegrityAppeal,
    IntegrityDecision,
    IntegrityEffect,
    IntegrityFinding,
    IntegrityMeasure,
    IntegrityScore,
    Verdict,
)
from app.surveys.integrity.rows import (
    CallCounts,
    Effect,
    IntegritySummary,
    ScoredRow,
)
from app.surveys.integrity.stored import read_reasons, read_signals
from app.surveys.response.models import Response
from app.surveys.response.voids.models import ResponseVoid


def find_summary(session: Session, campaign_id: int, community_id: int) -> IntegritySummary | None:
    """Return what is known of one community's integrity, None while nothing is."""
    found = _summaries(session, campaign_id, frozenset({community_id}))
    return found[0] if found else None


def list_summaries(
    session: Session, scope: Viewer, campaign_id: int
) -> tuple[IntegritySummary, ...]:
    """Return the same for every community of a campaign that `scope` may see, by community."""
    return tuple(_summaries(session, campaign_id, scope.community_ids))


def _summaries(
    session: Session, campaign_id: int, ids: frozenset[int] | None
) -> list[IntegritySummary]:
    """Read every part once for all communities asked for."""
    scores = {one.community_id: one for one in _newest_scores(session, campaign_id, ids)}
    calls = call_queries.count_calls(session, campaign_id, ids)
    decisions = _newest_decisions(session, campaign_id, ids)
    appeals = _appeals_of(session, [one.id for one in decisions.values()])
    effects = _effects(session, campaign_id, ids)
    keys = scores.keys() | calls.keys() | decisions.keys() | effects.keys()
    voided = _count_voided(session, campaign_id, keys) if keys else {}
    made = []
    for key in sorted(keys):
        score, decision = scores.get(key), decisions.get(key)
        appeal = None if decision is None else appeals.get(decision.id)
        reasons = () if score is None else read_reasons(score.reasons)
        made.append(
            IntegritySummary(
                campaign_id=campaign_id,
                community_id=key,
                score=None if score is None else score.value,
                low=None if score is None else score.low,
                high=None if score is None else score.high,
                is_high=score is not None and score.is_high,
                reasons=tuple(one.code for one in reasons if one.points > 0),
                calls=calls.get(key, CallCounts()),
                voided=voided.get(key, 0),
                verdict=None if decision is None else decision.verdict,
                decided_at=None if decision is None else decision.decided_at,
                has_appeal=appeal is not None,
                appeal=None if appeal is None else appeal.outcome,
                effect=effects.get(key),
            )
        )
    return made


def list_scored(session: Session, campaign_id: int, scope: Viewer) -> list[ScoredRow]:
    """Return the communities of a campaign with their newest score, the highest first."""
    scores = {
        one.community_id: one for one in _newest_scores(session, campaign_id, scope.community_ids)
    }
    rows = session.execute(
        select(Gate.community_id, Gate.name, Gate.region)
        .where(Gate.campaign_id == campaign_id, seen_by(scope, Gate.community_id))
        .order_by(Gate.name)
    )
    found = [ScoredRow(key, name, region, scores.get(key)) for key, name, region in rows]
    return sorted(found, key=lambda row: -1.0 if row.score is None else -row.score.value - 0.001)


def find_score(session: Session, campaign_id: int, community_id: int) -> IntegrityScore | None:
    """Return the newest score of a community, None before the first."""
    found = _newest_scores(session, campaign_id, frozenset({community_id}))
    return found[0] if found else None


def last_scored_at(session: Session, campaign_id: int) -> datetime | None:
    """Return when the communities of a campaign were last measured."""
    return session.scalar(
        select(func.max(IntegrityMeasure.measured_at)).where(
            IntegrityMeasure.campaign_id == campaign_id
        )
    )


def find_measure(session: Session, campaign_id: int, community_id: int) -> IntegrityMeasure | None:
    """Return the newest signals of a community."""
    return session.get(IntegrityMeasure, (campaign_id, community_id))


def list_measures(session: Session, campaign_id: int) -> list[IntegrityMeasure]:
    """Return the newest signals of every community of a campaign."""
    return list(
        session.scalars(
            select(IntegrityMeasure)
            .where(IntegrityMeasure.campaign_id == campaign_id)
            .order_by(IntegrityMeasure.community_id)
        )
    )


def list_rates(session: Session, campaign_id: int) -> list[tuple[int, int]]:
    """Return answers until the last day and base of every community measured."""
    rates = []
    for row in list_measures(session, campaign_id):
        rates += [(one.count, one.base) for one in read_signals(row.signals) if one.code == RATE]
    return rates


def list_earlier_measures(
    session: Session, campaign_id: int, *, limit: int
) -> list[IntegrityMeasure]:
    """Return signals of communities in earlier campaigns, the latest first."""
    opens_on = select(Campaign.opens_on).where(Campaign.id == campaign_id).scalar_subquery()
    return list(
        session.scalars(
            select(IntegrityMeasure)
            .join(Campaign, Campaign.id == IntegrityMeasure.campaign_id)
            .where(Campaign.opens_on < opens_on)
            .order_by(Campaign.opens_on.desc(), IntegrityMeasure.community_id)
            .limit(limit)
        )
    )


def drop_effect(session: Session, campaign_id: int, community_id: int) -> None:
    """Forget the figures with and without doubtful answers of a community."""
    session.execute(
        delete(IntegrityEffect).where(
            IntegrityEffect.campaign_id == campaign_id,
            IntegrityEffect.community_id == community_id,
        )
    )


def list_findings(session: Session, campaign_id: int, community_id: int) -> list[IntegrityFinding]:
    """Return what people found by hand in a community, the first first."""
    return list(
        session.scalars(
            select(IntegrityFinding)
            .where(
                IntegrityFinding.campaign_id == campaign_id,
                IntegrityFinding.community_id == community_id,
            )
            .order_by(IntegrityFinding.id)
        )
    )


def list_decisions(
    session: Session, campaign_id: int, community_id: int
) -> list[tuple[IntegrityDecision, IntegrityAppeal | None]]:
    """Return the decisions about a community with their appeals, the newest first."""
    rows = session.execute(
        select(IntegrityDecision, IntegrityAppeal)
        .outerjoin(IntegrityAppeal, IntegrityAppeal.decision_id == IntegrityDecision.id)
        .where(
            IntegrityDecision.campaign_id == campaign_id,
            IntegrityDecision.community_id == community_id,
        )
        .order_by(IntegrityDecision.id.desc())
    )
    return [(decision, appeal) for decision, appeal in rows]


def list_visible_decisions(
    session: Session, scope: Viewer
) -> list[tuple[IntegrityDecision, IntegrityAppeal | None, str, Campaign]]:
    """Return the decisions about the communities of an office, the newest first."""
    rows = session.execute(
        select(IntegrityDecision, IntegrityAppeal, Gate.name, Campaign)
        .outerjoin(IntegrityAppeal, IntegrityAppeal.decision_id == IntegrityDecision.id)
        .join(Campaign, Campaign.id == IntegrityDecision.campaign_id)
        .join(
            Gate,
            (Gate.campaign_id == IntegrityDecision.campaign_id)
            & (Gate.community_id == IntegrityDecision.community_id),
        )
        .where(seen_by(scope, IntegrityDecision.community_id))
        .order_by(IntegrityDecision.id.desc())
        .limit(200)
    )
    return [(decision, appeal, name, campaign) for decision, appeal, name, campaign in rows]


def find_decision(session: Session, decision_id: int) -> IntegrityDecision | None:
    """Return a decision by key."""
    return session.get(IntegrityDecision, decision_id)


def find_appeal(session: Session, decision_id: int) -> IntegrityAppeal | None:
    """Return the appeal against a decision, None when there is none."""
    return session.scalar(select(IntegrityAppeal).where(IntegrityAppeal.decision_id == decision_id))


def count_open_appeals(session: Session, campaign_id: int) -> int:
    """Count the appeals of a campaign that wait for head office."""
    return int(
        session.scalar(
            select(func.count())
            .select_from(IntegrityAppeal)
            .join(IntegrityDecision, IntegrityDecision.id == IntegrityAppeal.decision_id)
            .where(
                IntegrityDecision.campaign_id == campaign_id,
                IntegrityAppeal.answered_at.is_(None),
            )
        )
        or 0
    )


def list_undecided(session: Session, campaign_id: int) -> list[tuple[int, str]]:
    """Return the communities with a high score and no decision since, by name."""
    decided = {
        key: one.decided_at for key, one in _newest_decisions(session, campaign_id, None).items()
    }
    high = {
        one.community_id
        for one in _newest_scores(session, campaign_id, None)
        if one.is_high and one.community_id not in decided
    }
    if not high:
        return []
    rows = session.execute(
        select(Gate.community_id, Gate.name)
        .where(Gate.campaign_id == campaign_id, Gate.community_id.in_(sorted(high)))
        .order_by(Gate.name)
    )
    return [(key, name) for key, name in rows]


def list_frozen_prints(session: Session, campaign_id: int, community_id: int) -> list[FrozenPrint]:
    """Return the digests of a community's frozen answers, the newest revision first."""
    return list(
        session.scalars(
            select(FrozenPrint)
            .where(FrozenPrint.campaign_id == campaign_id, FrozenPrint.community_id == community_id)
            .order_by(FrozenPrint.revision.desc())
        )
    )


def list_receipts(session: Session, campaign_id: int, community_id: int) -> dict[str, str]:
    """Return pseudonym to receipt of the counted answers of a community."""
    rows = session.execute(
        select(FrameMember.pseudonym, Response.receipt)
        .join(Response, (Response.frame_member_id == FrameMember.id) & Response.is_counted)
        .where(FrameMember.campaign_id == campaign_id, FrameMember.community_id == community_id)
    )
    return {row[0]: row[1] for row in rows}


def _newest_scores(
    session: Session, campaign_id: int, ids: frozenset[int] | None
) -> list[IntegrityScore]:
    newest = (
        select(IntegrityScore.community_id, func.max(IntegrityScore.revision))
        .where(IntegrityScore.campaign_id == campaign_id)
        .group_by(IntegrityScore.community_id)
    )
    if ids is not None:
        newest = newest.where(IntegrityScore.community_id.in_(sorted(ids)))
    return list(
        session.scalars(
            select(IntegrityScore)
            .where(
                IntegrityScore.campaign_id == campaign_id,
                tuple_(IntegrityScore.community_id, IntegrityScore.revision).in_(newest),
            )
            .order_by(IntegrityScore.community_id)
        )
    )


def _newest_decisions(
    session: Session, campaign_id: int, ids: frozenset[int] | None
) -> dict[int, IntegrityDecision]:
    statement = select(IntegrityDecision).where(IntegrityDecision.campaign_id == campaign_id)
    if ids is not None:
        statement = statement.where(IntegrityDecision.community_id.in_(sorted(ids)))
    return {
        one.community_id: one for one in session.scalars(statement.order_by(IntegrityDecision.id))
    }


def _appeals_of(session: Session, decision_ids: Sequence[int]) -> dict[int, IntegrityAppeal]:
    if not decision_ids:
        return {}
    rows = session.scalars(
        select(IntegrityAppeal).where(IntegrityAppeal.decision_id.in_(sorted(decision_ids)))
    )
    return {one.decision_id: one for one in rows}


def _effects(session: Session, campaign_id: int, ids: frozenset[int] | None) -> dict[int, Effect]:
    statement = select(IntegrityEffect).where(IntegrityEffect.campaign_id == campaign_id)
    if ids is not None:
        statement = statement.where(IntegrityEffect.community_id.in_(sorted(ids)))
    return {one.community_id: _effect(one) for one in session.scalars(statement)}


def _effect(one: IntegrityEffect) -> Effect:
    return Effect(
        base=one.base,
        answers=one.answers,
        flagged=one.flagged,
        contradicted=one.contradicted,
        answers_without=one.answers_without,
        index=_interval(one.index, one.index_low, one.index_high),
        without=_interval(one.index_without, one.index_without_low, one.index_without_high),
    )


def _interval(
    value: float | None, low: float | None, high: float | None
) -> tuple[float, float, float] | None:
    return None if value is None or low is None or high is None else (value, low, high)


def _count_voided(session: Session, campaign_id: int, ids: Iterable[int]) -> dict[int, int]:
    rows = session.execute(
        select(FrameMember.community_id, func.count())
        .select_from(ResponseVoid)
        .join(Response, Response.id == ResponseVoid.response_id)
        .join(FrameMember, FrameMember.id == Response.frame_member_id)
        .where(FrameMember.campaign_id == campaign_id, FrameMember.community_id.in_(sorted(ids)))
        .group_by(FrameMember.community_id)
    )
    return {row[0]: row[1] for row in rows}


def has_verdict(session: Session, campaign_id: int, community_id: int, verdict: Verdict) -> bool:
    """Say whether the newest decision about a community is this one."""
    newest = _newest_decisions(session, campaign_id, frozenset({community_id})).get(community_id)
    return newest is not None and newest.verdict is verdict
