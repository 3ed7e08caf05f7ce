"""Owners' words as CSV and XLSX, sign by sign as they were written. No score stands in them."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO

from app.i18n import gettext as _
from app.reports.workbook import Column, Sheet, make_workbook

# A sheet reads a cell that begins so as a formula; a leading ' of the owner's is told from ours.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class WordRow:
    """One text of one answer.

    Attributes:
        community, building, room: Where it comes from; building and room are empty where no
            reply was wished.
        question: What the owner was asked.
        text: What he wrote.
        wish: Who may reply, in words.
        received_on: Day it came in; None where no reply was wished.
    """

    community: str
    building: str
    room: str
    question: str
    text: str
    wish: str
    received_on: date | None


def words_csv(rows: Sequence[WordRow]) -> bytes:
    """Return the texts as CSV in UTF-8 with a byte order mark.

    A cell that a sheet would take for a formula, or that begins with ', begins with one ' more
    than was written: without it every cell is what the owner wrote.
    """
    target = StringIO(newline="")
    writer = csv.writer(target, quoting=csv.QUOTE_ALL)
    writer.writerow([column.head for column in _columns()])
    for row in rows:
        writer.writerow([_harmless(cell) for cell in _cells(row)])
    return b"\xef\xbb\xbf" + target.getvalue().encode("utf-8")


def words_workbook(rows: Sequence[WordRow], *, title: str, company: str, day: date) -> bytes:
    """Return the texts as XLSX; every cell is text, never a formula or a link."""
    sheet = Sheet(_("What owners wrote"), _columns(), [_cells(row) for row in rows])
    return make_workbook([sheet], title=title, company=company, day=day)


def _columns() -> tuple[Column, ...]:
    return (
        Column(_("Community"), 18),
        Column(_("Building"), 10),
        Column(_("Room"), 12),
        Column(_("Question"), 30),
        Column(_("What the owner wrote"), 60),
        Column(_("Who may reply"), 18),
        Column(_("Received"), 12),
    )


def _cells(row: WordRow) -> tuple[str, ...]:
    return (
        row.community,
        row.building,
        row.room,
        row.question,
        row.text,
        row.wish,
        row.received_on.isoformat() if row.received_on else "",
    )


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell
