"""Care list and list of important customers as XLSX: addresses only, no name and no number."""

from collections.abc import Sequence
from datetime import date

from app.i18n import gettext as _
from app.reports.workbook import Column, Sheet, make_workbook

Line = Sequence[str | date | None]


def care_workbook(head: Sequence[str], lines: Sequence[Line], *, company: str, day: date) -> bytes:
    """Return the care list of a community."""
    widths = (10.0, 12.0, 24.0, 12.0, 12.0)
    return _workbook(_("Care list"), head, widths, lines, company=company, day=day)


def important_workbook(
    head: Sequence[str], lines: Sequence[Line], *, company: str, day: date
) -> bytes:
    """Return the list of important customers of a community."""
    widths = (10.0, 12.0, 36.0)
    return _workbook(_("Important customers"), head, widths, lines, company=company, day=day)


def _workbook(
    title: str,
    head: Sequence[str],
    widths: Sequence[float],
    lines: Sequence[Line],
    *,
    company: str,
    day: date,
) -> bytes:
    columns = [Column(name, width) for name, width in zip(head, widths, strict=True)]
    return make_workbook([Sheet(title, columns, lines)], title=title, company=company, day=day)
