"""Inconsistent levels: what becomes of answers whose adequate level exceeds the desired one.

Rules, applied to rows before they become cells:

1. The adequate and the desired level of that item become missing; perceived, importance and
   competitor stay. Adequate equal to desired is legal.
2. A household with inversions on more than 40 % of the items where it gave both levels loses all
   its adequate and desired levels.

Nothing is ever swapped. Inversions are counted before rule 2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Consistency:
    """Which adequate and desired levels may be used.

    Attributes:
        inverted: Adequate exceeds desired, shape (households, items).
        answered: Both levels given, same shape.
        dropped: The household loses all its levels, shape (households,).
        usable: Levels of this item may be used, shape (households, items).
    """

    inverted: NDArray[np.bool_]
    answered: NDArray[np.bool_]
    dropped: NDArray[np.bool_]
    usable: NDArray[np.bool_]


def check_consistency(adequate: NDArray[np.float64], desired: NDArray[np.float64]) -> Consistency:
    """Apply both inversion rules to levels in scale points, NaN = missing.

    Args:
        adequate: Lowest acceptable levels, shape (households, items).
        desired: Levels hoped for, same shape.

    Returns:
        Flags of inversions, of dropped households and of usable levels.

    Source: ours, see docs/methods/zone.md.
    """
    answered = ~np.isnan(adequate) & ~np.isnan(desired)
    inverted = answered & (adequate > desired)
    # In integers, because 2 of 5 must not exceed 40 %.
    dropped = 5 * inverted.sum(axis=1) > 2 * answered.sum(axis=1)
    usable = ~inverted & ~dropped[:, None]
    return Consistency(inverted, answered, dropped, usable)
