"""Delete-a-group jackknife over cells: every replicate is the total minus one group.

Row 0 of a replicated array is always the full sample and rows 1..G are the replicates, so that
one expression over the first axis computes an estimate and its replicates together.

A group that holds nothing of what a statistic counts is empty for it and leaves G and the degrees
of freedom there: an item that only some households answered may have fewer groups than the study.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.cells import Cells
from app.analysis.data.dataset import GROUPS

# Below this share of the size of the estimate a standard error is a rounding remainder.
_ROUNDING = 1e-12


def groups_for(households: int) -> int | None:
    """Return how many replicate groups so many households carry: 30, 15, 10 or None."""
    if households >= 60:
        return GROUPS
    if households >= 30:
        return 15
    if households >= 20:
        return 10
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Replicates:
    """The full sample and its delete-a-group replicates.

    Attributes:
        sums: Integers, shape (1 + groups, width): the total, then the total less each group.
        groups: Groups with a household (G); 0 when there are too few households.
    """

    sums: NDArray[np.int64]
    groups: int

    @property
    def df(self) -> int:
        """Return the degrees of freedom of t intervals, G - 1; 0 without replicates."""
        return max(0, self.groups - 1)

    def holding(self, counts: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which groups hold something of what was counted.

        Args:
            counts: Shape (1 + groups, ...), row 0 the full sample.

        Returns:
            Shape (groups, ...): deleting the group changes the count.
        """
        holding: NDArray[np.bool_] = counts[1:] != counts[0]
        return holding

    def dfs(self, holding: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the degrees of freedom, shape (...), when only these groups count."""
        freedom: NDArray[np.int64] = np.maximum(0, holding.sum(axis=0, dtype=np.int64) - 1)
        return freedom

    def stderr(
        self, statistic: NDArray[np.float64], holding: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float64]:
        """Return standard errors of a replicated statistic.

        Args:
            statistic: Shape (1 + groups, ...), row 0 the full sample.
            holding: Groups that count (G), from `holding`, to be broadcast to (groups, ...); None
                means all.

        Returns:
            Shape (...): sqrt((G-1)/G sum of squared distances from the replicate mean); 0 when
            the replicates differ by rounding only; NaN where a replicate is undefined or fewer
            than two groups count.
        """
        if self.groups < 2:
            return np.full(statistic.shape[1:], np.nan)
        replicates = statistic[1:]
        if holding is None or holding.all():
            distance = replicates - replicates.mean(axis=0)
            scale = (self.groups - 1) / self.groups
            stderr: NDArray[np.float64] = np.sqrt(scale * (distance**2).sum(axis=0))
        else:
            stderr = _partial(replicates, np.broadcast_to(holding, replicates.shape))
        floor = _ROUNDING * np.maximum(1.0, np.abs(statistic[0]))
        return np.where(stderr <= floor, 0.0, stderr)


def _partial(replicates: NDArray[np.float64], holding: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return standard errors from the groups that count; NaN below two of them."""
    groups = holding.sum(axis=0)
    some = np.maximum(1, groups)
    mean = np.where(holding, replicates, 0.0).sum(axis=0) / some
    distance = np.where(holding, replicates - mean, 0.0)
    variance = np.maximum(0, groups - 1) / some * (distance**2).sum(axis=0)
    return np.where(groups < 2, np.nan, np.sqrt(variance))


def make_replicates(cells: Cells) -> Replicates:
    """Return total and replicates of these cells.

    Groups 0..29 are folded to 15 for 30-59 households and to 10 for 20-29; with fewer there are
    no replicates. Groups that the data brought along are used as they are. Empty groups do not
    count.
    """
    total = cells.total()
    modulus = groups_for(cells.households)
    if not cells.own_groups and modulus is None:
        return Replicates(total[None, :], 0)
    groups = cells.by_group(None if cells.own_groups else modulus)
    if len(groups) < 2:
        return Replicates(total[None, :], 0)
    return Replicates(np.concatenate([total[None, :], total - groups]), len(groups))
