"""Sheets of a workbook as plain rows of text, with the names of their columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.surveys.instrument.exchange.losses import ExchangeError, Level, Loss, Place

Rows = Sequence[Sequence[str]]
Book = Mapping[str, Rows]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet by the headings of its columns.

    Attributes:
        sheet: Name of the sheet.
        row: Row from 1, the headings being 1.
        cells: Text by heading in lower case; empty cells are left out.
    """

    sheet: str
    row: int
    cells: Mapping[str, str]

    def get(self, *names: str) -> str:
        """Return the first of these columns that holds something."""
        return next((self.cells[name] for name in names if name in self.cells), "")

    def at(self, column: str = "") -> Place:
        """Return the place of a column in this row."""
        return Place(self.sheet, self.row, column)


def tidy(text: str) -> str:
    """Return a text as a cell holds it: one line, single blanks."""
    return " ".join(text.split())


def find_sheet(book: Book, name: str) -> Rows | None:
    """Return a sheet by its name, in whatever case."""
    return next((rows for key, rows in book.items() if key.strip().lower() == name), None)


def lines_of(book: Book, sheet: str, *, needs: Sequence[str] = ()) -> list[Line]:
    """Read a sheet by its headings.

    Args:
        book: The workbook.
        sheet: Name of the sheet.
        needs: Columns without which it means nothing; with them the sheet itself is needed.

    Raises:
        ExchangeError: The sheet or a column it needs is not there.
    """
    rows = find_sheet(book, sheet)
    if rows is None or not rows:
        if needs:
            raise ExchangeError(Loss(Level.REFUSED, "no_sheet", data={"sheet": sheet}))
        return []
    heads = [tidy(one).lower() for one in rows[0]]
    for name in needs:
        if name not in heads:
            raise ExchangeError(
                Loss(Level.REFUSED, "no_column", place=Place(sheet, 1), data={"word": name})
            )
    return list(_lines(sheet, heads, rows[1:]))


def _lines(sheet: str, heads: Sequence[str], rows: Rows) -> Iterator[Line]:
    for number, row in enumerate(rows, 2):
        pairs = zip(heads, (tidy(cell) for cell in row), strict=False)
        cells: dict[str, str] = {}
        for place, (head, cell) in enumerate(pairs, 1):
            if cell:
                # A heading that is missing or there twice: no reader asks for it, none loses it.
                name = head or f"[{place}]"
                cells[name if name not in cells else f"{name} [{place}]"] = cell
        if cells:
            yield Line(sheet, number, cells)
