"""Drivers of the top box and of the bottom box: what the delighted and the angry go by.

The outcome is a dummy, so the shares say what tells those households from all others; they need no
rows, because every item's histogram with the overall rating is counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.blocks import pair_table
from app.analysis.data.dataset import Column, Role
from app.analysis.data.moments import Moments
from app.analysis.importance.drivers import drivers_of
from app.analysis.importance.evidence import Evidence, evidence_of, outcome_of
from app.analysis.results.drivers import DriversResult
from app.analysis.uncertainty.frame import Frame

FEW_IN_BOX = "few_in_box"
BOX_FROM = 30

# A dummy's sum of squares below this share of its answers does not vary.
_ROUNDING = 1e-12


def make_box_drivers(
    frame: Frame,
    items: tuple[str, ...],
    boxes: Mapping[str, tuple[int, ...]],
    stated: Sequence[float | None] | None = None,
) -> tuple[DriversResult, ...]:
    """Return derived importance for being in each box of the overall rating.

    Own answers only. At least 30 households are in the box, and 30 outside.

    Args:
        frame: The study's frame.
        items: Items of the headline list, rated as performance.
        boxes: Name of a box to its points of the overall rating.
        stated: Stated shares in the same order, None where unknown; None without any.

    Returns:
        One result a box, its outcome named ``overall.<box>``; empty without overall rating.

    Source: Johnson 2000, Multivar. Behav. Res. 35(1); the boxes ours, see
        docs/methods/asymmetry.md.
    """
    outcome = outcome_of(frame.moments.layout)
    if outcome is None:
        return ()
    column = frame.moments.column(*outcome)
    results = []
    for name, points in boxes.items():
        own = box_evidence(frame.moments, items, points)
        found = drivers_of(frame, own, f"{outcome[1]}.{name}", stated)
        inside = _inside(frame.moments, column, points)
        if found.source is not None and min(inside) < BOX_FROM:
            found = replace(
                DriversResult(found.outcome, "", None, (FEW_IN_BOX,), found.n),
                weakest=found.weakest,
            )
        results.append(found)
    return tuple(results)


def box_evidence(
    moments: Moments, items: tuple[str, ...], points: tuple[int, ...]
) -> Evidence | None:
    """Return correlations of the items with being in a box, and with each other.

    Args:
        moments: Full sample and replicates.
        items: Items rated as performance.
        points: Points of the overall rating that make the box.

    Returns:
        None when there is no outcome, no item, or the pairs were not counted.

    Source: ours, see docs/methods/asymmetry.md.
    """
    base = evidence_of(moments, Role.PERFORMANCE, items)
    if base is None:
        return None
    with_box = np.stack([_correlation(moments, item, points) for item in items], axis=1)
    matrix = base.correlation.copy()
    matrix[:, 0, 1:] = matrix[:, 1:, 0] = with_box
    return Evidence(base.keys, base.n, matrix)


def _correlation(moments: Moments, item: str, points: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the correlation of an item with being in the box, shape (replicates,)."""
    table = np.asarray(
        pair_table(moments.layout, moments.linear, Role.PERFORMANCE, Role.OVERALL, item),
        dtype=np.float64,
    )
    overall = next(one for one in moments.layout.columns if one.role is Role.OVERALL)
    x = np.array(moments.column(Role.PERFORMANCE, item).points, dtype=np.float64)
    y = np.isin(overall.points, points).astype(np.float64)
    rows, columns = table.sum(axis=2), table.sum(axis=1)
    n = rows.sum(axis=1)
    covariance = n * np.einsum("rxy,x,y->r", table, x, y) - (rows @ x) * (columns @ y)
    spread_x = n * (rows @ x**2) - (rows @ x) ** 2
    spread_y = n * (columns @ y) - (columns @ y) ** 2
    found = np.full(n.shape, np.nan)
    scale = np.sqrt(np.maximum(0.0, spread_x) * np.maximum(0.0, spread_y))
    np.divide(covariance, scale, out=found, where=scale > _ROUNDING * n**2)
    return found


def _inside(moments: Moments, column: Column, points: tuple[int, ...]) -> tuple[int, int]:
    """Return how many households are in the box, and how many are not."""
    whole = Moments(moments.layout, moments.sums[:1])
    counts = whole.histogram(column.role, column.item)[0]
    inside = int(counts[np.isin(column.points, points)].sum())
    return inside, int(counts.sum()) - inside
