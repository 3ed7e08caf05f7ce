"""What derived importance rests on: correlations of items with the outcome, and whether they do."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.blocks import block_moments
from app.analysis.data.dataset import Column, Role
from app.analysis.data.layout import Layout
from app.analysis.data.moments import Moments
from app.analysis.importance.correlations import (
    CorrelationError,
    PairSums,
    check,
    correlations,
)

DRIVERS_FROM = 150
PER_ITEM = 10

FEW_PAIRS = "few_pairs"
FEW_PER_ITEM = "few_per_item"
NO_PAIRS = "no_pairs"
NO_COMPANY = "no_company"


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Correlations of an outcome and p items, outcome first, with their replicates.

    Attributes:
        keys: Role and item of the outcome and of the items.
        n: Households behind each correlation, never weighted, shape (replicates, 1 + p, 1 + p).
        correlation: Pairwise, or pooled within communities, same shape.
    """

    keys: tuple[tuple[Role, str], ...]
    n: NDArray[np.int64]
    correlation: NDArray[np.float64]

    @property
    def items(self) -> int:
        """Return the number of items p."""
        return len(self.keys) - 1

    @property
    def least(self) -> int:
        """Return the fewest households behind any correlation of the full sample."""
        return int(self.n[0].min())

    @property
    def weakest(self) -> tuple[str, str]:
        """Return the two items of that correlation, the first such pair."""
        first, second = np.triu_indices(len(self.keys), k=1)
        k = int(self.n[0][first, second].argmin())
        return self.keys[int(first[k])][1], self.keys[int(second[k])][1]

    def take(self, keys: tuple[tuple[Role, str], ...]) -> "Evidence | None":
        """Return the evidence on some of the variables; None when one is not there.

        Args:
            keys: Outcome first.

        Source: ours, see docs/methods/drivers.md.
        """
        if not set(keys) <= set(self.keys):
            return None
        places = [self.keys.index(key) for key in keys]
        rows, columns = np.ix_(places, places)
        return Evidence(keys, self.n[:, rows, columns], self.correlation[:, rows, columns])

    def holding(self) -> NDArray[np.bool_]:
        """Return which groups hold an answer any of these correlations counts, shape (groups,).

        Source: ours, see docs/methods/drivers.md.
        """
        holding: NDArray[np.bool_] = (self.n[1:] != self.n[0]).any(axis=(1, 2))
        return holding


def outcome_of(layout: Layout) -> tuple[Role, str] | None:
    """Return role and item of the outcome, the overall item; None without one.

    Source: ours, see docs/methods/drivers.md.
    """
    for column in layout.columns:
        if column.role is Role.OVERALL:
            return column.key
    return None


def block_of(layout: Layout, keys: tuple[tuple[Role, str], ...]) -> str | None:
    """Return the name of a block that counts all pairs of these columns; None without one.

    Args:
        layout: Meaning of the sums.
        keys: Roles and items.

    Source: ours, see docs/methods/drivers.md.
    """
    for name, columns in layout.blocks.items():
        if set(keys) <= {column.key for column in columns}:
            return name
    return None


def evidence_of(moments: Moments, role: Role, items: tuple[str, ...]) -> Evidence | None:
    """Return the pairwise correlations of the overall item and the items of a list.

    Args:
        moments: Full sample and replicates.
        role: Role of the items' columns.
        items: The list.

    Returns:
        None when there is no outcome, no item, or the pairs were not counted.

    Source: ours, see docs/methods/drivers.md.
    """
    outcome = outcome_of(moments.layout)
    if outcome is None or not items:
        return None
    keys = (outcome, *((role, item) for item in items))
    name = block_of(moments.layout, keys)
    if name is None:
        return None
    columns = moments.layout.blocks[name]
    counted = pair_sums(moments.layout, moments.sums, name)
    linear = counted
    if moments.weighted is not None:
        linear = pair_sums(moments.layout, moments.weighted, name)
    whole = Evidence(keys_of(columns), np.asarray(counted.n, np.int64), correlations(linear))
    return whole.take(keys)


def pair_sums(layout: Layout, sums: NDArray[np.int64] | NDArray[np.float64], name: str) -> PairSums:
    """Return the pair sums of a block.

    Args:
        layout: Meaning of the sums.
        sums: Shape (replicates, layout.width).
        name: Name of the block.

    Raises:
        LayoutError: There is no such block.

    Source: ours, see docs/methods/cells.md.
    """
    block = block_moments(layout, sums, name)
    return PairSums(block.n, block.x, block.xx, block.xy)


def keys_of(columns: tuple[Column, ...]) -> tuple[tuple[Role, str], ...]:
    """Return roles and items of columns.

    Source: ours, see docs/methods/drivers.md.
    """
    return tuple(column.key for column in columns)


def refusal(evidence: Evidence | None) -> str | None:
    """Say why correlations carry no drivers; None when they do.

    Args:
        evidence: The correlations; None when there are none.

    Returns:
        no_pairs, few_pairs (below 150), few_per_item (below 10 per item), not_finite or
        indefinite.

    Source: ours, see docs/methods/drivers.md.
    """
    if evidence is None:
        return NO_PAIRS
    if evidence.least < DRIVERS_FROM:
        return FEW_PAIRS
    if evidence.least < PER_ITEM * evidence.items:
        return FEW_PER_ITEM
    try:
        check(evidence.correlation[0])
    except CorrelationError as error:
        return error.reason
    return None
