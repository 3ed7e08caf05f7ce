"""Signals, reasons and scores to JSON and back. Pure."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from app.surveys.integrity.facts import Measured
from app.surveys.integrity.score import Reason

_DIGITS = 6


def write_signals(signals: Sequence[Measured]) -> str:
    """Write signals as canonical JSON."""
    return _write([asdict(one) for one in signals])


def read_signals(text: str) -> tuple[Measured, ...]:
    """Read what `write_signals` wrote."""
    return tuple(Measured(**one) for one in json.loads(text))


def write_reasons(reasons: Sequence[Reason]) -> str:
    """Write reasons as canonical JSON, in their order."""
    return _write([asdict(one) for one in reasons])


def read_reasons(text: str) -> tuple[Reason, ...]:
    """Read what `write_reasons` wrote."""
    return tuple(Reason(**one) for one in json.loads(text))


def _write(rows: list[dict[str, object]]) -> str:
    short = [{name: _short(value) for name, value in row.items()} for row in rows]
    return json.dumps(short, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _short(value: object) -> object:
    return round(value, _DIGITS) if isinstance(value, float) else value
