"""Pictures of complaints: what most are about, and how many came in over the months.

Every bar carries its number; nothing is said by colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.i18n import gettext as _
from app.reports.charts import (
    BLUE,
    BLUE_LIGHT,
    INK,
    INK2,
    RULE2,
    Area,
    Chart,
    Mark,
    Scale,
    Segment,
    Tick,
    Words,
    longest,
    round_step,
    text_width,
    ticks,
    wrapped,
)
from app.reports.complaints.lines import share_of
from app.reports.figures import NARROW

_LABEL = 13.0
_NOTE = 12.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One word with how many complaints there are of it, and of it and those above."""

    label: str
    count: int
    running: int


@dataclass(frozen=True, slots=True)
class MonthBar:
    """A month: how many came in, and how many of them are valid complaints."""

    month: date
    received: int
    valid: int


def pareto_bars(bars: Sequence[Bar], width: float, *, name: str, title: str) -> Chart:
    """Describe bars from the most to the least; at the right the share of all up to here.

    Args:
        bars: At least one, the most first.
        width: True width in pixels; below 440 labels stand above their bars.
        name: Name in ids.
        title: What it shows.
    """
    narrow, total = width < NARROW, bars[-1].running
    labels = [_fitting(bar.label, width * (0.9 if narrow else 0.42)) for bar in bars]
    notes = [f"{bar.count} ({share_of(bar.running, total)})" for bar in bars]
    height, top = (44.0 if narrow else 28.0), 22.0
    left = 8.0 if narrow else longest(labels, _LABEL) + 18
    right = longest([*notes, _("count (share up to here)")], _NOTE) + 14
    most = max(bar.count for bar in bars)
    x = Scale(0, most, left, width - right)
    bottom = top + height * len(bars)
    marks: list[Mark] = [
        Words(
            most,
            0,
            _("count (share up to here)"),
            dx=right - 4,
            dy=-10,
            size=11,
            color=INK2,
            anchor="end",
        ),
    ]
    for row, (bar, label, note) in enumerate(zip(bars, labels, notes, strict=True)):
        high, low = (row + 0.52, row + 0.9) if narrow else (row + 0.2, row + 0.8)
        middle = (high + low) / 2
        marks.append(Area(0, high, bar.count, low, BLUE))
        marks.append(Segment(0, row + 0.1, 0, row + 0.94, RULE2))
        if narrow:
            marks.append(Words(0, row + 0.26, label, dx=0, size=_LABEL))
        else:
            marks.append(Words(0, middle, label, dx=-9, size=_LABEL, anchor="end"))
        marks.append(Words(most, middle, note, dx=right - 4, size=_NOTE, color=INK, anchor="end"))
    first = bars[0]
    return Chart(
        name=name,
        title=title,
        description=_("The most are about {word}: {count} of {total}.").format(
            word=first.label, count=first.count, total=total
        ),
        width=width,
        height=bottom + 8,
        x=x,
        y=Scale(len(bars), 0, bottom, top),
        marks=tuple(marks),
    )


def month_bars(bars: Sequence[MonthBar], width: float, *, name: str, title: str) -> Chart:
    """Describe months side by side: the whole bar all complaints, its dark part the valid ones.

    Args:
        bars: At least one, in order of time.
        width: True width in pixels.
        name: Name in ids.
        title: What it shows.
    """
    narrow = width < NARROW
    most = max([1, *(bar.received for bar in bars)])
    step = max(1.0, round_step(most, 4))
    high = step * -(-most // step)
    top, height = (60.0 if narrow else 44.0), 250.0
    floor = height - 40
    x = Scale(
        0,
        len(bars),
        40.0,
        width - 8,
        ticks=tuple(
            Tick(at + 0.5, _tick(bar.month, is_first=at == 0))
            for at, bar in enumerate(bars)
            if not narrow or (len(bars) - 1 - at) % 3 == 0
        ),
    )
    marks: list[Mark] = []
    for at, bar in enumerate(bars):
        marks.append(Area(at + 0.16, 0, at + 0.84, bar.received, BLUE_LIGHT))
        marks.append(Area(at + 0.16, 0, at + 0.84, bar.valid, BLUE))
        marks.append(_count(at, bar.received, narrow=narrow))
    marks += _legend(x, floor, narrow=narrow)
    last = bars[-1]
    return Chart(
        name=name,
        title=title,
        description=_("{count} came in in the last month shown, {valid} of them valid.").format(
            count=last.received, valid=last.valid
        ),
        width=width,
        height=height,
        x=x,
        y=Scale(0, high, floor, top, ticks=ticks(0, high, step), grid=True),
        marks=tuple(marks),
    )


def _count(at: int, count: int, *, narrow: bool) -> Words:
    size = 9.0 if narrow else 12.0
    return Words(at + 0.5, count, str(count), dy=-9, size=size, color=INK, anchor="middle")


def _legend(x: Scale, floor: float, *, narrow: bool) -> list[Mark]:
    """Return the two words of the legend, each with its mark, above the drawing."""
    words = (("■", BLUE, _("valid complaints")), ("■", BLUE_LIGHT, _("talks and not sorted yet")))
    marks: list[Mark] = []
    left, line = 8 - x.start, 14.0
    for sign, color, text in words:
        for at, shown, tint in ((left, sign, color), (left + 16, text, INK2)):
            marks.append(Words(0, 0, shown, dx=at, dy=line - floor, size=_NOTE, color=tint))
        if narrow:
            line += 18
        else:
            left += 16 + text_width(text, _NOTE) + 18
    return marks


def _tick(month: date, *, is_first: bool) -> str:
    """Write a month under its bar; the year stands at the first bar and at every January."""
    return f"{month:%Y-%m}"[2:] if is_first or month.month == 1 else f"{month:%m}"


def _fitting(text: str, room: float) -> str:
    """Return a label that fits into its room, cut with a sign where it does not."""
    first, *more = wrapped(text, room, _LABEL)
    return f"{first}…" if more else first
