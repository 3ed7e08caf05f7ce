"""Gaps between two answers of one household, so that no single answer follows from the means.

Where pairing drops a few households the gap is the difference of the two means shown, which says
nothing that they do not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Role
from app.analysis.data.moments import Moments
from app.analysis.disclosure.pairs import safe_pairs
from app.analysis.uncertainty.frame import Frame


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """Mean of y - x by item, the replicates first.

    Attributes:
        values: Scale points, shape (replicates, items).
        n: Answers a gap rests on, shape (items,): those of both, or the fewer of either.
        holding: Groups that hold something of it, shape (groups, items).
        is_paired: It is over the households that gave both, shape (items,).
    """

    values: NDArray[np.float64]
    n: NDArray[np.int64]
    holding: NDArray[np.bool_]
    is_paired: NDArray[np.bool_]


def shown_gaps(frame: Frame, x: Role, y: Role, items: tuple[str, ...]) -> Gaps:
    """Return the gap y - x of every item: paired, or of the means where pairing drops a few.

    Args:
        frame: The study's frame; with open floors every gap is paired.
        x: Role of one answer.
        y: Role of the other; the two are one of `data.layout.PAIRS`.
        items: Items that have both columns.

    Raises:
        KeyError: An item lacks a column.

    Source: ours, see docs/methods/disclosure.md.
    """
    moments, replicates = frame.moments, frame.replicates
    both = moments.pair(x, y, items)["n"]
    sides = [moments.n(role, items) for role in (x, y)]
    whole = Moments(moments.layout, moments.sums[:1])
    is_paired = np.array(
        [safe_pairs(whole, frame.floors, item)[x, y][0] for item in items], dtype=bool
    )
    apart = moments.mean(y, items) - moments.mean(x, items)
    either = replicates.holding(sides[0]) | replicates.holding(sides[1])
    return Gaps(
        values=np.where(is_paired, moments.gap(x, y, items), apart),
        n=np.where(is_paired, both[0], np.minimum(sides[0][0], sides[1][0])),
        holding=np.where(is_paired, replicates.holding(both), either),
        is_paired=is_paired,
    )
