"""Words and boxes that every kind of question is put together from."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.surveys.instrument.model import Instrument, Item, Scale
from app.surveys.paper.layout.measure import MM, LayoutError, fit, width, wrap
from app.surveys.paper.layout.model import Align, Box, Drawn, Row, RowKind, Text
from app.surveys.paper.layout.pieces import Piece
from app.surveys.paper.layout.style import BELOW, CLEAR, LEFT, RIGHT, WIDTH, Style

GREY = "#444"
MAX_WORDED = 7  # as on the phone: a longer scale is a row of numbers
_LEADING = 1.3
_BETWEEN = 4.0  # from the end of one option to the next box


@dataclass(frozen=True, slots=True)
class Context:
    """What all questions of a form share."""

    instrument: Instrument
    language: str
    style: Style


@dataclass(frozen=True, slots=True)
class Choice:
    """One box of a question, with its words."""

    value: str
    words: str
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Words and the height they take."""

    drawn: tuple[Drawn, ...]
    height: float


def leading(pt: float) -> float:
    """Return the height of a line."""
    return round(pt * MM * _LEADING, 2)


def set_lines(
    lines: Sequence[str],
    *,
    x: float,
    y: float,
    w: float,
    pt: float,
    align: Align = "left",
    bold: bool = False,
    color: str = "#000",
) -> tuple[Text, ...]:
    """Return lines of words below one another; `x` is the left of the cell."""
    step = leading(pt)
    return tuple(
        Text(x, y + at * step, w, step, pt, line, align=align, bold=bold, color=color)
        for at, line in enumerate(lines)
    )


def heading(
    context: Context,
    number: int,
    text: str,
    *,
    hint: str = "",
    room: float = WIDTH,
    item: str = "",
) -> Block:
    """Return a question with its number, and its hint behind it or below."""
    style = context.style
    lines = wrap(f"{number}  {text}", room, style.heading, item, bold=True)
    step = leading(style.heading)
    drawn: list[Drawn] = [
        *set_lines(lines, x=LEFT, y=0, w=room, pt=style.heading, bold=True),
    ]
    height = len(lines) * step
    if not hint:
        return Block(tuple(drawn), height)
    end = width(lines[-1], style.heading, bold=True) + 2.5
    if end + width(hint, style.hint) <= room:
        place = height - step
        drawn.append(
            Text(LEFT + end, place, room - end, step, style.hint, hint, color=GREY),
        )
        return Block(tuple(drawn), height)
    small = wrap(hint, room, style.hint, item)
    drawn += set_lines(small, x=LEFT, y=height, w=room, pt=style.hint, color=GREY)
    return Block(tuple(drawn), height + len(small) * leading(style.hint))


def is_worded(scale: Scale) -> bool:
    """Say whether every point of a scale is shown by its words."""
    return len(scale.points) <= MAX_WORDED and set(scale.points) <= set(scale.labels)


def choices_of(scale: Scale, language: str) -> tuple[Choice, ...]:
    """Return the boxes of a scale: words best first, numbers lowest first; as on the phone."""
    missing = tuple(
        Choice(code, words.plain(language), is_missing=True)
        for code, words in scale.missing.items()
    )
    if is_worded(scale):
        points = tuple(
            Choice(str(point), scale.labels[point].plain(language))
            for point in reversed(scale.points)
        )
    else:
        points = tuple(Choice(str(point), str(point)) for point in scale.points)
    return (*points, *missing)


def scale_of(context: Context, item: Item) -> Scale:
    """Return the scale of an item.

    Raises:
        LayoutError: It has none.
    """
    scale = context.instrument.scales.get(item.scale or "")
    if scale is None:
        raise LayoutError(item.code)
    return scale


def option_width(context: Context, words: str) -> float:
    """Return the room of a box with its words behind it."""
    style = context.style
    return style.side + _behind(style) + width(words, style.option)


