"""Orders for the worker: measure a campaign, draw its calls."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.jobs.models import Job
from app.jobs.queue import enqueue

MEASURE = "integrity_measure"
DRAW = "integrity_draw"


def order_measuring(session: Session, campaign_id: int, *, now: datetime) -> Job:
    """Order the measuring of a campaign; one order at a time."""
    return enqueue(
        session,
        MEASURE,
        {"campaign_id": campaign_id},
        dedup_key=f"integrity:{campaign_id}",
        now=now,
    )


def order_draw(
    session: Session, campaign_id: int, community_id: int | None, *, staff_id: int, now: datetime
) -> Job:
    """Order the draw of calls of one community, or of all that have none."""
    return enqueue(
        session,
        DRAW,
        {"campaign_id": campaign_id, "community_id": community_id or 0, "staff_id": staff_id},
        dedup_key=f"integrity-draw:{campaign_id}:{community_id or 0}",
        now=now,
    )
