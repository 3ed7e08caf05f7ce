"""Cells against plain SQL: DuckDB adds up the same rows on its own, and every sum is equal."""

from collections.abc import Iterator

import duckdb
import numpy as np
import pytest

from app.analysis.data.cells import DROPPED, HOUSEHOLDS, Cells, make_cells
from app.analysis.data.dataset import BLANK, KEPT_OUT, Column, Dataset, Role

TEN = tuple(range(1, 11))
ITEMS = ("a", "b", "c")
LEVELS = (Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED, Role.IMPORTANCE, Role.COMPETITOR)
ROWS = 4000


def make_data() -> Dataset:
    """Draw rows with every kind of cell: points, blanks, not asked, kept out, inversions."""
    rng = np.random.default_rng(20260601)
    columns: list[Column] = []
    values: list[np.ndarray] = []
    for item in ITEMS:
        columns.append(Column(f"rate_{item}", Role.PERFORMANCE, item, (1, 2, 3, 4, 5), (4, 5)))
        values.append(rng.choice([0, 1, 2, 3, 4, 5, BLANK, 51, KEPT_OUT + 1, 128 + 5], ROWS))
        columns.append(Column(f"pick_{item}", Role.PRIORITY, item, (1, 0)))
        values.append(rng.choice([0, 1, 2], ROWS))
        for role in LEVELS:
            columns.append(Column(f"{role}_{item}", role, item, TEN))
            values.append(rng.choice([0, BLANK, *TEN], ROWS))
    return Dataset(
        tuple(columns),
        np.stack(values, axis=1).astype(np.uint8),
        rng.integers(0, 2, ROWS),
        rng.integers(0, 3, ROWS),
        rng.integers(0, 30, ROWS),
        ("june", "november"),
        ("x", "y", "z"),
    )


@pytest.fixture(scope="module")
def data() -> Dataset:
    return make_data()


@pytest.fixture(scope="module")
def cells(data: Dataset) -> Cells:
    return make_cells(data)


@pytest.fixture(scope="module")
def oracle(data: Dataset) -> Iterator[duckdb.DuckDBPyConnection]:
    """Raw position codes in a table; views turn them into points and apply the inversion rules."""
    with duckdb.connect() as connection:
        names = [column.code for column in data.columns]
        keys = ["wave", "community", "grp"]
        typed = ", ".join(f"{name} INTEGER" for name in (*keys, *names))
        connection.execute(f"CREATE TABLE raw ({typed})")
        rows = np.column_stack([data.wave, data.community, data.group, data.values]).tolist()
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO raw VALUES ({marks})", rows)
        points = ", ".join(
            f"CASE WHEN {c.code} BETWEEN 1 AND {len(c.points)} THEN {c.code} END AS {c.code}"
            for c in data.columns
        )
        missing = ", ".join(
            f"CASE WHEN {name} BETWEEN 50 AND 63 THEN 1 ELSE 0 END AS missing_{name}"
            for name in names
        )
        connection.execute(
            f"CREATE VIEW given AS SELECT {', '.join(keys)}, {points}, {missing} FROM raw"
        )
        inverted = " + ".join(
            f"COALESCE(CAST(adequate_{i} > desired_{i} AS INT), 0)" for i in ITEMS
        )
        both = " + ".join(f"CAST(adequate_{i} + desired_{i} IS NOT NULL AS INT)" for i in ITEMS)
        connection.execute(
            f"CREATE VIEW judged AS SELECT *, ({inverted}) > 0.4 * ({both}) AS dropped FROM given"
        )
        cleaned = ", ".join(
            f"CASE WHEN dropped OR COALESCE(adequate_{i} > desired_{i}, FALSE) THEN NULL "
            f"ELSE {level}_{i} END AS clean_{level}_{i}"
            for i in ITEMS
            for level in ("adequate", "desired")
        )
        connection.execute(f"CREATE VIEW clean AS SELECT *, {cleaned} FROM judged")
        yield connection


def by_key(oracle: duckdb.DuckDBPyConnection, *sums: str) -> np.ndarray:
    """Return sums per (wave, community, group) in the order of the keys of cells."""
    query = (
        f"SELECT {', '.join(sums)} FROM clean GROUP BY wave, community, grp "
        "ORDER BY wave, community, grp"
    )
    return np.array(oracle.execute(query).fetchall(), dtype=np.int64)


def test_households_and_dropped_households_are_equal(
    cells: Cells, oracle: duckdb.DuckDBPyConnection
) -> None:
    found = by_key(oracle, "count(*)", "count(*) FILTER (dropped)")
    assert (cells.sums[:, [HOUSEHOLDS, DROPPED]] == found).all()
    assert found[:, 1].sum() > 100


def test_every_histogram_is_equal(cells: Cells, oracle: duckdb.DuckDBPyConnection) -> None:
    for column, start in zip(cells.layout.columns, cells.layout.starts, strict=True):
        name = column.code
        is_level = column.role in (Role.ADEQUATE, Role.DESIRED)
        clean = f"clean_{name}" if is_level else name
        sums = [f"count(*) FILTER ({clean} = {k + 1})" for k in range(len(column.points))]
        lost = f" + count(*) FILTER ({name} IS NOT NULL AND {clean} IS NULL)" if is_level else ""
        sums.append(f"sum(missing_{name}){lost}")
        found = by_key(oracle, *sums)
        assert (cells.sums[:, start : start + len(sums)] == found).all(), name


def test_every_moment_of_every_pair_is_equal(
    cells: Cells, oracle: duckdb.DuckDBPyConnection
) -> None:
    def name(role: Role, item: str) -> str:
        prefix = "clean_" if role in (Role.ADEQUATE, Role.DESIRED) else ""
        return f"{prefix}{role}_{item}"

    assert len(cells.layout.pairs) == 5 * len(ITEMS)
    for (role_x, role_y, item), start in cells.layout.pairs.items():
        x, y = name(role_x, item), name(role_y, item)
        found = by_key(
            oracle,
            *(
                f"COALESCE(sum({value}) FILTER ({x} + {y} IS NOT NULL), 0)"
                for value in ("1", x, y, f"{x} * {x}", f"{y} * {y}", f"{x} * {y}")
            ),
        )
        assert (cells.sums[:, start : start + 6] == found).all(), (role_x, role_y, item)


def test_every_count_of_the_zone_is_equal(cells: Cells, oracle: duckdb.DuckDBPyConnection) -> None:
    for item, start in cells.layout.zones.items():
        a, d, p = f"clean_adequate_{item}", f"clean_desired_{item}", f"perceived_{item}"
        triple = f"{a} + {d} + {p} IS NOT NULL"
        found = by_key(
            oracle,
            f"count(*) FILTER ({triple} AND {p} < {a})",
            f"count(*) FILTER ({triple} AND {p} BETWEEN {a} AND {d})",
            f"count(*) FILTER ({triple} AND {p} > {d})",
            f"count(*) FILTER (adequate_{item} > desired_{item})",
            f"count(*) FILTER (adequate_{item} + desired_{item} IS NOT NULL)",
        )
        assert (cells.sums[:, start : start + 5] == found).all(), item
