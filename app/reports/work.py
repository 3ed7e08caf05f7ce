"""Jobs of the worker: move campaigns along, and turn a released gate into results and lists.

Every function may run twice with the same outcome. Each opens its own short transactions and
computes outside them, so that owners who answer meanwhile never wait for a study or a PDF.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.clock import end_of
from app.config import Config
from app.db import write_session
from app.followup.services import make_follow_ups
from app.followup.visits.services import plan_visits
from app.jobs.models import JobState
from app.jobs.queries import list_jobs
from app.jobs.queue import enqueue, payload_of
from app.reports.heads import write_head
from app.reports.printing.orders import RETRY_PAUSE, order, order_missing
from app.reports.queries import list_unfinished
from app.reports.study import compute, earlier_digests, store
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import SYSTEM_ACTOR, Scope
from app.storage import Storage
from app.surveys.campaign.gates.models import WorkKind
from app.surveys.campaign.gates.queries import list_unsettled
from app.surveys.campaign.gates.services import finish_work, start_work
from app.surveys.campaign.models import Campaign, CampaignState
from app.surveys.campaign.queries import (
    get_campaign,
    get_instrument,
    list_campaigns,
    list_gates,
    lock_gate,
)
from app.surveys.response.leftovers.services import keep_words
from app.surveys.response.services import drop_drafts, flush_drafts
from app.surveys.response.tracker import gate_standing
from app.surveys.snapshot.company import freeze_company
from app.surveys.snapshot.freeze import freeze_gate
from app.surveys.snapshot.queries import find_snapshot, list_revisions
from app.vault import Vault

log = logging.getLogger("linsheng.work")

_EVERYTHING = Scope(staff_id=0, name=SYSTEM_ACTOR, role=Role.HEAD_OFFICE, community_ids=None)


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a job works with.

    Attributes:
        engine: The database.
        vault: Keys of sealed columns.
        storage: Write-once files.
        config: Settings.
        clock: Returns the present instant, aware.
    """

    engine: Engine
    vault: Vault
    storage: Storage
    config: Config
    clock: Callable[[], datetime]


def advance_campaigns(workshop: Workshop, _payload: dict[str, object]) -> None:
    """Do for every open campaign what the passing of time demands; runs every minute.

    Drafts are counted once the deadline has passed; a gate that is released gets its
    `freeze_and_study` job until it is frozen and its result is there, and the files of a result
    are ordered until they are made; households with new comments get their case; the company
    snapshot is brought up to date. So it is for those communities of closed campaigns where an
    answer was voided or results are held. A community that fails does not stop the others; the
    first error is raised at the end.
    """
    now = workshop.clock()
    with Session(workshop.engine) as session:
        waiting = [
            (campaign.id, _waiting(session, campaign))
            for campaign in list_campaigns(session)
            if campaign.state is CampaignState.OPEN
        ]
        waiting += list_unsettled(session).items()
    failed: Exception | None = None
    for campaign_id, community_ids in waiting:
        for community_id in community_ids:
            try:
                with write_session(workshop.engine) as session:
                    _advance_gate(session, workshop.vault, campaign_id, community_id, now=now)
            except Exception as error:
                # One community's damaged data must not hold up the others.
                log.exception("campaign %s, community %s cannot advance", campaign_id, community_id)
                failed = failed or error
        with write_session(workshop.engine) as session:
            make_follow_ups(session, campaign_id, now=now)
            order_missing(session, campaign_id, now=now)
        # Here too, because the company may reach its rate without any freeze.
        _freeze_company(workshop, campaign_id, now=now)
    if failed is not None:
        raise failed


