"""Communities too small to be shown, left out of what is said about all of them together.

Every community has a page of its own. What all together say, less what the others say, would be
what a community with too few answers says; so it is no part of the whole.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.cells import Cells
from app.analysis.data.dataset import Role
from app.analysis.data.layout import (
    ABSENT,
    AS_ANSWERED,
    HOUSEHOLDS,
    LEVELS,
    PAIR_MOMENTS,
    ZONE_COUNTS,
    Layout,
)
from app.analysis.data.moments import Moments
from app.analysis.design.weights import Margin, Weighting
from app.analysis.disclosure.floors import Floors
from app.analysis.disclosure.pairs import safe_pairs

COMMUNITY = "community"
WAVE = "wave"


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Communities of waves: the part of every key, wave and sums of every part."""

    part: NDArray[np.int64]
    waves: NDArray[np.str_]
    totals: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Released:
    """Cells of all communities together that give no small community away.

    Attributes:
        cells: Without small communities, and without columns that a community hardly answered.
        floors: Suppression table, with the pairs that a community's own page does not show.
        communities: Communities left out altogether.
        columns: Code of a column and how many more communities are left out of it.
    """

    cells: Cells
    floors: Floors
    communities: tuple[str, ...] = ()
    columns: tuple[tuple[str, int], ...] = ()


def release(cells: Cells, floors: Floors) -> Released:
    """Leave communities with too few answers out: of all, or of the columns concerned.

    Picks go by households. Where no community of a wave has enough answers none is left out, since
    then none is shown that the whole could be compared with.

    Args:
        cells: Sums of any number of communities and waves; a community counts anew in every wave.
        floors: Suppression table in force; open ones leave out nothing.

    Source: ours, see docs/methods/disclosure.md.
    """
    names = {key.community for key in cells.keys}
    if floors.is_open or len(names) < 2:
        return Released(cells, floors)
    parts = _totals(cells)
    is_small = _exposed(parts.totals[:, HOUSEHOLDS], parts.waves, floors)
    if is_small.any():
        cells, parts = _without_parts(cells, parts, is_small)
    gone = tuple(sorted(names - {key.community for key in cells.keys}))
    cells, columns = _without_columns(cells, parts, floors)
    return Released(cells, _paired(cells.layout, parts.totals, floors), gone, columns)


def released_weighting(
    weighting: Weighting | None, cells: Cells, released: Released
) -> Weighting | None:
    """Return known sizes without the categories that only communities left out had.

    Margins must agree on how many households there are: they are scaled to the sum of the first
    one that names the community, or else of the first; the proportions within each stay.

    Args:
        weighting: Known sizes of all communities; None means none.
        cells: What `release` was given.
        released: What it gave.

    Source: ours, see docs/methods/disclosure.md.
    """
    if weighting is None or not released.communities:
        return weighting
    kept = []
    for margin in weighting.margins:
        gone = _categories(cells, margin) - _categories(released.cells, margin)
        totals = tuple(one for one in margin.totals if one[0] not in gone)
        kept.append(replace(margin, totals=totals))
    leading = next((one for one in kept if COMMUNITY in one.variables), kept[0])
    whole = sum(size for _, size in leading.totals)
    return replace(weighting, margins=tuple(_scaled(margin, whole) for margin in kept))


def _categories(cells: Cells, margin: Margin) -> set[tuple[str, ...]]:
    """Return the categories of a margin that have households; none of unknown variables."""
    known = (COMMUNITY, WAVE, *cells.cell_variables)
    if not set(margin.variables) <= set(known):
        return set()
    places = [known.index(name) for name in margin.variables]
    labels = [(key.community, key.wave, *key.cell) for key in cells.keys]
    return {tuple(label[place] for place in places) for label in labels}


def _scaled(margin: Margin, whole: float) -> Margin:
    own = sum(size for _, size in margin.totals)
    if own == whole:
        return margin
    totals = tuple((category, size * whole / own) for category, size in margin.totals)
    return replace(margin, totals=totals)


