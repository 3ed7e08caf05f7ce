"""Files of other tools: questionnaires read from them, and the workbook of an XLSForm."""

from datetime import date

from app.reports.workbook import Column, Sheet, make_workbook
from app.surveys.instrument.exchange.form import Form
from app.surveys.instrument.exchange.grid import Book
from app.surveys.instrument.exchange.limesurvey_in import MOST_ROWS, read_limesurvey
from app.surveys.instrument.exchange.losses import ExchangeError, Level, Loss
from app.surveys.instrument.exchange.xlsform_in import SHEETS, read_xlsform, sheets_of
from app.surveys.register.errors import ProblemCode, UnreadableTableError
from app.surveys.register.sheets.reader import SHEET_SIGN, read_named_sheets

LARGEST_FILE = 4 * 1024 * 1024
_WIDE = frozenset({"label", "hint", "constraint_message"})


def read_form(content: bytes, name: str) -> Form:
    """Read a questionnaire of another tool: a workbook is an XLSForm, text is LimeSurvey's.

    Args:
        content: The file; a workbook is read in a child process.
        name: Its name without the ending, for a questionnaire that has none.

    Raises:
        ExchangeError: It cannot be read; carries what and where.
    """
    if len(content) > LARGEST_FILE:
        raise ExchangeError(Loss(Level.REFUSED, "too_large", data={"limit": MOST_ROWS}))
    if not content.startswith(SHEET_SIGN):
        return read_limesurvey(content, name)
    try:
        rows = read_named_sheets(content, SHEETS, most_rows=MOST_ROWS)
    except UnreadableTableError as error:
        is_large = error.problem.code is ProblemCode.TOO_LARGE
        code = "too_large" if is_large else "unreadable_workbook"
        raise ExchangeError(Loss(Level.REFUSED, code, data={"limit": MOST_ROWS})) from error
    return read_xlsform(sheets_of(rows), name)


def form_workbook(book: Book, *, title: str, company: str, day: date) -> bytes:
    """Return the sheets of an XLSForm as XLSX; no cell of it becomes a formula."""
    sheets = []
    for name, rows in book.items():
        widths = [36.0 if head.partition(":")[0] in _WIDE else 16.0 for head in rows[0]]
        columns = [Column(*pair) for pair in zip(rows[0], widths, strict=True)]
        sheets.append(Sheet(name, columns, rows[1:]))
    return make_workbook(sheets, title=title, company=company, day=day)
