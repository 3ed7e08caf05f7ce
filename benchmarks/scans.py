"""Paper scanned twice, part of it altered in between: ``python -m benchmarks.scans --pages 1000``.

Forms are ordered, printed, filled with pens and scanned; a person decides the doubts; then the
same paper is scanned again, and on a tenth of the pages somebody marked another box meanwhile.
The goal: not one new answer, no answer changed, every altered page in the queue of conflicts, and
in both batches pages in = accepted + queued + blank. Everything runs as it does in the worker.
Bundles of 250 pages run on all cores, each in a database of its own; with ``--state FILE`` the same
command goes on where it was ended (``--minutes 10``).
"""

import argparse
import io
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Config
from app.db import make_engine, write_session
from app.demo.pens import Habit, draw_habit, fill_page
from app.demo.scanner import as_jpeg, scan
from app.reports.forms.work import make_forms
from app.reports.scan_work import read_scan_file
from app.reports.work import Workshop
from app.staff.models import Role
from app.staff.scope import Scope
from app.storage import Storage
from app.surveys.campaign.models import Campaign
from app.surveys.paper.codes import read_code
from app.surveys.paper.layout.model import Page
from app.surveys.paper.printing import orders
from app.surveys.paper.printing.models import ForWhom, SheetForm
from app.surveys.paper.printing.queries import find_sheet, list_files
from app.surveys.paper.reading.pagecode import search_codes
from app.surveys.paper.scans import batches, queries
from app.surveys.paper.scans.deciding import Decision, decide
from app.surveys.paper.scans.models import ScanBatch, ScanPage
from app.surveys.paper.scans.reviewing import view_page
from app.surveys.paper.scans.trays import REVIEWED, Tray, Verdict
from app.surveys.register.models import Community
from app.surveys.response.models import Response
from app.vault import Vault
from benchmarks.campaign_scale import database
from benchmarks.parts import Found, add_options, run_parts
from tests.factories import NOW, make_campaign, make_community, make_staff
from tests.integration.paper_scans.desk import answers_of, layout_for, open_bundle

DOTS = 150
WAYS = ("clean", "upside down", "turned", "noise")
PAGES_A_HOME = 3
PAGES_A_FILE = 200

Gray = NDArray[np.uint8]
Answers = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Paper:
    """A page with its marks, as it lies in the bundle."""

    picture: bytes
    again: bytes
    is_altered: bool
    sheet_id: int
    answers: Answers


@dataclass(frozen=True)
class Outcome:
    """What two scans of the same paper gave."""

    pages: int
    altered: int
    answers: int  # after the first scan, its doubts decided
    new: int  # answers more after the second
    changed: int  # answers that are not what they were
    conflicts: int  # altered pages in the queue of conflicts
    missed: int  # altered pages taken as the same
    unread: int  # altered pages that could not be read: they wait as well
    same: int  # other pages that were recognised
    needless: int  # other pages that a person looks at for nothing
    lost: int  # pages in less those in the trays, over both batches

    @property
    def is_good(self) -> bool:
        """Say whether the goal is met."""
        return not (self.new or self.changed or self.missed or self.lost)


