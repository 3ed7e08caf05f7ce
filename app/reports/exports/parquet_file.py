"""Answers as Parquet: typed columns of codes, the order's number in the file's own notes."""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from app.reports.exports.answers import Batch, numbers
from app.surveys.instrument.model import Instrument

_TYPES = {"week": "SMALLINT", "replicate_group": "UTINYINT", "weight": "DOUBLE"}


def write_parquet(
    path: Path, batches: Iterable[Batch], instrument: Instrument, notes: Mapping[str, str]
) -> None:
    """Write all communities into one file; one of them is in memory at a time.

    Args:
        path: Where to.
        batches: The answers.
        instrument: What was asked.
        notes: Kept in the file as key and value.
    """
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            for number, batch in enumerate(batches):
                part = Path(folder) / f"{number:05d}.parquet"
                _write_part(connection, part, batch, instrument)
                parts.append(str(part))
            said = ", ".join(f"{_quoted(key)}: {_quoted(text)}" for key, text in notes.items())
            # Names of our own temporary files; what is noted is quoted.
            connection.execute(
                f"COPY (SELECT * FROM read_parquet([{', '.join(map(_quoted, parts))}])) "  # noqa: S608
                f"TO {_quoted(str(path))} (FORMAT parquet, COMPRESSION zstd, "
                f"KV_METADATA {{{said}}})"
            )


def _write_part(
    connection: duckdb.DuckDBPyConnection, path: Path, batch: Batch, instrument: Instrument
) -> None:
    data: dict[str, NDArray[np.generic] | NDArray[np.object_]] = {}
    shown = []
    for name, column in batch.known.items():
        kind = _TYPES.get(name, "VARCHAR")
        if kind == "VARCHAR":
            data[name] = np.array([str(one) for one in column], dtype=np.object_)
            shown.append(f"{_name(name)}::VARCHAR AS {_name(name)}")
            continue
        blank = [one is None for one in column]
        data[name] = np.array([0 if one is None else one for one in column], dtype=np.float64)
        data[f"{name}?"] = np.array(blank, dtype=np.bool_)
        shown.append(_nullable(name, kind))
    for name, values, is_empty in numbers(batch, instrument):
        data[name] = values
        if is_empty.any():
            data[f"{name}?"] = is_empty
            shown.append(_nullable(name, "SMALLINT"))
        else:
            shown.append(f"{_name(name)}::SMALLINT AS {_name(name)}")
    connection.register("answers", data)
    # Names of columns are codes of a checked instrument, and quoted.
    connection.execute(
        f"COPY (SELECT {', '.join(shown)} FROM answers) TO {_quoted(str(path))} "  # noqa: S608
        "(FORMAT parquet, COMPRESSION zstd)"
    )
    connection.unregister("answers")


def _nullable(name: str, kind: str) -> str:
    flag = _name(f"{name}?")
    return f"CASE WHEN {flag} THEN NULL ELSE {_name(name)}::{kind} END AS {_name(name)}"


def _name(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
