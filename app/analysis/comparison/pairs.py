"""Two sets of households side by side, with replicates of both: any function of the two.

Linked sets share their replicate groups: replicate g leaves group g out of both, so that what
households on both sides have in common is in the error of a difference. Sets without a link have
replicates one after the other: first those of the one set with the other left whole, then the
other way round, and the variances of the two blocks add up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.cells import HOUSEHOLDS, Cells
from app.analysis.data.layout import Layout
from app.analysis.data.moments import Moments
from app.analysis.design.weights import Weighting
from app.analysis.uncertainty.replicate import (
    Replicates,
    groups_for,
    household_weights,
    make_replicates,
)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A replicated statistic of one side.

    Attributes:
        values: Shape (1 + replicates, items), row 0 the full sample.
        n: Answers behind each item, shape (items,).
        holding: Replicates that leave out something of what it counts, shape (replicates, items).
    """

    values: NDArray[np.float64]
    n: NDArray[np.int64]
    holding: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two sets of households with joint replicates.

    Attributes:
        first, second: Their moments, row 0 the full sample, replicates in the same rows.
        blocks: Replicates of each block: one block for linked sets, two without a link.
        linked: The sets share their groups.
    """

    first: Moments
    second: Moments
    blocks: tuple[int, ...]
    linked: bool

    @property
    def groups(self) -> int:
        """Return how many replicate groups there are; 0 without errors."""
        return sum(self.blocks) if all(block > 1 for block in self.blocks) else 0

    def errors(
        self, statistic: NDArray[np.float64], holding: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return standard errors and degrees of freedom of a function of both sides.

        Args:
            statistic: Shape (1 + replicates, items).
            holding: Replicates that count for it, shape (replicates, items).

        Returns:
            Each shape (items,): NaN and 0 where there is no error. Two blocks have Satterthwaite's
            degrees of freedom, rounded down.

        Source: Kott 2001, Journal of Official Statistics 17(4), 521-526; for two blocks
        Satterthwaite 1946, Biometrics Bulletin 2(6), 110-114.
        """
        total = np.zeros(statistic.shape[1])
        below = np.zeros(statistic.shape[1])
        start = 0
        for count in self.blocks:
            rows = slice(1 + start, 1 + start + count)
            part = np.concatenate([statistic[:1], statistic[rows]])
            replicates = Replicates(np.zeros((1 + count, 0), dtype=np.int64), count)
            held = holding[start : start + count]
            variance = replicates.stderr(part, held) ** 2
            freedom = replicates.dfs(held).astype(np.float64)
            total += variance
            below += variance**2 / np.maximum(1.0, freedom)
            start += count
        freedom = np.divide(total**2, below, out=np.zeros_like(total), where=below > 0)
        whole = np.floor(np.nan_to_num(freedom) * (1 + 1e-12)).astype(np.int64)
        return np.sqrt(total), whole


def make_pair(
    first: Cells, second: Cells, *, linked: bool, weighting: Weighting | None = None
) -> Pair:
    """Return two sets of households with joint replicates.

    Groups are folded as the smaller set asks for (30, 15 or 10; none below 20 households); a group
    counts when either set has a household in it. Groups that the data brought along are used as
    they are.

    Args:
        first: The one set.
        second: The other set; its columns may differ.
        linked: The sets share households, or clusters, through their groups.
        weighting: How the households of each set are weighted, again in every replicate; None
            means not at all. Known sizes of communities that a set does not hold are no matter of
            its weights. Where the weights of one set are refused, neither is weighted.

    Raises:
        CellsError: The weighting names a variable that these cells do not have.
        CategoryError: A category has answers and no known size, or the other way round.

    Source: ours, see docs/methods/change.md.
    """
    own = first.own_groups or second.own_groups
    modulus = None if own else groups_for(min(first.households, second.households))
    is_replicated = own or modulus is not None
    sides = [_side(cells, modulus, weighting, is_replicated) for cells in (first, second)]
    if weighting is not None and any(side.replicates.weighted is None for side in sides):
        sides = [_side(cells, modulus, None, is_replicated) for cells in (first, second)]
    if not all(side.labels for side in sides):
        return Pair(sides[0].moments([]), sides[1].moments([]), (0,) * (2 - linked), linked)
    if linked:
        labels = sorted({label for side in sides for label in side.labels})
        moments = [side.moments(labels) for side in sides]
        return Pair(moments[0], moments[1], (len(labels),), linked)
    blocks = len(sides[0].labels), len(sides[1].labels)
    whole: list[list[int | None]] = [[None] * blocks[1], [None] * blocks[0]]
    return Pair(
        sides[0].moments([*sides[0].labels, *whole[0]]),
        sides[1].moments([*whole[1], *sides[1].labels]),
        blocks,
        linked,
    )


