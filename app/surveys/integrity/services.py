"""Commands of the integrity checks: keep scores, draw calls, record them and what people find.

None commits. Decisions and appeals stand in `deciding.services`.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import end_of
from app.staff import audit
from app.staff.scope import SYSTEM_ACTOR
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import get_household_uid, lock_gate
from app.surveys.instrument.answers import clean_text
from app.surveys.instrument.model import Instrument, ItemKind, ItemRole
from app.surveys.integrity import queries
from app.surveys.integrity.calls import queries as call_queries
from app.surveys.integrity.errors import (
    AlreadyDrawnError,
    BadCountError,
    NothingToCallError,
    NoWordsError,
    StillCollectingError,
)
from app.surveys.integrity.facts import Measured
from app.surveys.integrity.models import (
    AuditCall,
    AuditSample,
    CallOutcome,
    Filler,
    FindingKind,
    IntegrityEffect,
    IntegrityFinding,
    IntegrityMeasure,
    IntegrityScore,
)
from app.surveys.integrity.rows import CallRow
from app.surveys.integrity.sampling import (
    agrees,
    choose_items,
    draw,
    outcome_of_call,
    size_of,
)
from app.surveys.integrity.score import Score
from app.surveys.integrity.stored import write_reasons, write_signals
from app.surveys.response.vector import decode
from app.vault import Vault

_ASKED_AGAIN = (ItemRole.OVERALL, ItemRole.PERFORMANCE)


def keep_measure(
    session: Session,
    campaign_id: int,
    community_id: int,
    *,
    signals: Sequence[Measured],
    answers: int,
    now: datetime,
) -> None:
    """Keep the newest signals of a community in place of the earlier ones."""
    row = queries.find_measure(session, campaign_id, community_id)
    if row is None:
        row = IntegrityMeasure(campaign_id=campaign_id, community_id=community_id)
        session.add(row)
    row.measured_at, row.answers, row.signals = now, answers, write_signals(signals)
    session.flush()


def keep_scores(
    session: Session,
    campaign_id: int,
    scores: Mapping[int, Score],
    *,
    answers: Mapping[int, int],
    is_final: bool,
    now: datetime,
) -> None:
    """Keep the scores of a campaign.

    While answers come in, the newest row of a community is written anew every day; once the
    collection is over, whatever changes what a score says is a revision of its own.
    """
    for community_id, score in sorted(scores.items()):
        reasons = write_reasons(score.reasons)
        last = queries.find_score(session, campaign_id, community_id)
        if last is not None and (last.reasons, last.answers) == (reasons, answers[community_id]):
            continue
        row = last
        if row is None or is_final:
            row = IntegrityScore(
                campaign_id=campaign_id,
                community_id=community_id,
                revision=1 if last is None else last.revision + 1,
            )
            session.add(row)
        row.computed_at, row.answers, row.reasons = now, answers[community_id], reasons
        row.value, row.low, row.high = score.value, score.low, score.high
        row.is_high = score.is_high
        session.flush()


@dataclass(frozen=True, slots=True)
class Drawable:
    """An answer that may be called.

    Attributes:
        response_id: Its key.
        vector: What it says; two items of it are asked again.
        signs: How many signs it shows.
    """

    response_id: int
    vector: bytes
    signs: int


def draw_sample(
    session: Session,
    campaign: Campaign,
    community_id: int,
    answers: Sequence[Drawable],
    *,
    instrument: Instrument,
    is_high: bool,
    staff_id: int | None,
    now: datetime,
) -> AuditSample:
    """Draw the answers of a community to be called back, once.

    Args:
        session: Open session; the caller owns the transaction.
        campaign: The campaign.
        community_id: The community.
        answers: Its counted answers.
        instrument: The questionnaire they were given on.
        is_high: Its score is high: more calls, half of them by risk.
        staff_id: Who asked for the draw; None for the program itself.
        now: Aware instant.

    Raises:
        StillCollectingError: Answers still come in; the one draw would miss them.
        AlreadyDrawnError: Drawn before. Drawing until a sample pleases would be no check.
        NothingToCallError: No answer counts.
    """
    lock_gate(session, campaign.id, community_id, exclusive=True)
    if now < end_of(campaign.closes_on):
        raise StillCollectingError
    if call_queries.find_sample(session, campaign.id, community_id) is not None:
        raise AlreadyDrawnError
    if not answers:
        raise NothingToCallError
    calls, random_calls = size_of(len(answers), is_high=is_high)
    sample = AuditSample(
        campaign_id=campaign.id,
        community_id=community_id,
        seed=secrets.token_hex(16),
        answers=len(answers),
        calls=calls,
        random_calls=random_calls,
        drawn_at=now,
        drawn_by=staff_id,
    )
    session.add(sample)
    session.flush()
    _add_calls(session, sample, answers, instrument)
    audit.record(
        session,
        actor=SYSTEM_ACTOR if staff_id is None else f"staff:{staff_id}",
        action="integrity.draw",
        subject=f"campaign:{campaign.code}",
        community_id=community_id,
        detail=f"{sample.id} {calls}/{len(answers)}",
        now=now,
    )
    return sample


def _add_calls(
    session: Session,
    sample: AuditSample,
    answers: Sequence[Drawable],
    instrument: Instrument,
) -> None:
    by_key = {one.response_id: one for one in answers}
    weights = {key: one.signs for key, one in by_key.items()}
    drawn = draw(weights, calls=sample.calls, random_calls=sample.random_calls, seed=sample.seed)
    for place, one in enumerate(drawn, 1):
        askable = _askable(instrument, by_key[one.response_id].vector)
        items = choose_items(askable, seed=sample.seed, response_id=one.response_id)
        session.add(
            AuditCall(
                sample_id=sample.id,
                response_id=one.response_id,
                place=place,
                is_random=one.is_random,
                items=",".join(items),
            )
        )
    session.flush()


def give_to(
    session: Session, sample: AuditSample, caller_id: int | None, *, staff_id: int, now: datetime
) -> None:
    """Give a call sheet to a caller, or take it back with None."""
    sample.caller_id = caller_id
    session.flush()
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action="integrity.give",
        subject=f"sample:{sample.id}",
        community_id=sample.community_id,
        detail="" if caller_id is None else f"staff:{caller_id}",
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What a call brought.

    Attributes:
        filler: Who filled the form in; None when nobody was spoken to.
        refused: The home did not want to talk.
        points: Item code to the point said on the telephone, for items that were answered.
        note: Words of the caller.
    """

    filler: Filler | None
    refused: bool = False
    points: Mapping[str, int] | None = None
    note: str = ""


