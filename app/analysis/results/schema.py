"""The published JSON Schema of a result, made from its dataclasses so that it cannot differ."""

import re
from dataclasses import fields, is_dataclass
from inspect import getdoc
from types import NoneType, UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from app.analysis.results.study import SCHEMA, StudyResult

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: dict[object, str] = {bool: "boolean", int: "integer", float: "number", str: "string"}
_ENTRY = re.compile(r"^    (\S[^:]*): (.*)$")


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the canonical JSON of a `StudyResult`.

    Every field is required, because `canonical.to_json` writes all of them; the descriptions are
    those of the classes.

    Source: ours, see docs/study-json.md.
    """
    definitions: dict[str, Any] = {}
    study = _of_class(StudyResult, definitions)
    study["properties"]["schema"]["const"] = SCHEMA
    return {
        "$schema": _DIALECT,
        "$id": f"urn:{SCHEMA.replace('/', ':')}",
        **study,
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }


def _of_class(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    """Describe a dataclass as an object; what it holds goes to the definitions."""
    hints = get_type_hints(kind)
    said = described_fields(kind)
    names = [one.name for one in fields(cast("Any", kind))]
    properties = {}
    for name in names:
        properties[name] = _of(hints[name], definitions)
        if name in said:
            properties[name]["description"] = said[name]
    return {
        "title": kind.__name__,
        "description": (getdoc(kind) or "").split("\n", 1)[0],
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": False,
    }


def _of(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """Describe one declared type."""
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    origin, inner = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return _of_union(inner, definitions)
    if origin is tuple:
        return _of_tuple(inner, definitions)
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(inner[1], definitions)}
    if is_dataclass(kind):
        name = cast("type", kind).__name__
        if name not in definitions:
            definitions[name] = {}
            definitions[name] = _of_class(cast("type", kind), definitions)
        return {"$ref": f"#/$defs/{name}"}
    return {}


def _of_union(inner: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    choices = [_of(one, definitions) for one in inner if one is not NoneType]
    if NoneType not in inner:
        return {"anyOf": choices}
    if len(choices) == 1 and set(choices[0]) == {"type"}:
        return {"type": [choices[0]["type"], "null"]}
    return {"anyOf": [*choices, {"type": "null"}]}


def _of_tuple(inner: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    if len(inner) == 2 and inner[1] is Ellipsis:
        return {"type": "array", "items": _of(inner[0], definitions)}
    return {
        "type": "array",
        "prefixItems": [_of(one, definitions) for one in inner],
        "minItems": len(inner),
        "maxItems": len(inner),
    }


def described_fields(kind: type) -> dict[str, str]:
    """Return what the "Attributes" part of a class's docstring says about each field.

    Source: ours, see docs/study-json.md.
    """
    _, _, part = (getdoc(kind) or "").partition("Attributes:\n")
    said: dict[str, str] = {}
    names: list[str] = []
    for line in part.splitlines():
        entry = _ENTRY.match(line)
        if entry is not None:
            names = [name.strip() for name in entry[1].split(",")]
            said.update(dict.fromkeys(names, entry[2].strip()))
        elif line.startswith("     ") and line.strip():
            said.update({name: f"{said[name]} {line.strip()}" for name in names})
        else:
            names = []
    return said
