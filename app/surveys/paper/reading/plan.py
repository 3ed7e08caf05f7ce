"""What the reader knows of a printed page: places in mm, small enough to hand to the child."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.surveys.paper.layout.measure import MM, width
from app.surveys.paper.layout.model import (
    Border,
    Drawn,
    Example,
    Face,
    Layout,
    Page,
    Rule,
    Slot,
    Text,
)

IDS_A_PAGE = 4  # corner marks of one page have numbers (page - 1) * 4 + corner
_LINE = 0.5  # how far ink of a printed line may lie from where it belongs, in mm

Rectangle = tuple[float, float, float, float]  # x, y, width, height


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row of boxes: its field, whether it takes one answer, and the boxes as x, y, side."""

    field: str
    is_one: bool
    at_most: int
    values: tuple[str, ...]
    boxes: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class PagePlan:
    """One page: its rows, frames for words, corner marks, page codes, and what print covers."""

    number: int
    rows: tuple[PlanRow, ...]
    frames: tuple[tuple[str, Rectangle], ...]
    markers: tuple[tuple[int, float, float, float], ...]
    codes: tuple[tuple[float, float, float], ...]
    covers: tuple[Rectangle, ...]
    has_words: bool  # whether the words are among what print covers, too

    @property
    def boxes(self) -> list[tuple[float, float, float]]:
        """All boxes of the page, row after row."""
        return [box for row in self.rows for box in row.boxes]


def pack_layout(layout: Layout) -> bytes:
    """Return a layout as the child takes it."""
    return json.dumps([_pack(page) for page in layout.pages]).encode()


def unpack_layout(content: bytes) -> dict[int, PagePlan]:
    """Return the pages `pack_layout` wrote, by number."""
    plans = [_unpack(raw) for raw in json.loads(content)]
    return {plan.number: plan for plan in plans}


def plan_page(page: Page) -> PagePlan:
    """Return what the reader has to know of one page."""
    return _unpack(json.loads(json.dumps(_pack(page))))


def _pack(page: Page) -> list[Any]:
    rows = [
        [
            row.field,
            row.kind == "one",
            row.at_most,
            [[b.value, b.x, b.y, b.side] for b in row.boxes],
        ]
        for row in page.rows
    ]
    return [
        page.number,
        rows,
        [[frame.field, frame.x, frame.y, frame.w, frame.h] for frame in page.frames],
        [[marker.id, marker.x, marker.y, marker.side] for marker in page.markers],
        [[spot.x, spot.y, spot.side] for spot in page.codes],
        covers_of(page),
        bool(page.drawn),
    ]


def _unpack(raw: Sequence[Any]) -> PagePlan:
    number, rows, frames, markers, codes, covers, has_words = raw
    return PagePlan(
        number=number,
        rows=tuple(
            PlanRow(
                field=field,
                is_one=is_one,
                at_most=most,
                values=tuple(value for value, *_ in boxes),
                boxes=tuple((x, y, side) for _, x, y, side in boxes),
            )
            for field, is_one, most, boxes in rows
        ),
        frames=tuple((field, (x, y, w, h)) for field, x, y, w, h in frames),
        markers=tuple((number, x, y, side) for number, x, y, side in markers),
        codes=tuple((x, y, side) for x, y, side in codes),
        covers=tuple((x, y, w, h) for x, y, w, h in covers),
        has_words=has_words,
    )


def covers_of(page: Page) -> list[Rectangle]:
    """Return the rectangles where print stands: ink there says nothing about a pen."""
    found = [_around(one.x, one.y, one.side, one.side, 1.0) for one in page.markers]
    found += [_around(one.x, one.y, one.side, one.side, 1.0) for one in page.codes]
    for frame in page.frames:
        found += _edges(frame.x, frame.y, frame.w, frame.h)
    for thing in page.drawn:
        found += _covers_of_thing(thing)
    return found


def _covers_of_thing(thing: Drawn) -> list[Rectangle]:
    match thing:
        case Text():
            return [_text_cell(thing)]
        case Slot():
            return [(thing.x, thing.y, thing.w, thing.h)]
        case Rule():
            x, y = min(thing.x1, thing.x2), min(thing.y1, thing.y2)
            return [_around(x, y, abs(thing.x2 - thing.x1), abs(thing.y2 - thing.y1), _LINE)]
        case Border():
            return _edges(thing.x, thing.y, thing.w, thing.h)
        case Example():
            return [_around(thing.x, thing.y, thing.side, thing.side, 2.4)]
        case Face():
            return [_around(thing.x - thing.r, thing.y - thing.r, 2 * thing.r, 2 * thing.r, _LINE)]


def _text_cell(text: Text) -> Rectangle:
    """Return the part of a cell its words take: cells are often wider, and boxes stand there."""
    wide = width(text.text, text.pt) + 0.6
    high = min(max(text.h, 1.3 * text.pt * MM), text.h + 1.0)
    y = text.y + (text.h - high) / 2
    if text.align == "center":
        return (text.x + (text.w - wide) / 2, y, wide, high)
    if text.align == "right":
        return (text.x + text.w - wide, y, wide, high)
    return (text.x - 0.3, y, wide, high)


def _edges(x: float, y: float, w: float, h: float) -> list[Rectangle]:
    return [
        _around(x, y, w, 0.0, _LINE),
        _around(x, y + h, w, 0.0, _LINE),
        _around(x, y, 0.0, h, _LINE),
        _around(x + w, y, 0.0, h, _LINE),
    ]


def _around(x: float, y: float, w: float, h: float, more: float) -> Rectangle:
    return (x - more, y - more, w + 2 * more, h + 2 * more)
