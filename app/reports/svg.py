"""The face of a chart for paper and for pages without JavaScript: one SVG, written here.

Only presentation attributes, no style attribute, so that the strict content security policy
holds. All words are escaped.
"""

from collections.abc import Iterable
from html import escape

from app.reports.charts import (
    BLUE,
    INK2,
    PAPER,
    RULE,
    RULE2,
    Area,
    Chart,
    Curve,
    Mark,
    Point,
    Scale,
    Segment,
    Words,
    label_box,
    leader_end,
)

TICK_SIZE = 12.0
Line = tuple[tuple[float, float], tuple[float, float]]
PRINT_FONT = "Linsheng Sans, Noto Sans CJK SC, WenQuanYi Micro Hei, sans-serif"


def draw(chart: Chart, *, width_mm: float | None = None, suffix: str = "", font: str = "") -> str:
    """Return a chart as an SVG element.

    Args:
        chart: The description.
        width_mm: Width on paper; None keeps the pixel width of the description.
        suffix: Added to ids, where a page holds the same chart twice.
        font: Fonts of a drawing that stands alone as a file, on a white ground.

    Returns:
        Well-formed markup with title and description for screen readers.
    """
    scale = 1.0 if width_mm is None else width_mm / chart.width
    unit = "" if width_mm is None else "mm"
    name = escape(f"{chart.name}-{suffix}" if suffix else chart.name)
    # A page's own fonts are inherited; print engines do not hand them down into a drawing.
    fonts = font or ("" if width_mm is None else PRINT_FONT)
    family = f' font-family="{fonts}"' if fonts else ""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(chart.width)} '
        f'{_n(chart.height)}" width="{_n(chart.width * scale)}{unit}" '
        f'height="{_n(chart.height * scale)}{unit}" role="img" '
        f'aria-labelledby="{name}-t {name}-d"{family}>'
    )
    parts = [
        head,
        f'<title id="{name}-t">{escape(chart.title)}</title>',
        f'<desc id="{name}-d">{escape(chart.description)}</desc>',
    ]
    if font:
        parts.append(_rect(0, 0, chart.width, chart.height, PAPER))
    parts += [_mark(chart, mark) for mark in chart.marks if isinstance(mark, Area)]
    parts += _x_axis(chart)
    parts += _y_axis(chart)
    parts += [_mark(chart, mark) for mark in chart.marks if not isinstance(mark, Area)]
    parts.append("</svg>")
    return "".join(parts)


def _n(value: float) -> str:
    """Write a coordinate with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def _mark(chart: Chart, mark: Mark) -> str:
    x, y = chart.x.pixel, chart.y.pixel
    if isinstance(mark, Area):
        left, right = sorted((x(mark.x1), x(mark.x2)))
        top, bottom = sorted((y(mark.y1), y(mark.y2)))
        return _rect(left, top, right - left, bottom - top, mark.fill)
    if isinstance(mark, Segment):
        ends = ((x(mark.x1), y(mark.y1)), (x(mark.x2), y(mark.y2)))
        return _path(ends, mark.color, mark.width, mark.dash)
    if isinstance(mark, Curve):
        return _path([(x(a), y(b)) for a, b in mark.points], mark.color, mark.width, mark.dash)
    if isinstance(mark, Point):
        return _point(chart, mark)
    return _words(mark, x(mark.x), y(mark.y))


def _rect(left: float, top: float, width: float, height: float, fill: str, more: str = "") -> str:
    return (
        f'<rect x="{_n(left)}" y="{_n(top)}" width="{_n(width)}" height="{_n(height)}" '
        f'fill="{fill}"{more}/>'
    )


def _path(
    points: Iterable[tuple[float, float]],
    color: str,
    width: float = 1.0,
    dash: tuple[float, ...] = (),
) -> str:
    return _paths([points], color, width, dash)


def _paths(
    lines: Iterable[Iterable[tuple[float, float]]],
    color: str,
    width: float = 1.0,
    dash: tuple[float, ...] = (),
) -> str:
    """Write lines that look alike as one element: a print engine is slow by the element."""
    drawn = "".join("M" + "L".join(f"{_n(a)} {_n(b)}" for a, b in line) for line in lines)
    dashes = f' stroke-dasharray="{" ".join(_n(d) for d in dash)}"' if dash else ""
    return f'<path d="{drawn}" fill="none" stroke="{color}" stroke-width="{_n(width)}"{dashes}/>'


def _ticks(scale: Scale, low: float, high: float) -> list[Line]:
    """Return the line of each tick from one edge of the chart to the other, across the axis."""
    return [((scale.pixel(one.value), low), (scale.pixel(one.value), high)) for one in scale.ticks]


def _x_axis(chart: Chart) -> list[str]:
    scale, bottom, top = chart.x, chart.y.start, chart.y.end
    parts = []
    if scale.ticks:
        lines = _ticks(scale, *((top, bottom) if scale.grid else (bottom, bottom + 5)))
        parts.append(_paths(lines, RULE if scale.grid else RULE2))
    for tick in scale.ticks:
        at = scale.pixel(tick.value)
        parts.append(_text(at, bottom + 15, tick.label, TICK_SIZE, INK2, "middle"))
    if scale.title:
        middle = (scale.start + scale.end) / 2
        parts.append(_text(middle, bottom + 35, scale.title, TICK_SIZE, INK2, "middle"))
    return parts


def _y_axis(chart: Chart) -> list[str]:
    scale, left = chart.y, chart.x.start
    parts = []
    if scale.ticks:
        lines = _ticks(scale, *((left, chart.x.end) if scale.grid else (left - 5, left)))
        turned = [[(b, a) for a, b in line] for line in lines]
        parts.append(_paths(turned, RULE if scale.grid else RULE2))
    for tick in scale.ticks:
        at = scale.pixel(tick.value)
        parts.append(_text(left - 8, at, tick.label, TICK_SIZE, INK2, "end"))
    if scale.title:
        middle = (scale.start + scale.end) / 2
        parts.append(
            f'<g transform="translate(12 {_n(middle)}) rotate(-90)">'
            + _text(0, 0, scale.title, TICK_SIZE, INK2, "middle")
            + "</g>"
        )
    return parts


def _text(
    x: float,
    y: float,
    text: str,
    size: float,
    color: str,
    anchor: str,
    *,
    bold: bool = False,
) -> str:
    """Write a text whose middle line is at `y` (baselines differ between print engines)."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y + size * 0.36)}" font-size="{_n(size)}" fill="{color}" '
        f'text-anchor="{anchor}"{weight}>{escape(text)}</text>'
    )


