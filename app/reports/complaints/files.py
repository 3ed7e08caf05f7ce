"""Figures of complaints as CSV, XLSX and JSON: counts, and shares in thousandths beside them."""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from io import StringIO

from app.clock import beijing_date
from app.i18n import gettext as _
from app.reports.complaints.lines import Group, Labels, Line, footnote, groups_of
from app.reports.complaints.words import month_name
from app.reports.exports.safe import cleaned, guarded
from app.reports.workbook import Column, Sheet, Value, make_workbook
from app.service.complaints.papers.figures import MonthFigures, decided, heard, rate
from app.service.complaints.papers.monthly import IssuedReport
from app.service.complaints.papers.months import month_text

FORMAT = "linsheng.complaint-month/1"
COMPANY_FORMAT = "linsheng.complaint-figures/1"
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """One community of the company's table."""

    id: int
    code: str
    name: str
    office: str
    figures: MonthFigures


def month_csv(found: IssuedReport, labels: Labels) -> str:
    """Return an issued report as CSV: its figures, then its words."""
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    for name, text in _about(found):
        writer.writerow([guarded(name), guarded(text)])
    writer.writerow(_heads())
    for row in _rows(groups_of(found.compared, labels)):
        writer.writerow([guarded(one) if isinstance(one, str) else one for one in row])
    for name, text in _words(found):
        writer.writerow([guarded(name), guarded(cleaned(text))])
    return _MARK + target.getvalue()


def month_xlsx(found: IssuedReport, labels: Labels, *, company: str) -> bytes:
    """Return an issued report as XLSX: a sheet of figures, a sheet of words."""
    widths = (24.0, 34.0, *(10.0,) * 9)
    columns = [Column(head, width) for head, width in zip(_heads(), widths, strict=True)]
    sheets = [
        Sheet(_("The month in figures"), columns, _rows(groups_of(found.compared, labels))),
        Sheet(
            _("Analysis"),
            [Column(_("What"), 24), Column(_("Words"), 90)],
            [*_about(found), *((name, cleaned(text)) for name, text in _words(found))],
        ),
    ]
    return make_workbook(
        sheets,
        title=f"{found.community} {month_text(found.row.month)}",
        company=company,
        day=beijing_date(found.row.issued_at),
    )


def month_json(found: IssuedReport) -> str:
    """Return an issued report as documented JSON: the stored figures, unchanged."""
    row = found.row
    content = {
        "format": FORMAT,
        "community": found.community,
        "office": found.office,
        "month": month_text(row.month),
        "version": row.version,
        "issued_at": row.issued_at.isoformat(),
        "due_on": row.due_on.isoformat(),
        "digest": row.digest,
        "figures": json.loads(row.figures),
        "causes": row.causes,
        "measures": row.measures,
        "learnt": row.learnt,
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def company_csv(rows: Sequence[CompanyRow], month: date) -> str:
    """Return the table of communities as CSV; the month stands in every line."""
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([*(column.head for column in _company_columns()), _("Month")])
    for row in rows:
        cells = [guarded(one) if isinstance(one, str) else one for one in _company_cells(row)]
        writer.writerow([*("" if one is None else one for one in cells), month_text(month)])
    return _MARK + target.getvalue()


def company_xlsx(rows: Sequence[CompanyRow], month: date, *, company: str, day: date) -> bytes:
    """Return the table of communities as XLSX."""
    title = f"{_('Figures of complaints')} {month_text(month)}"
    sheet = Sheet(month_text(month), _company_columns(), [_company_cells(row) for row in rows])
    about = Sheet(_("About"), [Column(_("What"), 24), Column(_("Words"), 90)], [
        (_("Month"), month_name(month)), (_("What is counted"), footnote()),
    ])  # fmt: skip
    return make_workbook([sheet, about], title=title, company=company, day=day)


def company_json(
    rows: Sequence[CompanyRow], total: MonthFigures, trend: Sequence[tuple[date, int, int]]
) -> str:
    """Return the company's figures as documented JSON."""
    content = {
        "format": COMPANY_FORMAT,
        "month": month_text(total.month),
        "company": _plain(total),
        "communities": [
            {"code": row.code, "name": row.name, **_plain(row.figures)} for row in rows
        ],
        "months": [
            {"month": month_text(month), "received": received, "valid": valid}
            for month, received, valid in trend
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _plain(figures: MonthFigures) -> dict[str, object]:
    return asdict(figures) | {"month": month_text(figures.month)}


def _about(found: IssuedReport) -> list[tuple[str, str]]:
    row = found.row
    return [
        (_("Community"), found.community),
        (_("Management office"), found.office),
        (_("Month"), month_text(row.month)),
        (_("Version"), str(row.version)),
        (_("Issued on"), beijing_date(row.issued_at).isoformat()),
        (_("Issued by"), found.issued_by),
        (_("What is counted"), footnote()),
        ("SHA-256", row.digest),
    ]


def _words(found: IssuedReport) -> list[tuple[str, str]]:
    row = found.row
    return [
        (_("Main causes"), row.causes),
        (_("Measures taken"), row.measures),
        (_("What was learnt"), row.learnt),
    ]


def _heads() -> list[str]:
    months = (_("This month"), _("Month before"), _("Same month last year"))
    parts = (_("count"), _("of"), _("‰"))
    return [_("Group"), _("Figure"), *(f"{month}: {part}" for month in months for part in parts)]


def _rows(groups: Sequence[Group]) -> list[list[Value]]:
    return [[group.title, *_cells(line)] for group in groups for line in group.lines]


def _cells(line: Line) -> list[Value]:
    cells: list[Value] = [line.label]
    for one in (line.now, line.before, line.year_ago):
        cells += [one.part, one.whole, one.permille]
    return cells


def _company_columns() -> list[Column]:
    count, share = "0", "0"
    return [
        Column(_("Code"), 12),
        Column(_("Community"), 22),
        Column(_("Management office"), 22),
        *(
            Column(head, 11, count)
            for head in (
                *(_("Complaints that came in"), _("Valid complaint"), _("Major ones")),
                *(_("Answered in substance"), _("Answered in time"), _("In time or late")),
            )
        ),
        Column(_("In time, ‰"), 11, share),
        *(
            Column(head, 11, count)
            for head in (
                *(_("Times a day was moved"), _("The same home about the same again")),
                *(_("Part of a complaint of many"), _("Reopened complaints")),
                *(
                    _("Called back by another unit"),
                    _("Satisfied with it"),
                    _("Said what they think"),
                ),
            )
        ),
        Column(_("Satisfied, ‰"), 11, share),
    ]


def _company_cells(row: CompanyRow) -> list[Value]:
    one = row.figures
    return [
        *(row.code, row.name, row.office, one.received, one.by_kind.get("valid", 0), one.major),
        *(one.answered, one.kept, decided(one), rate(one.kept, decided(one))),
        *(one.extensions, one.repeats, one.grouped, one.reopened, one.called_back),
        *(one.satisfied, heard(one), rate(one.satisfied, heard(one))),
    ]
