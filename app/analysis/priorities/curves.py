"""Curves and diagonals of the matrix: where PFI is equal, and how far importance exceeds.

In the matrix PFI = importance x (100 - performance), so places of equal PFI lie on hyperbolas. The
zone list plots attainment, for which the same holds. The classic diagonal rescales both axes to the
list at hand, so an item's discrepancy changes when another item enters; the curves do not.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray


class FrameError(ValueError):
    """A picture without width or height, or outside 0-100.

    Attributes:
        low: Its lower end.
        high: Its upper end.
    """

    def __init__(self, low: float, high: float) -> None:
        super().__init__(f"{low} to {high}")
        self.low = low
        self.high = high


def iso_pfi_curve(
    level: float,
    *,
    performance: tuple[float, float] = (0.0, 100.0),
    importance: tuple[float, float] = (0.0, 1.0),
    points: int = 41,
) -> tuple[tuple[float, float], ...]:
    """Return points of the curve importance x (100 - performance) = level inside a picture.

    Args:
        level: PFI in points of the index, above 0.
        performance: Left and right end of the picture, performance (or attainment) on 0-100.
        importance: Lower and upper end of the picture, importance shares.
        points: How many points, ends included.

    Returns:
        (performance, importance) from left to right; empty when the curve misses the picture.

    Raises:
        FrameError: An end lies above the other or the performance outside 0-100.

    Source: ours, see docs/methods/matrix.md.
    """
    left, right = performance
    bottom, top = importance
    if not 0 <= left < right <= 100:
        raise FrameError(left, right)
    if not 0 <= bottom < top:
        raise FrameError(bottom, top)
    if level <= 0:
        return ()
    # The curve rises to the right: it enters at the left or the lower edge.
    start = left if level / (100 - left) >= bottom else 100 - level / bottom
    end = min(right, 100 - level / top)
    if start > end:
        return ()
    across = np.linspace(start, end, points)
    up = level / (100 - across)
    return tuple((float(x), float(y)) for x, y in zip(across, up, strict=True))


def discrepancies(performance: ArrayLike, importance: ArrayLike) -> NDArray[np.float64]:
    """Return how far importance exceeds performance, both rescaled to 0-1 over the list.

    Args:
        performance: Shape (items,); NaN is left out.
        importance: Same shape, any unit.

    Returns:
        Shape (items,), from -1 to 1; above 0 lies "concentrate here". NaN where a value is
        missing, or where all items are equal on an axis.

    Source: Hawes and Rao 1985, Journal of Health Care Marketing 5(4); Abalo, Varela and Manzano
    2007, Journal of Business Research 60.
    """
    low, high = np.asarray(performance, dtype=np.float64), np.asarray(importance, dtype=np.float64)
    both = np.isfinite(low) & np.isfinite(high)
    result: NDArray[np.float64] = unit_scale(high, both) - unit_scale(low, both)
    return result


def unit_scale(values: NDArray[np.float64], kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return values rescaled to 0-1 over those kept; NaN elsewhere and where all are equal.

    Args:
        values: Shape (items,).
        kept: Same shape.

    Source: Abalo, Varela and Manzano 2007, Journal of Business Research 60.
    """
    nothing = np.full(values.shape, np.nan)
    if not kept.any():
        return nothing
    least, most = values[kept].min(), values[kept].max()
    if most <= least:
        return nothing
    return np.where(kept, (values - least) / (most - least), np.nan)
