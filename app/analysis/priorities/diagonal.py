"""The diagonal form of the matrix: everything above it is to be concentrated on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.analysis.priorities.curves import discrepancies, unit_scale
from app.analysis.priorities.matrix import CONCENTRATE, KEEP_UP, LOW_PRIORITY, OVERKILL

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class DiagonalPlaces:
    """Places of items after both axes are rescaled to 0-1 over the list.

    Attributes:
        importance, performance: Rescaled, shape (p,); NaN where one is missing.
        discrepancy: Importance less performance; above 0 is above the diagonal.
        places: concentrate above the diagonal; below it keep_up, low_priority or
            possible_overkill by the means of the rescaled axes; None where it is missing.
    """

    importance: NDArray[np.float64]
    performance: NDArray[np.float64]
    discrepancy: NDArray[np.float64]
    places: tuple[str | None, ...]


def diagonal_places(performance: ArrayLike, importance: ArrayLike) -> DiagonalPlaces:
    """Place items against the diagonal on which rescaled importance equals performance.

    Args:
        performance: Shape (p,); NaN is left out.
        importance: Same shape, any unit.

    Source: Hawes and Rao 1985, Journal of Health Care Marketing 5(4); Abalo, Varela and Manzano
        2007, Journal of Business Research 60.
    """
    low, high = np.asarray(performance, np.float64), np.asarray(importance, np.float64)
    both = np.isfinite(low) & np.isfinite(high)
    across, up = unit_scale(low, both), unit_scale(high, both)
    gap = discrepancies(low, high)
    known = np.isfinite(gap)
    places: list[str | None] = [None] * low.size
    if known.any():
        cuts = float(across[known].mean()), float(up[known].mean())
        places = [
            _place(float(across[k]), float(up[k]), cuts) if known[k] else None
            for k in range(low.size)
        ]
    return DiagonalPlaces(up, across, gap, tuple(places))


def _place(performance: float, importance: float, cuts: tuple[float, float]) -> str:
    if importance - performance > _ROUNDING:
        return CONCENTRATE
    is_good = performance >= cuts[0] - _ROUNDING
    if importance >= cuts[1] - _ROUNDING:
        # Below the diagonal nothing is to be concentrated on, whatever the cuts say.
        return KEEP_UP
    return OVERKILL if is_good else LOW_PRIORITY
