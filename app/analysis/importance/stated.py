"""Importance (重要度) as shares that sum to 1 over a list: picks, ratings or equal.

Each function takes `Moments` and returns shape (replicates, items). Items that cannot be weighed
in a replicate (nobody rated their importance) get weight 0 there.
"""

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Role
from app.analysis.data.moments import Moments, ratio

EMPHASIS = "emphasis"
RATINGS = "ratings"
EQUAL = "equal"


class WeightsRuleError(ValueError):
    """The rule of weights is unknown, or the data lack the columns it needs.

    Attributes:
        rule: The rule asked for.
    """

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def emphasis(moments: Moments, items: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the share of all households, also those that picked nothing, that picked each item."""
    return ratio(moments.picks(items), moments.households[:, None])


def weights(
    moments: Moments, items: tuple[str, ...], rule: str, present: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return normalised importance shares.

    Args:
        moments: Full sample and replicates.
        items: The list.
        rule: ``emphasis`` (picks), ``ratings`` (mean importance ratings) or ``equal``.
        present: Items that have a performance value, shape (replicates, items); the others weigh 0
            and the rest is normalised over what is left.

    Returns:
        Shape (replicates, items), rows sum to 1; NaN rows where nothing has any weight.

    Raises:
        WeightsRuleError: Unknown rule, or a column it needs is absent.
    """
    raw = _raw(moments, items, rule)
    raw = np.where(present & np.isfinite(raw), raw, 0.0)
    return ratio(raw, raw.sum(axis=1, keepdims=True))


def inputs(
    moments: Moments, items: tuple[str, ...], rule: str, present: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return how many answers the weights of a list rest on, shape (replicates, 1).

    A group without any of them leaves the weights as they are. Arguments as in `weights`.
    """
    if rule == EMPHASIS:
        counts = moments.picks(items)
    elif rule == RATINGS:
        counts = moments.n(Role.IMPORTANCE, items)
    else:
        counts = np.ones_like(present, dtype=np.int64)
    total: NDArray[np.int64] = np.where(present, counts, 0).sum(axis=1, keepdims=True)
    return total


def _raw(moments: Moments, items: tuple[str, ...], rule: str) -> NDArray[np.float64]:
    if rule == EQUAL:
        return np.ones((moments.sums.shape[0], len(items)))
    role = {EMPHASIS: Role.PRIORITY, RATINGS: Role.IMPORTANCE}.get(rule)
    if role is None or not all(moments.has(role, item) for item in items):
        raise WeightsRuleError(rule)
    return emphasis(moments, items) if rule == EMPHASIS else moments.mean(role, items)
