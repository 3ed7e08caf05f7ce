"""Makes scans of filled forms whose answers are known.

A form is printed once, as the printer prints it, and rasterised at 300 dots an inch; page codes
are drawn onto the raster, a pen fills it (app.demo.pens), and a scanner or worse takes it
(app.demo.scanner). Equal seeds give equal sheets.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import pypdfium2
import segno
import weasyprint
from numpy.typing import NDArray

from app.demo import scanner
from app.demo.pens import Filled, Habit, draw_habit, fill_page
from app.reports.forms.drawing import bases_markup
from app.surveys.instrument.flow import make_offer
from app.surveys.paper.layout.make import layout_key, make_layout
from app.surveys.paper.layout.model import Layout, Page
from app.surveys.paper.layout.page_text import join_body
from app.surveys.paper.reading.result import ReadRow, RowState, ScannedPage, Why
from tests.factories import perception_instrument

Gray = NDArray[np.uint8]
DOTS = 300
NO_CHECK = "0" * 10  # the reader has no key; the check of a code is looked at behind it


@dataclass(frozen=True)
class Form:
    """A form and its printed pages, without codes."""

    layout: Layout
    pages: tuple[Gray, ...]


@dataclass(frozen=True)
class Sheet:
    """One scanned page whose answers are known."""

    picture: Gray
    code: str
    page: Page
    filled: Filled
    words: tuple[str, ...]


@cache
def print_form(form: str = "full", block: int = 0, language: str = "zh-Hans") -> Form:
    """Print a form of the owners' questionnaire."""
    instrument = perception_instrument()
    key = layout_key("of no campaign", form=form, block=block, areas_offered=3, language=language)
    offer = make_offer(instrument, block=block, areas_offered=3)
    layout = make_layout(instrument, form=form, offer=offer, language=language, key=key)
    document = pypdfium2.PdfDocument(weasyprint.HTML(string=bases_markup([layout])).write_pdf())
    pages = []
    for page in document:
        drawn = np.array(page.render(scale=DOTS / 72, grayscale=True).to_numpy(), np.uint8)
        pages.append(drawn.reshape(drawn.shape[:2]))
    document.close()
    return Form(layout, tuple(pages))


def page_text(layout: Layout, sheet: int, page: int, copy: int = 1) -> str:
    """Return the text of a page code, with an empty check."""
    body = join_body(campaign=1, layout=layout.key, sheet=sheet, page=page, copy=copy)
    return body + NO_CHECK


def with_codes(printed: Gray, page: Page, text: str) -> Gray:
    """Return a printed page with its two codes."""
    coded = printed.copy()
    dots = printed.shape[1] / 210
    matrix = np.array(segno.make(text, error="h", boost_error=False, micro=False).matrix, np.uint8)
    for spot in page.codes:
        size = round(spot.side * dots)
        code = cv2.resize((1 - matrix) * 255, (size, size), interpolation=cv2.INTER_NEAREST)
        top, left = round(spot.y * dots), round(spot.x * dots)
        coded[top : top + size, left : left + size] = code
    return coded


def draw_answers(
    page: Page, rng: np.random.Generator, skipped: float = 0.07
) -> dict[str, tuple[str, ...]]:
    """Return answers by chance; some rows stay empty."""
    answers = {}
    for row in page.rows:
        if rng.random() < skipped:
            continue
        values = [box.value for box in row.boxes]
        most = 1 if row.kind == "one" else min(row.at_most, len(values))
        count = 1 if row.kind == "one" else int(rng.integers(1, most + 1))
        chosen = set(rng.choice(len(values), count, replace=False).tolist())
        answers[row.field] = tuple(v for at, v in enumerate(values) if at in chosen)
    return answers


def make_sheet(
    form: Form,
    number: int,
    rng: np.random.Generator,
    *,
    kind: str = "clean",
    sheet: int | None = None,
    habit: Habit | None = None,
    dots: int = 200,
) -> Sheet:
    """Print, fill and scan one page.

    Args:
        form: What is printed.
        number: Of the page.
        rng: Source of chance.
        kind: Of scan, see `app.demo.scanner`.
        sheet: Number of the household's sheet; by chance when not given.
        habit: Of the person; by chance when not given.
        dots: Dots an inch of the scan.
    """
    page = form.layout.page(number)
    sheet = int(rng.integers(1 << 40)) if sheet is None else sheet
    text = page_text(form.layout, sheet, number)
    words = tuple(frame.field for frame in page.frames if rng.random() < 0.5)
    filled = fill_page(
        with_codes(form.pages[number - 1], page, text),
        page,
        draw_answers(page, rng),
        rng=rng,
        habit=habit or draw_habit(rng),
        words=words,
    )
    return Sheet(scanner.scan(filled.image, kind, rng=rng, dots=dots), text, page, filled, words)


def is_wrong(row: ReadRow, filled: Filled) -> bool:
    """Whether a row was given as sure and is not what the person meant.

    Two marks in a row of one have no right answer: any answer is wrong. A row whose answer is
    still seen after a wrong mark was crossed out may be read.
    """
    if row.state is RowState.UNSURE:
        return False
    return row.field in filled.doubtful or row.values != filled.answers[row.field]


def is_needless(row: ReadRow, filled: Filled) -> bool:
    """Whether a row went to a person although the sheet says clearly what was meant."""
    hard = filled.doubtful | filled.corrected | filled.struck
    return row.state is RowState.UNSURE and row.field not in hard


def wrong_boxes(read: ScannedPage, sheet: Sheet) -> int:
    """Return how many boxes of sure rows were read otherwise than they were meant."""
    wrong = 0
    for row in read.rows:
        if row.state is not RowState.UNSURE:
            wrong += len(set(row.values) ^ set(sheet.filled.answers[row.field]))
            wrong += row.field in sheet.filled.doubtful
    return wrong


__all__ = [
    "DOTS",
    "Form",
    "Sheet",
    "Why",
    "draw_answers",
    "is_needless",
    "is_wrong",
    "make_sheet",
    "page_text",
    "print_form",
    "with_codes",
    "wrong_boxes",
]
