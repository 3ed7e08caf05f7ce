"""What every page has besides questions: markers, codes, title, how to mark, foot."""

from app.surveys.instrument.model import Instrument
from app.surveys.paper.layout.measure import LayoutError, fit
from app.surveys.paper.layout.model import (
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Border,
    Drawn,
    Example,
    Marker,
    Rule,
    Slot,
    Spot,
    Text,
)
from app.surveys.paper.layout.parts import GREY, set_lines
from app.surveys.paper.layout.style import LEFT, WIDTH
from app.surveys.paper.layout.words import say

MARKER = 8.0
_EDGE = 9.0
MOST_PAGES = 4  # there are markers for so many
# Where questions begin on the first page and on the others, and where they end.
USUAL_TOPS, USUAL_BOTTOM = (46.1, 33.4), 271.5
LARGE_TOPS, LARGE_BOTTOM = (58.0, 38.0), 267.0
_PLAIN_LEFT = 21.0  # right of the markers
_HEAD_ROOM = 140.0  # left of the page code


def markers(number: int) -> tuple[Marker, ...]:
    """Return the corner markers of a page."""
    far_x, far_y = PAGE_WIDTH - _EDGE - MARKER, PAGE_HEIGHT - _EDGE - MARKER
    corners = ((_EDGE, _EDGE), (far_x, _EDGE), (_EDGE, far_y), (far_x, far_y))
    first = (number - 1) * 4
    return tuple(Marker(first + at, x, y, MARKER) for at, (x, y) in enumerate(corners))


def spots(*, large: bool) -> tuple[Spot, Spot]:
    """Return the two places of the page code."""
    if large:
        return Spot(166.0, 9.5, 22.0), Spot(171.5, 270.5, 17.0)
    return Spot(169.0, 9.5, 19.0), Spot(174.0, 273.5, 14.5)


def head(instrument: Instrument, language: str, *, number: int, large: bool) -> list[Drawn]:
    """Return what stands above the questions of a page."""
    title = instrument.title.plain(language)
    code = spots(large=large)[0]
    drawn: list[Drawn] = [
        Slot("code", code.x - 4, code.y + code.side + 0.6, code.side + 8, 3.4, 8.0, "center"),
    ]
    if number == 1:
        return [*drawn, *(_large_head if large else _usual_head)(instrument, title, language)]
    words = say("other_side", language, title=title, page=number)
    size = 18.0 if large else 12.0
    lines, pt = fit(words, _HEAD_ROOM, sizes=(size, 8.0), most=1, item="title", bold=True)
    drawn += [Text(_PLAIN_LEFT, 9.4, _HEAD_ROOM, 8, pt, lines[0], bold=True, serif=True)]
    hint, small = fit(
        say("reminder", language),
        _HEAD_ROOM,
        sizes=(13.0 if large else 8.4, 7.0),
        most=2,
        item="title",
    )
    top = 20.0 if large else 19.4
    drawn += set_lines(hint, x=_PLAIN_LEFT, y=top, w=_HEAD_ROOM, pt=small, color=GREY)
    return drawn


def foot(*, key: str, language: str, number: int, pages: int, large: bool) -> list[Drawn]:
    """Return what stands below the questions of a page."""
    onward = "turn_over" if number % 2 else "next_sheet"
    word = "thanks" if number == pages else onward
    size = 15.0 if large else 10.0
    lines, pt = fit(say(word, language), 148.0, sizes=(size, 7.0), most=1, item="foot", bold=True)
    y = 269.5 if large else 273.8
    words = say("foot", language, page=number, pages=pages, key=key)
    return [
        Text(_PLAIN_LEFT, y, 148.0, 7.0, pt, lines[0], bold=True),
        Text(_PLAIN_LEFT, 282.6, 88.0, 4.0, 7.5, words, color=GREY),
        Slot("code", 112.0, 282.6, 56.0, 4.0, 8.0, "right"),
    ]


