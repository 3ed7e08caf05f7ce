"""Values of independent groups against each other and against their mean: arrays only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.analysis.uncertainty.ranks import RankIntervals, rank_intervals


@dataclass(frozen=True, slots=True, eq=False)
class FromMean:
    """Every value less the plain mean of all.

    Attributes:
        mean: The plain mean.
        values: Differences, shape (k,).
        stderr: Their standard errors.
        df: Their degrees of freedom, rounded down.
    """

    mean: float
    values: NDArray[np.float64]
    stderr: NDArray[np.float64]
    df: NDArray[np.int64]


def from_mean(values: ArrayLike, stderr: ArrayLike, df: ArrayLike) -> FromMean:
    """Hold every value against the plain mean of all, itself among them.

    Testing this is the same as testing a value against the mean of the others.

    Args:
        values: Shape (k,), independent of each other.
        stderr: Standard errors, shape (k,), all above 0.
        df: Their degrees of freedom, shape (k,).

    Source: textbook; degrees of freedom by Satterthwaite 1946, Biometrics Bulletin 2(6), 110-114.
    """
    theta, error = np.asarray(values, dtype=np.float64), np.asarray(stderr, dtype=np.float64)
    freedom = np.asarray(df, dtype=np.float64)
    k = theta.size
    share = np.full((k, k), -1 / k) + np.eye(k)
    parts = (share * error) ** 2
    variance = parts.sum(axis=1)
    below = (parts**2 / np.maximum(1.0, freedom)).sum(axis=1)
    whole = np.divide(variance**2, below, out=np.zeros(k), where=below > 0)
    return FromMean(
        mean=float(theta.mean()),
        values=theta - theta.mean(),
        stderr=np.sqrt(variance),
        df=np.floor(whole * (1 + 1e-12)).astype(np.int64),
    )


def independent_ranks(
    values: ArrayLike, stderr: ArrayLike, df: ArrayLike, *, alpha: float = 0.05
) -> RankIntervals:
    """Return simultaneous rank intervals of independent values, 1 = highest.

    Args:
        values: Shape (k,).
        stderr: Standard errors, shape (k,); NaN or 0 means not separable from anything.
        df: Their degrees of freedom, shape (k,); infinite for known errors. Pairs have those of
            Satterthwaite.
        alpha: Family-wise error.

    Source: Mogstad, Romano, Shaikh and Wilhelm 2024, Review of Economic Studies 91(1), 476-518,
    with Holm's steps (Holm 1979) in place of their bootstrap.
    """
    theta = np.asarray(values, dtype=np.float64)
    variance = np.asarray(stderr, dtype=np.float64) ** 2
    freedom = np.asarray(df, dtype=np.float64)
    total = variance[:, None] + variance[None, :]
    weight = variance**2 / np.maximum(1.0, freedom)
    below = weight[:, None] + weight[None, :]
    pairs = np.divide(total**2, below, out=np.full(total.shape, np.inf), where=below > 0)
    known = variance > 0
    errors = np.where(known[:, None] & known[None, :], np.sqrt(total), np.nan)
    return rank_intervals(theta, errors, df=pairs, alpha=alpha)
