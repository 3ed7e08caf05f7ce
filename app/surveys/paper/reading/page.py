"""Reads one picture of one page: corner marks, page code, boxes, words, in this order."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from app.surveys.paper.layout.page_text import split_code
from app.surveys.paper.reading.boxes import find_boxes
from app.surveys.paper.reading.decide import decide_boxes, decide_rows
from app.surveys.paper.reading.ink import measure
from app.surveys.paper.reading.markers import MarkFinder, Marks, dots_a_millimetre, place
from app.surveys.paper.reading.pagecode import read_codes, search_codes
from app.surveys.paper.reading.plan import PagePlan
from app.surveys.paper.reading.rectify import Gray, as_jpeg, darkness, lay_flat, paper_of
from app.surveys.paper.reading.result import Problem, ReadFrame, ScannedPage
from app.surveys.paper.reading.strokes import follow
from app.surveys.paper.reading.style import style_of

COARSEST = 4.2  # dots a millimetre: about 107 a inch
LEAST_OUTLINE = 0.07  # mean contrast of the printed outlines below which a page is too faint
MOST_WEAK = 0.15  # share of the boxes that may be missing where they should be
_LONGEST_SIDE = 1782  # of a picture that could not be laid flat
_BLANK_INK = 0.0006  # share of an empty page that dust and shadows may darken
_TWO_TONES = 0.995

Layouts = Callable[[str], dict[int, PagePlan] | None]


class PageReader:
    """Reads pages one after another and remembers where forms like these have their marks."""

    def __init__(self, layouts: Layouts) -> None:
        self._layouts = layouts
        self._finder = MarkFinder()
        self._last: dict[int, PagePlan] = {}

    def read(
        self, image: Gray, number: int, *, one_bit: bool = False, keyed: str | None = None
    ) -> ScannedPage:
        """Read a page.

        Args:
            image: Grey picture of the page, in any position.
            number: Its number in the file.
            one_bit: The file knows nothing between black and white.
            keyed: Key of the layout, where a person read the page code.
        """
        one_bit = one_bit or has_two_tones(image)
        marks = self._finder.find(image)
        if marks is None:
            page = self._without_marks(image, number, keyed)
        else:
            page = self._with_marks(image, number, marks, keyed, one_bit)
        return replace(page, one_bit=one_bit)

    def _without_marks(self, image: Gray, number: int, keyed: str | None) -> ScannedPage:
        shown = as_jpeg(_shrink(image))
        if is_blank(image):
            return ScannedPage(number, None, None, Problem.BLANK, image=shown)
        texts = search_codes(image)
        code = texts[0] if len(texts) == 1 else None
        how = "first" if code else None
        problem = Problem.CODES_DIFFER if len(texts) > 1 else Problem.NO_MARKERS
        if keyed is not None:
            code, how = None, "keyed"
        return ScannedPage(number, code, how, problem, image=shown)

    def _with_marks(
        self, image: Gray, number: int, marks: Marks, keyed: str | None, one_bit: bool
    ) -> ScannedPage:
        page = ScannedPage(number, None, None, None, page=marks.page)
        guess = self._guess(marks.page, keyed)
        flat = _flatten(image, marks, guess) if guess else None
        found: tuple[str | None, str | None, Problem | None] = (None, "keyed", None)
        if keyed is None:
            found = self._identify(image, flat, guess)
        code, how, problem = found
        page = replace(page, code=code, how=how)
        plan = None
        if problem is None:
            plan, problem = self._plan_of(marks.page, code, keyed)
        if plan is not None and (flat is None or guess is None or guess.markers != plan.markers):
            flat = _flatten(image, marks, plan)
        page = replace(
            page, problem=problem, image=as_jpeg(_shrink(image) if flat is None else flat)
        )
        if plan is None or flat is None:
            return replace(page, problem=problem or Problem.NO_MARKERS)
        if guess is None and code is not None:
            page = _name_code(page, read_codes(flat, plan.codes))
            if page.problem is not None:
                return page
        if dots_a_millimetre(marks, _printed(plan)) < COARSEST:
            return replace(page, problem=Problem.TOO_COARSE)
        return read_flat(page, flat, plan, one_bit=one_bit)

    def _guess(self, page: int, keyed: str | None) -> PagePlan | None:
        """Return a page whose marks are likely where this page has them."""
        plans = self._layouts(keyed) if keyed is not None else self._last
        return (plans or {}).get(page)

    def _identify(
        self, image: Gray, flat: Gray | None, guess: PagePlan | None
    ) -> tuple[str | None, str | None, Problem | None]:
        """Return the page code, which of the two was read, and what is wrong with them."""
        found: list[tuple[str, str]] = []
        if flat is not None and guess is not None:
            found = read_codes(flat, guess.codes)
        if not found:
            found = [(text, "first") for text in search_codes(image)]
        texts = {text for text, _ in found}
        if len(texts) > 1:
            return None, None, Problem.CODES_DIFFER
        if not found:
            return None, None, Problem.NO_CODE
        return found[0][0], found[0][1], None

    def _plan_of(
        self, number: int, code: str | None, keyed: str | None
    ) -> tuple[PagePlan | None, Problem | None]:
        """Return the printed page a code names, or what is wrong with that."""
        said = split_code(code) if code is not None else None
        plans = self._layouts(said.layout if said else keyed or "")
        if plans is None:
            return None, Problem.LAYOUT_UNKNOWN
        if number not in plans or (said is not None and said.page != number):
            return None, Problem.WRONG_SIDE
        self._last = plans
        return plans[number], None


def _name_code(page: ScannedPage, found: list[tuple[str, str]]) -> ScannedPage:
    """Say which of the two codes was found by a search of the whole picture."""
    if {text for text, _ in found} - {page.code}:
        return replace(page, code=None, how=None, problem=Problem.CODES_DIFFER)
    return replace(page, how=found[0][1]) if found else page


def read_flat(page: ScannedPage, flat: Gray, plan: PagePlan, *, one_bit: bool) -> ScannedPage:
    """Read the boxes and frames of a page that lies flat."""
    if not plan.rows:
        return replace(page, quality=1.0)
    dark = darkness(flat, paper_of(flat))
    found = find_boxes(dark, plan.boxes)
    quality = float(np.median(found.contrast))
    page = replace(page, quality=round(quality, 3))
    if quality < LEAST_OUTLINE or found.is_weak.mean() > MOST_WEAK:
        return replace(page, problem=Problem.WEAK_PRINT)
    ink = measure(dark, found)
    decided = decide_boxes(ink)
    strokes = follow(dark, plan, found, decided.is_mark, ink.threshold)
    frames = tuple(
        ReadFrame(field, written)
        for (field, _), written in zip(plan.frames, strokes.written, strict=True)
    )
    return replace(
        page,
        rows=decide_rows(plan, found, ink, decided, strokes, one_bit=one_bit),
        frames=frames,
        style=style_of(ink, decided),
    )


def has_two_tones(image: Gray) -> bool:
    """Whether a picture has black and white alone."""
    counts = np.bincount(image[::3, ::3].ravel(), minlength=256)
    return bool(counts[:24].sum() + counts[232:].sum() > _TWO_TONES * counts.sum())


def is_blank(image: Gray) -> bool:
    """Whether nothing stands on a page: specks and shadows do not count."""
    small = _shrink(image, 900)
    paper = cv2.blur(
        cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((21, 21), np.uint8)), (21, 21)
    )
    share = cv2.divide(small, np.maximum(paper, 24), scale=255.0)
    inner = share[20:-20, 20:-20]  # the edge of the glass shows at the edge of a scan
    return bool(inner.size and (inner < 200).mean() < _BLANK_INK)


def _flatten(image: Gray, marks: Marks, plan: PagePlan) -> Gray | None:
    printed = _printed(plan)
    matrix = place(marks, printed)
    if matrix is None:
        return None
    return lay_flat(image, matrix, dots_a_millimetre(marks, printed))


def _printed(plan: PagePlan) -> dict[int, tuple[float, float, float]]:
    return {number: (x, y, side) for number, x, y, side in plan.markers}


def _shrink(image: Gray, side: int = _LONGEST_SIDE) -> Gray:
    scale = side / max(image.shape)
    if scale >= 1:
        return image
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
