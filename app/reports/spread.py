"""Drawing how answers are spread: one bar a row, one piece a scale point, worst at the left."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.i18n import gettext as _
from app.reports.charts import (
    BLUE,
    BLUE_LIGHT,
    INK,
    ORANGE,
    PAPER,
    Area,
    Chart,
    Mark,
    Scale,
    Words,
    longest,
    text_width,
    ticks,
)
from app.reports.figures import NARROW, at_right

# From worst to best; the order is told by place too, so that grey print says the same.
_ORANGE_LIGHT = "#f5d9c2"
_MIDDLE = "#dfe3e0"
_FIVE = (ORANGE, _ORANGE_LIGHT, _MIDDLE, BLUE_LIGHT, BLUE)
_DARK = frozenset({ORANGE, BLUE})


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """One bar: its name, the shares of its points (worst first), and words at the right."""

    label: str
    shares: tuple[float, ...]
    right: str


def spread_bars(
    rows: Sequence[SpreadRow], width: float, *, name: str, title: str, description: str
) -> Chart:
    """Describe bars of 100%, each cut into the shares of its scale points.

    Args:
        rows: At least one row.
        width: True width in pixels; below 440 labels stand above their bars.
        name: Name in ids.
        title: What it shows.
        description: The finding.

    Returns:
        The chart; a share's number stands in its piece where it has room there.
    """
    narrow = width < NARROW
    height = 46.0 if narrow else 26.0
    left = 8.0 if narrow else min(longest([r.label for r in rows], 13), 0.5 * width) + 18
    right = 20.0 if narrow else longest([r.right for r in rows], 12) + 18
    bottom = 8.0 + height * len(rows)
    x = Scale(
        0,
        100,
        left,
        width - right,
        title=_("Share of the answers, worst at the left"),
        ticks=ticks(0, 100, 25, "{:g}%"),
        grid=True,
    )
    marks: list[Mark] = []
    for index, row in enumerate(rows):
        marks += _bar(row, index, x, width, height=height)
    return Chart(
        name=name,
        title=title,
        description=description,
        width=width,
        height=bottom + 46,
        x=x,
        y=Scale(len(rows), 0, bottom, 8.0),
        marks=tuple(marks),
    )


def fills(count: int) -> tuple[str, ...]:
    """Return one fill for each of some points: the worst two, a middle, the best two."""
    if count == 5:
        return _FIVE
    cut = max(1, round(count * 0.4))
    best = max(1, round(count * 0.3))
    middle = count - cut - best
    return (*((ORANGE,) * cut), *((_MIDDLE,) * middle), *((BLUE,) * best))


def _bar(row: SpreadRow, index: int, x: Scale, width: float, *, height: float) -> list[Mark]:
    narrow = width < NARROW
    top = index + (24 / height if narrow else 4 / height)
    end = index + 1 - 4 / height
    marks: list[Mark] = []
    start = 0.0
    for share, fill in zip(row.shares, fills(len(row.shares)), strict=True):
        stop = start + 100 * share
        # A hair of paper between two pieces keeps them apart in grey print.
        hair = x.units(1.0) if stop - start > x.units(2.0) else 0.0
        marks.append(Area(start, top, max(start, stop - hair), end, fill))
        text = f"{100 * share:.0f}"
        if (stop - start) / x.units(1.0) > text_width(text, 12) + 6:
            color = PAPER if fill in _DARK else INK
            middle = (start + stop) / 2
            at = (top + end) / 2
            marks.append(Words(middle, at, text, size=12, color=color, anchor="middle"))
        start = stop
    at = (top + end) / 2
    if narrow:
        marks.append(Words(0, index, row.label, dx=0, dy=13))
        marks.append(at_right(index, row.right, x, width, dy=13))
    else:
        marks.append(Words(0, at, row.label, dx=-10, anchor="end"))
        marks.append(at_right(at, row.right, x, width))
    return marks
