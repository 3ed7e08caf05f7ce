"""Rows of boxes below the words of a scale, and one question with its words."""

from collections.abc import Sequence

from app.surveys.instrument.flow import field_name
from app.surveys.instrument.model import Item
from app.surveys.paper.layout.measure import LayoutError, fit, width, wrap
from app.surveys.paper.layout.model import Box, Drawn, Face, Row, Rule, Text
from app.surveys.paper.layout.parts import (
    GREY,
    Block,
    Choice,
    Context,
    check_clear,
    choices_of,
    flow,
    heading,
    leading,
    scale_heads,
    scale_of,
    set_lines,
)
from app.surveys.paper.layout.pieces import Piece, moved_drawn
from app.surveys.paper.layout.style import BELOW, CLEAR, LEFT, RIGHT, WIDTH, Style
from app.surveys.paper.layout.words import say

_FACES = (1.15, 0.35, 0.0, -0.35, -1.15)


def grid(context: Context, number: int, text: str, hint: str, items: Sequence[Item]) -> list[Piece]:
    """Return rows of boxes below the words of a scale; all items share it."""
    style = context.style
    choices = choices_of(scale_of(context, items[0]), context.language)
    lefts, pitch = _columns(style, len(choices), items[0].code)
    heads = scale_heads(context, choices, lefts, pitch, items[0].code)
    faces = _faces(style, choices, lefts)
    below = moved_drawn(heads.drawn, faces.height)
    heads = Block((*faces.drawn, *below), faces.height + heads.height)
    room = WIDTH if style.large else style.grid[0] - 5 - LEFT
    title = heading(context, number, text, hint=hint, room=room, item=items[0].section)
    top = _head_piece(context, title, heads, items[0].section)
    again = _again(context, items[0], heads)
    pieces = [top]
    dash = _dash_at(choices, lefts, style)
    area = items[0].area
    for at, item in enumerate(items):
        is_new = item.attribute is not None and item.area != area
        area = item.area
        piece = _grid_row(context, item, choices, lefts, dash=dash, is_new=is_new)
        pieces.append(
            Piece(
                piece.name,
                piece.height,
                rows=piece.rows,
                drawn=piece.drawn,
                repeat=again,
                keeps=at == 0 and len(items) > 1,
            )
        )
    return pieces


def worded(context: Context, number: int, text: str, hint: str, item: Item) -> list[Piece]:
    """Return one question whose points stand behind one another with their words."""
    title = heading(context, number, text, hint=hint, item=item.code)
    choices = choices_of(scale_of(context, item), context.language)
    top = Piece(item.section, title.height + BELOW, drawn=title.drawn, keeps=True)
    return [top, flow(context, field_name(item), choices, columns=context.style.large)]


def _grid_row(
    context: Context,
    item: Item,
    choices: Sequence[Choice],
    lefts: Sequence[float],
    *,
    dash: float | None,
    is_new: bool,
) -> Piece:
    style = context.style
    words = _label(context, item, style.grid[0] - 4 - LEFT)
    height = max(style.line, words.height + (2.0 if style.large else 0.6))
    above = 1.0 if is_new else 0.0
    top = round(above + (height - style.side) / 2, 3)
    drawn: list[Drawn] = [*moved_drawn(words.drawn, above + (height - words.height) / 2)]
    if is_new:
        drawn.append(Rule(LEFT, 0.5, style.grid[0] - 4, 0.5, 0.12, color="#888"))
    if dash is not None:
        drawn.append(Rule(dash, 0, dash, above + height, 0.15, "0.8 0.8", "#777"))
    name = field_name(item)
    boxes = tuple(
        Box(name, one.value, left, top, style.side)
        for one, left in zip(choices, lefts, strict=True)
    )
    return Piece(item.code, above + height, rows=(Row(name, "one", 1, boxes),), drawn=tuple(drawn))


