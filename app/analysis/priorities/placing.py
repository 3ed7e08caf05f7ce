"""Where the items of a list stand in its matrix, and how sure that is. For both lists."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.priorities.chances import quadrant_chances
from app.analysis.priorities.curves import discrepancies
from app.analysis.priorities.matrix import CutPlaces, Cuts, make_cuts, on_the_line, quadrant
from app.analysis.results.estimate import Estimate
from app.analysis.results.items import Crosshair, QuadrantChances
from app.analysis.uncertainty.intervals import number
from app.analysis.uncertainty.replicate import Replicates


@dataclass(frozen=True, slots=True)
class Placement:
    """Place of one item; None where it may not be said.

    Attributes:
        quadrant, on_the_line, chances, discrepancy: As in `ItemResult`.
    """

    quadrant: str | None = None
    on_the_line: bool | None = None
    chances: QuadrantChances | None = None
    discrepancy: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Coordinates:
    """What a matrix plots.

    Attributes:
        performance: Performance or attainment on 0-100, shape (replicates, items).
        importance: Importance shares, same shape.
        holding: Groups that hold something of an item's performance, shape (groups, items).
        weighing: Groups that hold something of the weights, to be broadcast to (groups, items).
    """

    performance: NDArray[np.float64]
    importance: NDArray[np.float64]
    holding: NDArray[np.bool_]
    weighing: NDArray[np.bool_]


def make_places(
    replicates: Replicates,
    at: Coordinates,
    estimates: tuple[tuple[Estimate, ...], tuple[Estimate, ...]],
    cuts: Cuts,
    *,
    kept: NDArray[np.bool_],
    shown: NDArray[np.bool_],
) -> tuple[Crosshair, tuple[Placement, ...]]:
    """Place the items of a list.

    Args:
        replicates: Where variances come from.
        at: The coordinates.
        estimates: Performance, and importance, of every item with its interval.
        cuts: Where to cut.
        kept: Items that move the cuts, shape (items,).
        shown: Items whose place may be said, same shape.

    Raises:
        CutRuleError: A rule of the cuts is unknown.

    Source: ours, see docs/methods/matrix.md.
    """
    places = make_cuts(at.performance, at.importance, kept, cuts)
    points = [(_value(p), _value(i)) for p, i in zip(*estimates, strict=True)]
    away = discrepancies(
        [p if is_shown else np.nan for (p, _), is_shown in zip(points, shown, strict=True)],
        [i for _, i in points],
    )
    chances = _chances(replicates, at, places, kept)
    placed = [
        Placement(
            quadrant=quadrant(estimates[0][k].value, estimates[1][k].value, places.cross),
            on_the_line=on_the_line(estimates[0][k], estimates[1][k], places.cross),
            chances=chances[k],
            discrepancy=number(away[k]),
        )
        if is_shown
        else Placement()
        for k, is_shown in enumerate(shown)
    ]
    return places.cross, tuple(placed)


def _value(estimate: Estimate) -> float:
    return float("nan") if estimate.value is None else estimate.value


def _chances(
    replicates: Replicates, at: Coordinates, places: CutPlaces, kept: NDArray[np.bool_]
) -> tuple[QuadrantChances | None, ...]:
    if replicates.df < 1:
        return (None,) * kept.size
    # A cut out of the data moves with every item of the list.
    moving = at.holding
    if any(places.from_data):
        moving = np.any(at.holding[:, kept], axis=1, keepdims=True)
    return quadrant_chances(
        at.performance,
        at.importance,
        places,
        replicates,
        holding=np.broadcast_to(moving | at.weighing, at.holding.shape),
        is_exact=not at.weighing.any(),
    )
