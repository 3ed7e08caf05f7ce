"""Reading the sums of cells that go beyond one column: blocks, pair histograms, kinds of absence.

Everything is linear in the sums, so weighted sums are read the same way. All arrays have the
replicates first.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Column, Role
from app.analysis.data.layout import ABSENT, AS_ANSWERED, HOUSEHOLDS, Layout, LayoutError

# Integers of plain sums, floats of weighted ones.
Linear = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class BlockMoments:
    """Moments of all pairs (i, j) of the columns of a block over rows that answered both.

    On the diagonal they are those of one column over its own rows.

    Attributes:
        columns: The p columns.
        n: Joint rows, shape (replicates, p, p), symmetric.
        x: Sum of column i over the joint rows, same shape; `x[..., j, i]` is that of column j.
        xx: Sum of squares of column i over the joint rows, same shape.
        xy: Sum of products, same shape, symmetric.
    """

    columns: tuple[Column, ...]
    n: Linear
    x: Linear
    xx: Linear
    xy: Linear


def block_moments(layout: Layout, sums: Linear, name: str) -> BlockMoments:
    """Return the pair moments of a block.

    Rows count where both columns hold a counted point (available pairs, never listwise).

    Args:
        layout: Meaning of the sums.
        sums: Shape (replicates, layout.width), counts or weighted.
        name: Name of the block, see `Layout.blocks`.

    Raises:
        LayoutError: There is no such block.

    Source: ours, see docs/methods/cells.md.
    """
    if name not in layout.block_starts:
        raise LayoutError(name)
    columns = layout.blocks[name]
    p = len(columns)
    start = layout.block_starts[name]
    packed = sums[:, start : start + 3 * p * p].reshape(-1, 3, p, p)
    # The first matrix holds n on and above the diagonal and xy below it.
    mixed, x, xx = packed[:, 0], packed[:, 1], packed[:, 2]
    above, below = np.triu(np.ones((p, p), dtype=bool), 1), np.tri(p, k=-1, dtype=bool)
    turned = mixed.transpose(0, 2, 1)
    n = np.where(below, turned, mixed)
    xy = np.where(above, turned, np.where(below, mixed, xx))
    return BlockMoments(columns, n, x, xx, xy)


def pair_table(layout: Layout, sums: Linear, role_x: Role, role_y: Role, item: str) -> Linear:
    """Return the histogram of a pair of columns over rows that have both.

    Args:
        layout: Meaning of the sums.
        sums: Shape (replicates, layout.width), counts or weighted.
        role_x: Role of the first column.
        role_y: Role of the second; `Role.OVERALL` stands for the overall rating.
        item: What the first column is about.

    Returns:
        Shape (replicates, points of x, points of y), points in ascending order of goodness.

    Raises:
        LayoutError: There is no such pair histogram.

    Source: ours, see docs/methods/cells.md.
    """
    places = layout.places((role_x, role_y, item))
    points_x, points_y = (len(layout.columns[j].points) for j in places)
    start = layout.tables[role_x, role_y, item]
    return sums[:, start : start + points_x * points_y].reshape(-1, points_x, points_y)


def zone_as_answered(layout: Layout, sums: Linear, items: tuple[str, ...]) -> dict[str, Linear]:
    """Return the zone's sums without the inversion rules, for the sensitivity check.

    With an adequate level above the desired one an answer may be below the one and above the
    other: below and above then count it both, and below + inside + above may exceed triples.

    Args:
        layout: Meaning of the sums.
        sums: Shape (replicates, layout.width), counts or weighted.
        items: Zone items.

    Returns:
        By name of `AS_ANSWERED`, each shape (replicates, items), in scale points: triples (rows
        with all three levels), below (P < A), inside (A <= P <= D), above (P > D); number, sum
        and sum of squares of P - A (adequacy) and of P - D (superiority) over rows with both.

    Raises:
        LayoutError: An item is no zone item.

    Source: ours, see docs/methods/cells.md.
    """
    missing = [item for item in items if item not in layout.zones_as_answered]
    if missing:
        raise LayoutError(missing[0])
    starts = np.array([layout.zones_as_answered[item] for item in items], dtype=np.int64)
    return {name: sums[:, starts + k] for k, name in enumerate(AS_ANSWERED)}


def absences(layout: Layout, sums: Linear, role: Role, items: tuple[str, ...]) -> dict[str, Linear]:
    """Return why there is no point, kept apart by reason.

    Args:
        layout: Meaning of the sums.
        sums: Shape (replicates, layout.width), counts or weighted.
        role: Role of the columns.
        items: Their items.

    Returns:
        By reason, each shape (replicates, items): not_asked (not offered to the household), asked
        (offered, no counted point) and its four parts blank, no_experience, unreadable and
        unusable (a level the inversion rules took away); triggered (asked because of a low
        answer) and extra (answered outside the offer), both kept out whatever was answered.

    Raises:
        KeyError: There is no such column.

    Source: ours, see docs/methods/cells.md.
    """
    found: dict[str, list[Linear]] = {name: [] for name in ("not_asked", *ABSENT)}
    for item in items:
        place = layout.index[role, item]
        start = layout.starts[place]
        stop = start + len(layout.columns[place].points)
        counted = sums[:, start : stop + 1].sum(axis=1)
        for k, name in enumerate(ABSENT):
            found[name].append(sums[:, stop + k])
        kept_out = found["triggered"][-1] + found["extra"][-1]
        found["not_asked"].append(sums[:, HOUSEHOLDS] - counted - kept_out)
    empty = np.zeros((len(sums), 0), dtype=sums.dtype)
    return {name: np.stack(values, axis=1) if values else empty for name, values in found.items()}
