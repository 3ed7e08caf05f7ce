"""Where performance stands within the zone: q = (P - A)/(D - A), with Fieller's limits.

q below 0 lies below the minimum, 0 to 1 inside the zone, above 1 above the desired level. It is a
ratio of two estimates, so a symmetric interval covers badly where the zone is narrow; Fieller's
limits come from the test of P - A - q (D - A) = 0 and need no symmetry. Where the width itself
cannot be told from 0 every q is possible and no limits are given.
"""

import numpy as np
from numpy.typing import NDArray

from app.analysis.results.estimate import Estimate
from app.analysis.uncertainty.intervals import Limits, nothing
from app.analysis.uncertainty.replicate import Replicates


def positions(
    adequate: NDArray[np.float64], desired: NDArray[np.float64], perceived: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the position of means within their zones.

    Args:
        adequate: Means of the adequate level, any shape and unit; NaN = missing.
        desired: Means of the desired level, same shape.
        perceived: Means of the performance, same shape.

    Returns:
        Same shape; NaN where the zone has no width (desired at or below adequate).

    Source: ours, from the zone of Zeithaml, Berry and Parasuraman 1993, Journal of the Academy of
    Marketing Science 21(1); see docs/methods/zone.md.
    """
    width = desired - adequate
    place = np.full(np.broadcast(adequate, desired, perceived).shape, np.nan)
    np.divide(perceived - adequate, width, out=place, where=width > 0)
    return place


def fieller_limits(
    top: float, bottom: float, variance: tuple[float, float, float], t: float
) -> tuple[float, float] | None:
    """Return Fieller's limits of top / bottom.

    Args:
        top: Numerator.
        bottom: Denominator.
        variance: Variance of the numerator, of the denominator, and their covariance.
        t: Quantile of the t distribution.

    Returns:
        None where the denominator cannot be told from 0, so that the limits are not finite.

    Source: Fieller 1954, Journal of the Royal Statistical Society B 16(2).
    """
    of_top, of_bottom, joint = variance
    a = bottom**2 - t**2 * of_bottom
    b = top * bottom - t**2 * joint
    c = top**2 - t**2 * of_top
    inside = b**2 - a * c
    if not (np.isfinite(inside) and a > 0 and inside >= 0):
        return None
    root = float(np.sqrt(inside))
    return (b - root) / a, (b + root) / a


def position_estimates(
    levels: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    replicates: Replicates,
    limits: Limits,
    *,
    n: NDArray[np.int64],
    holding: NDArray[np.bool_],
    least: int,
) -> tuple[Estimate, ...]:
    """Return the positions of a list with their limits.

    Args:
        levels: Means of adequate, desired and perceived, each shape (replicates, items).
        replicates: Where variances come from.
        limits: Width of t intervals.
        n: Fewest answers among the three levels, shape (items,).
        holding: Groups that hold an answer of any of them, shape (groups, items).
        least: Answers below which nothing is said.

    Returns:
        One estimate per item; without limits where the width may be 0.

    Source: as `positions`; limits Fieller 1954, Journal of the Royal Statistical Society B 16(2).
    """
    adequate, desired, perceived = levels
    place = positions(*levels)
    top, bottom = perceived - adequate, desired - adequate
    error = replicates.stderr(place, holding)
    of_top, of_bottom = (replicates.stderr(one, holding) ** 2 for one in (top, bottom))
    # Var(a + b) = Var a + Var b + 2 Cov(a, b).
    joint = (replicates.stderr(top + bottom, holding) ** 2 - of_top - of_bottom) / 2
    freedom = replicates.dfs(holding)
    found: list[Estimate] = []
    for k, many in enumerate(n):
        if many < least or not np.isfinite(place[0, k]):
            found.append(nothing(int(many)))
            continue
        own = limits.at(int(freedom[k]))
        variance = (float(of_top[k]), float(of_bottom[k]), float(joint[k]))
        ends = None
        if own.df > 0 and of_top[k] + of_bottom[k] > 0:
            ends = fieller_limits(float(top[0, k]), float(bottom[0, k]), variance, own.t)
        low, high = ends or (None, None)
        stderr = float(error[k]) if np.isfinite(error[k]) and error[k] > 0 else None
        df = own.df if ends else None
        found.append(Estimate(float(place[0, k]), stderr, low, high, int(many), df))
    return tuple(found)
