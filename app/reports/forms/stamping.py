"""Sheets by stamping: base pages become drawings, and each sheet adds its codes only.

Setting a form takes a tenth of a second a page, so it is done once for each layout. A sheet then
is that drawing, the drawing of the community's words, two page codes as rectangles and the code
to key, set with a font that is already in the file.
"""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pikepdf
import segno

from app.reports.forms.drawing import runs
from app.surveys.paper.layout.model import MM_TO_POINT, PAGE_HEIGHT, PAGE_WIDTH, Layout, Slot, Spot

CODE_SLOT = "code"
_PAIR = re.compile(rb"<([0-9a-f]{4})> <((?:[0-9a-f]{4})+)>")
# Trying all masks takes five times as long; the texts end in random letters, which leave no large
# even areas under any of them. 29 modules at level H hold 35 letters and digits.
_VERSION, _MASK, _MODULES = 3, 2, 29


@dataclass(frozen=True, slots=True)
class PageMark:
    """What is a sheet's own on one page: the text of its QR codes, and the code to key."""

    text: str
    typed: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One household's form: its layout, and what is its own on every page."""

    layout: Layout
    marks: Sequence[PageMark]


class MissingLetterError(LookupError):
    """A printed code needs a letter the type case does not hold; carries it."""


class Press:
    """Base pages, words and type case, ready to be stamped.

    Args:
        layouts: The layouts, in the order of their base pages.
        bases: The base pages of all layouts in one PDF.
        words: One PDF page over every first page; its other pages are not used.
        case: One PDF page that shows every letter of codes.
    """

    def __init__(
        self, layouts: Sequence[Layout], *, bases: bytes, words: bytes, case: bytes
    ) -> None:
        self._bases = pikepdf.open(io.BytesIO(bases))
        self._words = pikepdf.open(io.BytesIO(words))
        self._case = pikepdf.open(io.BytesIO(case))
        self._first: dict[str, int] = {}
        page = 0
        for layout in layouts:
            self._first[layout.key] = page
            page += len(layout.pages)
        if page != len(self._bases.pages):
            raise ValueError(f"{len(self._bases.pages)} base pages for {page} of the layouts")

    def print_sheets(self, sheets: Iterable[Sheet], *, front: bytes) -> tuple[bytes, int]:
        """Return cover and sheets as one PDF, and how many pages it has.

        A sheet with an odd number of pages is followed by an empty one, so that every sheet
        begins on a leaf of its own when both sides are printed; so is the cover.

        Args:
            sheets: In the order they are handed out.
            front: The cover sheet.
        """
        with pikepdf.new() as pdf, pikepdf.open(io.BytesIO(front)) as cover:
            pdf.pages.extend(cover.pages)
            if len(pdf.pages) % 2:
                pdf.add_blank_page(page_size=(_POINTS_WIDE, _POINTS_HIGH))
            job = _Job(self, pdf)
            for sheet in sheets:
                job.add(sheet)
            pages = job.close()
            target = io.BytesIO()
            pdf.save(target, deterministic_id=True, object_stream_mode=_OBJECTS)
            return target.getvalue(), pages

    def base(self, pdf: pikepdf.Pdf, layout: Layout, number: int) -> pikepdf.Object:
        """Return a base page as a drawing of another file."""
        page = self._bases.pages[self._first[layout.key] + number - 1]
        return pdf.copy_foreign(page.as_form_xobject())

    def words(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        """Return the community's words as a drawing of another file."""
        return pdf.copy_foreign(self._words.pages[0].as_form_xobject())

    def letters(self, pdf: pikepdf.Pdf) -> "_Letters":
        """Return the type case for another file."""
        return _Letters(pdf, self._case.pages[0])


_OBJECTS = pikepdf.ObjectStreamMode.generate


class _Job:
    """One file under way: drawings are copied into it once, and pages join its tree at the end."""

    def __init__(self, press: Press, pdf: pikepdf.Pdf) -> None:
        self._press, self._pdf = press, pdf
        self._resources: dict[tuple[str, int], pikepdf.Object] = {}
        self._words: pikepdf.Object | None = None
        self._letters = press.letters(pdf)
        self._pages: list[pikepdf.Object] = []

    def add(self, sheet: Sheet) -> None:
        """Add the pages of a sheet, and an empty one behind an odd number."""
        for page, mark in zip(sheet.layout.pages, sheet.marks, strict=True):
            parts = [b"q /Base Do Q"]
            if page.number == 1:
                parts.append(b"q /Words Do Q")
            matrix = _rectangles(mark.text)
            parts += [_code(matrix, spot) for spot in page.codes]
            for one in page.drawn:
                if isinstance(one, Slot) and one.name == CODE_SLOT:
                    parts.append(self._letters.set(mark.typed, one))
            self._add_page(b"\n".join(parts), self._resources_of(sheet.layout, page.number))
        if len(sheet.layout.pages) % 2:
            self._add_page(b"", pikepdf.Dictionary())

    def close(self) -> int:
        """Hang the pages into the tree of the file; return how many it has now."""
        root = self._pdf.Root.Pages
        front = list(root.Kids)
        root.Kids = pikepdf.Array([*front, *self._pages])
        root.Count = len(front) + len(self._pages)
        return len(front) + len(self._pages)

    def _resources_of(self, layout: Layout, number: int) -> pikepdf.Object:
        """Return what the pages of a layout with this number are drawn with."""
        key = (layout.key, number)
        if key not in self._resources:
            drawings = {"/Base": self._press.base(self._pdf, layout, number)}
            if number == 1:
                if self._words is None:
                    self._words = self._press.words(self._pdf)
                drawings["/Words"] = self._words
            found = pikepdf.Dictionary(
                XObject=pikepdf.Dictionary(drawings), Font=self._letters.fonts
            )
            self._resources[key] = self._pdf.make_indirect(found)
        return self._resources[key]

    def _add_page(self, content: bytes, resources: pikepdf.Object) -> None:
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            Parent=self._pdf.Root.Pages,
            MediaBox=pikepdf.Array([0, 0, _POINTS_WIDE, _POINTS_HIGH]),
            Resources=resources,
            Contents=pikepdf.Stream(self._pdf, content),
        )
        self._pages.append(self._pdf.make_indirect(page))


