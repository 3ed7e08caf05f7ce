"""Means and shares out of sums of cells, for the full sample and all replicates at once.

All arrays have the replicates first (row 0 = full sample) and the columns or items last; a value
without answers is NaN, never 0.

Numbers of answers are never weighted: they say what a figure rests on. With weights every other
count or sum is its weighted mean times that number of answers, so that dividing by it gives the
weighted figure. Counts that are added to each other are multiples of 2^-30, so that the sum of all
of them is the number of answers exactly.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.analysis.data.cells import HOUSEHOLDS, PAIR_MOMENTS, ZONE_COUNTS, Layout
from app.analysis.data.dataset import Column, Role

# Integers of unweighted sums, floats of weighted ones.
Counts = NDArray[Any]
Number = TypeVar("Number", np.int64, np.float64)

# Weighted counts that are added up are multiples of 1 / _GRAIN.
_GRAIN = 2.0**30


def ratio(
    numerator: NDArray[np.int64] | NDArray[np.float64],
    denominator: NDArray[np.int64] | NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return numerator / denominator, NaN where the denominator is 0.

    Source: ours, see docs/methods/design.md.
    """
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
        weighted: The same sums with every household weighted; None means unweighted.
    """

    layout: Layout
    sums: NDArray[np.int64]
    weighted: NDArray[np.float64] | None = None

    @property
    def linear(self) -> NDArray[np.int64] | NDArray[np.float64]:
        """Return the sums that means, shares and moments go by: weighted ones if there are any."""
        return self.sums if self.weighted is None else self.weighted

    @property
    def households(self) -> NDArray[np.int64]:
        """Return the number of households, shape (replicates,)."""
        return self.sums[:, HOUSEHOLDS]

    @cached_property
    def _n(self) -> NDArray[np.int64]:
        """Return the number of answers, shape (replicates, columns)."""
        return _added(self.layout, self.sums, self.layout.factors[0])

    @cached_property
    def _linear(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return answers, sum of points and satisfied answers, each (replicates, columns).

        Floats hold integers up to 2^53 exactly, so unweighted figures are exact all the same.
        """
        sums = self.linear[:, : self.layout.factors.shape[1]].astype(np.float64)
        n, total, top = (_added(self.layout, sums, one) for one in self.layout.factors)
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
        """Return the number of answers, unweighted, shape (replicates, items)."""
        return self._n[:, self._places(role, items)]

    def mean(self, role: Role, items: tuple[str, ...]) -> NDArray[np.float64]:
        """Return means in scale points over available answers."""
        places = self._places(role, items)
        return ratio(self._linear[1][:, places], self._linear[0][:, places])

    def satisfied(self, role: Role, items: tuple[str, ...]) -> Counts:
        """Return how many answers are satisfied, shape (replicates, items)."""
        places = self._places(role, items)
        return self._scaled(
            self._linear[2][:, places], self._linear[0][:, places], self._n[:, places]
        )

    def picks(self, items: tuple[str, ...]) -> Counts:
        """Return how many households picked each item, shape (replicates, items)."""
        places = self._places(Role.PRIORITY, items)
        weighed = self.linear[:, HOUSEHOLDS].astype(np.float64)
        return self._scaled(self._linear[1][:, places], weighed[:, None], self.households[:, None])

    def _scaled(
        self, count: NDArray[np.float64], of: NDArray[np.float64], n: NDArray[np.int64]
    ) -> Counts:
        """Return weighted counts as parts of the unweighted number n; plain counts unchanged."""
        if self.weighted is None:
            return count.astype(np.int64)
        return np.nan_to_num(ratio(count, of)) * n

    def percent(self, role: Role, items: tuple[str, ...]) -> NDArray[np.float64]:
        """Return means on 0-100: 100 (mean - m)/(M - m)."""
        columns = [self.column(role, item) for item in items]
        least = np.array([column.points[0] for column in columns], dtype=np.float64)
        most = np.array([column.points[-1] for column in columns], dtype=np.float64)
        return 100 * (self.mean(role, items) - least) / (most - least)

    def histogram(self, role: Role, item: str) -> tuple[Counts, int]:
        """Return, in the full sample, the count of every point and of "asked, no point"."""
        place = self.layout.index[role, item]
        start = self.layout.starts[place]
        stop = start + len(self.layout.columns[place].points)
        counts, missing = self.sums[0, start:stop], int(self.sums[0, stop])
        if self.weighted is None:
            return counts, missing
        return _shared(self.weighted[0, start:stop], int(counts.sum())), missing

    def distribution(self, role: Role, item: str) -> NDArray[np.float64]:
        """Return the share of every point among the answers, shape (replicates, points)."""
        place = self.layout.index[role, item]
        start = self.layout.starts[place]
        counts = self.linear[:, start : start + len(self.layout.columns[place].points)]
        return ratio(counts, counts.sum(axis=1, keepdims=True))

    def pair(self, x: Role, y: Role, items: tuple[str, ...]) -> dict[str, Counts]:
        """Return the moments of pairs over joint rows, each shape (replicates, items).

        Keys are n, x, y, xx, yy and xy; n is unweighted.
        """
        starts = np.array([self.layout.pairs[x, y, item] for item in items], dtype=np.int64)
        n = self.sums[:, starts]
        found: dict[str, Counts] = {"n": n}
        for k, name in enumerate(PAIR_MOMENTS):
            if name != "n":
                found[name] = self._scaled(
                    self.linear[:, starts + k].astype(np.float64),
                    self.linear[:, starts].astype(np.float64),
                    n,
                )
        return found

    def gap(self, x: Role, y: Role, items: tuple[str, ...]) -> NDArray[np.float64]:
        """Return the mean of y - x over rows that have both, in scale points."""
        moments = self.pair(x, y, items)
        return ratio(moments["y"] - moments["x"], moments["n"])

    def zone(self, items: tuple[str, ...]) -> dict[str, Counts]:
        """Return the zone counts, each shape (replicates, items).

        Keys are below, inside, above (over answered, consistent triples), inverted and answered
        (rows that gave both levels). The last two are households, never weighted.
        """
        starts = np.array([self.layout.zones[item] for item in items], dtype=np.int64)
        found: dict[str, Counts] = {
            name: self.sums[:, starts + k] for k, name in enumerate(ZONE_COUNTS)
        }
        if self.weighted is not None:
            names = ZONE_COUNTS[:3]
            triples = np.sum([found[name] for name in names], axis=0)
            stacked = np.stack([self.weighted[:, starts + k] for k in range(len(names))], axis=-1)
            shared = _shared(stacked, triples)
            found.update({name: shared[..., k] for k, name in enumerate(names)})
        return found


def _added(layout: Layout, sums: NDArray[Number], factor: NDArray[np.int64]) -> NDArray[Number]:
    """Add up the places of every column, each multiplied by a factor; (replicates, columns)."""
    if not layout.columns:
        return sums[:, :0]
    weighed = sums[:, : factor.size] * factor.astype(sums.dtype)
    found: NDArray[Number] = np.add.reduceat(weighed, np.array(layout.starts), axis=1)
    return found


def _shared(weighted: NDArray[np.float64], n: ArrayLike) -> NDArray[np.float64]:
    """Return parts of n in the proportions of the last axis; they add up to n exactly."""
    size = np.asarray(n, dtype=np.float64)[..., None]
    parts = np.nan_to_num(ratio(weighted, weighted.sum(axis=-1, keepdims=True))) * size
    parts = np.round(parts * _GRAIN) / _GRAIN
    largest = np.argmax(parts, axis=-1, keepdims=True)
    rest = size - parts.sum(axis=-1, keepdims=True)
    np.put_along_axis(parts, largest, np.take_along_axis(parts, largest, axis=-1) + rest, axis=-1)
    return parts
