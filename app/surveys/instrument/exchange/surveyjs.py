"""An instrument as the JSON of SurveyJS (survey-core 2), for embedding; there is no way back."""

import json
from collections.abc import Sequence
from typing import Any

from app.surveys.instrument.answers import MAX_NUMBER, MAX_TEXT
from app.surveys.instrument.exchange.languages import SURVEYJS
from app.surveys.instrument.exchange.limesurvey_out import what_is_lost
from app.surveys.instrument.exchange.losses import Level, Loss
from app.surveys.instrument.exchange.wording import with_breaks
from app.surveys.instrument.flow import field_name, field_value
from app.surveys.instrument.model import Instrument, Item, ItemKind, ItemRole, Section, Text

_MOST_WORDED = 7  # longer scales are rows of numbers, with words at both ends
_DEFAULT = "en"  # what SurveyJS calls "default"
Json = dict[str, Any]


def surveyjs(instrument: Instrument) -> tuple[str, tuple[Loss, ...]]:
    """Write an instrument for SurveyJS.

    Returns:
        The JSON text, and what it cannot say.
    """
    writer = _Writer(instrument)
    text = json.dumps(writer.survey(), ensure_ascii=False, indent=2)
    losses = what_is_lost(instrument)
    if any(item.role is ItemRole.ADEQUATE for item in instrument.items):
        losses.append(Loss(Level.LOST, "order_lost"))
    return f"{text}\n", tuple(losses)


class _Writer:
    """Writes pages and their elements."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._items = {item.code: item for item in instrument.items}

    def survey(self) -> Json:
        """Return the survey."""
        main = self._instrument.languages[0]
        return {
            "locale": _locale(main),
            "title": self._words(self._instrument.title),
            "showQuestionNumbers": "off",
            "pages": [self._page(section) for section in self._instrument.sections],
        }

    def _words(self, text: Text) -> Json | str:
        """Return a text by locale; English is the default where it is spoken."""
        found = {
            _locale(language): with_breaks(words)
            for language, words in text.by_language.items()
            if words
        }
        if "default" not in found and found:
            found = {"default": next(iter(found.values())), **found}
        return found

    def _page(self, section: Section) -> Json:
        items = [self._items[code] for code in section.items]
        page: Json = {"name": section.id, "title": self._words(section.title)}
        carries = bool(items) and (
            items[0].kind is ItemKind.TICK or items[0].role is ItemRole.OVERALL
        )
        if not carries:
            lines = [section.text] if section.hint is None else [section.text, section.hint]
            page["description"] = self._words(_joined(lines))
        shared = {item.show_if for item in items}
        if len(shared) == 1 and items[0].show_if in self._items:
            page["visibleIf"] = self._condition(items[0])
        page["elements"] = self._elements(section, items)
        return page

    def _elements(self, section: Section, items: Sequence[Item]) -> list[Json]:
        if section.kind == "tolerance":
            return [self._panel(section, area, items) for area in _areas(items)]
        if section.kind in ("ticks", "pick"):
            return [self._ticks(section, items)]
        required = section.required and len(items) == 1
        shared = {item.show_if for item in items}
        elements = [self._question(item) for item in items]
        for element, item in zip(elements, items, strict=True):
            if len(shared) > 1 and item.show_if in self._items:
                element["visibleIf"] = self._condition(item)
            if item.role is ItemRole.OVERALL and section.hint is not None:
                element["description"] = self._words(section.hint)
            if required:
                element["isRequired"] = True
        return elements

    def _panel(self, section: Section, area: str, items: Sequence[Item]) -> Json:
        return {
            "type": "panel",
            "name": f"{section.id}_{area}",
            "title": self._words(self._instrument.area(area).name),
            "elements": [self._question(item) for item in items if item.area == area],
        }

    def _ticks(self, section: Section, items: Sequence[Item]) -> Json:
        element: Json = {
            "type": "checkbox",
            "name": field_name(items[0]),
            "title": self._words(section.text),
            "choices": [
                {"value": field_value(item), "text": self._words(item.text)}
                | ({"isExclusive": True} if item.exclusive else {})
                for item in items
            ],
        }
        if section.hint is not None:
            element["description"] = self._words(section.hint)
        if section.at_most is not None:
            element["maxSelectedChoices"] = section.at_most
        if section.required:
            element["isRequired"] = True
        return element

    def _question(self, item: Item) -> Json:
        element: Json = {"type": "text", "name": item.code, "title": self._words(item.text)}
        if item.hint is not None and any(item.hint.by_language.values()):
            element["description"] = self._words(item.hint)
        if item.kind is ItemKind.RATE:
            return element | self._scale(item)
        if item.kind is ItemKind.CHOICE:
            choices = [{"value": one.code, "text": self._words(one.text)} for one in item.options]
            return element | {"type": "radiogroup", "choices": choices}
        if item.role is ItemRole.COMMENT:
            return element | {"type": "comment", "maxLength": MAX_TEXT}
        return element | {"maxLength": MAX_NUMBER}

    def _scale(self, item: Item) -> Json:
        """Return a row of numbers, or a list where points have words or an answer is none."""
        scale = self._instrument.scales.get(item.scale or "")
        if scale is None:
            return {"type": "rating"}
        ends = (scale.points[0], scale.points[-1])
        if not scale.missing and len(scale.points) > _MOST_WORDED:
            named = zip(("minRateDescription", "maxRateDescription"), ends, strict=True)
            words = {
                key: self._words(scale.labels[end]) for key, end in named if end in scale.labels
            }
            return {"type": "rating", "rateValues": list(scale.points), **words}
        points = [self._choice(point, scale.labels.get(point)) for point in scale.points]
        missing = [self._choice(code, text) for code, text in scale.missing.items()]
        return {"type": "radiogroup", "choices": [*points, *missing]}

    def _choice(self, value: str | int, text: Text | None) -> Json | str | int:
        return value if text is None else {"value": value, "text": self._words(text)}

    def _condition(self, item: Item) -> str:
        needed = self._items[item.show_if or ""]
        return f"{{{field_name(needed)}}} contains '{field_value(needed)}'"


def _areas(items: Sequence[Item]) -> list[str]:
    return list(dict.fromkeys(item.area or "" for item in items))


def _locale(language: str) -> str:
    return "default" if language == _DEFAULT else SURVEYJS.get(language, language)


def _joined(texts: Sequence[Text]) -> Text:
    languages = texts[0].by_language
    return Text(
        {code: "\n".join(one.by_language.get(code, "") for one in texts) for code in languages}
    )
