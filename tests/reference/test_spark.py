"""The kernel on a local Spark cluster gives exactly the cells it gives in one process."""

import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.analysis.data.cells import cells_of_batches
from app.analysis.data.dataset import Dataset
from app.surveys.response.queries import CountedVector
from app.surveys.snapshot.freeze import KEY_COLUMNS, answers_file
from tests.reference.oracle import write_parquet
from tests.reference.test_oracle import columns_of, draw

pytest.importorskip("pyspark", reason="pyspark is not installed (the optional extra spark)")
if shutil.which("java") is None:
    pytest.skip("there is no Java on this machine", allow_module_level=True)
engine: Any = pytest.importorskip("app.surveys.snapshot.spark")
pytestmark = [
    pytest.mark.heavy,
    # Spark says so of the pandas beside it; nothing here uses pandas.
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch:
        # Executors run this Python and find this program.
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
        yield from local_cluster(folder)


def local_cluster(folder: Path) -> Iterator[Any]:
    session = (
        engine.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.warehouse.dir", str(folder))
        .config("spark.local.dir", str(folder))
        # Several batches a partition, so that they are added up on the executor.
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "70")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def snapshot(folder: Path, wave: str, community: str, rows: int, seed: int) -> Dataset:
    """Write the answers file of a snapshot; return its rows as a dataset."""
    data = draw(columns_of(("a", "b")), rows, seed, absent=0.3)
    vectors = [
        CountedVector(f"{seed}-{row:05d}", int(group), bytes(codes), NOW)
        for row, (group, codes) in enumerate(zip(data.group, data.values, strict=True))
    ]
    codes = tuple(column.code for column in data.columns)
    content = answers_file(vectors, codes, wave=wave, community=community)
    (folder / f"{wave}-{community}.parquet").write_bytes(content)
    zeros = np.zeros(rows, dtype=np.int64)
    return Dataset(data.columns, data.values, zeros, zeros, data.group, (wave,), (community,))


def test_the_files_of_several_snapshots_give_the_cells_of_their_rows(
    spark: Any, tmp_path: Path
) -> None:
    assert {engine.WAVE, engine.COMMUNITY, engine.GROUP} < set(KEY_COLUMNS)
    batches = [
        snapshot(tmp_path, wave, community, 250, seed)
        for seed, (wave, community) in enumerate([("june", "x"), ("june", "y"), ("nov", "x")])
    ]
    expected = cells_of_batches(batches)
    found = engine.cells_on_spark(spark, [str(tmp_path)], batches[0].columns)
    assert found.keys == expected.keys
    assert found.layout == expected.layout
    assert (found.sums == expected.sums).all()


def test_rows_spread_over_partitions_and_cells_add_up_just_the_same(
    spark: Any, tmp_path: Path
) -> None:
    parts = [draw(columns_of(("a",)), 300, seed, absent=0.2) for seed in (1, 2)]
    for k, part in enumerate(parts):
        write_parquet(part, tmp_path / f"{k}.parquet")
    renamed = spark.read.parquet(str(tmp_path)).withColumnRenamed("grp", "replicate_group")
    for j, column in enumerate(parts[0].columns):
        renamed = renamed.withColumnRenamed(f"c{j}", column.code)
    target = tmp_path / "spread"
    renamed.repartition(5).write.parquet(str(target))
    expected = cells_of_batches(parts)
    found = engine.cells_on_spark(
        spark, [str(target)], parts[0].columns, cell_variables=("building", "tenure")
    )
    assert found.keys == expected.keys
    assert (found.sums == expected.sums).all()


def test_a_code_that_is_no_position_stops_the_job_and_is_named(spark: Any, tmp_path: Path) -> None:
    data = snapshot(tmp_path, "june", "x", 20, 1)
    codes = [column.code for column in data.columns]
    rows = [CountedVector("p", 0, bytes([11] + [0] * (len(codes) - 1)), NOW)]
    content = answers_file(rows, tuple(codes), wave="june", community="x")
    (tmp_path / "june-x.parquet").write_bytes(content)
    with pytest.raises(Exception, match=r"DatasetError.*column total, row 0"):
        engine.cells_on_spark(spark, [str(tmp_path)], data.columns)
