"""Decisions about the answers of a community, with their reason and who; appeals. None commits.

A decision never changes an answer: single answers are voided through `voids`, results are held
through `gates`, and both say so by themselves wherever the results are shown.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.staff import audit
from app.surveys.campaign.gates.errors import AlreadyHeldError
from app.surveys.campaign.gates.services import lift_hold, place_hold
from app.surveys.campaign.models import Gate
from app.surveys.campaign.queries import lock_gate
from app.surveys.instrument.answers import clean_text
from app.surveys.integrity import queries
from app.surveys.integrity.calls import queries as call_queries
from app.surveys.integrity.deciding.queries import is_annulled
from app.surveys.integrity.errors import (
    AlreadyAnsweredError,
    AlreadyAppealedError,
    AlreadyDecidedError,
    AnnulledError,
    NoOtherDecisionError,
    NoResurveyDayError,
    NothingContradictedError,
    NoWordsError,
)
from app.surveys.integrity.models import (
    AppealOutcome,
    Filler,
    IntegrityAppeal,
    IntegrityDecision,
    Verdict,
)
from app.surveys.integrity.rows import CallRow
from app.surveys.response.voids.models import VoidReason
from app.surveys.response.voids.services import void_response
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody decides.

    Attributes:
        verdict: What.
        reason: Why, in words; the office reads it.
        resurvey_on: When the community is asked again, where its result is annulled.
    """

    verdict: Verdict
    reason: str
    resurvey_on: date | None = None


@dataclass(frozen=True, slots=True)
class AppealAnswer:
    """What head office answers to an objection.

    Attributes:
        outcome: Whether the objection was right.
        text: Why, in words; also the reason of what is decided instead.
        verdict: What is decided instead, where the objection was right.
        resurvey_on: When the community is asked again, where that annuls the result.
    """

    outcome: AppealOutcome
    text: str
    verdict: Verdict | None = None
    resurvey_on: date | None = None


def decide(
    session: Session,
    vault: Vault,
    gate: Gate,
    judgement: Judgement,
    *,
    staff_id: int,
    now: datetime,
) -> IntegrityDecision:
    """Decide about the answers of a community and do what follows from it.

    ``accept`` lifts a hold that is in place; ``void`` takes the answers out of the count that
    calls contradicted; ``hold`` shuts the results until another decision; ``annul`` shuts them for
    good and names the day from which the community is asked again. The holds of both are lifted
    here alone. An annulled result stays so unless head office grants the office's objection.

    Raises:
        NoWordsError: No reason in words.
        NoResurveyDayError: Annulled without a day from today on.
        NothingContradictedError: Nothing to void.
        AnnulledError: The result was annulled, and no objection to it was granted.
        AlreadyDecidedError: The newest decision is this one.
    """
    reason = clean_text(judgement.reason)
    if not reason:
        raise NoWordsError
    annulled = judgement.verdict is Verdict.ANNUL
    resurvey_on = judgement.resurvey_on if annulled else None
    if annulled and (resurvey_on is None or resurvey_on < beijing_date(now)):
        raise NoResurveyDayError
    gate = lock_gate(session, gate.campaign_id, gate.community_id, exclusive=True)
    if is_annulled(session, gate.campaign_id, gate.community_id):
        raise AnnulledError
    if _is_repeated(session, vault, gate, Judgement(judgement.verdict, reason, resurvey_on)):
        raise AlreadyDecidedError
    voided = 0
    if judgement.verdict is Verdict.VOID:
        voided = _void(session, vault, gate, reason=reason, staff_id=staff_id, now=now)
    elif judgement.verdict is Verdict.ACCEPT and gate.held_at is not None:
        lift_hold(session, vault, gate, reason=reason, staff_id=staff_id, now=now, of_check=True)
    elif judgement.verdict in (Verdict.HOLD, Verdict.ANNUL):
        with suppress(AlreadyHeldError):  # by the decision before
            place_hold(
                session, vault, gate, reason=reason, staff_id=staff_id, now=now, of_check=True
            )
    decision = IntegrityDecision(
        campaign_id=gate.campaign_id,
        community_id=gate.community_id,
        verdict=judgement.verdict,
        reason_sealed=vault.seal(reason, "integrity"),
        voided=voided,
        resurvey_on=resurvey_on,
        decided_at=now,
        decided_by=staff_id,
    )
    session.add(decision)
    session.flush()
    _audit(session, "integrity.decide", decision, staff_id=staff_id, now=now)
    return decision


