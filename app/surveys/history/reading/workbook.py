"""Reads one XLSX file in a process of its own: the register's reader, with the limits of answers.

The file comes on standard input. The first line of the output is ``null``, for the first row names
the columns; what follows is CSV, one line for each row of the first visible sheet.
"""

import io
import sys

from app.surveys.history.reading.limits import LONGEST_CELL, MOST_COLUMNS, refusing
from app.surveys.register.sheets import child as sheets


def write_workbook(content: bytes) -> None:
    """Write the first visible sheet to the standard output."""
    sheets.MOST_COLUMNS = MOST_COLUMNS
    sheets.LONGEST_CELL = LONGEST_CELL
    out = io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="", write_through=False)
    out.write("null\n")
    sheets.write_rows(content, out)
    out.flush()


if __name__ == "__main__":
    sys.exit(refusing(write_workbook))
