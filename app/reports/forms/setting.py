"""Setting what sheets share: base pages, the community's words, the letters of codes. Worker only.

What a layout looks like never changes, so its base pages are set once in the life of a worker.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NoReturn

from weasyprint import HTML

from app.reports.forms.drawing import bases_markup, case_markup, slots_markup, specimen_markup
from app.reports.forms.stamping import Press
from app.reports.glyphs import printable, unprintable
from app.surveys.paper.layout.measure import LayoutError, fit
from app.surveys.paper.layout.model import Layout, Slot, Text
from app.surveys.paper.layout.page_text import ALPHABET
from app.surveys.paper.layout.words import say

_SMALLEST = 6.0
_CUT = "…"


class MissingGlyphError(RuntimeError):
    """The fonts of this machine cannot print a form; carries the characters they lack."""


def make_press(layouts: Sequence[Layout], words: Mapping[str, str]) -> Press:
    """Return what sheets of some layouts are stamped on.

    Args:
        layouts: All of one form and one language.
        words: Slot name -> the community's words.

    Raises:
        MissingGlyphError: The fonts lack a character of the form.
    """
    fitted = fitted_words(layouts[0], words)
    return Press(
        layouts,
        bases=_bases(tuple(layouts)),
        words=set_pages(slots_markup(layouts[0], fitted)),
        case=_case(),
    )


def make_specimen_pages(layout: Layout, words: Mapping[str, str]) -> bytes:
    """Return a form without codes and with a large word across, as PDF."""
    _check_glyphs([layout])
    fitted = fitted_words(layout, words)
    return set_pages(specimen_markup(layout, fitted, say("specimen", layout.language)))


def set_pages(markup: str) -> bytes:
    """Return markup as PDF; nothing is ever fetched for it."""
    return bytes(HTML(string=markup, url_fetcher=_refuse).write_pdf() or b"")


def fitted_words(layout: Layout, words: Mapping[str, str]) -> dict[str, Text]:
    """Return the words of slots of the first page at a size at which they fit their cells."""
    fitted: dict[str, Text] = {}
    for slot in layout.pages[0].drawn:
        if isinstance(slot, Slot) and words.get(slot.name):
            fitted[slot.name] = _fitted(slot, printable(words[slot.name]))
    return fitted


def _fitted(slot: Slot, words: str) -> Text:
    shown = words
    while True:
        try:
            sizes = (slot.pt, _SMALLEST)
            lines, pt = fit(shown, slot.w, sizes=sizes, most=1, item=slot.name)
            break
        except LayoutError:  # a very long name: its end gives way
            shown = shown.removesuffix(_CUT)[:-1] + _CUT
    return Text(slot.x, slot.y, slot.w, slot.h, pt, lines[0], align=slot.align)


@lru_cache(maxsize=8)
def _bases(layouts: tuple[Layout, ...]) -> bytes:
    _check_glyphs(layouts)
    return set_pages(bases_markup(layouts))


@lru_cache(maxsize=1)
def _case() -> bytes:
    return set_pages(case_markup(f"{ALPHABET}-"))


def _check_glyphs(layouts: Sequence[Layout]) -> None:
    missing = unprintable(
        one.text
        for layout in layouts
        for page in layout.pages
        for one in page.drawn
        if isinstance(one, Text)
    )
    if missing:
        raise MissingGlyphError("".join(missing))


def _refuse(url: str, *_args: object, **_options: object) -> NoReturn:
    raise LookupError(url)
