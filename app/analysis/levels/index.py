"""Satisfaction index (满意度指数) 0-100 and Hill's percentage, with the same weights.

Index = sum of w_k 100 (mean_k - m)/(M - m): 0 when everyone is at the worst point, 100 at the best.
Hill's percentage = 100 sum of w_k mean_k / M; it has no zero, the worst answer on 1-10 is 10 %.
"""

import numpy as np
from numpy.typing import NDArray


def weighted_index(
    weights: NDArray[np.float64], percent: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the index 0-100.

    Args:
        weights: Importance shares, shape (..., items).
        percent: Performance on 0-100, same shape; NaN where there are no answers, which must have
            weight 0.

    Returns:
        Shape (...).
    """
    index: NDArray[np.float64] = (weights * np.nan_to_num(percent)).sum(axis=-1)
    return index


def equal_index(percent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the index with equal weights over the items that have answers."""
    present = np.isfinite(percent)
    shares = present / np.maximum(1, present.sum(axis=-1, keepdims=True))
    return np.where(present.any(axis=-1), weighted_index(shares, percent), np.nan)


def hill_percent(
    weights: NDArray[np.float64], mean: NDArray[np.float64], most: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return Hill's percentage.

    Args:
        weights: Importance shares, shape (..., items).
        mean: Means in scale points, same shape.
        most: Best point of each item's scale, shape (items,).
    """
    return weighted_index(weights, 100 * mean / most)
