"""Moment cells: additive integer sums keyed (wave, community, replicate group, weighting cell).

Everything `run_study` says is a function of these sums; rows are not needed after `make_cells`.
Sums are integers, so adding cells, subtracting a group and adding in another order are exact.
What one cell holds is its layout, see `app.analysis.data.layout`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Dataset
from app.analysis.data.kernel import Sums, narrowest, sums_of_rows
from app.analysis.data.layout import (
    DROPPED,
    HOUSEHOLDS,
    PAIR_MOMENTS,
    ZONE_COUNTS,
    Blocks,
    Layout,
    make_layout,
)

__all__ = [
    "DROPPED",
    "HOUSEHOLDS",
    "PAIR_MOMENTS",
    "ZONE_COUNTS",
    "Cells",
    "CellsError",
    "Key",
    "Layout",
    "add_cells",
    "cells_of_batches",
    "make_cells",
    "make_layout",
]


_WAITING = 4096  # keys that may wait to be added


class Key(NamedTuple):
    """What a cell is about; `cell` holds the values of `Cells.cell_variables`."""

    wave: str
    community: str
    group: int
    cell: tuple[str, ...] = ()


class CellsError(ValueError):
    """Cells that do not fit: other columns, another kind of groups or other cell variables."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Sums by (wave, community, group, cell).

    Attributes:
        layout: Meaning of the columns of `sums`.
        keys: One key per row of `sums`, sorted, each once.
        sums: Integers, shape (keys, layout.width), of 16, 32 or 64 bits: add them in 64.
        own_groups: As in `Dataset`.
        cell_variables: As in `Dataset`.
    """

    layout: Layout
    keys: tuple[Key, ...]
    sums: Sums
    own_groups: bool
    cell_variables: tuple[str, ...] = ()

    @property
    def households(self) -> int:
        """Return the number of households behind these cells."""
        return int(self.sums[:, HOUSEHOLDS].sum(dtype=np.int64))

    def total(self) -> NDArray[np.int64]:
        """Return the sum of all cells, shape (layout.width,)."""
        total: NDArray[np.int64] = self.sums.sum(axis=0, dtype=np.int64)
        return total

    def select(
        self,
        *,
        waves: Iterable[str] | None = None,
        communities: Iterable[str] | None = None,
        cells: Mapping[str, Collection[str]] | None = None,
    ) -> "Cells":
        """Return the cells of some waves, communities and values of cell variables.

        Args:
            waves: Names of waves; None means all.
            communities: Names of communities; None means all.
            cells: Wanted values by cell variable; a variable not named keeps all its values.

        Raises:
            CellsError: A variable is none of these cells.
        """
        waves = None if waves is None else frozenset(waves)
        communities = None if communities is None else frozenset(communities)
        wanted = self._wanted(cells or {})
        rows = [
            row
            for row, key in enumerate(self.keys)
            if (waves is None or key.wave in waves)
            and (communities is None or key.community in communities)
            and all(key.cell[place] in values for place, values in wanted)
        ]
        keys = tuple(self.keys[row] for row in rows)
        return Cells(self.layout, keys, self.sums[rows], self.own_groups, self.cell_variables)

    def _wanted(self, cells: Mapping[str, Collection[str]]) -> list[tuple[int, frozenset[str]]]:
        unknown = set(cells) - set(self.cell_variables)
        if unknown:
            raise CellsError(min(unknown))
        return [(self.cell_variables.index(name), frozenset(cells[name])) for name in cells]

    def by_group(self, modulus: int | None = None) -> NDArray[np.int64]:
        """Return the sums per replicate group, everything else added up.

        Args:
            modulus: Fold groups by this modulus; None keeps them as they are.

        Returns:
            Shape (groups with a household, layout.width), in ascending order of group.
        """
        groups = self._groups(modulus)
        present = sorted(set(groups.tolist()))
        sums = np.zeros((len(present), self.layout.width), dtype=np.int64)
        for k, group in enumerate(present):
            self.sums[groups == group].sum(axis=0, dtype=np.int64, out=sums[k])
        return sums[sums[:, HOUSEHOLDS] > 0]

    def by_group_and_cell(
        self, modulus: int | None = None
    ) -> tuple[NDArray[np.int64], tuple[tuple[str, ...], ...], NDArray[np.int64]]:
        """Return the sums per replicate group and cell, waves and communities added up.

        Args:
            modulus: Fold groups by this modulus; None keeps them as they are.

        Returns:
            The groups with a household, ascending; the cells present, sorted; and the sums, shape
            (groups, cells, layout.width), 0 where a group has no household of a cell.
        """
        groups = self._groups(modulus)
        present = np.unique(groups)
        names = tuple(sorted({key.cell for key in self.keys}))
        place = {name: k for k, name in enumerate(names)}
        cell = np.array([place[key.cell] for key in self.keys], dtype=np.int64)
        sums = np.zeros((present.size, len(names), self.layout.width), dtype=np.int64)
        np.add.at(sums, (np.searchsorted(present, groups), cell), self.sums)
        kept = sums[:, :, HOUSEHOLDS].sum(axis=1) > 0
        return present[kept], names, sums[kept]

    def _groups(self, modulus: int | None) -> NDArray[np.int64]:
        """Return the group of every key, folded."""
        groups = np.array([key.group for key in self.keys], dtype=np.int64)
        return groups if modulus is None else groups % modulus

    def __add__(self, other: "Cells") -> "Cells":
        """Return the cells of both data sets together.

        Raises:
            CellsError: The layout, the kind of groups or the cell variables differ.
        """
        return add_cells((self, other))


def make_cells(dataset: Dataset, blocks: Blocks | None = None) -> Cells:
    """Add up the rows of a dataset: the one kernel between answers and statistics.

    Args:
        dataset: Answers; the inversion rules are applied here, on rows.
        blocks: Columns whose pairs are all counted; None means the areas and the attributes.

    Returns:
        Cells of every (wave, community, group, cell) that has a household.

    Raises:
        DatasetError: A cell holds a code its column does not know.
        LayoutError: A block cannot be laid out.

    Source: ours, see docs/methods/cells.md.
    """
    layout = make_layout(dataset.columns, blocks)
    keys, row_key = _keys(dataset)
    counts = np.bincount(row_key, minlength=len(keys))
    sums = sums_of_rows(layout, dataset.values, row_key, counts)
    return Cells(layout, keys, sums, dataset.own_groups, dataset.cell_variables)


def cells_of_batches(batches: Iterable[Dataset], blocks: Blocks | None = None) -> Cells:
    """Add up a stream of datasets of the same columns without holding their rows together.

    Memory is about three times that of the result, whatever the number of batches.

    Args:
        batches: One dataset after another, at least one; a household is in one of them.
        blocks: As in `make_cells`.

    Raises:
        CellsError: There is no batch, or they differ in columns, groups or cell variables.
        DatasetError: As in `make_cells`.
        LayoutError: As in `make_cells`.

    Source: ours, see docs/methods/cells.md.
    """
    parts: list[Cells] = []
    waiting = 0
    for batch in batches:
        cells = make_cells(batch, blocks)
        parts.append(cells)
        waiting += len(cells.keys)
        # Parts are added when they are larger than what was added before: few additions, and
        # little that waits.
        if waiting > 2 * len(parts[0].keys) + _WAITING:
            parts, waiting = [add_cells(parts)], 0
    return add_cells(parts)


def add_cells(parts: Sequence[Cells]) -> Cells:
    """Return the cells of several data sets together; their order does not matter.

    Raises:
        CellsError: There is none, or the layout, the kind of groups or the cell variables differ.

    Source: ours, see docs/methods/cells.md.
    """
    if not parts:
        raise CellsError
    first = parts[0]
    for part in parts[1:]:
        same = part.own_groups == first.own_groups and part.cell_variables == first.cell_variables
        if part.layout != first.layout or not same:
            raise CellsError
    keys = tuple(sorted({key for part in parts for key in part.keys}))
    row_of = {key: row for row, key in enumerate(keys)}
    places = [np.array([row_of[key] for key in part.keys], dtype=np.int64) for part in parts]
    households = np.zeros(len(keys), dtype=np.int64)
    for part, rows in zip(parts, places, strict=True):
        households[rows] += part.sums[:, HOUSEHOLDS]
    kind = narrowest(int(households.max(initial=0)), first.layout)
    sums = np.zeros((len(keys), first.layout.width), dtype=kind)
    for part, rows in zip(parts, places, strict=True):
        if rows.size and rows[-1] - rows[0] + 1 == rows.size:
            sums[rows[0] : rows[-1] + 1] += part.sums
        else:
            sums[rows] += part.sums
    return Cells(first.layout, keys, sums, first.own_groups, first.cell_variables)


def _keys(dataset: Dataset) -> tuple[tuple[Key, ...], NDArray[np.int64]]:
    """Return the keys present, sorted, and the key index of every row."""
    groups, row_group = _ranked(dataset.group)
    code = dataset.wave * len(dataset.communities) + dataset.community
    code = code * max(1, groups.size) + row_group
    if dataset.cell is not None:
        code = code * len(dataset.cell_names) + dataset.cell
    present, row_present = _ranked(code)
    rest, cell = np.divmod(present, 1 if dataset.cell is None else len(dataset.cell_names))
    pair, group = np.divmod(rest, max(1, groups.size))
    wave, community = np.divmod(pair, max(1, len(dataset.communities)))
    named = [
        Key(dataset.waves[w], dataset.communities[c], int(groups[g]), dataset.cell_names[k])
        for w, c, g, k in zip(wave, community, group, cell, strict=True)
    ]
    keys = tuple(sorted(named))
    place = {key: k for k, key in enumerate(keys)}
    lookup = np.array([place[key] for key in named], dtype=np.int64)
    row_key: NDArray[np.int64] = lookup[row_present]
    return keys, row_key


def _ranked(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the different values, ascending, and the place of every value among them."""
    span = int(values.max(initial=0)) + 1
    if span <= 4 * values.size + 1024:
        # Counting is faster than sorting where the values lie close together.
        present = np.flatnonzero(np.bincount(values, minlength=span))
        place = np.zeros(span, dtype=np.int64)
        place[present] = np.arange(present.size)
        return present, place[values]
    found, where = np.unique(values, return_inverse=True)
    return found, where
