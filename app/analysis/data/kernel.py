"""The one kernel: rows of small integers in, additive integer sums out.

Rows of one key stand together (otherwise they are brought together first) and are cut into pieces
of equally many rows, the last one of a key filled up with empty rows. A chunk of pieces is then a
block of bytes (pieces, rows, columns) on which everything is counted at once: histograms by
comparing bytes, pair moments by one batched matrix product of points and masks. Those products
run in floating point and are exact all the same: every number in them is an integer, and no
partial sum of a chunk reaches 2**24 in single or 2**53 in double precision.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.consistency import check_consistency
from app.analysis.data.dataset import (
    BLANK,
    EXTRA,
    KEPT_OUT,
    NO_EXPERIENCE,
    UNREADABLE,
    DatasetError,
    Role,
    is_illegal,
    point_table,
)
from app.analysis.data.layout import (
    ABSENT,
    DROPPED,
    HOUSEHOLDS,
    LEVELS,
    PAIR_MOMENTS,
    Layout,
)
from app.analysis.data.recipe import CHUNK, Block, Floats, Recipe, Scale, Where, make_recipe

_LONGEST = 64  # rows of a piece; a byte counts to 255
_OVERHEAD = 12  # what a piece costs beside its rows, in rows
_UNUSABLE = BLANK - 1  # no position and no answer: a level the inversion rules took away

Bytes = NDArray[np.uint8]
Sums = NDArray[np.int16] | NDArray[np.int32] | NDArray[np.int64]


def sums_of_rows(
    layout: Layout, values: Bytes, row_key: NDArray[np.int64], counts: NDArray[np.int64]
) -> Sums:
    """Add up rows by key: histograms, pair histograms, pair moments and zone counts.

    Args:
        layout: What to count.
        values: Position codes, shape (rows, columns), see `app.analysis.data.dataset`.
        row_key: Key of every row, 0..keys-1, shape (rows,); fastest in ascending order.
        counts: Rows of every key, all above 0, shape (keys,).

    Returns:
        Shape (keys, layout.width), in the narrowest of 16, 32 and 64 bits that holds every sum.

    Raises:
        DatasetError: A code is no position of its column; names column and row.

    Source: ours, see docs/methods/cells.md.
    """
    sums = np.zeros(
        (counts.size, layout.width), dtype=narrowest(int(counts.max(initial=0)), layout)
    )
    order = None if (np.diff(row_key) >= 0).all() else np.argsort(row_key, kind="stable")
    sums[:, HOUSEHOLDS] = counts
    recipe = make_recipe(layout)
    for start in range(0, row_key.size, CHUNK):
        rows = slice(start, start + CHUNK)
        place = rows if order is None else order[rows]
        codes = np.array(values[place])
        wrong = _illegal(recipe, codes)
        if wrong is not None:
            row = start + wrong[0] if order is None else int(order[start + wrong[0]])
            raise DatasetError(layout.columns[wrong[1]].code, row)
        key = row_key[place]
        first = int(key[0])
        # A view: what is added to the part is added to the whole.
        part = sums[first : int(key[-1]) + 1]
        _add_zones(layout, codes, key - first, part)
        _add_tables(recipe, codes, key - first, part)
        _add_pieces(recipe, codes, key - first, part)
    return sums


def narrowest(households: int, layout: Layout) -> type[np.signedinteger]:
    """Return the narrowest integer type that holds every sum of so many households.

    Source: ours, see docs/methods/cells.md.
    """
    largest = households * layout.most
    if largest <= np.iinfo(np.int16).max:
        return np.int16
    return np.int32 if largest <= np.iinfo(np.int32).max else np.int64


def _illegal(recipe: Recipe, codes: Bytes) -> tuple[int, int] | None:
    """Return row and column of the first code between the last point and the missing answers."""
    for scale in recipe.scales:
        wrong = is_illegal(codes[:, scale.columns], scale.points)
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            return int(row), int(np.arange(codes.shape[1])[scale.columns][column])
    return None


def _add_zones(layout: Layout, codes: Bytes, key: NDArray[np.int64], sums: Sums) -> None:
    """Count zone answers as answered, apply the inversion rules to `codes`, count again."""
    if not layout.zones:
        return
    places = {role: [layout.index[role, item] for item in layout.zones] for role in LEVELS}
    levels = {role: _points(layout, codes, columns) for role, columns in places.items()}
    adequate, desired, perceived = (levels[role] for role in LEVELS)
    found = check_consistency(adequate, desired)
    triple = found.answered & ~np.isnan(perceived)
    below, above = triple & (perceived < adequate), triple & (perceived > desired)
    inside = triple & ~below & ~above
    gaps = [perceived - adequate, perceived - desired]
    as_answered = [triple, below, inside, above]
    for gap in gaps:
        is_given = ~np.isnan(gap)
        as_answered += [is_given, np.where(is_given, gap, 0), np.where(is_given, gap, 0) ** 2]
    usable = found.usable
    after = [below & usable, inside & usable, above & usable, found.inverted, found.answered]
    sums[:, DROPPED] += _by_key(key, found.dropped[:, None], len(sums))[:, 0]
    for parts, starts in ((as_answered, layout.zones_as_answered), (after, layout.zones)):
        counted = _by_key(key, np.concatenate(parts, axis=1), len(sums))
        places_of = np.array(list(starts.values()))
        where = (places_of[None, :] + np.arange(len(parts))[:, None]).ravel()
        sums[:, where] += counted
    for role in (Role.ADEQUATE, Role.DESIRED):
        lost = ~usable & ~np.isnan(levels[role])
        codes[:, places[role]] = np.where(lost, np.uint8(_UNUSABLE), codes[:, places[role]])


def _points(layout: Layout, codes: Bytes, columns: list[int]) -> NDArray[np.float64]:
    """Return the answers of some columns in scale points, NaN where there is none."""
    points = np.stack([point_table(layout.columns[j]) for j in columns])
    return points[np.arange(len(columns)), codes[:, columns]]


def _by_key(
    key: NDArray[np.int64], values: NDArray[np.bool_] | NDArray[np.float64], keys: int
) -> NDArray[np.int64]:
    """Add up integers by ascending key, shape (keys, columns); every key has a row."""
    starts = np.searchsorted(key, np.arange(keys))
    return np.add.reduceat(values, starts, axis=0, dtype=np.float64).astype(np.int64)


def _add_tables(recipe: Recipe, codes: Bytes, key: NDArray[np.int64], sums: Sums) -> None:
    """Count the pair histograms, and the moments that follow from them."""
    keys = len(sums)
    for table in recipe.tables:
        points_x, points_y = table.sizes
        size = points_x * points_y
        # Position 0 becomes 255, which is no bin either.
        x, y = (codes[:, column] - np.uint8(1) for column in table.columns)
        both = np.flatnonzero((x < points_x) & (y < points_y))
        joint = key[both] * size + x[both].astype(np.int64) * points_y + y[both]
        counted = np.bincount(joint, minlength=keys * size).reshape(keys, size)
        sums[:, table.start : table.start + size] += counted
        if table.moments is not None:
            first = table.moments_start
            sums[:, first : first + len(PAIR_MOMENTS)] += counted @ table.moments


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """Runs of rows cut into pieces of one length.

    Attributes:
        rows: Rows of every piece, shape (pieces, length), the number of rows standing for "none".
        starts: First piece of every key.
        pieces: Number of pieces of every key.
    """

    rows: NDArray[np.int64]
    starts: NDArray[np.int64]
    pieces: NDArray[np.int64]

    def add_to(self, sums: Sums, where: Where, pieces: Bytes | Floats) -> None:
        """Add the pieces of every key, which follow one another, to some columns of sums.

        Floating point stays exact here, because a chunk has few rows.
        """
        if len(self.rows) == self.starts.size:
            sums[:, where] += pieces.astype(sums.dtype)
            return
        wide = pieces if pieces.dtype != np.uint8 else pieces.astype(np.int32)
        added = wide[self.starts]
        for k in range(1, int(self.pieces.max())):
            more = np.flatnonzero(self.pieces > k)
            added[more] += wide[self.starts[more] + k]
        sums[:, where] += added.astype(sums.dtype)


def _add_pieces(recipe: Recipe, codes: Bytes, key: NDArray[np.int64], sums: Sums) -> None:
    """Count histograms and blocks on pieces of equally many rows of one key."""
    cut = _cut(np.bincount(key, minlength=len(sums)))
    padded = np.concatenate([codes, np.zeros((1, codes.shape[1]), dtype=np.uint8)])[cut.rows]
    for scale in recipe.scales:
        _add_histograms(scale, padded, cut, sums)
    for block in recipe.blocks:
        _add_block(block, padded, cut, sums)


def _cut(sizes: NDArray[np.int64]) -> _Cut:
    """Cut runs of rows, all above 0, into pieces of the length that costs least."""
    lengths = [2**k for k in range(_LONGEST.bit_length())]
    length = min(lengths, key=lambda one: int((-(-sizes // one)).sum()) * (one + _OVERHEAD))
    pieces = -(-sizes // length)
    starts = np.cumsum(pieces) - pieces
    first = np.cumsum(sizes) - sizes
    within = np.arange(pieces.sum()) - np.repeat(starts, pieces)
    rows = (np.repeat(first, pieces) + within * length)[:, None] + np.arange(length)
    rows[rows >= np.repeat(first + sizes, pieces)[:, None]] = sizes.sum()
    return _Cut(rows, starts, pieces)


def _add_histograms(scale: Scale, padded: Bytes, cut: _Cut, sums: Sums) -> None:
    """Count every point and every kind of absence."""
    given = padded[:, :, scale.columns]
    most = int(given.max(initial=0))

    def count(place: int, found: NDArray[np.bool_]) -> Bytes:
        # A piece has at most 64 rows, so a byte does not overflow.
        counted: Bytes = np.add.reduce(found.view(np.uint8), axis=1, dtype=np.uint8)
        cut.add_to(sums, scale.where(place), counted)
        return counted

    for point in range(scale.points):
        count(point, given == point + 1)
    after = {name: scale.points + k for k, name in enumerate(ABSENT)}
    # Bytes wrap around: one comparison tests both ends.
    declared = (given - np.uint8(NO_EXPERIENCE)) < np.uint8(UNREADABLE - NO_EXPERIENCE)
    asked = count(after["blank"], given == BLANK) + count(after["no_experience"], declared)
    if scale.has_levels:
        asked += count(after["unusable"], given == _UNUSABLE)
    if most >= UNREADABLE:
        asked += count(after["unreadable"], given == UNREADABLE)
        triggered = (given - np.uint8(KEPT_OUT)) < np.uint8(EXTRA - KEPT_OUT)
        count(after["triggered"], triggered)
        count(after["extra"], given >= EXTRA)
    cut.add_to(sums, scale.where(after["asked"]), asked)


def _add_block(block: Block, padded: Bytes, cut: _Cut, sums: Sums) -> None:
    """Add up the moments of all pairs of a block over rows that have both."""
    given = padded[:, :, block.columns]
    p = given.shape[2]
    # By piece: rows by the masks, the points and the squares of all columns.
    of_rows = np.empty((*given.shape[:2], 3 * p), dtype=block.points.dtype)
    mask, x = of_rows[:, :, :p], of_rows[:, :, p : 2 * p]
    mask[...] = (given - np.uint8(1)) < block.sizes
    if block.is_spaced:
        # Points one apart: position and point differ by a constant.
        np.multiply(given + block.points[:, 1] - 1, mask, out=x)
    else:
        x[...] = block.points[np.arange(p), given]
    np.multiply(x, x, out=of_rows[:, :, 2 * p :])
    turned = of_rows.transpose(0, 2, 1)
    moments = np.matmul(turned, mask).reshape(-1, 3, p, p)
    products = np.matmul(turned[:, p : 2 * p], x)
    # n on and above the diagonal, xy below it: both are symmetric.
    np.copyto(moments[:, 0], products, where=np.tri(p, k=-1, dtype=bool))
    size = 3 * p * p
    cut.add_to(sums, slice(block.start, block.start + size), moments.reshape(-1, size))
