"""An interview while it is being written: saved sealed, for its own account only."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.staff.scope import Scope
from app.surveys.market import queries
from app.surveys.market.errors import MarketStateError
from app.surveys.market.models import MarketDraft, MarketState, MarketSurveyRow
from app.vault import Vault

PURPOSE = "market-draft"


def begin_draft(
    session: Session,
    survey: MarketSurveyRow,
    number: str,
    vault: Vault,
    *,
    actor: Scope,
    now: datetime,
) -> MarketDraft:
    """Begin an interview.

    Raises:
        MarketStateError: The survey takes no interviews.
    """
    if survey.state is not MarketState.OPEN:
        raise MarketStateError(survey.state)
    draft = MarketDraft(
        survey_id=survey.id,
        staff_id=actor.staff_id,
        number=number,
        started_at=now,
        saved_at=now,
        answers_sealed=vault.seal("{}", PURPOSE),
    )
    session.add(draft)
    session.flush()
    return draft


def save_draft(draft: MarketDraft, said: Mapping[str, str], vault: Vault, *, now: datetime) -> None:
    """Keep what has been written so far, as it is."""
    text = json.dumps(dict(said), ensure_ascii=False, sort_keys=True)
    draft.answers_sealed, draft.saved_at = vault.seal(text, PURPOSE), now


def read_draft(draft: MarketDraft, vault: Vault) -> dict[str, str]:
    """Return what has been written so far."""
    found: dict[str, str] = json.loads(vault.open(draft.answers_sealed, PURPOSE))
    return found


def drop_draft(session: Session, survey_id: int, number: str, *, actor: Scope) -> None:
    """Forget an interview that was not sent; one that is gone already is no error."""
    draft = queries.find_draft(session, survey_id, number, actor)
    if draft is not None:
        session.delete(draft)
        session.flush()
