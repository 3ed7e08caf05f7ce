"""The statistics that comparisons hold against each other, read from either side of a pair."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.comparison.pairs import Series
from app.analysis.data.dataset import Role
from app.analysis.data.moments import Moments, ratio
from app.analysis.importance.stated import inputs, weights
from app.analysis.levels.counts import point_counts
from app.analysis.levels.index import weighted_index
from app.analysis.levels.nps import DETRACTORS, PROMOTERS

OVERALL = ("overall",)


def level_series(moments: Moments, role: Role, items: tuple[str, ...]) -> Series:
    """Return means on 0-100 of a list of items.

    Args:
        moments: One side of a pair.
        role: What was asked.
        items: The items; each needs a column.

    Source: ours, see docs/methods/change.md.
    """
    n = moments.n(role, items)
    return Series(moments.percent(role, items), n[0], n[1:] != n[0])


def share_series(moments: Moments, role: Role, items: tuple[str, ...]) -> Series:
    """Return satisfied shares, 0..1, of a list of items.

    Args:
        moments: One side of a pair.
        role: What was asked.
        items: The items; each needs a column with satisfied points.

    Source: ours, see docs/methods/change.md.
    """
    n = moments.n(role, items)
    return Series(ratio(moments.satisfied(role, items), n), n[0], n[1:] != n[0])


def promoter_series(moments: Moments, role: Role, item: str) -> Series:
    """Return the Net Promoter Score of an item on 0..10, from -100 to 100.

    Args:
        moments: One side of a pair.
        role: What was asked.
        item: The item.

    Source: Reichheld 2003, Harvard Business Review 81(12), 46-54.
    """
    n = moments.n(role, (item,))
    net = point_counts(moments, role, (item,), PROMOTERS) - point_counts(
        moments, role, (item,), DETRACTORS
    )
    return Series(100 * ratio(net, n), n[0], n[1:] != n[0])


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Importance shares of a list on one side of a pair.

    Attributes:
        values: Shape (1 + replicates, items); rows sum to 1.
        weighed: Replicates that leave out something they rest on, shape (replicates, 1).
    """

    values: NDArray[np.float64]
    weighed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """Ratings of a list on one side of a pair.

    Attributes:
        moments: The side.
        role: What the ratings were asked as.
        items: The list.
    """

    moments: Moments
    role: Role
    items: tuple[str, ...]

    def shares(self, rule: str, frozen: tuple[tuple[str, float], ...] = ()) -> Shares:
        """Return the importance shares of the list on this side.

        Args:
            rule: Rule of weights, see `importance.stated`.
            frozen: Item and share of a base wave, for the rule ``frozen``; they carry no error.

        Raises:
            WeightsRuleError: The columns lack what the rule needs.
        """
        side, items, role = self.moments, self.items, self.role
        present = side.n(role, items) > 0
        values = weights(side, items, rule, present, role=role, frozen=dict(frozen))
        counts = inputs(side, items, rule, present, role=role)
        return Shares(values, counts[1:] != counts[0])

    def index(self, shares: Shares) -> Series:
        """Return the index 0-100 with these shares: its own, or frozen ones of another side."""
        level = level_series(self.moments, self.role, self.items)
        value = weighted_index(shares.values, level.values)
        holding = level.holding.any(axis=1, keepdims=True) | shares.weighed
        return Series(value[:, None], self.moments.households[:1].astype(np.int64), holding)

    def pfi(self, shares: Shares) -> Series:
        """Return the headline PFI, share x (100 - performance), index points."""
        level = level_series(self.moments, self.role, self.items)
        return Series(shares.values * (100 - level.values), level.n, level.holding | shares.weighed)
