"""Drawing a trend: one value with its interval a campaign, and what happened in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from app.i18n import gettext as _
from app.reports.charts import (
    BLUE,
    INK2,
    ORANGE,
    ORANGE_PALE,
    Area,
    Chart,
    Curve,
    Mark,
    Point,
    Scale,
    Segment,
    Tick,
    Words,
    round_step,
    ticks,
)
from app.reports.figures import NARROW, ends_of
from app.reports.wording import interval, number
from app.reports.zone_figure import apart

_WHOLE = 5  # so many names of campaigns fit beside each other on a phone


@dataclass(frozen=True, slots=True)
class TrendDot:
    """The value of one campaign.

    Attributes:
        day: Last day of its survey.
        label: Its code.
        value, low, high: The estimate.
        verdict: Of the step that leads here: real, noise, too_small, cannot_tell; empty for none.
        shape: Its mark; a ring stands for a campaign that was entered from a file.
    """

    day: date
    label: str
    value: float
    low: float | None
    high: float | None
    verdict: str = ""
    shape: str = "dot"


@dataclass(frozen=True, slots=True)
class Span:
    """An event on the time axis, named by its number in the list below the drawing."""

    starts_on: date
    ends_on: date
    number: str


def trend_line(
    dots: Sequence[TrendDot],
    spans: Sequence[Span],
    title: str,
    width: float,
    *,
    height: float | None = None,
) -> Chart:
    """Describe a trend; a step is drawn full only where its change is real.

    Args:
        dots: At least one, in order of time.
        spans: What happened, in order of time.
        title: What is shown.
        width: True width in pixels.
        height: True height in pixels, where the page has its own measure.
    """
    narrow = width < NARROW
    short = narrow and len(dots) > _WHOLE
    first, last = dots[0].day.toordinal(), dots[-1].day.toordinal()
    room = max(60, (last - first) // 12)
    height = height or (300.0 if narrow else 340.0)
    x = Scale(
        first - room,
        last + room,
        44.0,
        width - 14,
        ticks=tuple(
            Tick(dot.day.toordinal(), dot.label[2:7] if short else dot.label) for dot in dots
        ),
    )
    ends = [end for d in dots for end in (d.low, d.high, d.value) if end is not None]
    step = round_step(max(10.0, max(ends) - min(ends)), 4)
    low = max(0.0, step * (min(ends) // step))
    high = min(100.0, max(step * -(-max(ends) // step), low + 2 * step))
    y = Scale(low, high, height - 46, 34.0, ticks=ticks(low, high, step), grid=True)
    marks = [*_spans(spans, x, y), *_steps(dots), *[_dot(dot) for dot in dots]]
    marks += [_value(dot, y) for dot in dots]
    return Chart(
        name="trend",
        title=title,
        description=_("A full line joins two campaigns whose difference is a real change."),
        width=width,
        height=height,
        x=x,
        y=y,
        marks=tuple(marks),
    )


def _spans(spans: Sequence[Span], x: Scale, y: Scale) -> list[Mark]:
    shown = [
        s for s in spans if s.ends_on.toordinal() >= x.low and s.starts_on.toordinal() <= x.high
    ]
    if not shown:
        return []
    middles = []
    marks: list[Mark] = []
    for span in shown:
        start = x.clip(span.starts_on.toordinal())
        end = x.clip(max(span.ends_on.toordinal(), start + x.units(3.0)))
        marks.append(Area(start, y.low, end, y.high, ORANGE_PALE))
        marks.append(Segment(start, y.low, start, y.high, ORANGE, 1, (2.0, 3.0)))
        middles.append(x.pixel((start + end) / 2))
    placed = apart(middles, [14.0] * len(middles), low=x.start, high=x.end)
    for span, middle in zip(shown, placed, strict=True):
        at = x.low + x.units(middle - x.start)
        marks.append(Words(at, y.high, span.number, dy=-14, size=13, color=ORANGE, anchor="middle"))
    return marks


def _steps(dots: Sequence[TrendDot]) -> list[Mark]:
    marks: list[Mark] = []
    for before, after in pairwise(dots):
        is_real = after.verdict in {"real", "too_small"}
        points = ((before.day.toordinal(), before.value), (after.day.toordinal(), after.value))
        color, thick = (BLUE, 2.0) if is_real else (INK2, 1.4)
        marks.append(Curve(points, color, thick, () if is_real else (3.0, 4.0)))
    return marks


def _dot(dot: TrendDot) -> Point:
    return Point(
        dot.day.toordinal(),
        dot.value,
        dot.shape,
        BLUE,
        y_interval=ends_of(dot.low, dot.high),
        hover=(dot.label, f"{number(dot.value)} {interval(dot.low, dot.high)}"),
        cap=5.0,
    )


def _value(dot: TrendDot, y: Scale) -> Words:
    """Write the value beside its dot, on the side where the frame has room."""
    at = dot.day.toordinal()
    inside = y.pixel(dot.value) > y.end + 24
    return Words(at, dot.value, number(dot.value), dx=9, dy=-10 if inside else 12, plate=True)
