"""Questions with scales of numbers: one row over the page, or rows on one common ruler."""

from collections.abc import Sequence
from itertools import groupby

from app.surveys.instrument.flow import field_name
from app.surveys.instrument.model import Item, ItemRole, Scale
from app.surveys.paper.layout.measure import fit, width, wrap
from app.surveys.paper.layout.model import Box, Drawn, Row, Rule, Text
from app.surveys.paper.layout.parts import (
    GREY,
    Block,
    Choice,
    Context,
    check_clear,
    choices_of,
    heading,
    leading,
    scale_heads,
    scale_of,
    set_lines,
    set_option,
)
from app.surveys.paper.layout.pieces import Piece, moved_drawn
from app.surveys.paper.layout.style import BELOW, CLEAR, LEFT, RIGHT
from app.surveys.paper.layout.words import say

_MOST_ROWS = 5  # rows below one line of numbers
_ROLE_WORDS = frozenset(
    {ItemRole.IMPORTANCE, ItemRole.ADEQUATE, ItemRole.DESIRED, ItemRole.PERCEIVED}
)


def ruler(context: Context, number: int, text: str, hint: str, item: Item) -> list[Piece]:
    """Return one question with a row of numbers."""
    title = heading(context, number, text, hint=hint, item=item.code)
    top = Piece(item.section, title.height, drawn=title.drawn, keeps=True)
    return [top, _large_ruler(context, item) if context.style.large else _long_ruler(context, item)]


def rulers(
    context: Context, number: int, text: str, hint: str, items: Sequence[Item]
) -> list[Piece]:
    """Return rows of numbers below one another, on one common ruler; rows of an area together."""
    if context.style.large:
        pieces: list[Piece] = []
        for at, item in enumerate(items):
            pieces += ruler(context, number + at, _asked(context, item), hint, item)
        return pieces
    title = heading(context, number, text, hint=hint, item=items[0].section)
    pieces = [Piece(items[0].section, title.height, drawn=title.drawn, keeps=True)]
    groups = [list(group) for _area, group in groupby(items, key=lambda one: one.area)]
    if all(len(group) == 1 for group in groups):  # one score for each area
        groups = [list(items[at : at + _MOST_ROWS]) for at in range(0, len(items), _MOST_ROWS)]
    for at, group in enumerate(groups):
        pieces.append(_ruler_block(context, group, is_first=at == 0))
    return pieces


def _ruler_block(context: Context, items: Sequence[Item], *, is_first: bool) -> Piece:
    """Return some rows below one line of numbers."""
    style = context.style
    x0, pitch = style.ruler
    scales = [scale_of(context, item) for item in items]
    longest = max((choices_of(one, context.language) for one in scales), key=len)
    pitch = min(pitch, (RIGHT - style.side - x0) / max(1, len(longest) - 1))
    lefts = [round(x0 + at * pitch, 3) for at in range(len(longest))]
    if any(one.is_missing for one in longest):
        lefts = [*lefts[:-1], RIGHT - style.side]
    check_clear(lefts, style.side, items[0].code)
    heads = _numbers(context, longest, lefts, items[0].code)
    y = 0.0 if is_first else 1.3
    drawn: list[Drawn] = [] if is_first else [Rule(LEFT, 0.7, RIGHT, 0.7, 0.15, color="#777")]
    drawn += moved_drawn(heads.drawn, y)
    title = _area_title(context, items)
    if title:
        drawn.append(Text(LEFT, y, x0 - LEFT - 3, heads.height, style.label, title, bold=True))
    y += heads.height + CLEAR - (style.line - style.side) / 2
    rows: list[Row] = []
    for at, (item, scale) in enumerate(zip(items, scales, strict=True)):
        choices = choices_of(scale, context.language)
        words = _row_words(context, item, scale, x0 - LEFT - 3, is_bold=at == 0 and not title)
        height = max(style.line, words.height + 0.6)
        drawn += moved_drawn(words.drawn, y + (height - words.height) / 2)
        places = {one.value: left for one, left in zip(longest, lefts, strict=True)}
        top = round(y + (height - style.side) / 2, 3)
        name = field_name(item)
        boxes = tuple(Box(name, one.value, places[one.value], top, style.side) for one in choices)
        rows.append(Row(name, "one", 1, boxes))
        y += height
    return Piece(items[0].code, y, rows=tuple(rows), drawn=tuple(drawn))


def _numbers(
    context: Context, choices: Sequence[Choice], lefts: Sequence[float], item: str
) -> Block:
    """Return the numbers above a ruler, and the words of an answer that is no number."""
    style = context.style
    points = [one for one in choices if not one.is_missing]
    heads = scale_heads(context, points, lefts[: len(points)], 8.0, item)
    others: list[tuple[list[str], float, float, float]] = []
    for one, left in zip(choices[len(points) :], lefts[len(points) :], strict=True):
        lines, pt = fit(one.words, 13.0, sizes=(style.hint, style.smallest), most=2, item=item)
        wide = max(width(line, pt) for line in lines) + 0.4
        x = min(left + style.side / 2 - wide / 2, RIGHT + 2.0 - wide)
        others.append((lines, pt, x, wide))
    height = max([heads.height, *(len(lines) * leading(pt) for lines, pt, _x, _w in others)])
    drawn = [*moved_drawn(heads.drawn, height - heads.height)]
    for lines, pt, x, wide in others:
        y = height - len(lines) * leading(pt)
        drawn += set_lines(lines, x=x, y=y, w=wide, pt=pt, align="center")
    return Block(tuple(drawn), height)


