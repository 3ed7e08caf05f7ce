"""How reliable the difference of two ratings is: less than the ratings themselves."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def difference_reliability(
    first: ArrayLike,
    second: ArrayLike,
    correlation: ArrayLike,
    *,
    deviation_ratio: ArrayLike = 1.0,
) -> NDArray[np.float64]:
    """Return the reliability of x - y.

    (s_x^2 rho_x + s_y^2 rho_y - 2 r s_x s_y) / (s_x^2 + s_y^2 - 2 r s_x s_y); with equal
    deviations ((rho_x + rho_y)/2 - r)/(1 - r). Two ratings of reliability .8 that correlate .6
    have a difference of reliability .5.

    Args:
        first: Reliability of x, e.g. perceived; any shape.
        second: Reliability of y, e.g. desired.
        correlation: Between x and y.
        deviation_ratio: Standard deviation of x over that of y.

    Returns:
        Broadcast shape; NaN where the difference does not vary. Below 0 when the correlation is
        higher than the reliabilities allow, which says that one of the three is wrong.

    Source: Lord and Novick 1968, Statistical Theories of Mental Test Scores.
    """
    rho_x, rho_y = np.asarray(first, np.float64), np.asarray(second, np.float64)
    cross, ratio = np.asarray(correlation, np.float64), np.asarray(deviation_ratio, np.float64)
    covariance = 2 * cross * ratio
    top = ratio**2 * rho_x + rho_y - covariance
    bottom = np.broadcast_to(ratio**2 + 1 - covariance, top.shape)
    result = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=result, where=bottom > 0)
    return result
