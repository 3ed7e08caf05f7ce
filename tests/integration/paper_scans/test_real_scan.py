"""Printed, filled with a pen, scanned and read by the real reader; the worker dies on the way."""

import io
import zipfile

import numpy as np
import pypdfium2
import pytest
from sqlalchemy.orm import Session

from app.db import write_session
from app.demo.pens import Habit, fill_page
from app.demo.scanner import as_jpeg, scan
from app.reports.forms.work import make_forms
from app.reports.scan_work import read_page_again, read_scan_file
from app.reports.work import Workshop
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.paper.codes import read_code
from app.surveys.paper.layout.model import PAGE_WIDTH
from app.surveys.paper.printing import orders
from app.surveys.paper.printing.models import ForWhom, SheetForm
from app.surveys.paper.printing.queries import find_sheet, list_files
from app.surveys.paper.reading.pagecode import search_codes
from app.surveys.paper.scans import batches, queries
from app.surveys.paper.scans.deciding import name_page
from app.surveys.paper.scans.forms import layouts_to_read
from app.surveys.paper.scans.models import ScanBatch, ScanFile, ScanFileState, ScanPage
from app.surveys.paper.scans.reviewing import view_page
from app.surveys.paper.scans.settling import load_states
from app.surveys.paper.scans.trays import REVIEWED, Tray
from app.surveys.response.queries import find_counted
from app.surveys.response.vector import decode
from benchmarks.scans import scan_twice
from tests.factories import NOW, make_campaign, make_community, make_staff, perception_instrument
from tests.integration.paper_scans import desk

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


class DiedError(RuntimeError):
    """The worker is gone."""


def dying_after(calls: int):
    """Return a clock that takes its worker down with it at its nth call."""
    left = iter(range(calls))

    def clock():
        if next(left, None) is None:
            raise DiedError
        return NOW

    return clock


def cover_codes(image, page):
    """Cover the page codes of a page, as if they were dirty."""
    dots = image.shape[1] / PAGE_WIDTH
    for spot in page.codes:
        left, top = round((spot.x - 1) * dots), round((spot.y - 1) * dots)
        size = round((spot.side + 2) * dots)
        image[top : top + size, left : left + size] = 235


@pytest.fixture
def workshop(engine, vault, storage, config) -> Workshop:
    return Workshop(engine=engine, vault=vault, storage=storage, config=config, clock=lambda: NOW)


def printed_pages(workshop, session, campaign, community, staff):
    """Order the forms of a community and return the clean pictures of their pages."""
    order = orders.ask_for_forms(
        session,
        campaign,
        community.id,
        form=SheetForm.FULL,
        whom=ForWhom.ALL,
        language="zh-Hans",
        copies=1,
        staff_id=staff.id,
        now=NOW,
    )
    session.commit()
    make_forms(workshop, {"order_id": order.id})
    session.rollback()
    folder = orders.form_storage(workshop.config.instance)
    content = orders.open_file(folder, workshop.vault, list_files(session, [order.id])[0])
    for page in pypdfium2.PdfDocument(content):
        image = page.render(scale=150 / 72, grayscale=True).to_numpy()
        image = np.ascontiguousarray(image.reshape(image.shape[:2]))
        if codes := search_codes(image):
            yield read_code(workshop.vault, codes[0]), image


