"""The description of a chart: what is drawn where, before it has a face.

A description is made once, for one true width in pixels, with every label already placed. It has
two faces that show the same thing: `svg.draw` for paper and pages without JavaScript, and
`plotly_figures.figure` for screens. Positions are data values; only offsets of words are pixels.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

# The palette of owner pages, staff pages and paper. Nothing is said by colour alone.
INK = "#1a1f24"
INK2 = "#46525c"
INK3 = "#5b6770"
RULE = "#d3d9dd"
RULE2 = "#87929a"
PAPER = "#ffffff"
GROUND = "#f4f5f2"
BLUE = "#1b5e99"
BLUE_LIGHT = "#cbdff0"
BLUE_PALE = "#e9f1f8"
ORANGE = "#a8430a"
ORANGE_PALE = "#fcf1e8"

# What a line may be broken after: a Latin word with its blanks, or one Chinese letter.
_PIECE = re.compile(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+")
DASHED = (6.0, 3.0)
DOTTED = (2.0, 3.0)


@dataclass(frozen=True, slots=True)
class Tick:
    """One mark of an axis: its value and the words beside it."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis: data values `low`..`high` lie on the pixels `start`..`end`."""

    low: float
    high: float
    start: float
    end: float
    title: str = ""
    ticks: tuple[Tick, ...] = ()
    grid: bool = False

    def pixel(self, value: float) -> float:
        """Return where a value lies."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def share(self, value: float) -> float:
        """Return how far along the axis a value lies, 0 at `low` and 1 at `high`."""
        return (value - self.low) / (self.high - self.low)

    def units(self, pixels: float) -> float:
        """Return how many data units a distance in pixels is."""
        return pixels * (self.high - self.low) / (self.end - self.start)

    def coarse(self, value: float) -> float:
        """Return a value to about a thousandth of the axis, as exactly as anybody sees it."""
        return round(value, -math.ceil(math.log10(abs(self.high - self.low) / 1000)))

    def clip(self, value: float) -> float:
        """Return the value, or the nearer end of the axis when it lies outside."""
        return min(max(value, min(self.low, self.high)), max(self.low, self.high))


@dataclass(frozen=True, slots=True)
class Segment:
    """A straight line between two data positions."""

    x1: float
    y1: float
    x2: float
    y2: float
    color: str = RULE2
    width: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Curve:
    """A line through many data positions."""

    points: tuple[tuple[float, float], ...]
    color: str = RULE2
    width: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """A filled rectangle, behind everything else."""

    x1: float
    y1: float
    x2: float
    y2: float
    fill: str


@dataclass(frozen=True, slots=True)
class Point:
    """An estimate: a mark and the whiskers of its interval.

    Attributes:
        x: Value on the horizontal axis.
        y: Value on the vertical axis.
        shape: ``dot`` clear, ``half`` on the line, ``diamond`` established below, ``ring`` cannot
            be told apart; ``square`` surely among the first three.
        color: Colour of mark and whiskers.
        x_interval: Lower and upper end along x, None without an interval.
        y_interval: The same along y.
        hover: Lines shown when the mark is pointed at or touched.
        cap: Half length of the strokes at the whiskers' ends, pixels; 0 draws none.
        size: Half size of the mark, pixels.
    """

    x: float
    y: float
    shape: str
    color: str
    x_interval: tuple[float, float] | None = None
    y_interval: tuple[float, float] | None = None
    hover: tuple[str, ...] = ()
    cap: float = 4.0
    size: float = 4.5


@dataclass(frozen=True, slots=True)
class Words:
    """A text beside a data position; its middle line is `dy` pixels below that position.

    Attributes:
        anchor: ``start``, ``middle`` or ``end``: which part of the text stands at the position.
        plate: A white ground behind the text (print engines know no outlined letters).
        leader: A thin line from the position to the text.
        turned: Written upwards.
    """

    x: float
    y: float
    text: str
    dx: float = 0.0
    dy: float = 0.0
    size: float = 13.0
    color: str = INK
    anchor: str = "start"
    bold: bool = False
    plate: bool = False
    leader: bool = False
    turned: bool = False


Mark = Segment | Curve | Area | Point | Words


@dataclass(frozen=True, slots=True)
class Chart:
    """One drawing of `width` x `height` pixels.

    Attributes:
        name: Short name, unique on its page; used in ids.
        title: What the chart shows, read out by screen readers.
        description: The finding in one or two sentences, also read out.
        marks: Drawn in this order.
        clash: Area in square pixels where placed labels overlap anything; 0 in a sound chart.
        zooms: May be enlarged on screens (labels then follow their points).
    """

    name: str
    title: str
    description: str
    width: float
    height: float
    x: Scale
    y: Scale
    marks: tuple[Mark, ...]
    clash: float = 0.0
    zooms: bool = False


def text_width(text: str, size: float) -> float:
    """Return an upper estimate of a text's width in pixels: Chinese is square, Latin narrower."""
    return sum(size * (1.0 if ord(letter) > 0x2E7F else 0.6) for letter in text)


def label_box(words: Words) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of some words, in pixels from their data position."""
    width = text_width(words.text, words.size)
    left = words.dx - {"start": 0.0, "middle": width / 2, "end": width}[words.anchor]
    half = words.size * 0.6
    return left, words.dy - half, left + width, words.dy + half


def leader_end(words: Words) -> tuple[float, float]:
    """Return where a leader line meets the words, in pixels from their data position."""
    left, top, right, bottom = label_box(words)
    return min(max(0.0, left), right), min(max(0.0, top), bottom)


def ticks(low: float, high: float, step: float, form: str = "{:g}") -> tuple[Tick, ...]:
    """Return ticks at the multiples of `step` within ``low..high``."""
    first, last = -(-low // step), high // step
    values = (index * step for index in range(int(first), int(last) + 1))
    return tuple(Tick(value, form.format(value).replace("-", "−")) for value in values)


def round_step(span: float, wanted: int = 6) -> float:
    """Return a step of 1, 2 or 5 times a power of ten that cuts `span` into about `wanted`."""
    if span <= 0:
        return 1.0
    power = 1.0
    while power * 10 <= span / wanted:
        power *= 10
    while power > span / wanted:
        power /= 10
    return next((power * k for k in (1, 2, 5) if power * k >= span / wanted), power * 10)


def longest(texts: Sequence[str], size: float) -> float:
    """Return the width of the widest of some texts, 0 when there is none."""
    return max((text_width(text, size) for text in texts), default=0.0)


def wrapped(text: str, room: float, size: float) -> tuple[str, ...]:
    """Return a text in lines of at most `room` pixels; Chinese breaks anywhere, Latin at blanks.

    A single word longer than a line stands alone and reaches over.
    """
    lines: list[str] = []
    line = ""
    for piece in _PIECE.findall(text):
        if line and text_width((line + piece).rstrip(), size) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return (*lines, line.rstrip()) if line.rstrip() or not lines else tuple(lines)
