"""Drawing a matrix of two estimates: crosses, equal-PFI curves, cuts, labels that never touch."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.i18n import gettext as _
from app.reports.charts import (
    DASHED,
    DOTTED,
    INK,
    INK2,
    INK3,
    ORANGE_PALE,
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
    round_step,
    text_width,
    ticks,
)
from app.reports.labels import Box, Labelled, Obstacle, Placed, place
from app.reports.wording import number, quadrant_name

NARROW = 440.0
LABEL = 13.0
ISO_LEVELS = (0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0)
ISO_CURVES = 4
_CROWD = 15  # so many full labels never fit a phone


@dataclass(frozen=True, slots=True)
class Dot:
    """One item of a matrix, its weight in per cent.

    Attributes:
        point: The mark with both intervals.
        label: Its name.
        brief: A shorter name, used where the labels do not fit.
        bold: Written bold.
    """

    point: Point
    label: str
    brief: str
    bold: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the matrix is cut along x, and the words beside the line."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class MatrixPlan:
    """What a matrix says beside its points.

    Attributes:
        name: Short name, used in ids.
        title: What the chart shows.
        description: The finding, for screen readers.
        x_title: Title of the horizontal axis.
        x_short: The same for narrow drawings.
        share: Equal share in per cent, where the matrix is cut along y.
        cut: Cut along x with named quadrants; None draws neither.
        said: The quadrants may say what to do; else they say the place alone.
        y_title: Title of the upright axis; empty for stated importance.
        has_curves: Draw curves of equal PFI; only where the upright axis weighs the PFI.
    """

    name: str
    title: str
    description: str
    x_title: str
    x_short: str
    share: float
    cut: Cut | None
    said: bool = False
    y_title: str = ""
    has_curves: bool = True


def draw_matrix(dots: Sequence[Dot], plan: MatrixPlan, width: float) -> Chart:
    """Describe a matrix; on a curve weight times distance to 100 is the same.

    Args:
        dots: The items.
        plan: Words and cuts.
        width: True width in pixels.

    Returns:
        The chart; `clash` is 0 unless even the brief labels do not fit.
    """
    narrow = width < NARROW
    height = 470.0 if narrow else max(420.0, 0.57 * width)
    x, y = _scales(dots, plan, width, height)
    fixed = _fixed_words(plan, dots, x, y)
    curves, obstacles = _iso_curves(dots if plan.has_curves else (), x, y, fixed)
    obstacles += [Obstacle(_box(word, x, y), 60, hard=True) for word in fixed]
    obstacles += _line_obstacles(plan, x, y)
    obstacles += [o for dot in dots for o in _dot_obstacles(dot.point, x, y)]
    labels = [dot.label for dot in dots]
    crowded = narrow and len(dots) > _CROWD
    placed = None if crowded else _placed(dots, labels, x, y, obstacles)
    if placed is None or placed.clash:
        labels = [dot.brief for dot in dots]
        placed = _placed(dots, labels, x, y, obstacles)
    words = [
        Words(
            dot.point.x,
            dot.point.y,
            label,
            dx=round(dx, 1),
            dy=round(dy, 1),
            size=LABEL,
            anchor="middle",
            bold=dot.bold,
            plate=True,
            leader=far,
        )
        for dot, label, (dx, dy), far in zip(dots, labels, placed.offsets, placed.far, strict=True)
    ]
    points = [dot.point for dot in dots]
    return Chart(
        name=plan.name,
        title=plan.title,
        description=plan.description,
        width=width,
        height=height,
        x=x,
        y=y,
        marks=(*_cut_lines(plan, x, y), *curves, *fixed, *words, *points),
        clash=placed.clash,
        zooms=not narrow,
    )


def _cut_lines(plan: MatrixPlan, x: Scale, y: Scale) -> list[Mark]:
    lines: list[Mark] = [
        Segment(x.low, plan.share, x.high, plan.share, INK, 1.2, DASHED),
        Segment(x.low, y.low, x.low, y.high, INK2, 1),
        Segment(x.low, y.low, x.high, y.low, INK2, 1),
    ]
    if plan.cut is None:
        return lines
    at = plan.cut.at
    return [
        *([Area(x.low, plan.share, at, y.high, ORANGE_PALE)] if plan.said else []),
        Segment(at, y.low, at, y.high, INK, 1.2, DASHED),
        *lines,
    ]


def _placed(
    dots: Sequence[Dot],
    labels: Sequence[str],
    x: Scale,
    y: Scale,
    obstacles: Sequence[Obstacle],
) -> Placed:
    wanted = [
        Labelled(
            x.pixel(dot.point.x),
            y.pixel(dot.point.y),
            text_width(label, LABEL) + 4,
            LABEL * 1.4,  # the plate plotly draws is that high
        )
        for dot, label in zip(dots, labels, strict=True)
    ]
    return place(wanted, Box(x.start + 2, y.end, x.end, y.start - 2), obstacles)


def _scales(
    dots: Sequence[Dot], plan: MatrixPlan, width: float, height: float
) -> tuple[Scale, Scale]:
    lows = [d.point.x_interval[0] if d.point.x_interval else d.point.x for d in dots]
    highs = [d.point.x_interval[1] if d.point.x_interval else d.point.x for d in dots]
    tops = [d.point.y_interval[1] if d.point.y_interval else d.point.y for d in dots]
    edges = [plan.cut.at] if plan.cut is not None else []
    low = max(0.0, 5 * ((min([*lows, *edges], default=40.0) - 4) // 5))
    high = min(100.0, -5 * (-(max([*highs, *edges], default=80.0) + 4) // 5))
    top = max([*tops, plan.share]) * 1.12
    step = round_step(top, 5)
    return (
        Scale(
            low,
            high,
            60.0,
            width - 14,
            title=plan.x_short if width < NARROW else plan.x_title,
            ticks=ticks(low, high, 10 if high - low > 25 else 5),
        ),
        Scale(
            0.0,
            top,
            height - 52,
            18.0,
            title=plan.y_title or _("Importance, share of choices")
            if plan.y_title or width < NARROW
            else _("Importance: share of choices (higher matters more)"),
            ticks=ticks(0, top, step, "{:g}%"),
        ),
    )


def _fixed_words(plan: MatrixPlan, dots: Sequence[Dot], x: Scale, y: Scale) -> list[Words]:
    """Return the words beside cuts and corners, each where it covers no mark and no other word.

    A word that finds no such place is left out: the table says the same.
    """
    share = _("equal share {value}%", value=number(plan.share))
    wanted = [
        [
            Words(x.low, plan.share, share, dx=6, dy=-9, size=12, plate=True),
            Words(x.high, plan.share, share, dx=-6, dy=-9, size=12, plate=True, anchor="end"),
        ]
    ]
    if plan.cut is not None:
        at, said = plan.cut.at, plan.cut.words
        wanted.append(
            [
                Words(at, y.low, said, dx=5, dy=-9, size=12, plate=True),
                Words(at, y.low, said, dx=-5, dy=-9, size=12, plate=True, anchor="end"),
                Words(at, y.high, said, dx=5, dy=34, size=12, plate=True),
            ]
        )
        wanted += [_corner(plan, x, y, *corner) for corner in _CORNERS]
    taken = [_mark_box(dot.point, x, y) for dot in dots]
    line = [] if plan.cut is None else [_upright(x.pixel(plan.cut.at), y)]
    frame = Box(x.start, y.end, x.end, y.start)
    words: list[Words] = []
    for places in wanted:
        for word in places:
            box = _box(word, x, y)
            hindered = [*taken, *line] if word.bold else taken
            if frame.holds(box) and not any(box.overlap(other) for other in hindered):
                words.append(word)
                taken.append(box)
                break
    return words


_CORNERS = (
    (False, True, "concentrate"),
    (True, True, "keep_up"),
    (False, False, "low_priority"),
    (True, False, "possible_overkill"),
)


def _corner(
    plan: MatrixPlan, x: Scale, y: Scale, is_right: bool, is_top: bool, quadrant: str, /
) -> list[Words]:
    """Return the name of a quarter in its corner, and further in where marks stand there."""
    name = quadrant_name(quadrant, said=plan.said)
    return [
        Words(
            x.high if is_right else x.low,
            y.high if is_top else y.low,
            name,
            dx=-8 if is_right else 8,
            dy=14 + step if is_top else -12 - step,
            color=INK2,
            anchor="end" if is_right else "start",
            bold=True,
        )
        for step in (0.0, 16.0, 32.0, 48.0)
    ]


def _upright(at: float, y: Scale) -> Box:
    return Box(at - 1, y.end, at + 1, y.start)


def _mark_box(point: Point, x: Scale, y: Scale) -> Box:
    at_x, at_y = x.pixel(point.x), y.pixel(point.y)
    return Box(at_x - 6, at_y - 6, at_x + 6, at_y + 6)


def _iso_curves(
    dots: Sequence[Dot], x: Scale, y: Scale, fixed: list[Words]
) -> tuple[list[Mark], list[Obstacle]]:
    """Draw weight x shortfall = k for some k the frame shows; their names join the fixed words."""
    highest = max((d.point.y * (100 - d.point.x) / 100 for d in dots), default=0.0)
    levels = [k for k in ISO_LEVELS if k <= highest * 1.3][-ISO_CURVES:]
    marks: list[Mark] = []
    obstacles: list[Obstacle] = []
    taken = [_box(word, x, y) for word in fixed]
    for level in levels:
        points = _iso_points(level, x, y)
        if len(points) < 3:
            continue
        marks.append(Curve(tuple(points), RULE2, 1.0, DOTTED))
        steps = list(zip(points[::4], points[4::4], strict=False))
        obstacles += [Obstacle(_hull(a, b, x, y), 0.12) for a, b in steps]
        name = _iso_name(level, points, x, y, taken)
        if name is not None:
            fixed.append(name)
            taken.append(_box(name, x, y))
    return marks, obstacles


def _iso_points(level: float, x: Scale, y: Scale) -> list[tuple[float, float]]:
    count = 60
    points = []
    for step in range(count + 1):
        at = x.low + (x.high - x.low) * step / count
        if at >= 100:
            continue
        height = 100 * level / (100 - at)
        if y.low <= height <= y.high:
            points.append((at, height))
    return points


def _iso_name(
    level: float, points: Sequence[tuple[float, float]], x: Scale, y: Scale, taken: Sequence[Box]
) -> Words | None:
    """Write a curve's name at its left end, or further along where the place is taken."""
    for index in (0, len(points) // 5, len(points) // 3, len(points) // 2, -4):
        at = points[index]
        word = Words(at[0], at[1], f"PFI {level:g}", dx=8, dy=-7, size=12, color=INK3, plate=True)
        box = _box(word, x, y)
        inside = box.top > y.end + 4 and box.right < x.end
        if inside and not any(box.overlap(other) for other in taken):
            return word
    return None


def _line_obstacles(plan: MatrixPlan, x: Scale, y: Scale) -> list[Obstacle]:
    level = y.pixel(plan.share)
    lines = [Obstacle(Box(x.start, level - 1, x.end, level + 1), 6)]
    if plan.cut is not None:
        at = x.pixel(plan.cut.at)
        lines.append(Obstacle(Box(at - 1, y.end, at + 1, y.start), 6))
    return lines


def _dot_obstacles(point: Point, x: Scale, y: Scale) -> list[Obstacle]:
    at_x, at_y = x.pixel(point.x), y.pixel(point.y)
    found = [Obstacle(Box(at_x - 6, at_y - 6, at_x + 6, at_y + 6), 60, hard=True)]
    if point.x_interval is not None:
        low, high = (x.pixel(value) for value in point.x_interval)
        found.append(Obstacle(Box(low, at_y - 2, high, at_y + 2), 12))
    if point.y_interval is not None:
        low, high = (y.pixel(value) for value in point.y_interval)
        found.append(Obstacle(Box(at_x - 2, high, at_x + 2, low), 12))
    return found


def _hull(a: tuple[float, float], b: tuple[float, float], x: Scale, y: Scale) -> Box:
    xs = sorted((x.pixel(a[0]), x.pixel(b[0])))
    ys = sorted((y.pixel(a[1]), y.pixel(b[1])))
    return Box(xs[0], ys[0], xs[1] + 1, ys[1] + 1)


def _box(word: Words, x: Scale, y: Scale) -> Box:
    """Return the rectangle some fixed words take."""
    at_x, at_y = x.pixel(word.x), y.pixel(word.y)
    left, top, right, bottom = label_box(word)
    return Box(at_x + left - 2, at_y + top, at_x + right + 2, at_y + bottom)
