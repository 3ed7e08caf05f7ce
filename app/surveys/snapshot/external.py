"""Data collected elsewhere: a CSV or Parquet file through a column map, to the same study.

The column map stands in the instrument file under ``columns``; docs/study-json.md describes it.
Nothing here touches the application's database.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import BLANK, GROUPS, Column, Dataset, Role
from app.analysis.plan import make_plan
from app.analysis.results.study import StudyResult
from app.analysis.study import run_study
from app.surveys.instrument.canonical import digest
from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.model import Instrument
from app.surveys.snapshot.column_map import ColumnMap, MappedColumn, resolve_columns
from app.surveys.snapshot.datafile import (
    BadEncodingError,
    ExternalDataError,
    Table,
    UnreadableFileError,
    line_at,
)
from app.surveys.snapshot.version import code_version

__all__ = ["ExternalDataError", "load_external", "run_external"]

_NONE = -1
_PICKED, _NOT_PICKED = 1, 2


def run_external(
    instrument_file: Path,
    data_file: Path,
    *,
    where: str | None = None,
    replicates: str | None = None,
    seed: int = 0,
) -> StudyResult:
    """Run the study on a data file: what ``study run`` does.

    The suppression table is not applied, because whoever runs this holds the rows; small numbers
    are still marked indicative and without replicates nothing is said about errors.

    Args:
        instrument_file: Instrument in YAML with a ``columns`` map.
        data_file: CSV (UTF-8, header) or Parquet.
        where: ``COLUMN=VALUE`` keeps only the rows with this value.
        replicates: Column with the replicate group; overrides the map.
        seed: Kept in the result.

    Raises:
        InstrumentError: The instrument file is at fault; carries every problem by line.
        ExternalDataError: Data file or column map are at fault; see the subclasses.
    """
    try:
        text = instrument_file.read_text(encoding="utf-8")
    except OSError as error:
        raise UnreadableFileError(instrument_file.name, str(error.strerror)) from error
    except UnicodeDecodeError as error:
        raise BadEncodingError(line_at(error)) from error
    loaded = load_instrument(text, instrument_file.name)
    dataset = load_external(
        data_file, loaded.columns, loaded.instrument, where=where, replicates=replicates
    )
    plan = make_plan(dataset.columns, instrument=digest(loaded.instrument), suppress=False)
    return run_study(make_cells(dataset), replace(plan, engine=code_version()), seed)


def load_external(
    data_path: Path,
    column_map: Mapping[str, object],
    instrument: Instrument,
    *,
    where: str | None = None,
    replicates: str | None = None,
) -> Dataset:
    """Read a data file into a dataset.

    Every row is one household. An empty cell of a rating is "asked, no point". Without a column
    of replicates the rows kept are dealt into 30 groups in turn.

    Args:
        data_path: CSV (UTF-8, header) or Parquet.
        column_map: The ``columns`` map of the instrument file.
        instrument: Gives areas and scales.
        where: ``COLUMN=VALUE``, or None for all rows.
        replicates: Column with the replicate group; overrides the map.

    Raises:
        ExternalDataError: See the subclasses; names line and column of a bad value.
    """
    mapped = resolve_columns(column_map, instrument, replicates)
    table = Table(data_path, mapped.names(), where)
    columns = [source.column for source in mapped.ratings]
    values = [_rating_codes(table, source) for source in mapped.ratings]
    if mapped.picks:
        columns += [
            Column(f"priority.{area}", Role.PRIORITY, area, (1, 0), (), area)
            for area in mapped.areas
        ]
        values += _pick_codes(table, mapped)
    wave, waves = _labels(table, mapped.keys["wave"])
    community, communities = _labels(table, mapped.keys["community"])
    own = mapped.keys["replicates"]
    return Dataset(
        columns=tuple(columns),
        values=np.stack(values, axis=1),
        wave=wave,
        community=community,
        group=_groups(table, own) if own else np.arange(table.rows, dtype=np.int64) % GROUPS,
        waves=waves,
        communities=communities,
        own_groups=bool(own),
    )


def _rating_codes(table: Table, source: MappedColumn) -> NDArray[np.uint8]:
    """Return the position codes of one rating."""
    known = {"": BLANK, **dict.fromkeys(source.missing, BLANK)}
    for position, point in enumerate(source.column.points, start=1):
        # A numeric column with empty cells comes out of other tools as 4.0.
        known[str(point)] = known[f"{point}.0"] = position
    for word, meaning in source.words.items():
        if meaning in known:
            known[word] = known[meaning]
    return table.codes(source.name, known).astype(np.uint8)


def _pick_codes(table: Table, mapped: ColumnMap) -> list[NDArray[np.uint8]]:
    """Return one column per area: picked in any of the pick columns, or not."""
    place = {area: k for k, area in enumerate(mapped.areas)}
    known = {"": _NONE, **dict.fromkeys(mapped.none_words, _NONE), **place}
    for word, meaning in mapped.pick_words.items():
        if meaning in known:
            known[word] = known[meaning]
    picked = np.zeros((table.rows, len(place)), dtype=bool)
    for name in mapped.picks:
        chosen = table.codes(name, known)
        rows = np.flatnonzero(chosen != _NONE)
        picked[rows, chosen[rows]] = True
    codes = np.where(picked, _PICKED, _NOT_PICKED).astype(np.uint8)
    return [codes[:, k] for k in range(len(place))]


def _labels(table: Table, name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the index of every row's label, and the labels in order."""
    if not name:
        return np.zeros(table.rows, dtype=np.int64), ("",)
    labels = tuple(sorted(set(table.text(name))))
    return table.codes(name, {label: k for k, label in enumerate(labels)}), labels


def _groups(table: Table, name: str) -> NDArray[np.int64]:
    """Return the replicate group of every row.

    Raises:
        BadValueError: A group is not a whole number of 0 or more.
    """
    found = set(table.text(name))
    known = {text: int(text) for text in found if text.isascii() and text.isdigit()}
    known.update(
        {text: int(text[:-2]) for text in found if text.endswith(".0") and text[:-2].isdigit()}
    )
    return table.codes(name, known)
