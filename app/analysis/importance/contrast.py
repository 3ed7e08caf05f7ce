"""Stated against derived importance: four quadrants, and how far the two agree."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

KEY_DRIVER = "key_driver"
BASIC = "basic"
HIDDEN_DRIVER = "hidden_driver"
LOW = "low"

# Equal shares may differ in the last bit; such an item stands on the cut and counts as high.
_ROUNDING = 1e-9


def quadrants(stated: ArrayLike, derived: ArrayLike) -> tuple[str | None, ...]:
    """Place items by stated and derived share, both cut at the equal share 1/p.

    High and high: key driver. High stated only: basic, expected and missed when it fails. High
    derived only: hidden driver. Neither: low. A hypothesis about why people answer as they do,
    not a test: other methods sort the same items differently.

    Args:
        stated: Stated shares, shape (p,); NaN is unknown.
        derived: Derived shares, shape (p,); NaN is unknown.

    Returns:
        One name per item; None where a share is unknown.

    Source: Vavra 1997, Improving Your Measurement of Customer Satisfaction; Matzler and Sauerwein
        2002, Int. J. Serv. Ind. Manag. 13(4).
    """
    said, found = np.asarray(stated, np.float64), np.asarray(derived, np.float64)
    cut = 1 / max(1, said.size) - _ROUNDING
    names = {
        (True, True): KEY_DRIVER,
        (True, False): BASIC,
        (False, True): HIDDEN_DRIVER,
        (False, False): LOW,
    }
    return tuple(
        names[bool(x >= cut), bool(y >= cut)] if np.isfinite(x) and np.isfinite(y) else None
        for x, y in zip(said, found, strict=True)
    )


def agreement(stated: ArrayLike, derived: ArrayLike) -> tuple[float, float]:
    """Return correlation and Kendall's tau-b of two lists of shares.

    Args:
        stated: Shape (p,); NaN is unknown and leaves the pair out.
        derived: Shape (p,); as well.

    Returns:
        Correlation and tau-b; NaN with fewer than two items or when one list is constant.

    Source: Kendall 1945, Biometrika 33.
    """
    first, second = _known(stated, derived)
    if first.size < 2 or _is_constant(first) or _is_constant(second):
        return float("nan"), float("nan")
    correlation = float(np.corrcoef(first, second)[0, 1])
    return correlation, float(stats.kendalltau(first, second).statistic)


def _known(stated: ArrayLike, derived: ArrayLike) -> Sequence[NDArray[np.float64]]:
    said, found = np.asarray(stated, np.float64), np.asarray(derived, np.float64)
    both = np.isfinite(said) & np.isfinite(found)
    return said[both], found[both]


def _is_constant(values: NDArray[np.float64]) -> bool:
    return bool(np.ptp(values) <= _ROUNDING)
