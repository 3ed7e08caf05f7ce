"""What every part of a study works with: sums with their replicates, and what they may say."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.cells import DROPPED, Cells
from app.analysis.data.dataset import Role
from app.analysis.data.moments import Counts, Moments, ratio
from app.analysis.design.weights import Weighting
from app.analysis.disclosure.floors import Floors
from app.analysis.results.estimate import Estimate
from app.analysis.results.weighting import WeightingResult
from app.analysis.uncertainty.intervals import (
    Limits,
    effective_sizes,
    make_limits,
    nothing,
    t_interval,
    wilson_interval,
)
from app.analysis.uncertainty.proportions import clopper_pearson_interval, korn_graubard_interval
from app.analysis.uncertainty.quantiles import quantile, woodruff_interval
from app.analysis.uncertainty.replicate import Replicates, make_replicates


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What every part of a study works with.

    Attributes:
        moments: Full sample and replicates.
        replicates: Where standard errors come from.
        limits: Width of t intervals.
        floors: Suppression table in force.
        has_design: The groups came with the data and may stand for clusters, so shares use
            design-adjusted numbers of answers.
        is_ranked: Ranks and bands may be said at all.
    """

    moments: Moments
    replicates: Replicates
    limits: Limits
    floors: Floors
    has_design: bool
    is_ranked: bool

    @property
    def households(self) -> int:
        """Return the households of the full sample."""
        return int(self.moments.households[0])

    @property
    def is_weighted(self) -> bool:
        """Say whether figures are weighted."""
        return self.moments.weighted is not None

    @property
    def is_designed(self) -> bool:
        """Say whether shares need design-adjusted numbers of answers, and there are any."""
        return (self.has_design or self.is_weighted) and self.replicates.df > 0

    @property
    def _weight_effect(self) -> float:
        """Return Kish's effect of the weights in force, 1 without any."""
        found = self.replicates.weighting
        return found.deff if found is not None and found.applied else 1.0

    @property
    def weighting(self) -> WeightingResult | None:
        """Return what was done about weights; None when nobody asked for any."""
        return self.replicates.weighting

    def unweighted(self) -> "Frame":
        """Return the same households without weights, to be shown beside.

        Source: ours, see docs/methods/weights.md.
        """
        plain = Replicates(self.replicates.sums, self.replicates.groups)
        return replace(self, moments=Moments(self.moments.layout, plain.sums), replicates=plain)

    @property
    def dropped(self) -> int:
        """Return the households that lost all their zone levels."""
        return int(self.moments.sums[0, DROPPED])

    def least(self, n: NDArray[np.int64]) -> int:
        """Return what rules about a list go by: the fewest answers `n` of its items, or 0.

        Source: ours, see docs/methods/design.md.
        """
        return min(int(n.min()), self.households) if n.size else 0

    def estimates(
        self,
        statistic: NDArray[np.float64],
        n: NDArray[np.int64],
        *,
        bounds: tuple[float, float] = (-np.inf, np.inf),
        least: int | None = None,
        holding: NDArray[np.bool_] | None = None,
    ) -> tuple[Estimate, ...]:
        """Return t intervals of a replicated statistic, suppressed below `least` answers.

        Args:
            statistic: Shape (replicates, items).
            n: Answers of each item, shape (items,).
            bounds: Least and greatest possible value.
            least: Least answers; None means the floor of items.
            holding: Groups that count, to be broadcast to (groups, items); None means all.

        Source: Kott (2001) J. Official Stat. 17:521-526.
        """
        floor = self.floors.item if least is None else least
        stderr = self.replicates.stderr(statistic, holding)
        limits = self._limits(holding, statistic.shape[1])
        return tuple(
            t_interval(statistic[0, k], stderr[k], limits[k], n=int(n[k]), bounds=bounds)
            if n[k] >= floor
            else nothing(int(n[k]))
            for k in range(statistic.shape[1])
        )

    def _limits(self, holding: NDArray[np.bool_] | None, items: int) -> list[Limits]:
        """Return the width of every item's t interval."""
        if holding is None:
            return [self.limits] * items
        freedom = self.replicates.dfs(np.broadcast_to(holding, (holding.shape[0], items)))
        return [self.limits.at(int(df)) for df in freedom]

    def shares(
        self,
        count: Counts,
        n: Counts,
        *,
        least: int | None = None,
        exact: bool = False,
    ) -> tuple[Estimate, ...]:
        """Return Wilson intervals of shares, suppressed below `least` answers.

        With a design or weights the number of answers is a design-adjusted one.

        Args:
            count: Answers that count, shape (replicates, items).
            n: All answers, same shape.
            least: Least answers; None means the floor of items.
            exact: Korn and Graubard's interval instead; Clopper and Pearson's without a design.

        Source: Wilson (1927) JASA 22:209-212; the adjustment is ours, see docs/methods/shares.md.
        """
        floor = max(1, self.floors.item if least is None else least)
        value = ratio(count, n)
        sizes = n[0].astype(np.float64)
        if self.is_designed:
            errors = self.replicates.stderr(value, self.replicates.holding(n))
            sizes = effective_sizes(value[0], n[0], errors, least=self._weight_effect)
        else:
            sizes /= self._weight_effect
        safe = np.maximum(1e-9, sizes)
        some = np.nan_to_num(value[0]) * safe
        if exact:
            low, high = self._exact(some, safe, n)
        else:
            low, high = wilson_interval(some, safe, level=self.limits.level)
        return tuple(
            Estimate(float(value[0, k]), None, float(low[k]), float(high[k]), int(n[0, k]))
            if n[0, k] >= floor
            else nothing(int(n[0, k]))
            for k in range(count.shape[1])
        )

    def _exact(
        self, count: NDArray[np.float64], sizes: NDArray[np.float64], n: Counts
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return exact intervals of shares, with the t ratio of Korn and Graubard for designs."""
        if not self.is_designed:
            return clopper_pearson_interval(count, sizes, level=self.limits.level)
        free = np.maximum(1, self.replicates.dfs(self.replicates.holding(n)))
        p = count / sizes
        errors = np.sqrt(p * (1 - p) / sizes)
        answers = np.maximum(2.0, sizes)
        inner = (p > 0) & (p < 1)
        return korn_graubard_interval(
            p,
            np.where(inner, errors, np.nan),
            n=np.where(inner, np.maximum(2, n[0]), answers),
            df=free,
            level=self.limits.level,
        )

    def medians(self, role: Role, items: tuple[str, ...]) -> tuple[Estimate, ...]:
        """Return medians in scale points with Woodruff's intervals, suppressed as means are.

        The error of the cumulative share is that of a simple random sample of as many answers;
        with a design or weights it is widened by the design effect that the share at or below the
        median has over the replicates.

        Args:
            role: Role of the columns.
            items: Their items.

        Source: Woodruff (1952) JASA 47:635-646; the design effect is ours, see
            docs/methods/shares.md.
        """
        n = self.moments.n(role, items)
        holding = self.replicates.holding(n)
        found: list[Estimate] = []
        for k, item in enumerate(items):
            size = int(n[0, k])
            if size < max(1, self.floors.item):
                found.append(nothing(size))
                continue
            points = self.moments.column(role, item).points
            shares = self.moments.distribution(role, item)
            error, df = float(np.sqrt(0.25 / size)), np.inf
            if self.is_designed:
                place = points.index(int(quantile(points, shares[0])))
                below = shares[:, : place + 1].sum(axis=1, keepdims=True)
                spread = self.replicates.stderr(below, holding[:, k : k + 1])
                one = n[0, k : k + 1]
                least = self._weight_effect
                error *= np.sqrt(size / effective_sizes(below[0], one, spread, least=least)[0])
                df = max(1, int(self.replicates.dfs(holding)[k]))
            result = woodruff_interval(
                points, shares[0], stderr=error, df=df, level=self.limits.level
            )
            found.append(Estimate(result.value, None, result.low, result.high, size))
        return tuple(found)


def make_frame(
    cells: Cells,
    *,
    level: float = 0.95,
    floors: Floors,
    ranked: bool = True,
    weighting: Weighting | None = None,
) -> Frame:
    """Return what every part of a study works with, out of cells.

    Args:
        cells: Sums of one community, or of any selection; see `Cells.select`.
        level: Confidence level of all intervals.
        floors: Suppression table in force.
        ranked: Ranks and bands may be said at all.
        weighting: How households are weighted; None means not at all. Weights that cost too much
            are refused: then `Frame.weighting.applied` is False and nothing is weighted.

    Raises:
        CellsError: The weighting names a variable that these cells do not have.
        CategoryError: A category has answers and no known size, or the other way round.
        TotalsError: Two margins have different sums.
        ConvergenceError: Raking did not converge.

    Source: ours, see docs/methods/design.md and docs/methods/weights.md.
    """
    replicates = make_replicates(cells, weighting)
    return Frame(
        moments=Moments(cells.layout, replicates.sums, replicates.weighted),
        replicates=replicates,
        limits=make_limits(replicates.df, level),
        floors=floors,
        has_design=cells.own_groups,
        is_ranked=ranked,
    )
