"""Paper in the running campaign: printed, filled with pens, scanned, read, decided by a clerk.

Two bundles of one building: one is through and closed, and a drawn sheet of it was keyed a second
time while another one waits for that; the other bundle lies on the clerk's desk with
doubts, a torn page, a page without a code and one that was altered after its first scan.
"""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pypdfium2
from sqlalchemy.orm import Session

from app.analysis.simulation.simulate import simulate_households
from app.db import write_session
from app.demo.accounts import community_of, staff_of
from app.demo.answers import area_of_wish, raw_answers, truth_of
from app.demo.company import COMMUNITIES
from app.demo.pens import Gray, draw_habit, fill_page
from app.demo.scanner import as_jpeg, scan
from app.demo.words import WISHES
from app.reports.forms.work import make_forms
from app.reports.scan_work import read_scan_file
from app.reports.work import Workshop
from app.staff.models import Staff
from app.staff.scope import Scope
from app.surveys.campaign.models import Gate
from app.surveys.campaign.queries import find_campaign, find_gate
from app.surveys.paper.codes import read_code
from app.surveys.paper.layout.model import HELPED, HELPED_VALUES, PAGE_WIDTH, Spot
from app.surveys.paper.printing import orders
from app.surveys.paper.printing.models import ForWhom, SheetForm
from app.surveys.paper.printing.queries import list_files
from app.surveys.paper.reading.pagecode import search_codes
from app.surveys.paper.scans import batches, queries
from app.surveys.paper.scans.checks import record_check
from app.surveys.paper.scans.deciding import Decision, decide
from app.surveys.paper.scans.models import ScanBatch, ScanPage
from app.surveys.paper.scans.reviewing import View, view_page
from app.surveys.paper.scans.sampling import queries as sampled
from app.surveys.paper.scans.sheets import Printed, find_printed
from app.surveys.paper.scans.trays import REVIEWED, Verdict

