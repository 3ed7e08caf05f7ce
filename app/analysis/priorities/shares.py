"""Picks and weights of a list as they may be shown: top-coded where few households answered."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Role
from app.analysis.data.moments import ratio
from app.analysis.importance.stated import EMPHASIS, emphasis, weights
from app.analysis.uncertainty.frame import Frame


def shown_emphasis(frame: Frame, items: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the share of households that picked each item, below 30 households top-coded.

    Nobody reads as one household, everybody as all but one, in every replicate: so neither the
    share nor its error tells the two apart.

    Args:
        frame: The study's frame.
        items: Items that can be picked.

    Returns:
        Shape (replicates, items).

    Raises:
        KeyError: An item cannot be picked.

    Source: ours, see docs/methods/disclosure.md.
    """
    found = emphasis(frame.moments, items)
    if not frame.floors.is_coded(frame.households):
        return found
    few = ratio(np.ones(1), frame.moments.households[:, None])
    return np.clip(found, few, np.maximum(few, 1 - few))


def is_limit(frame: Frame, items: tuple[str, ...]) -> tuple[bool, ...]:
    """Say which picked shares read "at most" or "at least".

    Args:
        frame: The study's frame.
        items: Items that can be picked.

    Raises:
        KeyError: An item cannot be picked.

    Source: ours, see docs/methods/disclosure.md.
    """
    n = frame.households
    return tuple(
        frame.floors.is_limit(count, n) for count in frame.moments.picks(items)[0].tolist()
    )


def shown_weights(
    frame: Frame,
    items: tuple[str, ...],
    rule: str,
    present: NDArray[np.bool_],
    *,
    role: Role = Role.PERFORMANCE,
    frozen: Mapping[str, float] | None = None,
) -> NDArray[np.float64]:
    """Return importance shares that add up to 1; those from picks rest on the shown picks.

    Args:
        frame: The study's frame.
        items: The list.
        rule: Rule of weights.
        present: Items that have a performance value, shape (replicates, items).
        role: As in `importance.stated.weights`.
        frozen: As in `importance.stated.weights`.

    Raises:
        WeightsRuleError: As in `importance.stated.weights`.

    Source: ours, see docs/methods/disclosure.md.
    """
    found = weights(frame.moments, items, rule, present, role=role, frozen=frozen)
    if rule != EMPHASIS or not frame.floors.is_coded(frame.households):
        return found
    raw = shown_emphasis(frame, items)
    raw = np.where(present & np.isfinite(raw), raw, 0.0)
    return ratio(raw, raw.sum(axis=1, keepdims=True))
