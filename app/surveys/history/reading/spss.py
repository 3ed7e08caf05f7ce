"""Reads one SPSS file in a process of its own, with little memory and little time.

The file comes on standard input. The first line of the output is JSON about the columns: labels,
words of values, kinds of missing; what follows is CSV, one line for each row.
"""

import csv
import io
import json
import math
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pyreadstat

from app.surveys.history.reading.limits import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    OverLimitError,
    refusing,
)

_LONGEST_LABEL = 500
_ENCODINGS = (None, "GB18030")  # as the file says, else what old Chinese files hold


def write_spss(content: bytes) -> None:
    """Write what is known of the columns, and the rows, to the standard output."""
    data, meta = _read(content)
    names = list(meta.column_names)
    if len(names) > MOST_COLUMNS or meta.number_rows > MOST_ROWS:
        raise OverLimitError
    out = io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="", write_through=False)
    out.write(json.dumps([_about(name, meta) for name in names], ensure_ascii=False) + "\n")
    csv.writer(out).writerows(_rows([data[name] for name in names]))
    out.flush()


def _read(content: bytes) -> tuple[Any, Any]:
    failed: Exception | None = None
    for encoding in _ENCODINGS:
        try:
            found: tuple[Any, Any] = pyreadstat.read_sav(
                io.BytesIO(content),
                user_missing=True,
                encoding=encoding,
                output_format="dict",
                row_limit=MOST_ROWS + 1,
            )
        except Exception as error:
            failed = failed or error
        else:
            return found
    raise failed or OverLimitError


def _about(name: str, meta: Any) -> dict[str, object]:
    labels = meta.variable_value_labels.get(name, {})
    ranges = [
        [_text(one["lo"]), _text(one["hi"])]
        for one in meta.missing_ranges.get(name, ())
        if isinstance(one, dict)
    ]
    return {
        "name": name,
        "label": (meta.column_names_to_labels.get(name) or "")[:_LONGEST_LABEL],
        "labels": {_text(value): str(word)[:_LONGEST_LABEL] for value, word in labels.items()},
        "missing": ranges,
    }


def _rows(columns: list[Any]) -> Iterator[list[str]]:
    for row in zip(*columns, strict=True):
        yield [_text(cell) for cell in row]


def _text(value: object) -> str:
    """Return a cell as people write it: 4 for 4.0, a day as 2024-06-30, nothing for no value."""
    if value is None:
        return ""
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    text = " ".join(str(value).split())
    if len(text) > LONGEST_CELL:
        raise OverLimitError
    return text


if __name__ == "__main__":
    sys.exit(refusing(write_spss))
