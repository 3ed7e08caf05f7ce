"""The tables of a result as XLSX: the digits pages show, intervals and n beside every value.

Never more digits: with all of them the answers of a home that came or went between two revisions
could be worked out, see docs/methods/disclosure.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from app.analysis.results.estimate import Estimate
from app.analysis.results.items import ZoneResult
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports import method
from app.reports.context import ReportContext
from app.reports.wording import (
    band_word,
    is_thin,
    joined,
    quadrant_word,
    standing_notes,
    verdict,
    zone_word,
    zones_least,
)

Value = str | int | float | date | None
# Text never becomes a formula, a link or a number, whatever somebody wrote into it.
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its heading, its width in characters, and how numbers look.

    A number with a fraction is written with as many digits as its form asks for, no more.
    """

    head: str
    width: float = 11.0
    form: str = ""

    def shown(self, value: Value) -> Value:
        """Return a value with the digits this column shows."""
        if not self.form or not isinstance(value, float):
            return value
        digits = self.form.partition(".")[2].count("0") + 2 * self.form.endswith("%")
        return round(value, digits)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]


def make_workbook(
    sheets: Sequence[Sheet], *, title: str, company: str, day: date, banner: str = ""
) -> bytes:
    """Return tables as XLSX; the same tables of the same day give the same bytes.

    Args:
        sheets: One sheet each, in order; headings stay in view while scrolling.
        title: Title in the file's properties.
        company: Company in the file's properties.
        day: Day in the file's properties.
        banner: A warning in the first row of every sheet, above the headings; none when empty.
    """
    target = BytesIO()
    book = Workbook(target, _OPTIONS)
    book.set_properties(
        {"title": title, "company": company, "created": datetime.combine(day, time())}
    )
    forms: dict[str, Format] = {}
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    warning = book.add_format({"bold": True})
    top = 1 if banner else 0
    for sheet in sheets:
        page = book.add_worksheet(sheet.name[:31])
        page.freeze_panes(top + 1, 1)
        for position, column in enumerate(sheet.columns):
            form = forms.get(column.form)
            if form is None:
                look = {"num_format": column.form} if column.form else {"text_wrap": True}
                form = forms[column.form] = book.add_format(look | {"valign": "top"})
            page.set_column(position, position, column.width, form)
            page.write_string(top, position, column.head, head)
            for line, row in enumerate(sheet.rows, start=top + 1):
                _write(page, line, position, column.shown(row[position]), form)
        if banner:
            page.write_string(0, 0, banner, warning)
    book.close()
    return target.getvalue()


def _write(page: object, line: int, position: int, value: Value, form: Format) -> None:
    """Write one cell; nothing known stays empty and never becomes 0."""
    if value is None:
        page.write_blank(line, position, None, form)  # type: ignore[attr-defined]
    elif isinstance(value, str):
        page.write_string(line, position, value, form)  # type: ignore[attr-defined]
    elif isinstance(value, date):
        page.write_string(line, position, value.isoformat(), form)  # type: ignore[attr-defined]
    else:
        page.write_number(line, position, value, form)  # type: ignore[attr-defined]


def report_workbook(result: StudyResult, context: ReportContext) -> bytes:
    """Return summary, areas, zones, attributes and explanations of one result as XLSX.

    Call it in the language of the context: headings are words for people.
    """
    sheets = [_summary(result, context), _areas(result, context)]
    if result.zones:
        sheets.append(_zones(result, context))
    if result.attributes:
        sheets.append(_attributes(result, context))
    sheets.append(_explained())
    return make_workbook(
        sheets,
        title=f"{context.community} {context.campaign}",
        company=context.company,
        day=context.computed_on,
        banner=" ".join(standing_notes(result)),
    )


def _summary(result: StudyResult, context: ReportContext) -> Sheet:
    index, happy = result.index, result.overall_satisfied
    nothing = Estimate(None, None, None, None, 0)
    share = happy or nothing
    rows: list[tuple[Value, ...]] = [
        (_("Community"), context.community, None, None, None),
        (_("Survey"), context.campaign, None, None, None),
        (_("Verdict"), verdict(result, context.names), None, None, None),
        *((_("Standing"), note, None, None, None) for note in standing_notes(result)),
        (_("Homes in the base"), context.base, None, None, None),
        (_("Excluded homes"), context.excluded, None, None, None),
        *(
            (_("Excluded: {reason}").format(reason=reason), count, None, None, None)
            for reason, count in context.exclusions
        ),
        (_("Returned"), context.returned, None, None, None),
        (_("Return rate"), context.rate, None, None, None),
        *_left_out(result),
        (_("Satisfaction index 0-100"), *_tenths(index.value, index.low, index.high), index.n),
        (_("Hill's percentage"), *_tenths(index.hill_percent, None, None), index.n),
        (_("Index with equal weights"), *_tenths(index.equal_weights, None, None), index.n),
        (
            _("Satisfied overall (share of the homes that answered)"),
            share.value,
            share.low,
            share.high,
            share.n,
        ),
        (_("Snapshot"), context.snapshot_digest, None, None, None),
        (_("Version of the code"), context.code_version, None, None, None),
        (_("Plan"), context.plan_digest, None, None, None),
        (_("Computed on"), context.computed_on, None, None, None),
    ]
    columns = (
        Column(_("What"), 26),
        Column(_("Value"), 44, "0.00"),
        Column(_("Lower 95%"), 11, "0.00"),
        Column(_("Upper 95%"), 11, "0.00"),
        Column("n", 9, "0"),
    )
    return Sheet(_("Summary"), columns, rows)


