"""Answers as a workbook: the data, the codebook, and what it is about; every text a text."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from app.i18n import gettext as _
from app.reports.exports.answers import Batch, numbers
from app.reports.exports.variables import Kind, Variable
from app.surveys.instrument.model import Instrument

MOST_CELLS = 4_000_000  # more take minutes to write and no spreadsheet opens them with pleasure
MOST_ROWS = 1_048_575
_MOST_LETTERS = 32_000
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_workbook(
    path: Path,
    batches: Iterable[Batch],
    book: Sequence[Variable],
    instrument: Instrument,
    *,
    about: Sequence[tuple[str, str]],
    company: str,
    number: str,
    made_at: datetime,
) -> None:
    """Write the sheets data, codebook and about.

    Args:
        path: Where to.
        batches: The answers.
        book: The codebook.
        instrument: What was asked.
        about: Lines of the last sheet.
        company: For the properties of the file.
        number: Of the order, for the properties of the file.
        made_at: For the properties of the file.
    """
    with Workbook(str(path), _OPTIONS) as target:
        target.set_properties(
            {"company": company, "comments": number, "created": made_at.replace(tzinfo=None)}
        )
        target.set_custom_property("Export", number)
        bold = target.add_format({"bold": True})
        data = target.add_worksheet(_("Data"))
        data.freeze_panes(1, 1)
        for at, one in enumerate(book):
            data.write_string(0, at, one.name, bold)
        row = 1
        for batch in batches:
            row = _write_batch(data, row, batch, instrument)
        _write_codebook(target.add_worksheet(_("Codebook")), book, bold)
        page = target.add_worksheet(_("About"))
        page.set_column(0, 0, 26)
        page.set_column(1, 1, 90)
        for at, (name, text) in enumerate(about):
            page.write_string(at, 0, name, bold)
            page.write_string(at, 1, text[:_MOST_LETTERS])


def _write_batch(page: Worksheet, row: int, batch: Batch, instrument: Instrument) -> int:
    """Write the rows of a community, from this row on; return the next one."""
    known = list(batch.known.values())
    answers = [
        [None if empty else value for value, empty in zip(v.tolist(), e.tolist(), strict=True)]
        for _name, v, e in numbers(batch, instrument)
    ]
    for home in range(batch.homes):
        for at, column in enumerate((*known, *answers)):
            cell = column[home]
            if isinstance(cell, str):
                if cell:
                    page.write_string(row, at, cell[:_MOST_LETTERS])
            elif cell is not None:
                page.write_number(row, at, cell)
        row += 1
    return row


def _write_codebook(page: Worksheet, book: Sequence[Variable], bold: object) -> None:
    page.freeze_panes(1, 1)
    page.set_column(0, 0, 34)
    page.set_column(5, 7, 44)
    head = (
        *("name", "kind", "measure", "role", "area", "label", "question", "universe"),
        *("code", "word", "is_missing"),
    )
    for at, name in enumerate(head):
        page.write_string(0, at, name, bold)
    row = 1
    for one in book:
        texts = (
            *(one.name, one.kind.value, one.measure, one.role, one.area),
            *(one.label, one.question, one.universe),
        )
        pairs = [(code, word, 0) for code, word in one.values]
        pairs += [(code, word, 1) for code, word in one.missing]
        for code, word, is_missing in pairs if one.kind is Kind.CODE else [_no_code(one)]:
            for at, text in enumerate(texts):
                page.write_string(row, at, text[:_MOST_LETTERS])
            if code is not None:
                page.write_number(row, 8, code)
            if is_missing is not None:
                page.write_string(row, 9, word[:_MOST_LETTERS])
                page.write_number(row, 10, is_missing)
            row += 1


def _no_code(one: Variable) -> tuple[None, str, int | None]:
    """Return the line of a variable without codes: what its empty cells mean."""
    return (None, one.empty, 1 if one.empty else None)
