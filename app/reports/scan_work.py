"""Jobs of the worker: read a scan page by page, each in its own transaction; read a page again."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.db import write_session
from app.reports.work import Workshop
from app.surveys.campaign.models import OPENED
from app.surveys.campaign.queries import list_campaigns
from app.surveys.paper.reading.read import read_scan
from app.surveys.paper.reading.result import ScanError
from app.surveys.paper.scans import queries
from app.surveys.paper.scans.batches import end_file, scan_files
from app.surveys.paper.scans.forms import layouts_to_read
from app.surveys.paper.scans.intake import take_page
from app.surveys.paper.scans.models import ScanFile, ScanFileState
from app.surveys.paper.scans.rereading import find_again, take_again
from app.surveys.register.files import FileGoneError

GONE = "gone"  # the sealed bytes are lost or damaged
UNNAMED_DAYS = 60  # pictures of pages without a home: kept for so long after the last day
_SLICE = 200


def read_scan_file(workshop: Workshop, payload: dict[str, object]) -> None:
    """Job: read one file. A worker killed in the middle begins anew; stored pages stay as they are.

    The bytes are deleted once every page is stored; the pages keep their pictures.
    """
    with Session(workshop.engine, expire_on_commit=False) as session:
        file = queries.find_file(session, int(str(payload["file"])))
        if file is None or file.state is not ScanFileState.WAITING:
            return
        layouts = layouts_to_read(session)
    files = scan_files(workshop.config.instance, workshop.vault)
    problem = ""
    try:
        with files.opener(file.stored_as)() as stream:
            content = stream.read()
        for scanned in read_scan(content, layouts):
            with write_session(workshop.engine) as session:
                stored = session.get_one(ScanFile, file.id)
                take_page(session, workshop.vault, stored, scanned, now=workshop.clock())
    except ScanError as error:
        problem = error.problem.value
    except FileGoneError:
        problem = GONE
    with write_session(workshop.engine) as session:
        end_file(session, file.id, problem=problem, now=workshop.clock())
    files.forget(file.stored_as)


def read_page_again(workshop: Workshop, payload: dict[str, object]) -> None:
    """Job: read the picture of a page whose code a clerk has keyed."""
    page_id = int(str(payload["page"]))
    with Session(workshop.engine, expire_on_commit=False) as session:
        again = find_again(session, workshop.vault, page_id)
        if again is None:
            return
        layouts = layouts_to_read(session)
    try:
        scanned = next(read_scan(again.image, layouts, keyed={1: again.layout}), None)
    except ScanError:
        scanned = None
    with write_session(workshop.engine) as session:
        take_again(session, workshop.vault, page_id, scanned, now=workshop.clock())


def scan_round(workshop: Workshop) -> None:
    """Drop the pictures of pages that belong to no home, two months after their campaign."""
    today = beijing_date(workshop.clock())
    with Session(workshop.engine) as session:
        over = [
            campaign.id
            for campaign in list_campaigns(session)
            if campaign.state in OPENED
            and campaign.closes_on + timedelta(days=UNNAMED_DAYS) < today
            and queries.list_unnamed_images(session, campaign.id, 1)
        ]
    for campaign_id in over:
        with write_session(workshop.engine) as session:
            for image in queries.list_unnamed_images(session, campaign_id, _SLICE):
                session.delete(image)
