"""Tables of plain text for a terminal, where a Chinese character takes two columns."""

import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

_WIDE = ("W", "F")
_GAP = "  "


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(one) else 1 + (unicodedata.east_asian_width(one) in _WIDE)
        for one in text
    )


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """Return a text filled up with blanks to so many columns."""
    blanks = " " * max(0, columns - width(text))
    return blanks + text if right else text + blanks


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, words: Sequence[int] = (0,)
) -> list[str]:
    """Return the lines of a table: a head, a rule, the rows.

    Args:
        head: Headings.
        rows: As many cells each.
        words: Columns of words, which begin at the left; the others end at the right, as numbers
            do. A negative place counts from the end.
    """
    left = {place % len(head) for place in words}
    widths = [max(width(one) for one in column) for column in zip(head, *rows, strict=True)]
    lines = [_line(head, widths, left), _GAP.join("─" * one for one in widths)]
    return lines + [_line(row, widths, left) for row in rows]


def _line(cells: Sequence[str], widths: Sequence[int], left: AbstractSet[int]) -> str:
    filled = [
        padded(cell, columns, right=place not in left)
        for place, (cell, columns) in enumerate(zip(cells, widths, strict=True))
    ]
    return _GAP.join(filled).rstrip()
