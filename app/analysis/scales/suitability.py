"""Is there anything common to find: sampling adequacy (KMO) and Bartlett's test of sphericity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from app.analysis.importance.correlations import CorrelationError, check
from app.analysis.scales.alpha import ScaleError

# Below this value of KMO there is hardly anything to factor (Kaiser's "unacceptable").
LEAST_KMO = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Adequacy:
    """Kaiser-Meyer-Olkin measure of sampling adequacy.

    Attributes:
        overall: Squared correlations over squared correlations and squared partial ones, 0..1.
        items: The same of each item, shape (k,).
    """

    overall: float
    items: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sphericity:
    """Bartlett's test that all correlations are 0.

    Attributes:
        chi_square, df, p: The test; with many rows it says hardly anything.
    """

    chi_square: float
    df: int
    p: float


def adequacy(correlation: NDArray[np.float64]) -> Adequacy:
    """Return KMO of a correlation matrix.

    Args:
        correlation: Shape (k, k), k at least 2.

    Raises:
        ScaleError: ``items``, ``not_finite`` or ``indefinite``.

    Source: Kaiser 1970, Psychometrika 35; Kaiser and Rice 1974, Educ. Psychol. Meas. 34.
    """
    _usable(correlation)
    inverse = np.linalg.inv(correlation)
    scale = np.sqrt(np.diagonal(inverse))
    partial = (inverse / np.outer(scale, scale)) ** 2
    plain = correlation**2
    np.fill_diagonal(partial, 0.0)
    np.fill_diagonal(plain, 0.0)
    both = plain.sum(axis=0) + partial.sum(axis=0)
    items = np.full(len(both), np.nan)
    np.divide(plain.sum(axis=0), both, out=items, where=both > 0)
    whole = float(both.sum())
    return Adequacy(float(plain.sum()) / whole if whole > 0 else float("nan"), items)


def sphericity(correlation: NDArray[np.float64], n: int) -> Sphericity:
    """Test that the items have nothing in common.

    Args:
        correlation: Shape (k, k), k at least 2.
        n: Rows behind it; of pairwise matrices the fewest.

    Raises:
        ScaleError: ``items``, ``few_rows`` (not more rows than items), ``not_finite`` or
            ``indefinite``.

    Source: Bartlett 1951, Biometrika 38.
    """
    _usable(correlation)
    k = len(correlation)
    if n <= k:
        raise ScaleError("few_rows")
    statistic = -(n - 1 - (2 * k + 5) / 6) * float(np.linalg.slogdet(correlation)[1])
    df = k * (k - 1) // 2
    return Sphericity(statistic, df, float(stats.chi2.sf(statistic, df)))


def _usable(correlation: NDArray[np.float64]) -> None:
    if len(correlation) < 2:
        raise ScaleError("items")
    try:
        check(correlation)
    except CorrelationError as error:
        raise ScaleError(error.reason) from error
