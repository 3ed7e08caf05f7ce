"""Moment cells by plain SQL: DuckDB over a Parquet file, sharing no arithmetic with the kernel.

One query per part of a cell, written from the definitions (docs/methods/cells.md), one row of the
file per household. Only the place of a sum in a cell is taken from the layout.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np

from app.analysis.data.cells import Key
from app.analysis.data.dataset import Dataset, Role
from app.analysis.data.layout import ABSENT, DROPPED, HOUSEHOLDS, Layout

KEYS = ("wave", "community", "grp")


def write_parquet(dataset: Dataset, path: Path) -> None:
    """Write the rows of a dataset: keys as words, answers as position codes named c0, c1, ..."""
    data = {
        "wave": np.array(dataset.waves, dtype=object)[dataset.wave],
        "community": np.array(dataset.communities, dtype=object)[dataset.community],
        "grp": dataset.group,
    }
    place = dataset.cell if dataset.cell is not None else np.zeros(dataset.households, dtype=int)
    for k, variable in enumerate(dataset.cell_variables):
        data[variable] = np.array([name[k] for name in dataset.cell_names], dtype=object)[place]
    for j in range(len(dataset.columns)):
        data[f"c{j}"] = np.ascontiguousarray(dataset.values[:, j])
    with duckdb.connect() as connection:
        connection.register("data", data)
        connection.execute(f"COPY (SELECT * FROM data) TO '{path}' (FORMAT parquet)")


class Oracle:
    """The sums of every key of a Parquet file, by SQL."""

    def __init__(
        self, paths: Sequence[Path], layout: Layout, variables: tuple[str, ...] = ()
    ) -> None:
        self.layout = layout
        self.keys_sql = ", ".join((*KEYS, *variables))
        self.connection = duckdb.connect(config={"threads": 1})
        files = ", ".join(f"'{path}'" for path in paths)
        self.connection.execute(f"CREATE TABLE raw AS SELECT * FROM read_parquet([{files}])")
        self._make_views()
        found = self.connection.execute(f"SELECT DISTINCT {self.keys_sql} FROM raw").fetchall()
        self.keys = tuple(sorted(self._key(row) for row in found))
        self.row_of = {key: row for row, key in enumerate(self.keys)}

    def sums(self) -> np.ndarray:
        """Return all sums, shape (keys, width); a place no query speaks about stays -1."""
        sums = np.full((len(self.keys), self.layout.width), -1, dtype=np.int64)
        parts = (
            self._counts(),
            self._histograms(),
            self._tables(),
            self._pairs(),
            self._zones(),
            self._blocks(),
        )
        for part in parts:
            for places, expressions in part:
                self._fill(sums, places, expressions)
        self.connection.close()
        return sums

    def _key(self, row: tuple) -> Key:
        return Key(row[0], row[1], row[2], tuple(row[3 : self.keys_sql.count(",") + 1]))

    def _fill(self, sums: np.ndarray, places: list[int], expressions: list[str]) -> None:
        wanted = ", ".join(f"COALESCE({one}, 0)" for one in expressions)
        query = f"SELECT {self.keys_sql}, {wanted} FROM clean GROUP BY ALL"
        for row in self.connection.execute(query).fetchall():
            sums[self.row_of[self._key(row)], places] = row[-len(places) :]

    def _make_views(self) -> None:
        """Points where a code is a position, then the inversion rules."""
        layout = self.layout
        points = []
        for j, column in enumerate(layout.columns):
            cases = " ".join(
                f"WHEN {k} THEN {point}" for k, point in enumerate(column.points, start=1)
            )
            points.append(f"CASE c{j} {cases} END AS p{j}")
        points_sql = ", ".join(points) or "0"
        self.connection.execute(f"CREATE VIEW given AS SELECT *, {points_sql} FROM raw")
        levels = [self._levels(item) for item in layout.zones]
        inverted = " + ".join(f"COALESCE(CAST(p{a} > p{d} AS INT), 0)" for a, d, _ in levels)
        both = " + ".join(f"CAST(p{a} + p{d} IS NOT NULL AS INT)" for a, d, _ in levels)
        self.connection.execute(
            f"CREATE VIEW judged AS SELECT *, 5 * ({inverted or 0}) > 2 * ({both or 0}) AS dropped "
            "FROM given"
        )
        partner = {}
        for a, d, _ in levels:
            partner[a] = partner[d] = f"dropped OR COALESCE(p{a} > p{d}, FALSE)"
        clean = ", ".join(
            f"CASE WHEN {partner[j]} THEN NULL ELSE p{j} END AS v{j}"
            if j in partner
            else f"p{j} AS v{j}"
            for j in range(len(layout.columns))
        )
        self.connection.execute(f"CREATE VIEW clean AS SELECT *, {clean or 0} FROM judged")

    def _levels(self, item: str) -> tuple[int, int, int]:
        roles = (Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED)
        adequate, desired, perceived = (self.layout.index[role, item] for role in roles)
        return adequate, desired, perceived

    def _counts(self) -> Iterator[tuple[list[int], list[str]]]:
        yield [HOUSEHOLDS, DROPPED], ["count(*)", "count(*) FILTER (dropped)"]

    def _histograms(self) -> Iterator[tuple[list[int], list[str]]]:
        for j, (column, start) in enumerate(
            zip(self.layout.columns, self.layout.starts, strict=True)
        ):
            kinds = {
                "asked": f"c{j} BETWEEN 50 AND 63 OR (p{j} IS NOT NULL AND v{j} IS NULL)",
                "blank": f"c{j} = 50",
                "no_experience": f"c{j} BETWEEN 51 AND 62",
                "unreadable": f"c{j} = 63",
                "unusable": f"p{j} IS NOT NULL AND v{j} IS NULL",
                "triggered": f"c{j} BETWEEN 64 AND 127",
                "extra": f"c{j} >= 128",
            }
            conditions = [f"v{j} = {point}" for point in column.points]
            conditions += [kinds[name] for name in ABSENT]
            places = list(range(start, start + len(conditions)))
            yield places, [f"count(*) FILTER ({one})" for one in conditions]

    def _tables(self) -> Iterator[tuple[list[int], list[str]]]:
        for (role_x, role_y, item), start in self.layout.tables.items():
            x = self.layout.index[role_x, item]
            about = "overall" if role_y is Role.OVERALL else item
            y = self.layout.index[role_y, about]
            conditions = [
                f"v{x} = {one} AND v{y} = {other}"
                for one in self.layout.columns[x].points
                for other in self.layout.columns[y].points
            ]
            places = list(range(start, start + len(conditions)))
            yield places, [f"count(*) FILTER ({one})" for one in conditions]

    def _pairs(self) -> Iterator[tuple[list[int], list[str]]]:
        for (role_x, role_y, item), start in self.layout.pairs.items():
            x, y = (f"v{self.layout.index[role, item]}" for role in (role_x, role_y))
            values = ("1", x, y, f"{x} * {x}", f"{y} * {y}", f"{x} * {y}")
            yield (
                list(range(start, start + 6)),
                [f"sum({value}) FILTER ({x} + {y} IS NOT NULL)" for value in values],
            )

    def _zones(self) -> Iterator[tuple[list[int], list[str]]]:
        for item, start in self.layout.zones.items():
            a, d, p = self._levels(item)
            conditions = (
                f"v{a} + v{d} IS NOT NULL AND p{p} < v{a}",
                f"v{a} <= p{p} AND p{p} <= v{d}",
                f"v{a} + v{d} IS NOT NULL AND p{p} > v{d}",
                f"p{a} > p{d}",
                f"p{a} + p{d} IS NOT NULL",
            )
            counts = [f"count(*) FILTER ({one})" for one in conditions]
            yield list(range(start, start + 5)), counts
            first = self.layout.zones_as_answered[item]
            triple = f"p{a} + p{d} + p{p} IS NOT NULL"
            yield (
                list(range(first, first + 10)),
                [
                    f"count(*) FILTER ({triple})",
                    f"count(*) FILTER ({triple} AND p{p} < p{a})",
                    f"count(*) FILTER ({triple} AND p{p} BETWEEN p{a} AND p{d})",
                    f"count(*) FILTER ({triple} AND p{p} > p{d})",
                    f"count(p{p} - p{a})",
                    f"sum(p{p} - p{a})",
                    f"sum((p{p} - p{a}) * (p{p} - p{a}))",
                    f"count(p{p} - p{d})",
                    f"sum(p{p} - p{d})",
                    f"sum((p{p} - p{d}) * (p{p} - p{d}))",
                ],
            )

    def _blocks(self) -> Iterator[tuple[list[int], list[str]]]:
        """Three matrices: n on and above the diagonal with xy below it, x, xx."""
        for name, start in self.layout.block_starts.items():
            columns = [f"v{self.layout.index[one.key]}" for one in self.layout.blocks[name]]
            p = len(columns)
            expressions = [
                f"count({x} + {y})" if i <= j else f"sum({x} * {y})"
                for i, x in enumerate(columns)
                for j, y in enumerate(columns)
            ]
            for value in ("{x}", "{x} * {x}"):
                expressions += [
                    f"sum({value.format(x=x)}) FILTER ({y} IS NOT NULL)"
                    for x in columns
                    for y in columns
                ]
            yield list(range(start, start + 3 * p * p)), expressions