COMMUNITY = "XYG"  # few buildings, and few homes have answered
SHEETS = 11  # seven in the closed bundle, four on the desk
CLOSED = 7
DOTS = 150
_WAYS = ("clean", "turned", "upside down", "phone", "noise", "light", "clean")
_NO_CODE = "no code"
_LEFT = ("fold", "torn", "clean", _NO_CODE)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A printed sheet with clean pictures of its pages and what its owner means to say."""

    printed: Printed
    pages: dict[int, Gray]
    answers: dict[str, list[str]]


def scan_bundles(workshop: Workshop, code: str, *, seed: int) -> None:
    """Print, fill, scan, read and decide the two bundles, once."""
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        gate, clerk = _place(session, code)
        if queries.list_batches(session, clerk, campaign_id=gate.campaign_id):
            return
        campaign = find_campaign(session, code)
        if campaign is None:
            raise LookupError(code)
        order_id = orders.ask_for_forms(
            session, campaign, gate.community_id, form=SheetForm.FULL, whom=ForWhom.UNANSWERED,
            language="zh-Hans", copies=1, staff_id=staff_of(session, "hq").id, now=now,
        ).id  # fmt: skip
    make_forms(workshop, {"order_id": order_id})
    rng = np.random.default_rng([seed, 7])
    sheets = _sheets(workshop, order_id, rng)
    first = _pictures(sheets[:CLOSED], _WAYS, rng)
    batch_id = _bundle(workshop, code, "A-0107", CLOSED, "第一捆.zip", first)
    _decide_all(workshop, code, batch_id, sheets)
    _key_again(workshop, code, sheets)
    left = _pictures(sheets[CLOSED:], _LEFT, rng)
    left.append(_altered(sheets[0], rng))
    _bundle(workshop, code, "A-0108", SHEETS - CLOSED + 1, "第二捆.zip", left)


def _place(session: Session, code: str) -> tuple[Gate, Scope]:
    campaign = find_campaign(session, code)
    place = community_of(session, COMMUNITY).id
    gate = find_gate(session, campaign.id, place) if campaign is not None else None
    if gate is None:
        raise LookupError(code)
    clerk: Staff = staff_of(session, "clerk")
    return gate, Scope(clerk.id, clerk.name, clerk.role, None)


def _sheets(workshop: Workshop, order_id: int, rng: np.random.Generator) -> list[_Sheet]:
    """Return the first sheets of the largest printed building, with what their owners mean."""
    community = next(one for one in COMMUNITIES if one.code == COMMUNITY)
    with Session(workshop.engine, expire_on_commit=False) as session:
        file = max(list_files(session, [order_id]), key=lambda one: one.sheets)
        storage = orders.form_storage(workshop.config.instance)
        content = orders.open_file(storage, workshop.vault, file)
        if content is None:
            raise LookupError(file.digest)
        found: dict[int, tuple[Printed, dict[int, Gray]]] = {}
        for image in _rendered(content):
            codes = search_codes(image)
            if not codes:
                continue  # the cover
            said = read_code(workshop.vault, codes[0])
            if said.sheet not in found and len(found) == SHEETS:
                break
            printed = find_printed(session, said.sheet)
            found.setdefault(said.sheet, (printed, {}))[1][said.page] = image
        instrument = next(iter(found.values()))[0].instrument
        households = simulate_households(rng, truth_of(community, instrument, {}), len(found))
        sheets: list[_Sheet] = []
        for (printed, pages), household in zip(found.values(), households, strict=True):
            weak = area_of_wish(rng, household)
            raw = raw_answers(rng, instrument, printed.offer, household, weak=weak)
            if len(sheets) == CLOSED + 2:
                raw.setdefault("comment.wish", [WISHES[weak][0]])  # words wait on the desk
            raw[HELPED] = [HELPED_VALUES[int(rng.integers(2))]]
            sheets.append(_Sheet(printed, pages, raw))
        session.expunge_all()
    return sheets


def _rendered(content: bytes) -> Iterable[Gray]:
    document = pypdfium2.PdfDocument(content)
    for page in document:
        image = page.render(scale=DOTS / 72, grayscale=True).to_numpy()
        yield np.ascontiguousarray(image.reshape(image.shape[:2]))


def _pictures(sheets: list[_Sheet], ways: tuple[str, ...], rng: np.random.Generator) -> list[bytes]:
    """Return scans of filled sheets, a way of damage for each."""
    pictures = []
    for sheet, way in zip(sheets, ways, strict=True):
        habit = draw_habit(rng)
        for number, image in sorted(sheet.pages.items()):
            filled = fill_page(
                image, sheet.printed.layout.page(number), sheet.answers,
                rng=rng, habit=habit, words=_written(sheet),
            )  # fmt: skip
            page, kind = filled.image, way
            if way == _NO_CODE:
                spots = sheet.printed.layout.page(number).codes
                page, kind = _cover_codes(page, spots if number == 1 else ()), "clean"
            pictures.append(as_jpeg(scan(page, kind, rng=rng, dots=DOTS)))
    return pictures


def _written(sheet: _Sheet) -> list[str]:
    return [name for name in sheet.answers if name.startswith("comment.")]


def _cover_codes(image: Gray, spots: Iterable[Spot]) -> Gray:
    """Cover the page codes of a page, as if they were torn off or dirty."""
    covered = image.copy()
    dots = covered.shape[1] / PAGE_WIDTH
    for spot in spots:
        left, top = round((spot.x - 1) * dots), round((spot.y - 1) * dots)
        size = round((spot.side + 2) * dots)
        covered[top : top + size, left : left + size] = 235
    return covered


def _altered(sheet: _Sheet, rng: np.random.Generator) -> bytes:
    """Return a later scan of a sheet's first page, on which somebody marked other boxes."""
    page = sheet.printed.layout.page(1)
    row = next(row for row in page.rows if row.kind == "one" and len(row.boxes) > 2)
    was = sheet.answers.get(row.field, [])
    other = next(box.value for box in row.boxes if box.value not in was)
    filled = fill_page(
        sheet.pages[1], page, {**sheet.answers, row.field: [other]},
        rng=rng, habit=draw_habit(rng), words=_written(sheet),
    )  # fmt: skip
    return as_jpeg(scan(filled.image, "clean", rng=rng, dots=DOTS))


