"""What the kernel derives from a layout once: which columns are counted together, and how."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Column, DatasetError, point_table
from app.analysis.data.layout import LEVELS, Layout

CHUNK = 8192  # rows the kernel takes at a time
_EXACT_IN_SINGLE = 2**24
_EXACT_IN_DOUBLE = 2**53

Floats = NDArray[np.float32] | NDArray[np.float64]
Where = slice | NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Columns of equally many points, taken together.

    Attributes:
        columns: Their positions.
        starts: First position of their histograms.
        points: How many points they have.
        has_levels: The inversion rules may take answers of some of them away.
    """

    columns: Where
    starts: NDArray[np.int64]
    points: int
    has_levels: bool

    def where(self, place: int) -> Where:
        """Return the position of one place of every histogram."""
        return _positions(self.starts + place)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A block of p columns.

    Attributes:
        columns: Their positions.
        start: First position of its sums.
        points: The point of every code, 0 where there is none, shape (p, 256).
        sizes: How many points each has.
        is_spaced: On every scale each point is one above the point before.
    """

    columns: Where
    start: int
    points: Floats
    sizes: NDArray[np.uint8]
    is_spaced: bool


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A pair histogram.

    Attributes:
        columns: Positions of the two columns.
        sizes: How many points they have.
        start: Its first position.
        moments: What each of its places adds to the six moments, shape (places, 6); None where
            no moments are kept.
        moments_start: First position of the moments.
    """

    columns: tuple[int, int]
    sizes: tuple[int, int]
    start: int
    moments: NDArray[np.int64] | None
    moments_start: int


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """What the kernel derives from a layout once."""

    scales: tuple[Scale, ...]
    tables: tuple[Table, ...]
    blocks: tuple[Block, ...]


def make_recipe(layout: Layout) -> Recipe:
    """Return how the cells of a layout are counted.

    Raises:
        DatasetError: Points are so large that sums of a chunk would not be exact.

    Source: ours, see docs/methods/cells.md.
    """
    if CHUNK * layout.most >= _EXACT_IN_DOUBLE:
        raise DatasetError("points")
    sizes = np.array([len(column.points) for column in layout.columns])
    is_level = np.array([column.role in LEVELS for column in layout.columns])
    scales = []
    for points in sorted(set(sizes.tolist())):
        columns = np.flatnonzero(sizes == points)
        starts = np.array(layout.starts)[columns]
        has_levels = bool(layout.zones) and bool(is_level[columns].any())
        scales.append(Scale(_positions(columns), starts, points, has_levels))
    is_small = CHUNK * layout.most < _EXACT_IN_SINGLE
    blocks = [
        Block(
            _positions(np.array([layout.index[column.key] for column in members])),
            layout.block_starts[name],
            points=_tables(members, is_small=is_small),
            sizes=np.array([len(column.points) for column in members], dtype=np.uint8),
            is_spaced=all((np.diff(column.points) == 1).all() for column in members),
        )
        for name, members in layout.blocks.items()
    ]
    return Recipe(tuple(scales), _make_tables(layout), tuple(blocks))


def _make_tables(layout: Layout) -> tuple[Table, ...]:
    tables = []
    for name, start in layout.tables.items():
        places = layout.places(name)
        px, py = (layout.columns[j].points for j in places)
        first = layout.pairs.get(name)
        moments = None if first is None else _moments(px, py)
        tables.append(Table(places, (len(px), len(py)), start, moments, first or 0))
    return tuple(tables)


def _positions(places: NDArray[np.int64]) -> Where:
    """Return equally spaced places as a slice, which numpy reads several times faster."""
    step = int(places[1] - places[0]) if places.size > 1 else 1
    if places.size and step > 0 and (np.diff(places) == step).all():
        return slice(int(places[0]), int(places[-1]) + 1, step)
    return places


def _tables(members: tuple[Column, ...], *, is_small: bool) -> Floats:
    """Return the point of every code of every column, 0 where there is none."""
    tables = np.nan_to_num(np.stack([point_table(column) for column in members]))
    return tables.astype(np.float32) if is_small else tables


def _moments(px: tuple[int, ...], py: tuple[int, ...]) -> NDArray[np.int64]:
    """Return n, x, y, xx, yy and xy of every place of a pair histogram, shape (places, 6)."""
    x, y = np.repeat(np.array(px), len(py)), np.tile(np.array(py), len(px))
    return np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=1).astype(np.int64)
