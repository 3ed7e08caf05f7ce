"""How fast are the statistics? Ratios against DuckDB, polars and pandas + statsmodels.

    python -m benchmarks.analysis --rows 1000000

Everything runs in one process, one after the other, with two threads, over the same answers:
N responses of 150 ratings in 1000 communities, 30 replicate groups, about a fifth of the answers
missing. "The same statistics" are, per community and group: of all 150 ratings the count of every
point and of every kind of missing answer, and of a block of 31 ratings for every pair the number,
sums, sums of squares and products over the rows that have both. The answers of every engine are
compared, number by number.

Wall time on a shared machine says little: trust the ratios, and the CPU seconds.
"""

import argparse
import os

# Before numpy: two threads of our own, not two more in every small matrix product.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "2")

import gc
import sqlite3
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import statsmodels.api as sm

from app.analysis.data.blocks import block_moments
from app.analysis.data.cells import Cells, add_cells, make_cells
from app.analysis.data.dataset import BLANK, GROUPS, Dataset, Role
from app.analysis.data.moments import Moments
from app.analysis.data.rollup import roll_up
from app.analysis.plan import make_plan
from app.analysis.simulation.simulate import make_truth, simulate_dataset
from app.analysis.study import run_study
from app.analysis.uncertainty.replicate import make_replicates
from benchmarks.analysis_data import (
    BATCH,
    FILE,
    FIVE,
    IN_BLOCK,
    KEYS,
    RATINGS,
    Stored,
    columns,
    make_answers,
)

try:
    import polars as pl
except ModuleNotFoundError:
    pl = None

THREADS = 2
BASELINES = ["duckdb", "polars", "pandas"]
# A query asks for so many numbers at a time; the best of several sizes for each engine.
DUCKDB_ASKS, POLARS_ASKS = 50, 500
MISSING = (BLANK, BLANK + 1)
BLOCK = {"block": columns()[:IN_BLOCK]}


@dataclass
class Timed:
    """What one method took."""

    name: str
    wall: float
    cpu: float
    rows: int

    def line(self) -> str:
        """Return it as a line of the table, per million responses where it had fewer."""
        scaled = f"  (from {self.rows:,} rows)" if self.rows else ""
        return f"{self.name:52}{self.wall:10.2f}{self.cpu:10.2f}{scaled}"