def scan_twice(workshop: Workshop, *, pages: int, altered: int, seed: int) -> Outcome:
    """Print, fill, scan, decide, alter and scan again, in an empty migrated database."""
    rng = np.random.default_rng([seed, 15])
    with Session(workshop.engine, expire_on_commit=False) as session:
        community = make_community(session, households=-(-pages // PAGES_A_HOME))
        campaign = make_campaign(session, workshop.vault)
        staff = make_staff(session, Role.CLERK, all_communities=True)
        session.commit()
        scope = Scope(staff.id, staff.name, staff.role, None)
        printed = _printed(workshop, session, campaign, community, scope)
        chosen = set(rng.choice(pages, altered, replace=False).tolist())
        papers = list(_filled(session, islice(printed, pages), chosen, rng))
        session.rollback()
        first = _read(workshop, session, (campaign, community, scope), [p.picture for p in papers])
        _decide_all(workshop, session, first, papers, scope)
        before = _answers(session)
        again = _read(workshop, session, (campaign, community, scope), [p.again for p in papers])
        after = _answers(session)
        trays = [page.tray for page in _pages(session, again)]
        lost = sum(_missing(session, batch_id) for batch_id in (first, again))
    own = [tray for tray, paper in zip(trays, papers, strict=True) if paper.is_altered]
    others = [tray for tray, paper in zip(trays, papers, strict=True) if not paper.is_altered]
    same = others.count(Tray.DUPLICATE)
    return Outcome(
        pages=len(papers),
        altered=len(own),
        answers=len(before),
        new=len(after) - len(before),
        changed=sum(after.get(key) != stored for key, stored in before.items()),
        conflicts=own.count(Tray.CONFLICT),
        missed=own.count(Tray.DUPLICATE),
        unread=sum(tray not in (Tray.CONFLICT, Tray.DUPLICATE) for tray in own),
        same=same,
        needless=len(others) - same,
        lost=lost,
    )


def _printed(
    workshop: Workshop, session: Session, campaign: Campaign, community: Community, scope: Scope
) -> Iterator[tuple[Gray, int, int]]:
    """Yield clean pictures of the printed pages with the number of their sheet and page."""
    order = orders.ask_for_forms(
        session,
        campaign,
        community.id,
        form=SheetForm.FULL,
        whom=ForWhom.ALL,
        language="zh-Hans",
        copies=1,
        staff_id=scope.staff_id,
        now=NOW,
    )
    session.commit()
    make_forms(workshop, {"order_id": order.id})
    storage = orders.form_storage(workshop.config.instance)
    for file in list_files(session, [order.id]):
        content = orders.open_file(storage, workshop.vault, file)
        for page in pypdfium2.PdfDocument(content):
            image = page.render(scale=DOTS / 72, grayscale=True).to_numpy()
            image = np.ascontiguousarray(image.reshape(image.shape[:2]))
            if codes := search_codes(image):
                said = read_code(workshop.vault, codes[0])
                yield image, said.sheet, said.page


def _filled(
    session: Session,
    printed: Iterator[tuple[Gray, int, int]],
    chosen: set[int],
    rng: np.random.Generator,
) -> Iterator[Paper]:
    """Fill each page, scan it twice, and alter the chosen ones before the second time."""
    for at, (image, number, page_number) in enumerate(printed):
        sheet = find_sheet(session, number)
        if sheet is None:
            raise LookupError(number)
        layout = layout_for(session, sheet)
        answers, habit = answers_of(layout, sheet.id), draw_habit(rng)
        form = layout.page(page_number)
        filled = fill_page(image.copy(), form, answers, rng=rng, habit=habit).image
        later = _altered(filled, form, answers, habit, rng) if at in chosen else filled
        ways = rng.choice(WAYS, 2)
        yield Paper(
            picture=as_jpeg(scan(filled, str(ways[0]), rng=rng, dots=DOTS)),
            again=as_jpeg(scan(later, str(ways[1]), rng=rng, dots=DOTS)),
            is_altered=at in chosen,
            sheet_id=sheet.id,
            answers=answers,
        )


def _altered(
    filled: Gray, form: Page, answers: Answers, habit: Habit, rng: np.random.Generator
) -> Gray:
    """Return a page on which one more box was marked, in the same hand."""
    rows = [row for row in form.rows if row.kind == "one" and len(row.boxes) > 2]
    row = rows[int(rng.integers(len(rows)))]
    free = [box.value for box in row.boxes if box.value not in answers.get(row.field, ())]
    more = {row.field: (str(rng.choice(free)),)}
    careful = Habit(pen=habit.pen, kind=habit.kind, corrected=0, rubbed=0, doubled=0, specks=0)
    return fill_page(filled.copy(), form, more, rng=rng, habit=careful).image


def _read(
    workshop: Workshop,
    session: Session,
    place: tuple[Campaign, Community, Scope],
    pictures: Sequence[bytes],
) -> int:
    """Upload pictures as ZIP files of one batch and read them as the worker does."""
    campaign, community, scope = place
    batch = open_bundle(session, campaign, community, scope, sheets=len(pictures))
    batch_id = batch.id
    waiting = []
    folder = batches.scan_files(workshop.config.instance, workshop.vault)
    for start in range(0, len(pictures), PAGES_A_FILE):
        part = pictures[start : start + PAGES_A_FILE]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for number, picture in enumerate(part, 1):
                archive.writestr(f"{number:04}.jpg", picture)
        packed.seek(0)
        stored_as, size, digest = batches.keep_upload(folder, packed)
        file = batches.add_file(
            session,
            batch_id,
            name="scan.zip",
            stored_as=stored_as,
            size=size,
            digest=digest,
            actor=scope,
            now=NOW,
        )
        if file is None:
            raise LookupError(digest)
        waiting.append(file.id)
    session.commit()
    for file_id in waiting:
        read_scan_file(workshop, {"file": file_id})
    session.rollback()
    return batch_id


def _decide_all(
    workshop: Workshop, session: Session, batch_id: int, papers: Sequence[Paper], scope: Scope
) -> None:
    """Decide every doubt as somebody who knows what the owner meant."""
    meant = {paper.sheet_id: paper.answers for paper in papers}
    tried: set[int] = set()
    while waiting := [
        page
        for page in queries.list_pages(session, batch_id, REVIEWED, limit=10_000)
        if page.id not in tried
    ]:
        for page in waiting:
            page_id, decisions = page.id, {}
            tried.add(page_id)
            for field in view_page(session, workshop.vault, page).fields:
                values = (
                    () if field.is_text else tuple(meant[page.sheet_id or 0].get(field.name, ()))
                )
                verdict = Verdict.CHOSEN if values else Verdict.BLANK
                decisions[field.name] = Decision(
                    Verdict.NO_WORDS if field.is_text else verdict, values
                )
            session.rollback()
            with write_session(workshop.engine) as writing:
                decide(
                    writing,
                    workshop.vault,
                    page_id,
                    decisions,
                    staff_id=scope.staff_id,
                    now=NOW,
                )
    session.rollback()


def _answers(session: Session) -> dict[int, tuple[object, ...]]:
    session.rollback()
    rows = session.execute(
        select(Response.id, Response.vector, Response.is_counted, Response.voided_at)
    )
    return {row[0]: tuple(row[1:]) for row in rows}


def _pages(session: Session, batch_id: int) -> list[ScanPage]:
    query = select(ScanPage).where(ScanPage.batch_id == batch_id)
    return list(session.scalars(query.order_by(ScanPage.file_id, ScanPage.number)))


def _missing(session: Session, batch_id: int) -> int:
    batch = session.get_one(ScanBatch, batch_id, populate_existing=True)
    in_trays = batch.accepted + batch.queued + batch.blank
    return abs(batch.pages - in_trays) + abs(batch.pages - len(_pages(session, batch_id)))


def scan_part(pages: int, altered: int, a_part: int, seed: int, part: int) -> Found:
    """Print and scan one part twice, in a database of its own."""
    cv2.setNumThreads(1)
    first, end = part * a_part, min(pages, (part + 1) * a_part)
    began = perf_counter()
    with tempfile.TemporaryDirectory() as name, database("sqlite", Path(name)) as url:
        folder = Path(name) / "instance"
        config = Config(
            database_url=url,
            instance=folder,
            key_file=folder / "vault.key",
            public_url="http://survey.example",
            company="邻声物业",
        )
        workshop = Workshop(
            engine=make_engine(url),
            vault=Vault(bytes(range(32))),
            storage=Storage(folder / "files"),
            config=config,
            clock=lambda: NOW,
        )
        share = altered * end // pages - altered * first // pages
        found = scan_twice(workshop, pages=end - first, altered=share, seed=seed + part)
        workshop.engine.dispose()
    return {**asdict(found), "seconds": perf_counter() - began}


def main() -> int:
    """Run the proof in parts and print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--altered", type=int, help="a tenth unless given")
    parser.add_argument("--part", type=int, default=250, help="pages of a part, a bundle each")
    parser.add_argument("--seed", type=int, default=1)
    add_options(parser)
    given = parser.parse_args()
    altered = max(1, given.pages // 10) if given.altered is None else given.altered
    name = f"scans {given.pages} altered {altered} part {given.part} seed {given.seed}"
    work = partial(scan_part, given.pages, altered, given.part, given.seed)
    parts = run_parts(name, -(-given.pages // given.part), work, given)
    if parts is None:
        return 0
    seconds = sum(one.pop("seconds") for one in parts)
    found = Outcome(**{field: sum(one[field] for one in parts) for field in parts[0]})
    for field, value in asdict(found).items():
        print(f"{field:10}{value:8}")
    print(f"{seconds:.0f} s of one core")
    print("met" if found.is_good else "NOT MET")
    return 0 if found.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
