"""What every sum of a moment cell stands for, and where it stands.

A cell is one vector of integers. Its parts, in order:

1. households; households that lost their zone levels to the inversion rule;
2. per column one histogram: the count of every point, then the counts of `ABSENT`;
3. per pair of columns of one item (`PAIRS`, and performance with the overall rating) the pair
   histogram over rows that have both, and for `PAIRS` its six moments;
4. per zone item five counts after the inversion rules, and ten sums as answered, without them;
5. per block of columns the moments of all its pairs, each over the rows that have both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Column, Role

HOUSEHOLDS = 0
DROPPED = 1
ABSENT = ("asked", "blank", "no_experience", "unreadable", "unusable", "triggered", "extra")
PAIR_MOMENTS = ("n", "x", "y", "xx", "yy", "xy")
ZONE_COUNTS = ("below", "inside", "above", "inverted", "answered")
AS_ANSWERED = (
    "triples", "below", "inside", "above",
    "adequacy_n", "adequacy", "adequacy_squared",
    "superiority_n", "superiority", "superiority_squared",
)  # fmt: skip
PAIRS = (
    (Role.ADEQUATE, Role.PERCEIVED),
    (Role.DESIRED, Role.PERCEIVED),
    (Role.ADEQUATE, Role.DESIRED),
    (Role.IMPORTANCE, Role.PERCEIVED),
    (Role.COMPETITOR, Role.PERCEIVED),
)
LEVELS = (Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED)
Blocks = Mapping[str, tuple[Column, ...]]


class LayoutError(ValueError):
    """A block that cannot be laid out, or a part the layout does not have; carries its name."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each sum stands in a cell. Two layouts of the same columns and blocks are equal.

    Attributes:
        columns: The columns counted.
        blocks: Columns whose pairs are all counted, by name of the block.
        index: (role, item) to the position of the column.
        starts: First position of the histogram of every column: one place per point, then those
            of `ABSENT`, the first of which is "asked, no point" (the sum of the four after it).
        tables: (role x, role y, item) to the first place of the pair histogram, x major. With the
            overall rating as y, item is that of x.
        pairs: (role x, role y, item) to the first of six moments.
        zones: Zone item to the first of five counts.
        zones_as_answered: Zone item to the first of ten sums without the inversion rules.
        block_starts: Name of a block to the first of its 3 p p sums.
        width: Length of a cell.
        most: No sum of one household is larger than this, nor smaller than minus this.
        factors: What each place of the histograms counts: as an answer, its points, as satisfied;
            shape (3, places).
    """

    columns: tuple[Column, ...]
    blocks: Blocks = field(hash=False)
    index: dict[tuple[Role, str], int] = field(compare=False)
    starts: tuple[int, ...] = field(compare=False)
    tables: dict[tuple[Role, Role, str], int] = field(compare=False)
    pairs: dict[tuple[Role, Role, str], int] = field(compare=False)
    zones: dict[str, int] = field(compare=False)
    zones_as_answered: dict[str, int] = field(compare=False)
    block_starts: dict[str, int] = field(compare=False)
    width: int = field(compare=False)
    most: int = field(compare=False)
    factors: NDArray[np.int64] = field(compare=False, repr=False)

    def places(self, table: tuple[Role, Role, str]) -> tuple[int, int]:
        """Return the positions of the two columns of a pair histogram.

        Raises:
            LayoutError: There is no such pair histogram.
        """
        role_x, role_y, item = table
        if table not in self.tables:
            raise LayoutError(table)
        if role_y is Role.OVERALL:
            return self.index[role_x, item], _overall(self.columns)[0]
        return self.index[role_x, item], self.index[role_y, item]


class _Counter:
    """Hands out positions one after another."""

    def __init__(self) -> None:
        self.next = 0

    def take(self, places: int) -> int:
        start = self.next
        self.next += places
        return start


def make_layout(columns: tuple[Column, ...], blocks: Blocks | None = None) -> Layout:
    """Return the layout of the cells of these columns.

    A zone item is an item with an adequate, a desired and a perceived column.

    Args:
        columns: What is counted.
        blocks: Columns whose pairs are all counted, by name; None means `default_blocks`.

    Raises:
        LayoutError: A block names a column that is not counted, one twice, or fewer than two.

    Source: ours, see docs/methods/cells.md.
    """
    blocks = default_blocks(columns) if blocks is None else dict(blocks)
    index = {column.key: j for j, column in enumerate(columns)}
    for name, members in blocks.items():
        if len(members) < 2 or len(set(members)) < len(members) or set(members) - set(columns):
            raise LayoutError(name)
    counter = _Counter()
    counter.take(DROPPED + 1)
    starts = tuple(counter.take(len(column.points) + len(ABSENT)) for column in columns)
    items = tuple(dict.fromkeys(column.item for column in columns))
    tables = {key: counter.take(size) for key, size in _tables(columns, index).items()}
    pairs = {
        (x, y, item): counter.take(len(PAIR_MOMENTS))
        for item in items
        for x, y in PAIRS
        if (x, y, item) in tables
    }
    zoned = [item for item in items if all((role, item) in index for role in LEVELS)]
    zones = {item: counter.take(len(ZONE_COUNTS)) for item in zoned}
    as_answered = {item: counter.take(len(AS_ANSWERED)) for item in zoned}
    block_starts = {name: counter.take(3 * len(one) ** 2) for name, one in blocks.items()}
    points = [point for column in columns for point in column.points]
    widest = max([max(points) - min(points), *map(abs, points)], default=0)
    return Layout(
        columns=columns,
        blocks=blocks,
        index=index,
        starts=starts,
        tables=tables,
        pairs=pairs,
        zones=zones,
        zones_as_answered=as_answered,
        block_starts=block_starts,
        width=counter.next,
        most=max(1, widest**2),
        factors=_factors(columns, starts),
    )


def _factors(columns: tuple[Column, ...], starts: tuple[int, ...]) -> NDArray[np.int64]:
    """Return what each place of the histograms counts, up to the last point of the last column."""
    end = starts[-1] + len(columns[-1].points) if columns else 0
    found = np.zeros((3, end), dtype=np.int64)
    for start, column in zip(starts, columns, strict=True):
        stop = start + len(column.points)
        satisfied = [int(point in column.satisfied) for point in column.points]
        found[:, start:stop] = (np.ones(stop - start), column.points, satisfied)
    return found


def default_blocks(columns: tuple[Column, ...]) -> dict[str, tuple[Column, ...]]:
    """Return the blocks of a study: the areas and the attributes, each with the overall rating.

    Blocks of fewer than two columns are left out.

    Source: ours, see docs/methods/cells.md.
    """
    overall = tuple(columns[j] for j in _overall(columns))
    blocks = {}
    for name, role in (("areas", Role.PERFORMANCE), ("attributes", Role.ATTRIBUTE)):
        rated = tuple(column for column in columns if column.role is role)
        if rated and len(overall + rated) > 1:
            blocks[name] = overall + rated
    return blocks


def _overall(columns: tuple[Column, ...]) -> tuple[int, ...]:
    """Return the position of the overall rating, if there is one."""
    return tuple(j for j, column in enumerate(columns) if column.role is Role.OVERALL)[:1]


def _tables(
    columns: tuple[Column, ...], index: dict[tuple[Role, str], int]
) -> dict[tuple[Role, Role, str], int]:
    """Return the pair histograms, by roles and item, with their number of places."""
    sizes: dict[tuple[Role, Role, str], int] = {}
    for item in dict.fromkeys(column.item for column in columns):
        for x, y in PAIRS:
            if (x, item) in index and (y, item) in index:
                points = [len(columns[index[role, item]].points) for role in (x, y)]
                sizes[x, y, item] = points[0] * points[1]
    for place in _overall(columns):
        for column in columns:
            if column.role is Role.PERFORMANCE:
                key = (Role.PERFORMANCE, Role.OVERALL, column.item)
                sizes[key] = len(column.points) * len(columns[place].points)
    return sizes
