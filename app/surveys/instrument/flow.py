"""Which sections and items one household is offered, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.surveys.instrument.model import Instrument, Item, ItemKind, ItemRole, Section

FULL = "full"
ELDER = "elder"
FORMS = (FULL, ELDER)

# An area rated on one of this many lowest points opens its attributes ("what went wrong?").
LOW_POINTS = 2


class OfferError(ValueError):
    """No offer of this kind exists: unknown block, or a number of areas the blocks cannot give."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one household is offered in depth; fixed before it answers, the same on every channel.

    Attributes:
        block: Index of its block.
        tolerance: Areas of the tolerance section (always the block).
        attributes: Areas whose attributes are asked.
        relationship: Codes of the statements offered by rotation.
    """

    block: int
    tolerance: tuple[str, ...]
    attributes: tuple[str, ...]
    relationship: tuple[str, ...] = ()


def make_offer(
    instrument: Instrument, *, block: int, areas_offered: int, rotation: int | None = None
) -> Offer:
    """Work out the offer of a household.

    Areas in depth: as many as the block has -> the block; as many as it leaves -> the others;
    all -> all. Statements come in turn: a household gets consecutive ones, starting at
    `rotation` (when None, two steps a block).

    Args:
        instrument: The questionnaire.
        block: Index of the household's block.
        areas_offered: Areas asked in depth in its community.
        rotation: Any integer that spreads the statements over the households.

    Raises:
        OfferError: There is no such block, or the blocks cannot offer so many areas.
    """
    codes = tuple(area.code for area in instrument.areas)
    if instrument.blocks is None:
        own = codes
    elif 0 <= block < len(instrument.blocks.blocks):
        own = instrument.blocks.blocks[block]
    else:
        raise OfferError("block", block)
    if areas_offered == len(codes):
        deep = codes
    elif areas_offered == len(own):
        deep = own
    elif areas_offered == len(codes) - len(own):
        deep = tuple(code for code in codes if code not in own)
    else:
        raise OfferError("areas", areas_offered)
    return Offer(
        block=block,
        tolerance=own,
        attributes=deep,
        relationship=_statements_in_turn(instrument, block, rotation),
    )


def _statements_in_turn(
    instrument: Instrument, block: int, rotation: int | None
) -> tuple[str, ...]:
    offered: list[str] = []
    for section in instrument.sections:
        if section.rotate is not None and section.items:
            start = block * section.rotate if rotation is None else rotation
            count = min(section.rotate, len(section.items))
            offered += (section.items[(start + i) % len(section.items)] for i in range(count))
    return tuple(offered)


def offered_items(
    instrument: Instrument,
    offer: Offer,
    answers_so_far: Mapping[str, int],
    *,
    form: str = FULL,
) -> tuple[Item, ...]:
    """List the items a household is asked, in order, given what it has answered.

    Args:
        instrument: The questionnaire.
        offer: What the household is offered.
        answers_so_far: Item code -> scale point, 1 for a tick.
        form: ``full`` or ``elder``.

    Returns:
        The items, with the attributes that low ratings opened (see `triggered_areas`).
    """
    pages = {section.id for section in instrument.sections if form == FULL or section.elder}
    opened = triggered_areas(instrument, offer, answers_so_far)
    return tuple(
        item
        for item in instrument.items
        if item.section in pages
        and (form == FULL or item.elder)
        and _is_offered(item, offer, opened)
        and (item.show_if is None or bool(answers_so_far.get(item.show_if)))
    )


def triggered_areas(
    instrument: Instrument, offer: Offer, answers_so_far: Mapping[str, int]
) -> frozenset[str]:
    """Return the areas just rated low whose attributes the household would not have been asked."""
    opened = set()
    for item in instrument.items:
        point = answers_so_far.get(item.code)
        if point is None or item.role is not ItemRole.PERFORMANCE or item.area is None:
            continue
        if item.attribute is None and item.area not in offer.attributes:
            scale = instrument.scales[item.scale or ""]
            if point in scale.points[:LOW_POINTS]:
                opened.add(item.area)
    return frozenset(opened)


def is_planned(item: Item, offer: Offer) -> bool:
    """Say whether the item belongs to the planned offer, before any answer."""
    return _is_offered(item, offer, frozenset())


def _is_offered(item: Item, offer: Offer, opened: frozenset[str]) -> bool:
    if not item.in_block:
        return True
    if item.attribute is not None:
        return item.area in offer.attributes or item.area in opened
    if item.area is not None:
        return item.area in offer.tolerance
    return item.code in offer.relationship


def sections_for(
    instrument: Instrument,
    offer: Offer,
    form: str = FULL,
    answers_so_far: Mapping[str, int] | None = None,
) -> tuple[Section, ...]:
    """List the pages of a household's form, each with the items it shows.

    Without `answers_so_far` the pages hold everything planned, conditional items included (for
    paper and for counting pages); with it they hold exactly what is asked now.

    Returns:
        Sections with their items narrowed; a section without items is left out.
    """
    if answers_so_far is None:
        answers_so_far = {
            item.code: 1 for item in instrument.items if item.role is ItemRole.EXPERIENCE
        }
    asked = {item.code for item in offered_items(instrument, offer, answers_so_far, form=form)}
    pages = []
    for section in instrument.sections:
        shown = tuple(code for code in section.items if code in asked)
        if shown:
            pages.append(replace(section, items=shown))
    return tuple(pages)


def promised_minutes(instrument: Instrument, *, areas_offered: int, form: str = FULL) -> int | None:
    """Return the minutes the landing page promises, None when the instrument promises none."""
    if form == ELDER:
        return instrument.elder_minutes
    return instrument.minutes.get(areas_offered)


def field_name(item: Item) -> str:
    """Return the name of the form field that carries an item.

    Ticks share the field of their question (``priority``, ``experience``) and differ by value;
    everything else has a field named by its code.
    """
    return item.code.split(".", 1)[0] if item.kind is ItemKind.TICK else item.code


def field_value(item: Item) -> str:
    """Return the value a ticked item posts: the last part of its code."""
    return item.code.split(".", 1)[1] if item.kind is ItemKind.TICK else ""
