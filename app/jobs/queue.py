"""The queue: enqueue, claim, renew, finish, retry. At least once, so every job is idempotent.

A worker holds a job by a lease it has to renew; a worker that dies lets the lease run out, and
another takes the job over. Whoever lost the lease can no longer finish the job: when `finish`
stands in the same transaction as the job's work, that work is rolled back with it.
"""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.jobs import queries
from app.jobs.errors import LeaseLostError
from app.jobs.models import Job, JobState

MOST_ATTEMPTS = 3
FIRST_PAUSE = timedelta(seconds=20)
_LONGEST_ERROR = 2000


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    *,
    now: datetime,
    dedup_key: str | None = None,
    run_after: datetime | None = None,
) -> Job:
    """Queue a piece of work; with a `dedup_key` at most one job of that key is under way.

    Returns:
        The new job, or the queued or running one that has the key already.
    """
    job = Job(
        kind=kind,
        payload=json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        dedup_key=dedup_key,
        state=JobState.QUEUED,
        run_after=run_after or now,
        created_at=now,
    )
    if dedup_key is not None:
        existing = queries.find_job_by_dedup_key(session, dedup_key)
        if existing is not None:
            return existing
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError:
        # Another process was quicker; its row is visible now that it has committed.
        existing = queries.find_job_by_dedup_key(session, dedup_key) if dedup_key else None
        if existing is None:
            raise
        return existing
    return job


def payload_of(job: Job) -> dict[str, Any]:
    """Return what the job was queued with."""
    payload: dict[str, Any] = json.loads(job.payload)
    return payload


def claim(
    session: Session,
    worker: str,
    *,
    now: datetime,
    lease_seconds: int = 60,
    last: Collection[str] = (),
    leaving: Collection[str] = (),
) -> Job | None:
    """Take the job that waits longest, or None when nothing waits.

    A job that took its workers down with it as often as it may be tried is given up here.

    Args:
        session: A writing transaction.
        worker: Name of the worker.
        now: The present instant.
        lease_seconds: How long the job is held without renewing.
        last: Kinds of jobs that are taken only when no other waits.
        leaving: Kinds of jobs that are not taken.
    """
    while (job := queries.next_job(session, now, last=last, leaving=leaving)) is not None:
        if job.attempts >= MOST_ATTEMPTS:
            _end(job, JobState.FAILED, now)
            job.error = job.error or "the worker died every time"
            session.flush()
            continue
        job.state = JobState.RUNNING
        job.attempts += 1
        job.worker = worker
        job.lease_until = now + timedelta(seconds=lease_seconds)
        job.done_steps = job.total_steps = 0
        session.flush()
        return job
    return None


def renew(
    session: Session, job_id: int, worker: str, *, now: datetime, lease_seconds: int = 60
) -> None:
    """Keep the job for another while.

    Raises:
        LeaseLostError: The job is not this worker's any more.
    """
    _own(session, job_id, worker).lease_until = now + timedelta(seconds=lease_seconds)


def report_progress(session: Session, job_id: int, worker: str, done: int, total: int) -> None:
    """Tell how many of how many steps are done.

    Raises:
        LeaseLostError: The job is not this worker's any more.
    """
    job = _own(session, job_id, worker)
    job.done_steps, job.total_steps = done, total


def finish(session: Session, job_id: int, worker: str, *, now: datetime) -> None:
    """Mark the job done.

    Raises:
        LeaseLostError: The job is not this worker's any more; its work must not count.
    """
    job = _own(session, job_id, worker)
    job.error = None
    _end(job, JobState.DONE, now)


def fail(session: Session, job_id: int, worker: str, error: str, *, now: datetime) -> None:
    """Put the job back for a later try (after 20 s, then 80 s), or give it up after the third.

    Raises:
        LeaseLostError: The job is not this worker's any more.
    """
    job = _own(session, job_id, worker)
    job.error = error[:_LONGEST_ERROR]
    if job.attempts >= MOST_ATTEMPTS:
        _end(job, JobState.FAILED, now)
        return
    job.state = JobState.QUEUED
    job.run_after = now + FIRST_PAUSE * 4 ** (job.attempts - 1)
    job.worker = job.lease_until = None


def _own(session: Session, job_id: int, worker: str) -> Job:
    job = queries.lock_job(session, job_id)
    if job is None or job.state is not JobState.RUNNING or job.worker != worker:
        raise LeaseLostError(job_id)
    return job


def _end(job: Job, state: JobState, now: datetime) -> None:
    job.state = state
    job.ended_at = now
    job.dedup_key = None
    job.lease_until = None
