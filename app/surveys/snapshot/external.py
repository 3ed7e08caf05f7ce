"""Data collected elsewhere: a CSV or Parquet file through a column map, to the same study.

The column map stands in the instrument file under ``columns`` (docs/study-json.md); what is to be
computed may stand in a plan file (docs/study-plan.md). Nothing here touches the application's
database.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import BLANK, GROUPS, NO_EXPERIENCE, Column, Dataset, Role
from app.analysis.design.calibration import CategoryError, ConvergenceError, TotalsError
from app.analysis.importance.stated import WeightsRuleError
from app.analysis.plan import make_plan
from app.analysis.results.study import StudyResult
from app.analysis.study import run_study
from app.surveys.instrument.canonical import digest
from app.surveys.instrument.load import LoadedInstrument, load_instrument
from app.surveys.instrument.model import Instrument
from app.surveys.snapshot.column_map import (
    ColumnMap,
    MappedColumn,
    NamedColumns,
    resolve_columns,
)
from app.surveys.snapshot.datafile import (
    BadEncodingError,
    ExternalDataError,
    MissingColumnError,
    NoInstrumentError,
    Table,
    UnreadableFileError,
    line_at,
)
from app.surveys.snapshot.plan_file import PlanFile, load_plan, refused, settle, without_column
from app.surveys.snapshot.version import code_version

__all__ = ["ExternalDataError", "load_external", "run_external", "study_external"]

_NONE = -1
_PICKED, _NOT_PICKED = 1, 2


@dataclass(frozen=True, slots=True)
class ExternalStudy:
    """A study of a data file, with what its codes are called.

    Attributes:
        result: The numbers.
        instrument: What was asked.
    """

    result: StudyResult
    instrument: Instrument


def run_external(
    instrument_file: Path,
    data_file: Path,
    *,
    where: str | None = None,
    replicates: str | None = None,
    seed: int = 0,
) -> StudyResult:
    """Run the study on a data file: what ``study run`` does without a plan.

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
    named = NamedColumns(replicates=replicates or "")
    return study_external(data_file, instrument_file, where=where, named=named, seed=seed).result


def study_external(
    data_file: Path,
    instrument_file: Path | None = None,
    plan_file: Path | None = None,
    *,
    where: str | None = None,
    named: NamedColumns | None = None,
    seed: int = 0,
) -> ExternalStudy:
    """Run the study that a plan file asks for, or the usual one, on a data file.

    Args:
        data_file: CSV (UTF-8, header) or Parquet.
        instrument_file: Instrument in YAML with a ``columns`` map; None takes the plan's.
        plan_file: What to compute; None computes the usual lists and compares nothing.
        where: ``COLUMN=VALUE`` keeps only the rows with this value.
        named: Columns of the file that override the plan's and the map's.
        seed: Kept in the result.

    Raises:
        InstrumentError: The instrument file is at fault; carries every problem by line.
        PlanFileError: The plan file is at fault; carries every problem by line.
        ExternalDataError: Data file or column map are at fault; see the subclasses.
    """
    asked = load_plan(read_text(plan_file), plan_file.name) if plan_file else None
    loaded = _instrument(instrument_file, plan_file, asked)
    columns = _named(named or NamedColumns(), asked)
    try:
        dataset = load_external(
            data_file, loaded.columns, loaded.instrument, where=where, named=columns
        )
    except MissingColumnError as error:
        raise (without_column(asked, error.column) if asked else None) or error from error
    cells, code = make_cells(dataset), digest(loaded.instrument)
    if asked is None:
        usual = make_plan(dataset.columns, instrument=code, suppress=False)
        plan = replace(usual, engine=code_version())
    else:
        plan = settle(asked, cells, instrument=code, engine=code_version())
    try:
        result = run_study(cells, plan, seed, rows=dataset)
    except (CategoryError, TotalsError, ConvergenceError, WeightsRuleError) as error:
        if asked is None:
            raise
        raise refused(asked, error) from error
    return ExternalStudy(result, loaded.instrument)


def _instrument(
    instrument_file: Path | None, plan_file: Path | None, asked: PlanFile | None
) -> LoadedInstrument:
    """Read the instrument that is named by the command or, beside it, by the plan."""
    if instrument_file is None and plan_file is not None and asked and asked.spec.instrument:
        instrument_file = plan_file.parent / asked.spec.instrument
    if instrument_file is None:
        raise NoInstrumentError
    return load_instrument(read_text(instrument_file), instrument_file.name)


