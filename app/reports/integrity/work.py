"""Jobs of the worker: measure how answers came about, draw audit calls, compare with and without.

Everything is read in one short transaction a community and computed outside of it. What leaves
are counts of a community, figures with and without doubtful answers, and the calls.
"""

import json
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date, end_of
from app.db import write_session
from app.reports.integrity.effect import index_of
from app.reports.integrity.prints import make_prints
from app.reports.integrity.queries import list_closings
from app.reports.work import Workshop
from app.surveys.campaign.contact.queries import count_community
from app.surveys.campaign.models import Campaign, CampaignState
from app.surveys.campaign.queries import get_campaign, get_instrument, list_campaigns, list_gates
from app.surveys.instrument.model import Instrument
from app.surveys.integrity import jobs, queries, services
from app.surveys.integrity.calls import queries as call_queries
from app.surveys.integrity.clones import count_clones
from app.surveys.integrity.closings import Closing, count_quick, count_same
from app.surveys.integrity.collected import queries as collected
from app.surveys.integrity.errors import (
    AlreadyDrawnError,
    NothingToCallError,
    StillCollectingError,
)
from app.surveys.integrity.measure import measure, weigh_answers
from app.surveys.integrity.models import IntegrityEffect
from app.surveys.integrity.reading import places_of
from app.surveys.integrity.score import judge
from app.surveys.integrity.stored import read_signals
from app.surveys.integrity.thresholds import FLAGGED_SIGNS

_PEERS = 30  # below, a company's earlier campaigns stand beside its communities

log = logging.getLogger("linsheng.integrity")


class _Everything:
    """Sees every community: the program itself."""

    community_ids: frozenset[int] | None = None


def integrity_round(workshop: Workshop) -> None:
    """Order the measuring of open campaigns once a day; make missing digests of frozen answers."""
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        campaigns = list_campaigns(session)
        opened = [one.id for one in campaigns if one.state is CampaignState.OPEN]
        for campaign in campaigns:
            if campaign.id in opened and _is_due(session, campaign, now=now):
                jobs.order_measuring(session, campaign.id, now=now)
    make_prints(workshop, now=now)


def _is_due(session: Session, campaign: Campaign, *, now: datetime) -> bool:
    """Say whether a campaign was not measured today, or not since its deadline passed."""
    last = queries.last_scored_at(session, campaign.id)
    if last is None or beijing_date(last) < beijing_date(now):
        return True
    return last < end_of(campaign.closes_on) <= now


def measure_campaign(workshop: Workshop, payload: dict[str, object]) -> None:
    """Measure every community of a campaign, compare them, and say what doubtful answers do.

    Args:
        workshop: What to work with.
        payload: ``campaign_id``.
    """
    campaign_id, now = int(str(payload["campaign_id"])), workshop.clock()
    with Session(workshop.engine) as session:
        campaign = get_campaign(session, campaign_id)
        instrument = get_instrument(session, campaign.instrument_digest)
        ids = [row.community_id for row in list_gates(session, campaign_id, _Everything())]
        is_final = now >= end_of(campaign.closes_on)
    for community_id in ids:
        _measure_one(workshop, campaign_id, community_id, instrument, now=now)
    with write_session(workshop.engine) as session:
        rows = queries.list_measures(session, campaign_id)
        scores = judge(
            {row.community_id: read_signals(row.signals) for row in rows},
            others=[
                read_signals(row.signals)
                for row in queries.list_earlier_measures(session, campaign_id, limit=_PEERS)
            ]
            if len(rows) < _PEERS
            else (),
        )
        services.keep_scores(
            session,
            campaign_id,
            scores,
            answers={row.community_id: row.answers for row in rows},
            is_final=is_final,
            now=now,
        )
    for community_id in ids:
        weigh_effect(workshop, campaign_id, community_id, instrument, now=now)
    log.info("campaign %s: %s communities measured", campaign_id, len(ids))