def timed(name: str, work: Callable[[], object], *, scale: float = 1.0, rows: int = 0) -> tuple:
    """Run once; return the times, multiplied by `scale`, and the result."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    found = Timed(name, wall * scale, cpu * scale, rows)
    print(found.line(), flush=True)
    return found, result


def cells_in_threads(batches: Iterator[Dataset]) -> Cells:
    """Run the kernel on two threads and add up."""
    with ThreadPoolExecutor(THREADS) as pool:
        return add_cells(list(pool.map(lambda batch: make_cells(batch, BLOCK), batches)))


def read_parquet(stored: Stored) -> Iterator[tuple[np.ndarray, ...]]:
    """Read Parquet files: vectors, community and group of the rows of each."""
    for path in stored.parquet:
        with duckdb.connect(config={"threads": THREADS}) as connection:
            table = connection.execute(f"SELECT * FROM read_parquet('{path}')").fetchnumpy()
        read = [np.asarray(table[column.code]) for column in columns()]
        values = np.empty((len(read[0]), RATINGS), dtype=np.uint8)
        for start in range(0, len(values), 4096):
            rows = slice(start, start + 4096)
            values[rows] = np.stack([one[rows] for one in read]).T
        yield values, *(np.asarray(table[name]) for name in KEYS)


def batches_of_parquet(stored: Stored) -> Iterator[Dataset]:
    """Read Parquet files into datasets."""
    for read in read_parquet(stored):
        for start in range(0, len(read[0]), BATCH):
            yield stored.batch(*(one[start : start + BATCH] for one in read))


def wanted() -> tuple[list[tuple[str, int]], list[tuple[str, int, int]]]:
    """Return the statistics a baseline computes: counts of codes, and moments of pairs."""
    counts = [(f"r{j}", code) for j in range(RATINGS) for code in (*FIVE, *MISSING)]
    pairs = [
        (kind, i, j)
        for i in range(IN_BLOCK)
        for j in range(IN_BLOCK)
        for kind in ("n", "xy", "x", "xx")
        if kind in ("x", "xx") or i <= j
    ]
    return counts, pairs


def duckdb_moments(stored: Stored) -> np.ndarray:
    """Compute the same by SQL: products and sums that NULL runs through; return the totals."""
    counts, pairs = wanted()
    kinds = {
        "n": "count(v{i} + v{j})",
        "xy": "sum(v{i} * v{j})",
        "x": "sum(v{i} * m{j})",
        "xx": "sum(v{i} * v{i} * m{j})",
    }
    asked = [f"count(*) FILTER ({name} = {code})" for name, code in counts]
    asked += [kinds[kind].format(i=i, j=j) for kind, i, j in pairs]
    points = ", ".join(
        f"CASE WHEN r{j} BETWEEN 1 AND 5 THEN r{j}::INTEGER END AS v{j}, "
        f"CASE WHEN r{j} BETWEEN 1 AND 5 THEN 1 END AS m{j}"
        for j in range(IN_BLOCK)
    )
    keys = ", ".join(KEYS)
    totals = []
    with duckdb.connect(config={"threads": THREADS}) as connection:
        source = f"(SELECT *, {points} FROM read_parquet('{stored.folder}/answers-*.parquet'))"
        for start in range(0, len(asked), DUCKDB_ASKS):
            part = asked[start : start + DUCKDB_ASKS]
            query = f"SELECT {keys}, {', '.join(part)} FROM {source} GROUP BY {keys}"
            table = connection.execute(query).fetchnumpy()
            names = list(table)[len(KEYS) :]
            totals += [int(np.ma.filled(table[name], 0).astype(np.int64).sum()) for name in names]
    return np.array(totals)


def polars_moments(stored: Stored) -> np.ndarray:
    """Compute the same by polars expressions, streaming; return the totals."""
    counts, pairs = wanted()
    answered = {
        f"v{j}": pl.when(pl.col(f"r{j}").is_between(1, 5)).then(pl.col(f"r{j}").cast(pl.Int32))
        for j in range(IN_BLOCK)
    }
    asked = [(pl.col(name) == code).sum() for name, code in counts]
    for kind, i, j in pairs:
        x, y = pl.col(f"v{i}"), pl.col(f"v{j}")
        made = {"n": (x + y).count(), "xy": (x * y).sum()}
        made |= {"x": (x + 0 * y).sum(), "xx": (x * x + 0 * y).sum()}
        asked.append(made[kind])
    totals = []
    for start in range(0, len(asked), POLARS_ASKS):
        part = [one.alias(f"a{k}") for k, one in enumerate(asked[start : start + POLARS_ASKS])]
        frame = pl.scan_parquet(stored.parquet).with_columns(**answered)
        table = frame.group_by(KEYS).agg(part).collect(engine="streaming")
        totals += [int(table[f"a{k}"].cast(pl.Int64).sum()) for k in range(len(part))]
    return np.array(totals)


def totals_of(cells: Cells) -> np.ndarray:
    """Return the totals of our cells in the order of `wanted`."""
    counts, pairs = wanted()
    total = cells.total()
    layout = cells.layout
    place = {code: k for k, code in enumerate((*FIVE, "asked", *MISSING))}
    found = [total[layout.starts[int(name[1:])] + place[code]] for name, code in counts]
    block = block_moments(layout, total[None, :], "block")
    found += [getattr(block, kind)[0, i, j] for kind, i, j in pairs]
    return np.array(found)


def pandas_refit(stored: Stored, rows: int) -> None:
    """Means, pairwise correlations and a regression of the whole, refitted without each group."""
    values = np.array(stored.values()[:rows]).astype(np.float64)
    values[(values < 1) | (values > 5)] = np.nan
    frame = pd.DataFrame(values, columns=[column.code for column in columns()])
    group = np.arange(rows) % GROUPS
    block = [column.code for column in columns()[:IN_BLOCK]]
    for left_out in range(GROUPS):
        kept = frame[group != left_out]
        kept.mean()
        kept[block].corr()
        complete = kept[block].fillna(kept[block].mean())
        sm.OLS(complete[block[0]], sm.add_constant(complete[block[1:]])).fit()


def dashboard(cells: Cells) -> tuple[np.ndarray, ...]:
    """Index, means and satisfied shares of 31 ratings with errors: the nation, every community."""
    found = roll_up(cells, tuple(column.key for column in columns()[:IN_BLOCK]))
    parts = (found.n, found.points, found.satisfied)
    shown: list[np.ndarray] = []
    for n, points, satisfied in (parts, tuple(one.sum(axis=0)[None] for one in parts)):
        size = n.sum(axis=1)
        kept = np.maximum(1, size[:, None] - n)
        for counted in (points, satisfied):
            whole = counted.sum(axis=1)
            replicates = (whole[:, None] - counted) / kept
            shown += [whole / np.maximum(1, size), jackknife(replicates)]
            shown += [whole.mean(axis=1), jackknife(replicates.mean(axis=2))]
    return tuple(shown)


def jackknife(replicates: np.ndarray) -> np.ndarray:
    """Return standard errors of replicates along the second axis."""
    return np.sqrt((GROUPS - 1) * replicates.var(axis=1))


def one_community(cells: Cells) -> np.ndarray:
    """Every mean, share and correlation of one community with all its replicates."""
    alone = cells.select(communities=[cells.keys[0].community])
    replicates = make_replicates(alone)
    moments = Moments(alone.layout, replicates.sums)
    keys = tuple(column.code for column in columns()[1:])
    moments.mean(Role.ATTRIBUTE, keys)
    moments.satisfied(Role.ATTRIBUTE, keys)
    block = block_moments(alone.layout, replicates.sums, "block")
    covariance = block.xy / block.n - block.x * block.x.transpose(0, 2, 1) / block.n**2
    spread = block.xx / block.n - (block.x / block.n) ** 2
    correlation = covariance / np.sqrt(spread * spread.transpose(0, 2, 1))
    values, vectors = np.linalg.eigh(correlation[:, 1:, 1:])
    root = (vectors * np.sqrt(values)[:, None, :]) @ vectors.transpose(0, 2, 1)
    beta = np.linalg.solve(root, correlation[:, 1:, :1])
    weights = (root**2) @ (beta**2)
    return replicates.stderr(weights[:, :, 0])


def vectors_in_sqlite(stored: Stored, path: Path, rows: int) -> int:
    """Write responses as rows with one vector each; return the bytes of the file."""
    values = stored.values()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA page_size = 16384")
        connection.execute("CREATE TABLE response (id INTEGER PRIMARY KEY, vector BLOB)")
        rows_of = ((values[row].tobytes(),) for row in range(rows))
        connection.executemany("INSERT INTO response (vector) VALUES (?)", rows_of)
    connection.close()
    return path.stat().st_size


def matrix_of_sqlite(path: Path) -> np.ndarray:
    """Read all stored vectors into one matrix."""
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT vector FROM response ORDER BY id")
    joined = b"".join([vector for (vector,) in found])
    connection.close()
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, RATINGS)


def goal(number: str, text: str, *, is_met: bool) -> None:
    print(f"goal {number:10} {text:58} {'met' if is_met else 'MISSED'}")


def main() -> None:
    """Generate, measure, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--communities", type=int, default=1000)
    parser.add_argument("--folder", type=Path, help="keeps the generated answers for next time")
    parser.add_argument("--pandas-rows", type=int, default=50_000)
    parser.add_argument("--baselines", nargs="*", choices=BASELINES, default=BASELINES)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        stored = make_answers(folder, options.rows, options.communities)
        rows = min(options.rows, options.pandas_rows)
        measure(stored, Path(scratch), rows, options.baselines)


