"""Pictures of gaps: importance-performance gap analysis (IPGA) and competitor analysis (IPCA).

Both place an item by the gap between performance and importance. The two are asked in different
words, so a gap of 0 has no meaning of its own: these are pictures for comparison with the
literature, beside the matrix and not instead of it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.analysis.priorities.matrix import CONCENTRATE, KEEP_UP, LOW_PRIORITY, OVERKILL
from app.analysis.uncertainty.multiple import holm

SOLID_ADVANTAGE = "solid_advantage"
HEAD_TO_HEAD = "head_to_head"
URGENT_ACTION = "urgent_action"
NULL_ADVANTAGE = "null_advantage"

# Equal means may differ in the last bit.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class IpgaPlaces:
    """Places of items by relative importance and relative performance.

    Attributes:
        importance: RI = mean importance over the mean of all, shape (p,).
        performance: RP: mean performance over the mean of all where it exceeds importance, minus
            the inverse where importance exceeds it, 0 where neither is established.
        quadrants: keep_up, concentrate, low_priority, possible_overkill by the cuts RP 0 and RI 1;
            None where RP is 0 or a value is missing.
    """

    importance: NDArray[np.float64]
    performance: NDArray[np.float64]
    quadrants: tuple[str | None, ...]


def ipga(
    importance: ArrayLike,
    performance: ArrayLike,
    p_values: ArrayLike,
    *,
    gaps: ArrayLike | None = None,
    alpha: float = 0.05,
) -> IpgaPlaces:
    """Place items by relative importance and by performance that is established to differ.

    Args:
        importance: Mean importance, shape (p,), on the scale of `performance`, above 0.
        performance: Mean performance.
        p_values: Of the paired test of each gap against 0, two-sided; Holm is applied here. NaN
            where there was no test: not established.
        gaps: Mean performance less importance over paired rows; None takes the means' difference.
        alpha: Error of the whole list.

    Source: Lin, Chan and Tsai 2009, The TQM Journal 20(8).
    """
    high, low = np.asarray(importance, np.float64), np.asarray(performance, np.float64)
    gap = low - high if gaps is None else np.asarray(gaps, np.float64)
    known = np.isfinite(high) & np.isfinite(low)
    if not known.any():
        return IpgaPlaces(
            np.full(high.shape, np.nan), np.full(high.shape, np.nan), (None,) * high.size
        )
    established = np.asarray(holm(np.asarray(p_values, np.float64), alpha), dtype=bool)
    middle = low[known].mean()
    relative = np.where(gap > 0, low / middle, -middle / low)
    rp = np.where(established & known, relative, 0.0)
    rp = np.where(known, rp, np.nan)
    ri = np.where(known, high / high[known].mean(), np.nan)
    names = {
        (True, True): KEEP_UP,
        (True, False): CONCENTRATE,
        (False, True): OVERKILL,
        (False, False): LOW_PRIORITY,
    }
    quadrants = tuple(
        names[bool(up >= 1 - _ROUNDING), bool(across > 0)]
        if np.isfinite(across) and across != 0
        else None
        for up, across in zip(ri, rp, strict=True)
    )
    return IpgaPlaces(ri, rp, quadrants)


def ipca_quadrant(gap: float, difference: float) -> str | None:
    """Return the quadrant of an item by its gap to importance and its lead over the competitor.

    Args:
        gap: Performance less importance, same scale; the cut is 0.
        difference: Performance less the competitor's; the cut is 0.

    Returns:
        solid_advantage (both above 0), head_to_head (ahead, but short of importance),
        null_advantage (above importance, but behind) or urgent_action (both below); None on a cut
        or where a value is missing.

    Source: Albayrak 2015, Int. J. Hosp. Manag. 48; Taplin 2012, Tour. Manag. 33.
    """
    if not (np.isfinite(gap) and np.isfinite(difference)):
        return None
    if min(abs(gap), abs(difference)) <= _ROUNDING:
        return None
    if difference > 0:
        return SOLID_ADVANTAGE if gap > 0 else HEAD_TO_HEAD
    return NULL_ADVANTAGE if gap > 0 else URGENT_ACTION
