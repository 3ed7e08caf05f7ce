"""Slack's importance-performance matrix: zones on two nine-point scales where 1 is best.

The zones are drawn by hand in the source. The lines are fixed here: AB, the lower bound of what is
acceptable, from importance 9 and performance 6.5 to 1 and 3; CD, below which action is urgent, from
5 and 9 to 1 and 5; EF, above which is more than needed, from 9 and 3.5 to 4 and 1.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

URGENT = "urgent"
IMPROVE = "improve"
APPROPRIATE = "appropriate"
EXCESS = "excess"

ORDER_WINNER = "order_winner"
QUALIFIER = "qualifier"
LESS_IMPORTANT = "less_important"

BEST, SAME, WORST = 1.0, 5.0, 9.0
# Without the direct question "better" and "worse" are one place each: the middle of their three.
BETTER, WORSE = 2.0, 8.0
LEAST_Z = 1.645

# (importance, performance) of both ends, the less important one first.
LINES: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "acceptable": ((9.0, 6.5), (1.0, 3.0)),
    "urgent": ((5.0, 9.0), (1.0, 5.0)),
    "excess": ((9.0, 3.5), (4.0, 1.0)),
}

# A place on a line may differ from it in the last bit.
_ROUNDING = 1e-9


class SlackScaleError(ValueError):
    """A place outside the nine points; carries it."""

    def __init__(self, value: float) -> None:
        super().__init__(str(value))
        self.value = value


def slack_zone(importance: float, performance: float) -> str:
    """Return the zone of a place.

    On the line of the acceptable it is appropriate, on that of urgency to improve, on that of
    excess appropriate. The line of urgency ends at importance 5, that of excess at 4: beyond, there
    is no such zone.

    Args:
        importance: 1 (wins orders) to 9.
        performance: Against competitors, 1 (much better) to 9 (much worse).

    Raises:
        SlackScaleError: A value outside 1 to 9.

    Source: Slack 1994, Int. J. Oper. Prod. Manag. 14(5); the lines ours, see
        docs/methods/pictures.md.
    """
    for value in (importance, performance):
        if not BEST <= value <= WORST:
            raise SlackScaleError(value)
    if importance <= LINES["urgent"][0][0] and performance > _at("urgent", importance):
        return URGENT
    if performance > _at("acceptable", importance):
        return IMPROVE
    has_excess = importance >= LINES["excess"][1][0]
    if has_excess and performance < _at("excess", importance) - 2 * _ROUNDING:
        return EXCESS
    return APPROPRIATE


def slack_class(importance: float) -> str:
    """Return what an importance of 1 to 9 means: 1-3 wins orders, 4-6 qualifies, 7-9 is less.

    Raises:
        SlackScaleError: A value outside 1 to 9.

    Source: Slack 1994, Int. J. Oper. Prod. Manag. 14(5).
    """
    if not BEST <= importance <= WORST:
        raise SlackScaleError(importance)
    if importance < 3.5:
        return ORDER_WINNER
    return QUALIFIER if importance < 6.5 else LESS_IMPORTANT


def slack_importance(weights: ArrayLike) -> NDArray[np.float64]:
    """Return importance 1..9 by rank: 1 the weightiest, 9 the least, eighths of the ranks between.

    Args:
        weights: Importance shares, shape (p,); NaN is left out. Equal weights share their mean
            rank.

    Returns:
        Whole numbers, halves rounded towards 1; NaN where the weight is missing; 5 for one item.

    Source: ours, see docs/methods/pictures.md.
    """
    given = np.asarray(weights, dtype=np.float64)
    found = np.full(given.shape, np.nan)
    known = np.isfinite(given)
    values = np.round(given[known], 12)
    if values.size == 1:
        found[known] = SAME
    if values.size < 2:
        return found
    above = (values[None, :] > values[:, None]).sum(axis=1)
    equal = (values[None, :] == values[:, None]).sum(axis=1)
    rank = above + (equal + 1) / 2
    found[known] = np.ceil(BEST + 8 * (rank - 1) / (values.size - 1) - 0.5)
    return found


def slack_performance(z: ArrayLike, direct: ArrayLike | None = None) -> NDArray[np.float64]:
    """Return performance against competitors 1..9 from tests of own less competitor's rating.

    |z| < 1.645 is "the same" (5). Otherwise the direct question "compared with other communities
    you know" (three words of three degrees) says how far; without it better is 2 and worse 8.

    Args:
        z: Difference of the ratings over its standard error, positive = better, shape (p,).
        direct: Mean answer of the direct question on 1 (best) to 9; NaN where it was not asked.

    Source: ours, see docs/methods/pictures.md.
    """
    ratio = np.asarray(z, dtype=np.float64)
    asked = np.full(ratio.shape, np.nan) if direct is None else np.asarray(direct, np.float64)
    told = np.where(np.isfinite(asked), asked, np.where(ratio > 0, BETTER, WORSE))
    found = np.where(np.abs(ratio) < LEAST_Z, SAME, told)
    return np.where(np.isfinite(ratio), found, np.nan)


def _at(line: str, importance: float) -> float:
    """Return the performance of a line at an importance, with room for rounding."""
    (low, start), (high, end) = LINES[line]
    return start + (end - start) * (importance - low) / (high - low) + _ROUNDING
