"""Fills printed sheets with a pen, as people do: for the demo and for tests of the reader.

A sheet is a grey picture. Everybody has one pen and one way to mark, is more or less careful, and
now and then makes a mistake and corrects it. Equal seeds give equal sheets.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.surveys.paper.layout.model import Box, Frame, Page, Row

Gray = NDArray[Any]  # of bytes
Points = list[tuple[float, float]]
_SHIFT = 4  # fractions of a dot when lines are drawn: sixteenths


@dataclass(frozen=True)
class Pen:
    """A pen: how dark it is on a grey scan (0 to 1), how wide in mm, and how grainy."""

    name: str
    dark: float
    wide: float
    grain: float = 0.0


PENS = (
    Pen("black", 0.86, 0.45),
    Pen("gel", 0.93, 0.55),
    Pen("blue", 0.68, 0.45),
    Pen("red", 0.48, 0.45),
    Pen("pencil", 0.58, 0.50, 0.25),
    Pen("light pencil", 0.36, 0.45, 0.30),
    Pen("marker", 0.95, 1.20),
)
KINDS = ("fill", "partial", "tick", "long tick", "cross", "dash")


@dataclass(frozen=True)
class Habit:
    """How one person marks."""

    pen: Pen = PENS[0]
    kind: str = "tick"
    sloppy: float = 0.5  # 0 careful to 1 careless
    other: float = 0.05  # share of marks of another kind
    corrected: float = 0.004  # share of answers first marked wrong, then corrected
    rubbed: float = 0.002  # share first marked wrong with a pencil and rubbed out
    doubled: float = 0.001  # share of rows left with two marks
    specks: float = 0.02  # share of boxes with a stray dot


@dataclass
class Filled:
    """A sheet after somebody filled it.

    Attributes:
        image: The page.
        answers: What the person meant, by field; fields left empty have no values.
        doubtful: Fields with two marks where one is asked.
        struck: Fields where a wrong mark was struck out, which the instructions do not tell.
        corrected: Fields corrected as the instructions say.
    """

    image: Gray
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    struck: set[str] = field(default_factory=set)
    corrected: set[str] = field(default_factory=set)


def draw_habit(rng: np.random.Generator) -> Habit:
    """Return somebody's pen and ways, by chance."""
    pen = PENS[int(rng.choice(len(PENS), p=(0.36, 0.20, 0.20, 0.04, 0.10, 0.05, 0.05)))]
    kind = KINDS[int(rng.choice(len(KINDS), p=(0.18, 0.08, 0.40, 0.12, 0.16, 0.06)))]
    return Habit(pen=pen, kind=kind, sloppy=float(rng.uniform(0.1, 1.0)))


def fill_page(
    image: Gray,
    page: Page,
    answers: Mapping[str, Sequence[str]],
    *,
    rng: np.random.Generator,
    habit: Habit,
    words: Sequence[str] = (),
) -> Filled:
    """Return a page filled with these answers.

    Args:
        image: The printed page as a grey picture of its whole A4 sheet.
        page: Its geometry.
        answers: Values by field; fields of other pages are passed over.
        rng: Source of chance.
        habit: Of the person.
        words: Fields of frames to write something into.
    """
    hand = _Hand(image, page, rng, habit)
    filled = Filled(image)
    for row in page.rows:
        values = tuple(answers.get(row.field, ()))
        filled.answers[row.field] = values
        _fill_row(hand, row, values, filled)
    for frame in page.frames:
        if frame.field in words:
            hand.write(frame)
    filled.image = hand.finish()
    return filled


def _fill_row(hand: "_Hand", row: Row, values: tuple[str, ...], filled: Filled) -> None:
    rng, habit = hand.rng, hand.habit
    chosen = [box for box in row.boxes if box.value in values]
    others = [box for box in row.boxes if box.value not in values]
    slip = None
    if row.kind == "one" and len(chosen) == 1 and others:
        slip = others[int(rng.integers(len(others)))]
    chance = float(rng.random()) - habit.corrected - habit.rubbed
    is_doubled = slip is not None and 0 <= chance < habit.doubled
    for box in chosen:
        # Two marks of two kinds could be a correction; who leaves two made them alike.
        hand.mark(box, usual=is_doubled)
    for box in others:
        if rng.random() < habit.specks:
            hand.speck(box)
    if slip is None or chance >= habit.doubled:
        return
    if is_doubled:
        hand.mark(slip, usual=True)
        filled.doubtful.add(row.field)
    elif chance >= -habit.rubbed:
        hand.rub_out(slip)
    elif rng.random() < 0.7:
        hand.black_out(slip)
        filled.corrected.add(row.field)
    else:
        hand.mark(slip)
        hand.strike_out(slip)
        filled.struck.add(row.field)


