"""Common factors by maximum likelihood. Compare uniquenesses; loadings may be turned."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats
from statsmodels.multivariate.factor_rotation import rotate_factors

from app.analysis.importance.correlations import CorrelationError, check
from app.analysis.scales.alpha import ScaleError

# An item of which the factors explain more than this share sits on the border of the model.
LEAST_UNIQUENESS = 0.005

_STEEPEST = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """A model of m common factors of k standardised items.

    Attributes:
        loadings: Shape (k, m), unrotated; every column has a sum of 0 or more.
        uniqueness: Share of each item's variance that no factor explains, shape (k,).
        chi_square, df, p: Test that m factors suffice, with Bartlett's correction; NaN without
            degrees of freedom or without the number of rows.
        on_border: An item is explained nearly entirely (Heywood case): do not trust the model.
    """

    loadings: NDArray[np.float64]
    uniqueness: NDArray[np.float64]
    chi_square: float
    df: int
    p: float
    on_border: bool


def factor_df(items: int, factors: int) -> int:
    """Return the degrees of freedom of a model, negative when it has too many factors.

    Source: Lawley and Maxwell 1971, Factor Analysis as a Statistical Method.
    """
    return ((items - factors) ** 2 - items - factors) // 2


def fit_factors(correlation: NDArray[np.float64], factors: int, n: int | None = None) -> Factors:
    """Fit common factors by maximum likelihood.

    Args:
        correlation: Shape (k, k).
        factors: Number of factors m, at least 1.
        n: Rows behind the matrix; None leaves out the test.

    Raises:
        ScaleError: ``items`` (too few for so many factors), ``not_finite``, ``indefinite`` or
            ``no_convergence``.

    Source: Joereskog 1967, Psychometrika 32; R's stats::factanal for the concentrated likelihood.
    """
    k = len(correlation)
    df = factor_df(k, factors)
    if factors < 1 or df < 0:
        raise ScaleError("items")
    try:
        check(correlation)
    except CorrelationError as error:
        raise ScaleError(error.reason) from error
    start = (1 - 0.5 * factors / k) / np.diagonal(np.linalg.inv(correlation))
    found = optimize.minimize(
        _misfit,
        np.clip(start, LEAST_UNIQUENESS, 0.95),
        args=(correlation, factors),
        jac=True,
        method="L-BFGS-B",
        bounds=[(LEAST_UNIQUENESS, 1.0)] * k,
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 3000, "maxfun": 9000},
    )
    if not np.isfinite(found.fun) or _slope(found.x, found.jac) > _STEEPEST:
        raise ScaleError("no_convergence")
    statistic = float("nan")
    if n is not None and df > 0:
        statistic = (n - 1 - (2 * k + 5) / 6 - 2 * factors / 3) * max(0.0, float(found.fun))
    return Factors(
        loadings=_loadings(found.x, correlation, factors),
        uniqueness=found.x,
        chi_square=statistic,
        df=df,
        p=float(stats.chi2.sf(statistic, df)) if df > 0 else float("nan"),
        on_border=bool((found.x <= LEAST_UNIQUENESS * 1.001).any()),
    )


def varimax(loadings: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return loadings turned so that each item loads on few factors, with Kaiser's weights.

    Args:
        loadings: Shape (k, m).

    Returns:
        Shape (k, m); columns by falling sum of squares, each with a sum of 0 or more.

    Source: Kaiser 1958, Psychometrika 23; R's stats::varimax for the steps.
    """
    length = np.sqrt((loadings**2).sum(axis=1))
    scaled = loadings / np.where(length > 0, length, 1.0)[:, None]
    rotation = np.eye(loadings.shape[1])
    before = 0.0
    for _ in range(1000):
        turned = scaled @ rotation
        pull = scaled.T @ (turned**3 - turned * (turned**2).mean(axis=0))
        left, size, right = np.linalg.svd(pull)
        rotation = left @ right
        if size.sum() < before * (1 + 1e-12):
            break
        before = float(size.sum())
    return _tidy(loadings @ rotation)


def oblimin(loadings: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return pattern loadings of factors that may be correlated, and their correlations.

    Args:
        loadings: Shape (k, m), m at least 2.

    Returns:
        Shape (k, m), columns by falling sum of squares, each with a sum of 0 or more; and (m, m).

    Source: Jennrich and Sampson 1966, Psychometrika 31 (direct quartimin); Bernaards and Jennrich
        2005, Educ. Psychol. Meas. 65.
    """
    turned, rotation = rotate_factors(loadings, "oblimin", 0, "oblique")
    order = np.argsort(-(turned**2).sum(axis=0), kind="stable")
    signs = np.where(turned[:, order].sum(axis=0) < 0, -1.0, 1.0)
    joint = (rotation.T @ rotation)[np.ix_(order, order)]
    return turned[:, order] * signs, joint * np.outer(signs, signs)


def fit_measures(correlation: NDArray[np.float64], fitted: Factors, n: int) -> tuple[float, float]:
    """Return the Tucker-Lewis index and the root mean square error of approximation.

    Args:
        correlation: What the model was fitted to.
        fitted: The model, with its test.
        n: Rows.

    Returns:
        NaN without degrees of freedom.

    Source: Tucker and Lewis 1973, Psychometrika 38; Steiger and Lind 1980; as psych::fa has them.
    """
    k = len(correlation)
    if fitted.df < 1 or not np.isfinite(fitted.chi_square):
        return float("nan"), float("nan")
    null = -(n - 1 - (2 * k + 5) / 6) * float(np.linalg.slogdet(correlation)[1])
    none, own = null / (k * (k - 1) / 2), fitted.chi_square / fitted.df
    square = fitted.chi_square / (fitted.df * n) - 1 / (n - 1)
    return (none - own) / (none - 1), float(np.sqrt(max(0.0, square)))


def _tidy(loadings: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return columns by falling sum of squares, each with a sum of 0 or more."""
    order = np.argsort(-(loadings**2).sum(axis=0), kind="stable")
    sorted_columns = loadings[:, order]
    signs = np.where(sorted_columns.sum(axis=0) < 0, -1.0, 1.0)
    turned: NDArray[np.float64] = sorted_columns * signs
    return turned


def _misfit(
    uniqueness: NDArray[np.float64], correlation: NDArray[np.float64], factors: int
) -> tuple[float, NDArray[np.float64]]:
    """Return the likelihood with the best loadings for these uniquenesses, and its gradient."""
    root = np.sqrt(uniqueness)
    values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
    rest = values[: len(values) - factors]
    kept = np.sqrt(np.maximum(0.0, values[len(values) - factors :] - 1))
    loadings = root[:, None] * vectors[:, len(values) - factors :] * kept
    misfit = float((rest - np.log(rest) - 1).sum())
    difference = (loadings**2).sum(axis=1) + uniqueness - np.diagonal(correlation)
    return misfit, difference / uniqueness**2


def _loadings(
    uniqueness: NDArray[np.float64], correlation: NDArray[np.float64], factors: int
) -> NDArray[np.float64]:
    root = np.sqrt(uniqueness)
    values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
    kept = np.sqrt(np.maximum(0.0, values[-factors:] - 1))
    return _tidy(root[:, None] * vectors[:, -factors:] * kept)


def _slope(uniqueness: NDArray[np.float64], gradient: NDArray[np.float64]) -> float:
    """Return the steepest slope that a bound does not stop."""
    stopped = ((uniqueness <= LEAST_UNIQUENESS) & (gradient > 0)) | (
        (uniqueness >= 1) & (gradient < 0)
    )
    return float(np.abs(np.where(stopped, 0.0, gradient)).max())
