"""ETC Institute's importance-satisfaction rating: emphasis x share not satisfied, with cut-offs."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

DEFINITELY_INCREASE = "definitely_increase"
INCREASE = "increase"
MAINTAIN = "maintain"
DEFINITELY_FROM = 0.20
INCREASE_FROM = 0.10

# .4 x (1 - .5) must be .20 whatever the last bit says.
_ROUNDING = 1e-12


def is_rating(emphasis: ArrayLike, satisfied: ArrayLike) -> NDArray[np.float64]:
    """Return the importance-satisfaction rating.

    Args:
        emphasis: Share of households that picked the item, 0-1, any shape; NaN = unknown.
        satisfied: Share of satisfied answers among those who rated it, same shape.

    Returns:
        From 0 to 1, same shape: emphasis x (1 - satisfied).

    Source: ETC Institute, importance-satisfaction analysis of resident surveys.
    """
    rating: NDArray[np.float64] = np.asarray(emphasis, np.float64) * (
        1 - np.asarray(satisfied, np.float64)
    )
    return rating


def is_action(rating: float | None) -> str | None:
    """Return what the published cut-offs say; None without a rating.

    From .20 definitely_increase, from .10 increase, below maintain.

    Source: ETC Institute, importance-satisfaction analysis of resident surveys.
    """
    if rating is None:
        return None
    if rating >= DEFINITELY_FROM - _ROUNDING:
        return DEFINITELY_INCREASE
    return INCREASE if rating >= INCREASE_FROM - _ROUNDING else MAINTAIN
