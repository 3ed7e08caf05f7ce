"""Means and shares out of sums of cells, for the full sample and all replicates at once.

All arrays have the replicates first (row 0 = full sample) and the columns or items last; a value
without answers is NaN, never 0.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.cells import HOUSEHOLDS, PAIR_MOMENTS, ZONE_COUNTS, Layout
from app.analysis.data.dataset import Column, Role


def ratio(
    numerator: NDArray[np.int64] | NDArray[np.float64],
    denominator: NDArray[np.int64] | NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return numerator / denominator, NaN where the denominator is 0."""
    top, bottom = np.broadcast_arrays(numerator, denominator)
    out = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=out, where=bottom != 0)
    return out


@dataclass(frozen=True, eq=False)
class Moments:
    """Statistics of a stack of sums.

    Attributes:
        layout: Meaning of the sums.
        sums: Integers, shape (replicates, layout.width).
    """

    layout: Layout
    sums: NDArray[np.int64]

    @property
    def households(self) -> NDArray[np.int64]:
        """Return the number of households, shape (replicates,)."""
        return self.sums[:, HOUSEHOLDS]

    @cached_property
    def _by_column(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return n, sum of points and satisfied answers, each (replicates, columns)."""
        starts = np.array(self.layout.starts)
        columns = self.layout.columns
        end = self.layout.starts[-1] + len(columns[-1].points) + 1
        counted = np.zeros(end, dtype=np.int64)
        points = np.zeros(end, dtype=np.int64)
        satisfied = np.zeros(end, dtype=np.int64)
        for start, column in zip(self.layout.starts, columns, strict=True):
            stop = start + len(column.points)
            counted[start:stop] = 1
            points[start:stop] = column.points
            satisfied[start:stop] = [point in column.satisfied for point in column.points]
        sums = self.sums[:, :end]
        n, total, top = (
            np.add.reduceat(sums * factor, starts, axis=1)
            for factor in (counted, points, satisfied)
        )
        return n, total, top

    def has(self, role: Role, item: str) -> bool:
        """Say whether there is a column of this role and item."""
        return (role, item) in self.layout.index

    def column(self, role: Role, item: str) -> Column:
        """Return the column of this role and item. Raises KeyError when there is none."""
        return self.layout.columns[self.layout.index[role, item]]

    def _places(self, role: Role, items: tuple[str, ...]) -> list[int]:
        return [self.layout.index[role, item] for item in items]

    def n(self, role: Role, items: tuple[str, ...]) -> NDArray[np.int64]:
        """Return the number of answers, shape (replicates, items)."""
        return self._by_column[0][:, self._places(role, items)]

    def mean(self, role: Role, items: tuple[str, ...]) -> NDArray[np.float64]:
        """Return means in scale points over available answers."""
        places = self._places(role, items)
        return ratio(self._by_column[1][:, places], self._by_column[0][:, places])

    def satisfied(self, role: Role, items: tuple[str, ...]) -> NDArray[np.int64]:
        """Return how many answers are satisfied, shape (replicates, items)."""
        return self._by_column[2][:, self._places(role, items)]

    def picks(self, items: tuple[str, ...]) -> NDArray[np.int64]:
        """Return how many households picked each item, shape (replicates, items)."""
        places = self._places(Role.PRIORITY, items)
        return self._by_column[1][:, places]

    def percent(self, role: Role, items: tuple[str, ...]) -> NDArray[np.float64]:
        """Return means on 0-100: 100 (mean - m)/(M - m)."""
        columns = [self.column(role, item) for item in items]
        least = np.array([column.points[0] for column in columns], dtype=np.float64)
        most = np.array([column.points[-1] for column in columns], dtype=np.float64)
        return 100 * (self.mean(role, items) - least) / (most - least)

    def histogram(self, role: Role, item: str) -> tuple[NDArray[np.int64], int]:
        """Return, in the full sample, the count of every point and of "asked, no point"."""
        place = self.layout.index[role, item]
        start = self.layout.starts[place]
        stop = start + len(self.layout.columns[place].points)
        return self.sums[0, start:stop], int(self.sums[0, stop])

    def pair(self, x: Role, y: Role, items: tuple[str, ...]) -> dict[str, NDArray[np.int64]]:
        """Return the moments of pairs over joint rows, each shape (replicates, items).

        Keys are n, x, y, xx, yy and xy.
        """
        starts = np.array([self.layout.pairs[x, y, item] for item in items], dtype=np.int64)
        return {name: self.sums[:, starts + k] for k, name in enumerate(PAIR_MOMENTS)}

    def gap(self, x: Role, y: Role, items: tuple[str, ...]) -> NDArray[np.float64]:
        """Return the mean of y - x over rows that have both, in scale points."""
        moments = self.pair(x, y, items)
        return ratio(moments["y"] - moments["x"], moments["n"])

    def zone(self, items: tuple[str, ...]) -> dict[str, NDArray[np.int64]]:
        """Return the zone counts, each shape (replicates, items).

        Keys are below, inside, above (over answered, consistent triples), inverted and answered
        (rows that gave both levels).
        """
        starts = np.array([self.layout.zones[item] for item in items], dtype=np.int64)
        return {name: self.sums[:, starts + k] for k, name in enumerate(ZONE_COUNTS)}
