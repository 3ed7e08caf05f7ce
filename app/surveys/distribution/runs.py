"""Commands on runs of messages: prepare the preview, approve, stop. None commits.

A preview is not a guess: it lists exactly the homes the run would reach. It is made by the worker,
community by community, so that no page ever looks through a whole frame.
"""

from collections import Counter
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.jobs.queue import enqueue
from app.staff import audit
from app.surveys.campaign.models import OPENED, Campaign, Gate
from app.surveys.campaign.planning.queries import lock_campaign
from app.surveys.campaign.queries import get_campaign
from app.surveys.distribution import queries
from app.surveys.distribution.addresses import find_addresses
from app.surveys.distribution.candidates.queries import list_candidates
from app.surveys.distribution.errors import (
    CampaignNotOpenError,
    NoHomesError,
    PastInstantError,
    QuietHoursError,
    RunExistsError,
    RunStateError,
    TooLateError,
)
from app.surveys.distribution.models import (
    MessageReason,
    MessageRun,
    MessageState,
    RunKind,
    RunState,
    SendChannel,
)
from app.surveys.distribution.rules import (
    LOUD,
    USUAL_CAP,
    is_quiet,
    ladder,
    left_out,
    next_loud,
)
from app.surveys.response.tracker import gate_standing
from app.vault import Vault

PREPARE = "message_preview"
SEND = "message_slice"
_GRACE = timedelta(minutes=5)  # somebody filled the form in a moment ago
_FARTHEST = timedelta(days=60)  # for results, which have no last day


def create_run(
    session: Session,
    campaign: Campaign,
    *,
    kind: RunKind,
    channel: SendChannel,
    community_id: int | None = None,
    cap: int = USUAL_CAP,
    staff_id: int,
    now: datetime,
) -> MessageRun:
    """Order the preview of a run; nothing is sent.

    Args:
        session: Open session; the caller owns the transaction.
        campaign: An opened campaign.
        kind: The step.
        channel: How homes are reached.
        community_id: One community; None for all.
        cap: Reminders one home gets in this campaign, over all channels.
        staff_id: Who prepares it.
        now: Aware instant.

    Raises:
        CampaignNotOpenError: Nobody is asked anything yet.
        RunExistsError: One of the same step and channel for some of these homes is not over yet.
    """
    campaign = lock_campaign(session, campaign.id)  # two posts of one form come one by one
    if campaign.state not in OPENED:
        raise CampaignNotOpenError(campaign.code)
    run = MessageRun(
        campaign_id=campaign.id,
        community_id=community_id,
        kind=kind,
        channel=channel,
        state=RunState.PREPARING,
        cap=cap,
        made_by=staff_id,
        made_at=now,
        slices=0,
    )
    other = queries.find_open_run(session, run)
    if other is not None:
        raise RunExistsError(other.id)
    session.add(run)
    session.flush()
    enqueue(session, PREPARE, {"run_id": run.id}, dedup_key=f"{PREPARE}:{run.id}", now=now)
    return run


def is_due(session: Session, campaign: Campaign, gate: Gate, kind: RunKind, now: datetime) -> bool:
    """Say whether a community is at this step: it still collects, or its results are released.

    After the last day nobody is asked any more, although answers still count: every text names
    that day.
    """
    status = gate_standing(session, campaign, gate, now=now).status
    is_over = status.is_released or gate.frozen_at is not None
    if kind is RunKind.RESULT:
        return status.is_released
    return not is_over and beijing_date(now) <= campaign.closes_on


