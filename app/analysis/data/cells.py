"""Moment cells: additive integer sums keyed (wave, community, replicate group).

Everything `run_study` says is a function of these sums; rows are not needed after `make_cells`.
Sums are integers, so adding cells, subtracting a group and adding in another order are exact.

One cell is a vector whose meaning is its `Layout`: households; households that lost their zone
levels; per column the count of every point and of "asked, no point"; per pair of columns the six
moments over rows that have both; per zone item five counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.consistency import Consistency, check_consistency
from app.analysis.data.dataset import Column, Dataset, Role, bins_of, points_of

HOUSEHOLDS = 0
DROPPED = 1
PAIR_MOMENTS = ("n", "x", "y", "xx", "yy", "xy")
ZONE_COUNTS = ("below", "inside", "above", "inverted", "answered")
PAIRS = (
    (Role.ADEQUATE, Role.PERCEIVED),
    (Role.DESIRED, Role.PERCEIVED),
    (Role.ADEQUATE, Role.DESIRED),
    (Role.IMPORTANCE, Role.PERCEIVED),
    (Role.COMPETITOR, Role.PERCEIVED),
)


class Key(NamedTuple):
    """What a cell is about."""

    wave: str
    community: str
    group: int


class CellsError(ValueError):
    """Cells that cannot be added: other columns, or another kind of groups."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each sum stands in a cell. Two layouts of the same columns are equal.

    Attributes:
        columns: The columns counted.
        index: (role, item) to the position of the column.
        starts: First position of the histogram of every column; it has one place per point and
            one more for "asked, no point".
        pairs: (role x, role y, item) to the first of six moments.
        zones: Zone item to the first of five counts.
        width: Length of a cell.
    """

    columns: tuple[Column, ...]
    index: dict[tuple[Role, str], int] = field(compare=False)
    starts: tuple[int, ...] = field(compare=False)
    pairs: dict[tuple[Role, Role, str], int] = field(compare=False)
    zones: dict[str, int] = field(compare=False)
    width: int = field(compare=False)


def make_layout(columns: tuple[Column, ...]) -> Layout:
    """Return the layout of the cells of these columns.

    A zone item is an item with an adequate, a desired and a perceived column.
    """
    index = {column.key: j for j, column in enumerate(columns)}
    position = 2
    starts: list[int] = []
    for column in columns:
        starts.append(position)
        position += len(column.points) + 1
    pairs: dict[tuple[Role, Role, str], int] = {}
    zones: dict[str, int] = {}
    for item in dict.fromkeys(column.item for column in columns):
        for x, y in PAIRS:
            if (x, item) in index and (y, item) in index:
                pairs[x, y, item] = position
                position += len(PAIR_MOMENTS)
        levels = (Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED)
        if all((role, item) in index for role in levels):
            zones[item] = position
            position += len(ZONE_COUNTS)
    return Layout(columns, index, tuple(starts), pairs, zones, position)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Sums by (wave, community, group).

    Attributes:
        layout: Meaning of the columns of `sums`.
        keys: One key per row of `sums`, sorted, each once.
        sums: Integers, shape (keys, layout.width).
        own_groups: As in `Dataset`.
    """

    layout: Layout
    keys: tuple[Key, ...]
    sums: NDArray[np.int64]
    own_groups: bool

    @property
    def households(self) -> int:
        """Return the number of households behind these cells."""
        return int(self.sums[:, HOUSEHOLDS].sum())

    def total(self) -> NDArray[np.int64]:
        """Return the sum of all cells, shape (layout.width,)."""
        total: NDArray[np.int64] = self.sums.sum(axis=0)
        return total

    def select(
        self, *, waves: Iterable[str] | None = None, communities: Iterable[str] | None = None
    ) -> "Cells":
        """Return the cells of some waves and communities; None means all."""
        waves = None if waves is None else frozenset(waves)
        communities = None if communities is None else frozenset(communities)
        rows = [
            row
            for row, key in enumerate(self.keys)
            if (waves is None or key.wave in waves)
            and (communities is None or key.community in communities)
        ]
        keys = tuple(self.keys[row] for row in rows)
        return Cells(self.layout, keys, self.sums[rows], self.own_groups)

    def by_group(self, modulus: int | None = None) -> NDArray[np.int64]:
        """Return the sums per replicate group, waves and communities added up.

        Args:
            modulus: Fold groups by this modulus; None keeps them as they are.

        Returns:
            Shape (groups with a household, layout.width), in ascending order of group.
        """
        groups = np.array([key.group for key in self.keys], dtype=np.int64)
        if modulus is not None:
            groups %= modulus
        if not self.keys:
            return np.zeros((0, self.layout.width), dtype=np.int64)
        order = np.argsort(groups, kind="stable")
        starts = np.unique(groups[order], return_index=True)[1]
        sums: NDArray[np.int64] = np.add.reduceat(self.sums[order], starts, axis=0)
        return sums[sums[:, HOUSEHOLDS] > 0]

    def __add__(self, other: "Cells") -> "Cells":
        """Return the cells of both data sets together.

        Raises:
            CellsError: The columns or the kind of groups differ.
        """
        if self.layout != other.layout or self.own_groups != other.own_groups:
            raise CellsError
        keys = tuple(sorted({*self.keys, *other.keys}))
        row_of = {key: row for row, key in enumerate(keys)}
        sums = np.zeros((len(keys), self.layout.width), dtype=np.int64)
        for cells in (self, other):
            sums[[row_of[key] for key in cells.keys]] += cells.sums
        return Cells(self.layout, keys, sums, self.own_groups)