def test_paper_from_the_printer_to_the_count_survives_a_dead_worker(
    session, workshop, vault, tmp_path
):
    community = make_community(session, households=1)
    campaign = make_campaign(session, vault)
    staff = make_staff(session, Role.HEAD_OFFICE)
    actor = Scope(staff.id, staff.name, staff.role, None)
    pages = list(printed_pages(workshop, session, campaign, community, staff))
    # The reader knows the printed words, too: stains over them are no ink of a pen.
    forms = layouts_to_read(session)
    assert all(page.drawn for form in forms.values() for page in form.pages)
    rng = np.random.default_rng(1)
    meant, pictures = {}, []
    torn = pages[0][0]  # both codes of one page cannot be read
    for code, image in pages:
        sheet = find_sheet(session, code.sheet)
        layout = desk.layout_for(session, sheet)
        meant.setdefault(sheet.frame_member_id, desk.answers_of(layout, sheet.id))
        filled = fill_page(
            image,
            layout.page(code.page),
            meant[sheet.frame_member_id],
            rng=rng,
            habit=Habit(corrected=0, rubbed=0, doubled=0, specks=0, other=0, sloppy=0.2),
        )
        if code is torn:
            cover_codes(filled.image, layout.page(code.page))
        way = ("clean", "upside down")[len(pictures) % 2]
        pictures.append(as_jpeg(scan(filled.image, way, rng=rng, dots=150)))
    rng.shuffle(pictures)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, picture in enumerate(pictures):
            archive.writestr(f"{number}.jpg", picture)
    packed.seek(0)
    files = batches.scan_files(workshop.config.instance, vault)
    stored_as, size, digest = batches.keep_upload(files, packed)
    batch = desk.open_bundle(session, campaign, community, actor, sheets=1)
    file = batches.add_file(
        session,
        batch.id,
        name="a.zip",
        stored_as=stored_as,
        size=size,
        digest=digest,
        actor=actor,
        now=NOW,
    )
    batch_id, file_id = batch.id, file.id
    session.commit()

    with pytest.raises(DiedError):
        read_scan_file(
            Workshop(workshop.engine, vault, workshop.storage, workshop.config, dying_after(2)),
            {"file": file_id},
        )
    assert count(workshop, file_id) == 2
    read_scan_file(workshop, {"file": file_id})
    read_scan_file(workshop, {"file": file_id})  # the lease ran out: it is done twice

    session.rollback()
    done = session.get(ScanFile, file_id)
    assert (done.state, done.pages, done.problem) == (ScanFileState.READ, len(pictures), "")
    assert not (workshop.config.instance / "scan-files" / stored_as).exists()
    lost = session.query(ScanPage).filter_by(tray=Tray.NO_CODE).one().id
    session.rollback()
    with write_session(workshop.engine) as writing:
        name_page(
            writing,
            vault,
            lost,
            number=torn.sheet,
            page_of_sheet=torn.page,
            staff_id=actor.staff_id,
            now=NOW,
        )
        assert len(view_page(writing, vault, writing.get_one(ScanPage, lost)).fields) > 5
    read_page_again(workshop, {"page": lost})
    read_page_again(workshop, {"page": lost})  # once more: nothing waits for it
    read_again = session.get(ScanPage, lost)
    state = load_states(session, vault, [read_again])[0]
    assert (read_again.problem, state.is_flat) == ("", True)
    assert len(state.reading.doubtful) <= 2  # only doubts are left to a person

    pages_in, accepted, queued, blank = desk.sums_of(session, session.get(ScanBatch, batch_id))
    assert pages_in == len(pictures) == accepted + queued + blank
    for member_id, answers in meant.items():
        found = session.query(ScanPage).filter_by(frame_member_id=member_id).all()
        if any(page.tray in REVIEWED for page in found):
            continue  # a person decides; never a wrong answer
        assert {page.tray for page in found} == {Tray.ACCEPTED}
        values = decode(perception_instrument(), find_counted(session, member_id).vector).values
        for name, marked in answers.items():
            if name in values and marked[0].isdecimal():
                assert values[name] == int(marked[0]), name
    assert accepted > 0


def count(workshop, file_id):
    with Session(workshop.engine) as session:
        return queries.count_pages_of_file(session, file_id)


def test_paper_scanned_again_changes_nothing_and_altered_paper_is_a_conflict(workshop):
    # The long form: python -m benchmarks.scans --pages 1000
    found = scan_twice(workshop, pages=7, altered=1, seed=1)
    assert (found.pages, found.altered, found.conflicts + found.unread) == (7, 1, 1)
    assert (found.new, found.changed, found.missed, found.lost) == (0, 0, 0, 0)
    assert found.answers == 2  # of seven pages; the third home's other pages never came
    assert found.same >= 5


def test_a_file_that_is_no_scan_is_refused_with_a_reason_and_its_bytes_are_gone(
    session, workshop, vault
):
    community = make_community(session, households=1)
    campaign = make_campaign(session, vault)
    actor = desk.clerk_of(session)
    batch = desk.open_bundle(session, campaign, community, actor)
    files = batches.scan_files(workshop.config.instance, vault)
    stored_as, size, digest = batches.keep_upload(files, io.BytesIO(b"MZ not a scan at all"))
    file = batches.add_file(
        session,
        batch.id,
        name="x.pdf",
        stored_as=stored_as,
        size=size,
        digest=digest,
        actor=actor,
        now=NOW,
    )
    file_id = file.id
    session.commit()
    read_scan_file(workshop, {"file": file_id})
    with write_session(workshop.engine) as later:
        stored = later.get_one(ScanFile, file_id)
        assert (stored.state, stored.problem) == (ScanFileState.REFUSED, "kind")
    assert not (workshop.config.instance / "scan-files" / stored_as).exists()
