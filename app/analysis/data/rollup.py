"""Every community at once: answers and points by community and replicate group out of cells.

For screens that show the whole company. What one community says in full goes through
`Cells.select` and a frame; this reads only the histograms of a few columns, of all of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.cells import Cells
from app.analysis.data.dataset import Role
from app.analysis.data.kernel import Sums
from app.analysis.data.layout import ABSENT, HOUSEHOLDS


@dataclass(frozen=True, slots=True, eq=False)
class RollUp:
    """Additive counts by community and group; waves and cells are added up.

    Attributes:
        communities: Names, sorted.
        groups: Replicate groups, ascending.
        households: Shape (communities, groups).
        n: Answers, shape (communities, groups, columns).
        points: Sum of points in scale points, same shape.
        satisfied: Satisfied answers, same shape.
    """

    communities: tuple[str, ...]
    groups: NDArray[np.int64]
    households: NDArray[np.int64]
    n: NDArray[np.int64]
    points: NDArray[np.int64]
    satisfied: NDArray[np.int64]


def roll_up(cells: Cells, columns: tuple[tuple[Role, str], ...]) -> RollUp:
    """Return answers, points and satisfied answers of some columns, by community and group.

    Args:
        cells: Cells of any number of communities.
        columns: Role and item of the columns wanted.

    Returns:
        Counts over available answers; 0 where a community has no household in a group.

    Raises:
        KeyError: There is no such column.

    Source: ours, see docs/methods/cells.md.
    """
    places = np.array([cells.layout.index[key] for key in columns], dtype=np.int64)
    communities = tuple(sorted({key.community for key in cells.keys}))
    place_of = {name: k for k, name in enumerate(communities)}
    of_keys = np.array(
        [(place_of[key.community], key.group) for key in cells.keys], dtype=np.int64
    ).reshape(-1, 2)
    groups = np.array(sorted({key.group for key in cells.keys}), dtype=np.int64)
    target = of_keys[:, 0] * groups.size + np.searchsorted(groups, of_keys[:, 1])
    shape = len(communities) * groups.size
    households = _placed(cells.sums[:, HOUSEHOLDS].astype(np.int64), target, shape)
    by_group = (len(communities), groups.size)
    n, points, satisfied = (
        _placed(one, target, shape).reshape(*by_group, places.size)
        for one in _counted(cells, places)
    )
    return RollUp(communities, groups, households.reshape(by_group), n, points, satisfied)


def _placed(values: NDArray[np.int64], target: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
    """Add up the keys of every (community, group)."""
    if target.size == rows and (np.diff(target) == 1).all():
        return values
    placed = np.zeros((rows, *values.shape[1:]), dtype=np.int64)
    if (np.diff(target) > 0).all():
        placed[target] = values
    else:
        np.add.at(placed, target, values)
    return placed


def _counted(cells: Cells, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return n, points and satisfied answers by key and column, shape (3, keys, columns)."""
    layout = cells.layout
    found = np.empty((3, len(cells.keys), places.size), dtype=np.int64)
    scales: dict[tuple[tuple[int, ...], tuple[int, ...]], list[int]] = {}
    for k, place in enumerate(places):
        column = layout.columns[place]
        scales.setdefault((column.points, column.satisfied), []).append(k)
    # In floating point, where numpy is fast; no sum of 16 bits reaches what it holds exactly.
    exact = np.float32 if cells.sums.dtype == np.int16 else np.float64
    for (points, satisfied), chosen in scales.items():
        starts = np.array(layout.starts)[places[chosen]]
        counts = _histograms(cells.sums, starts, len(points) + len(ABSENT)).astype(exact)
        factors = np.zeros((3, counts.shape[2]), dtype=exact)
        factors[:, : len(points)] = np.array([[1, point, point in satisfied] for point in points]).T
        product = factors @ counts.reshape(-1, counts.shape[2]).T
        # A list of one scale, the usual one, needs no second copy.
        where = slice(None) if len(chosen) == places.size else chosen
        found[:, :, where] = product.reshape(3, len(cells.keys), len(chosen))
    return found


def _histograms(sums: Sums, starts: NDArray[np.int64], width: int) -> Sums:
    """Return histograms of one width, shape (keys, columns, width)."""
    if (np.diff(starts) == width).all():
        # They follow one another: one copy instead of a search for every number.
        joined = sums[:, starts[0] : starts[-1] + width]
        return joined.reshape(len(sums), starts.size, width)
    return sums[:, starts[:, None] + np.arange(width)]
