"""Least squares with errors that allow for answers of one cluster being alike."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from statsmodels.regression.linear_model import OLS

Floats = NDArray[np.float64]

CONFOUNDED = "confounded"
FEW_CLUSTERS = "few_clusters"


class RegressionError(ValueError):
    """Rows that carry no regression.

    Attributes:
        reason: ``confounded`` (terms that cannot be told apart) or ``few_clusters`` (no more
            clusters than one, or no more rows than terms).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False)
class ClusterFit:
    """A regression.

    Attributes:
        coefficients: Shape (terms,).
        covariance: Robust to clusters, with the correction for their number.
        clusters: How many there are.
        n: Rows.
        r_squared: Explained share, about the mean.
    """

    coefficients: Floats
    covariance: Floats
    clusters: int
    n: int
    r_squared: float


def cluster_regression(outcome: ArrayLike, terms: ArrayLike, clusters: ArrayLike) -> ClusterFit:
    """Regress an outcome on terms, errors clustered.

    Args:
        outcome: Shape (rows,), no NaN.
        terms: Shape (rows, terms), a constant or a full set of dummies among them.
        clusters: Label of every row.

    Raises:
        RegressionError: The rows carry no regression; says why.

    Source: Liang and Zeger 1986, Biometrika 73(1), 13-22; statsmodels OLS, cov_type "cluster".
    """
    y, x = np.asarray(outcome, dtype=np.float64), np.asarray(terms, dtype=np.float64)
    names, place = np.unique(np.asarray(clusters), return_inverse=True)
    if names.size < 2 or x.shape[0] <= x.shape[1]:
        raise RegressionError(FEW_CLUSTERS)
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise RegressionError(CONFOUNDED)
    fit = OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": place})
    spread = float(((y - y.mean()) ** 2).sum())
    explained = 1 - float((fit.resid**2).sum()) / spread if spread > 0 else 0.0
    return ClusterFit(
        np.asarray(fit.params, dtype=np.float64),
        np.asarray(fit.cov_params(), dtype=np.float64),
        int(names.size),
        int(y.size),
        explained,
    )
