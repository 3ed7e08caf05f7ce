"""Hill's satisfaction gap: importance less performance on the same scale, and its order.

The two questions use different words, so the gap says an order and is not tested against 0; the
differences between the gaps of two items are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from app.analysis.data.dataset import Role
from app.analysis.priorities.competition import Competition, make_competition
from app.analysis.priorities.paired import Gaps, shown_gaps
from app.analysis.results.estimate import Estimate
from app.analysis.results.gaps import GapResult, GapsResult
from app.analysis.uncertainty.frame import Frame
from app.analysis.uncertainty.intervals import MeanResult, srs_mean
from app.analysis.uncertainty.ranks import rank_intervals

# Where pairing loses more than this share of the answers, the unpaired difference is shown too.
_LOST = 0.05


@dataclass(frozen=True, slots=True)
class _Place:
    """Place of an item by its gap; `tied` holds positions in the list."""

    rank: int | None = None
    low: int | None = None
    high: int | None = None
    tied: tuple[int, ...] = ()


_NOWHERE = _Place()


def paired_gap(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> MeanResult:
    """Return the mean of first - second over rows that have both, with its paired t interval.

    Args:
        first: Shape (rows,), NaN = missing.
        second: Same shape.
        level: Confidence level.

    Returns:
        Mean NaN without such rows; error NaN below two.

    Source: Hill and Alexander, Handbook of Customer Satisfaction and Loyalty Measurement, Gower.
    """
    difference = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    return srs_mean(difference, level=level)


def moments_gap_stderr(
    n: ArrayLike, x: ArrayLike, y: ArrayLike, *, xx: ArrayLike, yy: ArrayLike, xy: ArrayLike
) -> NDArray[np.float64]:
    """Return the standard error of the mean of y - x from the moments of joint rows.

    sqrt((s_x^2 + s_y^2 - 2 s_xy) / n), the same as that of the differences themselves.

    Args:
        n: Joint rows, any shape; NaN is returned below two.
        x: Sum of x over them, same shape as n.
        y: Sum of y.
        xx: Sum of x^2.
        yy: Sum of y^2.
        xy: Sum of x y.

    Source: textbook, the variance of a difference.
    """
    count = np.asarray(n, dtype=np.float64)
    total = np.asarray(y, dtype=np.float64) - np.asarray(x, dtype=np.float64)
    squares = np.asarray(xx, np.float64) + np.asarray(yy, np.float64) - 2 * np.asarray(xy)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (squares - total**2 / count) / (count - 1)
        stderr: NDArray[np.float64] = np.sqrt(np.maximum(0.0, variance) / count)
    return np.where(count >= 2, stderr, np.nan)


def kendall_tau(x: ArrayLike, y: ArrayLike) -> float | None:
    """Return Kendall's tau_b over the places where both are known; None below two or without rank.

    Args:
        x: Shape (items,), NaN = missing.
        y: Same shape.

    Source: Kendall 1945, Biometrika 33(3).
    """
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    both = np.isfinite(first) & np.isfinite(second)
    if both.sum() < 2:
        return None
    # Twelve digits, so that equal means that differ in the last bit are ties.
    tau = stats.kendalltau(np.round(first[both], 12), np.round(second[both], 12)).statistic
    return float(tau) if np.isfinite(tau) else None


def make_gaps(frame: Frame, items: tuple[str, ...]) -> GapsResult:
    """Return the gap list: Hill's gap by item, its order, and the gap to the competitor.

    Args:
        frame: The study's frame.
        items: Items, in order; those without importance and perceived ratings are left out.

    Returns:
        Orders of other lists are added by `orders.with_orders`.

    Source: Hill and Alexander, Handbook of Customer Satisfaction and Loyalty Measurement, Gower.
    """
    rated = _with(frame, items, Role.IMPORTANCE)
    if not rated:
        return GapsResult((), None)
    floors = frame.floors
    found = shown_gaps(frame, Role.IMPORTANCE, Role.PERCEIVED, rated)
    gap = -found.values
    shown = (found.n >= max(1, floors.item)) & np.isfinite(gap[0])
    least = frame.least(found.n[shown])
    order_said = frame.is_ranked and frame.replicates.df > 0 and least >= floors.order
    is_ranked = frame.is_ranked and least >= max(1, floors.ranked)
    places = _places(frame, gap, found.holding, shown) if is_ranked else {}
    sides = {role: _means(frame, role, rated) for role in (Role.IMPORTANCE, Role.PERCEIVED)}
    available = _available(frame, rated, found)
    estimates = frame.estimates(gap, found.n, holding=found.holding)
    competition = make_competition(frame, rated)
    results: list[GapResult] = []
    for k, item in enumerate(rated):
        place = places.get(k, _NOWHERE)
        against = competition.get(item)
        results.append(
            GapResult(
                code=item,
                importance=sides[Role.IMPORTANCE][k],
                perceived=sides[Role.PERCEIVED][k],
                gap=_without_interval(estimates[k]),
                available=available[k],
                rank=place.rank,
                rank_low=place.low,
                rank_high=place.high,
                tied=tuple(rated[one] for one in place.tied) if order_said else (),
                competitor=against.gap if against else None,
                behind=against.behind if against else None,
                unpaired=_unpaired(bool(found.is_paired[k]), against),
            )
        )
    return GapsResult(tuple(results), _profile_tau(results), order_said=order_said)


def _with(frame: Frame, items: tuple[str, ...], role: Role) -> tuple[str, ...]:
    """Return the items that have this column beside the perceived one."""
    moments = frame.moments
    return tuple(i for i in items if moments.has(role, i) and moments.has(Role.PERCEIVED, i))


def _means(frame: Frame, role: Role, items: tuple[str, ...]) -> tuple[Estimate, ...]:
    n = frame.moments.n(role, items)
    return frame.estimates(
        frame.moments.mean(role, items), n[0], holding=frame.replicates.holding(n)
    )


def _unpaired(is_paired: bool, against: Competition | None) -> tuple[str, ...]:
    named = (("gap", is_paired), ("competitor", against is None or against.is_paired))
    return tuple(name for name, is_so in named if not is_so)


def _available(frame: Frame, items: tuple[str, ...], gaps: Gaps) -> list[float | None]:
    """Return differences of available-case means where pairing loses more than 5 %."""
    found: list[float | None] = []
    importance = frame.moments.mean(Role.IMPORTANCE, items)[0]
    perceived = frame.moments.mean(Role.PERCEIVED, items)[0]
    answers = np.stack(
        [frame.moments.n(role, items)[0] for role in (Role.IMPORTANCE, Role.PERCEIVED)]
    )
    for k in range(len(items)):
        few, many = int(answers[:, k].min()), int(answers[:, k].max())
        is_lost = bool(gaps.is_paired[k]) and int(gaps.n[k]) < (1 - _LOST) * many
        is_said = few >= max(1, frame.floors.item)
        found.append(float(importance[k] - perceived[k]) if is_lost and is_said else None)
    return found


def _places(
    frame: Frame, gap: NDArray[np.float64], holding: NDArray[np.bool_], shown: NDArray[np.bool_]
) -> dict[int, _Place]:
    """Rank the gaps, largest first; two gaps are commensurable, so their difference is tested."""
    places = np.flatnonzero(shown)
    listed = gap[:, places]
    errors = np.full((places.size, places.size), np.nan)
    freedom = np.zeros((places.size, places.size), dtype=np.int64)
    has_errors = frame.replicates.df > 0
    if has_errors:
        own = holding[:, places]
        either = own[:, :, None] | own[:, None, :]
        errors = frame.replicates.stderr(listed[:, :, None] - listed[:, None, :], either)
        freedom = frame.replicates.dfs(either)
    # Twelve digits, so that equal gaps that differ in the last bit keep the order of the list.
    values = np.round(listed[0], 12)
    found = rank_intervals(values, errors, df=freedom, alpha=frame.limits.alpha)
    return {
        int(place): _Place(
            found.rank[k],
            found.low[k] if has_errors else None,
            found.high[k] if has_errors else None,
            tuple(int(places[other]) for other in found.tied[k]),
        )
        for k, place in enumerate(places)
    }


def _without_interval(estimate: Estimate) -> Estimate:
    """Keep the error only: an interval would invite the comparison with 0 that means nothing."""
    return Estimate(estimate.value, estimate.stderr, None, None, estimate.n, estimate.df)


def _profile_tau(items: list[GapResult]) -> float | None:
    """Return tau_b of the importance and performance profiles of the items that may be shown."""
    values = np.array(
        [(one.importance.value, one.perceived.value) for one in items], dtype=np.float64
    )
    return kendall_tau(values[:, 0], values[:, 1])