def _words(mark: Words, x: float, y: float) -> str:
    at_x, at_y = x + mark.dx, y + mark.dy
    if mark.turned:
        inner = _text(0, 0, mark.text, mark.size, mark.color, mark.anchor, bold=mark.bold)
        return f'<g transform="translate({_n(at_x)} {_n(at_y)}) rotate(-90)">{inner}</g>'
    parts = []
    if mark.leader:
        end_x, end_y = leader_end(mark)
        parts.append(_path(((x, y), (x + end_x, y + end_y)), RULE2))
    if mark.plate:
        left, top, right, bottom = label_box(mark)
        plate = ' fill-opacity="0.8"'
        parts.append(_rect(x + left - 1, y + top, right - left + 2, bottom - top, PAPER, plate))
    parts.append(_text(at_x, at_y, mark.text, mark.size, mark.color, mark.anchor, bold=mark.bold))
    return "".join(parts)


def _point(chart: Chart, mark: Point) -> str:
    x, y = chart.x.pixel(chart.x.clip(mark.x)), chart.y.pixel(chart.y.clip(mark.y))
    lines: list[Line] = []
    if mark.x_interval is not None:
        low, high = (chart.x.pixel(chart.x.clip(v)) for v in mark.x_interval)
        lines.append(((low, y), (high, y)))
        lines += [((end, y - mark.cap), (end, y + mark.cap)) for end in (low, high) if mark.cap]
    if mark.y_interval is not None:
        low, high = (chart.y.pixel(chart.y.clip(v)) for v in mark.y_interval)
        lines.append(((x, low), (x, high)))
        lines += [((x - mark.cap, end), (x + mark.cap, end)) for end in (low, high) if mark.cap]
    whiskers = _paths(lines, mark.color, 1.6) if lines else ""
    return whiskers + _shape(mark, x, y)


def _shape(mark: Point, x: float, y: float) -> str:
    size, color = mark.size, mark.color
    if mark.shape == "half":
        ring = f' stroke="{color}" stroke-width="1.8"'
        return _rect(x - size, y - size, 2 * size, 2 * size, PAPER, ring) + _rect(
            x - size, y - size, size, 2 * size, color
        )
    if mark.shape == "square":
        ring = f' stroke="{PAPER}" stroke-width="1"'
        return _rect(x - size, y - size, 2 * size, 2 * size, color, ring)
    if mark.shape == "diamond":
        r = _n(size + 1)
        return (
            f'<path d="M{_n(x)} {_n(y - size - 1)}l{r} {r}l-{r} {r}l-{r} -{r}z" fill="{PAPER}" '
            f'stroke="{color}" stroke-width="1.8"/>'
        )
    fill, ring_color, ring_width = (PAPER, color, 2) if mark.shape == "ring" else (color, PAPER, 1)
    return (
        f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(size)}" fill="{fill}" '
        f'stroke="{ring_color}" stroke-width="{ring_width}"/>'
    )


def rank_slots(low: int, high: int, count: int, *, width: float = 126.0) -> str:
    """Return the possible ranks of one item: a row of slots, filled over the rank interval.

    Args:
        low: First possible rank.
        high: Last possible rank.
        count: Items in the list.
        width: Width in pixels.
    """
    gap, height = 2.0, 18.0
    slot = (width - gap * (count - 1)) / count
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" '
        f'width="{_n(width)}" height="{_n(height)}" aria-hidden="true">'
    )
    parts = [head]
    for on, fill, ring in ((False, PAPER, RULE), (True, BLUE, BLUE)):
        ranks = [rank for rank in range(1, count + 1) if (low <= rank <= high) == on]
        lefts = [(rank - 1) * (slot + gap) + 0.5 for rank in ranks]
        boxes = "".join(f"M{_n(left)} 2h{_n(slot - 1)}v14h{_n(1 - slot)}z" for left in lefts)
        if boxes:
            parts.append(f'<path d="{boxes}" fill="{fill}" stroke="{ring}" stroke-width="1"/>')
    for rank in sorted({low, high}):
        middle = (rank - 1) * (slot + gap) + slot / 2
        size = 12.0 if slot >= 12 else 10.0
        parts.append(_text(middle, 9, str(rank), size, PAPER, "middle", bold=True))
    parts.append("</svg>")
    return "".join(parts)
