"""Lists of the register as downloads: CSV that no spreadsheet takes for formulas, and XLSX."""

import csv
import io
from collections.abc import Iterable

from werkzeug.wrappers import Response

# With one of these a spreadsheet begins to calculate; full-width ones count as well.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_answer(rows: Iterable[Iterable[object]], name: str) -> Response:
    """Return rows as CSV; `name` is ASCII, so that every browser keeps it."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        texts = ["" if cell is None else str(cell).replace("\0", "") for cell in row]
        writer.writerow([f"'{text}" if text.startswith(_DANGEROUS) else text for text in texts])
    answer = Response(out.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def xlsx_answer(content: bytes, name: str) -> Response:
    """Return a workbook as a download."""
    answer = Response(content, mimetype=_XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer
