"""Rank intervals from pairwise tests with Holm's correction over all pairs; no random numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from app.analysis.uncertainty.multiple import holm


@dataclass(frozen=True, slots=True)
class RankIntervals:
    """Ranks of a list, 1 = largest.

    Attributes:
        rank: Order of the values, ties by position.
        low: 1 + how many are significantly larger.
        high: How many there are less those significantly smaller.
        tied: Positions of those that cannot be told apart from each, ascending. This says more
            than the intervals: two of them may overlap though the pair differs.
    """

    rank: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    tied: tuple[tuple[int, ...], ...]


def rank_intervals(
    values: NDArray[np.float64],
    difference_stderr: NDArray[np.float64],
    *,
    df: int | NDArray[np.int64],
    alpha: float = 0.05,
) -> RankIntervals:
    """Return simultaneous rank intervals from the standard errors of all differences.

    Two items are told apart when the two-sided t test of their difference is significant after
    Holm over all p(p-1)/2 pairs. A difference with an unknown or zero standard error is never
    significant but stays in the family.

    Args:
        values: Shape (p,).
        difference_stderr: Symmetric, shape (p, p); NaN or 0 means not separable.
        df: Degrees of freedom of the tests, one number or one per pair, shape (p, p).
        alpha: Family-wise error.
    """
    p = values.size
    first, second = np.triu_indices(p, k=1)
    difference = values[first] - values[second]
    stderr = difference_stderr[first, second]
    freedom = np.broadcast_to(df, (p, p))[first, second]
    usable = np.isfinite(stderr) & (stderr > 0) & (freedom > 0)
    p_values = np.ones(difference.size)
    if usable.any():
        t = np.abs(difference[usable]) / stderr[usable]
        p_values[usable] = 2 * stats.t.sf(t, freedom[usable])
    wins = np.zeros((p, p), dtype=bool)
    held = holm(p_values, alpha)
    larger, smaller = held & (difference > 0), held & (difference < 0)
    wins[first[larger], second[larger]] = True
    wins[second[smaller], first[smaller]] = True
    order = np.argsort(-values, kind="stable")
    rank = np.empty(p, dtype=np.int64)
    rank[order] = np.arange(1, p + 1)
    tied = ~(wins | wins.T | np.eye(p, dtype=bool))
    return RankIntervals(
        tuple(rank.tolist()),
        tuple((1 + wins.sum(axis=0)).tolist()),
        tuple((p - wins.sum(axis=1)).tolist()),
        tuple(tuple(np.flatnonzero(row).tolist()) for row in tied),
    )


def paired_rank_intervals(values: ArrayLike, *, alpha: float = 0.05) -> RankIntervals:
    """Return rank intervals of column means by paired t tests, Holm over all pairs.

    Args:
        values: Complete rows, shape (rows, items); at least two rows, no NaN.
        alpha: Family-wise error.
    """
    rows = np.asarray(values, dtype=np.float64)
    n = rows.shape[0]
    covariance = np.atleast_2d(np.cov(rows, rowvar=False))
    variance = np.diag(covariance)
    difference = variance[:, None] + variance[None, :] - 2 * covariance
    # Rounding may leave a tiny remainder where two columns are equal up to a constant.
    floor = 1e-12 * (variance[:, None] + variance[None, :])
    difference = np.where(difference <= floor, 0.0, difference)
    return rank_intervals(rows.mean(axis=0), np.sqrt(difference / n), df=n - 1, alpha=alpha)
