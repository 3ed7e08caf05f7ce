"""An instrument as the data of its file: what `load` reads again to the same instrument.

Whatever only the file had (comments, order of keys) is gone; the instrument is the same to the
digest.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.surveys.instrument.exchange.wording import find_wording
from app.surveys.instrument.model import (
    Area,
    Attribute,
    Instrument,
    Item,
    ItemKind,
    ItemRole,
    Option,
    Scale,
    Section,
    Text,
)

Data = dict[str, Any]
NO_PREFIX = frozenset({ItemRole.LOYALTY, ItemRole.NOTICED})
_CONTACT = "contact"


def instrument_data(instrument: Instrument, columns: Mapping[str, object] | None = None) -> Data:
    """Return the data of an instrument file.

    Args:
        instrument: The instrument.
        columns: Column map of an external data file, which is no part of the instrument.
    """
    data: Data = {
        "instrument": instrument.code,
        "version": instrument.version,
        "kind": instrument.kind,
        "languages": list(instrument.languages),
        "title": words(instrument.title),
    }
    if instrument.minutes:
        data["minutes"] = {"areas": dict(instrument.minutes)}
        if instrument.elder_minutes is not None:
            data["minutes"]["elder"] = instrument.elder_minutes
    _put(data, "valid_needs", dict(instrument.valid_needs))
    _put(data, "texts", {code: words(text) for code, text in instrument.texts.items()})
    _put(data, "departments", {code: words(text) for code, text in instrument.departments.items()})
    data["scales"] = {code: _scale(scale) for code, scale in instrument.scales.items()}
    _put(data, "areas", [_area(area) for area in instrument.areas])
    _put(data, "blocks", _blocks(instrument))
    items = {item.code: item for item in instrument.items}
    data["sections"] = [
        _section(instrument, section, [items[code] for code in section.items])
        for section in instrument.sections
    ]
    _put(data, "columns", dict(columns or {}))
    return data


def words(text: Text) -> dict[str, str]:
    """Return a text by language."""
    return dict(text.by_language)


def question_code(item: Item) -> str:
    """Return the code a question has in its section."""
    if item.role in NO_PREFIX:
        return item.code
    return item.code.removeprefix(f"{item.role.value}.")


def _put(data: Data, key: str, value: Any) -> None:
    if value:
        data[key] = value


def _scale(scale: Scale) -> Data:
    data: Data = {"points": list(scale.points)}
    _put(data, "labels", {point: words(text) for point, text in scale.labels.items()})
    _put(data, "satisfied", list(scale.satisfied))
    _put(data, "missing", {code: words(text) for code, text in scale.missing.items()})
    return data


def _area(area: Area) -> Data:
    data: Data = {"code": area.code, "name": words(area.name)}
    if any(area.hint.by_language.values()):
        data["hint"] = words(area.hint)
    _put(data, "department", area.department)
    _put(data, "attributes", [_attribute(one) for one in area.attributes])
    return data


def _attribute(attribute: Attribute) -> Data:
    data: Data = {
        "code": attribute.code,
        "text": words(attribute.text),
        "factor": attribute.factor,
        "element": attribute.element,
        "complaint_class": attribute.complaint_class,
        "departments": list(attribute.departments),
    }
    _put(data, "show_if", attribute.show_if)
    return data


def _blocks(instrument: Instrument) -> Data | None:
    design = instrument.blocks
    if design is None:
        return None
    number = {area.code: place for place, area in enumerate(instrument.areas, 1)}
    return {
        "design": [[number[code] for code in block] for block in design.blocks],
        "offered": [
            {"areas": areas} if bound is None else {"under": bound, "areas": areas}
            for bound, areas in design.sizes
        ],
    }


def _section(instrument: Instrument, section: Section, items: Sequence[Item]) -> Data:
    data: Data = {"id": section.id, **_asking(instrument, section, items)}
    data["title"] = words(section.title)
    data["text"] = words(section.text)
    if section.hint is not None:
        data["hint"] = words(section.hint)
    data |= _details(instrument, section, items)
    _put(data, "offer", section.rotate)
    if section.required:
        data["required"] = True
    if not section.elder:
        data["elder"] = False
    return data


def _asking(instrument: Instrument, section: Section, items: Sequence[Item]) -> Data:
    """Return what a section asks and measures, found in the items it made."""
    if section.kind == "pick":
        return {"ask": {"pick": "areas", "up to": section.at_most}, "measures": "importance"}
    if not items:  # a section of areas in an instrument without any
        scale = next(iter(instrument.scales), "")
        return {"ask": {"rate": "areas", "on": scale}, "measures": "performance"}
    if section.kind == "tolerance":
        roles = list(dict.fromkeys(item.role.value for item in items))
        scales = {item.role.value: item.scale for item in items if item.scale}
        return {"ask": {"rate": "offered areas", "on": scales}, "measures": roles}
    role = items[0].role
    plain = {"ticks": {"tick": "options"}, "choices": {"choose": "questions"}}
    ask: Data = {**plain, "comment": {"write": "comments"}}.get(section.kind) or _rating(items[0])
    return {"ask": ask, "measures": "comment" if section.kind == "comment" else role.value}


def _rating(first: Item) -> Data:
    if first.role is ItemRole.OVERALL:
        return {"rate": "overall", "on": first.scale}
    if first.role is ItemRole.PERFORMANCE:
        return {"rate": "areas" if first.attribute is None else "attributes", "on": first.scale}
    return {"rate": "statements"}


def _details(instrument: Instrument, section: Section, items: Sequence[Item]) -> Data:
    """Return what stands in a section besides its question."""
    data: Data = {}
    if section.kind == "ticks":
        data["options"] = [_tick(item) for item in items]
    elif section.kind == "tolerance":
        _put(data, "wording", _wordings(instrument, items))
    elif section.kind == "comment":
        data["questions"] = [_question(one) for one in items if one.role is ItemRole.COMMENT]
        _put(data, _CONTACT, _contact([one for one in items if one.role is ItemRole.CONTACT]))
    elif section.kind == "choices" or _are_statements(items):
        data["questions"] = [_question(item) for item in items]
        condition = items[0].show_if
        if condition is not None:
            data["show_if"] = condition.removeprefix("experience.")
    return data


def _are_statements(items: Sequence[Item]) -> bool:
    roles = (ItemRole.HANDLING, ItemRole.RELATIONSHIP, ItemRole.LOYALTY)
    return bool(items) and items[0].role in roles


def _tick(item: Item) -> Data:
    data: Data = {"code": item.code.removeprefix("experience."), "text": words(item.text)}
    if item.exclusive:
        data["exclusive"] = True
    return data


def _question(item: Item) -> Data:
    data: Data = {"code": question_code(item), "text": words(item.text)}
    if item.hint is not None:
        data["hint"] = words(item.hint)
    if item.kind is ItemKind.RATE:
        data["on"] = item.scale
    _put(data, "options", [_option(one) for one in item.options])
    if item.reverse:
        data["reverse"] = True
    if not item.elder:
        data["elder"] = False
    return data


def _option(option: Option) -> Data:
    return {"code": option.code, "text": words(option.text)}


def _wordings(instrument: Instrument, items: Sequence[Item]) -> Data:
    """Return the question of each role with ``{area}`` in the place of the name."""
    found = {}
    for role in dict.fromkeys(item.role for item in items):
        pairs = [
            (words(instrument.area(item.area or "").name), words(item.text))
            for item in items
            if item.role is role
        ]
        found[role.value] = find_wording(pairs)[0]
    return found


def _contact(items: Sequence[Item]) -> Data:
    data: Data = {}
    for item in items:
        if item.code == _CONTACT:
            data["text"] = words(item.text)
            if item.hint is not None:
                data["hint"] = words(item.hint)
            data |= {option.code: words(option.text) for option in item.options}
            continue
        part: Data = {"text": words(item.text)}
        _put(part, "options", [_option(one) for one in item.options])
        data[item.code.removeprefix(f"{_CONTACT}.")] = part
    return data
