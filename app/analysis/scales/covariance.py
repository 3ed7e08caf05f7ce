"""Covariance matrices of a scale's items: from rows, listwise or pairwise, and from pair sums."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.analysis.importance.correlations import PairSums, pair_sums_of_rows, spreads


@dataclass(frozen=True, slots=True, eq=False)
class Covariance:
    """A covariance matrix and what it rests on.

    Attributes:
        matrix: Shape (..., k, k), denominators n - 1; NaN where fewer than two rows answered both.
        n: Rows with an answer to both items, shape (..., k, k).
        rows: Rows with at least one answer: what the listwise, the pairwise and R's own n differ
            in. All entries of `n` equal it when nothing is missing.
    """

    matrix: NDArray[np.float64]
    n: NDArray[np.int64]
    rows: int

    @property
    def least(self) -> int:
        """Return the fewest rows any pair rests on."""
        return int(self.n.min())


def covariance_of_rows(values: ArrayLike, *, listwise: bool = False) -> Covariance:
    """Return the covariance matrix of rows with missing values.

    Pairwise, every variance is taken over the item's own rows and every covariance over the
    joint rows, as R's ``cov(use="pairwise.complete.obs")``; that matrix is not the one behind
    R's ``cor``, whose variances are over joint rows, too.

    Args:
        values: Shape (rows, k), NaN is missing.
        listwise: Use only rows that answered everything.

    Source: R Core Team, stats::cov.
    """
    answered = np.isfinite(np.asarray(values, dtype=np.float64))
    kept = answered.all(axis=1) if listwise else answered.any(axis=1)
    sums, rows = pair_sums_of_rows(values, listwise=listwise), int(kept.sum())
    return _covariance(sums, rows)


def covariance_of_sums(sums: PairSums, rows: int) -> Covariance:
    """Return the pairwise covariance matrix out of pair sums, the same as from the rows.

    Args:
        sums: Pair sums, shape (..., k, k).
        rows: Rows with at least one answer.

    Source: R Core Team, stats::cov.
    """
    return _covariance(sums, rows)


def reverse(
    values: ArrayLike, columns: Iterable[int], least: float, most: float
) -> NDArray[np.float64]:
    """Return answers with some columns turned round: least + most - answer.

    Args:
        values: Shape (rows, k), NaN is missing and stays so.
        columns: Which columns to turn.
        least: Lowest point of the scale.
        most: Highest point of the scale.

    Source: ours, see docs/methods/scales.md.
    """
    turned = np.array(values, dtype=np.float64)
    chosen = list(columns)
    turned[:, chosen] = least + most - turned[:, chosen]
    return turned


def _covariance(sums: PairSums, rows: int) -> Covariance:
    product = spreads(sums)[1]
    count = np.asarray(sums.n)
    matrix = np.full(product.shape, np.nan)
    np.divide(product, count - 1, out=matrix, where=count > 1)
    return Covariance(matrix, np.rint(count).astype(np.int64), rows)