def _bundle(
    workshop: Workshop, code: str, seal: str, sheets: int, name: str, pictures: list[bytes]
) -> int:
    """Open a batch, upload a ZIP of pictures and read it as the worker would."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, picture in enumerate(pictures, 1):
            archive.writestr(f"{number:03}.jpg", picture)
    packed.seek(0)
    now = workshop.clock()
    files = batches.scan_files(workshop.config.instance, workshop.vault)
    stored_as, size, digest = batches.keep_upload(files, packed)
    with write_session(workshop.engine) as session:
        gate, clerk = _place(session, code)
        batch = batches.open_batch(
            session, gate, building="", bundle=seal, sheets_counted=sheets, actor=clerk, now=now
        )
        file = batches.add_file(
            session, batch.id, name=name, stored_as=stored_as, size=size, digest=digest,
            actor=clerk, now=now,
        )  # fmt: skip
        if file is None:
            raise LookupError(digest)
        batch_id, file_id = batch.id, file.id
    read_scan_file(workshop, {"file": file_id})
    return batch_id


def _decide_all(workshop: Workshop, code: str, batch_id: int, sheets: list[_Sheet]) -> None:
    """Decide what is doubtful as a careful clerk does, who sees what the owner meant; close."""
    meant = {sheet.printed.sheet.id: sheet.answers for sheet in sheets}
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        _gate, clerk = _place(session, code)
        for _round in range(SHEETS):
            waiting = queries.list_pages(session, batch_id, REVIEWED)
            if not waiting:
                break
            for page in waiting:
                _decide(session, workshop, page, meant, clerk, now)
        batch = session.get_one(ScanBatch, batch_id)
        session.refresh(batch)
        if batch.queued == 0:
            batches.close_batch(
                session, workshop.vault, batch_id, note="与手点份数核对一致。", actor=clerk, now=now
            )


def _key_again(workshop: Workshop, code: str, sheets: list[_Sheet]) -> None:
    """Key one of the drawn sheets a second time at head office, with one slip; the rest waits."""
    meant = {sheet.printed.sheet.id: sheet for sheet in sheets}
    with write_session(workshop.engine) as session:
        gate, clerk = _place(session, code)
        second = staff_of(session, "hq")
        scope = Scope(second.id, second.name, second.role, None)
        drawn = sampled.list_checks_for(session, scope, gate.campaign_id, second.id)
        # The clerk of the demo may key only what he has not decided about: that is left to him.
        drawn.sort(key=lambda one: not sampled.has_decided(session, one.sheet_id, clerk.staff_id))
        for check in drawn[:1]:
            sheet = meant[check.sheet_id]
            rows = [row for page in sheet.printed.layout.pages for row in page.rows]
            keyed = {row.field: sheet.answers.get(row.field, []) for row in rows}
            slip = next(row for row in rows if row.kind == "one" and keyed[row.field])
            others = [box.value for box in slip.boxes if [box.value] != keyed[slip.field]]
            record_check(
                session, workshop.vault, check.sheet_id, {**keyed, slip.field: others[:1]},
                staff_id=second.id, now=workshop.clock(),
            )  # fmt: skip


def _decide(
    session: Session,
    workshop: Workshop,
    page: ScanPage,
    meant: dict[int, dict[str, list[str]]],
    clerk: Scope,
    now: datetime,
) -> None:
    view: View = view_page(session, workshop.vault, page)
    answers = meant[view.printed.sheet.id]
    decisions: dict[str, Decision] = {}
    for field in view.fields:
        values = tuple(answers.get(field.name, ()))
        if field.is_text:
            decisions[field.name] = Decision(Verdict.WORDS if values else Verdict.NO_WORDS, values)
        elif values:
            is_same = set(values) == set(field.proposal)
            verdict = Verdict.CONFIRMED if is_same else Verdict.CHOSEN
            decisions[field.name] = Decision(verdict, values)
        else:
            decisions[field.name] = Decision(Verdict.BLANK)
    decide(session, workshop.vault, page.id, decisions, staff_id=clerk.staff_id, now=now)