def _is_repeated(session: Session, vault: Vault, gate: Gate, judgement: Judgement) -> bool:
    """Say whether the newest decision is this one; voiding again finds nothing left by itself."""
    made = queries.list_decisions(session, gate.campaign_id, gate.community_id)
    if not made or judgement.verdict is Verdict.VOID:
        return False
    last = made[0][0]
    return (last.verdict, last.resurvey_on, vault.open(last.reason_sealed, "integrity")) == (
        judgement.verdict,
        judgement.resurvey_on,
        judgement.reason,
    )


def appeal(
    session: Session,
    vault: Vault,
    decision: IntegrityDecision,
    *,
    text: str,
    staff_id: int,
    now: datetime,
) -> IntegrityAppeal:
    """Object to a decision, once, with words.

    Raises:
        NoWordsError: No words.
        AlreadyAppealedError: The office has objected before.
    """
    words = clean_text(text)
    if not words:
        raise NoWordsError
    lock_gate(session, decision.campaign_id, decision.community_id, exclusive=True)
    if queries.find_appeal(session, decision.id) is not None:
        raise AlreadyAppealedError
    made = IntegrityAppeal(
        decision_id=decision.id,
        text_sealed=vault.seal(words, "integrity"),
        made_at=now,
        made_by=staff_id,
    )
    session.add(made)
    session.flush()
    _audit(session, "integrity.appeal", decision, staff_id=staff_id, now=now)
    return made


def answer_appeal(
    session: Session,
    vault: Vault,
    decision: IntegrityDecision,
    *,
    answer: AppealAnswer,
    staff_id: int,
    now: datetime,
) -> IntegrityAppeal:
    """Answer an objection; where it is right, another decision is made in the same step.

    Raises:
        NoWordsError: No words.
        AlreadyAnsweredError: Answered before, or there is nothing to answer.
        NoOtherDecisionError: Found right, and nothing else is decided.
        Exception: Whatever `decide` raises; then the objection stays unanswered.
    """
    outcome, text = answer.outcome, answer.text
    is_granted = outcome is AppealOutcome.CHANGED
    if is_granted and (
        answer.verdict is None
        or (answer.verdict, answer.resurvey_on) == (decision.verdict, decision.resurvey_on)
    ):
        raise NoOtherDecisionError
    words = clean_text(text)
    if not words:
        raise NoWordsError
    lock_gate(session, decision.campaign_id, decision.community_id, exclusive=True)
    made = queries.find_appeal(session, decision.id)
    if made is None or made.answered_at is not None:
        raise AlreadyAnsweredError
    made.outcome, made.answer_sealed = outcome, vault.seal(words, "integrity")
    made.answered_at, made.answered_by = now, staff_id
    session.flush()
    _audit(session, "integrity.answer_appeal", decision, staff_id=staff_id, now=now)
    if is_granted and answer.verdict is not None:
        gate = lock_gate(session, decision.campaign_id, decision.community_id, exclusive=True)
        judgement = Judgement(answer.verdict, words, answer.resurvey_on)
        decide(session, vault, gate, judgement, staff_id=staff_id, now=now)
    return made


def _void(
    session: Session, vault: Vault, gate: Gate, *, reason: str, staff_id: int, now: datetime
) -> int:
    """Void the answers that are not the homes' own, as calls found; return how many."""
    sample = call_queries.find_sample(session, gate.campaign_id, gate.community_id)
    rows = [] if sample is None else call_queries.list_voidable(session, sample.id)
    if not rows:
        raise NothingContradictedError
    for row in rows:
        void_response(
            session,
            vault,
            row.response,
            reason=_why(row),
            note=reason,
            staff_id=staff_id,
            now=now,
        )
    return len(rows)


def _why(row: CallRow) -> VoidReason:
    return VoidReason.STAFF if row.call.filler is Filler.STAFF else VoidReason.NOT_OWNER


def _audit(
    session: Session, action: str, decision: IntegrityDecision, *, staff_id: int, now: datetime
) -> None:
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action=action,
        subject=f"decision:{decision.id}",
        community_id=decision.community_id,
        detail=decision.verdict.value,
        now=now,
    )
