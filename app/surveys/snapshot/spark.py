"""The kernel of the statistics on Spark, over the Parquet files of snapshots. Optional extra.

Where answers no longer fit one machine, an existing engine reads the files and runs the same
kernel on every batch of rows; only cells travel. Needs the extra ``spark`` and Java 17.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import numpy as np
import pyarrow as pa  # type: ignore[import-not-found]
from numpy.typing import NDArray
from pyspark.sql import SparkSession  # type: ignore[import-not-found]

from app.analysis.data.cells import Cells, Key, add_cells, cells_of_batches, make_layout
from app.analysis.data.dataset import Column, Dataset, DatasetError
from app.analysis.data.layout import Blocks

WAVE, COMMUNITY, GROUP = "wave", "community", "replicate_group"
_SCHEMA = f"{WAVE} string, {COMMUNITY} string, {GROUP} bigint, cell array<string>, sums binary"
_ROWS = 1000  # cells that travel together; Arrow holds at most 2 GB of bytes in one array


def cells_on_spark(
    spark: SparkSession,
    paths: Sequence[str],
    columns: tuple[Column, ...],
    *,
    blocks: Blocks | None = None,
    cell_variables: tuple[str, ...] = (),
    own_groups: bool = False,
) -> Cells:
    """Return the cells of Parquet files: exactly those of `make_cells` on the same rows.

    Args:
        spark: A session; its executors need this program and numpy.
        paths: Files or folders Spark can read. One row per household with the columns wave,
            community, replicate_group and one column of position codes per item, named by its
            code, as snapshots have them.
        columns: What to count, see `app.surveys.snapshot.load.columns_of`.
        blocks: As in `app.analysis.data.cells.make_cells`.
        cell_variables: Columns of the files that split cells further.
        own_groups: Groups come with the data and are used as they are.

    Raises:
        pyspark.errors.PySparkException: Spark cannot read the files, a column is missing, or a
            batch holds a code its column does not know (the cause names column and row).
    """
    names = [WAVE, COMMUNITY, GROUP, *cell_variables, *(column.code for column in columns)]
    count = _counter(columns, blocks, cell_variables, own_groups=own_groups)
    # Codes may hold dots, which Spark would take for fields.
    rows = spark.read.parquet(*paths).select([f"`{name}`" for name in names])
    table = rows.mapInArrow(count, _SCHEMA).toArrow()
    layout = make_layout(columns, blocks)
    empty = Cells(layout, (), np.zeros((0, layout.width), np.int64), own_groups, cell_variables)
    parts = [_cells(batch, empty) for batch in table.to_batches() if batch.num_rows]
    return add_cells([empty, *parts])


def _counter(
    columns: tuple[Column, ...],
    blocks: Blocks | None,
    cell_variables: tuple[str, ...],
    *,
    own_groups: bool,
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return what an executor does with the batches of a partition: its cells."""

    def count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        datasets = (
            _dataset(batch, columns, cell_variables, own_groups=own_groups)
            for batch in batches
            if batch.num_rows
        )
        first = next(datasets, None)
        if first is not None:
            yield from _batches(cells_of_batches(chain((first,), datasets), blocks))

    return count


def _dataset(
    batch: pa.RecordBatch,
    columns: tuple[Column, ...],
    cell_variables: tuple[str, ...],
    *,
    own_groups: bool,
) -> Dataset:
    """Return a batch of rows as a dataset."""
    values = np.empty((batch.num_rows, len(columns)), dtype=np.uint8)
    for j, column in enumerate(columns):
        codes = _integers(batch, column.code)
        wrong = np.flatnonzero((codes < 0) | (codes > np.iinfo(np.uint8).max))
        if wrong.size:
            raise DatasetError(column.code, int(wrong[0]))
        values[:, j] = codes
    wave, waves = _words(batch, WAVE)
    community, communities = _words(batch, COMMUNITY)
    cell = np.zeros(batch.num_rows, dtype=np.int64)
    names: list[tuple[str, ...]] = [()]
    for variable in cell_variables:
        place, words = _words(batch, variable)
        names = [(*name, word) for name in names for word in words]
        cell = cell * len(words) + place
    return Dataset(
        columns=columns,
        values=values,
        wave=wave,
        community=community,
        group=_integers(batch, GROUP),
        waves=waves,
        communities=communities,
        own_groups=own_groups,
        cell_variables=cell_variables,
        cell_names=tuple(names),
        cell=cell,
    )


def _integers(batch: pa.RecordBatch, name: str) -> NDArray[np.int64]:
    """Return a column of integers. Raises DatasetError where one is missing."""
    values = batch.column(name)
    if values.null_count:
        raise DatasetError(name)
    integers: NDArray[np.int64] = values.to_numpy(zero_copy_only=False).astype(np.int64)
    return integers


def _words(batch: pa.RecordBatch, name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the place of every row's word, and the words. Raises DatasetError as above."""
    values = batch.column(name)
    if values.null_count:
        raise DatasetError(name)
    encoded = values.dictionary_encode()
    places: NDArray[np.int64] = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return places, tuple(encoded.dictionary.to_pylist())


def _batches(cells: Cells) -> Iterator[pa.RecordBatch]:
    """Return cells as rows that travel: keys, and the sums as bytes."""
    for start in range(0, len(cells.keys), _ROWS):
        keys = cells.keys[start : start + _ROWS]
        sums = cells.sums[start : start + _ROWS].astype("<i8")
        yield pa.RecordBatch.from_arrays(
            [
                pa.array([key.wave for key in keys], pa.string()),
                pa.array([key.community for key in keys], pa.string()),
                pa.array([key.group for key in keys], pa.int64()),
                pa.array([list(key.cell) for key in keys], pa.list_(pa.string())),
                pa.array([one.tobytes() for one in sums], pa.binary()),
            ],
            names=[WAVE, COMMUNITY, GROUP, "cell", "sums"],
        )


def _cells(batch: pa.RecordBatch, empty: Cells) -> Cells:
    """Return travelled rows as cells again."""
    rows = zip(*(batch.column(k).to_pylist() for k in range(batch.num_columns)), strict=True)
    found = [
        (Key(wave, community, group, tuple(cell)), sums)
        for wave, community, group, cell, sums in rows
    ]
    # One partition sends each key once, but two of them may share a batch.
    parts = [
        Cells(
            empty.layout,
            (key,),
            np.frombuffer(sums, dtype="<i8").astype(np.int64)[None, :],
            empty.own_groups,
            empty.cell_variables,
        )
        for key, sums in found
    ]
    return add_cells(parts)
