"""Cronbach's alpha and what belongs to it, from a covariance matrix."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats


class ScaleError(ValueError):
    """A scale that cannot be judged.

    Attributes:
        reason: ``items`` (too few), ``not_finite`` (a pair nobody answered), ``no_variance`` or
            ``no_convergence``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False)
class Alpha:
    """Internal consistency of a scale.

    Attributes:
        raw: Cronbach's alpha of the answers; may be negative.
        standardised: Alpha of the standardised items.
        guttman6: Guttman's lambda 6, from the squared multiple correlations; NaN when the
            correlation matrix has no inverse.
        average_r: Mean correlation between items.
        item_rest: Correlation of each item with the sum of the others, shape (k,).
        if_dropped: Alpha without the item, shape (k,); NaN for k = 2.
        check_reversed: The mean covariance is negative: look for items coded the other way round.
    """

    raw: float
    standardised: float
    guttman6: float
    average_r: float
    item_rest: NDArray[np.float64]
    if_dropped: NDArray[np.float64]
    check_reversed: bool


def raw_alpha(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Cronbach's alpha k/(k-1) (1 - sum of variances / variance of the sum).

    Args:
        covariance: Shape (..., k, k), k at least 2; leading axes are replicates.

    Returns:
        Shape (...); NaN where the matrix is not finite or the sum does not vary.

    Source: Cronbach 1951, Psychometrika 16.
    """
    k = covariance.shape[-1]
    own = np.trace(covariance, axis1=-2, axis2=-1)
    total = covariance.sum(axis=(-1, -2))
    share = np.full(own.shape, np.nan)
    np.divide(own, total, out=share, where=total > 0)
    alpha: NDArray[np.float64] = k / (k - 1) * (1 - share)
    return alpha


def alpha_of(covariance: NDArray[np.float64]) -> Alpha:
    """Return alpha with its companions.

    Args:
        covariance: Shape (k, k), k at least 2; listwise or pairwise, see `covariance`.

    Raises:
        ScaleError: Fewer than two items, a covariance is missing, or an item does not vary.

    Source: Cronbach 1951, Psychometrika 16; Guttman 1945, Psychometrika 10; the definitions of
        psych::alpha (Revelle).
    """
    k = covariance.shape[0]
    if k < 2:
        raise ScaleError("items")
    if not np.isfinite(covariance).all():
        raise ScaleError("not_finite")
    variance = np.diagonal(covariance)
    if (variance <= 0).any():
        raise ScaleError("no_variance")
    deviation = np.sqrt(variance)
    correlation = covariance / np.outer(deviation, deviation)
    average = (correlation.sum() - k) / (k * (k - 1))
    rest = covariance.sum(axis=1) - variance
    others = covariance.sum() - 2 * rest - variance
    item_rest = np.full(k, np.nan)
    np.divide(rest, deviation * np.sqrt(np.maximum(0.0, others)), out=item_rest, where=others > 0)
    kept = [[j for j in range(k) if j != dropped] for dropped in range(k)]
    dropped = [
        float(raw_alpha(covariance[np.ix_(keep, keep)])) if k > 2 else float("nan") for keep in kept
    ]
    return Alpha(
        raw=float(raw_alpha(covariance)),
        standardised=float(k * average / (1 + (k - 1) * average)),
        guttman6=_guttman6(correlation),
        average_r=float(average),
        item_rest=item_rest,
        if_dropped=np.array(dropped),
        check_reversed=bool(covariance.sum() < variance.sum()),
    )


def feldt_interval(alpha: float, n: int, items: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return Feldt's interval of alpha, exact for parallel normal items and complete rows.

    Args:
        alpha: Estimated alpha.
        n: Rows; psych::alpha takes all rows also when some answers are missing.
        items: Items k.
        level: Confidence level.

    Returns:
        Lower and upper limit; NaN below two rows or two items.

    Source: Feldt 1965, Psychometrika 30; Feldt, Woodruff and Salih 1987, Appl. Psychol. Meas. 11.
    """
    if n < 2 or items < 2:
        return float("nan"), float("nan")
    tail = (1 - level) / 2
    first, second = n - 1, (n - 1) * (items - 1)
    low, high = (1 - (1 - alpha) * stats.f.ppf(q, first, second) for q in (1 - tail, tail))
    return float(low), float(high)


def _guttman6(correlation: NDArray[np.float64]) -> float:
    """Return 1 - sum of (1 - SMC) / sum of correlations; NaN without an inverse."""
    try:
        inverse = np.linalg.inv(correlation)
    except np.linalg.LinAlgError:
        return float("nan")
    return float(1 - (1 / np.diagonal(inverse)).sum() / correlation.sum())
