"""Delete-a-group jackknife over cells: every replicate is the total minus one group.

Row 0 of a replicated array is always the full sample and rows 1..G are the replicates, so that
one expression over the first axis computes an estimate and its replicates together.

A group that holds nothing of what a statistic counts is empty for it and leaves G and the degrees
of freedom there: an item that only some households answered may have fewer groups than the study.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.cells import HOUSEHOLDS, Cells, CellsError
from app.analysis.data.dataset import GROUPS
from app.analysis.data.moments import Counts
from app.analysis.design.weights import Weighting, cell_weights
from app.analysis.results.weighting import WeightingResult

# Keys whose sums are turned into floats at once.
_CHUNK = 4096
# Below this share of the size of the estimate a standard error is a rounding remainder.
_ROUNDING = 1e-12


def groups_for(households: int) -> int | None:
    """Return how many replicate groups so many households carry: 30, 15, 10 or None.

    Source: ours, see docs/methods/design.md.
    """
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
        weighted: The same sums with every household weighted, the weights estimated again in
            every replicate; the weights' mean over households is 1. None when nothing is
            weighted, or the weights were refused.
        weighting: What was done about weights; None when nobody asked for any.
    """

    sums: NDArray[np.int64]
    groups: int
    weighted: NDArray[np.float64] | None = None
    weighting: WeightingResult | None = None

    @property
    def df(self) -> int:
        """Return the degrees of freedom of t intervals, G - 1; 0 without replicates."""
        return max(0, self.groups - 1)

    def holding(self, counts: Counts) -> NDArray[np.bool_]:
        """Return which groups hold something of what was counted.

        Args:
            counts: Shape (1 + groups, ...), row 0 the full sample.

        Returns:
            Shape (groups, ...): deleting the group changes the count.

        Source: ours, see docs/methods/design.md.
        """
        holding: NDArray[np.bool_] = counts[1:] != counts[0]
        return holding

    def dfs(self, holding: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the degrees of freedom, shape (...), when only these groups count.

        Source: ours, see docs/methods/design.md.
        """
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

        Source: Kott (2001) J. Official Stat. 17:521-526.
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


def make_replicates(cells: Cells, weighting: Weighting | None = None) -> Replicates:
    """Return total and replicates of these cells.

    Groups 0..29 are folded to 15 for 30-59 households and to 10 for 20-29; with fewer there are
    no replicates. Groups that the data brought along are used as they are. Empty groups do not
    count.

    Args:
        cells: Sums by group.
        weighting: How households are weighted, from known sizes; None means not at all.

    Raises:
        CellsError: The weighting names a variable that these cells do not have.
        CategoryError: A category has answers and no known size, or the other way round.
        TotalsError: Two margins have different sums.
        ConvergenceError: Raking did not converge.

    Source: Kott (2001) J. Official Stat. 17:521-526; groups and folding are ours, see
        docs/methods/design.md.
    """
    total = cells.total()
    modulus = None if cells.own_groups else groups_for(cells.households)
    sums, count = total[None, :], 0
    if cells.own_groups or modulus is not None:
        groups = cells.by_group(modulus)
        if len(groups) >= 2:
            sums, count = np.concatenate([total[None, :], total - groups]), len(groups)
    if weighting is None or cells.households == 0:
        return Replicates(sums, count)
    weighted, result = _weighted(cells, modulus, weighting, is_replicated=count > 0)
    return Replicates(sums, count, weighted if result.applied else None, result)


def _weighted(
    cells: Cells, modulus: int | None, weighting: Weighting, *, is_replicated: bool
) -> tuple[NDArray[np.float64], WeightingResult]:
    """Return weighted sums of the full sample and of every replicate."""
    factor, result = household_weights(cells, modulus, weighting, is_replicated=is_replicated)
    weighted = np.zeros((factor.shape[0], cells.layout.width))
    # The other groups are added up, not subtracted from the total: floats would lose digits.
    for start in range(0, factor.shape[1], _CHUNK):
        part = slice(start, start + _CHUNK)
        weighted += factor[:, part] @ cells.sums[part].astype(np.float64)
    return weighted, result


def household_weights(
    cells: Cells, modulus: int | None, weighting: Weighting, *, is_replicated: bool
) -> tuple[NDArray[np.float64], WeightingResult]:
    """Return the weight of every cell's households in the full sample and in every replicate.

    Args:
        cells: Sums by group.
        modulus: Groups are folded by this; None keeps them as they are.
        weighting: What is known.
        is_replicated: Make replicates at all.

    Returns:
        Shape (1 + groups with a household, keys), 0 where the group is left out; and what was
        done.

    Raises:
        CellsError: The weighting names a variable that these cells do not have.
        CategoryError: A category has answers and no known size, or the other way round.
        TotalsError: Two margins have different sums.
        ConvergenceError: Raking did not converge.

    Source: ours, see docs/methods/weights.md.
    """
    households = cells.sums[:, HOUSEHOLDS].astype(np.int64)
    held = households > 0
    labels = [_labels(cells, name) for name in weighting.variables]
    own = list(zip(*labels, strict=True))
    names = tuple(sorted({name for name, some in zip(own, held, strict=True) if some}))
    place_of = {name: k for k, name in enumerate(names)}
    place = np.array([place_of.get(name, 0) for name in own], dtype=np.int64)
    group = np.array([key.group for key in cells.keys], dtype=np.int64)
    if modulus is not None:
        group %= modulus
    present = np.unique(group[held])
    kept = np.ones((1 + present.size * is_replicated, group.size), dtype=bool)
    if is_replicated:
        kept[1:] = group[None, :] != present[:, None]
    counts = np.zeros((kept.shape[0], len(names)), dtype=np.int64)
    np.add.at(counts.T, place, (kept * households).T)
    found = cell_weights(weighting, names, counts)
    return np.where(kept, found.weights[:, place], 0.0), found.result


def _labels(cells: Cells, name: str) -> list[str]:
    """Return the value of a variable for every key. Raises CellsError when there is none."""
    if name == "community":
        return [key.community for key in cells.keys]
    if name == "wave":
        return [key.wave for key in cells.keys]
    if name not in cells.cell_variables:
        raise CellsError(name)
    column = cells.cell_variables.index(name)
    return [key.cell[column] for key in cells.keys]