def make_parts(rest: Cells, part: Cells, *, weighting: Weighting | None = None) -> Pair:
    """Return two parts of one whole with joint replicates: domains of one sample.

    The weights are those of the whole, estimated again in every replicate of the whole; inside a
    part they need not add up to anything.

    Args:
        rest: The one part.
        part: The other one, of the same columns and cell variables; no household is in both.
        weighting: How the households of the whole are weighted; None means not at all. Where the
            weights are refused, nothing is weighted.

    Raises:
        CellsError: The weighting names a variable that these cells do not have.
        CategoryError: A category has answers and no known size, or the other way round.
        TotalsError: Two margins have different sums.
        ConvergenceError: Raking did not converge.

    Source: Kott 2001, Journal of Official Statistics 17(4), 521-526; domains with the weights of
    the whole: Lumley 2010, Complex Surveys, 2.6.
    """
    pair = make_pair(rest, part, linked=True)
    if weighting is None:
        return pair
    whole = replace(rest, keys=rest.keys + part.keys, sums=np.concatenate([rest.sums, part.sums]))
    own = whole.own_groups
    modulus = None if own else groups_for(min(rest.households, part.households))
    is_replicated = pair.first.sums.shape[0] > 1
    weights, result = household_weights(whole, modulus, weighting, is_replicated=is_replicated)
    if not result.applied:
        return pair
    place = len(rest.keys)
    sides = (
        (pair.first, weights[:, :place], rest.sums),
        (pair.second, weights[:, place:], part.sums),
    )
    first, second = (
        Moments(side.layout, side.sums, factor @ sums.astype(np.float64))
        for side, factor, sums in sides
    )
    return replace(pair, first=first, second=second)


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One set with its own replicates, and the groups they leave out (none without errors)."""

    layout: Layout
    replicates: Replicates
    labels: tuple[int, ...]

    def moments(self, left_out: Sequence[int | None]) -> Moments:
        """Return the full set, then one row per group: without it, or whole if it has none."""
        place = {label: 1 + k for k, label in enumerate(self.labels)}
        rows = [0, *(0 if label is None else place.get(label, 0) for label in left_out)]
        weighted = self.replicates.weighted
        return Moments(
            self.layout,
            self.replicates.sums[rows],
            None if weighted is None else weighted[rows],
        )


def _side(
    cells: Cells, modulus: int | None, weighting: Weighting | None, is_replicated: bool
) -> _Side:
    """Return one set with replicates of groups folded alike on both sides."""
    keys = cells.keys
    if modulus is not None:
        keys = tuple(key._replace(group=key.group % modulus) for key in keys)
    # Folded already, so the groups are to be used as they are.
    folded = replace(cells, keys=keys, own_groups=is_replicated)
    if weighting is not None:
        weighting = weighting.among({key.community for key in keys})
    replicates = make_replicates(folded, weighting)
    held = {key.group for key, sums in zip(keys, cells.sums, strict=True) if sums[HOUSEHOLDS] > 0}
    return _Side(cells.layout, replicates, tuple(sorted(held)) if replicates.groups else ())
