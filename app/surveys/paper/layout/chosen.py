"""Questions with worded options, ticks, and frames to write into."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.surveys.instrument.flow import field_name
from app.surveys.instrument.model import Item, Section
from app.surveys.paper.layout.measure import width, wrap
from app.surveys.paper.layout.model import Box, Drawn, Frame, Row
from app.surveys.paper.layout.parts import (
    Choice,
    Context,
    flow,
    heading,
    leading,
    option_width,
    set_lines,
    set_option,
)
from app.surveys.paper.layout.pieces import Piece, moved_drawn, moved_frames, moved_rows
from app.surveys.paper.layout.style import BELOW, CLEAR, LEFT, RIGHT, WIDTH

_BETWEEN = 4.0
_APART = 9.0  # between two questions on one line
_LINE_FRAME = 42.0


@dataclass(frozen=True, slots=True)
class Unit:
    """A short question: its words and its options; without options it is written into a frame."""

    field: str
    words: str
    choices: tuple[Choice, ...]


def options(
    context: Context,
    number: int,
    text: str,
    hint: str,
    *,
    field: str,
    choices: Sequence[Choice],
    at_most: int | None,
    is_one: bool = False,
) -> list[Piece]:
    """Return a question with options: ticks in columns, or one of a few behind one another."""
    title = heading(context, number, text, hint=hint, item=field)
    top = Piece(field, title.height + BELOW, drawn=title.drawn, keeps=True)
    return [
        top,
        flow(
            context,
            field,
            choices,
            kind="one" if is_one else "many",
            at_most=1 if is_one else at_most or len(choices),
            columns=not is_one or context.style.large,
        ),
    ]


def units(
    context: Context, number: int | None, text: str, hint: str, made: Sequence[Unit], *, name: str
) -> list[Piece]:
    """Return short questions, as many on a line as fit.

    Args:
        context: Of the form.
        number: Of the question; None goes on below another.
        text: The question above them.
        hint: Behind it.
        made: At least one.
        name: For errors.
    """
    if context.style.large:
        return _large_units(context, number, made)
    if number is not None and len(made) == 1 and made[0].choices:
        return _alone(context, number, hint, made[0])
    pieces: list[Piece] = []
    if number is not None:
        title = heading(context, number, text, hint=hint, item=name)
        pieces.append(Piece(name, title.height + BELOW, drawn=title.drawn, keeps=True))
    line: list[Unit] = []
    for unit in made:
        if line and _width(context, [*line, unit]) > RIGHT - LEFT - 4:
            pieces.append(_line(context, line))
            line = []
        line.append(unit)
    pieces.append(_line(context, line))
    return pieces


def frames(context: Context, number: int, section: Section, items: Sequence[Item]) -> list[Piece]:
    """Return frames to write into: the first over the page, the others in pairs."""
    language, style = context.language, context.style
    hint = section.hint.plain(language) if section.hint else ""
    title = heading(context, number, section.text.plain(language), hint=hint, item=section.id)
    pieces = [Piece(section.id, title.height, drawn=title.drawn, keeps=True)]
    step = 1 if style.large else 2
    lines = [items[:1], *(items[at : at + step] for at in range(1, len(items), step))]
    for at, line in enumerate(lines):
        pieces.append(_frame_line(context, line, keeps=at < len(lines) - 1 and not style.large))
    return pieces


def _frame_line(context: Context, items: Sequence[Item], *, keeps: bool) -> Piece:
    style = context.style
    wide = (WIDTH - 4.0 * (len(items) - 1)) / len(items)
    labels = [
        wrap(item.text.plain(context.language), wide, style.label, item.code) for item in items
    ]
    below = max(len(one) for one in labels) * leading(style.label) + 0.8
    drawn: list[Drawn] = []
    made: list[Frame] = []
    for at, (item, lines) in enumerate(zip(items, labels, strict=True)):
        x = round(LEFT + at * (wide + 4.0), 3)
        drawn += set_lines(lines, x=x, y=0.4, w=wide, pt=style.label)
        made.append(Frame(field_name(item), x, below, round(wide, 3), style.frame))
    return Piece(
        items[0].code,
        below + style.frame + 0.8,
        frames=tuple(made),
        drawn=tuple(drawn),
        keeps=keeps,
        grows=True,
    )


def _alone(context: Context, number: int, hint: str, unit: Unit) -> list[Piece]:
    """Return one question with its options behind it, or below where they do not fit."""
    style = context.style
    words = f"{number}  {unit.words}"
    start = LEFT + width(words, style.heading, bold=True) + 5
    needed = sum(option_width(context, one.words) + _BETWEEN for one in unit.choices) - _BETWEEN
    if not hint and start + needed <= RIGHT:
        row = flow(context, unit.field, unit.choices, left=round(start, 2))
        title = heading(context, number, unit.words, item=unit.field)
        y = row.rows[0].boxes[0].y + style.side / 2 - title.height / 2
        return [replace(row, drawn=(*moved_drawn(title.drawn, y), *row.drawn))]
    title = heading(context, number, unit.words, hint=hint, item=unit.field)
    top = Piece(unit.field, title.height + BELOW, drawn=title.drawn, keeps=True)
    return [top, flow(context, unit.field, unit.choices)]


def _large_units(context: Context, number: int | None, made: Sequence[Unit]) -> list[Piece]:
    """Return each short question with its own heading and its options in columns."""
    style = context.style
    pieces: list[Piece] = []
    for at, unit in enumerate(made):
        if number is not None and at == 0:
            title = heading(context, number, unit.words, item=unit.field)
            drawn, height = title.drawn, title.height
        else:
            lines = wrap(unit.words, WIDTH, style.label, unit.field, bold=True)
            drawn = set_lines(lines, x=LEFT, y=0, w=WIDTH, pt=style.label, bold=True)
            height = len(lines) * leading(style.label)
        pieces.append(
            Piece(unit.field, height, drawn=drawn, keeps=True, gap=style.gap if at else 2.0)
        )
        if unit.choices:
            pieces.append(flow(context, unit.field, unit.choices, columns=True))
        else:
            frame = Frame(unit.field, LEFT, 1.0, WIDTH, 13.0)
            pieces.append(Piece(unit.field, 15.0, frames=(frame,)))
    return pieces


def _width(context: Context, line: Sequence[Unit]) -> float:
    return sum(_unit_width(context, one) for one in line) + _APART * (len(line) - 1)


def _unit_width(context: Context, unit: Unit) -> float:
    words = width(unit.words, context.style.label, bold=True) + 3.0
    if not unit.choices:
        return words + _LINE_FRAME
    return (
        words + sum(option_width(context, one.words) + _BETWEEN for one in unit.choices) - _BETWEEN
    )


def _line(context: Context, line: Sequence[Unit]) -> Piece:
    """Return short questions behind one another; one that is too long takes several lines."""
    style = context.style
    if len(line) == 1 and line[0].choices and _width(context, line) > RIGHT - LEFT - 4:
        return _long_line(context, line[0])
    has_frame = any(not unit.choices for unit in line)
    x, y = LEFT + 4, 2.6 if has_frame else 0.9
    step = leading(style.label)
    rows: list[Row] = []
    made: list[Frame] = []
    drawn: list[Drawn] = []
    height = style.option_line
    for unit in line:
        wide = width(unit.words, style.label, bold=True)
        top = y + style.side / 2 - step / 2
        drawn += set_lines([unit.words], x=x, y=top, w=wide + 0.5, pt=style.label, bold=True)
        x = round(x + wide + 3.0, 2)
        if not unit.choices:
            made.append(Frame(unit.field, x, y + style.side / 2 - 3.6, _LINE_FRAME, 7.2))
            x += _LINE_FRAME + _APART
            height = max(height, y + style.side / 2 + 3.6 + 1.0)
            continue
        boxes: list[Box] = []
        for one in unit.choices:
            at = round(x, 2)
            box, words, _height = set_option(context, unit.field, one, x=at, y=y, item=unit.field)
            boxes.append(box)
            drawn += words
            x += option_width(context, one.words) + _BETWEEN
        rows.append(Row(unit.field, "one", 1, tuple(boxes)))
        x += _APART - _BETWEEN
    return Piece(line[0].field, height, rows=tuple(rows), frames=tuple(made), drawn=tuple(drawn))


def _long_line(context: Context, unit: Unit) -> Piece:
    """Return a short question whose options stand below its words."""
    style = context.style
    lines = wrap(unit.words, WIDTH - 4, style.label, unit.field, bold=True)
    words = set_lines(lines, x=LEFT + 4, y=0.6, w=WIDTH - 4, pt=style.label, bold=True)
    below = 0.6 + len(lines) * leading(style.label) + max(0.0, CLEAR - 0.9)
    rest = flow(context, unit.field, unit.choices, left=LEFT + 8)
    return Piece(
        unit.field,
        below + rest.height,
        rows=moved_rows(rest.rows, below),
        frames=moved_frames(rest.frames, below),
        drawn=(*words, *moved_drawn(rest.drawn, below)),
    )