def _label(context: Context, item: Item, room: float) -> Block:
    """Return the words of a row: its text, and its hint behind it or below."""
    style = context.style
    text = item.text.plain(context.language)
    hint = item.hint.plain(context.language) if item.hint else ""
    bold = style.large
    lines = wrap(text, room, style.label, item.code, bold=bold)
    step = leading(style.label)
    drawn: list[Drawn] = [*set_lines(lines, x=LEFT, y=0, w=room, pt=style.label, bold=bold)]
    height = len(lines) * step
    end = width(lines[-1], style.label, bold=bold) + 2.0
    if hint and (style.large or end + width(hint, style.hint) > room):
        small, pt = _hint_lines(style, hint, room, item.code)
        drawn += set_lines(small, x=LEFT, y=height, w=room, pt=pt, color=GREY)
        return Block(tuple(drawn), height + len(small) * leading(pt))
    place = height - step
    if hint:
        drawn.append(Text(LEFT + end, place, room - end, step, style.hint, hint, color=GREY))
        end += width(hint, style.hint) + 2.0
    if end < room - 4 and not style.large:
        y = place + step * 0.72
        drawn.append(Rule(LEFT + end, y, LEFT + room, y, 0.15, "0.15 1.1", "#777"))
    return Block(tuple(drawn), height)


def _hint_lines(style: Style, hint: str, room: float, item: str) -> tuple[list[str], float]:
    """Return a hint on one line, if that takes no much smaller letters, or on several."""
    try:
        return fit(hint, room, sizes=(style.hint, style.hint * 0.8), most=1, item=item)
    except LayoutError:
        return wrap(hint, room, style.hint, item), style.hint


def _head_piece(context: Context, title: Block, heads: Block, name: str) -> Piece:
    """Return heading and scale words, beside one another or (large) below."""
    style = context.style
    room_below = max(0.0, CLEAR - (style.line - style.side) / 2)
    if style.large:
        y = title.height + 1.5
        drawn = (*title.drawn, *moved_drawn(heads.drawn, y))
        return Piece(name, y + heads.height + room_below, drawn=drawn, keeps=True)
    height = max(title.height, heads.height)
    drawn = (*title.drawn, *moved_drawn(heads.drawn, height - heads.height))
    return Piece(name, height + room_below, drawn=drawn, keeps=True)


def _again(context: Context, item: Item, heads: Block) -> Piece:
    """Return what stands above rows that go on on the next page."""
    style = context.style
    section = next(one for one in context.instrument.sections if one.id == item.section)
    words = section.title.plain(context.language) + say("continued", context.language)
    step = leading(style.heading)
    room_below = max(0.0, CLEAR - (style.line - style.side) / 2)
    below = step + 1.5 if style.large else max(0.0, step - heads.height)
    title = Text(LEFT, 0, style.grid[0] - LEFT - 5, step, style.heading, words, bold=True)
    return Piece(
        item.section,
        below + heads.height + room_below,
        drawn=(title, *moved_drawn(heads.drawn, below)),
    )


def _faces(style: Style, choices: Sequence[Choice], lefts: Sequence[float]) -> Block:
    points = [one for one in choices if not one.is_missing]
    if not style.large or len(points) != len(_FACES):
        return Block((), 0.0)
    radius = 3.6
    faces = tuple(
        Face(left + style.side / 2, radius + 0.2, radius, mood)
        for left, mood in zip(lefts[: len(points)], _FACES, strict=True)
    )
    return Block(faces, 2 * radius + 1.2)


def _columns(style: Style, count: int, item: str) -> tuple[list[float], float]:
    x0, pitch = style.grid
    pitch = min(pitch, (RIGHT - x0) / count)
    lefts = [round(x0 + at * pitch, 3) for at in range(count)]
    check_clear(lefts, style.side, item)
    return lefts, pitch


def _dash_at(choices: Sequence[Choice], lefts: Sequence[float], style: Style) -> float | None:
    """Return where the line stands before the first answer that is no step of the scale."""
    for at, one in enumerate(choices):
        if one.is_missing and at:
            return (lefts[at - 1] + style.side + lefts[at]) / 2
    return None