def _tenths(*values: float | None) -> tuple[float | None, ...]:
    return tuple(None if one is None else round(one, 1) for one in values)


def _left_out(result: StudyResult) -> list[tuple[Value, ...]]:
    """Say how many communities are in no figure; nothing where there are none."""
    count = result.communities_left_out
    name = _("Communities left out (fewer than 10 answers)")
    return [(name, count, None, None, None)] if count else []


def _inverted(zone: ZoneResult) -> Value:
    return _("fewer than 10") if zone.inverted_few else zone.inverted


def _areas(result: StudyResult, context: ReportContext) -> Sheet:
    columns = (
        Column(_("Code"), 16),
        Column(_("Area"), 24),
        Column("n", 8, "0"),
        Column(_("No point given"), 10, "0"),
        *_estimate_columns(_("Mean"), "0.00"),
        *_estimate_columns(_("Satisfaction 0-100")),
        *_estimate_columns(_("Satisfied share"), "0.00"),
        Column(_("Chosen by (share)"), 11, "0.00"),
        *_estimate_columns(_("Importance"), "0.000"),
        *_estimate_columns("PFI"),
        Column(_("Rank from"), 8, "0"),
        Column(_("Rank to"), 8, "0"),
        Column(_("Band"), 24),
        Column(_("Cannot be told apart from"), 36),
        Column(_("Place in the matrix"), 16),
        Column(_("Importance-satisfaction rating"), 12, "0.000"),
        Column(_("Standing"), 12),
    )
    said = result.order_said
    rows = [
        (
            item.code,
            context.names.area(item.code),
            item.n,
            item.missing,
            item.mean,
            item.low,
            item.high,
            *_ends(item.performance),
            *_ends(item.satisfied),
            item.emphasis,
            *_ends(item.weight),
            item.pfi,
            item.pfi_low,
            item.pfi_high,
            item.rank_low if said else None,
            item.rank_high if said else None,
            f"{item.band} {band_word(item.band)}" if said and item.band else None,
            joined(context.names.short(code) for code in item.tied) if said else None,
            quadrant_word(item, said=said) if item.quadrant else None,
            item.is_rating,
            _standing(result, item.n),
        )
        for item in result.items
    ]
    return Sheet(_("Areas"), columns, rows)


def _zones(result: StudyResult, context: ReportContext) -> Sheet:
    columns = (
        Column(_("Code"), 16),
        Column(_("Area"), 24),
        Column("n", 8, "0"),
        *_estimate_columns(_("Minimum"), "0.00"),
        *_estimate_columns(_("Ideal"), "0.00"),
        *_estimate_columns(_("Reached"), "0.00"),
        *_estimate_columns(_("Against minimum"), "0.00"),
        *_estimate_columns(_("Against ideal"), "0.00"),
        *_estimate_columns(_("Homes below (share)"), "0.00"),
        *_estimate_columns("PFI"),
        Column(_("Reading"), 16),
        Column(_("Answers with minimum above ideal"), 12, "0"),
        Column(_("Standing"), 12),
    )
    rows = [
        (
            zone.code,
            context.names.area(zone.code),
            zone.perceived.n,
            *_ends(zone.adequate),
            *_ends(zone.desired),
            *_ends(zone.perceived),
            *_ends(zone.adequacy),
            *_ends(zone.superiority),
            *_ends(zone.below),
            *_ends(zone.pfi),
            zone_word(zone),
            _inverted(zone),
            _standing(result, zones_least(result)),
        )
        for zone in result.zones
    ]
    return Sheet(_("Zones of tolerance"), columns, rows)


def _attributes(result: StudyResult, context: ReportContext) -> Sheet:
    columns = (
        Column(_("Code"), 16),
        Column(_("Attribute"), 44),
        Column(_("Area"), 24),
        Column("n", 8, "0"),
        Column(_("No point given"), 10, "0"),
        *_estimate_columns(_("Mean"), "0.00"),
        *_estimate_columns(_("Satisfaction 0-100")),
        *_estimate_columns(_("Satisfied share"), "0.00"),
        Column(_("Standing"), 12),
    )
    rows = [
        (
            attribute.code,
            context.names.attribute(attribute.code),
            context.names.area(attribute.area),
            attribute.n,
            attribute.missing,
            attribute.mean,
            attribute.low,
            attribute.high,
            *_ends(attribute.performance),
            *_ends(attribute.satisfied),
            _standing(result, attribute.n),
        )
        for attribute in result.attributes
    ]
    return Sheet(_("Attributes"), columns, rows)


def _explained() -> Sheet:
    columns = (Column(_("What"), 24), Column(_("Formula"), 44), Column(_("Meaning"), 90))
    rows = [(entry.title, entry.formula, entry.text) for entry in method.entries()]
    return Sheet(_("Method"), columns, rows)


def _standing(result: StudyResult, n: int) -> str | None:
    """Mark a number of few answers; a result indicative as a whole says so in its first row."""
    return _("indicative") if is_thin(result, n) else None


def _estimate_columns(name: str, form: str = "0.0") -> tuple[Column, ...]:
    return (
        Column(name, 11, form),
        Column(_("{name}, lower 95%", name=name), 11, form),
        Column(_("{name}, upper 95%", name=name), 11, form),
    )


def _ends(estimate: Estimate) -> tuple[float | None, float | None, float | None]:
    return estimate.value, estimate.low, estimate.high
