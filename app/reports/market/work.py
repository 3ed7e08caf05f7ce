"""Job of the worker: freeze a market survey, compute it, print its reports; and its timers.

It may run twice with the same outcome: the same interviews are the same revision, a result that is
there stays.
"""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.db import write_session
from app.reports.market.beside import latest_perception
from app.reports.market.orders import LANGUAGES
from app.reports.market.paper import market_pdf
from app.reports.market.source import MarketSource, perception_priorities
from app.reports.market.stored import StoredMarket, from_text, to_text
from app.reports.market.study import study_market, weights_of
from app.reports.paper import in_language
from app.reports.work import Workshop
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import SYSTEM_ACTOR, Scope
from app.surveys.market import queries
from app.surveys.market.backchecks import close_survey, destroy_phones
from app.surveys.market.freezing import freeze_market, load_frozen
from app.surveys.market.models import MarketFile, MarketRun, MarketState
from app.surveys.market.questionnaire import get_questionnaire
from app.surveys.snapshot.version import code_version

log = logging.getLogger("linsheng.market")

_EVERYTHING = Scope(staff_id=0, name=SYSTEM_ACTOR, role=Role.HEAD_OFFICE, community_ids=None)


def make_study(workshop: Workshop, payload: dict[str, object]) -> None:
    """Freeze, compute, print.

    Args:
        workshop: What to work with.
        payload: ``survey_id``.
    """
    survey_id, now = int(str(payload["survey_id"])), workshop.clock()
    with write_session(workshop.engine) as session:
        survey = queries.get_survey(session, survey_id)
        snapshot = freeze_market(session, workshop.storage, survey, now=now)
        snapshot_id = snapshot.id
    with Session(workshop.engine) as session:
        snapshot = next(
            one for one in queries.list_snapshots(session, survey_id) if one.id == snapshot_id
        )
        run = queries.find_run(session, snapshot_id, code_version())
        perception = latest_perception(session, _EVERYTHING)
    if run is None:
        frozen = load_frozen(workshop.storage, snapshot)
        result = study_market(
            frozen,
            snapshot,
            weights=weights_of(perception.result),
            weights_from=perception.campaign,
        )
        run_id = _store(workshop, snapshot_id, result, now=now)
    else:
        run_id = run.id
    _print(workshop, survey_id, run_id, now=now)
    log.info("market survey %s: revision %s stored", survey_id, snapshot.revision)


def market_round(workshop: Workshop) -> None:
    """Close surveys whose last day is over, destroy numbers that served their end; minutely."""
    now = workshop.clock()
    with Session(workshop.engine) as session:
        due = [
            one.id
            for one in queries.list_surveys(session, _EVERYTHING)
            if one.state is MarketState.OPEN and one.closes_on < beijing_date(now)
        ]
        is_old = bool(queries.list_old_phones(session, now))
    if not due and not is_old:
        return
    with write_session(workshop.engine) as session:
        for survey_id in due:
            survey = queries.get_survey(session, survey_id)
            close_survey(session, survey, actor=SYSTEM_ACTOR, now=now)
        destroy_phones(session, now=now)


def _store(workshop: Workshop, snapshot_id: int, result: StoredMarket, *, now: datetime) -> int:
    with write_session(workshop.engine) as session:
        found = queries.find_run(session, snapshot_id, code_version())
        if found is not None:
            return found.id
        run = MarketRun(
            snapshot_id=snapshot_id,
            code_version=code_version(),
            result=to_text(result),
            created_at=now,
        )
        session.add(run)
        session.flush()
        record(
            session,
            actor=SYSTEM_ACTOR,
            action="market.result",
            subject="market",
            now=now,
            detail=f"snapshot {snapshot_id}",
        )
        return run.id


def _print(workshop: Workshop, survey_id: int, run_id: int, *, now: datetime) -> None:
    with Session(workshop.engine) as session:
        made = {one.kind for one in queries.list_files(session, run_id)}
        survey = queries.get_survey(session, survey_id)
        found = queries.find_latest_run(session, survey_id, _EVERYTHING)
        if found is None or found[0].id != run_id:
            return
        run, snapshot = found
        perception = latest_perception(session, _EVERYTHING)
        asked = get_questionnaire(session, survey.questionnaire)
        session.expunge_all()
    for language in LANGUAGES:
        kind = f"pdf-{language}"
        if kind in made:
            continue
        with in_language(language):
            source = MarketSource(
                stored=from_text(run.result),
                questionnaire=asked,
                language=language,
                beside=perception_priorities(perception.result),
                beside_from=perception.campaign,
            )
            content = market_pdf(source, survey, snapshot, run, company=workshop.config.company)
        with write_session(workshop.engine) as session:
            session.add(
                MarketFile(
                    run_id=run_id,
                    kind=kind,
                    digest=workshop.storage.put(content),
                    created_at=now,
                )
            )
