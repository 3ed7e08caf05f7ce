"""Orders for the results of a market survey. Loads no numpy: pages give them."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.jobs.models import JobState
from app.jobs.queries import count_under_way, find_last
from app.jobs.queue import enqueue
from app.staff.audit import record
from app.staff.scope import Scope
from app.surveys.market import queries
from app.surveys.market.errors import MarketNotReadyError, MarketStateError, MissingStep
from app.surveys.market.models import MarketState, MarketSurveyRow

KIND = "market_study"
LANGUAGES = ("zh-Hans", "en")


def order_study(session: Session, survey: MarketSurveyRow, *, actor: Scope, now: datetime) -> None:
    """Queue the freeze, the study and the reports of a closed survey.

    Raises:
        MarketStateError: It is not closed.
        MarketNotReadyError: There is no interview.
    """
    if survey.state is not MarketState.CLOSED:
        raise MarketStateError(survey.state)
    if not queries.count_interviews(session, survey.id):
        raise MarketNotReadyError((MissingStep.NO_INTERVIEWS,))
    enqueue(session, KIND, {"survey_id": survey.id}, dedup_key=_key(survey), now=now)
    record(
        session,
        actor=actor,
        action="market.freeze",
        subject=f"market:{survey.code}",
        now=now,
    )


def is_under_way(session: Session, survey: MarketSurveyRow) -> bool:
    """Say whether the worker has it."""
    return count_under_way(session, _key(survey)) > 0


def has_failed(session: Session, survey: MarketSurveyRow) -> bool:
    """Say whether the last order came to nothing."""
    last = find_last(session, KIND, f'{{"survey_id":{survey.id}}}')
    return last is not None and last.state is JobState.FAILED


def _key(survey: MarketSurveyRow) -> str:
    return f"{KIND}:{survey.id}:"
