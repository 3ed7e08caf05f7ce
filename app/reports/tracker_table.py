"""The table of the tracker as XLSX and as CSV: every community with its rates and its forecast."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from io import StringIO

from app.analysis.nonresponse.rates import cases_of, rate
from app.i18n import gettext as _
from app.reports.workbook import Column, Sheet, Value, make_workbook
from app.surveys.campaign.models import ExclusionCode
from app.surveys.response.tracker import TrackerRow

# A sheet that opens the file must not run what somebody wrote as a name.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One community of the table.

    Attributes:
        row: Its numbers.
        state: State of its gate, in words.
        early: Early end of the forecast's interval; None: none, or not within the horizon.
        late: Late end of it.
        forecast: The forecast in words.
        exclusions: Approved exclusions by reason.
    """

    row: TrackerRow
    state: str
    early: date | None
    late: date | None
    forecast: str
    exclusions: Mapping[ExclusionCode, int]


@dataclass(frozen=True, slots=True)
class SumRow:
    """Several communities together."""

    name: str
    base: int
    returned: int


def tracker_workbook(
    rows: Sequence[TableRow],
    sums: Sequence[SumRow],
    *,
    title: str,
    required: str,
    company: str,
    day: date,
    codes: Mapping[str, str],
) -> bytes:
    """Return the table as XLSX.

    Args:
        rows: Communities in the order they shall stand.
        sums: Company and regions.
        title: Name of the table, for the file's properties.
        required: The rate asked for, with its changes.
        company: Name of the company.
        day: Day of making.
        codes: Reasons of exclusions and their words, in the order of the columns.
    """
    sheet = Sheet(_("Progress"), _columns(codes), [_cells(row, codes) for row in rows])
    about: list[Sequence[Value]] = [
        (title, None, None, None),
        (_("As of"), day, None, None),
        (required, None, None, None),
        *(
            (one.name, one.base, one.returned, one.returned / one.base if one.base else None)
            for one in sums
        ),
    ]
    heads = [
        Column(_("Company and regions"), 40),
        Column(_("Base"), 12, "0"),
        Column(_("Returned"), 12, "0"),
        Column(_("Return rate"), 12, "0.0%"),
    ]
    sheets = [sheet, Sheet(_("About"), heads, about)]
    return make_workbook(sheets, title=title, company=company, day=day)


def tracker_csv(
    rows: Sequence[TableRow], *, title: str, day: date, required: str, codes: Mapping[str, str]
) -> str:
    """Return the table as CSV in UTF-8 with a byte order mark, so that sheets show Chinese.

    The last three columns say in every line of which campaign, of which day and against which
    required rate it is: the head stays one line, as programs want it.
    """
    target = StringIO()
    writer = csv.writer(target)
    heads = [column.head for column in _columns(codes)]
    writer.writerow([*heads, _("Campaign"), _("As of"), _("Required rate")])
    for row in rows:
        cells = [*_cells(row, codes), title, day, required]
        writer.writerow([_plain(value) for value in cells])
    return "\ufeff" + target.getvalue()


def _columns(codes: Mapping[str, str]) -> list[Column]:
    percent = "0.0%"
    return [
        Column(_("Region"), 14),
        Column(_("Code"), 12),
        Column(_("Community"), 20),
        Column(_("Management office"), 18),
        Column(_("State"), 14),
        Column(_("Frame"), 9, "0"),
        *(
            Column(_("Left the base: {reason}").format(reason=name), 12, "0")
            for name in codes.values()
        ),
        Column(_("Base"), 9, "0"),
        Column(_("Returned"), 9, "0"),
        Column(_("Return rate"), 9, percent),
        Column(_("Missing to the gate"), 9, "0"),
        Column(_("Silent"), 9, "0"),
        Column(_("Began to answer"), 9, "0"),
        Column(_("Delivered"), 9, "0"),
        Column(_("Occupied"), 9, "0"),
        Column("RR1", 9, percent),
        Column("RR2", 9, percent),
        Column("RR6", 9, percent),
        Column(_("Rate reached, at the earliest (80%)"), 13),
        Column(_("Rate reached, at the latest (80%)"), 13),
        Column(_("Forecast"), 24),
    ]


def _cells(one: TableRow, codes: Mapping[str, str]) -> list[Value]:
    row = one.row
    cases = cases_of({letter.value: count for letter, count in row.outcomes.items()})
    return [
        row.region,
        row.code,
        row.name,
        row.office,
        one.state,
        row.base + row.excluded,
        *(one.exclusions.get(ExclusionCode(code), 0) for code in codes),
        row.base,
        row.returned,
        row.returned / row.base if row.base else None,
        row.still_needed,
        row.silent,
        row.drafts,
        row.delivered,
        row.occupied,
        *(_number(rate(name, cases)) for name in ("RR1", "RR2", "RR6")),
        one.early,
        one.late,
        one.forecast,
    ]


def _number(share: Fraction | None) -> float | None:
    return None if share is None else float(share)


def _plain(value: Value) -> str:
    """Write one cell: shares with six digits, dates by the standard, no formula."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}"
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
