"""Medians and other quantiles out of histograms, with Woodruff's interval."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats


class HistogramError(ValueError):
    """A histogram without answers, or points and counts that do not fit each other."""


@dataclass(frozen=True, slots=True)
class QuantileResult:
    """A quantile with its interval.

    Attributes:
        value: The smallest point that the wanted share of answers does not exceed.
        low, high: Woodruff's limits, points as well.
    """

    value: float
    low: float
    high: float


def quantile(points: ArrayLike, counts: ArrayLike, q: float = 0.5) -> float:
    """Return the smallest point x with at least a share q of the answers at or below it.

    Args:
        points: Scale points, ascending, shape (p,).
        counts: Answers, or their weights, at each, same shape.
        q: Share, above 0 and below 1.

    Raises:
        HistogramError: No answers, or shapes differ.

    Source: Woodruff (1952) JASA 47:635-646.
    """
    scale, shares = _cumulative(points, counts)
    return _at(scale, shares, q)


def woodruff_interval(
    points: ArrayLike,
    counts: ArrayLike,
    *,
    q: float = 0.5,
    stderr: float | None = None,
    df: float = np.inf,
    level: float = 0.95,
) -> QuantileResult:
    """Return a quantile with the points where the cumulative share leaves its own interval.

    The interval q -+ t SE of the share at or below is read off the cumulative histogram. A
    jackknife of the quantile itself would be wrong: it does not change when a group is deleted.

    Args:
        points: Scale points, ascending, shape (p,).
        counts: Answers, or their weights, at each, same shape.
        q: Share, above 0 and below 1.
        stderr: Standard error of the share at or below the quantile; None means that of a simple
            random sample, sqrt(q(1-q)/n), with n the sum of the counts.
        df: Degrees of freedom of the error.
        level: Confidence level.

    Raises:
        HistogramError: No answers, or shapes differ.

    Source: Woodruff (1952) JASA 47:635-646.
    """
    scale, shares = _cumulative(points, counts)
    n = float(np.sum(np.asarray(counts, dtype=np.float64)))
    error = float(np.sqrt(q * (1 - q) / n)) if stderr is None else stderr
    half = float(stats.t.ppf(0.5 + level / 2, df)) * error
    return QuantileResult(
        _at(scale, shares, q), _at(scale, shares, q - half), _at(scale, shares, q + half)
    )


def _cumulative(
    points: ArrayLike, counts: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the points that were chosen and the share of answers at or below each."""
    scale, weights = np.asarray(points, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    if scale.ndim != 1 or scale.shape != weights.shape or not weights.sum() > 0:
        raise HistogramError
    chosen = weights > 0
    running = np.cumsum(weights[chosen])
    return scale[chosen], running / running[-1]


def _at(scale: NDArray[np.float64], shares: NDArray[np.float64], q: float) -> float:
    # A share that should equal q may miss it by a rounding.
    place = int(np.searchsorted(shares, q - 1e-12))
    return float(scale[min(place, scale.size - 1)])
