"""PFI (改进优先项): index points available at each item, their intervals, ranks and bands.

PFI_k = w_k * sum over terms of penalty * max(0, shortfall_k). The headline list has one term,
T - P with T = 100, and is then the exact decomposition of 100 - index. The zone list has two,
D - P and A - P, so that a point below the minimum counts 1 + lambda times.

A clipped shortfall breaks the jackknife near zero. Where a signed shortfall lies within 3 of its
standard errors of 0, the interval is the image of its t interval under the formula: PFI is the
largest of the smooth statistics that leave each such term in or out, so its limits are the largest
of theirs, the other terms moving by replicate. No standard error is given then.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from app.analysis.estimate import Limits, t_interval
from app.analysis.ranks import rank_intervals
from app.analysis.replicate import Replicates
from app.analysis.results import Estimate

NEAR = 3.0
TOP = 3


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One signed shortfall of every item.

    Attributes:
        penalty: How often a point of it counts.
        values: Shortfall on 0-100, positive = worse, shape (replicates, items).
    """

    penalty: float
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standing:
    """Place of an item in its list.

    Attributes:
        rank: 1 = first to improve; ties by lower performance, then by code.
        low: Best rank that cannot be excluded; None without replicates.
        high: Worst rank that cannot be excluded.
        band: A surely among the first three, B may be, C not; None without replicates.
    """

    rank: int
    low: int | None
    high: int | None
    band: str | None


def pfi_values(weights: NDArray[np.float64], terms: tuple[Term, ...]) -> NDArray[np.float64]:
    """Return PFI in points of the 0-100 index, shape (replicates, items).

    Args:
        weights: Importance shares, shape (replicates, items).
        terms: The shortfalls; NaN where a mean is missing, which gives NaN.
    """
    total = np.zeros_like(weights)
    for term in terms:
        total += term.penalty * np.maximum(0.0, term.values)
    return weights * total


@dataclass(frozen=True, slots=True, eq=False)
class PfiList:
    """PFI of a list with what its intervals and ranks need.

    Attributes:
        values: PFI in the full sample, shape (items,).
        estimates: The same with intervals.
        smooth: Replicates whose near-zero terms are left unclipped: the smooth statistic that
            pair tests use, shape (replicates, items).
        fixed: Items without a standard error: nothing can be told apart from them.
    """

    values: NDArray[np.float64]
    estimates: tuple[Estimate, ...]
    smooth: NDArray[np.float64]
    fixed: NDArray[np.bool_]


def make_pfi_list(
    weights: NDArray[np.float64],
    terms: tuple[Term, ...],
    replicates: Replicates,
    limits: Limits,
    *,
    n: NDArray[np.int64],
) -> PfiList:
    """Compute PFI with intervals for a list.

    Args:
        weights: Importance shares, shape (replicates, items).
        terms: Signed shortfalls.
        replicates: Where the standard errors come from.
        limits: Width of t intervals.
        n: Answers each item rests on, shape (items,).

    Returns:
        Estimates in the order of the items.
    """
    values = pfi_values(weights, terms)
    stderr = replicates.stderr(values)
    errors = [replicates.stderr(term.values) for term in terms]
    near = np.stack(
        [
            (np.abs(term.values[0]) <= NEAR * error) & (error > 0)
            for term, error in zip(terms, errors, strict=True)
        ]
    )
    smooth = weights * sum(
        term.penalty * np.where(close, term.values, np.maximum(0.0, term.values))
        for term, close in zip(terms, near, strict=True)
    )
    estimates: list[Estimate] = []
    for k in range(weights.shape[1]):
        plain = t_interval(values[0, k], stderr[k], limits, n=int(n[k]), bounds=(0.0, 100.0))
        if near[:, k].any() and weights[0, k] > 0:
            plain = _image(plain, weights[:, k], terms, near[:, k], k, replicates, limits)
        estimates.append(plain)
    fixed = ~(stderr > 0)
    return PfiList(values[0], tuple(estimates), smooth, fixed)


def _image(
    plain: Estimate,
    weights: NDArray[np.float64],
    terms: tuple[Term, ...],
    near: NDArray[np.bool_],
    k: int,
    replicates: Replicates,
    limits: Limits,
) -> Estimate:
    """Return the PFI of item k with the largest limits over its near-zero terms in or out."""
    choices = [
        (0.0, 1.0) if close else ((1.0,) if term.values[0, k] > 0 else (0.0,))
        for term, close in zip(terms, near, strict=True)
    ]
    low = high = 0.0
    for active in product(*choices):
        shortfall = sum(
            on * term.penalty * term.values[:, k] for on, term in zip(active, terms, strict=True)
        )
        statistic = np.asarray(weights * shortfall, dtype=np.float64)
        half = limits.t * float(replicates.stderr(statistic)) if any(active) else 0.0
        low = max(low, float(statistic[0]) - half)
        high = max(high, float(statistic[0]) + half)
    return Estimate(plain.value, None, low, min(100.0, high), plain.n, limits.df)


def standings(
    pfi: PfiList,
    performance: NDArray[np.float64],
    codes: tuple[str, ...],
    replicates: Replicates,
    *,
    kept: NDArray[np.bool_],
    alpha: float = 0.05,
) -> tuple[Standing | None, ...]:
    """Rank a list by PFI.

    Args:
        pfi: From `make_pfi_list`.
        performance: Performance on 0-100 in the full sample, shape (items,).
        codes: Item codes.
        replicates: Where the errors of differences come from.
        kept: Items to be ranked; the others get None and are not in the family of tests.
        alpha: Family-wise error of Holm's procedure over all pairs.

    Returns:
        One standing per item, in the order of `codes`.
    """
    places = np.flatnonzero(kept & np.isfinite(pfi.values))
    order = sorted(
        places, key=lambda k: (-round(float(pfi.values[k]), 12), performance[k], codes[k])
    )
    found: dict[int, Standing] = {
        int(k): Standing(rank, None, None, None) for rank, k in enumerate(order, start=1)
    }
    if replicates.df > 0 and places.size:
        smooth = pfi.smooth[:, places]
        errors = replicates.stderr(smooth[:, :, None] - smooth[:, None, :])
        fixed = pfi.fixed[places]
        errors[fixed, :] = np.nan
        errors[:, fixed] = np.nan
        ranks = rank_intervals(pfi.values[places], errors, df=replicates.df, alpha=alpha)
        for k, low, high in zip(places, ranks.low, ranks.high, strict=True):
            found[int(k)] = Standing(found[int(k)].rank, low, high, band(low, high))
    return tuple(found.get(k) for k in range(len(codes)))


def band(low: int, high: int) -> str:
    """Return A when surely among the first three, B when it may be, else C."""
    if high <= TOP:
        return "A"
    return "B" if low <= TOP else "C"