class _Hand:
    """Somebody with a pen over one page."""

    def __init__(self, image: Gray, page: Page, rng: np.random.Generator, habit: Habit) -> None:
        self.rng, self.habit = rng, habit
        self._image = image
        self._dots = image.shape[1] / 210.0
        self._ink: NDArray[Any] = np.zeros(image.shape, np.uint8)
        self._marks: dict[str, Callable[[Box], None]] = {
            "fill": self.black_out,
            "partial": self._partial,
            "tick": self._tick,
            "long tick": self._long_tick,
            "cross": self._cross,
            "dash": self._dash,
        }

    def finish(self) -> Gray:
        """Return the page with the ink on it."""
        # A pen leaves ink on a few dots in a hundred; the paper between them is left alone.
        at = self._ink.nonzero()
        ink: NDArray[Any] = self._ink[at].astype(np.float32)
        if self.habit.pen.grain:
            grain: NDArray[Any] = self.rng.uniform(1 - 2 * self.habit.pen.grain, 1.0, (64, 64))
            ink *= grain[at[0] % 64, at[1] % 64].astype(np.float32)
        left = 1 - ink / np.float32(255)
        marked: NDArray[Any] = self._image.copy()
        marked[at] = np.clip(self._image[at] * left, 0, 255).astype(np.uint8)
        return marked

    def mark(self, box: Box, *, usual: bool = False) -> None:
        """Mark a box the usual way, now and then another."""
        kind = self.habit.kind
        if not usual and self.rng.random() < self.habit.other:
            kind = KINDS[int(self.rng.integers(len(KINDS)))]
        self._marks[kind](box)

    def black_out(self, box: Box) -> None:
        """Black a box out: strokes close to each other, then the whole of it."""
        side, step = box.side, max(0.28, 0.8 * self.habit.pen.wide)
        at = [box.y + 0.25]
        while at[-1] < box.y + side - 0.35:
            at.append(at[-1] + step)
        points: Points = []
        for number, y in enumerate(at):
            ends = (box.x + 0.2, box.x + side - 0.2)
            for x in ends if number % 2 == 0 else ends[::-1]:
                points.append((x + self._shake(0.12), y + self._shake(0.08)))
        self._line(points)

    def strike_out(self, box: Box) -> None:
        """Strike a marked box out with two lines."""
        for y in (0.35, 0.65):
            self._line(
                [
                    (box.x - 0.8 + self._shake(0.3), box.y + y * box.side + self._shake(0.2)),
                    (box.x + box.side + 0.8, box.y + y * box.side + self._shake(0.3)),
                ]
            )

    def rub_out(self, box: Box) -> None:
        """Leave what a rubber leaves of a mark."""
        self._cross(box, dark=self.habit.pen.dark * float(self.rng.uniform(0.08, 0.22)))

    def circle(self, box: Box) -> None:
        """Draw a circle around a box, which the instructions say cannot be read."""
        middle = (box.x + box.side / 2, box.y + box.side / 2)
        wide = box.side * float(self.rng.uniform(0.72, 0.95))
        turn = np.linspace(0, 6.6, 26) + self.rng.uniform(0, 6)
        self._line(
            [
                (middle[0] + wide * np.cos(a), middle[1] + 0.85 * wide * np.sin(a))
                for a in turn.tolist()
            ]
        )

    def speck(self, box: Box) -> None:
        """Leave a stray dot in a box."""
        size = float(self.rng.uniform(0.12, 0.45))
        x = box.x + float(self.rng.uniform(0.3, box.side - 0.3))
        y = box.y + float(self.rng.uniform(0.3, box.side - 0.3))
        self._line([(x, y), (x + 0.02, y)], wide=2 * size)

    def write(self, frame: Frame) -> None:
        """Write something that looks like words into a frame."""
        high = min(5.5, frame.h * 0.55)
        lines = max(1, int((frame.h - 1.5) // (high + 1.2)))
        for line in range(int(self.rng.integers(1, lines + 1))):
            x, y = frame.x + 2.0, frame.y + 1.0 + line * (high + 1.2)
            end = frame.x + frame.w * float(self.rng.uniform(0.3, 0.95))
            while x + high < end:
                self._sign(x, y, high)
                x += high * float(self.rng.uniform(0.95, 1.15))

    def _sign(self, x: float, y: float, high: float) -> None:
        for _ in range(int(self.rng.integers(3, 8))):
            start = self.rng.uniform(0.05, 0.95, 2) * high
            way = self.rng.choice(4)
            turn = ((1, 0.02), (0.05, 1), (0.6, 0.7), (-0.5, 0.8))[int(way)]
            length = high * float(self.rng.uniform(0.25, 0.75))
            end = np.clip(start + np.array(turn) * length, 0, high)
            bend = (start + end) / 2 + self.rng.normal(0, 0.06 * high, 2)
            self._line([(x + p[0], y + p[1]) for p in (start, bend, end)])

    def _partial(self, box: Box) -> None:
        s = box.side
        points: Points = []
        for number in range(int(self.rng.integers(3, 6))):
            across = 0.2 + 0.14 * number
            ends = ((across, 0.75), (across + 0.12, 0.2))
            for u, v in ends if number % 2 == 0 else ends[::-1]:
                points.append((box.x + u * s + self._shake(0.2), box.y + v * s + self._shake(0.2)))
        self._line(points)

    def _tick(self, box: Box) -> None:
        s = box.side
        self._line(
            [
                (box.x + 0.12 * s + self._shake(0.4), box.y + 0.50 * s + self._shake(0.4)),
                (box.x + 0.42 * s + self._shake(0.3), box.y + 0.85 * s + self._shake(0.3)),
                (box.x + 0.95 * s + self._shake(0.5), box.y + 0.08 * s + self._shake(0.5)),
            ]
        )

    def _long_tick(self, box: Box) -> None:
        s = box.side
        far = float(self.rng.uniform(2.0, 6.0))
        self._line(
            [
                (box.x + 0.15 * s + self._shake(0.4), box.y + 0.50 * s + self._shake(0.4)),
                (box.x + 0.42 * s + self._shake(0.3), box.y + 0.85 * s + self._shake(0.3)),
                (box.x + s + 0.62 * far * 0.9, box.y + 0.05 * s - 0.62 * far),
            ]
        )

    def _cross(self, box: Box, dark: float | None = None) -> None:
        s, out = box.side, self._shake(0.3)
        for left, right in ((0.1, 0.9), (0.9, 0.1)):
            self._line(
                [
                    (box.x + 0.1 * s + self._shake(0.4) - out, box.y + left * s + self._shake(0.4)),
                    (
                        box.x + 0.9 * s + self._shake(0.4) + out,
                        box.y + right * s + self._shake(0.4),
                    ),
                ],
                dark=dark,
            )

    def _dash(self, box: Box) -> None:
        s, y = box.side, box.y + 0.5 * box.side
        self._line(
            [
                (box.x + 0.12 * s + self._shake(0.4), y + self._shake(0.4)),
                (box.x + 0.88 * s + self._shake(0.5), y + self._shake(0.5)),
            ]
        )

    def _shake(self, most: float) -> float:
        return float(self.rng.normal(0, 0.6 * most * self.habit.sloppy))

    def _line(
        self, points: Points, *, wide: float | None = None, dark: float | None = None
    ) -> None:
        """Draw a stroke through points in mm."""
        pen = self.habit.pen
        dots = np.round((np.array(points) * self._dots - 0.5) * (1 << _SHIFT)).astype(np.int32)
        thick = max(1, round((wide or pen.wide * float(self.rng.uniform(0.9, 1.1))) * self._dots))
        cv2.polylines(
            self._ink,
            [dots.reshape(-1, 1, 2)],
            isClosed=False,
            color=round(255 * (dark if dark is not None else pen.dark)),
            thickness=thick,
            lineType=cv2.LINE_AA,
            shift=_SHIFT,
        )