def _row_words(context: Context, item: Item, scale: Scale, room: float, *, is_bold: bool) -> Block:
    """Return what stands before a row of numbers, with the words of both ends where they fit."""
    style = context.style
    text = _asked(context, item)
    lines = wrap(text, room, style.label, item.code, bold=is_bold)
    step = leading(style.label)
    drawn: list[Drawn] = [
        *set_lines(lines, x=LEFT, y=0, w=room, pt=style.label, bold=is_bold),
    ]
    ends = _ends(context, scale)
    end = width(lines[-1], style.label, bold=is_bold) + 2.0
    if ends and end + width(ends, style.hint - 0.6) <= room:
        place = (len(lines) - 1) * step
        drawn.append(Text(LEFT + end, place, room - end, step, style.hint - 0.6, ends, color=GREY))
    return Block(tuple(drawn), len(lines) * step)


def _ends(context: Context, scale: Scale) -> str:
    low, high = scale.points[0], scale.points[-1]
    if low not in scale.labels or high not in scale.labels:
        return ""
    first, last = (scale.labels[one].plain(context.language) for one in (low, high))
    return f"{low} {first} … {high} {last}"


def _area_title(context: Context, items: Sequence[Item]) -> str:
    """Return the name of the area of some rows, where no row says it."""
    areas = {item.area for item in items}
    if len(areas) != 1 or None in areas:
        return ""
    name = context.instrument.area(items[0].area or "").name.plain(context.language)
    first = items[0].text.plain(context.language)
    return "" if name in first and first != name else name


def _asked(context: Context, item: Item) -> str:
    """Return the words of a row; a score that is only named by its area says what it is."""
    text = item.text.plain(context.language)
    if item.area is not None and item.role in _ROLE_WORDS:
        name = context.instrument.area(item.area).name.plain(context.language)
        if text == name:
            return say(item.role.value, context.language)
    return text


def _long_ruler(context: Context, item: Item) -> Piece:
    """Return one row of numbers over the page, with words at both ends."""
    style = context.style
    scale = scale_of(context, item)
    choices = choices_of(scale, context.language)
    points = [one for one in choices if not one.is_missing]
    others = choices[len(points) :]
    x0, last = 42.0, 160.0 - 14.0 * len(others)
    pitch = min(11.6, (last - x0) / max(1, len(points) - 1))
    lefts = [round(x0 + at * pitch, 3) for at in range(len(points))]
    check_clear(lefts, style.side, item.code)
    heads = scale_heads(context, points, lefts, pitch, item.code)
    y = heads.height + CLEAR
    name = field_name(item)
    boxes = [
        Box(name, one.value, left, round(y, 3), style.side)
        for one, left in zip(points, lefts, strict=True)
    ]
    drawn = list(heads.drawn)
    drawn += _end_words(context, scale, item, y=y, left=x0, right=lefts[-1] + style.side)
    x = lefts[-1] + style.side + 31.0
    for one in others:
        top = round(y, 3)
        box, words, _height = set_option(context, name, one, x=x - 12, y=top, item=item.code)
        boxes.append(box)
        drawn += words
    height = y + style.side + BELOW
    return Piece(item.code, height, rows=(Row(name, "one", 1, tuple(boxes)),), drawn=tuple(drawn))


def _end_words(
    context: Context, scale: Scale, item: Item, *, y: float, left: float, right: float
) -> list[Drawn]:
    """Return the words of the lowest and the highest point, beside their boxes."""
    style = context.style
    drawn: list[Drawn] = []
    room = left - LEFT - 3
    for point, x, align in (
        (scale.points[0], LEFT, "right"),
        (scale.points[-1], right + 2.5, "left"),
    ):
        if point not in scale.labels:
            continue
        words = scale.labels[point].plain(context.language)
        lines, pt = fit(words, room, sizes=(style.option, style.smallest), most=2, item=item.code)
        top = y + style.side / 2 - len(lines) * leading(pt) / 2
        drawn += set_lines(
            lines, x=x, y=top, w=room, pt=pt, align="right" if align == "right" else "left"
        )
    return drawn


def _large_ruler(context: Context, item: Item) -> Piece:
    """Return the numbers in two rows, each with its number behind the box."""
    style = context.style
    scale = scale_of(context, item)
    choices = choices_of(scale, context.language)
    points = [one for one in choices if not one.is_missing]
    each = -(-len(points) // 2)
    x0 = style.ruler[0]
    pitch = (RIGHT - x0) / each
    y = CLEAR
    boxes: list[Box] = []
    drawn: list[Drawn] = []
    name = field_name(item)
    for row, end in ((0, scale.points[0]), (1, scale.points[-1])):
        if end in scale.labels:
            words = f"{end} {scale.labels[end].plain(context.language)}"
            lines, pt = fit(words, x0 - LEFT - 3, sizes=(17.0, 8.0), most=1, item=item.code)
            top = y + style.side / 2 - len(lines) * leading(pt) / 2
            drawn += set_lines(lines, x=LEFT, y=top, w=x0 - LEFT - 3, pt=pt)
        for at, one in enumerate(points[row * each : (row + 1) * each]):
            x = round(x0 + at * pitch, 3)
            box, words_behind, _height = set_option(context, name, one, x=x, y=y, item=item.code)
            boxes.append(box)
            drawn += words_behind
        y += style.option_line
    for one in choices[len(points) :]:
        box, words_behind, _height = set_option(context, name, one, x=x0, y=y, item=item.code)
        boxes.append(box)
        drawn += words_behind
        y += style.option_line
    return Piece(item.code, y, rows=(Row(name, "one", 1, tuple(boxes)),), drawn=tuple(drawn))
