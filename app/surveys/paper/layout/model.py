"""A printed questionnaire as geometry: every box, frame, marker and page code, in millimetres.

Lengths are measured from the top left corner of an A4 page. Printer and reader take the same
objects; what only the printer needs (words, lines) stands apart and does not go to the reader.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
MM_TO_POINT = 72 / 25.4
# A field of every form that is no item: who helped to fill it in.
HELPED = "helped"
HELPED_VALUES = ("nobody", "family", "staff")

RowKind = Literal["one", "many"]
Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Box:
    """A square to mark; field and value as the phone form posts them."""

    field: str
    value: str
    x: float
    y: float
    side: float


@dataclass(frozen=True, slots=True)
class Row:
    """The boxes of one field, on one page.

    Attributes:
        field: Name of the field.
        kind: ``one`` of the boxes, or ``many``.
        at_most: How many may be marked.
        boxes: In the order they are printed.
    """

    field: str
    kind: RowKind
    at_most: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame to write into."""

    field: str
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Marker:
    """A corner marker: ArUco DICT_4X4_50, id = (page - 1) * 4 + corner.

    Corners: 0 top left, 1 top right, 2 bottom left, 3 bottom right.
    """

    id: int
    x: float
    y: float
    side: float


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a page code stands: the square of its modules, without the quiet zone."""

    x: float
    y: float
    side: float


@dataclass(frozen=True, slots=True)
class Text:
    """A line of words in a cell, centred from top to bottom."""

    x: float
    y: float
    w: float
    h: float
    pt: float
    text: str
    align: Align = "left"
    bold: bool = False
    serif: bool = False
    color: str = "#000"


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell whose words are the community's, or the sheet's own: filled when it is printed."""

    name: str
    x: float
    y: float
    w: float
    h: float
    pt: float
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float = 0.2
    dash: str = ""
    color: str = "#000"


@dataclass(frozen=True, slots=True)
class Border:
    """A rectangle that only decorates."""

    x: float
    y: float
    w: float
    h: float
    width: float = 0.25


@dataclass(frozen=True, slots=True)
class Example:
    """A drawn sample of a mark; nobody reads it."""

    x: float
    y: float
    side: float
    mark: Literal["tick", "cross", "fill", "circle"]


@dataclass(frozen=True, slots=True)
class Face:
    """A drawn face, from 1 (happy) to -1 (unhappy)."""

    x: float
    y: float
    r: float
    mood: float


Drawn = Text | Slot | Rule | Border | Example | Face


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        number: From 1.
        rows: Boxes, by field.
        frames: Frames to write into.
        markers: Four, in the order of their corners.
        codes: Two places of the page code.
        drawn: Words and lines; the reader does not need them.
    """

    number: int
    rows: tuple[Row, ...]
    frames: tuple[Frame, ...]
    markers: tuple[Marker, ...]
    codes: tuple[Spot, ...]
    drawn: tuple[Drawn, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A form as it is printed.

    Attributes:
        key: Short name; stands in every page code.
        version: Of the way of laying out.
        form: ``full`` or ``elder``.
        language: Of the words.
        pages: In order.
    """

    key: str
    version: int
    form: str
    language: str
    pages: tuple[Page, ...]

    def page(self, number: int) -> Page:
        """Return a page. Raises LookupError when there is none."""
        for page in self.pages:
            if page.number == number:
                return page
        raise LookupError(number)


def to_json(layout: Layout) -> str:
    """Return what the reader needs of a layout."""
    pages = [
        {
            "number": page.number,
            "rows": [
                [row.field, row.kind, row.at_most, [_box(box) for box in row.boxes]]
                for row in page.rows
            ],
            "frames": [[one.field, one.x, one.y, one.w, one.h] for one in page.frames],
            "markers": [[one.id, one.x, one.y, one.side] for one in page.markers],
            "codes": [[one.x, one.y, one.side] for one in page.codes],
        }
        for page in layout.pages
    ]
    head = {name: getattr(layout, name) for name in ("key", "version", "form", "language")}
    return json.dumps(head | {"pages": pages}, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Layout:
    """Read a layout back, without the printer's part."""
    data = json.loads(text)
    pages = tuple(_page(one) for one in data.pop("pages"))
    return Layout(pages=pages, **data)


def _box(box: Box) -> list[str | float]:
    return [box.value, box.x, box.y, box.side]


def _page(data: Mapping[str, Any]) -> Page:
    return Page(
        number=data["number"],
        rows=tuple(
            Row(field, kind, most, tuple(Box(field, *box) for box in boxes))
            for field, kind, most, boxes in data["rows"]
        ),
        frames=tuple(Frame(*one) for one in data["frames"]),
        markers=tuple(Marker(*one) for one in data["markers"]),
        codes=tuple(Spot(*one) for one in data["codes"]),
    )
