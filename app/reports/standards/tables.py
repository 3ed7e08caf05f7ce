"""Lists as XLSX, CSV and JSON: the same rows, and no cell that a program runs. Light."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO

from app.reports.exports.safe import cleaned, guarded
from app.reports.workbook import Column, Sheet, Value, make_workbook

FORMS = ("xlsx", "csv", "json")
MIMETYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Table:
    """One list.

    Attributes:
        name: Name of the sheet, and of the list inside the JSON file.
        columns: Key of a column in JSON, and how it looks in a sheet.
        rows: Cells in the order of the columns; None where nothing is known.
        note: A sentence that goes with the list.
    """

    name: str
    columns: Sequence[tuple[str, Column]]
    rows: Sequence[Sequence[Value]]
    note: str = ""


def to_file(form: str, tables: Sequence[Table], *, title: str, company: str, day: date) -> bytes:
    """Return lists as a file.

    Args:
        form: One of `FORMS`; CSV holds the lists one below the other.
        tables: At least one.
        title: What the file is called inside.
        company: Whose figures these are.
        day: When they were taken.

    Raises:
        KeyError: There is no such form.
    """
    if form == "xlsx":
        sheets = [Sheet(one.name, [head for _key, head in one.columns], one.rows) for one in tables]
        return make_workbook(sheets, title=title, company=company, day=day)
    if form == "csv":
        return _csv(tables)
    if form == "json":
        return _json(tables, title=title, company=company, day=day)
    raise KeyError(form)


def _csv(tables: Sequence[Table]) -> bytes:
    target = StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    for number, table in enumerate(tables):
        if number:
            writer.writerow([])
        if len(tables) > 1:
            writer.writerow([guarded(table.name)])
        writer.writerow([guarded(column.head) for _key, column in table.columns])
        for row in table.rows:
            writer.writerow([_cell(value) for value in row])
        if table.note:
            writer.writerow([guarded(table.note)])
    return b"\xef\xbb\xbf" + target.getvalue().encode("utf-8")


def _cell(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return guarded(cleaned(value)) if isinstance(value, str) else value


def _json(tables: Sequence[Table], *, title: str, company: str, day: date) -> bytes:
    lists = [
        {
            "name": table.name,
            "note": table.note,
            "rows": [
                {
                    key: value.isoformat() if isinstance(value, date) else value
                    for (key, _head), value in zip(table.columns, row, strict=True)
                }
                for row in table.rows
            ],
        }
        for table in tables
    ]
    found = {"title": title, "company": company, "as_of": day.isoformat(), "lists": lists}
    return json.dumps(found, ensure_ascii=False, indent=1).encode("utf-8")
