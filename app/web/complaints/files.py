"""The list of complaints as CSV and XLSX: no name, no words, and no cell that is a formula."""

import csv
from collections.abc import Sequence
from datetime import date
from io import StringIO

from app.i18n import gettext as _
from app.reports.exports.safe import cleaned, guarded
from app.reports.workbook import Column, Sheet, Value, make_workbook
from app.web.complaints.lines import RowLine


def list_csv(lines: Sequence[RowLine]) -> str:
    """Return the list as CSV that any spreadsheet opens."""
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([column.head for column in _columns()])
    for line in lines:
        writer.writerow([_cell(value) for value in _values(line)])
    return "\ufeff" + target.getvalue()


def list_xlsx(lines: Sequence[RowLine], *, company: str, day: date) -> bytes:
    """Return the list as XLSX."""
    sheet = Sheet(_("Complaints"), _columns(), [_values(line) for line in lines])
    return make_workbook([sheet], title=_("Complaints"), company=company, day=day)


def _cell(value: Value) -> str:
    return guarded(cleaned("" if value is None else str(value)))


def _columns() -> tuple[Column, ...]:
    return (
        Column(_("Complaint no."), 20),
        Column(_("Community"), 18),
        Column(_("Address of the home"), 16),
        Column(_("Class and matter"), 30),
        Column(_("Nature"), 12),
        Column(_("How it came in"), 16),
        Column(_("Received"), 12),
        Column(_("Last day for the answer"), 14),
        Column(_("Clock"), 18),
        Column(_("State"), 22),
        Column(_("Level"), 16),
        Column(_("Who answers"), 14),
        Column(_("Marks"), 30),
    )


def _values(line: RowLine) -> tuple[Value, ...]:
    return (
        line.number,
        line.community,
        line.home,
        line.about,
        line.kind,
        line.channel,
        line.received_on,
        line.due_on,
        line.clock,
        line.stage,
        line.level,
        line.who,
        _(", ").join(name for name, _grave in line.flags),
    )
