"""Satisfaction index (满意度指数) 0-100, Hill's percentage, and the change of an index taken apart.

Index = sum of w_k 100 (mean_k - m)/(M - m): 0 when everyone is at the worst point, 100 at the best.
Hill's percentage = 100 sum of w_k mean_k / M; it has no zero, the worst answer on 1-10 is 10 %.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.importance.stated import FROZEN, WeightsRuleError
from app.analysis.results.levels import ChangeResult
from app.analysis.uncertainty.intervals import Limits, t_interval
from app.analysis.uncertainty.replicate import Replicates


def weighted_index(
    weights: NDArray[np.float64], percent: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the index 0-100.

    Args:
        weights: Importance shares, shape (..., items).
        percent: Performance on 0-100, same shape; NaN where there are no answers, which must have
            weight 0.

    Returns:
        Shape (...).

    Source: ours, the scale of the ACSI (Fornell et al. 1996, J. Marketing 60(4)); see
        docs/methods/levels.md.
    """
    index: NDArray[np.float64] = (weights * np.nan_to_num(percent)).sum(axis=-1)
    return index


def equal_index(percent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the index with equal weights over the items that have answers.

    Args:
        percent: Performance on 0-100, shape (..., items); NaN where there are no answers.

    Returns:
        Shape (...); NaN where no item has answers.

    Source: ours, see docs/methods/levels.md.
    """
    present = np.isfinite(percent)
    shares = present / np.maximum(1, present.sum(axis=-1, keepdims=True))
    return np.where(present.any(axis=-1), weighted_index(shares, percent), np.nan)


def hill_percent(
    weights: NDArray[np.float64], mean: NDArray[np.float64], most: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return Hill's percentage.

    Args:
        weights: Importance shares, shape (..., items); not rounded.
        mean: Means in scale points, same shape.
        most: Best point of each item's scale, shape (items,).

    Source: Hill, Brierley and MacDougall 2003, How to Measure Customer Satisfaction, 2nd ed.
    """
    return weighted_index(weights, 100 * mean / most)


def frozen_index(frozen: NDArray[np.float64], percent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the index with the weights of a base wave: the line to read a trend from.

    Args:
        frozen: Weights of the base wave, shape (items,), none negative.
        percent: Performance of any wave on 0-100, shape (..., items).

    Returns:
        Shape (...); NaN where an item that weighs something has no answers, because leaving it
        out would move the line.

    Raises:
        WeightsRuleError: The weights are no shares: one is negative or missing, or all are 0.

    Source: Laspeyres' index form; ours, see docs/methods/levels.md.
    """
    if not (np.isfinite(frozen).all() and (frozen >= 0).all() and frozen.sum() > 0):
        raise WeightsRuleError(FROZEN)
    share = frozen / frozen.sum()
    needed = np.broadcast_to(share > 0, percent.shape)
    complete = (np.isfinite(percent) | ~needed).all(axis=-1)
    return np.where(
        complete, weighted_index(np.broadcast_to(share, percent.shape), percent), np.nan
    )


@dataclass(frozen=True, slots=True, eq=False)
class ChangeParts:
    """Change of an index, taken apart; leading axes are replicates.

    Attributes:
        total: Index after less index before, each with its own weights, shape (...).
        performance: Part of each item's rating at the weights before, shape (..., items).
        weights: Part of each item's weight at the rating after, shape (..., items).
    """

    total: NDArray[np.float64]
    performance: NDArray[np.float64]
    weights: NDArray[np.float64]


def decompose_change(
    weights_before: NDArray[np.float64],
    percent_before: NDArray[np.float64],
    weights_after: NDArray[np.float64],
    percent_after: NDArray[np.float64],
) -> ChangeParts:
    """Take the change of an index apart: sum of w0 (P1 - P0) + sum of (w1 - w0) P1, exactly.

    Args:
        weights_before: Importance shares of the first wave, shape (..., items).
        percent_before: Its performance on 0-100, same shape.
        weights_after: Importance shares of the second wave, same shape.
        percent_after: Its performance, same shape.

    Returns:
        The parts; NaN where an item with weight in either wave lacks a rating in either, since
        the two indices are then not about the same things.

    Source: ours, the Laspeyres-Paasche form; see docs/methods/levels.md.
    """
    needed = (weights_before > 0) | (weights_after > 0)
    lacking = needed & ~(np.isfinite(percent_before) & np.isfinite(percent_after))
    before, after = np.nan_to_num(percent_before), np.nan_to_num(percent_after)
    performance = weights_before * (after - before)
    weights = (weights_after - weights_before) * after
    broken = lacking.any(axis=-1, keepdims=True)
    performance = np.where(broken, np.nan, performance)
    weights = np.where(broken, np.nan, weights)
    return ChangeParts((performance + weights).sum(axis=-1), performance, weights)


def estimate_change(
    parts: ChangeParts,
    replicates: Replicates,
    limits: Limits,
    *,
    n: int,
    holding: NDArray[np.bool_] | None = None,
) -> ChangeResult:
    """Return the parts of a change with intervals.

    Args:
        parts: From `decompose_change` on replicated arrays: row 0 the full samples, row g both
            waves without group g, so that households in both waves count as the same.
        replicates: Where standard errors come from.
        limits: Width of t intervals.
        n: Answers the change rests on.
        holding: Groups that count, shape (groups,); None means all.

    Source: ours, delete-a-group jackknife (Kott 2001, J. Off. Stat. 17(4)).
    """
    wide = limits
    if holding is not None:
        wide = limits.at(int(replicates.dfs(holding)))
    total, performance, weights = (
        t_interval(
            part[0], float(replicates.stderr(part, holding)), wide, n=n, bounds=(-100.0, 100.0)
        )
        for part in (parts.total, parts.performance.sum(axis=-1), parts.weights.sum(axis=-1))
    )
    return ChangeResult(total, performance, weights)
