"""Statements over all open batches: what waits, and where to begin. Within a scope."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.surveys.campaign.queries import Viewer, seen_by
from app.surveys.paper.scans.models import BatchState, ScanBatch, ScanPage
from app.surveys.paper.scans.trays import QUEUED, Tray


def count_queued(session: Session, scope: Viewer, campaign_id: int) -> dict[Tray, int]:
    """Return how many pages wait in each tray, over all open batches of a campaign."""
    query = (
        select(ScanPage.tray, func.count())
        .join(ScanBatch, ScanBatch.id == ScanPage.batch_id)
        .where(
            ScanBatch.campaign_id == campaign_id,
            ScanBatch.state == BatchState.OPEN,
            ScanBatch.queued > 0,
            ScanPage.tray.in_(QUEUED),
            seen_by(scope, ScanBatch.community_id),
        )
        .group_by(ScanPage.tray)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def find_batch_with(session: Session, scope: Viewer, tray: Tray) -> int | None:
    """Return the open batch that has waited longest with pages in a tray, or None."""
    return session.scalar(
        select(ScanPage.batch_id)
        .join(ScanBatch, ScanBatch.id == ScanPage.batch_id)
        .where(
            ScanBatch.state == BatchState.OPEN,
            ScanBatch.queued > 0,
            ScanPage.tray == tray,
            seen_by(scope, ScanBatch.community_id),
        )
        .order_by(ScanPage.batch_id)
        .limit(1)
    )
