"""What is where on a page, as rectangles: left, top, right, bottom in millimetres."""

import numpy as np

from app.surveys.paper.layout.measure import MM, width
from app.surveys.paper.layout.model import PAGE_WIDTH, Page, Slot, Text

# Letters take this much of their size from top to bottom, those of Chinese as well.
INK = 0.92

Shape = tuple[float, float, float, float]


def text_shape(text: Text) -> Shape:
    """Return where the ink of a line is."""
    wide = width(text.text, text.pt, bold=text.bold)
    left = text.x + {"left": 0.0, "center": 0.5, "right": 1.0}[text.align] * (text.w - wide)
    middle, half = text.y + text.h / 2, text.pt * MM * INK / 2
    return left, middle - half, left + wide, middle + half


def solid_shapes(page: Page) -> dict[str, Shape]:
    """Return what nothing may be printed on, with the room around it."""
    found: dict[str, Shape] = {}
    for row in page.rows:
        for box in row.boxes:
            name = f"box {box.field}={box.value}"
            found[name] = around(box.x, box.y, box.side, box.side, 1.2)
    for frame in page.frames:
        found[f"frame {frame.field}"] = around(frame.x, frame.y, frame.w, frame.h, 0.0)
    for marker in page.markers:
        found[f"marker {marker.id}"] = around(marker.x, marker.y, marker.side, marker.side, 2.0)
    for number, code in enumerate(page.codes):
        # Two modules of 29 to the code beneath, four to everything else.
        found[f"code {number}"] = around(code.x, code.y, code.side, code.side, 0.5)
    return found


def text_shapes(page: Page) -> dict[str, Shape]:
    """Return the words of a page; of slots the whole cell."""
    found: dict[str, Shape] = {}
    for number, one in enumerate(page.drawn):
        if isinstance(one, Text) and one.text:
            found[f"{number} {one.text}"] = text_shape(one)
        elif isinstance(one, Slot):
            found[f"{number} slot {one.name}"] = (one.x, one.y, one.x + one.w, one.y + one.h)
    return found


def around(x: float, y: float, w: float, h: float, room: float) -> Shape:
    """Return a rectangle with some room around it."""
    return x - room, y - room, x + w + room, y + h + room


def overlaps(page: Page) -> list[tuple[str, str]]:
    """Return what lies on one another: words on words, words on boxes, boxes on boxes."""
    texts, solid = text_shapes(page), solid_shapes(page)
    # Boxes keep room from one another, too; between two of them it is shared.
    return [*pairs(texts, solid), *pairs(texts, texts), *pairs(solid, solid, 1.25)]


def pairs(
    some: dict[str, Shape], others: dict[str, Shape], slack: float = 0.15
) -> list[tuple[str, str]]:
    """Return which of two lots share more than a sliver, each pair once."""
    one, other = np.array(list(some.values())), np.array(list(others.values()))
    wide = np.minimum(one[:, None, 2], other[None, :, 2]) - np.maximum(
        one[:, None, 0], other[None, :, 0]
    )
    high = np.minimum(one[:, None, 3], other[None, :, 3]) - np.maximum(
        one[:, None, 1], other[None, :, 1]
    )
    names, taken = list(some), list(others)
    return [
        (names[a], taken[b])
        for a, b in np.argwhere((wide > slack) & (high > slack))
        if some is not others or a < b
    ]


def outside(page: Page) -> list[str]:
    """Return what reaches into the five millimetres printers leave blank."""
    shapes = {**text_shapes(page), **solid_shapes(page)}
    return [
        name
        for name, (left, top, right, bottom) in shapes.items()
        if left < 5 or top < 5 or right > PAGE_WIDTH - 5 or bottom > 292
    ]
