"""Many communities at once: how different they really are, and shrunken values for each.

The model: a community's true value is mu plus a deviation of variance tau^2; its figure is the true
value plus an error of known variance. Paule-Mandel finds tau^2; the shrunken value pulls a figure
towards mu by the share B = SE^2 / (SE^2 + tau^2) of its variance that is error.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.optimize import brentq

# The grid over tau goes so many times beyond range and largest error of the values.
_REACH = 3.0
_NODES = 1000


class NoErrorsError(ValueError):
    """Every value needs a standard error above zero, and there must be one value at least."""


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Whether values differ more than their errors explain.

    Attributes:
        statistic: Cochran's Q around the precision-weighted mean.
        df: k - 1.
        p: p value of "all are equal"; NaN for a single value.
    """

    statistic: float
    df: int
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class Shrinkage:
    """Shrunken values.

    Attributes:
        mean: mu, the precision-weighted mean.
        mean_stderr: Its standard error.
        variance: tau^2 between the true values; 0 where the figures differ by no more than
            chance, NaN for a single value.
        values: Shrunken values, shape (k,).
        stderr: Their root mean squared error, which knows that mu and tau^2 are estimated.
        low, high: Normal intervals.
        reliability: tau^2 / (tau^2 + SE^2), shape (k,); NaN for a single value.
    """

    mean: float
    mean_stderr: float
    variance: float
    values: NDArray[np.float64]
    stderr: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    reliability: NDArray[np.float64]


def heterogeneity(values: ArrayLike, stderr: ArrayLike) -> Heterogeneity:
    """Test whether all values are equal.

    Args:
        values: Shape (k,).
        stderr: Standard errors, shape (k,), all above 0.

    Raises:
        NoErrorsError: There is no value, or one without a standard error.

    Source: Cochran 1954, Biometrics 10(1), 101-129.
    """
    theta, variance = _checked(values, stderr)
    statistic = _q(theta, variance, 0.0)
    df = theta.size - 1
    p = float(stats.chi2.sf(statistic, df)) if df else float("nan")
    return Heterogeneity(statistic, df, p)


def paule_mandel(values: ArrayLike, stderr: ArrayLike) -> float:
    """Return tau^2 that makes sum of (value - mu)^2 / (SE^2 + tau^2) equal k - 1, or 0.

    Args:
        values: Shape (k,).
        stderr: Standard errors, shape (k,), all above 0.

    Returns:
        0 where the sum is no more than k - 1 already without tau^2; NaN for a single value.

    Raises:
        NoErrorsError: There is no value, or one without a standard error.

    Source: Paule and Mandel 1982, Journal of Research of the National Bureau of Standards 87(5),
    377-385.
    """
    theta, variance = _checked(values, stderr)
    goal = theta.size - 1
    if goal == 0:
        return float("nan")
    if _q(theta, variance, 0.0) <= goal:
        return 0.0
    # At tau^2 = sum of squares / (k - 1) the weighted sum is below k - 1 already.
    most = float(((theta - theta.mean()) ** 2).sum()) / goal
    return float(brentq(lambda tau2: _q(theta, variance, tau2) - goal, 0.0, most, xtol=1e-14))


def shrink(values: ArrayLike, stderr: ArrayLike, *, level: float = 0.95) -> Shrinkage:
    """Return shrunken values with intervals.

    The interval knows that mu and tau^2 are estimated: its error is the root of the expected
    squared distance over every tau^2 the values allow, with a flat density of tau^2. A single
    value is returned as it is.

    Args:
        values: Shape (k,).
        stderr: Standard errors, shape (k,), all above 0.
        level: Confidence level.

    Raises:
        NoErrorsError: There is no value, or one without a standard error.

    Source: Fay and Herriot 1979, Journal of the American Statistical Association 74, 269-277; the
    flat density is that of Morris and Tang 2011, Statistical Science 26(2), 271-287, its use for
    an error around this value ours, see docs/methods/communities.md.
    """
    theta, variance = _checked(values, stderr)
    z = float(stats.norm.ppf(0.5 + level / 2))
    if theta.size == 1:
        error = np.sqrt(variance)
        nan = np.full(1, np.nan)
        low, high = theta - z * error, theta + z * error
        return Shrinkage(float(theta[0]), float(error[0]), np.nan, theta, error, low, high, nan)
    tau2 = paule_mandel(theta, np.sqrt(variance))
    precision = 1 / (variance + tau2)
    mean = float(precision @ theta / precision.sum())
    share = variance * precision
    shrunken = share * mean + (1 - share) * theta
    error = _errors(theta, variance, shrunken)
    return Shrinkage(
        mean=mean,
        mean_stderr=float(precision.sum() ** -0.5),
        variance=tau2,
        values=shrunken,
        stderr=error,
        low=shrunken - z * error,
        high=shrunken + z * error,
        reliability=tau2 * precision,
    )


def _errors(
    theta: NDArray[np.float64], variance: NDArray[np.float64], shrunken: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return root mean squared errors of shrunken values over all tau^2 that the values allow.

    Taking tau^2 as known says too little where it is found to be 0 by chance. So the expected
    squared distance from the shrunken value is averaged over tau^2, each with its likelihood (the
    common mean integrated out), on a grid in tau.
    """
    most = _REACH * (float(np.ptp(theta)) + float(np.sqrt(variance.max())))
    tau = (np.arange(_NODES) + 0.5) * most / _NODES
    precision = 1 / (variance[None, :] + tau[:, None] ** 2)
    total = precision.sum(axis=1)
    mean = precision @ theta / total
    squares = (precision * (theta[None, :] - mean[:, None]) ** 2).sum(axis=1)
    # A flat density of tau^2 is one of tau proportional to tau.
    log = np.log(tau) + 0.5 * (np.log(precision).sum(axis=1) - np.log(total) - squares)
    density = np.exp(log - log.max())
    density /= density.sum()
    share = variance[None, :] * precision
    centre = share * mean[:, None] + (1 - share) * theta[None, :]
    squared = variance * (1 - share) + share**2 / total[:, None] + (centre - shrunken) ** 2
    error: NDArray[np.float64] = np.sqrt(density @ squared)
    return error


def _checked(
    values: ArrayLike, stderr: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    theta = np.asarray(values, dtype=np.float64)
    error = np.asarray(stderr, dtype=np.float64)
    usable = np.isfinite(theta) & np.isfinite(error) & (error > 0)
    if theta.size == 0 or theta.shape != error.shape or not usable.all():
        raise NoErrorsError
    return theta, error**2


def _q(theta: NDArray[np.float64], variance: NDArray[np.float64], tau2: float) -> float:
    precision = 1 / (variance + tau2)
    mean = precision @ theta / precision.sum()
    return float(precision @ (theta - mean) ** 2)
