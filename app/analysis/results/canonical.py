"""The canonical JSON form of a result: same result, same bytes."""

import json
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from app.analysis.results.market import MarketResult
from app.analysis.results.study import OLDER_SCHEMAS, SCHEMA, StudyResult


class SchemaError(ValueError):
    """A stored result has another version than this code reads.

    Attributes:
        found: The version in the file; empty when there is none.
    """

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


class DamagedResultError(ValueError):
    """A stored result is not JSON, or lacks a field, or has one too many."""


def to_json(result: StudyResult) -> str:
    """Return the canonical JSON of a result: same result, same bytes.

    Keys are sorted, floats are rounded to 12 significant digits, there is no white space but a
    final newline, and the text is ASCII.

    Raises:
        ValueError: A number is NaN or infinite.
    """
    return _canonical(asdict(result))


def market_json(result: MarketResult) -> str:
    """Return the canonical JSON of a market-standing study, in the same form as `to_json`.

    Raises:
        ValueError: A number is NaN or infinite.
    """
    return _canonical(asdict(result))


def _canonical(data: dict[str, Any]) -> str:
    text = json.dumps(_rounded(data), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text + "\n"


def from_json(text: str) -> StudyResult:
    """Return the result of a canonical JSON text.

    A text of version 1 is read as what it is in this version: the sections that came later say
    nothing in it, and writing it again gives the present form.

    Raises:
        SchemaError: The text is of a version this code does not read.
        DamagedResultError: The text is not JSON, or not a result.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise DamagedResultError from error
    found = data.get("schema", "") if isinstance(data, dict) else ""
    if found not in (SCHEMA, *OLDER_SCHEMAS):
        raise SchemaError(str(found))
    try:
        return cast("StudyResult", _built(StudyResult, {**data, "schema": SCHEMA}))
    except (TypeError, ValueError) as error:
        raise DamagedResultError from error


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.12g}") + 0.0  # + 0.0 turns a negative zero into zero
    if isinstance(value, dict):
        return {str(key): _rounded(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(one) for one in value]
    return value


def _built(kind: Any, data: Any) -> Any:
    """Return data as an object of a declared type: dataclass, tuple, optional or plain."""
    if get_origin(kind) is UnionType:
        choices = [choice for choice in get_args(kind) if choice is not NoneType]
        return None if data is None else _built(choices[0], data)
    if get_origin(kind) is tuple:
        return _built_tuple(get_args(kind), data)
    if get_origin(kind) is dict:
        return {str(key): _built(get_args(kind)[1], one) for key, one in data.items()}
    if is_dataclass(kind):
        hints = _hints(cast("type", kind))
        if not isinstance(data, dict) or not data.keys() <= hints.keys():
            raise ValueError(str(kind))
        return cast("type", kind)(**{name: _built(hints[name], one) for name, one in data.items()})
    if kind is float:
        return float(data)
    return data


def _built_tuple(inner: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
    """Return a tuple of one type and any length, or of one type a place."""
    if not isinstance(data, list):
        raise TypeError(str(inner))
    if len(inner) == 2 and inner[1] is Ellipsis:
        return tuple(_built(inner[0], one) for one in data)
    return tuple(_built(one, value) for one, value in zip(inner, data, strict=True))


@cache
def _hints(kind: type) -> dict[str, Any]:
    known = get_type_hints(kind)
    return {one.name: known[one.name] for one in fields(kind)}
