"""The reminders of the demo's running campaign: one has left, the next waits for its time."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from app.demo.accounts import staff_of
from app.surveys.campaign.queries import find_campaign
from app.surveys.distribution import queries, runs
from app.surveys.distribution.models import MessageRun, RunKind, SendChannel
from app.surveys.distribution.rules import ladder


def step_at(session: Session, code: str, kind: RunKind) -> datetime:
    """Return the usual instant of a step of a campaign."""
    campaign = find_campaign(session, code)
    if campaign is None:
        raise LookupError(code)
    steps = ladder(campaign.opens_on, campaign.closes_on)
    instants = (step.instant for step in steps if step.kind is kind)
    return next(one.astimezone(UTC) for one in instants if one is not None)


def order(session: Session, code: str, kind: RunKind, *, now: datetime) -> None:
    """Ask for the preview of a reminder by SMS to all communities."""
    campaign = find_campaign(session, code)
    if campaign is None:
        raise LookupError(code)
    head = staff_of(session, "hq")
    runs.create_run(
        session, campaign, kind=kind, channel=SendChannel.SMS, staff_id=head.id, now=now
    )


def approve(session: Session, code: str, kind: RunKind, *, now: datetime) -> None:
    """Approve the preview for the usual time of the step, or a little later if that has passed."""
    head = staff_of(session, "hq")
    planned_at = max(step_at(session, code, kind), now + timedelta(minutes=1))
    run = _run(session, code, kind)
    runs.approve_run(session, run, planned_at=planned_at, staff_id=head.id, now=now)


def _run(session: Session, code: str, kind: RunKind) -> MessageRun:
    campaign = find_campaign(session, code)
    if campaign is None:
        raise LookupError(code)
    return next(run for run in queries.list_runs(session, campaign.id) if run.kind is kind)
