"""Lists of the register as downloads: CSV that no spreadsheet takes for formulas, and XLSX."""

import csv
import io
from collections.abc import Iterable

from werkzeug.wrappers import Response

from app.web.downloads import attachment

# With one of these a spreadsheet begins to calculate; full-width ones count as well.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_answer(rows: Iterable[Iterable[object]], name: str) -> Response:
    """Return rows as CSV."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        texts = ["" if cell is None else str(cell).replace("\0", "") for cell in row]
        writer.writerow([f"'{text}" if text.startswith(_DANGEROUS) else text for text in texts])
    return attachment(out.getvalue().encode("utf-8-sig"), "text/csv", f"{name}.csv")


def xlsx_answer(content: bytes, name: str) -> Response:
    """Return a workbook as a download."""
    return attachment(content, _XLSX, f"{name}.xlsx")
