"""Zone of tolerance (容忍区间): inconsistent answers, person-level shares, status of an item.

Rules for adequate > desired (an inversion), applied to rows before they become cells:

1. The adequate and the desired level of that item become missing; perceived, importance and
   competitor stay. Adequate equal to desired is legal.
2. A household with inversions on more than 40 % of the items where it gave both levels loses all
   its adequate and desired levels.

Nothing is ever swapped. Inversions are counted before rule 2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from app.analysis.multiple import holm

BELOW = "below_minimum"
INSIDE = "inside"
ABOVE = "above_desired"


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
    """
    answered = ~np.isnan(adequate) & ~np.isnan(desired)
    inverted = answered & (adequate > desired)
    # In integers, because 2 of 5 must not exceed 40 %.
    dropped = 5 * inverted.sum(axis=1) > 2 * answered.sum(axis=1)
    usable = ~inverted & ~dropped[:, None]
    return Consistency(inverted, answered, dropped, usable)


@dataclass(frozen=True, slots=True)
class ZoneStatus:
    """Where an item stands.

    Attributes:
        status: below_minimum, inside or above_desired; None when a mean is missing.
        established: The status holds after Holm over the list; False means borderline, None that
            nothing can be tested.
    """

    status: str | None
    established: bool | None


def zone_statuses(
    adequacy: NDArray[np.float64],
    superiority: NDArray[np.float64],
    adequacy_stderr: NDArray[np.float64],
    superiority_stderr: NDArray[np.float64],
    *,
    df: int | NDArray[np.int64],
    alpha: float = 0.05,
) -> tuple[ZoneStatus, ...]:
    """Say for every item of a list whether it is below, inside or above its zone.

    Exactly at the adequate level and exactly at the desired level count as inside. "Inside" is
    established only if both one-sided tests hold, so its p value is the larger of the two.

    Args:
        adequacy: Mean of perceived - adequate per item, scale points.
        superiority: Mean of perceived - desired per item.
        adequacy_stderr: Standard errors; NaN or 0 means that nothing can be tested.
        superiority_stderr: Standard errors of the superiority.
        df: Degrees of freedom of the t tests, one number or shape (2, items) for adequacy and
            superiority; 0 when there are no replicates.
        alpha: Family-wise level of Holm's procedure over the list.

    Returns:
        One status per item, in the order given.
    """
    statuses = [_status(a, s) for a, s in zip(adequacy, superiority, strict=True)]
    df_adequacy, df_superiority = np.broadcast_to(df, (2, len(statuses)))
    if not (df_adequacy > 0).any() and not (df_superiority > 0).any():
        return tuple(ZoneStatus(status, None) for status in statuses)
    with np.errstate(divide="ignore", invalid="ignore"):
        t_adequacy = np.where(adequacy_stderr > 0, adequacy / adequacy_stderr, np.nan)
        t_superiority = np.where(superiority_stderr > 0, superiority / superiority_stderr, np.nan)
    p_values = np.full(len(statuses), np.nan)
    for k, status in enumerate(statuses):
        if status == BELOW:
            p_values[k] = stats.t.cdf(t_adequacy[k], df_adequacy[k])
        elif status == ABOVE:
            p_values[k] = stats.t.sf(t_superiority[k], df_superiority[k])
        elif status == INSIDE:
            p_values[k] = max(
                stats.t.sf(t_adequacy[k], df_adequacy[k]),
                stats.t.cdf(t_superiority[k], df_superiority[k]),
            )
    held = holm(p_values, alpha)
    return tuple(
        ZoneStatus(status, bool(held[k]) if status is not None else None)
        for k, status in enumerate(statuses)
    )


def _status(adequacy: float, superiority: float) -> str | None:
    if np.isnan(adequacy) or np.isnan(superiority):
        return None
    if adequacy < 0:
        return BELOW
    return ABOVE if superiority > 0 else INSIDE