def _measure_one(
    workshop: Workshop,
    campaign_id: int,
    community_id: int,
    instrument: Instrument,
    *,
    now: datetime,
) -> None:
    with Session(workshop.engine) as session:
        campaign = get_campaign(session, campaign_id)
        answers = [one.answer for one in collected.list_answered(session, campaign, community_id)]
        around = collected.find_surroundings(session, campaign, community_id)
        sealed = collected.list_sealed_texts(session, campaign_id, community_id)
        closed = list_closings(session, campaign_id, community_id)
    opened = [json.loads(workshop.vault.open(one, "comment")) for one in sealed]
    texts = [text for one in opened for text in one.values()]
    closings = [
        Closing(one.staff_id, one.at, workshop.vault.open(one.words_sealed, "result"))
        for one in closed
    ]
    around = replace(
        around,
        clones=count_clones(texts) if texts else None,
        closings=(count_quick(closings), len(closings)) if closings else None,
        same_closings=count_same(closings) if closings else None,
    )
    signals = measure(answers, around, places_of(instrument)) if answers else ()
    with write_session(workshop.engine) as session:
        services.keep_measure(
            session, campaign_id, community_id, signals=signals, answers=len(answers), now=now
        )


def draw_calls(workshop: Workshop, payload: dict[str, object]) -> None:
    """Draw the audit calls of one community, or of all that have none.

    Args:
        workshop: What to work with.
        payload: ``campaign_id``, ``community_id`` (0 for all) and ``staff_id``.
    """
    campaign_id, only = int(str(payload["campaign_id"])), int(str(payload["community_id"]))
    staff_id, now = int(str(payload["staff_id"])), workshop.clock()
    with Session(workshop.engine) as session:
        campaign = get_campaign(session, campaign_id)
        instrument = get_instrument(session, campaign.instrument_digest)
        ids = [only] if only else call_queries.list_unsampled(session, campaign_id)
    for community_id in ids:
        with suppress(AlreadyDrawnError, NothingToCallError, StillCollectingError):
            _draw_one(workshop, campaign_id, community_id, instrument, staff_id=staff_id, now=now)


def _draw_one(
    workshop: Workshop,
    campaign_id: int,
    community_id: int,
    instrument: Instrument,
    *,
    staff_id: int,
    now: datetime,
) -> None:
    with Session(workshop.engine) as session:
        campaign = get_campaign(session, campaign_id)
        found = collected.list_answered(session, campaign, community_id)
        score = queries.find_score(session, campaign_id, community_id)
    signs = weigh_answers([one.answer for one in found], places_of(instrument)) if found else []
    drawable = [
        services.Drawable(one.response_id, one.answer.vector, sign)
        for one, sign in zip(found, signs, strict=True)
    ]
    with write_session(workshop.engine) as session:
        services.draw_sample(
            session,
            get_campaign(session, campaign_id),
            community_id,
            drawable,
            instrument=instrument,
            is_high=score is not None and score.is_high,
            staff_id=staff_id,
            now=now,
        )


def weigh_effect(
    workshop: Workshop,
    campaign_id: int,
    community_id: int,
    instrument: Instrument,
    *,
    now: datetime,
) -> None:
    """Work out the figures of a community with and without its doubtful answers, and keep them.

    Doubtful are those that calls contradicted, and, where the score is high, those that show
    several signs. Where nothing is doubtful nothing is kept.
    """
    with Session(workshop.engine) as session:
        score = queries.find_score(session, campaign_id, community_id)
        against = call_queries.list_contradicted_ids(session, campaign_id, community_id)
        is_high = score is not None and score.is_high
        campaign = get_campaign(session, campaign_id)
        found = []
        if is_high or against:
            found = collected.list_answered(session, campaign, community_id)
        base = count_community(session, campaign_id, community_id).base
    flagged: set[int] = set()
    if is_high and found:
        signs = weigh_answers([one.answer for one in found], places_of(instrument))
        pairs = zip(found, signs, strict=True)
        flagged = {one.response_id for one, sign in pairs if sign >= FLAGGED_SIGNS}
    contradicted = against & {one.response_id for one in found}
    kept = [one for one in found if one.response_id not in flagged | contradicted]
    effect = None
    if len(kept) < len(found):
        whole, without = index_of(instrument, found, base), index_of(instrument, kept, base)
        effect = IntegrityEffect(
            campaign_id=campaign_id,
            community_id=community_id,
            computed_at=now,
            base=base,
            answers=len(found),
            flagged=len(flagged),
            contradicted=len(contradicted),
            answers_without=len(kept),
            **{name: whole[part] for part, name in enumerate(("index", "index_low", "index_high"))},
            **{
                f"index_without{part}": without[at] for at, part in enumerate(("", "_low", "_high"))
            },
        )
    with write_session(workshop.engine) as session:
        services.keep_effect(session, campaign_id, community_id, effect)