def measure(stored: Stored, scratch: Path, pandas_rows: int, baselines: list[str]) -> None:
    """Run every method once and print the goals."""
    print(f"{stored.rows:,} responses x {RATINGS} ratings, {stored.communities} communities")
    print(f"{'':52}{'wall s':>10}{'CPU s':>10}")
    ours, cells = timed("kernel, memory-mapped vectors", lambda: cells_in_threads(stored.batches()))
    read, other = timed(
        "kernel, with the read of Parquet", lambda: cells_in_threads(batches_of_parquet(stored))
    )
    assert cells.keys == other.keys
    assert (cells.sums == other.sums).all()
    del other
    expected = totals_of(cells)
    found: dict[str, Timed] = {}
    for name, title, work in (
        ("duckdb", "DuckDB over Parquet", duckdb_moments),
        ("polars", "polars streaming over Parquet", polars_moments),
    ):
        if name == "polars" and pl is None:
            print("polars is not installed")
        elif name in baselines:
            found[name], totals = timed(title, lambda work=work: work(stored))
            assert (totals == expected).all()
            compare(ours, read, found[name])
    if "pandas" in baselines:
        compare(ours, read, timed_pandas(stored, pandas_rows))
    print(f"{len(cells.keys):,} cells, {cells.sums.nbytes / 1e6:.0f} MB in {cells.sums.dtype}")
    if "duckdb" in found:
        goal_of_speed(ours, read, found["duckdb"])
    goals_from_cells(cells)
    goal_of_matrix(stored, scratch)


