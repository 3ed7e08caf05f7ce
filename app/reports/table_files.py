"""Tables of results as CSV and XLSX: the digits pages show, interval and answers beside a value.

Never more digits: with all of them the answers of a home that came or went between two revisions
could be worked out, see docs/methods/disclosure.md.
"""

import csv
from collections.abc import Sequence
from datetime import date
from io import StringIO

from app.analysis.results.estimate import Estimate
from app.i18n import gettext as _
from app.reports.exhibits.table import COUNT, POINTS, SHARE, TEXT, Head, Row, Table
from app.reports.workbook import Column, Sheet, make_workbook
from app.reports.workbook import Value as Plain

# A program that opens the file must not run what somebody wrote as a name.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(table: Table, about: Sequence[tuple[str, str]]) -> str:
    """Return a table as CSV that any spreadsheet opens: a byte order mark, and the digits shown.

    Args:
        table: The table.
        about: What it is about, as lines above the headings: name and value.
    """
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    for line in about:
        writer.writerow([_guarded(text) for text in line])
    writer.writerow([_guarded(column.head) for column in _columns(table)])
    for row in table.rows:
        writer.writerow([_guarded(value) for value in _values(table, row)])
    if table.note:
        writer.writerow([_guarded(table.note)])
    return "\ufeff" + target.getvalue()


def to_xlsx(
    table: Table, about: Sequence[tuple[str, str]], *, company: str, day: date, banner: str = ""
) -> bytes:
    """Return a table as XLSX with a second sheet that says what it is about.

    Args:
        table: The table.
        about: Name and value, line by line.
        company: For the properties of the file.
        day: Day of the result, for the properties of the file.
        banner: A warning above everything; none when empty.
    """
    what = Sheet(
        _("About this table"),
        (Column(_("What"), 26), Column(_("Value"), 60)),
        [*about, *([(_("Note"), table.note)] if table.note else [])],
    )
    rows = [_values(table, row) for row in table.rows]
    sheets = [Sheet(_sheet_name(table.title), _columns(table), rows), what]
    return make_workbook(sheets, title=table.title, company=company, day=day, banner=banner)


def _sheet_name(title: str) -> str:
    """Return a title without the letters a sheet's name may not hold."""
    return "".join(" " if letter in "[]:*?/\\'" else letter for letter in title).strip() or "1"


def _columns(table: Table) -> list[Column]:
    columns = [Column(table.about, 30)]
    for head in table.heads:
        if head.kind == TEXT:
            columns.append(Column(head.title, 26))
            continue
        digits = _digits(head)
        form = f"0.{'0' * digits}" if digits else "0"
        columns.append(Column(head.title, 12, form))
        if head.ends:
            columns.append(Column(_("{name}, lower 95%", name=head.title), 12, form))
            columns.append(Column(_("{name}, upper 95%", name=head.title), 12, form))
            columns.append(Column(_("{name}, answers", name=head.title), 9, "0"))
    if any(row.flags for row in table.rows):
        columns.append(Column(_("Remarks"), 24))
    return columns


def _values(table: Table, row: Row) -> list[Plain]:
    values: list[Plain] = [row.name]
    for head, value in zip(table.heads, row.cells, strict=True):
        values.append(_shown(head, value.value if isinstance(value, Estimate) else value))
        if head.ends and head.kind != TEXT:
            ends = (value.low, value.high) if isinstance(value, Estimate) else (None, None)
            values += (_shown(head, end) for end in ends)
            values.append(value.n if isinstance(value, Estimate) else None)
    if any(one.flags for one in table.rows):
        values.append("; ".join(row.flags) or None)
    return values


def _digits(head: Head) -> int:
    """Return the digits after the point that pages show; a share is shown in per cent."""
    if head.kind == COUNT:
        return 0
    return head.digits + (2 if head.kind in (SHARE, POINTS) else 0)


def _shown(head: Head, value: str | float | None) -> str | float | None:
    return round(value, _digits(head)) if isinstance(value, float) else value


def _guarded(value: Plain) -> str | int | float | None:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
