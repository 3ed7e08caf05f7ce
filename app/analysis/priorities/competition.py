"""Standing against the competitor: paired, between different respondents, and its market list.

Where the same household rated both, the gap is paired. A market-standing survey asks different
people about each; then the means are compared as Welch does, and the page has to say so.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from app.analysis.data.dataset import Role
from app.analysis.priorities.paired import shown_gaps
from app.analysis.priorities.pfi import Term, make_pfi_list
from app.analysis.results.estimate import Estimate
from app.analysis.uncertainty.frame import Frame
from app.analysis.uncertainty.multiple import holm


@dataclass(frozen=True, slots=True)
class WelchGap:
    """Difference of two means of different respondents.

    Attributes:
        value, stderr, low, high, df: Own mean less the other, with Welch's interval.
        p_value: Two-sided, against 0.
        n_own, n_other: Answers.
    """

    value: float
    stderr: float
    low: float
    high: float
    df: float
    p_value: float
    n_own: int
    n_other: int


@dataclass(frozen=True, slots=True)
class Competition:
    """Standing against the competitor.

    Attributes:
        gap: Mean of perceived - competitor, scale points, as `paired.shown_gaps` gives it.
        behind: Behind, after Holm over the list; None when nothing can be tested.
        is_paired: The gap is over paired answers.
    """

    gap: Estimate
    behind: bool | None
    is_paired: bool = True


def welch_gap(own: ArrayLike, other: ArrayLike, *, level: float = 0.95) -> WelchGap:
    """Return own mean less the other's where different people answered (market standing).

    Owners who rate their own community and strangers who rate another are different people with
    different knowledge: a page that prints this has to say so.

    Args:
        own: Shape (rows,), NaN = missing.
        other: Shape (other rows,).
        level: Confidence level.

    Returns:
        NaN where a side has fewer than two answers or neither varies.

    Source: Welch 1947, Biometrika 34(1/2).
    """
    a, b = (np.asarray(side, dtype=np.float64) for side in (own, other))
    a, b = a[~np.isnan(a)], b[~np.isnan(b)]
    value = float(a.mean() - b.mean()) if a.size and b.size else float("nan")
    nan = float("nan")
    if min(a.size, b.size) < 2:
        return WelchGap(value, nan, nan, nan, nan, nan, a.size, b.size)
    va, vb = a.var(ddof=1) / a.size, b.var(ddof=1) / b.size
    stderr = float(np.sqrt(va + vb))
    if stderr <= 0:
        return WelchGap(value, nan, nan, nan, nan, nan, a.size, b.size)
    df = float((va + vb) ** 2 / (va**2 / (a.size - 1) + vb**2 / (b.size - 1)))
    half = float(stats.t.ppf(0.5 + level / 2, df)) * stderr
    p_value = float(2 * stats.t.sf(abs(value) / stderr, df))
    return WelchGap(value, stderr, value - half, value + half, df, p_value, a.size, b.size)


def make_competition(frame: Frame, items: tuple[str, ...]) -> dict[str, Competition]:
    """Return the standing of the items that have a competitor's rating beside the perceived one.

    "Behind" is established by one-sided t tests of the paired gap, Holm over the items that may be
    shown.

    Args:
        frame: The study's frame.
        items: Items, in order; those without both columns are left out.

    Source: Hill and Alexander, Handbook of Customer Satisfaction and Loyalty Measurement, Gower
    (gap); Holm 1979, Scandinavian Journal of Statistics 6(2).
    """
    rated = competed(frame, items)
    if not rated:
        return {}
    gap = shown_gaps(frame, Role.COMPETITOR, Role.PERCEIVED, rated)
    estimates = frame.estimates(gap.values, gap.n, holding=gap.holding)
    stderr = frame.replicates.stderr(gap.values, gap.holding)
    freedom = frame.replicates.dfs(gap.holding)
    shown = (gap.n >= max(1, frame.floors.item)) & (stderr > 0) & (freedom > 0)
    p_values = np.full(len(rated), np.nan)
    p_values[shown] = stats.t.cdf(gap.values[0, shown] / stderr[shown], freedom[shown])
    held = holm(p_values, frame.limits.alpha)
    return {
        item: Competition(estimates[k], bool(held[k]) if shown[k] else None, bool(gap.is_paired[k]))
        for k, item in enumerate(rated)
    }


def make_market(
    frame: Frame,
    items: tuple[str, ...],
    weights: NDArray[np.float64],
    weighing: NDArray[np.bool_],
) -> dict[str, Estimate]:
    """Return importance share x points by which the competitor leads, by item.

    In points of the 0-100 index; 0 where the own community leads. The lead is the gap shown, and
    near zero its limits follow the rule of `pfi`.

    Args:
        frame: The study's frame.
        items: Items of the list, in order; those without competitor are left out.
        weights: Importance shares of the list, shape (replicates, items).
        weighing: Groups that hold something of the weights, to be broadcast to (groups, items).

    Source: ours, see docs/methods/pfi.md.
    """
    rated = competed(frame, items)
    if not rated:
        return {}
    moments = frame.moments
    columns = [moments.column(Role.PERCEIVED, item) for item in rated]
    width = np.array([column.points[-1] - column.points[0] for column in columns])
    gap = shown_gaps(frame, Role.COMPETITOR, Role.PERCEIVED, rated)
    lead = -100 * gap.values / width
    found = make_pfi_list(
        weights[:, [items.index(item) for item in rated]],
        (Term(1.0, lead),),
        frame.replicates,
        frame.limits,
        n=gap.n,
        holding=gap.holding | weighing,
    )
    floor = max(1, frame.floors.listed)
    least = np.minimum(gap.n, frame.households)
    return {
        item: one
        for item, one, many in zip(rated, found.estimates, least, strict=True)
        if many >= floor
    }


def competed(frame: Frame, items: tuple[str, ...]) -> tuple[str, ...]:
    """Return the items that have a competitor's rating beside the perceived one.

    Source: ours, see docs/methods/pfi.md.
    """
    moments = frame.moments
    sides = (Role.COMPETITOR, Role.PERCEIVED)
    return tuple(item for item in items if all(moments.has(side, item) for side in sides))