def _totals(cells: Cells) -> _Parts:
    """Return the parts; keys are sorted, so a part is a run of them."""
    names = [(key.wave, key.community) for key in cells.keys]
    starts = [row for row, name in enumerate(names) if row == 0 or name != names[row - 1]]
    ends = [*starts[1:], len(names)]
    totals = np.empty((len(starts), cells.layout.width), dtype=np.int64)
    for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
        cells.sums[start:end].sum(axis=0, dtype=np.int64, out=totals[k])
    part = np.repeat(np.arange(len(starts)), np.subtract(ends, starts))
    return _Parts(part, np.array([names[row][0] for row in starts], dtype=np.str_), totals)


def _without_parts(
    cells: Cells, parts: _Parts, is_small: NDArray[np.bool_]
) -> tuple[Cells, _Parts]:
    """Leave the households of small parts out."""
    rows = np.flatnonzero(~is_small[parts.part])
    keys = tuple(cells.keys[row] for row in rows)
    left = Cells(cells.layout, keys, cells.sums[rows], cells.own_groups, cells.cell_variables)
    place = np.cumsum(~is_small) - 1
    return left, _Parts(place[parts.part[rows]], parts.waves[~is_small], parts.totals[~is_small])


def _exposed(n: NDArray[np.int64], waves: NDArray[np.str_], floors: Floors) -> NDArray[np.bool_]:
    """Say which parts have few answers while others of their wave may be shown."""
    found: NDArray[np.bool_] = (n > 0) & (n < floors.item)
    return found & np.isin(waves, waves[n >= floors.item])


def _without_columns(
    cells: Cells, parts: _Parts, floors: Floors
) -> tuple[Cells, tuple[tuple[str, int], ...]]:
    """Empty the columns that a community hardly answered, with all that rests on them.

    The totals of the parts are emptied in place, the cells only in a copy.
    """
    layout, totals = cells.layout, parts.totals
    few: dict[int, NDArray[np.bool_]] = {}
    for j, column in enumerate(layout.columns):
        start = layout.starts[j]
        n = totals[:, start : start + len(column.points)].sum(axis=1)
        is_few = _exposed(n, parts.waves, floors)
        if column.role is not Role.PRIORITY and is_few.any():
            few[j] = is_few
    if not few:
        return cells, ()
    sums = cells.sums.copy()
    for j, is_few in few.items():
        places = _places(layout, j)
        sums[np.ix_(np.flatnonzero(is_few[parts.part]), places)] = 0
        totals[np.ix_(np.flatnonzero(is_few), places)] = 0
    changed = Cells(layout, cells.keys, sums, cells.own_groups, cells.cell_variables)
    return changed, tuple((layout.columns[j].code, int(one.sum())) for j, one in few.items())


def _places(layout: Layout, j: int) -> NDArray[np.int64]:
    """Return every place in the sums that rests on column j."""
    column = layout.columns[j]
    start = layout.starts[j]
    found = [np.arange(start, start + len(column.points) + len(ABSENT))]
    for key, start in layout.tables.items():
        places = layout.places(key)
        if j in places:
            size = len(layout.columns[places[0]].points) * len(layout.columns[places[1]].points)
            found.append(np.arange(start, start + size))
    for (x, y, item), start in layout.pairs.items():
        if j in (layout.index[x, item], layout.index[y, item]):
            found.append(np.arange(start, start + len(PAIR_MOMENTS)))
    if column.role in LEVELS and column.item in layout.zones:
        for starts, names in (
            (layout.zones, ZONE_COUNTS),
            (layout.zones_as_answered, AS_ANSWERED),
        ):
            start = starts[column.item]
            found.append(np.arange(start, start + len(names)))
    for name, members in layout.blocks.items():
        if column in members:
            place = np.arange(3 * len(members) ** 2).reshape(3, len(members), len(members))
            k = members.index(column)
            own = np.concatenate([place[:, k, :].ravel(), place[:, :, k].ravel()])
            found.append(layout.block_starts[name] + own)
    return np.unique(np.concatenate(found))


def _paired(layout: Layout, totals: NDArray[np.int64], floors: Floors) -> Floors:
    """Add the pairs that are not shown as paired on some community's own page."""
    moments = Moments(layout, totals)
    items = dict.fromkeys(item for _, _, item in layout.pairs)
    unpaired = frozenset(
        (*pair, item)
        for item in items
        for pair, safe in safe_pairs(moments, floors, item).items()
        if not safe.all()
    )
    return replace(floors, unpaired=unpaired)