def timed_pandas(stored: Stored, rows: int) -> Timed:
    """Refit on a part of the rows, scaled up: the work is proportional to them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return timed(
            "pandas + statsmodels, the whole only, a refit a group",
            lambda: pandas_refit(stored, rows),
            scale=stored.rows / rows,
            rows=rows,
        )[0]


def compare(ours: Timed, read: Timed, other: Timed) -> None:
    print(
        f"   ratio, wall (CPU): {other.wall / ours.wall:.1f} ({other.cpu / ours.cpu:.1f}) from "
        f"vectors, {other.wall / read.wall:.1f} ({other.cpu / read.cpu:.1f}) from Parquet"
    )


def goal_of_speed(ours: Timed, read: Timed, duck: Timed) -> None:
    for name, mine, least in (("vectors", ours, 7), ("Parquet", read, 4)):
        # The worse of the two: neighbours disturb wall time, idle threads flatter CPU time.
        ratio = min(duck.wall / mine.wall, duck.cpu / mine.cpu)
        goal(
            "5",
            f"{ratio:.1f} times faster than DuckDB from {name} (>= {least})",
            is_met=ratio >= least,
        )


def best_of(work: Callable[[], object], times: int = 5) -> float:
    """Return the least CPU time of several runs: the wall time without neighbours."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def goals_from_cells(cells: Cells) -> None:
    cpu = best_of(lambda: dashboard(cells))
    goal("6", f"nation and all communities from cells: {cpu:.3f} s (<= .1)", is_met=cpu <= 0.1)
    cpu = 1000 * best_of(lambda: one_community(cells))
    goal("7", f"all replicates of one community: {cpu:.1f} ms (<= 25)", is_met=cpu <= 25)
    print(f"     the whole study of 1,000 households from cells: {1000 * study():.1f} ms")


def study(rows: int = 1000) -> float:
    """Return the CPU time of the whole study of a simulated community, from its cells."""
    rng = np.random.default_rng(1)
    areas = {f"area{k}": tuple(f"area{k}.{j}" for j in range(3)) for k in range(9)}
    dataset = simulate_dataset(rng, make_truth(rng, areas), rows)
    cells, plan = make_cells(dataset), make_plan(dataset.columns)
    return best_of(lambda: run_study(cells, plan))


def goal_of_matrix(stored: Stored, scratch: Path) -> None:
    rows = min(stored.rows, 1_000_000)
    scale = 1_000_000 / rows
    path = scratch / "responses.sqlite"
    size = vectors_in_sqlite(stored, path, rows) / rows
    cpu = best_of(lambda: matrix_of_sqlite(path), 3) * scale
    assert (matrix_of_sqlite(path)[:1000] == stored.values()[:1000]).all()
    text = f"1M rows of the database to a matrix: {cpu:.2f} s (<= 1.5)"
    goal("8", text, is_met=cpu <= 1.5)
    text = f"{RATINGS} bytes of vector (<= 160), {size:.1f} with the file around them"
    goal("8", text, is_met=RATINGS <= 160)
    rows = min(stored.rows, FILE)
    cpu = best_of(lambda: next(read_parquet(stored)), 3) * 1_000_000 / rows
    size = sum(one.stat().st_size for one in stored.parquet) / stored.rows
    print(f"     1M rows of Parquet to a matrix: {cpu:.2f} CPU s, {size:.1f} bytes a response")


if __name__ == "__main__":
    main()
