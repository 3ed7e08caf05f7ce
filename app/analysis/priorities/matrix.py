"""Importance-performance matrix (重要度-绩效矩阵): cuts, quadrants, whether a cut is in reach.

After Martilla and James (1977). How sure a quadrant is stands in `chances`, the curves of equal PFI
and the diagonal in `curves`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.results.estimate import Estimate
from app.analysis.results.items import Crosshair

CONCENTRATE = "concentrate"
KEEP_UP = "keep_up"
LOW_PRIORITY = "low_priority"
OVERKILL = "possible_overkill"

TARGET = "target"
MEAN = "mean"
MEDIAN = "median"
MIDPOINT = "midpoint"
EQUAL_SHARE = "equal_share"

_FEWEST = 2

# Equal means may differ in the last bit; such an item stands on the cut, not below it.
_ROUNDING = 1e-9


class CutRuleError(ValueError):
    """A rule for the cut of a matrix is unknown, or cuts at a target that is not there.

    Attributes:
        rule: The rule asked for.
    """

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where a matrix is to be cut.

    Attributes:
        performance: target, mean, median, or midpoint of the scale; None means the target where
            there is one, else the mean.
        importance: equal_share (1/p), mean or median of the shares.
        target: The company's target on 0-100.
    """

    performance: str | None = None
    importance: str = EQUAL_SHARE
    target: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CutPlaces:
    """The cuts of a matrix in the full sample and every replicate.

    Attributes:
        performance: Shape (replicates,), 0-100; NaN where the items mark no line.
        importance: Shape (replicates,), a share; NaN where they mark none.
        cross: The same of the full sample, with the rules.
        from_data: The performance cut, and the importance cut, is itself an estimate.
    """

    performance: NDArray[np.float64]
    importance: NDArray[np.float64]
    cross: Crosshair
    from_data: tuple[bool, bool]


def make_cuts(
    performance: NDArray[np.float64],
    importance: NDArray[np.float64],
    kept: NDArray[np.bool_],
    cuts: Cuts,
) -> CutPlaces:
    """Return where the matrix of a list is cut.

    A single item marks no line: its own mean, median or share tells nothing apart.

    Args:
        performance: Performance or attainment on 0-100, shape (replicates, items); NaN = missing.
        importance: Importance shares, same shape.
        kept: Items that may be shown, shape (items,); the others move no cut.
        cuts: The rules.

    Raises:
        CutRuleError: Unknown rule, or the target is missing.

    Source: Martilla and James 1977, Journal of Marketing 41(1); defaults ours, see
    docs/methods/matrix.md.
    """
    rule = cuts.performance or (MEAN if cuts.target is None else TARGET)
    shown = kept & np.isfinite(performance[0])
    height = performance.shape[0]
    across: NDArray[np.float64]
    if rule == TARGET and cuts.target is not None:
        across = np.full(height, float(cuts.target))
    elif rule == MIDPOINT:
        across = np.full(height, 50.0)
    else:
        across = _centre(performance[:, shown], rule)
    if cuts.importance == EQUAL_SHARE:
        up = np.full(height, 1 / shown.sum() if shown.sum() >= _FEWEST else np.nan)
    else:
        up = _centre(importance[:, shown], cuts.importance)
    cross = Crosshair(_plain(across[0]), _plain(up[0]), rule, cuts.importance)
    return CutPlaces(across, up, cross, (rule in {MEAN, MEDIAN}, cuts.importance != EQUAL_SHARE))


def _centre(values: NDArray[np.float64], rule: str) -> NDArray[np.float64]:
    """Return the mean or median over the items of every replicate."""
    if rule not in {MEAN, MEDIAN}:
        raise CutRuleError(rule)
    if values.shape[1] < _FEWEST:
        return np.full(values.shape[0], np.nan)
    centre: NDArray[np.float64] = values.mean(axis=1) if rule == MEAN else np.median(values, axis=1)
    return centre


def _plain(value: float | np.floating) -> float | None:
    return float(value) if np.isfinite(value) else None


def quadrant(performance: float | None, importance: float | None, cross: Crosshair) -> str | None:
    """Return the quadrant of an item; on a cut it counts as high. None when a value is missing.

    Source: Martilla and James 1977, Journal of Marketing 41(1).
    """
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

    Source: ours, see docs/methods/matrix.md.
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
