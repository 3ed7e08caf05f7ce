"""Which cells of a table may be shown: counts of two-way tables, means of parts of a whole.

The rule (floors.py): a cell needs 10 answers and its complement 10. Both follow from withholding
small cells together with as many others as keep an outsider from working them out.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.analysis.disclosure.complementary import Sums, relations_of, withhold
from app.analysis.disclosure.floors import ITEM_FROM
from app.analysis.results.disclosure import COMPLEMENTARY, SMALL, ProtectedTable

# A withheld mean must be possible over at least a fifth of its scale.
MEAN_PROTECTION = 0.2


class TableError(ValueError):
    """Counts must be whole numbers, not negative, in a table of one or two dimensions."""


def protect_table(
    counts: ArrayLike, *, threshold: int = ITEM_FROM, protection: float | None = None
) -> ProtectedTable:
    """Withhold small counts of a two-way table, and what is needed so that they stay unknown.

    Small is every count and margin below the threshold. Nothing is small in rows and columns that
    are empty altogether; a 0 elsewhere is, since it says that a whole group did not.

    Args:
        counts: Households by row (building) and column (answer), without margins, shape (rows,
            columns).
        threshold: Least count that is shown.
        protection: Least width of the interval that an outsider can compute for any withheld
            cell; None means the threshold.

    Returns:
        The table with margins. A total below the threshold withholds everything.

    Raises:
        TableError: Counts are negative, not whole or not in two dimensions.

    Source: ours with the method of Cox 1980, see docs/methods/disclosure.md.
    """
    inner = _counts(counts)
    if inner.ndim != 2:
        raise TableError
    table = _with_margins(inner)
    width = float(threshold if protection is None else protection)
    is_empty = (table[:, -1:] == 0) | (table[-1:, :] == 0)
    small = (table < threshold) & ~is_empty
    if 0 < table[-1, -1] < threshold:
        small, pattern, is_protected = np.ones_like(small), np.ones_like(small), True
    else:
        values = table.ravel().astype(np.float64)
        sums = Sums(
            values=values,
            relations=relations_of(table.shape),
            low=np.zeros(values.size),
            high=np.full(values.size, np.inf),
            cost=_costs(table),
            fixed=np.zeros(values.size, dtype=bool),
        )
        flat, is_protected = withhold(sums, small.ravel(), np.full(values.size, width))
        pattern = flat.reshape(table.shape)
    shown = [
        [None if hidden else int(value) for value, hidden in zip(*line, strict=True)]
        for line in zip(table, pattern, strict=True)
    ]
    return ProtectedTable(
        cells=tuple(tuple(row[:-1]) for row in shown[:-1]),
        row_totals=tuple(row[-1] for row in shown[:-1]),
        column_totals=tuple(shown[-1][:-1]),
        total=shown[-1][-1],
        small=int(small.sum()),
        complementary=int((pattern & ~small).sum()),
        is_protected=is_protected,
    )


def hidden_parts(
    n: ArrayLike,
    sums: ArrayLike | None = None,
    *,
    points: tuple[float, float] = (0.0, 1.0),
    threshold: int = ITEM_FROM,
) -> tuple[str | None, ...]:
    """Say which parts of a whole may not be shown when the whole is: buildings, communities.

    Number and mean of the whole are known to everybody. A part with fewer answers than the
    threshold is withheld; then parts are added, as a rule the second smallest, until what is
    withheld has the threshold of answers together and the mean of every small part could lie
    anywhere over a fifth of the scale.

    Args:
        n: Answers of each part, shape (parts,); parts without any answer have nothing to show.
        sums: Sum of the answers of each part; None leaves the means out of account.
        points: Least and greatest answer.
        threshold: Least number of answers that is shown.

    Returns:
        Of each part ``small``, ``complementary`` or None, which means that it may be shown. Where
        no pattern protects the small parts (everybody gave the worst answer), all are withheld.

    Raises:
        TableError: Counts are negative, not whole or not in one dimension.

    Source: ours with the method of Cox 1980, see docs/methods/disclosure.md.
    """
    parts = _counts(n)
    if parts.ndim != 1:
        raise TableError
    small = (parts > 0) & (parts < threshold)
    pattern = small
    if small.any():
        pattern = _by_counts(parts, small, float(threshold))
        if sums is not None:
            pattern = _by_means(parts, np.asarray(sums, dtype=np.float64), small, pattern, points)
    pattern = pattern | (parts == 0)
    return tuple(
        (SMALL if count < threshold else COMPLEMENTARY) if hidden else None
        for count, hidden in zip(parts, pattern, strict=True)
    )


def _by_counts(
    parts: NDArray[np.int64], small: NDArray[np.bool_], width: float
) -> NDArray[np.bool_]:
    """Withhold until what is withheld has at least `width` answers together."""
    values = np.append(parts, parts.sum()).astype(np.float64)
    whole = Sums(
        values=values,
        relations=relations_of(values.shape),
        low=np.zeros(values.size),
        high=np.full(values.size, np.inf),
        cost=_costs(np.append(parts, parts.sum())),
        fixed=_last(values.size),
    )
    widths = np.where(np.append(small, False), width, 0.0)
    return withhold(whole, np.append(small, False), widths)[0][:-1]


def _by_means(
    parts: NDArray[np.int64],
    sums: NDArray[np.float64],
    small: NDArray[np.bool_],
    pattern: NDArray[np.bool_],
    points: tuple[float, float],
) -> NDArray[np.bool_]:
    """Withhold until the mean of every small part could be anything over a fifth of the scale."""
    n = np.append(parts, parts.sum()).astype(np.float64)
    whole = Sums(
        values=np.append(sums, sums.sum()),
        relations=relations_of(n.shape),
        low=points[0] * n,
        high=points[1] * n,
        cost=_costs(np.append(parts, parts.sum())),
        fixed=_last(n.size),
    )
    width = MEAN_PROTECTION * (points[1] - points[0]) * n
    widths = np.where(np.append(small, False), width, 0.0)
    return withhold(whole, np.append(pattern, False), widths)[0][:-1]


def _counts(counts: ArrayLike) -> NDArray[np.int64]:
    given = np.asarray(counts)
    whole = given.astype(np.int64)
    if given.size == 0 or (whole != given).any() or (whole < 0).any():
        raise TableError
    return whole


def _with_margins(inner: NDArray[np.int64]) -> NDArray[np.int64]:
    rows = np.concatenate([inner, inner.sum(axis=1, keepdims=True)], axis=1)
    return np.concatenate([rows, rows.sum(axis=0, keepdims=True)], axis=0)


def _costs(table: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what withholding costs: large cells more than small ones, margins most."""
    cost = 1.0 + np.log1p(table.astype(np.float64))
    margin = np.zeros(table.shape, dtype=bool)
    for axis in range(table.ndim):
        margin |= (np.arange(table.shape[axis]) == table.shape[axis] - 1).reshape(
            [-1 if other == axis else 1 for other in range(table.ndim)]
        )
    flat: NDArray[np.float64] = np.where(margin, 100.0 * cost, cost).ravel()
    return flat


def _last(size: int) -> NDArray[np.bool_]:
    fixed = np.zeros(size, dtype=bool)
    fixed[-1] = True
    return fixed