_POINTS_WIDE = round(PAGE_WIDTH * MM_TO_POINT, 3)
_POINTS_HIGH = round(PAGE_HEIGHT * MM_TO_POINT, 3)


class _Letters:
    """The letters of the type case: font, glyph and width of each."""

    def __init__(self, pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
        own = page.obj["/Resources"]["/Font"]
        self.fonts = (
            pdf.copy_foreign(own)
            if own.is_indirect
            else pikepdf.Dictionary({name: pdf.copy_foreign(font) for name, font in own.items()})
        )
        self._known: dict[str, tuple[str, str, float]] = {}
        for name, font in own.items():
            below = font["/DescendantFonts"][0]
            widths = _widths(below["/W"])
            for glyph, letter in _PAIR.findall(font["/ToUnicode"].read_bytes()):
                sign = bytes.fromhex(letter.decode()).decode("utf-16-be")
                width = widths.get(int(glyph, 16), 1000.0)
                self._known.setdefault(sign, (str(name), glyph.decode(), width))

    def set(self, words: str, slot: Slot) -> bytes:
        """Return a line of letters as PDF operators, in the middle or at the end of its cell."""
        try:
            glyphs = [self._known[letter] for letter in words]
        except KeyError as error:
            raise MissingLetterError(*error.args) from error
        wide = sum(width for _name, _glyph, width in glyphs) / 1000 * slot.pt
        room = slot.w * MM_TO_POINT
        left = slot.x * MM_TO_POINT + {"left": 0.0, "center": 0.5, "right": 1.0}[slot.align] * (
            room - wide
        )
        middle = slot.y + slot.h / 2
        base = (PAGE_HEIGHT - middle) * MM_TO_POINT - slot.pt * 0.36
        parts = [f"BT 0 g {left:.3f} {base:.3f} Td"]
        before = ""
        for name, glyph, _width in glyphs:
            if name != before:
                parts.append(f"{'> Tj ' if before else ''}{name} {slot.pt} Tf <")
                before = name
            parts[-1] += glyph
        parts.append("> Tj ET" if before else "ET")
        return " ".join(parts).encode()


def _widths(array: pikepdf.Object) -> dict[int, float]:
    """Return the widths of a font's glyphs in thousandths of its size."""
    found: dict[int, float] = {}
    first = 0
    for part in array:
        if isinstance(part, pikepdf.Array):
            found.update((first + at, float(width)) for at, width in enumerate(part))
        else:
            first = int(part)
    return found


def _rectangles(text: str) -> bytes:
    """Return a QR code as rectangles, one for each run of a row, a module long each."""
    code = segno.make(text, error="h", version=_VERSION, mask=_MASK, boost_error=False)
    return " ".join(f"{x} {y} {length} 1 re" for x, y, length in runs(code.matrix)).encode()


def _code(rectangles: bytes, spot: Spot) -> bytes:
    size = spot.side * MM_TO_POINT / _MODULES
    left, top = spot.x * MM_TO_POINT, (PAGE_HEIGHT - spot.y) * MM_TO_POINT
    turn = f"q {size:.5f} 0 0 {-size:.5f} {left:.3f} {top:.3f} cm 0 g ".encode()
    return turn + rectangles + b" f Q"