def _named(named: NamedColumns, asked: PlanFile | None) -> NamedColumns:
    """Put together the columns that the command and the plan name; the command's come first."""
    if asked is None:
        return named
    written = asked.spec.columns
    return NamedColumns(
        wave=named.wave or written.wave,
        community=named.community or written.community,
        replicates=named.replicates or written.replicates,
        segments=tuple(dict.fromkeys([*named.segments, *asked.variables])),
    )


def read_text(path: Path) -> str:
    """Return a UTF-8 file as text. Raises UnreadableFileError, BadEncodingError."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnreadableFileError(path.name, str(error.strerror)) from error
    except UnicodeDecodeError as error:
        raise BadEncodingError(line_at(error)) from error


def load_external(
    data_path: Path,
    column_map: Mapping[str, object],
    instrument: Instrument,
    *,
    where: str | None = None,
    replicates: str | None = None,
    named: NamedColumns | None = None,
) -> Dataset:
    """Read a data file into a dataset.

    Every row is one household. An empty cell of a rating is "asked, left blank". Without a column
    of replicates the groups follow from the households, where the map names them, so that one
    household has one group in all waves; else the rows of each wave are dealt into 30 groups in
    turn, and households of two waves are not linked.

    Args:
        data_path: CSV (UTF-8, header) or Parquet.
        column_map: The ``columns`` map of the instrument file.
        instrument: Gives areas and scales.
        where: ``COLUMN=VALUE``, or None for all rows.
        replicates: Column with the replicate group; overrides the map.
        named: Other columns that override the map.

    Raises:
        ExternalDataError: See the subclasses; names line and column of a bad value.
    """
    named = named or NamedColumns()
    if replicates:
        named = replace(named, replicates=replicates)
    mapped = resolve_columns(column_map, instrument, named)
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
    cell, cell_names = _crossed(table, tuple(mapped.segments.values()))
    return Dataset(
        columns=tuple(columns),
        values=np.stack(values, axis=1),
        wave=wave,
        community=community,
        group=_groups(table, mapped.keys, wave),
        waves=waves,
        communities=communities,
        own_groups=bool(mapped.keys["replicates"]),
        are_linked=bool(mapped.keys["replicates"] or mapped.keys["household"]),
        cell_variables=tuple(mapped.segments),
        cell_names=cell_names,
        cell=cell,
    )


def _rating_codes(table: Table, source: MappedColumn) -> NDArray[np.uint8]:
    """Return the position codes of one rating."""
    known = {"": BLANK, **dict.fromkeys(source.missing, NO_EXPERIENCE)}
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


def _crossed(
    table: Table, names: tuple[str, ...]
) -> tuple[NDArray[np.int64], tuple[tuple[str, ...], ...]]:
    """Return the index of every row's combination of values, and the combinations in order."""
    if not names:
        return np.zeros(table.rows, dtype=np.int64), ((),)
    rows = list(zip(*(table.text(name) for name in names), strict=True))
    combinations = tuple(sorted(set(rows)))
    place = {one: k for k, one in enumerate(combinations)}
    return np.array([place[row] for row in rows], dtype=np.int64), combinations


def _groups(table: Table, keys: Mapping[str, str], wave: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the replicate group of every row; unnamed ones are dealt wave by wave."""
    if keys["replicates"]:
        return _own_groups(table, keys["replicates"])
    if keys["household"]:
        known = {name: _group_of(name) for name in set(table.text(keys["household"]))}
        return table.codes(keys["household"], known)
    dealt = np.empty(table.rows, dtype=np.int64)
    for one in np.unique(wave):
        rows = np.flatnonzero(wave == one)
        dealt[rows] = np.arange(rows.size) % GROUPS
    return dealt


def _group_of(household: str) -> int:
    """Return the group of a household, the same in every file that calls it the same."""
    return int.from_bytes(hashlib.sha256(household.encode()).digest()[:8], "big") % GROUPS


def _own_groups(table: Table, name: str) -> NDArray[np.int64]:
    """Return the replicate groups that the data brought.

    Raises:
        BadValueError: A group is not a whole number of 0 or more.
    """
    found = set(table.text(name))
    known = {text: int(text) for text in found if text.isascii() and text.isdigit()}
    known.update(
        {text: int(text[:-2]) for text in found if text.endswith(".0") and text[:-2].isdigit()}
    )
    return table.codes(name, known)