def _usual_head(instrument: Instrument, title: str, language: str) -> list[Drawn]:
    lines, pt = fit(title, _HEAD_ROOM, sizes=(17.0, 9.0), most=1, item="title", bold=True)
    drawn: list[Drawn] = [
        Text(_PLAIN_LEFT, 9.0, _HEAD_ROOM, 8.4, pt, lines[0], bold=True, serif=True),
        Slot("about", _PLAIN_LEFT, 18.0, _HEAD_ROOM, 4.4, 9.2),
        Slot("deadline", _PLAIN_LEFT, 22.6, _HEAD_ROOM, 4.4, 8.8),
        *_privacy(instrument, language, y=27.2, size=8.4, most=2),
    ]
    return [*drawn, *_usual_strip(language)]


def _privacy(
    instrument: Instrument, language: str, *, y: float, size: float, most: int
) -> list[Drawn]:
    found = instrument.texts.get("privacy_scores")
    if found is None:
        return []
    words = found.plain(language)
    if "{" in words:
        return []
    try:
        lines, pt = fit(words, _HEAD_ROOM, sizes=(size, 7.0), most=1, item="privacy_scores")
    except LayoutError:
        lines, pt = fit(words, _HEAD_ROOM, sizes=(7.6, 6.0), most=most, item="privacy_scores")
    return [*set_lines(lines, x=_PLAIN_LEFT, y=y, w=_HEAD_ROOM, pt=pt)]


def _usual_strip(language: str) -> list[Drawn]:
    """Return how to mark and how to correct."""
    y, h = 34.8, 9.8
    mid = y + (h - 4) / 2
    drawn: list[Drawn] = [Border(LEFT, y, WIDTH, h)]
    drawn.append(_cell("how", LEFT + 2, y, 20, h, language, size=9.4, bold=True))
    for at, mark in enumerate(("tick", "cross", "fill")):
        drawn.append(Example(37 + at * 6.2, mid, 4, mark))  # type: ignore[arg-type]
    drawn.append(_cell("three_ways", 55.4, y, 40, h, language))
    drawn.append(Rule(97.0, y + 1.4, 97.0, y + h - 1.4, 0.15))
    drawn.append(_cell("mistake", 99.0, y, 17, h, language, bold=True))
    drawn += [Example(117.0, mid, 4, "fill"), Text(121.6, y, 5, h, 9, "→")]
    drawn.append(Example(126.2, mid, 4, "tick"))
    drawn.append(_cell("black_out", 132.2, y, 33, h, language))
    drawn.append(Example(169.0, mid, 4, "circle"))
    drawn.append(_cell("no_circles", 175.6, y, 20, h, language))
    return drawn


def _large_head(_instrument: Instrument, title: str, language: str) -> list[Drawn]:
    words = say("other_name", language, title=title)
    lines, pt = fit(words, _HEAD_ROOM, sizes=(26.0, 12.0), most=1, item="title", bold=True)
    drawn: list[Drawn] = [
        Text(_PLAIN_LEFT, 8.6, _HEAD_ROOM, 11.4, pt, lines[0], bold=True, serif=True),
        Slot("about", _PLAIN_LEFT, 20.2, _HEAD_ROOM, 6.4, 13.5),
        Slot("deadline", _PLAIN_LEFT, 26.8, _HEAD_ROOM, 6.0, 13.0),
    ]
    y, h = 39.0, 15.0
    mid = y + (h - 7) / 2
    drawn += [
        Border(LEFT, y, WIDTH, h, 0.4),
        _cell("how_large", LEFT + 3, y, 26, h, language, size=18.0, bold=True),
        Example(45, mid, 7, "tick"),
        Rule(57.5, y + 2.5, 57.5, y + h - 2.5, 0.2),
        _cell("mistake", 61.5, y, 24, h, language, size=18.0, bold=True),
        Example(87, mid, 7, "fill"),
        _cell("black_out_large", 97.5, y, 47, h, language, size=18.0),
        _cell("read_out", 149.0, y, 45, h, language, size=13.5),
    ]
    return drawn


def _cell(
    word: str,
    x: float,
    y: float,
    w: float,
    h: float,
    language: str,
    *,
    size: float = 8.8,
    bold: bool = False,
) -> Text:
    return Text(
        x, y, w, h, _size(word, w, language, size, bold=bold), say(word, language), bold=bold
    )


def _size(word: str, room: float, language: str, size: float, *, bold: bool) -> float:
    return fit(say(word, language), room, sizes=(size, 5.0), most=1, item=word, bold=bold)[1]
