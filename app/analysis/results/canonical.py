"""The canonical JSON form of a result: same result, same bytes."""

import json
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
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
    return _canonical(result)


def market_json(result: MarketResult) -> str:
    """Return the canonical JSON of a market-standing study, in the same form as `to_json`.

    Raises:
        ValueError: A number is NaN or infinite.
    """
    return _canonical(result)


def _canonical(result: StudyResult | MarketResult) -> str:
    text = json.dumps(_plain(result), sort_keys=True, separators=(",", ":"), allow_nan=False)
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


def _plain(value: object) -> object:
    """Return what JSON knows: records as objects, floats rounded."""
    if isinstance(value, float):
        return float(f"{value:.12g}") + 0.0  # + 0.0 turns a negative zero into zero
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if is_dataclass(value):
        return {
            name: _plain(getattr(value, name)) for name in _names(cast("Hashable", type(value)))
        }
    return value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def _built(kind: Any, data: Any) -> Any:
    """Return data as an object of a declared type: dataclass, tuple, optional or plain."""
    return _reader(kind)(data)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Return what reads one declared type; made once a type, for results hold it thousandfold."""
    if get_origin(kind) is UnionType:
        return _optional(next(one for one in get_args(kind) if one is not NoneType))
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind))
    if get_origin(kind) is dict:
        return _mapping(get_args(kind)[1])
    if is_dataclass(kind):
        return _record(cast("type", kind))
    return float if kind is float else _as_it_is


def _as_it_is(data: Any) -> Any:
    return data


def _optional(kind: Any) -> Callable[[Any], Any]:
    read = _reader(kind)
    return lambda data: None if data is None else read(data)


def _mapping(kind: Any) -> Callable[[Any], Any]:
    read = _reader(kind)
    return lambda data: {str(key): read(one) for key, one in data.items()}


def _record(kind: type) -> Callable[[Any], Any]:
    readers = {name: _reader(hint) for name, hint in _hints(kind).items()}

    def read(data: Any) -> Any:
        if not isinstance(data, dict) or not data.keys() <= readers.keys():
            raise ValueError(str(kind))
        return kind(**{name: readers[name](one) for name, one in data.items()})

    return read


def _tuple(inner: tuple[Any, ...]) -> Callable[[Any], Any]:
    """Return what reads a tuple of one type and any length, or of one type a place."""
    is_long = len(inner) == 2 and inner[1] is Ellipsis
    readers = [_reader(one) for one in (inner[:1] if is_long else inner)]

    def read(data: Any) -> Any:
        if not isinstance(data, list):
            raise TypeError(str(inner))
        if is_long:
            return tuple(map(readers[0], data))
        return tuple(one(value) for one, value in zip(readers, data, strict=True))

    return read


@cache
def _hints(kind: type) -> dict[str, Any]:
    known = get_type_hints(kind)
    return {one.name: known[one.name] for one in fields(kind)}
