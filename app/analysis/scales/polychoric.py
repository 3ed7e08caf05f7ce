"""Polychoric correlations: of the opinions that two ordered answers cut into classes."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize
from scipy.special import ndtri

from app.analysis.scales.alpha import ScaleError
from app.analysis.uncertainty.binormal import binormal_cdf

_FARTHEST = 8.0
_STEEPEST = 0.9995
_LEAST = 1e-12


def polychoric(table: ArrayLike) -> float:
    """Return the polychoric correlation of a two-way table, in two steps.

    Thresholds come from the margins; the correlation then maximises the likelihood of the cells
    of a bivariate normal distribution. It assumes that such a distribution lies behind the answers.

    Args:
        table: Counts or weights, both scales ascending, shape (a, b).

    Returns:
        Between -.9995 and .9995; NaN where an answer has only one class.

    Source: Olsson 1979, Psychometrika 44.
    """
    counts = np.asarray(table, dtype=np.float64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return float("nan")
    first, second = (_thresholds(counts.sum(axis=axis)) for axis in (1, 0))
    across, down = np.meshgrid(first, second, indexing="ij")

    def loss(correlation: float) -> float:
        below = binormal_cdf(across, down, np.full(across.shape, correlation))
        cells = np.diff(np.diff(below, axis=0), axis=1)
        return -float((counts * np.log(np.maximum(cells, _LEAST))).sum())

    found = optimize.minimize_scalar(
        loss, bounds=(-_STEEPEST, _STEEPEST), method="bounded", options={"xatol": 1e-8}
    )
    return float(found.x)


def polychoric_matrix(codes: ArrayLike) -> NDArray[np.float64]:
    """Return the polychoric correlations of rows, each pair over the rows that have both.

    Args:
        codes: Points, shape (rows, k); NaN is missing.

    Returns:
        Shape (k, k), diagonal 1; NaN where an answer has only one class. May be indefinite.

    Raises:
        ScaleError: Fewer than two items (``items``).

    Source: Olsson 1979, Psychometrika 44.
    """
    values = np.asarray(codes, dtype=np.float64)
    k = values.shape[1]
    if k < 2:
        raise ScaleError("items")
    found = np.eye(k)
    for i in range(k):
        for j in range(i):
            found[i, j] = found[j, i] = polychoric(two_way(values[:, i], values[:, j]))
    return found


def ordinal_alpha(correlation: NDArray[np.float64]) -> float:
    """Return standardised alpha of polychoric correlations: of the opinions, not of the answers.

    Args:
        correlation: Shape (k, k), k at least 2.

    Source: Zumbo, Gadermann and Zeisser 2007, J. Mod. Appl. Stat. Methods 6(1).
    """
    k = len(correlation)
    average = (correlation.sum() - k) / (k * (k - 1))
    return float(k * average / (1 + (k - 1) * average))


def two_way(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Return how often each pair of points was given, over the rows that have both.

    Args:
        first: Shape (rows,), NaN is missing.
        second: Same shape.

    Source: ours, see docs/methods/scales.md.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    both = np.isfinite(a) & np.isfinite(b)
    points_a, place_a = np.unique(a[both], return_inverse=True)
    points_b, place_b = np.unique(b[both], return_inverse=True)
    size = points_a.size * points_b.size
    counted = np.bincount(place_a * points_b.size + place_b, minlength=size)
    return counted.reshape(points_a.size, points_b.size).astype(np.float64)


def _thresholds(margin: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cuts of a margin, open ends included."""
    below = np.cumsum(margin)[:-1] / margin.sum()
    return np.concatenate([[-_FARTHEST], ndtri(below), [_FARTHEST]])
