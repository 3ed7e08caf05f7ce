"""Tables of repairs as files that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from werkzeug.wrappers import Response

from app.reports.exports.safe import cleaned, guarded
from app.reports.workbook import Sheet, Value, make_workbook
from app.web.downloads import attachment
from app.web.services import services as outside

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_answer(rows: Iterable[Sequence[str | int]], name: str) -> Response:
    """Return rows as CSV; texts are guarded, numbers stay numbers."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([guarded(cleaned(cell)) if isinstance(cell, str) else cell for cell in row])
    return attachment(out.getvalue().encode("utf-8-sig"), "text/csv", f"{name}.csv")


def xlsx_answer(sheets: Sequence[Sheet], name: str, *, title: str, day: date) -> Response:
    """Return sheets as a workbook."""
    clean = [Sheet(one.name, one.columns, [_clean(row) for row in one.rows]) for one in sheets]
    book = make_workbook(clean, title=title, company=outside().config.company, day=day)
    return attachment(book, _XLSX, f"{name}.xlsx")


def _clean(row: Sequence[Value]) -> list[Value]:
    return [cleaned(cell) if isinstance(cell, str) else cell for cell in row]