def prepare_community(
    session: Session,
    vault: Vault,
    run: MessageRun,
    campaign: Campaign,
    gate: Gate,
    *,
    now: datetime,
) -> int:
    """Plan the messages of one community; return how many."""
    rows = list_candidates(session, run, gate.community_id)
    usual = {step.kind: step.instant for step in ladder(campaign.opens_on, campaign.closes_on)}
    at = max(now, usual[run.kind] or now)
    due = is_due(session, campaign, gate, run.kind, now)
    reasons = {
        row.member_id: (
            left_out(row.candidate, kind=run.kind, channel=run.channel, cap=run.cap, at=at)
            if due
            else MessageReason.NOT_DUE
        )
        for row in rows
    }
    wanted = [row for row in rows if reasons[row.member_id] is None]
    reachable = find_addresses(session, vault, run.channel, [row.household_id for row in wanted])
    moves: Counter[tuple[int, str, str]] = Counter()
    planned = []
    for row in rows:
        reason = reasons[row.member_id]
        if reason is None and row.household_id not in reachable:
            reason = MessageReason.NO_ADDRESS
        if reason is None:
            planned.append(row.member_id)
        what = MessageState.PLANNED.value if reason is None else reason.value
        moves[row.community_id, row.building, what] += 1
    queries.add_messages(
        session,
        [
            {
                "run_id": run.id,
                "frame_member_id": member_id,
                "state": MessageState.PLANNED,
                "attempts": 0,
                "moved_at": now,
            }
            for member_id in planned
        ],
    )
    queries.move_tally(session, run.id, moves)
    return len(planned)


def end_preview(session: Session, run: MessageRun) -> None:
    """Mark the preview complete, unless the run was stopped meanwhile."""
    run = queries.lock_run(session, run.id)
    if run.state is RunState.PREPARING:
        run.state = RunState.PREVIEWED
    session.flush()


def approve_run(
    session: Session, run: MessageRun, *, planned_at: datetime, staff_id: int, now: datetime
) -> None:
    """Approve what the preview shows, for a planned instant.

    Raises:
        RunStateError: The preview is not complete, or the run was decided on before.
        NoHomesError: There is nobody to send to.
        PastInstantError: The planned instant has passed.
        TooLateError: It lies behind the last day of the campaign, or months ahead.
        QuietHoursError: It lies between 21:00 and 08:00.
    """
    run = queries.lock_run(session, run.id)
    if run.state is not RunState.PREVIEWED:
        raise RunStateError(run.state)
    if not queries.sum_runs(session, [run.id])[run.id].get(MessageState.PLANNED.value):
        raise NoHomesError
    if planned_at < now - _GRACE:
        raise PastInstantError(planned_at)
    last_day = _last_day(session, run, now)
    if beijing_date(planned_at) > last_day:
        raise TooLateError(last_day)
    if run.channel in LOUD and is_quiet(max(planned_at, now)):
        raise QuietHoursError(next_loud(max(planned_at, now)))
    run.state = RunState.APPROVED
    run.planned_at = planned_at
    run.approved_by = staff_id
    run.approved_at = now
    session.flush()
    _audit(session, run, "message.approve", staff_id=staff_id, now=now)


def _last_day(session: Session, run: MessageRun, now: datetime) -> date:
    if run.kind is RunKind.RESULT:
        return beijing_date(now + _FARTHEST)
    return get_campaign(session, run.campaign_id).closes_on


def stop_run(session: Session, run: MessageRun, *, staff_id: int, now: datetime) -> None:
    """Stop a run: what has not left stays here for good.

    Raises:
        RunStateError: It has ended already.
    """
    run = queries.lock_run(session, run.id)
    if run.state not in queries.OPEN_STATES:
        raise RunStateError(run.state)
    run.state = RunState.STOPPED
    run.ended_at = now
    session.flush()
    _audit(session, run, "message.stop", staff_id=staff_id, now=now)


def order_due_runs(session: Session, *, now: datetime) -> int:
    """Queue the next piece of every run that is due; asking again changes nothing.

    Returns:
        Runs that are due.
    """
    due = [
        run
        for run in queries.list_due_runs(session, now)
        if run.channel not in LOUD or not is_quiet(now)
    ]
    for run in due:
        order_slice(session, run, now=now)
    return len(due)


def order_slice(session: Session, run: MessageRun, *, now: datetime) -> None:
    """Queue the next piece of a run."""
    payload = {"run_id": run.id, "number": run.slices}
    enqueue(session, SEND, payload, dedup_key=f"{SEND}:{run.id}:{run.slices}", now=now)


def _audit(session: Session, run: MessageRun, action: str, *, staff_id: int, now: datetime) -> None:
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action=action,
        subject=f"message_run:{run.id}",
        community_id=run.community_id,
        detail=f"{run.kind.value} {run.channel.value}",
        now=now,
    )
