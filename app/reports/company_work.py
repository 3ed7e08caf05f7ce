"""Jobs of the worker: results of the company and its regions, and rounds over all communities.

Every function may run twice with the same outcome; each opens its own short transactions and
computes outside them.
"""

import json
import logging
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy.orm import Session

from app.db import write_session
from app.jobs.models import JobState
from app.jobs.queries import count_under_way, find_last
from app.jobs.queue import enqueue
from app.reports.company.queries import COMPANY
from app.reports.heads import write_head, write_missing_heads
from app.reports.models import PartState
from app.reports.printing.orders import RETRY_PAUSE, order
from app.reports.rounds.orders import order_slice, resume_rounds
from app.reports.rounds.queries import (
    find_round,
    has_head,
    list_regions_frozen,
    next_part,
)
from app.reports.study import (
    NothingIncludedError,
    compute,
    compute_company,
    earlier_digests,
    store,
)
from app.reports.work import Workshop
from app.surveys.campaign.queries import find_gate, get_campaign, list_campaigns
from app.surveys.snapshot.models import Snapshot
from app.surveys.snapshot.queries import list_company_revisions, list_revisions

log = logging.getLogger("linsheng.company")

STUDY = "study_company"
# Communities are frozen one after another: the company is computed when they have all come.
PAUSE = timedelta(minutes=1)
SLICE_SECONDS = 20.0
MOST_TRIES = 3


def company_round(workshop: Workshop) -> None:
    """Order what is due and not yet done: the company's results, rounds a worker left; minutely."""
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        for campaign in list_campaigns(session):
            _order_company(session, campaign.id, now=now)
        resume_rounds(session, now=now)
        write_missing_heads(session)


def _order_company(session: Session, campaign_id: int, *, now: datetime) -> None:
    """Queue the company's results when its newest snapshot has none yet."""
    revisions = list_company_revisions(session, campaign_id)
    if not revisions or count_under_way(session, f"freeze:{campaign_id}:"):
        return
    if has_head(session, campaign_id, revisions[-1].revision, COMPANY):
        return
    payload = {"campaign_id": campaign_id, "revision": revisions[-1].revision}
    last = find_last(session, STUDY, json.dumps(payload, sort_keys=True, separators=(",", ":")))
    if last is not None and last.state in (JobState.DONE, JobState.FAILED):
        ended = last.ended_at or last.created_at
        if now < ended + RETRY_PAUSE:
            return
    key = f"{STUDY}:{campaign_id}"
    enqueue(session, STUDY, payload, dedup_key=key, now=now, run_after=now + PAUSE)


def study_company(workshop: Workshop, payload: dict[str, object]) -> None:
    """Compute the company's result from its newest snapshot, then each region's.

    Args:
        workshop: What to work with.
        payload: ``campaign_id``; the revision that was the newest when it was ordered.
    """
    campaign_id = int(str(payload["campaign_id"]))
    with Session(workshop.engine) as session:
        snapshot = list_company_revisions(session, campaign_id)[-1]
        regions = list_regions_frozen(session, campaign_id)
        wanted = {
            name: codes
            for name, codes in {COMPANY: list[str](), **regions}.items()
            if not has_head(session, campaign_id, snapshot.revision, name)
        }
    for region, codes in wanted.items():
        _study_region(workshop, snapshot, region, codes)


def _study_region(workshop: Workshop, snapshot: Snapshot, region: str, members: list[str]) -> None:
    with Session(workshop.engine) as session:
        target = get_campaign(session, snapshot.campaign_id).target
        before = earlier_digests(session, snapshot)
    try:
        computed = compute_company(
            workshop.storage, snapshot.digest, target=target, members=members, before=before
        )
    except NothingIncludedError:
        log.info("campaign %s, region %r: nothing to compute from", snapshot.campaign_id, region)
        return
    with write_session(workshop.engine) as session:
        run = store(session, computed, now=workshop.clock())
        write_head(session, run, snapshot, region=region)
    log.info("campaign %s, region %r: result stored", snapshot.campaign_id, region)


def study_slice(workshop: Workshop, payload: dict[str, object]) -> None:
    """Carry out a slice of a round, community by community, and order the next one.

    Args:
        workshop: What to work with.
        payload: ``round_id``.
    """
    round_id = int(str(payload["round_id"]))
    end = monotonic() + SLICE_SECONDS
    while monotonic() < end:
        if not _next_part(workshop, round_id):
            return
    with write_session(workshop.engine) as session:
        ordered = find_round(session, round_id)
        if ordered is not None and ordered.ended_at is None:
            ordered.slices += 1
            order_slice(session, ordered, now=workshop.clock())


def _next_part(workshop: Workshop, round_id: int) -> bool:
    """Do the next community of a round; say whether there was one."""
    with write_session(workshop.engine) as session:
        ordered, part = find_round(session, round_id), next_part(session, round_id)
        if ordered is None or ordered.ended_at is not None:
            return False
        if part is None:
            ordered.ended_at = workshop.clock()
            return False
        community_id, campaign_id = part.community_id, ordered.campaign_id
        part.tries += 1
        is_given_up = part.tries > MOST_TRIES
    state, problem = PartState.FAILED, "the worker died every time"
    if not is_given_up:
        try:
            is_there = study_gate(workshop, campaign_id, community_id)
            state, problem = (PartState.DONE if is_there else PartState.LEFT_OUT), ""
        except Exception as error:
            # One community's damaged data must not hold up the others.
            log.exception("campaign %s, community %s: no result", campaign_id, community_id)
            problem = repr(error)[:200]
    with write_session(workshop.engine) as session:
        part = next_part(session, round_id)
        if part is not None and part.community_id == community_id:
            part.state, part.problem = state, problem
            part.ended_at = workshop.clock()
    return True


def study_gate(workshop: Workshop, campaign_id: int, community_id: int) -> bool:
    """Compute and store the result of a frozen community, order its files; False where it is held.

    Args:
        workshop: What to work with.
        campaign_id: The campaign.
        community_id: The community.
    """
    now = workshop.clock()
    with Session(workshop.engine) as session:
        gate = find_gate(session, campaign_id, community_id)
        revisions = list_revisions(session, campaign_id, community_id)
        if gate is None or gate.held_at is not None or not revisions:
            return False
        snapshot, target = revisions[-1], get_campaign(session, campaign_id).target
        before = earlier_digests(session, snapshot)
    computed = compute(workshop.storage, snapshot.digest, target=target, before=before)
    with write_session(workshop.engine) as session:
        run = store(session, computed, now=now)
        write_head(session, run, snapshot)
        order(session, campaign_id, run.id, now=now)
    return True
