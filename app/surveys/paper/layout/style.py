"""Sizes of a printed form: the usual one at three spacings, and the large-print one."""

from dataclasses import dataclass

LEFT, RIGHT = 14.0, 196.0
WIDTH = RIGHT - LEFT
CLEAR = 1.3  # nothing is printed this near to a box
BELOW = 0.5  # between a heading and the boxes right below it


@dataclass(frozen=True, slots=True)
class Style:
    """Sizes in millimetres; letters in points.

    Attributes:
        large: The large-print form.
        side: Of a box.
        line: Least height of a row of boxes.
        option_line: Least height of a row of worded options.
        gap: Between questions.
        frame: Least height of a frame to write into.
        heading, label, hint, scale, option: Sizes of words.
        smallest: Size scale words may shrink to.
        grid: Left of the first box of a worded scale, and the distance to the next.
        ruler: The same of a scale of numbers below one another.
    """

    large: bool
    side: float
    line: float
    option_line: float
    gap: float
    frame: float
    heading: float
    label: float
    hint: float
    scale: float
    option: float
    smallest: float
    grid: tuple[float, float]
    ruler: tuple[float, float]


def _usual(line: float, option_line: float, gap: float, frame: float) -> Style:
    return Style(
        large=False,
        side=4.0,
        line=line,
        option_line=option_line,
        gap=gap,
        frame=frame,
        heading=10.2,
        label=9.0,
        hint=7.8,
        scale=7.8,
        option=9.0,
        smallest=6.0,
        grid=(112.0, 14.0),
        ruler=(102.0, 8.7),
    )


# From the loosest to the tightest; the form takes the first that needs no further leaf.
USUAL = (
    _usual(7.0, 7.0, 4.6, 24.0),
    _usual(6.4, 6.4, 3.6, 18.0),
    _usual(6.0, 6.0, 2.8, 13.0),
    _usual(5.6, 5.7, 1.6, 11.0),
)


def _large(letters: float, line: float, option_line: float, gap: float, frame: float) -> Style:
    return Style(
        large=True,
        side=7.0,
        line=line,
        option_line=option_line,
        gap=gap,
        frame=frame,
        heading=letters + 1.0,
        label=letters + 0.5,
        hint=letters * 0.75,
        scale=13.0,
        option=letters,
        smallest=8.0,
        grid=(78.4, 19.6),
        ruler=(54.0, 14.0),
    )


# 18 points; less only where a language takes so much room that the form would need a third leaf.
LARGE = (
    _large(18.0, 16.0, 12.0, 6.0, 40.0),
    _large(18.0, 14.5, 10.4, 4.0, 30.0),
    _large(16.0, 13.0, 10.0, 3.5, 24.0),
    _large(14.0, 12.0, 10.0, 3.0, 20.0),
)
