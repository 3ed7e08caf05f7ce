"""How likely each quadrant is: a normal approximation on both coordinates with their covariance."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from app.analysis.priorities.matrix import CutPlaces
from app.analysis.results.items import QuadrantChances
from app.analysis.uncertainty.binormal import binormal_cdf
from app.analysis.uncertainty.replicate import Replicates

_LEAST = 1e-12
# Equal shares may differ in the last bit.
_ROUNDING = 1e-9


def quadrant_chances(
    performance: NDArray[np.float64],
    importance: NDArray[np.float64],
    places: CutPlaces,
    replicates: Replicates,
    *,
    holding: NDArray[np.bool_] | None = None,
    is_exact: bool = False,
) -> tuple[QuadrantChances | None, ...]:
    """Return how likely each quadrant is for the items of a list.

    The distances of both coordinates from their cuts are taken as jointly normal with the
    variances and the covariance of the replicates; a cut that is a mean or median of the data
    moves with the replicates.

    Args:
        performance: Performance or attainment, shape (replicates, items).
        importance: Importance shares, same shape.
        places: The cuts, from `make_cuts`.
        replicates: Where variances come from.
        holding: Groups that count, shape (groups, items); None means all.
        is_exact: The importance is a rule, not an estimate (equal or frozen weights): on which
            side of its cut it lies is then certain, and an item on the cut is high.

    Returns:
        One entry per item; None without replicates, or where a coordinate has no error that could
        be said.

    Source: ours, see docs/methods/matrix.md.
    """
    across, up = performance - places.performance[:, None], importance - places.importance[:, None]
    low_error, high_error = (replicates.stderr(one, holding) for one in (across, up))
    has_low = np.isfinite(across[0]) & (low_error > 0)
    low_scale, high_scale = (np.where(one > 0, one, 1.0) for one in (low_error, high_error))
    z_low, z_poor = -across[0] / low_scale, -up[0] / high_scale
    # Var(a + b) = 2 + 2 r of two standardised coordinates.
    joint = replicates.stderr(across / low_scale + up / high_scale, holding)
    correlation = np.clip(joint**2 / 2 - 1, -1.0, 1.0)
    low, poor = ndtr(z_low), ndtr(z_poor)
    low_poor = binormal_cdf(z_low, z_poor, correlation)
    is_sure = is_exact & ~(high_error > 0)
    is_poor = up[0] < -_ROUNDING
    poor = np.where(is_sure, is_poor, poor)
    low_poor = np.where(is_sure, low * is_poor, low_poor)
    known = has_low & np.isfinite(up[0]) & (is_sure | (high_error > 0))
    return tuple(
        _chances(float(low[k]), float(poor[k]), float(low_poor[k])) if known[k] else None
        for k in range(known.size)
    )


def _chances(low: float, poor: float, low_poor: float) -> QuadrantChances:
    """Return the four chances from those of low, poor, and both."""
    return QuadrantChances(
        concentrate=_between(low - low_poor),
        keep_up=_between(1 - low - poor + low_poor),
        low_priority=_between(low_poor),
        possible_overkill=_between(poor - low_poor),
    )


def _between(chance: float) -> float:
    """Return the chance within 0 and 1; what the quadrature leaves below 1e-12 is nothing."""
    return 0.0 if chance < _LEAST else min(1.0, chance)
