"""Zone of tolerance (容忍区间): where an item stands, and whether that is established."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from app.analysis.uncertainty.multiple import holm

BELOW = "below_minimum"
INSIDE = "inside"
ABOVE = "above_desired"

_ROUNDING = 1e-9  # a mean that is exactly at a level may come out this far beside it


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

    Source: Parasuraman, Zeithaml and Berry 1994, Journal of Retailing 70(3) (statuses); evidence
    ours, see docs/methods/zone.md, with Holm 1979, Scandinavian Journal of Statistics 6(2).
    """
    statuses = [zone_status(a, s) for a, s in zip(adequacy, superiority, strict=True)]
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


def zone_status(adequacy: float, superiority: float) -> str | None:
    """Return where an item stands by its mean gaps; exactly at a level is inside.

    Args:
        adequacy: Mean of perceived - adequate; NaN = missing.
        superiority: Mean of perceived - desired.

    Source: Parasuraman, Zeithaml and Berry 1994, Journal of Retailing 70(3).
    """
    if np.isnan(adequacy) or np.isnan(superiority):
        return None
    if adequacy < -_ROUNDING:
        return BELOW
    return ABOVE if superiority > _ROUNDING else INSIDE
