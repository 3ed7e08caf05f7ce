"""From a study result to chart descriptions: matrices, PFI list, zones, levels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from app.analysis.results.items import ItemResult
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports.charts import (
    BLUE,
    BLUE_LIGHT,
    GROUND,
    INK,
    INK2,
    Area,
    Chart,
    Mark,
    Point,
    Scale,
    Segment,
    Words,
    longest,
    round_step,
    text_width,
    ticks,
    wrapped,
)
from app.reports.wording import (
    Names,
    band_word,
    in_order,
    interval,
    number,
    rank_text,
    tied_text,
)

NARROW = 440.0
Drawing = Callable[[float], Chart]  # from a width in pixels
BAND_SHAPES = {"A": "square", "B": "dot", "C": "ring"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a chart of intervals.

    Attributes:
        label: Name at the left, or above on narrow drawings.
        right: Words at the right end.
        points: Marks, with `y` left at 0: the row gives it.
        band: Rows next to each other with the same band share a ground.
        zone: Ends of a bar behind the marks, the lower one with a stroke.
    """

    label: str
    right: str
    points: tuple[Point, ...]
    bold: bool = False
    right_color: str = INK2
    band: str = ""
    zone: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class RowsPlan:
    """What a chart of intervals needs beside its rows."""

    name: str
    title: str
    description: str
    axis: str
    low: float
    high: float
    row_height: float = 26.0
    label_size: float = 13.0
    references: tuple[tuple[float, str], ...] = ()
    head: str = ""
    extra: tuple[Mark, ...] = field(default=())


def interval_rows(rows: Sequence[Row], plan: RowsPlan, width: float) -> Chart:
    """Describe dots with whiskers, one row each, on one axis.

    Args:
        rows: At least one row.
        plan: Names, axis and reference lines.
        width: True width in pixels; below 440 labels stand above their rows.

    Returns:
        The chart; its clash is 0 because every word has a place of its own.
    """
    narrow = width < NARROW
    height = 44.0 + 15.0 * (_most_lines(rows, plan, width) - 1) if narrow else plan.row_height
    left = 8.0 if narrow else longest([row.label for row in rows], plan.label_size) + 18
    right = 12.0 if narrow else longest([row.right for row in rows], 12) + 18
    top = 26.0 if plan.references or plan.head else 8.0
    bottom = top + height * len(rows)
    step = round_step(plan.high - plan.low, 4 if narrow else 6)
    x = Scale(
        plan.low,
        plan.high,
        left,
        width - right,
        title=plan.axis,
        ticks=ticks(plan.low, plan.high, step),
        grid=True,
    )
    y = Scale(len(rows), 0, bottom, top)
    marks: list[Mark] = [*_grounds(rows, x, width), *plan.extra]
    for value, words in plan.references:
        marks.append(Segment(value, len(rows), value, 0, INK, 1.3, (5.0, 3.0)))
        marks.append(Words(value, 0, words, dy=-12, size=12, anchor="middle"))
    if plan.head:
        marks.append(at_right(0, plan.head, x, width, dy=-12))
    for index, row in enumerate(rows):
        found = _row(row, index, x, width, height=height, size=plan.label_size)
        if narrow and plan.references:  # the line runs through the labels above the rows
            found = [replace(one, plate=True) if isinstance(one, Words) else one for one in found]
        marks += found
    return Chart(
        name=plan.name,
        title=plan.title,
        description=plan.description,
        width=width,
        height=bottom + 46,
        x=x,
        y=y,
        marks=tuple(marks),
    )


def _most_lines(rows: Sequence[Row], plan: RowsPlan, width: float) -> int:
    """Return how many lines the longest label takes above its row."""
    return max((len(_lines(row, plan.label_size, width)) for row in rows), default=1)


def _lines(row: Row, size: float, width: float) -> tuple[str, ...]:
    room = width - 12 - (text_width(row.right, 12) + 10 if row.right else 0)
    return wrapped(row.label, room, size)


def _grounds(rows: Sequence[Row], x: Scale, width: float) -> list[Mark]:
    """Give every second run of equal bands a ground across the whole drawing."""
    marks: list[Mark] = []
    first, shaded = 0, True
    for index in range(1, len(rows) + 1):
        if index < len(rows) and rows[index].band == rows[first].band:
            continue
        if rows[first].band and shaded:
            low = x.low - x.units(x.start)
            marks.append(Area(low, first, x.low + x.units(width - x.start), index, GROUND))
        first, shaded = index, not shaded
    return marks


