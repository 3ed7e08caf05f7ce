"""Importance-performance matrix (重要度-绩效矩阵): cuts, quadrants, how sure they are."""

import math

from app.analysis.results.estimate import Estimate
from app.analysis.results.study import Crosshair

CONCENTRATE = "concentrate"
KEEP_UP = "keep_up"
LOW_PRIORITY = "low_priority"
OVERKILL = "possible_overkill"

# Equal means may differ in the last bit; such an item stands on the cut, not below it.
_ROUNDING = 1e-9


def make_crosshair(performance: list[float], target: float | None) -> Crosshair:
    """Return where the matrix is cut.

    Args:
        performance: Items' performance on 0-100; only those that may be shown.
        target: The company's target on 0-100, None to cut at the mean of the items.

    Returns:
        Performance at the target or mean, importance at the equal share 1/p.
    """
    items = len(performance)
    rule = "mean" if target is None else "target"
    mean = math.fsum(performance) / items if items else None
    return Crosshair(
        performance=mean if target is None else target,
        importance=1 / items if items else None,
        performance_rule=rule,
        importance_rule="equal_share",
    )


def quadrant(performance: float | None, importance: float | None, cross: Crosshair) -> str | None:
    """Return the quadrant of an item; on a cut it counts as high. None when a value is missing."""
    if performance is None or importance is None:
        return None
    if cross.performance is None or cross.importance is None:
        return None
    is_important = importance >= cross.importance - _ROUNDING
    is_low = performance < cross.performance - _ROUNDING
    if is_important:
        return CONCENTRATE if is_low else KEEP_UP
    return LOW_PRIORITY if is_low else OVERKILL


def on_the_line(performance: Estimate, importance: Estimate, cross: Crosshair) -> bool | None:
    """Say whether an interval covers a cut, so that the quadrant is not certain.

    Returns:
        None when neither the intervals nor the cuts allow to say.
    """
    first = _covers(performance, cross.performance)
    second = _covers(importance, cross.importance)
    if first or second:
        return True
    return None if first is None or second is None else False


def _covers(estimate: Estimate, cut: float | None) -> bool | None:
    if cut is None or estimate.low is None or estimate.high is None:
        return None
    return estimate.low <= cut <= estimate.high