def record_call(
    session: Session,
    vault: Vault,
    row: CallRow,
    told: Told,
    *,
    instrument: Instrument,
    staff_id: int,
    now: datetime,
) -> CallOutcome:
    """Write down what a call brought; the system compares, and keeps only how many items fit.

    The caller never sees what is stored and is not told whether it fits. A call may be corrected:
    the log keeps every outcome.

    Returns:
        The outcome; pages do not show it to a caller.
    """
    call = row.call
    call.attempts += 1
    call.called_by, call.called_at = staff_id, now
    words = clean_text(told.note)
    call.note_sealed = vault.seal(words, "audit-call") if words else None
    call.filler, call.matches, call.compared = told.filler, None, None
    if told.filler is None:
        call.outcome = CallOutcome.REFUSED if told.refused else CallOutcome.UNREACHED
    else:
        fits = _compare(instrument, row, told.points or {})
        known = [one for one in fits if one is not None]
        call.matches, call.compared = sum(known), len(known)
        call.outcome = outcome_of_call(told.filler, fits)
    session.flush()
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action="integrity.call",
        subject=get_household_uid(session, row.member.household_id),
        community_id=row.member.community_id,
        detail=f"{call.id} {call.outcome.value}",
        now=now,
    )
    return call.outcome


@dataclass(frozen=True, slots=True)
class Found:
    """What somebody found by hand.

    Attributes:
        kind: Handwriting, a recall test, control homes.
        count: Pieces that were conspicuous.
        base: Pieces looked at.
        note: Words: what, and how it was looked at.
    """

    kind: FindingKind
    count: int
    base: int
    note: str


def record_finding(
    session: Session,
    vault: Vault,
    campaign: Campaign,
    community_id: int,
    found: Found,
    *,
    staff_id: int,
    now: datetime,
) -> IntegrityFinding:
    """Write down what somebody found by hand: handwriting, a recall test, control homes.

    Raises:
        NoWordsError: No words beside the numbers.
        BadCountError: More conspicuous pieces than pieces looked at, or none looked at.
    """
    words = clean_text(found.note)
    if not words:
        raise NoWordsError
    if found.base < 1 or not 0 <= found.count <= found.base:
        raise BadCountError
    finding = IntegrityFinding(
        campaign_id=campaign.id,
        community_id=community_id,
        kind=found.kind,
        count=found.count,
        base=found.base,
        note_sealed=vault.seal(words, "integrity"),
        recorded_at=now,
        recorded_by=staff_id,
    )
    session.add(finding)
    session.flush()
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action="integrity.finding",
        subject=f"campaign:{campaign.code}",
        community_id=community_id,
        detail=f"{finding.id} {found.kind.value} {found.count}/{found.base}",
        now=now,
    )
    return finding


def keep_effect(
    session: Session, campaign_id: int, community_id: int, effect: IntegrityEffect | None
) -> None:
    """Keep the figures with and without doubtful answers; None when nothing is doubtful."""
    queries.drop_effect(session, campaign_id, community_id)
    if effect is not None:
        session.add(effect)
    session.flush()


def points_of(instrument: Instrument, code: str) -> tuple[int, ...]:
    """Return the points an item asked again is answered on."""
    return instrument.scales[instrument.item(code).scale or ""].points


def _askable(instrument: Instrument, vector: bytes) -> list[str]:
    """Return the items a home can be asked again: the overall question and the areas it rated."""
    answered = decode(instrument, vector).values
    return [
        item.code
        for item in instrument.items
        if item.kind is ItemKind.RATE
        and item.role in _ASKED_AGAIN
        and item.attribute is None
        and item.code in answered
    ]


def _compare(instrument: Instrument, row: CallRow, said: Mapping[str, int]) -> list[bool | None]:
    stored = decode(instrument, row.response.vector).values
    return [
        agrees(stored.get(code), said.get(code), len(points_of(instrument, code)))
        for code in row.call.items.split(",")
        if code
    ]
