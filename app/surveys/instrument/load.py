"""Instrument files: YAML text to a frozen instrument, or every problem with its line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from app.surveys.instrument.build import build_instrument, refuse_repeats
from app.surveys.instrument.draft import Draft
from app.surveys.instrument.model import Instrument, Text
from app.surveys.instrument.problems import (
    InstrumentError,
    Position,
    Problem,
    nearest_mark,
    path_text,
)
from app.surveys.instrument.spec import InstrumentSpec
from app.surveys.instrument.yamltree import Tree, read_tree

# What pydantic calls a mistake, and what we call it.
_CODES = {
    "missing": "missing_key",
    "extra_forbidden": "unknown_key",
    "literal_error": "unknown_word",
    "string_pattern_mismatch": "bad_code",
    "string_too_short": "empty",
    "too_short": "empty",
    "string_too_long": "too_long",
    "too_long": "too_many_entries",
    "string_type": "need_text",
    "int_type": "need_number",
    "bool_type": "need_yes_no",
    "list_type": "need_list",
    "dict_type": "need_mapping",
    "model_type": "need_mapping",
    "model_attributes_type": "need_mapping",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
}
_MOST_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class LoadedInstrument:
    """An instrument with the place of everything in its file.

    Attributes:
        name: Name of the file, for messages.
        instrument: The instrument.
        columns: Column map of an external data file as written; empty when there is none.
        marks: Line and column (from 1) by path, e.g. ``areas[2].code``.
        texts: Every text of the file by its path.
        sources: Path of the entry that makes each item.
    """

    name: str
    instrument: Instrument
    columns: Mapping[str, object]
    marks: Mapping[str, Position]
    texts: Mapping[str, Text]
    sources: Mapping[str, str]


def load_instrument(text: str, name: str) -> LoadedInstrument:
    """Read an instrument file.

    Args:
        text: The YAML text.
        name: Name of the file, for messages only.

    Returns:
        The instrument, complete in form; `check.check_instrument` says whether it makes sense.

    Raises:
        InstrumentError: The file is no instrument; carries all problems found, by line.
    """
    tree = read_tree(text)
    if tree.problems:
        raise InstrumentError(_sorted(tree.problems))
    try:
        spec = InstrumentSpec.model_validate(tree.data)
    except ValidationError as error:
        raise InstrumentError(_sorted(_translate(error, tree))) from error
    draft = Draft(spec, tree.marks)
    refuse_repeats(draft)
    if draft.problems:  # everything built on a repeated name would only repeat the complaint
        raise InstrumentError(_sorted(draft.problems))
    instrument = build_instrument(draft)
    if draft.problems:
        raise InstrumentError(_sorted(draft.problems))
    return LoadedInstrument(
        name=name,
        instrument=instrument,
        columns=MappingProxyType(dict(spec.columns)),
        marks=MappingProxyType(tree.marks),
        texts=MappingProxyType(draft.texts),
        sources=MappingProxyType(draft.sources),
    )


def _sorted(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    unique = {(p.line, p.column, p.path, p.code): p for p in problems}
    return tuple(unique[key] for key in sorted(unique))[:_MOST_PROBLEMS]


def _translate(error: ValidationError, tree: Tree) -> list[Problem]:
    problems = []
    for found in error.errors(include_url=False):
        parts = [part for part in found["loc"] if part != "[key]"]
        path = path_text(
            [p if _is_index(tree, parts[:i], p) else str(p) for i, p in enumerate(parts)]
        )
        code = _CODES.get(found["type"], "wrong_value")
        data = _data(code, found, str(parts[-1]) if parts else "")
        if code == "unknown_key" and "nearest" not in data:
            code = "stray_key"
        problems.append(Problem(path, *nearest_mark(tree.marks, path), code, data))
    return problems


def _is_index(tree: Tree, parts: Sequence[str | int], part: str | int) -> bool:
    """Tell a position in a list from a number that is the key of a mapping."""
    place: Any = tree.data
    for step in parts:
        try:
            place = place[step]
        except (KeyError, IndexError, TypeError):
            return False
    return isinstance(place, list) and isinstance(part, int)


def _data(code: str, found: Any, key: str) -> dict[str, str | int]:
    """Pick the words and numbers a message needs out of what pydantic reports."""
    context = found.get("ctx", {})
    given = found.get("input")
    data: dict[str, str | int] = {"word": given[:40] if isinstance(given, str) else key}
    if code == "missing_key":
        data = {"key": key}
    elif code == "unknown_key":
        close = get_close_matches(key, _known_keys(), n=1)
        data = {"word": key[:40], **({"nearest": close[0]} if close else {})}
    elif code == "unknown_word":
        data["allowed"] = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
    elif code in ("too_long", "too_many_entries"):
        data["limit"] = int(context["max_length"])
    elif code == "out_of_range":
        least = "ge" in context
        data = {"limit": int(context["ge" if least else "le"]), "side": ">=" if least else "<="}
    elif code == "wrong_value":
        data = {"reason": str(found["msg"])}
    return data


def _known_keys() -> list[str]:
    """List every key of the file format, for "did you mean"."""
    keys: set[str] = set()
    definitions = InstrumentSpec.model_json_schema(by_alias=True)
    for part in (definitions, *definitions["$defs"].values()):
        keys.update(part.get("properties", {}))
    return sorted(keys)
