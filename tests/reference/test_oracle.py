"""Cells against plain SQL: DuckDB adds up the same Parquet file on its own, every sum is equal."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.analysis.data.cells import cells_of_batches, make_cells, make_layout
from app.analysis.data.dataset import BLANK, KEPT_OUT, UNREADABLE, Column, Dataset, Role
from tests.reference.oracle import Oracle, write_parquet

FIVE, TEN = (1, 2, 3, 4, 5), tuple(range(1, 11))
LEVELS = (Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED, Role.IMPORTANCE, Role.COMPETITOR)
ABSENT = (0, BLANK, 51, 55, UNREADABLE, KEPT_OUT + 1, KEPT_OUT + BLANK, 128 + 5, 128 + 51)
CELLS = (("1", "owner"), ("1", "tenant"), ("2", "owner"))


def columns_of(items: Sequence[str], five: tuple[int, ...] = FIVE) -> tuple[Column, ...]:
    """Return every role of every item: a headline list, a tolerance block and attributes."""
    columns = [Column("total", Role.OVERALL, "overall", TEN)]
    for item in items:
        columns.append(Column(f"rate_{item}", Role.PERFORMANCE, item, five, five[-2:], item))
        columns.append(Column(f"pick_{item}", Role.PRIORITY, item, (1, 0), (), item))
        columns += [Column(f"{role}_{item}", role, item, TEN, (), item) for role in LEVELS]
        columns.append(Column(f"word_{item}", Role.ATTRIBUTE, f"word_{item}", five, (), item))
    return tuple(columns)


def draw(columns: tuple[Column, ...], rows: int, seed: int, *, absent: float) -> Dataset:
    """Draw rows with every kind of code, several of every kind of key, in no order."""
    rng = np.random.default_rng(seed)
    values = np.stack(
        [
            np.where(
                rng.random(rows) < absent,
                rng.choice(ABSENT, rows),
                rng.integers(1, len(column.points) + 1, rows),
            )
            for column in columns
        ],
        axis=1,
    )
    return Dataset(
        columns,
        values.astype(np.uint8),
        rng.integers(0, 2, rows),
        rng.integers(0, 3, rows),
        rng.integers(0, 30, rows) // rng.integers(1, 30),
        ("november", "june"),
        ("z", "x", "y"),
        cell_variables=("building", "tenure"),
        cell_names=CELLS,
        cell=rng.integers(0, len(CELLS), rows),
    )


def check(dataset: Dataset, folder: Path) -> None:
    path = folder / "answers.parquet"
    write_parquet(dataset, path)
    cells = make_cells(dataset)
    oracle = Oracle([path], cells.layout, dataset.cell_variables)
    assert cells.keys == oracle.keys
    found = oracle.sums()
    wrong = np.argwhere(cells.sums != found)
    assert wrong.size == 0, wrong[:5]


def test_every_sum_of_every_cell_equals_the_sum_by_sql(tmp_path: Path) -> None:
    # More rows than the kernel takes at a time, and keys of a few rows beside keys of hundreds.
    check(draw(columns_of(("a", "b", "c")), 9000, 20260601, absent=0.3), tmp_path)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    items=st.integers(0, 2),
    five=st.sampled_from([FIVE, (0, 1), (-2, -1, 0, 1, 2), (0, 25, 50, 75, 100)]),
    rows=st.integers(1, 60),
    seed=st.integers(0, 10**6),
    absent=st.sampled_from([0.0, 0.2, 0.9, 1.0]),
)
def test_small_data_of_any_shape_add_up_as_by_sql(
    tmp_path: Path, items: int, five: tuple[int, ...], rows: int, seed: int, absent: float
) -> None:
    check(draw(columns_of(("a", "b")[:items], five), rows, seed, absent=absent), tmp_path)


def test_two_files_add_up_to_the_cells_of_their_batches(tmp_path: Path) -> None:
    columns = columns_of(("a",))
    batches = [draw(columns, 300, seed, absent=0.2) for seed in (1, 2)]
    paths = [tmp_path / "1.parquet", tmp_path / "2.parquet"]
    for batch, path in zip(batches, paths, strict=True):
        write_parquet(batch, path)
    cells = cells_of_batches(batches)
    oracle = Oracle(paths, make_layout(columns), ("building", "tenure"))
    assert cells.keys == oracle.keys
    assert (cells.sums == oracle.sums()).all()


def test_a_sum_that_is_off_by_one_would_be_found(tmp_path: Path) -> None:
    dataset = draw(columns_of(("a",)), 50, 3, absent=0.2)
    path = tmp_path / "answers.parquet"
    write_parquet(dataset, path)
    cells = make_cells(dataset)
    cells.sums[0, [0, -1]] += 1
    found = Oracle([path], cells.layout, dataset.cell_variables).sums()
    last = cells.layout.width - 1
    assert np.argwhere(cells.sums != found).tolist() == [[0, 0], [0, last]]
