"""Pages that differ in a few words only: what they share is set once, the rest is stamped on.

Setting the same letter a thousand times is what makes a bundle slow. So the words all homes share
are one page of the document; it becomes a drawing (a form XObject) below every home's own page.
A home's own words are shown with the fonts the document holds already: every letter they need
stands on a page of its own, a type case, from which font, glyph and width are read. QR codes are
drawn as rectangles. Shared page and type cases are taken out in the end.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import segno
from pydyf import PDF, Array, Dictionary, Stream  # type: ignore[import-untyped]

_POINTS = 72 / 25.4
_QUIET = 4
_NAME = "SharedPage"
_SHRINKS_TO = 0.5
_FONT = re.compile(rb"/([A-Z]+) [\d.]+ Tf")
_PAIR = re.compile(rb"<([0-9a-f]{4})> <((?:[0-9a-f]{4})+)>")


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code on a page; lengths in millimetres.

    Attributes:
        content: What it says.
        left, top: Its corner, from the left and the top of the sheet.
        width: Its side with the quiet zone.
    """

    content: str
    left: float
    top: float
    width: float


@dataclass(frozen=True, slots=True)
class Words:
    """A line of words on a page; lengths in millimetres.

    Attributes:
        text: What it says.
        case: The type case it is set from, counted from 0.
        size: Size of the letters in points.
        left, baseline: Where it begins, from the left and the top of the sheet.
        width: Room it has: longer words are set smaller, down to half the size.
        is_right: It ends at `left` instead.
    """

    text: str
    case: int
    size: float
    left: float
    baseline: float
    width: float
    is_right: bool = False


@dataclass(frozen=True, slots=True)
class Void:
    """A place of the shared page that nobody uses: painted over; lengths in millimetres."""

    left: float
    top: float
    width: float
    height: float


class MissingLetterError(LookupError):
    """A letter stands in no type case; carries it."""


Sheet = Sequence[Code | Words | Void]


def stamp(pdf: PDF, *, shared: int, cases: int, sheets: Sequence[Sheet]) -> None:
    """Add a page for each sheet, and take out the shared page and the type cases.

    Args:
        pdf: The finished document, not written yet: some pages of its own, the shared page, the
            type cases.
        shared: Place of the shared page, counted from 0.
        cases: How many type cases stand behind it.
        sheets: What is stamped on each page.

    Raises:
        MissingLetterError: Words need a letter that is in none of their case's fonts.
    """
    pages = [pdf.objects[number] for number in pdf.pages["Kids"][::3]]
    if len(pages) != shared + 1 + cases:
        raise ValueError(f"{len(pages)} pages, {shared} of them before the shared one")
    base = pages[shared]
    resources = pdf.objects[_number(base["Resources"])]
    fonts = pdf.objects[_number(resources["Font"])]
    letters = [_Case(pdf, fonts, page) for page in pages[shared + 1 :]]
    drawing = pdf.objects[_number(base["Contents"])]
    drawing.extra.update(
        Type="/XObject", Subtype="/Form", BBox=base["MediaBox"], Resources=base["Resources"]
    )
    resources.setdefault("XObject", Dictionary())[_NAME] = drawing.reference
    del pdf.pages["Kids"][3 * shared :]
    pdf.pages["Count"] = shared
    height = float(base["MediaBox"][3])
    for sheet in sheets:
        content = Stream([f"q /{_NAME} Do Q", *_drawn(sheet, letters, height)], compress=True)
        pdf.add_object(content)
        page = Dictionary(base)
        page["Contents"] = content.reference
        pdf.add_page(page)


