"""Geometry to markup: one SVG in millimetres for each page, words as absolutely placed cells."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from app.surveys.paper.layout.markers import bits_of
from app.surveys.paper.layout.model import (
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Border,
    Box,
    Drawn,
    Example,
    Face,
    Frame,
    Layout,
    Marker,
    Page,
    Rule,
    Text,
)

OUTLINE = 0.30  # of a box, inside its side
_FRAME = 0.25
_FONTS = {
    "zh-Hans": ('"Noto Sans CJK SC"', '"Noto Serif CJK SC"'),
    "zh-Hant": ('"Noto Sans CJK TC"', '"Noto Serif CJK TC"'),
    "en": ('"Noto Sans", "Noto Sans CJK SC"', '"Noto Serif", "Noto Serif CJK SC"'),
}
_STYLE = """
@page { size: 210mm 297mm; margin: 0 }
html, body { margin: 0; color: #000; font-family: SANS, "WenQuanYi Micro Hei", sans-serif }
.sheet { position: relative; width: 210mm; height: 297mm; overflow: hidden; break-after: page }
.sheet:last-child { break-after: auto }
.sheet > svg { position: absolute; left: 0; top: 0 }
.sheet > p { position: absolute; margin: 0; white-space: pre }
.code { font-family: "Noto Sans Mono CJK SC", "DejaVu Sans Mono", monospace }
"""
_SERIFS = '"Noto Serif CJK SC", "WenQuanYi Micro Hei", serif'
_TICK = "M{x1:.3f} {y1:.3f}L{x2:.3f} {y2:.3f}L{x3:.3f} {y3:.3f}"


def bases_markup(layouts: Sequence[Layout]) -> str:
    """Return the pages all sheets of a layout share, layout by layout: no codes, no slots.

    Layouts that are set together share their fonts.
    """
    pages = [page for layout in layouts for page in layout.pages]
    return _document(layouts[0].language, "".join(map(_sheet, pages)), _texts(pages))


def slots_markup(layout: Layout, words: Mapping[str, Text]) -> str:
    """Return a page that holds nothing but the words of slots, over a first page."""
    filled = "".join(_words(one) for one in words.values())
    return _document(layout.language, f'<div class="sheet">{filled}</div>', words.values())


def case_markup(letters: str) -> str:
    """Return a page that shows every letter of printed codes once: a type case."""
    return _document("en", f'<div class="sheet"><p class="code">{escape(letters)}</p></div>')


def specimen_markup(layout: Layout, words: Mapping[str, Text], stamp: str) -> str:
    """Return the pages of a specimen: no codes, and one large word across.

    Args:
        layout: The form.
        words: The words of slots of the first page.
        stamp: The large word.
    """
    across = (
        '<p style="left:0;top:120mm;width:210mm;height:40mm;line-height:40mm;font-size:80pt;'
        "text-align:center;color:#dde1e4;font-weight:700;letter-spacing:6mm;"
        f'transform:rotate(-30deg)">{escape(stamp)}</p>'
    )
    pages = [
        _sheet(page, words.values() if page.number == 1 else (), below=across + _places(page))
        for page in layout.pages
    ]
    texts = (*_texts(layout.pages), *words.values())
    return _document(layout.language, "".join(pages), texts)


def _places(page: Page) -> str:
    """Return grey squares where the codes of a page stand."""
    return "".join(
        f'<p style="left:{one.x}mm;top:{one.y}mm;width:{one.side}mm;height:{one.side}mm;'
        'background:#dde1e4"></p>'
        for one in page.codes
    )


def _document(language: str, body: str, texts: Iterable[Text] = ()) -> str:
    sans, serif = _FONTS.get(language, _FONTS["zh-Hans"])
    rules = "".join({_class(one): _rule(one) for one in texts}.values())
    style = (_STYLE + rules).replace("SANS", sans).replace("SERIF", f"{serif}, {_SERIFS}")
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        f"<title>-</title><style>{style}</style></head><body>{body}</body></html>"
    )


def _texts(pages: Iterable[Page]) -> Iterator[Text]:
    for page in pages:
        yield from (one for one in page.drawn if isinstance(one, Text))


def _sheet(page: Page, extra: Iterable[Text] = (), below: str = "") -> str:
    svg = "".join(_drawn(one) for one in page.drawn)
    boxes = "".join(_outline(box) for row in page.rows for box in row.boxes)
    return (
        f'<div class="sheet">{below}<svg xmlns="http://www.w3.org/2000/svg" '
        f'width="{PAGE_WIDTH}mm" height="{PAGE_HEIGHT}mm" viewBox="0 0 {PAGE_WIDTH} {PAGE_HEIGHT}">'
        f'<path d="{"".join(_marker(one) for one in page.markers)}" fill="#000"/>{svg}'
        f"{''.join(_frame(one) for one in page.frames)}"
        f'<path d="{boxes}" fill="none" stroke="#000" stroke-width="{OUTLINE}"/></svg>'
        f"{''.join(_words(one) for one in page.drawn if isinstance(one, Text))}"
        f"{''.join(_words(one) for one in extra)}</div>"
    )


def _words(text: Text) -> str:
    place = f"left:{text.x:.2f}mm;top:{text.y:.2f}mm;width:{text.w:.2f}mm"
    return f'<p class="{_class(text)}" style="{place}">{escape(text.text)}</p>'


def _class(text: Text) -> str:
    """Return the name of how a line is set; a style for each line takes longer to read."""
    kind = f"{text.align}{'b' if text.bold else ''}{'s' if text.serif else ''}{text.color[1:]}"
    return f"h{text.h:.2f}p{text.pt:.2f}{kind}".replace(".", "_")


def _rule(text: Text) -> str:
    rule = f"height:{text.h:.2f}mm;line-height:{text.h:.2f}mm;font-size:{text.pt}pt"
    rule += f";text-align:{text.align};color:{text.color}"
    if text.bold:
        rule += ";font-weight:700"
    if text.serif:
        rule += ";font-family:SERIF"
    return f".{_class(text)}{{{rule}}}"


def runs(rows: Sequence[Sequence[int]]) -> list[tuple[int, int, int]]:
    """Return the dark runs of a matrix: column, row, length."""
    found = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                found.append((start, y, x - start))
            x += 1
    return found


def _marker(marker: Marker) -> str:
    module = marker.side / 6
    return "".join(
        f"M{marker.x + x * module:.3f} {marker.y + y * module:.3f}h{length * module:.3f}"
        f"v{module:.3f}h{-length * module:.3f}z"
        for x, y, length in runs(bits_of(marker.id))
    )


def _outline(box: Box) -> str:
    inset, side = OUTLINE / 2, box.side - OUTLINE
    return f"M{box.x + inset:.3f} {box.y + inset:.3f}h{side:.3f}v{side:.3f}h{-side:.3f}z"


def _frame(frame: Frame) -> str:
    return (
        f'<rect x="{frame.x:.3f}" y="{frame.y:.3f}" width="{frame.w:.3f}" '
        f'height="{frame.h:.3f}" fill="none" stroke="#000" stroke-width="{_FRAME}"/>'
    )


def _drawn(one: Drawn) -> str:
    if isinstance(one, Rule):
        dash = f' stroke-dasharray="{one.dash}"' if one.dash else ""
        return (
            f'<path d="M{one.x1:.2f} {one.y1:.2f}L{one.x2:.2f} {one.y2:.2f}" '
            f'stroke="{one.color}" stroke-width="{one.width}"{dash}/>'
        )
    if isinstance(one, Border):
        return (
            f'<rect x="{one.x}" y="{one.y}" width="{one.w}" height="{one.h}" fill="none" '
            f'stroke="#000" stroke-width="{one.width}"/>'
        )
    if isinstance(one, Example):
        return _example(one)
    return _face(one) if isinstance(one, Face) else ""


def _example(one: Example) -> str:
    x, y, side = one.x, one.y, one.side
    square = _outline(Box("", "", x, y, side))
    out = f'<path d="{square}" fill="none" stroke="#000" stroke-width=".3"/>'
    pen = f'fill="none" stroke="#000" stroke-width="{0.13 * side:.3f}" stroke-linecap="round"'
    if one.mark == "tick":
        path = _TICK.format(
            x1=x + 0.12 * side,
            y1=y + 0.55 * side,
            x2=x + 0.42 * side,
            y2=y + 0.85 * side,
            x3=x + side,
            y3=y + 0.02 * side,
        )
        return f'{out}<path d="{path}" {pen} stroke-linejoin="round"/>'
    if one.mark == "fill":
        inner = side - 0.7
        return (
            f'{out}<rect x="{x + 0.35:.3f}" y="{y + 0.35:.3f}" width="{inner:.3f}" '
            f'height="{inner:.3f}" fill="#111"/>'
        )
    low, high = 0.18 * side, 0.82 * side
    if one.mark == "cross":
        return (
            f'{out}<path d="M{x + low:.3f} {y + low:.3f}L{x + high:.3f} {y + high:.3f}'
            f'M{x + high:.3f} {y + low:.3f}L{x + low:.3f} {y + high:.3f}" {pen}/>'
        )
    return (
        f'{out}<circle cx="{x + side / 2:.3f}" cy="{y + side / 2:.3f}" r="{0.78 * side:.3f}" '
        f'fill="none" stroke="#000" stroke-width="{0.1 * side:.3f}"/>'
        f'<path d="M{x - 0.5 * side:.3f} {y + 1.45 * side:.3f}L{x + 1.5 * side:.3f} '
        f'{y - 0.45 * side:.3f}" stroke="#000" stroke-width=".25"/>'
    )


def _face(one: Face) -> str:
    x, y, r = one.x, one.y, one.r
    bend, mouth = r * 0.62 * one.mood, y + r * 0.38
    eyes = "".join(
        f'<circle cx="{x + way * r * 0.35:.3f}" cy="{y - r * 0.25:.3f}" r="{r * 0.11:.3f}"/>'
        for way in (-1, 1)
    )
    return (
        f'<circle cx="{x:.3f}" cy="{y:.3f}" r="{r}" fill="none" stroke="#000" stroke-width=".35"/>'
        f'{eyes}<path d="M{x - r * 0.48:.3f} {mouth - bend * 0.55:.3f}Q{x:.3f} '
        f'{mouth + bend * 1.1:.3f} {x + r * 0.48:.3f} {mouth - bend * 0.55:.3f}" fill="none" '
        'stroke="#000" stroke-width=".4" stroke-linecap="round"/>'
    )
