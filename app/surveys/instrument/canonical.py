"""Canonical JSON of an instrument and its SHA-256: the identity of a version.

Fields that hold their default are left out, so that a field added to the model later does not
change the digest of an instrument published before. Whatever has an order (areas, items, missing
answers) is a list; keys are sorted; no spaces. Reading it back needs neither YAML nor pydantic.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from app.surveys.instrument.model import (
    Area,
    Attribute,
    BlockDesign,
    Instrument,
    Item,
    ItemKind,
    ItemRole,
    Option,
    Scale,
    Section,
    Text,
)

FORMAT = "linsheng-instrument/1"

_Json = dict[str, Any]


def canonical_json(instrument: Instrument) -> str:
    """Return the one text that stands for this instrument."""
    data = _record(instrument) | {"format": FORMAT}
    data["scales"] = [_record(scale) for scale in instrument.scales.values()]
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(instrument: Instrument) -> str:
    """Return the SHA-256 of the canonical JSON in hexadecimal."""
    return hashlib.sha256(canonical_json(instrument).encode()).hexdigest()


def from_canonical(text: str) -> Instrument:
    """Read an instrument back from its canonical JSON.

    Raises:
        ValueError: The text is not canonical JSON of this format.
    """
    data = json.loads(text)
    if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
        raise ValueError("format")
    try:
        return _Reader(tuple(data["languages"])).instrument(data)
    except (KeyError, TypeError) as error:
        raise ValueError("content") from error


def _record(thing: Any) -> _Json:
    """Write a dataclass as a mapping, without the fields that hold their default."""
    data: _Json = {}
    for one in fields(thing):
        value = getattr(thing, one.name)
        default = one.default_factory() if one.default_factory is not MISSING else one.default
        if value != default:
            data[one.name] = _value(value)
    return data


def _value(value: Any) -> Any:
    if isinstance(value, Text):
        return dict(value.by_language)
    if isinstance(value, Mapping):
        return [[key, _value(one)] for key, one in value.items()]
    if isinstance(value, tuple):
        return [_value(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return _record(value)
    return value


class _Reader:
    """Builds the parts back; texts get their languages in the order of the instrument."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self._languages = languages

    def text(self, words: Mapping[str, str]) -> Text:
        known = {code: words[code] for code in self._languages if code in words}
        return Text(known if len(known) == len(words) else known | dict(words))

    def texts(self, pairs: list[Any]) -> dict[Any, Text]:
        return {key: self.text(words) for key, words in pairs}

    def scale(self, data: _Json) -> Scale:
        return Scale(
            code=data["code"],
            points=tuple(data["points"]),
            labels=self.texts(data.get("labels", [])),
            satisfied=tuple(data.get("satisfied", ())),
            missing=self.texts(data.get("missing", [])),
        )

    def area(self, data: _Json) -> Area:
        changed = {
            "name": self.text(data["name"]),
            "hint": self.text(data["hint"]),
            "attributes": tuple(self.attribute(one) for one in data.get("attributes", ())),
        }
        return Area(**(data | changed))

    def attribute(self, data: _Json) -> Attribute:
        changed = {"text": self.text(data["text"]), "departments": tuple(data["departments"])}
        return Attribute(**(data | changed))

    def item(self, data: _Json) -> Item:
        changed: _Json = {
            "kind": ItemKind(data["kind"]),
            "role": ItemRole(data["role"]),
            "text": self.text(data["text"]),
        }
        if "options" in data:
            changed["options"] = tuple(
                Option(one["code"], self.text(one["text"])) for one in data["options"]
            )
        if "hint" in data:
            changed["hint"] = self.text(data["hint"])
        return Item(**(data | changed))

    def section(self, data: _Json) -> Section:
        changed: _Json = {
            "title": self.text(data["title"]),
            "text": self.text(data["text"]),
            "items": tuple(data["items"]),
        }
        if "hint" in data:
            changed["hint"] = self.text(data["hint"])
        return Section(**(data | changed))

    def instrument(self, data: _Json) -> Instrument:
        blocks = data.get("blocks")
        changed: _Json = {
            "languages": self._languages,
            "title": self.text(data["title"]),
            "minutes": dict(data["minutes"]),
            "scales": {one["code"]: self.scale(one) for one in data["scales"]},
            "areas": tuple(self.area(one) for one in data["areas"]),
            "blocks": None if blocks is None else _blocks(blocks),
            "sections": tuple(self.section(one) for one in data["sections"]),
            "items": tuple(self.item(one) for one in data["items"]),
            "valid_needs": dict(data.get("valid_needs", [])),
            "texts": self.texts(data.get("texts", [])),
            "departments": self.texts(data.get("departments", [])),
        }
        return Instrument(**(data | changed))


def _blocks(data: _Json) -> BlockDesign:
    return BlockDesign(
        blocks=tuple(tuple(block) for block in data["blocks"]),
        sizes=tuple((bound, offered) for bound, offered in data["sizes"]),
    )
