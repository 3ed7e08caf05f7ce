"""All statements on the tables of the scan desk. Whoever looks does so within a scope."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, distinct, func, select
from sqlalchemy.orm import Session

from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.campaign.queries import Viewer, seen_by
from app.surveys.paper.scans.models import (
    BatchState,
    ScanBatch,
    ScanBatchEvent,
    ScanDecision,
    ScanFile,
    ScanFileState,
    ScanImage,
    ScanMove,
    ScanPage,
    ScanSheet,
)
from app.surveys.paper.scans.trays import LIVE, Tray
from app.surveys.register.models import Community
from app.surveys.response.models import Response

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch with the names of its place and what was found in it."""

    batch: ScanBatch
    community: str
    campaign: Campaign
    sheets_found: int


def find_batch(session: Session, scope: Viewer, batch_id: int) -> ScanBatch | None:
    """Return a batch that `scope` may see, or None."""
    return session.scalar(
        select(ScanBatch)
        .where(ScanBatch.id == batch_id, seen_by(scope, ScanBatch.community_id))
        .execution_options(populate_existing=True)
    )


def lock_batch(session: Session, batch_id: int) -> ScanBatch:
    """Return a batch fresh from the database and locked: its pages are moved one at a time."""
    query = select(ScanBatch).where(ScanBatch.id == batch_id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def list_batches(
    session: Session,
    scope: Viewer,
    *,
    state: BatchState | None = None,
    campaign_id: int | None = None,
    batch_id: int | None = None,
    opened_by: int | None = None,
    page: int = 1,
) -> list[BatchRow]:
    """Return a page of batches, the latest first, and one more if there are more."""
    found = (
        select(func.count(distinct(ScanPage.sheet_id)))
        .where(ScanPage.batch_id == ScanBatch.id, ScanPage.tray != Tray.VOID)
        .correlate(ScanBatch)
        .scalar_subquery()
    )
    query = (
        select(ScanBatch, Community.name, Campaign, found)
        .join(Community, Community.id == ScanBatch.community_id)
        .join(Campaign, Campaign.id == ScanBatch.campaign_id)
        .where(seen_by(scope, ScanBatch.community_id))
        .order_by(ScanBatch.id.desc())
        .offset((page - 1) * PER_PAGE)
        .limit(PER_PAGE + 1)
        .execution_options(populate_existing=True)
    )
    if state is not None:
        query = query.where(ScanBatch.state == state)
    if campaign_id is not None:
        query = query.where(ScanBatch.campaign_id == campaign_id)
    if batch_id is not None:
        query = query.where(ScanBatch.id == batch_id)
    if opened_by is not None:
        query = query.where(ScanBatch.opened_by == opened_by)
    return [BatchRow(*row) for row in session.execute(query)]


def count_found(session: Session, batch_id: int) -> int:
    """Count the printed sheets found among the pages of a batch."""
    return session.scalars(
        select(func.count(distinct(ScanPage.sheet_id))).where(
            ScanPage.batch_id == batch_id, ScanPage.tray != Tray.VOID
        )
    ).one()


def count_trays(session: Session, batch_ids: Collection[int]) -> dict[int, dict[Tray, int]]:
    """Return how many pages lie in each tray of each batch."""
    found: dict[int, dict[Tray, int]] = {batch_id: {} for batch_id in batch_ids}
    query = (
        select(ScanPage.batch_id, ScanPage.tray, func.count())
        .where(ScanPage.batch_id.in_(batch_ids))
        .group_by(ScanPage.batch_id, ScanPage.tray)
    )
    for batch_id, tray, count in session.execute(query):
        found[batch_id][tray] = count
    return found


def list_batch_events(session: Session, batch_id: int) -> list[ScanBatchEvent]:
    """Return when a batch was closed and opened again, the first first."""
    query = select(ScanBatchEvent).where(ScanBatchEvent.batch_id == batch_id)
    return list(session.scalars(query.order_by(ScanBatchEvent.id)))


def list_files(session: Session, batch_id: int) -> list[ScanFile]:
    """Return the files of a batch in the order they came."""
    query = select(ScanFile).where(ScanFile.batch_id == batch_id).order_by(ScanFile.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def find_file(session: Session, file_id: int) -> ScanFile | None:
    """Return an uploaded file, or None."""
    return session.get(ScanFile, file_id, populate_existing=True)


def find_same_file(session: Session, batch_id: int, digest: str) -> ScanFile | None:
    """Return the file of a batch that holds the same bytes, or None."""
    return session.scalar(
        select(ScanFile).where(ScanFile.batch_id == batch_id, ScanFile.digest == digest)
    )


def count_waiting_files(session: Session, batch_id: int) -> int:
    """Count the files of a batch the worker has not come to an end with."""
    return session.scalars(
        select(func.count()).where(
            ScanFile.batch_id == batch_id, ScanFile.state == ScanFileState.WAITING
        )
    ).one()


def count_pages_of_file(session: Session, file_id: int) -> int:
    """Count the pages of a file that are stored."""
    return session.scalars(select(func.count()).where(ScanPage.file_id == file_id)).one()


def has_page(session: Session, file_id: int, number: int) -> bool:
    """Say whether a page of a file is stored."""
    query = select(ScanPage.id).where(ScanPage.file_id == file_id, ScanPage.number == number)
    return session.scalar(query) is not None


def find_page(session: Session, scope: Viewer, page_id: int) -> ScanPage | None:
    """Return a page of a batch `scope` may see, or None."""
    return session.scalar(
        select(ScanPage)
        .join(ScanBatch, ScanBatch.id == ScanPage.batch_id)
        .where(ScanPage.id == page_id, seen_by(scope, ScanBatch.community_id))
        .execution_options(populate_existing=True)
    )


def lock_page(session: Session, page_id: int) -> ScanPage:
    """Return a page fresh from the database and locked."""
    query = select(ScanPage).where(ScanPage.id == page_id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def find_in_slot(session: Session, slot: str) -> ScanPage | None:
    """Return the scan that stands for a page of a printed sheet, or None."""
    return session.scalar(
        select(ScanPage).where(ScanPage.slot == slot).execution_options(populate_existing=True)
    )


def list_pages(
    session: Session,
    batch_id: int,
    trays: Collection[Tray],
    *,
    after: int = 0,
    limit: int = PER_PAGE,
    but: str = "",
    since: datetime | None = None,
) -> list[ScanPage]:
    """Return pages of a batch that lie in these trays, in the order they were scanned.

    Args:
        session: To read from.
        batch_id: The batch.
        trays: Which trays.
        after: Only pages behind this one.
        limit: How many at most.
        but: Leave out pages with this problem,
        since: if they were moved after this instant.
    """
    query = (
        select(ScanPage)
        .where(ScanPage.batch_id == batch_id, ScanPage.tray.in_(trays), ScanPage.id > after)
        .order_by(ScanPage.id)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    if since is not None:
        moved = select(ScanMove.id).where(ScanMove.page_id == ScanPage.id, ScanMove.at > since)
        query = query.where(~and_(ScanPage.problem == but, moved.exists()))
    return list(session.scalars(query))


def list_live(session: Session, sheet_id: int) -> list[ScanPage]:
    """Return the pages that stand for a printed sheet, in their order."""
    query = (
        select(ScanPage)
        .where(ScanPage.sheet_id == sheet_id, ScanPage.slot.is_not(None))
        .where(ScanPage.tray.in_(LIVE))
        .order_by(ScanPage.page)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def list_beside(session: Session, sheet_id: int) -> list[ScanPage]:
    """Return the pages of a sheet that wait as conflicts, the oldest first."""
    query = (
        select(ScanPage)
        .where(ScanPage.sheet_id == sheet_id, ScanPage.tray == Tray.CONFLICT)
        .order_by(ScanPage.id)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def list_decisions(session: Session, page_ids: Collection[int]) -> list[ScanDecision]:
    """Return what people decided about these pages, the latest last."""
    query = select(ScanDecision).where(ScanDecision.page_id.in_(page_ids))
    return list(session.scalars(query.order_by(ScanDecision.id)))


def find_last_decider(session: Session, page_ids: Collection[int]) -> int | None:
    """Return who decided last about these pages, None when nobody had to."""
    query = select(ScanDecision.staff_id).where(ScanDecision.page_id.in_(page_ids))
    return session.scalar(query.order_by(ScanDecision.id.desc()).limit(1))


def list_moves(session: Session, page_id: int) -> list[ScanMove]:
    """Return the way of a page through the trays."""
    query = select(ScanMove).where(ScanMove.page_id == page_id).order_by(ScanMove.id)
    return list(session.scalars(query))


def find_image(session: Session, page_id: int) -> ScanImage | None:
    """Return the picture of a page, None when it is gone."""
    return session.get(ScanImage, page_id)


def has_image(session: Session, page_id: int) -> bool:
    """Say whether the picture of a page is still there."""
    query = select(ScanImage.page_id).where(ScanImage.page_id == page_id)
    return session.scalar(query) is not None


def find_scan_sheet(session: Session, sheet_id: int) -> ScanSheet | None:
    """Return a printed sheet that came back, or None."""
    return session.get(ScanSheet, sheet_id, populate_existing=True)


def lock_scan_sheet(session: Session, sheet_id: int) -> ScanSheet | None:
    """Return a printed sheet that came back, locked: its pages are dealt with one at a time."""
    query = select(ScanSheet).where(ScanSheet.sheet_id == sheet_id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one_or_none()


def count_sheets(session: Session, batch_id: int) -> tuple[int, int]:
    """Return how many sheets begun in a batch are answers, and how many of them count."""
    query = (
        select(func.count(), func.count().filter(Response.is_counted))
        .select_from(ScanSheet)
        .join(Response, Response.id == ScanSheet.response_id)
        .where(ScanSheet.batch_id == batch_id)
    )
    answers, counted = session.execute(query).one()
    return answers, counted


def list_conflicts(
    session: Session, scope: Viewer, campaign_id: int
) -> list[tuple[ScanPage, ScanBatch, FrameMember]]:
    """Return pages that were scanned before with other marks, the oldest first."""
    query = (
        select(ScanPage, ScanBatch, FrameMember)
        .join(ScanBatch, ScanBatch.id == ScanPage.batch_id)
        .join(FrameMember, FrameMember.id == ScanPage.frame_member_id)
        .where(
            ScanBatch.campaign_id == campaign_id,
            ScanPage.tray == Tray.CONFLICT,
            seen_by(scope, ScanBatch.community_id),
        )
        .order_by(ScanPage.id)
        .limit(PER_PAGE)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def list_second_answers(
    session: Session, scope: Viewer, campaign_id: int
) -> list[tuple[ScanSheet, Response, FrameMember]]:
    """Return sheets kept beside another answer of their home that nobody has looked at."""
    query = (
        select(ScanSheet, Response, FrameMember)
        .join(Response, Response.id == ScanSheet.response_id)
        .join(FrameMember, FrameMember.id == ScanSheet.frame_member_id)
        .where(
            ScanSheet.campaign_id == campaign_id,
            ScanSheet.seen_at.is_(None),
            ~Response.is_counted,
            Response.voided_at.is_(None),
            seen_by(scope, ScanSheet.community_id),
        )
        .order_by(ScanSheet.sheet_id)
        .limit(PER_PAGE)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def list_unnamed_images(session: Session, campaign_id: int, limit: int) -> list[ScanImage]:
    """Return pictures of a campaign's pages that belong to no home."""
    query = (
        select(ScanImage)
        .join(ScanPage, ScanPage.id == ScanImage.page_id)
        .join(ScanBatch, ScanBatch.id == ScanPage.batch_id)
        .where(ScanBatch.campaign_id == campaign_id, ScanPage.frame_member_id.is_(None))
        .limit(limit)
    )
    return list(session.scalars(query))
