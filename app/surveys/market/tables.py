"""Files of an agency to rows of text: CSV in UTF-8 or GB18030, or XLSX; headings in any order.

A file that cannot be read for certain is refused, naming the line.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.surveys.market.errors import Fault, MarketFileFaultError, MarketProblem
from app.surveys.register.errors import UnreadableTableError
from app.surveys.register.sheets.reader import SHEET_SIGN, read_sheet

MOST_BYTES = 8_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 256
LONGEST_CELL = 400
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row that holds anything: its line and its cells by column."""

    line: int
    cells: Mapping[str, str]


def read_rows(
    content: bytes, *, known: Sequence[str], needed: Sequence[str], aliases: Mapping[str, str]
) -> tuple[FileRow, ...]:
    """Return the rows of a file.

    Args:
        content: The file.
        known: Columns it may have.
        needed: Columns it must have.
        aliases: Other headings that mean one of them.

    Raises:
        MarketFileFaultError: It is no such table.
    """
    if len(content) > MOST_BYTES:
        raise MarketFileFaultError(Fault(MarketProblem.TOO_LARGE))
    lines = _split(_lines(content))
    if not lines:
        raise MarketFileFaultError(Fault(MarketProblem.NO_ROWS))
    line, cells = lines[0]
    header = _header([cell.strip() for cell in cells], line, known, needed, aliases)
    rows = []
    for line, cells in lines[1:]:
        if any(cell.strip() for cell in cells[len(header) :]):
            raise MarketFileFaultError(Fault(MarketProblem.TOO_MANY_CELLS, line=line))
        found = {
            name: cell.strip()
            for name, cell in zip(header, cells, strict=False)
            if name and cell.strip()
        }
        long = next((name for name, text in found.items() if len(text) > LONGEST_CELL), None)
        if long is not None:
            raise MarketFileFaultError(Fault(MarketProblem.TOO_LONG, line=line, column=long))
        rows.append(FileRow(line, found))
    if not rows:
        raise MarketFileFaultError(Fault(MarketProblem.NO_ROWS))
    return tuple(rows)


def _lines(content: bytes) -> Iterable[str]:
    if content.startswith(_OLD_WORKBOOK):
        raise MarketFileFaultError(Fault(MarketProblem.UNREADABLE))
    if content.startswith(SHEET_SIGN):
        try:
            return list(read_sheet(lambda: io.BytesIO(content)))
        except UnreadableTableError as error:
            raise MarketFileFaultError(Fault(MarketProblem.UNREADABLE)) from error
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else _CSV_ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(ord(one) < 9 or 13 < ord(one) < 32 or one == "\ufffd" for one in text):
            break
        return text.splitlines(keepends=True)
    raise MarketFileFaultError(Fault(MarketProblem.UNREADABLE))


_CSV_ENCODINGS = ("utf-8-sig", "gb18030")


def _split(lines: Iterable[str]) -> list[tuple[int, list[str]]]:
    """Return the rows that hold anything, each with the line it begins on."""
    texts = list(lines)
    delimiter = max(",;\t", key=texts[0].count) if texts else ","
    reader = csv.reader(texts, delimiter=delimiter, strict=True)
    found: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            if len(cells) > MOST_COLUMNS or len(found) > MOST_ROWS:
                raise MarketFileFaultError(Fault(MarketProblem.TOO_LARGE, line=begins))
            if any(cell.strip() for cell in cells):
                found.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise MarketFileFaultError(Fault(MarketProblem.UNREADABLE, line=begins)) from error
    return found


def _header(
    words: list[str],
    line: int,
    known: Sequence[str],
    needed: Sequence[str],
    aliases: Mapping[str, str],
) -> list[str]:
    """Return the column of every cell; an unknown heading is refused, not dropped."""
    found: list[str] = []
    for word in words:
        name = aliases.get(word, word)
        if word and name not in known:
            raise MarketFileFaultError(
                Fault(MarketProblem.UNKNOWN_COLUMN, line=line, column=word[:60])
            )
        if word and name in found:
            raise MarketFileFaultError(
                Fault(MarketProblem.DOUBLE_COLUMN, line=line, column=word[:60])
            )
        found.append(name)
    for name in needed:
        if name not in found:
            raise MarketFileFaultError(Fault(MarketProblem.MISSING_COLUMN, line=line, column=name))
    return found