def freeze_and_study(workshop: Workshop, payload: dict[str, object]) -> None:
    """Freeze a released gate, make its lists, compute its result and order the files of it.

    Args:
        workshop: What to work with.
        payload: ``campaign_id`` and ``community_id``.

    A community that was held since the job was queued is left alone: the round orders the job
    again when the hold is lifted.

    Raises:
        NotReleasedError: The gate is not released any more, e.g. after a void; nothing is done.
    """
    campaign_id, community_id = int(str(payload["campaign_id"])), int(str(payload["community_id"]))
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        campaign = get_campaign(session, campaign_id)
        gate = lock_gate(session, campaign_id, community_id, exclusive=True)
        if gate.held_at is not None:
            log.info("campaign %s, community %s is held", campaign_id, community_id)
            return
        target = campaign.target
        instrument = get_instrument(session, campaign.instrument_digest)
        keep_words(session, workshop.vault, gate, instrument, now=now)
        digest = freeze_community(session, workshop.storage, campaign, community_id, now=now)
        start_work(session, gate, WorkKind.STATISTICS, staff_id=None, now=now)
        newest = find_snapshot(session, digest)
        before = () if newest is None else earlier_digests(session, newest)
    computed = compute(workshop.storage, digest, target=target, before=before)
    with write_session(workshop.engine) as session:
        run = store(session, computed, now=now)
        run_id, frozen = run.id, find_snapshot(session, digest)
        if frozen is not None:
            write_head(session, run, frozen)
        order(session, campaign_id, run_id, now=now)
    with write_session(workshop.engine) as session:
        gate = lock_gate(session, campaign_id, community_id, exclusive=True)
        finish_work(session, gate, WorkKind.STATISTICS, staff_id=None, now=workshop.clock())
    _freeze_company(workshop, campaign_id, now=now)
    log.info("campaign %s, community %s: result %s", campaign_id, community_id, run_id)


def _freeze_company(workshop: Workshop, campaign_id: int, *, now: datetime) -> None:
    """Write the company snapshot when one is due."""
    with write_session(workshop.engine) as session:
        campaign = get_campaign(session, campaign_id)
        freeze_company(session, workshop.storage, campaign=campaign, now=now)


def _waiting(session: Session, campaign: Campaign) -> list[int]:
    """Return the communities whose answers still count or whose result is not finished.

    The latter are what a worker left behind that died between the freeze and the study, and those
    with an answer voided since: they get a new revision.
    """
    gates = [row.gate for row in list_gates(session, campaign.id, _EVERYTHING)]
    due = [gate.community_id for gate in gates if gate.frozen_at is None or gate.stale_at]
    return due + [one for one in list_unfinished(session, campaign.id) if one not in set(due)]


def _advance_gate(
    session: Session, vault: Vault, campaign_id: int, community_id: int, *, now: datetime
) -> None:
    """Count drafts after the deadline, and order the freeze of a released gate."""
    campaign = get_campaign(session, campaign_id)
    if now < end_of(campaign.closes_on):
        return
    gate = lock_gate(session, campaign_id, community_id, exclusive=True)
    if gate.flushed_at is None:
        instrument = get_instrument(session, campaign.instrument_digest)
        flush_drafts(session, vault, gate, instrument, now=now)
    if gate.held_at is not None:
        return
    is_released = gate_standing(session, campaign, gate, now=now).status.is_released
    # What was frozen was released; a void afterwards does not take its result away.
    if is_released or gate.frozen_at is not None:
        _order_freeze(session, campaign_id, community_id, now=now)


def _order_freeze(session: Session, campaign_id: int, community_id: int, *, now: datetime) -> None:
    """Queue `freeze_and_study`, unless it is under way or was given up a short while ago."""
    payload = {"campaign_id": campaign_id, "community_id": community_id}
    for job in list_jobs(session, "freeze_and_study"):
        if payload_of(job) == payload:
            if job.state is JobState.FAILED and job.ended_at and now < job.ended_at + RETRY_PAUSE:
                return
            break
    dedup_key = f"freeze:{campaign_id}:{community_id}"
    enqueue(session, "freeze_and_study", payload, dedup_key=dedup_key, now=now)


def freeze_community(
    session: Session, storage: Storage, campaign: Campaign, community_id: int, *, now: datetime
) -> str:
    """Freeze one community and make its lists: the first half of `freeze_and_study`.

    Args:
        session: A writing transaction.
        storage: Where the files go.
        campaign: The campaign.
        community_id: The community.
        now: The present instant.

    Returns:
        The digest of the snapshot.

    Raises:
        HeldError: An integrity hold is in place.
        NotReleasedError: The gate is not released.
    """
    gate = lock_gate(session, campaign.id, community_id, exclusive=True)
    status = gate_standing(session, campaign, gate, now=now).status
    revisions = len(list_revisions(session, campaign.id, community_id))
    snapshot = freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=now)
    drop_drafts(session, gate)
    make_follow_ups(session, campaign.id, now=now)
    plan_visits(session, campaign, gate, status, now=now)
    if snapshot.revision > revisions:
        record(
            session,
            actor=SYSTEM_ACTOR,
            action="freeze_gate",
            subject=f"campaign:{campaign.code}",
            community_id=community_id,
            detail=snapshot.digest,
            now=now,
        )
    return snapshot.digest
