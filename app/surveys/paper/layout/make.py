"""From an instrument and a household's offer to the geometry of its printed form."""

import hashlib

from app.surveys.instrument.flow import ELDER, Offer
from app.surveys.instrument.model import Instrument
from app.surveys.paper.layout import furniture
from app.surveys.paper.layout.asked import pieces_of
from app.surveys.paper.layout.measure import LayoutError
from app.surveys.paper.layout.model import Drawn, Frame, Layout, Page, Row
from app.surveys.paper.layout.page_text import ALPHABET, LAYOUT
from app.surveys.paper.layout.parts import Context
from app.surveys.paper.layout.pieces import (
    Stack,
    moved_drawn,
    moved_frames,
    moved_rows,
    stack,
    stretch,
)
from app.surveys.paper.layout.style import LARGE, USUAL

VERSION = 1
_MOST_GROWTH = 26.0  # of one line of frames, in millimetres
_MOST_SPREAD = 4.0  # of a gap between questions


def layout_key(
    instrument_digest: str,
    *,
    form: str,
    block: int,
    areas_offered: int,
    language: str,
    version: int = VERSION,
) -> str:
    """Return the short name of a layout: six letters and digits."""
    text = f"{instrument_digest}|{form}|{block}|{areas_offered}|{language}|{version}"
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 2
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (LAYOUT - 1), -1, -5))


def make_layout(
    instrument: Instrument, *, form: str, offer: Offer, language: str, key: str = "000000"
) -> Layout:
    """Lay out the form of a household: what its block offers, on as few pages as it takes.

    Args:
        instrument: The questionnaire.
        form: ``full`` or ``elder`` (large print).
        offer: What the household is offered.
        language: Language of the words.
        key: Name of the layout (see `layout_key`), printed at the foot.

    Raises:
        LayoutError: Words do not fit, or the form takes more pages than there are markers for.
    """
    large = form == ELDER
    tops, bottom = (
        (furniture.LARGE_TOPS, furniture.LARGE_BOTTOM)
        if large
        else (furniture.USUAL_TOPS, furniture.USUAL_BOTTOM)
    )
    best: list[Stack] = []
    for style in LARGE if large else USUAL:
        pieces = pieces_of(Context(instrument, language, style), form, offer)
        stacked = stack(pieces, tops=tops, bottom=bottom)
        if not best or _worth(stacked) < _worth(best):
            best = stacked
    if len(best) > furniture.MOST_PAGES:
        raise LayoutError(best[furniture.MOST_PAGES].placed[0][1].name)
    stretch(best, growth=_MOST_GROWTH, spread=_MOST_SPREAD)
    pages = tuple(
        _page(instrument, one, number, of=len(best), language=language, large=large, key=key)
        for number, one in enumerate(best, 1)
    )
    return Layout(key, VERSION, form, language, pages)


def _worth(stacked: list[Stack]) -> tuple[int, int]:
    """Return what a loose spacing gives way to: fewer pages, then fewer questions cut in two."""
    return len(stacked), sum(one.is_continued for one in stacked)


def _page(
    instrument: Instrument,
    stacked: Stack,
    number: int,
    *,
    of: int,
    language: str,
    large: bool,
    key: str,
) -> Page:
    rows: list[Row] = []
    frames: list[Frame] = []
    drawn: list[Drawn] = furniture.head(instrument, language, number=number, large=large)
    for y, piece in stacked.placed:
        rows += moved_rows(piece.rows, y)
        frames += moved_frames(piece.frames, y)
        drawn += moved_drawn(piece.drawn, y)
    drawn += furniture.foot(key=key, language=language, number=number, pages=of, large=large)
    return Page(
        number=number,
        rows=tuple(rows),
        frames=tuple(frames),
        markers=furniture.markers(number),
        codes=furniture.spots(large=large),
        drawn=tuple(drawn),
    )
