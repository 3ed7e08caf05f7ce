"""Answers as a matrix of small integers, with what every column measures. Pure numpy.

One row is one household, one column is one item that can be answered. A cell holds a position
code, the same as in an answer vector:

====== =========================================================================
0      not asked (planned missingness, a filter)
1..40  position of the chosen point in `Column.points` (1 = the first, the worst)
50     asked and left blank
51..62 asked, answered by a word that is no point of the scale (no experience)
63     asked, and the mark on paper cannot be read
64..   kept out of every statistic: asked because of a low answer (below 128), or given
       outside the plan (from 128)
====== =========================================================================
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

NOT_ASKED = 0
LAST_POINT = 40
BLANK = 50
NO_EXPERIENCE = 51
UNREADABLE = 63
KEPT_OUT = 64
EXTRA = 128
GROUPS = 30


class Role(StrEnum):
    """What a column measures. Statistics look at roles and items, never at column codes."""

    OVERALL = "overall"
    PRIORITY = "priority"  # a pick among the areas: points (1, 0), position 1 = picked
    PERFORMANCE = "performance"  # rating of an item of the headline list
    ATTRIBUTE = "attribute"  # rating of one statement within an area
    IMPORTANCE = "importance"  # importance as a rating
    ADEQUATE = "adequate"
    DESIRED = "desired"
    PERCEIVED = "perceived"
    COMPETITOR = "competitor"
    LOYALTY = "loyalty"  # would recommend, would renew


class DatasetError(ValueError):
    """The arrays of a dataset do not fit each other.

    Attributes:
        column: Code of the column at fault, or the name of the key array.
        row: First row at fault, counted from 0; None when the whole column is meant.
    """

    def __init__(self, column: str, row: int | None = None) -> None:
        super().__init__(f"column {column}, row {row}")
        self.column = column
        self.row = row


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a dataset.

    Attributes:
        code: Item code in the instrument.
        role: What it measures.
        item: The thing it is about: an area code, an attribute code, or ``overall``.
        points: Scale points in ascending order of goodness; position 1 is ``points[0]``.
        satisfied: Points that count in the satisfied share; may be empty.
        area: Area code, where it belongs to one.
    """

    code: str
    role: Role
    item: str
    points: tuple[int, ...]
    satisfied: tuple[int, ...] = ()
    area: str = ""

    @property
    def key(self) -> tuple[Role, str]:
        """Return what identifies the column in cells: role and item.

        Two areas may have attributes of the same name, so an attribute is known by its code.
        """
        return self.role, self.code if self.role is Role.ATTRIBUTE else self.item


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Answers of households, row by row.

    Attributes:
        columns: What the columns of `values` are.
        values: Position codes, uint8, shape (households, columns).
        wave: Index into `waves` per household.
        community: Index into `communities` per household.
        group: Replicate group per household, never negative.
        waves: Names of the waves (campaigns), each once.
        communities: Names of the communities, each once.
        own_groups: The data brought its own group column: groups are used as they are.
            Otherwise they are 0..29 and folded when there are few households.
        cell_variables: What is known of every household and splits cells further: the building,
            the phase, owner or tenant. For weighting and for comparing segments.
        cell_names: The combinations of their values, each as long as `cell_variables`, each once.
        cell: Index into `cell_names` per household; None puts all into the first.
        are_linked: A household has the same group in every wave. Without it a change between
            waves is told with the wider error of unlinked samples.

    Raises:
        DatasetError: Shapes differ, a group or index is out of range, a name, a column code or a
            pair of role and item repeats, a scale has fewer than 2 points.
    """

    columns: tuple[Column, ...]
    values: NDArray[np.uint8]
    wave: NDArray[np.int64]
    community: NDArray[np.int64]
    group: NDArray[np.int64]
    waves: tuple[str, ...]
    communities: tuple[str, ...]
    own_groups: bool = False
    cell_variables: tuple[str, ...] = ()
    cell_names: tuple[tuple[str, ...], ...] = ((),)
    cell: NDArray[np.int64] | None = None
    are_linked: bool = True

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.columns):
            raise DatasetError("values")
        seen: set[object] = set()
        for column in self.columns:
            if seen & {column.code, column.key} or not 2 <= len(column.points) <= LAST_POINT:
                raise DatasetError(column.code)
            seen |= {column.code, column.key}
        self._check_names()
        limits = (
            ("wave", self.wave, len(self.waves)),
            ("community", self.community, len(self.communities)),
            ("group", self.group, np.iinfo(np.int64).max if self.own_groups else GROUPS),
            ("cell", self.cell, len(self.cell_names)),
        )
        for name, index, limit in limits:
            if index is None:
                continue
            if index.shape != (self.households,):
                raise DatasetError(name)
            if index.size and (index.min() < 0 or index.max() >= limit):
                wrong = np.flatnonzero((index < 0) | (index >= limit))
                raise DatasetError(name, int(wrong[0]))

    def _check_names(self) -> None:
        named = (("waves", self.waves), ("communities", self.communities))
        for name, values in (*named, ("cell_variables", self.cell_variables)):
            if len(set(values)) != len(values):
                raise DatasetError(name)
        widths = {len(name) for name in self.cell_names}
        if widths != {len(self.cell_variables)} or len(set(self.cell_names)) != len(
            self.cell_names
        ):
            raise DatasetError("cell_names")

    @property
    def households(self) -> int:
        """Return the number of rows."""
        return int(self.values.shape[0])


def point_table(column: Column) -> NDArray[np.float64]:
    """Return the scale point of every position code, NaN where a code is none; shape (256,).

    Source: ours, see docs/methods/cells.md.
    """
    table = np.full(256, np.nan)
    table[1 : len(column.points) + 1] = column.points
    return table


def is_illegal(codes: NDArray[np.uint8], points: int) -> NDArray[np.bool_]:
    """Say which codes of a column with so many points are none: above the last, below `BLANK`.

    Source: ours, see docs/methods/cells.md.
    """
    # Bytes wrap around: one comparison tests both ends.
    wrong: NDArray[np.bool_] = (codes - np.uint8(points + 1)) < np.uint8(BLANK - points - 1)
    return wrong


def points_of(dataset: Dataset, index: int) -> NDArray[np.float64]:
    """Return the answers of one column in scale points; NaN where there is no counted point.

    For methods that need rows; everything else goes through cells.

    Args:
        dataset: The answers.
        index: Position of the column.

    Returns:
        Shape (households,).

    Raises:
        DatasetError: A cell holds a code the column does not know; names column and row.

    Source: ours, see docs/methods/cells.md.
    """
    column, codes = dataset.columns[index], dataset.values[:, index]
    wrong = np.flatnonzero(is_illegal(codes, len(column.points)))
    if wrong.size:
        raise DatasetError(column.code, int(wrong[0]))
    return point_table(column)[codes]
