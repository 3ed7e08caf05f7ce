"""What may be shown of a table of small numbers. Imports no numpy."""

from dataclasses import dataclass

SMALL = "small"
COMPLEMENTARY = "complementary"


@dataclass(frozen=True, slots=True)
class ProtectedTable:
    """A table of counts with its margins, `None` = withheld.

    Attributes:
        cells: Counts by row and column.
        row_totals: Totals of the rows.
        column_totals: Totals of the columns.
        total: Total of all.
        small: Cells and margins withheld because they are small.
        complementary: Cells and margins withheld so that those cannot be worked out.
        is_protected: Every withheld one could be anything over the protection asked for; False
            only where even withholding everything would not do.
    """

    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int | None, ...]
    column_totals: tuple[int | None, ...]
    total: int | None
    small: int
    complementary: int
    is_protected: bool