class _Case:
    """The letters of one type case: font, glyph and width of each."""

    def __init__(self, pdf: PDF, fonts: Dictionary, page: Dictionary) -> None:
        content = b"\n".join(
            part if isinstance(part, bytes) else str(part).encode()
            for part in pdf.objects[_number(page["Contents"])].stream
        )
        self._letters: dict[str, tuple[str, int, float]] = {}
        for name in dict.fromkeys(found.decode() for found in _FONT.findall(content)):
            font = pdf.objects[_number(fonts[name])]
            widths = _widths(pdf, font)
            for glyph, letter in _glyphs(pdf, font):
                self._letters.setdefault(letter, (name, glyph, widths.get(glyph, 1000.0)))

    def set(self, words: Words, height: float) -> bytes:
        """Return a line of words as PDF operators."""
        try:
            glyphs = [self._letters[letter] for letter in words.text]
        except KeyError as error:
            raise MissingLetterError(*error.args) from error
        wide = sum(width for _name, _glyph, width in glyphs) / 1000
        size = words.size
        if wide:
            size = max(size * _SHRINKS_TO, min(size, words.width * _POINTS / wide))
        left = words.left * _POINTS - (wide * size if words.is_right else 0)
        parts = [f"BT 0 g {left:.3f} {height - words.baseline * _POINTS:.3f} Td"]
        before = ""
        for name, glyph, _width in glyphs:
            if name != before:
                parts.append(f"{'> Tj ' if before else ''}/{name} {size:.3f} Tf <")
                before = name
            parts[-1] += f"{glyph:04x}"
        parts.append("> Tj ET" if before else "ET")
        return " ".join(parts).encode()


def _drawn(sheet: Sheet, letters: Sequence[_Case], height: float) -> Iterator[bytes]:
    for mark in sheet:
        if isinstance(mark, Code):
            yield _code(mark, height)
        elif isinstance(mark, Words):
            yield letters[mark.case].set(mark, height)
        else:
            yield _void(mark, height)


def _code(code: Code, height: float) -> bytes:
    """Return a QR code (level M) on white as PDF operators; one rectangle for each run of a row.

    The mask is fixed: trying all eight takes five times as long, and the links end in random
    letters, which leave no large even areas under any of them.
    """
    matrix = segno.make(code.content, error="m", micro=False, mask=2).matrix
    modules = len(matrix) + 2 * _QUIET
    size = code.width * _POINTS / modules
    left, top = code.left * _POINTS, height - code.top * _POINTS
    parts = [f"q {size:.5f} 0 0 {-size:.5f} {left:.3f} {top:.3f} cm"]
    parts.append(f"1 g 0 0 {modules} {modules} re f 0 g")
    for y, row in enumerate(matrix, start=_QUIET):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                parts.append(f"{start + _QUIET} {y} {x - start} 1 re")
            x += 1
    parts.append("f Q")
    return " ".join(parts).encode()


def _void(void: Void, height: float) -> bytes:
    """Return a white rectangle as PDF operators."""
    box = (void.left, height / _POINTS - void.top - void.height, void.width, void.height)
    return f"1 g {' '.join(f'{length * _POINTS:.3f}' for length in box)} re f".encode()


def _glyphs(pdf: PDF, font: Dictionary) -> Iterator[tuple[int, str]]:
    """Yield the glyphs of a font with the letter each shows."""
    for line in pdf.objects[_number(font["ToUnicode"])].stream:
        pair = _PAIR.fullmatch(line)
        if pair:
            yield int(pair[1], 16), bytes.fromhex(pair[2].decode()).decode("utf-16-be")


def _widths(pdf: PDF, font: Dictionary) -> dict[int, float]:
    """Return the widths of a font's glyphs in thousandths of its size."""
    (below,) = font["DescendantFonts"]
    found: dict[int, float] = {}
    first = 0
    descendant = below if isinstance(below, Dictionary) else pdf.objects[_number(below)]
    for part in descendant["W"]:
        if isinstance(part, Array):
            found.update((first + at, float(width)) for at, width in enumerate(part))
        else:
            first = int(part)
    return found


def _number(reference: bytes) -> int:
    return int(reference.split()[0])
