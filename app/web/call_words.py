"""Words of a call-back that pages of customers and of staff share; knows no staff code."""

from dataclasses import replace
from datetime import date

from babel.dates import format_date

from app.i18n import current_language
from app.i18n import gettext as _
from app.service.callbacks.questions import Asked
from app.service.repairs.models import Place, Thing
from app.surveys.instrument.model import Instrument, Item, Text

_DATES = {
    "zh-Hans": ("zh_Hans", "M月d日"),
    "zh-Hant": ("zh_Hant", "M月d日"),
    "en": ("en", "d MMMM"),
}


def thing_words(thing: Thing | None) -> str:
    """Return what was repaired, as it stands within a question."""
    return {
        Thing.WATER: _("pipes, taps or drains"),
        Thing.POWER: _("sockets, lights or switches"),
        Thing.DOORS: _("doors, windows or locks"),
        Thing.WALLS: _("walls, tiles or floors"),
        Thing.LEAK: _("a leak"),
        Thing.FACADE: _("the outer wall"),
        Thing.LIFT: _("the lift"),
        Thing.ACCESS: _("the entry system"),
        Thing.FIRE: _("fire equipment"),
        Thing.PUBLIC: _("common facilities"),
        Thing.PAID: _("what you had ordered"),
    }.get(thing or Thing.OTHER, _("something"))


def place_words(place: Place | None) -> str:
    """Return where it was repaired, as it stands within a question."""
    return {
        Place.COMMON: _("the common parts"),
        Place.FACADE: _("the outside of the building"),
        Place.ROOF: _("the roof"),
    }.get(place or Place.HOME, _("your home"))


def day_words(day: date) -> str:
    """Return a day without its year."""
    locale, form = _DATES[current_language()]
    return format_date(day, form, locale=locale)


def filled(instrument: Instrument, values: dict[str, str]) -> tuple[Item, ...]:
    """Return the questions with what they are about put in.

    Args:
        instrument: The questions.
        values: ``date``, ``place``, ``thing``, ``topic``: the words of the moment.
    """
    return tuple(replace(item, text=_filled(item.text, values)) for item in instrument.items)


def repair_values(day: date, place: Place | None, thing: Thing | None) -> dict[str, str]:
    """Return what the questions after a repair are filled with."""
    return {"date": day_words(day), "place": place_words(place), "thing": thing_words(thing)}


def complaint_values(day: date, topic: tuple[str, str] | None) -> dict[str, str]:
    """Return what the questions after a complaint are filled with."""
    chinese, english = topic or ("", "")
    words = english if current_language() == "en" else chinese
    return {"date": day_words(day), "topic": words or _("your matter")}


def said_words(asked: Asked, values: dict[str, str | int], language: str) -> list[tuple[str, str]]:
    """Return questions and what was answered, in words."""
    found = []
    for item in asked.instrument.items:
        value = values.get(item.code)
        if value is None:
            continue
        title = _bare(item.text.plain(language))
        if item.scale is not None:
            label = asked.instrument.scales[item.scale].labels[int(value)].plain(language)
        else:
            label = next(one.text.plain(language) for one in item.options if one.code == value)
        found.append((title, label))
    return found


def _bare(text: str) -> str:
    """Return a question without what it was filled with."""
    for name in ("date", "place", "thing", "topic"):
        text = text.replace(f"{{{name}}}", "…")
    return text


def _filled(text: Text, values: dict[str, str]) -> Text:
    if "{" not in next(iter(text.by_language.values())):
        return text
    return Text({language: _put(words, values) for language, words in text.by_language.items()})


def _put(words: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        words = words.replace(f"{{{name}}}", value)
    return words
