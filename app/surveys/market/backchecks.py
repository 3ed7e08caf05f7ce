"""The agency's own check: drawn by lot, called by its supervisor, and the numbers destroyed."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.staff.audit import record, record_many
from app.staff.scope import SYSTEM_ACTOR, Scope
from app.surveys.market import queries
from app.surveys.market.deliveries import PURPOSE
from app.surveys.market.errors import CheckDoneError
from app.surveys.market.models import CheckOutcome, MarketState, MarketSurveyRow
from app.surveys.market.queries import CheckRow
from app.vault import Vault

KEPT_AFTER_CLOSING = timedelta(days=30)
_REPEATED = frozenset({CheckOutcome.NOT_REACHED})  # may be called once more


def draw_checks(
    session: Session, survey: MarketSurveyRow, *, actor: Scope | str, now: datetime
) -> int:
    """Draw calls until the wanted share of all interviews is drawn; return how many came.

    The order is fixed by the survey's seed and the interview's number: drawing anew, earlier or
    later finds the same ones first.
    """
    total = queries.count_interviews(session, survey.id)
    wanted = -(-total * survey.check_percent // 100)
    drawn = len(queries.list_drawn(session, survey.id))
    waiting = sorted(
        queries.list_undrawn(session, survey.id),
        key=lambda row: _lot(survey.seed, row[1].number),
    )
    taken = waiting[: max(0, wanted - drawn)]
    for check, _interview in taken:
        check.drawn_at = now
    if taken:
        record(
            session,
            actor=actor,
            action="market.draw",
            subject=f"market:{survey.code}",
            now=now,
            detail=f"{len(taken)} of {total}",
        )
    session.flush()
    return len(taken)


def show_phones(
    session: Session,
    survey: MarketSurveyRow,
    rows: list[CheckRow],
    vault: Vault,
    *,
    actor: Scope,
    now: datetime,
) -> dict[int, str]:
    """Return the numbers still to be called by interview, and write down who saw them."""
    found = {
        row.interview.id: vault.open(row.check.phone_sealed, PURPOSE)
        for row in rows
        if row.check.phone_sealed is not None
    }
    if found:
        record_many(
            session,
            actor=actor,
            action="market.phones",
            subjects=[(f"market:{survey.code}", None)],
            now=now,
            detail=str(len(found)),
        )
    return found


def record_check(
    session: Session,
    survey: MarketSurveyRow,
    row: CheckRow,
    outcome: CheckOutcome,
    *,
    actor: Scope,
    now: datetime,
) -> None:
    """Write down what came of a call. A number that served its end is destroyed at once.

    Raises:
        CheckDoneError: It was recorded before.
    """
    check, interview = row.check, row.interview
    if check.drawn_at is None or (check.outcome is not None and check.outcome not in _REPEATED):
        raise CheckDoneError(interview.id)
    check.outcome, check.done_by, check.done_at = outcome, actor.staff_id, now
    if outcome not in _REPEATED:
        check.phone_sealed = None
    if outcome is CheckOutcome.NO_INTERVIEW:
        interview.voided_at = now
    record(
        session,
        actor=actor,
        action="market.check",
        subject=f"market:{survey.code}",
        now=now,
        detail=f"{interview.number} {outcome.value}",
    )
    session.flush()


def close_survey(
    session: Session, survey: MarketSurveyRow, *, actor: Scope | str, now: datetime
) -> None:
    """Take no more interviews: draw the last calls, destroy every number that is not drawn."""
    survey = queries.lock_survey(session, survey.id)
    if survey.state is not MarketState.OPEN:
        return
    survey.state, survey.closed_at = MarketState.CLOSED, now
    draw_checks(session, survey, actor=actor, now=now)
    for check, _interview in queries.list_undrawn(session, survey.id):
        check.phone_sealed = None
    for draft in queries.list_survey_drafts(session, survey.id):
        session.delete(draft)
    record(
        session,
        actor=actor,
        action="market.close",
        subject=f"market:{survey.code}",
        now=now,
        detail=str(queries.count_interviews(session, survey.id)),
    )
    session.flush()


def destroy_phones(session: Session, *, now: datetime) -> int:
    """Destroy numbers whose survey closed a month ago, called or not; return how many."""
    found = queries.list_old_phones(session, now - KEPT_AFTER_CLOSING)
    for check in found:
        check.phone_sealed = None
    if found:
        record(
            session,
            actor=SYSTEM_ACTOR,
            action="market.destroy",
            subject="market",
            now=now,
            detail=str(len(found)),
        )
    session.flush()
    return len(found)


def _lot(seed: int, number: str) -> bytes:
    return hashlib.sha256(f"{seed}:{number}".encode()).digest()
