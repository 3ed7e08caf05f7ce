"""The company's drivers: correlations within communities, all communities taken together."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.cells import Cells
from app.analysis.data.layout import HOUSEHOLDS, LayoutError
from app.analysis.importance.correlations import correlate, spreads
from app.analysis.importance.evidence import Evidence, keys_of, pair_sums
from app.analysis.uncertainty.replicate import Replicates, groups_for, make_replicates

# So many numbers are held at a time while communities are added up.
_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """Pooled evidence of many communities.

    Attributes:
        evidence: Of all columns of a block.
        replicates: Of all communities together.
        communities: Communities with a household.
    """

    evidence: Evidence
    replicates: Replicates
    communities: int


def pool_company(cells: Cells, name: str = "areas") -> Company:
    """Pool the correlations within communities.

    Every replicate leaves the same group out of all communities; communities of one household or
    with equal answers add nothing.

    Args:
        cells: One wave of all communities, also the small ones.
        name: Block of columns: areas or attributes.

    Raises:
        LayoutError: There is no such block.

    Source: ours, see docs/methods/drivers.md.
    """
    layout = cells.layout
    if name not in layout.blocks:
        raise LayoutError(name)
    replicates = make_replicates(cells)
    columns = keys_of(layout.blocks[name])
    size = 3 * len(columns) ** 2
    start = layout.block_starts[name]
    # The block alone, so that a company of hundreds of communities stays small.
    own = replace(layout, block_starts={name: 0})
    names = sorted({key.community for key in cells.keys})
    groups = _groups(cells, replicates.groups)
    rows = replicates.groups + 1
    batch = max(1, _AT_ONCE // (rows * size))
    n: NDArray[np.int64] = np.zeros((rows, len(columns), len(columns)), dtype=np.int64)
    square, product = n.astype(np.float64), n.astype(np.float64)
    for first in range(0, len(names), batch):
        chosen = {name: k for k, name in enumerate(names[first : first + batch])}
        sums = _left_out(cells, chosen, groups, slice(start, start + size), rows=rows)
        pairs = pair_sums(own, sums.reshape(len(chosen) * rows, size), name)
        shape = (len(chosen), rows, len(columns), len(columns))
        one_square, one_product = (part.reshape(shape) for part in spreads(pairs))
        n += np.asarray(pairs.n, dtype=np.int64).reshape(shape).sum(axis=0)
        square += one_square.sum(axis=0)
        product += one_product.sum(axis=0)
    evidence = Evidence(columns, n, correlate(square, product))
    return Company(evidence, replicates, len(names))


def _groups(cells: Cells, groups: int) -> NDArray[np.int64]:
    """Return the replicate every key is left out of, counted from 0; empty groups do not count."""
    if groups == 0:
        return np.full(len(cells.keys), -1, dtype=np.int64)
    modulus = None if cells.own_groups else groups_for(cells.households)
    labels = np.array([key.group for key in cells.keys], dtype=np.int64)
    labels = labels if modulus is None else labels % modulus
    present = np.unique(labels[cells.sums[:, HOUSEHOLDS] > 0])
    return np.searchsorted(present, labels)


def _left_out(
    cells: Cells,
    chosen: dict[str, int],
    groups: NDArray[np.int64],
    part: slice,
    *,
    rows: int,
) -> NDArray[np.int64]:
    """Return totals and totals less each group, shape (communities, replicates, part)."""
    width = part.stop - part.start
    by_group = np.zeros((len(chosen), rows, width), dtype=np.int64)
    for k, key in enumerate(cells.keys):
        place = chosen.get(key.community)
        if place is not None and cells.sums[k, HOUSEHOLDS] > 0:
            by_group[place, groups[k] + 1] += cells.sums[k, part]
    total = by_group.sum(axis=1, keepdims=True)
    by_group[:, 0] = 0
    left: NDArray[np.int64] = total - by_group
    return left
