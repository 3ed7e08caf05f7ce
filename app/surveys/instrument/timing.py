"""How long a form takes: a rough model, to keep the promised minutes honest.

The model: the source language is read at 5 characters a second (3.5 in large text), each answer
costs 1.6 s of deciding and tapping, each page one tap more, and one comment of 20 s is written.
What was read once on the form (the names and hints of the areas) is not read again, and of a
tolerance block the four questions are read for the first area only, then the area's name. It is
a model, not a measurement of people.
"""

from app.surveys.instrument.flow import ELDER, FULL, Offer, make_offer, sections_for
from app.surveys.instrument.model import Instrument, Item, ItemKind, ItemRole, Section

SECONDS_PER_ANSWER = 1.6
CHARACTERS_PER_SECOND = 5.0
CHARACTERS_PER_SECOND_LARGE = 3.5
SECONDS_PER_COMMENT = 20.0
USUAL_TICKS = 2  # of a question without a limit


def form_seconds(instrument: Instrument, offer: Offer, form: str = FULL) -> float:
    """Return the model's seconds for one household that meets every condition."""
    speed = CHARACTERS_PER_SECOND_LARGE if form == ELDER else CHARACTERS_PER_SECOND
    items = {item.code: item for item in instrument.items}
    seconds = 0.0
    read: set[str] = set()
    for section in sections_for(instrument, offer, form):
        shown = [items[code] for code in section.items]
        seconds += _characters(instrument, section, shown, read) / speed
        seconds += (_taps(section, shown) + 1) * SECONDS_PER_ANSWER
        seconds += SECONDS_PER_COMMENT * any(one.role is ItemRole.COMMENT for one in shown)
    return seconds


def longest_seconds(instrument: Instrument, *, areas_offered: int, form: str = FULL) -> float:
    """Return the seconds of the longest form over all blocks."""
    blocks = 1 if instrument.blocks is None else len(instrument.blocks.blocks)
    return max(
        form_seconds(
            instrument, make_offer(instrument, block=block, areas_offered=areas_offered), form
        )
        for block in range(blocks)
    )


def _characters(instrument: Instrument, section: Section, items: list[Item], read: set[str]) -> int:
    """Count the characters of a page that were not `read` before, and add them to `read`."""
    language = instrument.languages[0]
    texts = [section.text, section.hint]
    again = 0
    seen_roles = set()
    for item in items:
        if section.kind == "tolerance" and item.role in seen_roles:
            continue
        seen_roles.add(item.role)
        texts += [item.text, item.hint, *(option.text for option in item.options)]
    if section.kind == "tolerance":
        # One name for each area after the first, which stands in the questions.
        names = {area.code: area.name.plain(language) for area in instrument.areas}
        later = [names[code] for code in sorted({item.area or "" for item in items})[1:]]
        again = sum(len(name) for name in later)
    words = {text.plain(language) for text in texts if text is not None} - read
    read |= words
    return again + sum(len(one) for one in words)


def _taps(section: Section, items: list[Item]) -> int:
    ticks = sum(item.kind is ItemKind.TICK for item in items)
    if ticks:
        return min(section.at_most or USUAL_TICKS, ticks)
    return sum(item.kind in (ItemKind.RATE, ItemKind.CHOICE) for item in items)
