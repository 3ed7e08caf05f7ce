"""The questions of a form as plain data, for pages that are built without a network.

Every home's form is a variant: which areas it is asked in depth. A variant lists its questions
with the condition under which each is asked, because answers decide on the tablet what follows.
"""

from collections.abc import Mapping
from typing import Any

from app.surveys.instrument.flow import (
    ELDER,
    FULL,
    LOW_POINTS,
    Offer,
    field_name,
    field_value,
    sections_for,
)
from app.surveys.instrument.model import PHRASE_MARK, Instrument, Item, ItemKind, ItemRole, Section
from app.web.instrument_forms import Asked, Look, make_form_class

_LIMITS = (ItemRole.ADEQUATE, ItemRole.DESIRED, ItemRole.PERCEIVED)

Data = dict[str, Any]


def fields_of(instrument: Instrument, language: str) -> dict[str, Data]:
    """Return every question that could be asked, by the name of its field."""
    asked = make_form_class(instrument, instrument.items, language).asked
    return {name: _field(instrument, one, language) for name, one in asked.items()}


def variant_of(instrument: Instrument, offer: Offer, language: str) -> dict[str, list[Data]]:
    """Return the sections of one offer in both forms."""
    return {form: _sections(instrument, offer, form, language) for form in (FULL, ELDER)}


def needs_of(instrument: Instrument) -> list[Data]:
    """Return what makes an answer valid: of these fields so many must be answered."""
    pages = {section.id: section.items for section in instrument.sections}
    return [
        {
            "fields": list(
                dict.fromkeys(
                    field_name(instrument.item(code)) for code in pages.get(name, (name,))
                )
            ),
            "least": least,
        }
        for name, least in instrument.valid_needs.items()
    ]


def _field(instrument: Instrument, asked: Asked, language: str) -> Data:
    item = asked.item
    is_about = item.area is not None and (item.role in _LIMITS or item.attribute is not None)
    return {
        "look": asked.look.value,
        "words": _plain(asked.words),
        "hint": _plain(asked.hint),
        "about": instrument.area(item.area).name.plain(language) if is_about and item.area else "",
        "limit": asked.limit,
        "many": asked.look is Look.TICKS,
        "choices": [
            {
                "value": one.value,
                "words": _plain(one.words),
                "hint": _plain(one.hint),
                "alone": one.alone,
                "missing": one.missing,
            }
            for one in asked.choices
        ],
    }


def _sections(instrument: Instrument, offer: Offer, form: str, language: str) -> list[Data]:
    """List what this form can come to ask, whatever is answered."""
    everything = _answers_that_open_all(instrument)
    return [
        {
            "id": section.id,
            "title": section.title.plain(language),
            "text": section.text.plain(language),
            "most": section.at_most,
            "required": section.required,
            "comment": section.kind == "comment",
            "fields": _conditions(instrument, offer, section),
        }
        for section in sections_for(instrument, offer, form, everything)
    ]


def _answers_that_open_all(instrument: Instrument) -> Mapping[str, int]:
    answers: dict[str, int] = {}
    for item in instrument.items:
        if item.kind is ItemKind.TICK:
            answers[item.code] = 1
        elif item.kind is ItemKind.RATE:
            answers[item.code] = instrument.scales[item.scale or ""].points[0]
        elif item.kind is ItemKind.CHOICE:
            answers[item.code] = 1
    return answers


def _conditions(instrument: Instrument, offer: Offer, section: Section) -> list[Data]:
    """Name the fields of a section with the answers that let each be asked.

    A condition is a field and the values of it of which one must be chosen.
    """
    made: dict[str, Data] = {}
    for code in section.items:
        item = instrument.item(code)
        conditions = []
        if item.show_if is not None:
            shown_by = instrument.item(item.show_if)
            conditions.append({"field": field_name(shown_by), "values": [field_value(shown_by)]})
        if item.attribute is not None and item.area not in offer.attributes:
            conditions.append(_rated_low(instrument, item))
        made.setdefault(field_name(item), {"name": field_name(item), "if": conditions})
    return list(made.values())


def _rated_low(instrument: Instrument, item: Item) -> Data:
    """Return the condition that the area of an attribute was rated low."""
    rating = next(
        one
        for one in instrument.items_with_role(ItemRole.PERFORMANCE)
        if one.area == item.area and one.attribute is None
    )
    points = instrument.scales[rating.scale or ""].points[:LOW_POINTS]
    return {"field": field_name(rating), "values": [str(point) for point in points]}


def _plain(text: str) -> str:
    return text.replace(PHRASE_MARK, "")
