"""What a checked YAML file lacks, as problems with their lines."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from app.surveys.instrument.problems import Problem, nearest_mark, path_text
from app.surveys.instrument.yamltree import Tree

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


def in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return problems by line, each once, and not more than anybody reads."""
    unique = {(p.line, p.column, p.path, p.code): p for p in problems}
    return tuple(unique[key] for key in sorted(unique))[:_MOST_PROBLEMS]


def translate(error: ValidationError, tree: Tree, kind: type[BaseModel]) -> list[Problem]:
    """Return what pydantic refuses as problems of the file.

    Args:
        error: What was refused.
        tree: The file as read.
        kind: The shape that was expected; its keys are offered where one is misspelt.
    """
    problems = []
    for found in error.errors(include_url=False):
        parts = [part for part in found["loc"] if part != "[key]"]
        path = path_text(
            [p if _is_index(tree, parts[:i], p) else str(p) for i, p in enumerate(parts)]
        )
        code = _CODES.get(found["type"], "wrong_value")
        data = _data(code, found, str(parts[-1]) if parts else "", kind)
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


def _data(code: str, found: Any, key: str, kind: type[BaseModel]) -> dict[str, str | int]:
    """Pick the words and numbers a message needs out of what pydantic reports."""
    context = found.get("ctx", {})
    given = found.get("input")
    data: dict[str, str | int] = {"word": given[:40] if isinstance(given, str) else key}
    if code == "missing_key":
        data = {"key": key}
    elif code == "unknown_key":
        close = get_close_matches(key, _known_keys(kind), n=1)
        data = {"word": key[:40], **({"nearest": close[0]} if close else {})}
    elif code == "unknown_word":
        data["allowed"] = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
    elif code in ("too_long", "too_many_entries"):
        data["limit"] = int(context["max_length"])
    elif code == "out_of_range":
        least = "ge" in context
        limit = context["ge" if least else "le"]
        data = {"limit": limit if isinstance(limit, int) else f"{limit:g}"}
        data["side"] = ">=" if least else "<="
    elif code == "wrong_value":
        data = {"reason": str(found["msg"])}
    return data


def _known_keys(kind: type[BaseModel]) -> list[str]:
    """List every key of the file format, for "did you mean"."""
    keys: set[str] = set()
    definitions = kind.model_json_schema(by_alias=True)
    for part in (definitions, *definitions.get("$defs", {}).values()):
        keys.update(part.get("properties", {}))
    return sorted(keys)
