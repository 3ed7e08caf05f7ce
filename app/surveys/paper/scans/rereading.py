"""Reading a page again once a clerk has keyed its code: only its doubts wait then. None commits.

From the moment the code is keyed the page lies where every page to be keyed whole lies. A worker
that reads it puts its reading in place of nothing; where it cannot, or a person was quicker, the
page is keyed whole.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.jobs import queue
from app.surveys.paper.printing.queries import get_sheet
from app.surveys.paper.reading.result import Problem, ScannedPage
from app.surveys.paper.scans import queries
from app.surveys.paper.scans.models import BatchState, ScanPage
from app.surveys.paper.scans.readings import (
    is_unread,
    open_image,
    open_reading,
    reading_of,
    seal_image,
    seal_reading,
)
from app.surveys.paper.scans.settling import settle
from app.surveys.paper.scans.trays import REVIEWED
from app.vault import Vault

REREAD = "reread_scan_page"
BEING_READ = "reread"  # problem of a page the worker is about to read again
PATIENCE = timedelta(minutes=5)
"""How long a page is kept from the people who would key it whole."""


@dataclass(frozen=True, slots=True)
class Again:
    """A picture to be read again, and the form it shows."""

    image: bytes
    layout: str


def ask_again(session: Session, page: ScanPage, *, now: datetime) -> bool:
    """Queue the reading of a page whose code was keyed; False when its picture is gone."""
    if not queries.has_image(session, page.id):
        return False
    page.problem = BEING_READ
    queue.enqueue(session, REREAD, {"page": page.id}, now=now, dedup_key=f"{REREAD}:{page.id}")
    session.flush()
    return True


def find_again(session: Session, vault: Vault, page_id: int) -> Again | None:
    """Return what is to be read of a page, None when nothing waits for it any more."""
    page = session.get_one(ScanPage, page_id, populate_existing=True)
    image = queries.find_image(session, page_id)
    if image is None or page.sheet_id is None or not _waits(session, vault, page):
        return None
    layout = get_sheet(session, page.sheet_id).layout_key
    return Again(open_image(vault, image.content_sealed), layout)


def take_again(
    session: Session, vault: Vault, page_id: int, scanned: ScannedPage | None, *, now: datetime
) -> bool:
    """Take the second reading of a page; say whether it was of use.

    Without one, or one of another page of the form, the page is keyed whole.
    """
    found = session.get_one(ScanPage, page_id, populate_existing=True)
    if found.sheet_id is None:
        return False
    sheet = queries.lock_scan_sheet(session, found.sheet_id)
    batch = queries.lock_batch(session, found.batch_id)
    page = queries.lock_page(session, page_id)
    if sheet is None or batch.state is BatchState.CLOSED or not _waits(session, vault, page):
        return False
    page.problem = ""
    if scanned is None or scanned.problem is not None or scanned.page != page.page:
        if scanned is not None and scanned.page not in (None, page.page):
            page.problem = Problem.WRONG_SIDE.value
        session.flush()
        return False
    page.reading_sealed = seal_reading(vault, reading_of(scanned), is_flat=True)
    if scanned.style.marks:
        page.darkness, page.stroke = scanned.style.darkness, scanned.style.stroke
        page.slant = scanned.style.slant
    image = queries.find_image(session, page_id)
    if image is not None and scanned.image:
        image.content_sealed = seal_image(vault, scanned.image)
    session.flush()
    settle(session, vault, sheet, staff_id=None, now=now)
    return True


def _waits(session: Session, vault: Vault, page: ScanPage) -> bool:
    """Say whether a page stands for its page of a sheet and nobody has begun to key it."""
    if page.tray not in REVIEWED or page.slot is None:
        return False
    reading, _is_flat = open_reading(vault, page.reading_sealed)
    return is_unread(reading) and not queries.list_decisions(session, [page.id])
