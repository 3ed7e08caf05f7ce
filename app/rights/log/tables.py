"""Entries of the log as a table for a spreadsheet. Pure."""

import csv
import io
from collections.abc import Sequence

from app.rights.log.queries import LogRow

_HEAD = ("sequence", "at", "actor", "name", "action", "subject", "community", "detail")


def log_csv(rows: Sequence[LogRow]) -> str:
    """Return entries as CSV with a byte order mark; no cell can begin a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEAD)
    for row in rows:
        entry = row.entry
        writer.writerow(
            _plain(str(cell))
            for cell in (
                entry.sequence,
                entry.at.isoformat(),
                entry.actor,
                row.name,
                entry.action,
                entry.subject,
                row.community,
                entry.detail,
            )
        )
    return "\ufeff" + text.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
