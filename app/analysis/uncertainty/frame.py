"""What every part of a study works with: sums with their replicates, and what they may say."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.cells import DROPPED
from app.analysis.data.moments import Moments, ratio
from app.analysis.disclosure.floors import Floors
from app.analysis.results.estimate import Estimate
from app.analysis.uncertainty.intervals import (
    Limits,
    effective_sizes,
    nothing,
    t_interval,
    wilson_interval,
)
from app.analysis.uncertainty.replicate import Replicates


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
    def dropped(self) -> int:
        """Return the households that lost all their zone levels."""
        return int(self.moments.sums[0, DROPPED])

    def least(self, n: NDArray[np.int64]) -> int:
        """Return what rules about a list go by: the fewest answers `n` of its items, or 0."""
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
        count: NDArray[np.int64],
        n: NDArray[np.int64],
        *,
        least: int | None = None,
    ) -> tuple[Estimate, ...]:
        """Return Wilson intervals of shares, suppressed below `least` answers.

        Args:
            count: Answers that count, shape (replicates, items).
            n: All answers, same shape.
            least: Least answers; None means the floor of items.
        """
        floor = max(1, self.floors.item if least is None else least)
        value = ratio(count, n)
        sizes = n[0].astype(np.float64)
        if self.has_design and self.replicates.df > 0:
            sizes = effective_sizes(
                value[0], n[0], self.replicates.stderr(value, self.replicates.holding(n))
            )
        safe = np.maximum(1e-9, sizes)
        low, high = wilson_interval(np.nan_to_num(value[0]) * safe, safe, level=self.limits.level)
        return tuple(
            Estimate(float(value[0, k]), None, float(low[k]), float(high[k]), int(n[0, k]))
            if n[0, k] >= floor
            else nothing(int(n[0, k]))
            for k in range(count.shape[1])
        )
