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

from app.analysis.results.estimate import Estimate
from app.analysis.uncertainty.intervals import Limits, t_interval
from app.analysis.uncertainty.ranks import rank_intervals
from app.analysis.uncertainty.replicate import Replicates

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
        band: A surely among the first three, B may be, C not; None without replicates, and in a
            list of three items or fewer, where it would say nothing.
        tied: Codes that cannot be told apart from it by the pair tests, in the order of the list;
            all others without replicates.
    """

    rank: int
    low: int | None
    high: int | None
    band: str | None
    tied: tuple[str, ...]


def pfi_values(weights: NDArray[np.float64], terms: tuple[Term, ...]) -> NDArray[np.float64]:
    """Return PFI in points of the 0-100 index, shape (replicates, items).

    Args:
        weights: Importance shares, shape (replicates, items).
        terms: The shortfalls; NaN where a mean is missing, which gives NaN.

    Source: ours, see docs/methods/pfi.md.
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
        holding: Groups that count for each item, shape (groups, items).
    """

    values: NDArray[np.float64]
    estimates: tuple[Estimate, ...]
    smooth: NDArray[np.float64]
    fixed: NDArray[np.bool_]
    holding: NDArray[np.bool_]


def make_pfi_list(
    weights: NDArray[np.float64],
    terms: tuple[Term, ...],
    replicates: Replicates,
    limits: Limits,
    *,
    n: NDArray[np.int64],
    holding: NDArray[np.bool_] | None = None,
) -> PfiList:
    """Compute PFI with intervals for a list.

    Args:
        weights: Importance shares, shape (replicates, items).
        terms: Signed shortfalls.
        replicates: Where the standard errors come from.
        limits: Width of t intervals.
        n: Answers each item rests on, shape (items,).
        holding: Groups that hold something of what makes an item's PFI, shape (groups, items);
            None means all.

    Returns:
        Estimates in the order of the items.

    Source: ours, see docs/methods/pfi.md.
    """
    values = pfi_values(weights, terms)
    if holding is None:
        holding = np.ones(values[1:].shape, dtype=bool)
    stderr = replicates.stderr(values, holding)
    errors = [replicates.stderr(term.values, holding) for term in terms]
    freedom = replicates.dfs(holding)
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
        own = limits.at(int(freedom[k]))
        plain = t_interval(values[0, k], stderr[k], own, n=int(n[k]), bounds=(0.0, 100.0))
        if near[:, k].any() and weights[0, k] > 0:
            parts = [(term.penalty, term.values[:, k]) for term in terms]
            column = (near[:, k], weights[:, k], holding[:, k])
            plain = _image(plain, parts, column, replicates, own)
        estimates.append(plain)
    fixed = ~(stderr > 0)
    return PfiList(values[0], tuple(estimates), smooth, fixed, holding)


def _image(
    plain: Estimate,
    parts: list[tuple[float, NDArray[np.float64]]],
    column: tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.bool_]],
    replicates: Replicates,
    limits: Limits,
) -> Estimate:
    """Return the PFI of one item with the largest limits over its near-zero terms in or out.

    Args:
        plain: Its PFI.
        parts: Penalty and replicated shortfall of every term.
        column: Which terms are near zero; its replicated weight; the groups that count for it.
        replicates: Where the standard errors come from.
        limits: Width of its t interval.
    """
    near, weights, holding = column
    choices = [
        (0.0, 1.0) if close else ((1.0,) if values[0] > 0 else (0.0,))
        for (_, values), close in zip(parts, near, strict=True)
    ]
    low = high = 0.0
    for active in product(*choices):
        shortfall = sum(
            on * penalty * values for on, (penalty, values) in zip(active, parts, strict=True)
        )
        statistic = np.asarray(weights * shortfall, dtype=np.float64)
        half = limits.t * float(replicates.stderr(statistic, holding)) if any(active) else 0.0
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

    Source: Mogstad, Romano, Shaikh and Wilhelm 2024, Review of Economic Studies 91(1), by the
    construction of `uncertainty.ranks`.
    """
    places = np.flatnonzero(kept & np.isfinite(pfi.values))
    order = sorted(
        places, key=lambda k: (-round(float(pfi.values[k]), 12), performance[k], codes[k])
    )
    listed = [codes[k] for k in places]
    found: dict[int, Standing] = {
        int(k): Standing(rank, None, None, None, tuple(c for c in listed if c != codes[k]))
        for rank, k in enumerate(order, start=1)
    }
    if replicates.df > 0 and places.size:
        smooth = pfi.smooth[:, places]
        holding = pfi.holding[:, places]
        either = holding[:, :, None] | holding[:, None, :]
        errors = replicates.stderr(smooth[:, :, None] - smooth[:, None, :], either)
        fixed = pfi.fixed[places]
        errors[fixed, :] = np.nan
        errors[:, fixed] = np.nan
        ranks = rank_intervals(pfi.values[places], errors, df=replicates.dfs(either), alpha=alpha)
        for k, low, high, tied in zip(places, ranks.low, ranks.high, ranks.tied, strict=True):
            found[int(k)] = Standing(
                rank=found[int(k)].rank,
                low=low,
                high=high,
                band=band(low, high) if places.size > TOP else None,
                tied=tuple(listed[other] for other in tied),
            )
    return tuple(found.get(k) for k in range(len(codes)))


def band(low: int, high: int) -> str:
    """Return A when surely among the first three, B when it may be, else C.

    Source: ours, see docs/methods/pfi.md.
    """
    if high <= TOP:
        return "A"
    return "B" if low <= TOP else "C"