def set_option(
    context: Context, field: str, choice: Choice, *, x: float, y: float, item: str
) -> tuple[Box, tuple[Text, ...], float]:
    """Return a box, the words behind it, and the height both take.

    Args:
        context: Of the form.
        field: Field of the box.
        choice: Its value and words.
        x: Left of the box.
        y: Top of the box.
        item: Named by the error.
    """
    style = context.style
    left = x + style.side + _behind(style)
    lines = wrap(choice.words, RIGHT - left, style.option, item)
    step = leading(style.option)
    height = max(style.side, step * len(lines))
    top = y + style.side / 2 - step / 2
    words = set_lines(lines, x=left, y=top, w=RIGHT - left, pt=style.option)
    fitted = tuple(
        Text(one.x, one.y, round(width(one.text, one.pt) + 0.5, 2), one.h, one.pt, one.text)
        for one in words
    )
    return Box(field, choice.value, x, y, style.side), fitted, height


def flow(
    context: Context,
    field: str,
    choices: Sequence[Choice],
    *,
    kind: RowKind = "one",
    at_most: int = 1,
    left: float = LEFT + 4,
    columns: bool = False,
) -> Piece:
    """Return options with their words: one behind the other, or in columns.

    Args:
        context: Of the form.
        field: Field of the boxes.
        choices: In order.
        kind: ``one`` or ``many``.
        at_most: How many may be marked.
        left: Where lines begin.
        columns: Boxes stand below one another.
    """
    style = context.style
    widths = [option_width(context, one.words) + _BETWEEN for one in choices]
    pitch = _column(widths, RIGHT + _BETWEEN - left) if columns else 0.0
    boxes: list[Box] = []
    drawn: list[Drawn] = []
    x, y, tallest = left, _above(style), 0.0
    for choice, wide in zip(choices, widths, strict=True):
        step = pitch or wide
        if x > left and x + step > RIGHT + _BETWEEN + 1e-6:
            x, y, tallest = left, y + max(style.option_line, tallest + CLEAR + 0.2), 0.0
        box, words, height = set_option(context, field, choice, x=x, y=y, item=field)
        boxes.append(box)
        drawn += words
        tallest = max(tallest, height)
        x += step
    height = y + max(style.option_line - _above(style), tallest + BELOW)
    row = Row(field, kind, at_most, tuple(boxes))
    return Piece(field, height, rows=(row,), drawn=tuple(drawn))


def scale_heads(
    context: Context,
    choices: Sequence[Choice],
    lefts: Sequence[float],
    pitch: float,
    item: str,
) -> Block:
    """Return the words above columns of boxes, all of one size, standing on one line."""
    style = context.style
    room = pitch - 0.8
    bold = style.large
    pt = min(_head_size(style, one.words, room, item) for one in choices)
    columns = [wrap(one.words, room, pt, item, bold=bold) for one in choices]
    tallest = max(len(lines) for lines in columns)
    step = leading(pt)
    drawn: list[Drawn] = []
    for left, lines in zip(lefts, columns, strict=True):
        drawn += set_lines(
            lines,
            x=left + style.side / 2 - pitch / 2,
            y=(tallest - len(lines)) * step,
            w=pitch,
            pt=pt,
            align="center",
            bold=bold,
        )
    return Block(tuple(drawn), tallest * step)


def _head_size(style: Style, words: str, room: float, item: str) -> float:
    """Return the size of the words of a column: one line, if that takes no much smaller letters."""
    for sizes, most in (
        ((style.scale, style.scale * 0.88), 1),
        ((style.scale, style.smallest), 3),
    ):
        try:
            return fit(words, room, sizes=sizes, most=most, item=item, bold=style.large)[1]
        except LayoutError:
            continue
    raise LayoutError(item, words)


def check_clear(lefts: Sequence[float], side: float, item: str) -> None:
    """Raise LayoutError when boxes of one row stand too near to each other."""
    for one, other in pairwise(lefts):
        if other - one < side + 2 * CLEAR:
            raise LayoutError(item)


def _column(widths: Sequence[float], room: float) -> float:
    """Return the width of columns: as few rows as fit, then as few columns as that takes."""
    widest = max(widths)
    most = max(1, int(room // widest))
    rows = -(-len(widths) // most)
    count = -(-len(widths) // rows)
    return room / count


def _behind(style: Style) -> float:
    return 2.4 if style.large else 1.6


def _above(style: Style) -> float:
    return CLEAR if style.large else 0.9
