"""What may be said about the order of a list: ranks, rank intervals, bands, ties."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.analysis.priorities.pfi import PfiList, Standing, standings
from app.analysis.uncertainty.frame import Frame

_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Place of an item in its list; None where it may not be said.

    Attributes:
        rank, low, high, band, tied: As in `Standing`; `tied` is empty when no order is said.
    """

    rank: int | None = None
    low: int | None = None
    high: int | None = None
    band: str | None = None
    tied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list.

    Attributes:
        is_said: The order may be stated. A single item has no order.
        places: One place per item.
    """

    is_said: bool
    places: tuple[Place, ...]


def make_order(
    frame: Frame,
    pfi: PfiList,
    performance: NDArray[np.float64],
    items: tuple[str, ...],
    *,
    n: NDArray[np.int64],
    kept: NDArray[np.bool_],
    bands_from: int,
) -> Order:
    """Put a list in order by PFI as far as its own smallest number of answers allows.

    Args:
        frame: The study's frame.
        pfi: PFI of the list.
        performance: On 0-100 in the full sample, shape (items,).
        items: Item codes.
        n: Answers of each item, shape (items,).
        kept: Items of the list that may be shown; the others have no place.
        bands_from: Fewest answers from which bands may be said, in a list of more than three.

    Source: ours, see docs/methods/pfi.md.
    """
    least = frame.least(n[kept])
    if np.count_nonzero(kept & np.isfinite(pfi.values)) < _FEWEST:
        return Order(False, (Place(),) * len(items))
    if not frame.is_ranked or least < min(bands_from, frame.floors.ranked):
        return Order(False, (Place(),) * len(items))
    is_said = frame.replicates.df > 0 and least >= frame.floors.order
    found: Sequence[Standing | None] = standings(
        pfi, performance, items, frame.replicates, kept=kept, alpha=frame.limits.alpha
    )
    places = tuple(
        Place()
        if one is None
        else Place(
            rank=one.rank,
            low=one.low,
            high=one.high,
            band=one.band if least >= bands_from else None,
            tied=one.tied if is_said else (),
        )
        for one in found
    )
    if least < frame.floors.ranked:
        places = tuple(replace(one, rank=None, low=None, high=None) for one in places)
    return Order(is_said, places)
