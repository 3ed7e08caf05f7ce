"""Taking in pages as the reader gives them: each once, each in exactly one tray. None commits."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.surveys.paper.codes import ForgedCodeError, UnknownCodeError, read_code
from app.surveys.paper.reading.result import Problem, ScannedPage
from app.surveys.paper.scans import queries
from app.surveys.paper.scans.errors import UnknownSheetError
from app.surveys.paper.scans.keyed import KEYED, KEYED_OTHERWISE, agrees, tie
from app.surveys.paper.scans.models import ScanBatch, ScanFile, ScanImage, ScanPage
from app.surveys.paper.scans.readings import (
    open_reading,
    reading_of,
    seal_image,
    seal_reading,
    standing,
    tray_of_problem,
)
from app.surveys.paper.scans.settling import lock_sheet, settle
from app.surveys.paper.scans.sheets import Printed, find_printed
from app.surveys.paper.scans.trays import Reading, Tray, is_same
from app.vault import Vault

OTHER_CAMPAIGN = "other_campaign"
OTHER_PLACE = "other_place"
OLD_FORM = "old_form"
MADE_UP = "made_up"
NO_SUCH_SHEET = "no_such_sheet"
LATE = "late"  # its sheet became an answer without it


def take_page(
    session: Session, vault: Vault, file: ScanFile, scanned: ScannedPage, *, now: datetime
) -> ScanPage | None:
    """Store one page of a file in its tray; None when it was stored before.

    A worker that died in the middle of a file begins it again: what is there stays as it is.

    Args:
        session: A writing transaction of its own, so that owners never wait for a file.
        vault: Reads page codes; seals the reading and the picture.
        file: The file.
        scanned: What the reader found.
        now: Aware instant.
    """
    if queries.has_page(session, file.id, scanned.number):
        return None
    page = ScanPage(
        batch_id=file.batch_id,
        file_id=file.id,
        number=scanned.number,
        tray=Tray.NO_CODE,
        problem=scanned.problem.value if scanned.problem is not None else "",
        taken_at=now,
    )
    if scanned.style.marks:
        page.darkness, page.stroke = scanned.style.darkness, scanned.style.stroke
        page.slant = scanned.style.slant
    batch = session.get_one(ScanBatch, file.batch_id)
    printed = _identify(session, vault, page, batch, scanned)
    if printed is None:
        session.add(page)
        session.flush()
    else:
        reading = reading_of(scanned)
        page.reading_sealed = seal_reading(vault, reading, is_flat=scanned.page is not None)
        place(session, vault, page, printed, reading, staff_id=None, now=now)
    if scanned.image:
        session.add(ScanImage(page_id=page.id, content_sealed=seal_image(vault, scanned.image)))
        session.flush()
    return page


def place(
    session: Session,
    vault: Vault,
    page: ScanPage,
    printed: Printed,
    reading: Reading,
    *,
    staff_id: int | None,
    now: datetime,
) -> None:
    """Let a new page stand for its page of a sheet.

    Where an earlier scan does, or the sheet was keyed in by hand, it is compared with that.
    """
    batch = session.get_one(ScanBatch, page.batch_id)
    sheet = lock_sheet(session, printed, batch)
    page.sheet_id, page.frame_member_id = printed.sheet.id, printed.member.id
    slot = slot_of(printed.sheet.id, page.page)
    first = queries.find_in_slot(session, slot)
    keyed = tie(session, sheet, printed)
    if first is not None:
        same = is_same(_reading(vault, first), reading, _decided(session, vault, first))
        page.tray = Tray.DUPLICATE if same else Tray.CONFLICT
    elif sheet.response_id is None:
        page.slot, page.tray = slot, Tray.PARTNER
    elif keyed is not None and agrees(printed, keyed, reading):
        page.slot, page.tray, page.problem = slot, Tray.ACCEPTED, KEYED
    else:
        page.tray, page.problem = Tray.CONFLICT, LATE if keyed is None else KEYED_OTHERWISE
    session.add(page)
    session.flush()
    if page.tray is Tray.PARTNER:
        settle(session, vault, sheet, staff_id=staff_id, now=now)


def slot_of(sheet_id: int, page: int | None) -> str:
    """Return the name of the place one scan of a page has."""
    return f"{sheet_id}:{page}"


def _identify(
    session: Session, vault: Vault, page: ScanPage, batch: ScanBatch, scanned: ScannedPage
) -> Printed | None:
    """Find the sheet of a page; without one the page gets the tray that says why."""
    if scanned.code is None:
        page.tray = tray_of_problem(scanned.problem or Problem.NO_CODE)
        return None
    try:
        code = read_code(vault, scanned.code)
        printed = find_printed(session, code.sheet)
    except UnknownCodeError:
        page.tray, page.problem = Tray.NO_CODE, page.problem or Problem.NO_CODE.value
        return None
    except (ForgedCodeError, UnknownSheetError) as error:
        page.tray = Tray.FORGED
        page.problem = MADE_UP if isinstance(error, ForgedCodeError) else NO_SUCH_SHEET
        return None
    page.page = code.page
    is_known = {one.number for one in printed.layout.pages} >= {code.page}
    if printed.campaign.id != batch.campaign_id:
        page.tray, page.problem = Tray.FOREIGN, OTHER_CAMPAIGN
    elif printed.member.community_id != batch.community_id:
        page.tray, page.problem = Tray.FOREIGN, OTHER_PLACE
    elif code.layout != printed.layout.key or not is_known:
        page.tray, page.problem = Tray.FOREIGN, OLD_FORM
    elif scanned.problem is not None:
        page.tray = tray_of_problem(scanned.problem)
        # The page is known by its code; what stands in its rows is not.
        page.sheet_id, page.frame_member_id = printed.sheet.id, printed.member.id
    else:
        return printed
    return None


def _reading(vault: Vault, page: ScanPage) -> Reading:
    return open_reading(vault, page.reading_sealed)[0]


def _decided(session: Session, vault: Vault, page: ScanPage) -> dict[str, tuple[str, ...]]:
    return standing(vault, queries.list_decisions(session, [page.id]))