def _row(row: Row, index: int, x: Scale, width: float, *, height: float, size: float) -> list[Mark]:
    narrow = width < NARROW
    at = index + ((height - 11.5) / height if narrow else 0.5)
    marks: list[Mark] = []
    if narrow:
        marks += [
            Words(x.low, index, line, dx=-x.start, dy=13 + 15 * k, size=size, bold=row.bold)
            for k, line in enumerate(_lines(row, size, width))
        ]
        if row.right:
            marks.append(at_right(index, row.right, x, width, dy=13, color=row.right_color))
    else:
        marks.append(Words(x.low, at, row.label, dx=-10, size=size, anchor="end", bold=row.bold))
        if row.right:
            marks.append(at_right(at, row.right, x, width, color=row.right_color))
    if row.zone is not None:
        marks += _zone(*row.zone, at, height)
    marks += [replace(point, y=at + point.y / height) for point in row.points]
    return marks


def _zone(low: float, high: float, at: float, height: float) -> list[Mark]:
    half = 7 / height
    return [
        Area(low, at - half, high, at + half, BLUE_LIGHT),
        Segment(low, at - half, low, at + half, BLUE, 3),
        Segment(high, at - half, high, at + half, BLUE, 1),
    ]


def at_right(
    y: float,
    text: str,
    x: Scale,
    width: float,
    *,
    dy: float = 0.0,
    color: str = INK2,
    bold: bool = False,
) -> Words:
    """Return words that end at the right edge of the drawing."""
    return Words(
        x.high,
        y,
        text,
        dx=width - x.end,
        dy=dy,
        size=12,
        color=color,
        anchor="end",
        bold=bold,
    )


def pfi_list(result: StudyResult, names: Names, width: float) -> Chart:
    """Describe the priorities for improvement with intervals, rank intervals and bands."""
    rows = []
    top = 1.0
    for item in in_order(result):
        if item.pfi is None:
            continue
        ends = ends_of(item.pfi_low, item.pfi_high)
        top = max(top, item.pfi, ends[1] if ends else 0.0)
        said = result.order_said and item.rank_low is not None
        band = (item.band or "") if said else ""
        rows.append(
            Row(
                label=names.short(item.code),
                right=rank_text(item.rank_low, item.rank_high) if said else "",
                points=(
                    Point(
                        item.pfi,
                        0,
                        BAND_SHAPES.get(band, "dot"),
                        INK if band == "A" else BLUE,
                        ends,
                        hover=_pfi_hover(item, names, said=said),
                    ),
                ),
                bold=band == "A",
                band=band,
            )
        )
    step = round_step(top)
    plan = RowsPlan(
        name="pfi",
        title=_("What to improve first (PFI)")
        if result.order_said
        else _("Index points that can be regained (PFI)"),
        description=_("Index points that can be regained in each area, with 95% intervals."),
        axis=_("PFI: index points that can be regained"),
        low=0.0,
        high=-(-top // step) * step,
    )
    return interval_rows(rows, plan, width)


def _pfi_hover(item: ItemResult, names: Names, *, said: bool) -> tuple[str, ...]:
    lines = [
        names.area(item.code),
        f"PFI {number(item.pfi, 2)}  {interval(item.pfi_low, item.pfi_high, 2)}",
    ]
    if said:
        lines.append(f"{rank_text(item.rank_low, item.rank_high)} · {band_word(item.band)}")
        lines.append(tied_text(item, names))
    return tuple(lines)


def attribute_levels(
    result: StudyResult, names: Names, width: float, *, row_height: float = 19.0
) -> Chart:
    """Describe the level of every attribute, in the order owners read them."""
    rows = []
    low = 100.0
    for attribute in result.attributes:
        performance = attribute.performance
        if performance.value is None:
            continue
        ends = ends_of(performance.low, performance.high)
        low = min(low, performance.value, ends[0] if ends else 100.0)
        text = names.attribute(attribute.code)
        rows.append(
            Row(
                label=text,
                right=_("{value} · n {n}", value=number(performance.value), n=attribute.n),
                points=(
                    Point(
                        performance.value,
                        0,
                        "dot",
                        BLUE,
                        ends,
                        hover=(
                            text,
                            f"{number(performance.value)}  {interval(*ends or (None, None))}",
                        ),
                        cap=3.0,
                        size=3.5,
                    ),
                ),
                band=attribute.area,
            )
        )
    plan = RowsPlan(
        name="attributes",
        title=_("Level of each attribute"),
        description=_("Satisfaction with each attribute on 0-100, with 95% intervals."),
        axis=_("Satisfaction 0-100"),
        low=max(0.0, 10 * (low // 10)),
        high=100.0,
        row_height=row_height,
        label_size=12.0,
    )
    return interval_rows(rows, plan, width)


def ends_of(low: float | None, high: float | None) -> tuple[float, float] | None:
    """Return an interval as a pair, None where there is none."""
    return None if low is None or high is None else (low, high)
