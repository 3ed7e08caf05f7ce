"""Answers as a matrix of small integers, with what every column measures. Pure numpy.

One row is one household, one column is one item that can be answered. A cell holds a position
code, the same as in an answer vector:

====== =========================================================================
0      not asked (planned missingness, a filter)
1..40  position of the chosen point in `Column.points` (1 = the first, the worst)
50..63 asked, no point: left blank, no experience, unreadable
64..   kept out of every statistic: asked because of a low answer, or outside the plan
====== =========================================================================
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

NOT_ASKED = 0
LAST_POINT = 40
BLANK = 50
KEPT_OUT = 64
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
        waves: Names of the waves (campaigns).
        communities: Names of the communities.
        own_groups: The data brought its own group column: groups are used as they are.
            Otherwise they are 0..29 and folded when there are few households.

    Raises:
        DatasetError: Shapes differ, a group or index is out of range, a column code or a pair of
            role and item repeats, a scale has fewer than 2 points.
    """

    columns: tuple[Column, ...]
    values: NDArray[np.uint8]
    wave: NDArray[np.int64]
    community: NDArray[np.int64]
    group: NDArray[np.int64]
    waves: tuple[str, ...]
    communities: tuple[str, ...]
    own_groups: bool = False

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.columns):
            raise DatasetError("values")
        seen: set[object] = set()
        for column in self.columns:
            if seen & {column.code, column.key} or not 2 <= len(column.points) <= LAST_POINT:
                raise DatasetError(column.code)
            seen |= {column.code, column.key}
        limits = (
            ("wave", self.wave, len(self.waves)),
            ("community", self.community, len(self.communities)),
            ("group", self.group, np.iinfo(np.int64).max if self.own_groups else GROUPS),
        )
        for name, index, limit in limits:
            if index.shape != (self.households,):
                raise DatasetError(name)
            wrong = np.flatnonzero((index < 0) | (index >= limit))
            if wrong.size:
                raise DatasetError(name, int(wrong[0]))

    @property
    def households(self) -> int:
        """Return the number of rows."""
        return int(self.values.shape[0])


def position_table(column: Column) -> NDArray[np.int64]:
    """Return a table of 256 entries from position code to bin.

    Bins 0..p-1 are the p points, bin p is "asked, no point", bin p+1 is "not counted" and
    bin p+2 is an illegal code.
    """
    p = len(column.points)
    table = np.full(256, p + 2, dtype=np.int64)
    table[NOT_ASKED] = p + 1
    table[1 : p + 1] = np.arange(p)
    table[BLANK:KEPT_OUT] = p
    table[KEPT_OUT:] = p + 1
    return table


def points_of(dataset: Dataset, index: int) -> NDArray[np.float64]:
    """Return the answers of one column in scale points; NaN where there is no counted point.

    Args:
        dataset: The answers.
        index: Position of the column.

    Raises:
        DatasetError: A cell holds a code the column does not know.
    """
    column = dataset.columns[index]
    bins = bins_of(dataset, index)
    table = np.full(len(column.points) + 2, np.nan)
    table[: len(column.points)] = column.points
    answers: NDArray[np.float64] = table[bins]
    return answers


def bins_of(dataset: Dataset, index: int) -> NDArray[np.int64]:
    """Return the bin of every cell of one column (see `position_table`).

    Raises:
        DatasetError: A cell holds a code the column does not know; names column and row.
    """
    column = dataset.columns[index]
    bins: NDArray[np.int64] = position_table(column)[dataset.values[:, index]]
    wrong = np.flatnonzero(bins == len(column.points) + 2)
    if wrong.size:
        raise DatasetError(column.code, int(wrong[0]))
    return bins
