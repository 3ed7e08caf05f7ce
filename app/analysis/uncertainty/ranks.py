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
    df: float | NDArray[np.int64] | NDArray[np.float64],
    alpha: float = 0.05,
) -> RankIntervals:
    """Return simultaneous rank intervals from the standard errors of all differences.

    Two items are told apart when the two-sided t test of their difference is significant after
    Holm over all p(p-1)/2 pairs. A difference with an unknown or zero standard error is never
    significant but stays in the family. All true ranks lie in their intervals together with
    probability at least 1 - alpha.

    Args:
        values: Shape (p,).
        difference_stderr: Symmetric, shape (p, p); NaN or 0 means not separable.
        df: Degrees of freedom of the tests, one number or one per pair, shape (p, p); infinite
            for normal tests.
        alpha: Family-wise error.

    Source: Mogstad, Romano, Shaikh and Wilhelm 2024, Review of Economic Studies 91(1), 476-518,
    with Holm's steps (Holm 1979) in place of their bootstrap.
    """
    p = values.size
    first, second = np.triu_indices(p, k=1)
    difference = values[first] - values[second]
    held = holm(_p_values(values, difference_stderr, df)[first, second], alpha)
    wins = np.zeros((p, p), dtype=bool)
    larger, smaller = held & (difference > 0), held & (difference < 0)
    wins[first[larger], second[larger]] = True
    wins[second[smaller], first[smaller]] = True
    return _intervals(values, wins)


def marginal_rank_intervals(
    values: NDArray[np.float64],
    difference_stderr: NDArray[np.float64],
    *,
    df: float | NDArray[np.int64] | NDArray[np.float64],
    alpha: float = 0.05,
) -> RankIntervals:
    """Return rank intervals that each hold for its own item only.

    Holm runs over the p - 1 pairs of one item, so an interval is narrower than the simultaneous
    one and says something only to a reader who asked about this item beforehand (one community
    about itself). `tied` of an item follows its own tests and need not be mutual.

    Args:
        values: Shape (p,).
        difference_stderr: As in `rank_intervals`.
        df: As in `rank_intervals`.
        alpha: Error of each interval.

    Source: Mogstad, Romano, Shaikh and Wilhelm 2024, Review of Economic Studies 91(1), 476-518,
    with Holm's steps (Holm 1979) in place of their bootstrap.
    """
    p_values = _p_values(values, difference_stderr, df)
    np.fill_diagonal(p_values, np.nan)
    low, high, tied = [], [], []
    for k in range(values.size):
        held = holm(p_values[k], alpha)
        low.append(1 + int((held & (values > values[k])).sum()))
        high.append(values.size - int((held & (values < values[k])).sum()))
        held[k] = True
        tied.append(tuple(np.flatnonzero(~held).tolist()))
    return RankIntervals(_ranks(values), tuple(low), tuple(high), tuple(tied))


def may_be_best(ranks: RankIntervals, places: int) -> tuple[bool, ...]:
    """Say of every item whether it may be among the first `places`.

    Args:
        ranks: From `rank_intervals`: then the statement holds for the whole set together.
        places: How many places count.

    Source: Mogstad, Romano, Shaikh and Wilhelm 2024, Review of Economic Studies 91(1), 476-518
    (set of the tau best).
    """
    return tuple(low <= places for low in ranks.low)


def may_be_worst(ranks: RankIntervals, places: int) -> tuple[bool, ...]:
    """Say of every item whether it may be among the last `places`.

    Args:
        ranks: From `rank_intervals`: then the statement holds for the whole set together.
        places: How many places count.

    Source: Mogstad, Romano, Shaikh and Wilhelm 2024, Review of Economic Studies 91(1), 476-518
    (set of the tau worst).
    """
    last = len(ranks.high) - places
    return tuple(high > last for high in ranks.high)


def paired_rank_intervals(values: ArrayLike, *, alpha: float = 0.05) -> RankIntervals:
    """Return rank intervals of column means by paired t tests, Holm over all pairs.

    Args:
        values: Complete rows, shape (rows, items); at least two rows, no NaN.
        alpha: Family-wise error.

    Source: Mogstad, Romano, Shaikh and Wilhelm 2024, Review of Economic Studies 91(1), 476-518,
    with Holm's steps (Holm 1979) in place of their bootstrap.
    """
    rows, errors = paired_difference_stderr(values)
    return rank_intervals(rows.mean(axis=0), errors, df=rows.shape[0] - 1, alpha=alpha)


def paired_difference_stderr(
    values: ArrayLike,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return rows as floats and the standard errors of all differences of column means.

    Args:
        values: Complete rows, shape (rows, items); at least two rows, no NaN.

    Returns:
        The rows, and errors of shape (items, items); 0 where two columns differ by a constant.

    Source: Student 1908, Biometrika 6(1), 1-25.
    """
    rows = np.asarray(values, dtype=np.float64)
    covariance = np.atleast_2d(np.cov(rows, rowvar=False))
    variance = np.diag(covariance)
    difference = variance[:, None] + variance[None, :] - 2 * covariance
    # Rounding may leave a tiny remainder where two columns are equal up to a constant.
    floor = 1e-12 * (variance[:, None] + variance[None, :])
    difference = np.where(difference <= floor, 0.0, difference)
    return rows, np.sqrt(difference / rows.shape[0])


def _p_values(
    values: NDArray[np.float64],
    difference_stderr: NDArray[np.float64],
    df: float | NDArray[np.int64] | NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return two-sided p values of all differences, shape (p, p); 1 where there is no test."""
    difference = np.abs(values[:, None] - values[None, :])
    freedom = np.broadcast_to(np.asarray(df, dtype=np.float64), difference.shape)
    usable = np.isfinite(difference_stderr) & (difference_stderr > 0) & (freedom > 0)
    p_values = np.ones(difference.shape)
    t = difference[usable] / difference_stderr[usable]
    p_values[usable] = 2 * stats.t.sf(t, freedom[usable])
    return p_values


def _ranks(values: NDArray[np.float64]) -> tuple[int, ...]:
    order = np.argsort(-values, kind="stable")
    rank = np.empty(values.size, dtype=np.int64)
    rank[order] = np.arange(1, values.size + 1)
    return tuple(rank.tolist())


def _intervals(values: NDArray[np.float64], wins: NDArray[np.bool_]) -> RankIntervals:
    """Count significant wins and losses; wins[i, j] = i is significantly larger than j."""
    p = values.size
    tied = ~(wins | wins.T | np.eye(p, dtype=bool))
    return RankIntervals(
        _ranks(values),
        tuple((1 + wins.sum(axis=0)).tolist()),
        tuple((p - wins.sum(axis=1)).tolist()),
        tuple(tuple(np.flatnonzero(row).tolist()) for row in tied),
    )
