"""Reads of the job table."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.jobs.models import Job, JobState


def find_job(session: Session, job_id: int) -> Job | None:
    """Return a job by key."""
    return session.get(Job, job_id)


def find_job_by_dedup_key(session: Session, dedup_key: str) -> Job | None:
    """Return the queued or running job with this key; ended jobs have none."""
    return session.scalar(select(Job).where(Job.dedup_key == dedup_key))


def list_jobs(session: Session, kind: str | None = None) -> list[Job]:
    """Return the jobs of a kind (or all), newest first."""
    query = select(Job).order_by(Job.id.desc())
    if kind is not None:
        query = query.where(Job.kind == kind)
    return list(session.scalars(query))


def count_under_way(session: Session, prefix: str) -> int:
    """Return how many queued or running jobs have a key that begins so."""
    query = select(func.count()).where(Job.dedup_key.startswith(prefix, autoescape=True))
    return session.scalar(query) or 0


def find_last(session: Session, kind: str, payload: str) -> Job | None:
    """Return the newest job of a kind with exactly this payload, as it was stored."""
    query = select(Job).where(Job.kind == kind, Job.payload == payload)
    return session.scalar(query.order_by(Job.id.desc()).limit(1))


def next_job(
    session: Session, now: datetime, *, last: Collection[str] = (), leaving: Collection[str] = ()
) -> Job | None:
    """Return the job that waits longest, locked until the transaction ends.

    Jobs of the kinds in `last` come after all others, those of the kinds in `leaving` never. A
    running job whose lease ran out waits again: its worker died. On PostgreSQL rows another
    worker is just taking are skipped; SQLite has one writer at a time.
    """
    query = (
        select(Job)
        .where(
            or_(
                and_(Job.state == JobState.QUEUED, Job.run_after <= now),
                and_(Job.state == JobState.RUNNING, Job.lease_until < now),
            )
        )
        .where(Job.kind.not_in(sorted(leaving)))
        .order_by(case((Job.kind.in_(sorted(last)), 1), else_=0), Job.run_after, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalar(query, execution_options={"populate_existing": True})


def lock_job(session: Session, job_id: int) -> Job | None:
    """Return a job as it stands now, locked until the transaction ends."""
    query = select(Job).where(Job.id == job_id).with_for_update()
    return session.scalar(query, execution_options={"populate_existing": True})
