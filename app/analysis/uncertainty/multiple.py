"""Many comparisons: p values adjusted for a family of tests, the items or pairs of one table.

Holm for statements ("improved", "below the minimum"): the chance of one false statement in the
table stays at alpha. Benjamini-Hochberg for lists that only say where to look first: the share of
false entries stays at q. The others are there for comparison.

In all of them NaN means "was not tested": it stays NaN and is no member of the family, so that m
counts the tests that were done.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def holm(p_values: Floats, alpha: float = 0.05) -> NDArray[np.bool_]:
    """Say which hypotheses are rejected at the family-wise error `alpha`.

    Args:
        p_values: Shape (m,); NaN was not tested: never rejected and not part of the family.
        alpha: Family-wise error.

    Returns:
        Shape (m,), True = rejected.

    Source: Holm 1979, Scandinavian Journal of Statistics 6(2), 65-70.
    """
    rejected: NDArray[np.bool_] = holm_adjusted(p_values) <= alpha
    return rejected


def benjamini_hochberg(p_values: Floats, q: float = 0.10) -> NDArray[np.bool_]:
    """Say which entries a screening list keeps at the false discovery rate `q`.

    Args:
        p_values: Shape (m,); NaN was not tested: never kept and not part of the family.
        q: Expected share of false entries.

    Returns:
        Shape (m,), True = kept.

    Source: Benjamini and Hochberg 1995, Journal of the Royal Statistical Society B 57(1), 289-300.
    """
    kept: NDArray[np.bool_] = bh_adjusted(p_values) <= q
    return kept


def bonferroni_adjusted(p_values: Floats) -> Floats:
    """Return min(1, m p).

    Args:
        p_values: Shape (m,), NaN = not tested.

    Source: Dunn 1961, Journal of the American Statistical Association 56, 52-64.
    """
    return _among_tested(p_values, lambda p: p * p.size)


def holm_adjusted(p_values: Floats) -> Floats:
    """Return p values adjusted step down: max over j <= i of (m-j+1) p_(j).

    Args:
        p_values: Shape (m,), NaN = not tested.

    Source: Holm 1979, Scandinavian Journal of Statistics 6(2), 65-70.
    """
    return _among_tested(p_values, lambda p: np.maximum.accumulate(p * np.arange(p.size, 0, -1)))


def hochberg_adjusted(p_values: Floats) -> Floats:
    """Return p values adjusted step up: min over j >= i of (m-j+1) p_(j).

    Args:
        p_values: Shape (m,), NaN = not tested.

    Source: Hochberg 1988, Biometrika 75(4), 800-802.
    """
    return _among_tested(p_values, lambda p: _least_above(p * np.arange(p.size, 0, -1)))


def bh_adjusted(p_values: Floats) -> Floats:
    """Return p values adjusted for the false discovery rate: min over j >= i of m p_(j)/j.

    Args:
        p_values: Shape (m,), NaN = not tested.

    Source: Benjamini and Hochberg 1995, Journal of the Royal Statistical Society B 57(1), 289-300.
    """
    return _among_tested(p_values, lambda p: _least_above(p * p.size / _places(p)))


def by_adjusted(p_values: Floats) -> Floats:
    """Return p values adjusted for the false discovery rate under any dependence.

    min over j >= i of c m p_(j)/j with c = 1 + 1/2 + ... + 1/m.

    Args:
        p_values: Shape (m,), NaN = not tested.

    Source: Benjamini and Yekutieli 2001, Annals of Statistics 29(4), 1165-1188.
    """
    return _among_tested(
        p_values, lambda p: _least_above((1 / _places(p)).sum() * p.size * p / _places(p))
    )


def hommel_adjusted(p_values: Floats) -> Floats:
    """Return p values of the closed test that uses Simes' inequality for every intersection.

    Args:
        p_values: Shape (m,), NaN = not tested.

    Source: Hommel 1988, Biometrika 75(2), 383-386; algorithm of Wright 1992, Biometrics 48(4),
    1005-1013.
    """
    return _among_tested(p_values, _hommel)


def _among_tested(p_values: Floats, adjust: Callable[[Floats], Floats]) -> Floats:
    """Apply a rule to the ascending p values that were tested, and put them back in place."""
    given = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(given.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(given))
    order = tested[np.argsort(given[tested], kind="stable")]
    if order.size:
        adjusted[order] = np.minimum(1.0, adjust(given[order]))
    return adjusted


def _places(p: Floats) -> Floats:
    return np.arange(1, p.size + 1, dtype=np.float64)


def _least_above(values: Floats) -> Floats:
    """Return the running minimum from the end."""
    least: Floats = np.minimum.accumulate(values[::-1])[::-1]
    return least


def _hommel(p: Floats) -> Floats:
    m = p.size
    adjusted = np.full(m, (m * p / _places(p)).min())
    for size in range(m - 1, 1, -1):
        # The hypothesis in question stands with the largest of the rest, or among them.
        split = m - size + 1
        least = (size * p[split:] / np.arange(2, size + 1)).min()
        found = np.minimum(size * p, least)
        found[split:] = found[split - 1]
        adjusted = np.maximum(adjusted, found)
    result: Floats = np.maximum(adjusted, p)
    return result
