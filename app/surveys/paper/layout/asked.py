"""From the sections a household is asked to the pieces of its form."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from app.surveys.instrument.flow import Offer, field_name, field_value, sections_for
from app.surveys.instrument.model import Item, ItemKind, ItemRole, Section
from app.surveys.paper.layout.chosen import Unit, frames, options, units
from app.surveys.paper.layout.model import HELPED, HELPED_VALUES
from app.surveys.paper.layout.parts import Choice, Context, is_worded
from app.surveys.paper.layout.pieces import Piece
from app.surveys.paper.layout.rated import grid, worded
from app.surveys.paper.layout.rulers import ruler, rulers
from app.surveys.paper.layout.words import say


def pieces_of(context: Context, form: str, offer: Offer) -> list[Piece]:
    """Return everything a household is asked, in the order it is printed."""
    pieces: list[Piece] = []
    number = 1
    for section in sections_for(context.instrument, offer, form):
        items = [context.instrument.item(code) for code in section.items]
        for made in _section(context, section, items, number):
            if made:
                pieces += [replace(made[0], gap=context.style.gap), *made[1:]]
                number += 1
    return pieces


def _section(
    context: Context, section: Section, items: list[Item], number: int
) -> list[list[Piece]]:
    """Return the questions of a section, each as its pieces."""
    if items[0].kind is ItemKind.TICK:
        return [_ticks(context, section, items, number)]
    if items[0].kind is ItemKind.RATE:
        return _rated(context, section, items, number)
    texts = [item for item in items if item.role is ItemRole.COMMENT]
    contact = [item for item in items if item.role is ItemRole.CONTACT]
    made: list[list[Piece]] = []
    if texts:
        made.append(frames(context, number, section, texts))
    if contact:
        made.append(_contact(context, contact, number + len(made)))
    if not made:
        made.append(_choices(context, section, items, number))
    return made


def _ticks(context: Context, section: Section, items: list[Item], number: int) -> list[Piece]:
    choices = [Choice(field_value(one), one.text.plain(context.language)) for one in items]
    return options(
        context,
        number,
        section.text.plain(context.language),
        _hint(context, section, items),
        field=field_name(items[0]),
        choices=choices,
        at_most=section.at_most,
    )


def _rated(context: Context, section: Section, items: list[Item], number: int) -> list[list[Piece]]:
    """Return items with scales: those that share one together, else one by one."""
    language = context.language
    text, hint = section.text.plain(language), _hint(context, section, items)
    each = say("one_each", language)
    scales = context.instrument.scales
    is_words = [is_worded(scales[item.scale or ""]) for item in items]
    if len(items) == 1:
        ask = worded if is_words[0] else ruler
        is_whole = items[0].role is ItemRole.OVERALL  # the section itself is the question
        own = text if is_whole else items[0].text.plain(language)
        return [ask(context, number, own, hint or say("one", language), items[0])]
    if len({item.scale for item in items}) == 1 and all(is_words):
        return [grid(context, number, text, _joined(hint, each, language), items)]
    if not any(is_words) and (len(items) > 2 or items[0].role is not ItemRole.LOYALTY):
        return [rulers(context, number, text, _joined(hint, each, language), items)]
    made: list[list[Piece]] = []
    for _scale, group in groupby(items, key=lambda one: one.scale):
        several = list(group)
        if len(several) > 1 and is_worded(scales[several[0].scale or ""]):
            made.append(grid(context, number + len(made), text, hint, several))
            continue
        for one in several:
            ask = worded if is_worded(scales[one.scale or ""]) else ruler
            own = one.hint.plain(language) if one.hint else say("one", language)
            made.append(ask(context, number + len(made), one.text.plain(language), own, one))
    return made


def _choices(context: Context, section: Section, items: list[Item], number: int) -> list[Piece]:
    """Return questions with worded options; one alone is its own heading."""
    made = [_unit(context, item) for item in items]
    return units(
        context,
        number,
        section.text.plain(context.language),
        _hint(context, section, items),
        made,
        name=section.id,
    )


def _contact(context: Context, items: list[Item], number: int) -> list[Piece]:
    """Return who may reply, how and when; then who helped, which is no item."""
    language = context.language
    first, rest = items[0], items[1:]
    made = [_unit(context, item) for item in rest]
    helped = tuple(Choice(one, say(f"helped.{one}", language)) for one in HELPED_VALUES)
    made.append(Unit(HELPED, say("helped", language), helped))
    hint = first.hint.plain(language) if first.hint else ""
    choices = [Choice(one.code, one.text.plain(language)) for one in first.options]
    pieces = options(
        context,
        number,
        first.text.plain(language),
        hint,
        field=field_name(first),
        choices=choices,
        at_most=1,
        is_one=True,
    )
    return [*pieces, *units(context, None, "", "", made, name=first.section)]


def _unit(context: Context, item: Item) -> Unit:
    language = context.language
    choices = tuple(Choice(one.code, one.text.plain(language)) for one in item.options)
    return Unit(field_name(item), item.text.plain(language), choices)


def _hint(context: Context, section: Section, items: Sequence[Item]) -> str:
    """Return the hint of a section, and whom it asks when it does not ask everybody."""
    language = context.language
    hint = section.hint.plain(language) if section.hint else ""
    conditions = {item.show_if for item in items}
    if len(conditions) != 1 or None in conditions:
        return hint
    option = context.instrument.item(conditions.pop() or "").text.plain(language)
    return _joined(say("only_if", language, option=option), hint, language)


def _joined(first: str, second: str, language: str) -> str:
    if not first or not second:
        return first or second
    if first[-1] in "。.；;":
        return f"{first}{' ' if language == 'en' else ''}{second}"
    return first + (". " if language == "en" else "；") + second
