"""Importance (重要度) as shares that sum to 1 over a list, by one rule for the whole list.

Each function takes `Moments` and returns shape (replicates, items). Items that cannot be weighed
in a replicate (nobody rated their importance) get weight 0 there. In order of preference:

========== ==============================================================================
emphasis   picks: share of households that named the item among their priorities
ratings    mean importance ratings; people rate nearly everything as important
derived    relative weights for overall satisfaction (see `drivers`)
equal      the same weight for every item
frozen     shares of a base wave, given: the only weights a trend line may use
========== ==============================================================================
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Role
from app.analysis.data.moments import Moments, ratio
from app.analysis.importance.derived import relative_shares
from app.analysis.importance.evidence import Evidence, evidence_of, refusal

EMPHASIS = "emphasis"
RATINGS = "ratings"
DERIVED = "derived"
EQUAL = "equal"
FROZEN = "frozen"

RULES = (EMPHASIS, RATINGS, DERIVED, EQUAL, FROZEN)

_ROLES = {EMPHASIS: Role.PRIORITY, RATINGS: Role.IMPORTANCE}


class WeightsRuleError(ValueError):
    """The rule of weights is unknown, or the data lack what it needs.

    Attributes:
        rule: The rule asked for.
    """

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def emphasis(moments: Moments, items: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the share of all households, also those that picked nothing, that picked each item.

    Args:
        moments: Full sample and replicates.
        items: The list.

    Returns:
        Shape (replicates, items); NaN without households.

    Raises:
        KeyError: An item cannot be picked.

    Source: ETC Institute, resident surveys; ours, see docs/methods/drivers.md.
    """
    return ratio(moments.picks(items), moments.households[:, None])


def best_rule(moments: Moments, items: tuple[str, ...], role: Role = Role.PERFORMANCE) -> str:
    """Return the first usable rule: emphasis, ratings, derived, equal.

    Args:
        moments: Full sample and replicates.
        items: The list.
        role: Column role of the list's ratings, for derived shares.

    Source: ours, see docs/methods/drivers.md.
    """
    for rule, needed in _ROLES.items():
        if items and all(moments.has(needed, item) for item in items):
            return rule
    return EQUAL if refusal(evidence_of(moments, role, items)) else DERIVED


def weights(
    moments: Moments,
    items: tuple[str, ...],
    rule: str,
    present: NDArray[np.bool_],
    *,
    role: Role = Role.PERFORMANCE,
    frozen: Mapping[str, float] | None = None,
) -> NDArray[np.float64]:
    """Return normalised importance shares.

    Args:
        moments: Full sample and replicates.
        items: The list.
        rule: ``emphasis``, ``ratings``, ``derived``, ``equal`` or ``frozen``.
        present: Items that have a performance value, shape (replicates, items); the others weigh 0
            and the rest is normalised over what is left.
        role: Column role of the list's ratings, for ``derived``.
        frozen: Item to share of the base wave, for ``frozen``; any positive unit.

    Returns:
        Shape (replicates, items), rows sum to 1; NaN rows where nothing has any weight, and for
        ``derived`` where the answers carry no drivers (fewer than 150, see `drivers`).

    Raises:
        WeightsRuleError: Unknown rule, or what it needs is absent: a column, the pairs with the
            overall item, or the frozen share of an item.

    Source: Hill, Brierley and MacDougall 2003, How to Measure Customer Satisfaction, 2nd ed., for
        ratings; ETC Institute for emphasis; Johnson 2000 for derived; see docs/methods/drivers.md.
    """
    raw = _raw(moments, items, rule, present=present, role=role, frozen=frozen)
    raw = np.where(present & np.isfinite(raw), raw, 0.0)
    return ratio(raw, raw.sum(axis=1, keepdims=True))


def inputs(
    moments: Moments,
    items: tuple[str, ...],
    rule: str,
    present: NDArray[np.bool_],
    *,
    role: Role = Role.PERFORMANCE,
) -> NDArray[np.int64]:
    """Return how many answers the weights of a list rest on, shape (replicates, 1).

    A group without any of them leaves the weights as they are. Numbers of answers are never
    weighted. Arguments as in `weights`.

    Source: ours, see docs/methods/drivers.md.
    """
    if rule == EMPHASIS:
        counts = Moments(moments.layout, moments.sums).picks(items)
    elif rule == RATINGS:
        counts = moments.n(Role.IMPORTANCE, items)
    elif rule == DERIVED:
        evidence = evidence_of(moments, role, items)
        counts = np.zeros(present.shape, np.int64) if evidence is None else evidence.n[:, 0, 1:]
    else:
        counts = np.ones_like(present, dtype=np.int64)
    total: NDArray[np.int64] = np.where(present, counts, 0).sum(axis=1, keepdims=True)
    return total


def _raw(
    moments: Moments,
    items: tuple[str, ...],
    rule: str,
    *,
    present: NDArray[np.bool_],
    role: Role,
    frozen: Mapping[str, float] | None,
) -> NDArray[np.float64]:
    if rule == EQUAL:
        return np.ones((moments.sums.shape[0], len(items)))
    if rule == FROZEN:
        return _frozen(moments, items, frozen or {})
    if rule == DERIVED:
        return _derived(moments, items, present, role)
    needed = _ROLES.get(rule)
    if needed is None or not all(moments.has(needed, item) for item in items):
        raise WeightsRuleError(rule)
    return emphasis(moments, items) if rule == EMPHASIS else moments.mean(needed, items)


def _frozen(
    moments: Moments, items: tuple[str, ...], frozen: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return the given shares, the same in every replicate."""
    if not all(np.isfinite(frozen.get(item, np.nan)) and frozen[item] >= 0 for item in items):
        raise WeightsRuleError(FROZEN)
    row = np.array([frozen[item] for item in items], dtype=np.float64)
    return np.tile(row, (moments.sums.shape[0], 1))


def _derived(
    moments: Moments, items: tuple[str, ...], present: NDArray[np.bool_], role: Role
) -> NDArray[np.float64]:
    """Return derived shares of the items present in the full sample, again in every replicate."""
    if evidence_of(moments, role, items) is None:
        raise WeightsRuleError(DERIVED)
    places = np.flatnonzero(present[0])
    shares = np.full(present.shape, np.nan)
    evidence: Evidence | None = evidence_of(moments, role, tuple(items[k] for k in places))
    if evidence is not None and refusal(evidence) is None:
        shares[:, places] = relative_shares(evidence.correlation)
    return shares