def make_cells(dataset: Dataset) -> Cells:
    """Add up the rows of a dataset: the one kernel between answers and statistics.

    Args:
        dataset: Answers; the inversion rules of `tolerance` are applied here, on rows.

    Returns:
        Cells of every (wave, community, group) that has a household.

    Raises:
        DatasetError: A cell holds a code its column does not know.
    """
    layout = make_layout(dataset.columns)
    keys, row_key = _keys(dataset)
    sums = np.zeros((len(keys), layout.width), dtype=np.int64)
    sums[:, HOUSEHOLDS] = np.bincount(row_key, minlength=len(keys))
    bins = [bins_of(dataset, j) for j in range(len(dataset.columns))]
    _count_zones(dataset, layout, row_key, bins=bins, sums=sums)
    for j, column in enumerate(dataset.columns):
        width = len(column.points) + 2
        counts = _count(row_key, bins[j], len(keys), width)
        start = layout.starts[j]
        sums[:, start : start + width - 1] = counts[:, : width - 1]
    _count_pairs(layout, row_key, bins=bins, sums=sums)
    return Cells(layout, keys, sums, dataset.own_groups)


def _keys(dataset: Dataset) -> tuple[tuple[Key, ...], NDArray[np.int64]]:
    """Return the keys present, sorted, and the key index of every row."""
    group_codes, row_group = np.unique(dataset.group, return_inverse=True)
    code = dataset.wave * len(dataset.communities) + dataset.community
    code = code * max(1, group_codes.size) + row_group
    present, row_present = np.unique(code, return_inverse=True)
    pair, group = np.divmod(present, max(1, group_codes.size))
    wave, community = np.divmod(pair, max(1, len(dataset.communities)))
    named = [
        Key(dataset.waves[w], dataset.communities[c], int(group_codes[g]))
        for w, c, g in zip(wave, community, group, strict=True)
    ]
    keys = tuple(sorted(set(named)))
    place = {key: k for k, key in enumerate(keys)}
    lookup = np.array([place[key] for key in named], dtype=np.int64)
    row_key: NDArray[np.int64] = lookup[row_present]
    return keys, row_key


def _count(
    row_key: NDArray[np.int64], bins: NDArray[np.int64], keys: int, width: int
) -> NDArray[np.int64]:
    """Count rows by key and bin, shape (keys, width)."""
    return np.bincount(row_key * width + bins, minlength=keys * width).reshape(keys, width)


def _count_zones(
    dataset: Dataset,
    layout: Layout,
    row_key: NDArray[np.int64],
    *,
    bins: list[NDArray[np.int64]],
    sums: NDArray[np.int64],
) -> None:
    """Apply the inversion rules, count zone answers, and blank unusable levels in `bins`."""
    if not layout.zones:
        return
    items = tuple(layout.zones)

    def levels(role: Role) -> NDArray[np.float64]:
        return np.stack([points_of(dataset, layout.index[role, item]) for item in items], axis=1)

    adequate, desired = levels(Role.ADEQUATE), levels(Role.DESIRED)
    perceived = levels(Role.PERCEIVED)
    found = check_consistency(adequate, desired)
    keys = sums.shape[0]
    sums[:, DROPPED] = np.bincount(row_key[found.dropped], minlength=keys)
    triple = found.answered & found.usable & ~np.isnan(perceived)
    flags = (
        triple & (perceived < adequate),
        triple & (perceived >= adequate) & (perceived <= desired),
        triple & (perceived > desired),
        found.inverted,
        found.answered,
    )
    for k, item in enumerate(items):
        start = layout.zones[item]
        for offset, flag in enumerate(flags):
            sums[:, start + offset] = np.bincount(row_key[flag[:, k]], minlength=keys)
        _blank_levels(layout, item, found, column=k, bins=bins)


def _blank_levels(
    layout: Layout,
    item: str,
    found: Consistency,
    *,
    column: int,
    bins: list[NDArray[np.int64]],
) -> None:
    """Turn unusable levels that were given into "asked, no point"."""
    for role in (Role.ADEQUATE, Role.DESIRED):
        j = layout.index[role, item]
        points = len(layout.columns[j].points)
        bins[j][~found.usable[:, column] & (bins[j] < points)] = points


def _count_pairs(
    layout: Layout,
    row_key: NDArray[np.int64],
    *,
    bins: list[NDArray[np.int64]],
    sums: NDArray[np.int64],
) -> None:
    """Add up the six moments of every pair over rows that have both answers."""
    keys = sums.shape[0]
    for (x, y, item), start in layout.pairs.items():
        jx, jy = layout.index[x, item], layout.index[y, item]
        px = np.array(layout.columns[jx].points, dtype=np.int64)
        py = np.array(layout.columns[jy].points, dtype=np.int64)
        both = (bins[jx] < px.size) & (bins[jy] < py.size)
        joint = bins[jx][both] * py.size + bins[jy][both]
        table = _count(row_key[both], joint, keys, px.size * py.size)
        grid_x, grid_y = np.repeat(px, py.size), np.tile(py, px.size)
        moments = (np.ones_like(grid_x), grid_x, grid_y, grid_x**2, grid_y**2, grid_x * grid_y)
        for offset, moment in enumerate(moments):
            sums[:, start + offset] = table @ moment
