"""McDonald's omega from a one-factor model fitted by maximum likelihood."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from app.analysis.scales.alpha import ScaleError

# An item of which the factor explains more than this share sits on the border of the model.
_LEAST_UNIQUENESS = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class OneFactor:
    """A one-factor model of k items, the factor with variance 1.

    Attributes:
        loadings: Shape (k,), in the units of the items; their sum is positive.
        residuals: Residual variances, shape (k,).
        on_border: An item has nearly no residual variance (Heywood case): do not trust the model.
    """

    loadings: NDArray[np.float64]
    residuals: NDArray[np.float64]
    on_border: bool


@dataclass(frozen=True, slots=True)
class Omega:
    """Share of the variance of the sum score that one factor explains.

    Attributes:
        model: (sum of loadings)^2 over the variance the model implies.
        observed: The same over the variance observed; differs as far as one factor does not fit.
        on_border: As in `OneFactor`.
    """

    model: float
    observed: float
    on_border: bool


def fit_one_factor(covariance: NDArray[np.float64]) -> OneFactor:
    """Fit one common factor by maximum likelihood.

    Args:
        covariance: Shape (k, k), k at least 3, positive definite. For the values that lavaan
            prints use denominators n instead of n - 1: loadings scale with its square root.

    Raises:
        ScaleError: Fewer than three items, not finite, not positive definite, or no convergence.

    Source: Joereskog 1967, Psychometrika 32; R's stats::factanal for the concentrated likelihood.
    """
    k = covariance.shape[0]
    if k < 3:
        raise ScaleError("items")
    if not np.isfinite(covariance).all():
        raise ScaleError("not_finite")
    deviation = np.sqrt(np.maximum(0.0, np.diagonal(covariance)))
    if (deviation <= 0).any() or np.linalg.eigvalsh(covariance)[0] <= 0:
        raise ScaleError("no_variance")
    correlation = covariance / np.outer(deviation, deviation)
    start = np.clip(1 / np.diagonal(np.linalg.inv(correlation)) * (1 - 0.5 / k), 0.05, 0.95)
    found = optimize.minimize(
        _misfit,
        start,
        args=(correlation,),
        jac=True,
        method="L-BFGS-B",
        bounds=[(_LEAST_UNIQUENESS, 1.0)] * k,
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 2000, "maxfun": 5000},
    )
    if not np.isfinite(found.fun) or _slope(found.x, found.jac) > 1e-5:
        raise ScaleError("no_convergence")
    loadings = _loadings(found.x, correlation)
    return OneFactor(
        loadings=loadings * deviation,
        residuals=found.x * deviation**2,
        on_border=bool((found.x <= _LEAST_UNIQUENESS * 1.001).any()),
    )


def omega_of(covariance: NDArray[np.float64]) -> Omega:
    """Return omega of a scale with one factor, with both denominators.

    Args:
        covariance: As in `fit_one_factor`; omega does not depend on the denominators n or n - 1.

    Raises:
        ScaleError: As in `fit_one_factor`.

    Source: McDonald 1999, Test Theory, chapter 6; the observed form is that of
        semTools::compRelSEM.
    """
    model = fit_one_factor(covariance)
    common = float(model.loadings.sum()) ** 2
    return Omega(
        model=common / (common + float(model.residuals.sum())),
        observed=common / float(covariance.sum()),
        on_border=model.on_border,
    )


def _misfit(
    uniqueness: NDArray[np.float64], correlation: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Return the likelihood with the best loadings for these uniquenesses, and its gradient."""
    root = np.sqrt(uniqueness)
    scaled = correlation / np.outer(root, root)
    values = np.linalg.eigvalsh(scaled)[:-1]
    loadings = _loadings(uniqueness, correlation)
    misfit = float((values - np.log(values) - 1).sum())
    difference = np.outer(loadings, loadings) + np.diag(uniqueness) - correlation
    return misfit, np.diagonal(difference) / uniqueness**2


def _loadings(
    uniqueness: NDArray[np.float64], correlation: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the best loadings for these uniquenesses, with a positive sum."""
    root = np.sqrt(uniqueness)
    values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
    loadings: NDArray[np.float64] = root * vectors[:, -1] * np.sqrt(max(0.0, values[-1] - 1))
    return loadings if loadings.sum() >= 0 else -loadings


def _slope(uniqueness: NDArray[np.float64], gradient: NDArray[np.float64]) -> float:
    """Return the steepest slope that a bound does not stop."""
    stopped = ((uniqueness <= _LEAST_UNIQUENESS) & (gradient > 0)) | (
        (uniqueness >= 1) & (gradient < 0)
    )
    return float(np.abs(np.where(stopped, 0.0, gradient)).max())
