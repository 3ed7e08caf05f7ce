"""Exhibits of parts of the households against the rest: buildings, years lived here, and so on."""

from app.analysis.results.comparison import Contrast, SegmentEntry, SegmentsResult
from app.analysis.results.study import SegmentTable
from app.i18n import gettext as _
from app.reports.charts import BLUE, INK, Point
from app.reports.exhibits.codes import variable_name
from app.reports.exhibits.exhibit import Exhibit, Source
from app.reports.exhibits.table import COUNT, NUMBER, SIGNED, Head, Row, Table, Value
from app.reports.exhibits.verdicts import difference_word, withheld_word
from app.reports.figures import Row as Line
from app.reports.figures import RowsPlan, ends_of, interval_rows
from app.reports.wording import joined, signed

INDEX, OVERALL = "index", "overall"


def variables(source: Source) -> tuple[str, ...]:
    """Return the variables by which this result tells its households apart."""
    return tuple(one.variable for one in source.result.segments)


def segments(source: Source) -> Exhibit | None:
    """Describe the values of one variable against the rest, on the index or the overall rating."""
    found = chosen(source)
    if found is None:
        return None
    measure = _measure(found)
    what = variable_name(found.variable)
    heads = (
        Head("n", COUNT),
        Head(_("This part"), NUMBER),
        Head(_("The rest"), NUMBER),
        Head(_("Difference"), SIGNED, 1, ends=True, wide=True),
        Head(_("Says"), wide=True),
        Head(_("Worth a look"), wide=True),
    )
    entries = sorted(found.entries, key=lambda one: source.codes.place(found.variable, one.value))
    rows = tuple(_row(entry, found.variable, measure, source) for entry in entries)
    lines = [
        line
        for entry in entries
        if (line := _line(entry, found.variable, measure, source)) is not None
    ]
    title = (
        _("{variable}: index of each part less that of the rest", variable=what)
        if measure == INDEX
        else _("{variable}: overall rating of each part less that of the rest", variable=what)
    )
    plan = RowsPlan(
        name="segments",
        title=title,
        description=_("A part differs only where the table says so."),
        axis=_("Points of 0-100 above or below the rest"),
        low=_reach(lines)[0],
        high=_reach(lines)[1],
        references=((0.0, _("like the rest")),),
    )
    return Exhibit(
        name="segments",
        number="R-12",
        title=title,
        sub=_("■ differs beyond error (Holm over the whole table), ○ cannot be told apart"),
        note=_(
            "Parts with fewer than 10 homes are not shown, nor a second one where it could be "
            "worked out. n = {n}.",
            n=f"{source.result.n:,}",
        ),
        anchor="segments",
        table=Table("segments", what, what, heads, rows),
        draw=(lambda width: interval_rows(lines, plan, width)) if lines else None,
    )


def satisfied_by_part(source: Source) -> Exhibit | None:
    """Describe how many homes of each part are satisfied overall, small counts withheld."""
    found = chosen(source)
    table = next(
        (one for one in source.result.tables if found and one.variable == found.variable), None
    )
    if table is None:
        return None
    what = variable_name(table.variable)
    heads = (
        Head(_("Homes satisfied"), COUNT),
        Head(_("Homes not satisfied"), COUNT),
        Head(_("Together"), COUNT),
    )
    return Exhibit(
        name="satisfied",
        number="R-13",
        title=_("Satisfied overall, in homes"),
        sub="",
        note=_("A dash is withheld: a small number, or one that would give a small number away."),
        anchor="floors",
        table=Table(
            "satisfied", _("Satisfied overall, in homes"), what, heads, _counts(table, source)
        ),
    )


def chosen(source: Source) -> SegmentsResult | None:
    """Return the segments the address asks for, else the first."""
    found = source.result.segments
    wanted = [one for one in found if one.variable == source.by]
    return wanted[0] if wanted else found[0] if found else None


def parts_below(source: Source) -> tuple[str, ...]:
    """Say for every part that is below the rest beyond error what it is and by how much."""
    said = []
    for found in source.result.segments:
        measure = _measure(found)
        for entry in found.entries:
            contrast = _contrast(entry, measure)
            change = None if contrast is None or not contrast.established else contrast.change.value
            if change is not None and change < 0:
                said.append(
                    _(
                        "{variable} “{value}”: {change} points against the rest",
                        variable=variable_name(found.variable),
                        value=source.codes.level(found.variable, entry.value),
                        change=signed(change),
                    )
                )
    return tuple(said)


def _counts(table: SegmentTable, source: Source) -> tuple[Row, ...]:
    shown = table.table
    counted = sorted(
        zip(table.values, shown.cells, shown.row_totals, strict=True),
        key=lambda one: source.codes.place(table.variable, one[0]),
    )
    rows = [
        Row(source.codes.level(table.variable, value), (*cells, total))
        for value, cells, total in counted
    ]
    rows.append(Row(_("All"), (*shown.column_totals, shown.total)))
    return tuple(rows)


def _measure(found: SegmentsResult) -> str:
    """Return the index where any part has one, else the overall rating."""
    has_index = any(
        contrast is not None and contrast.change.value is not None
        for contrast in (_contrast(entry, INDEX) for entry in found.entries)
    )
    return INDEX if has_index else OVERALL


def _contrast(entry: SegmentEntry, measure: str) -> Contrast | None:
    return next((one for one in entry.contrasts if one.code == measure), None)


def _row(entry: SegmentEntry, variable: str, measure: str, source: Source) -> Row:
    contrast = _contrast(entry, measure)
    hidden = dict(entry.hidden).get(measure, "")
    areas = joined(source.names.short(code) for code in entry.screened if code in _areas(source))
    cells: tuple[Value, ...]
    if contrast is None or contrast.change.value is None:
        why = withheld_word(hidden) if hidden else _("cannot be told")
        cells = (None if hidden else entry.n, None, None, None, why, areas or None)
    else:
        word = difference_word(contrast)
        cells = (entry.n, contrast.value, contrast.reference, contrast.change, word, areas or None)
    return Row(source.codes.level(variable, entry.value), cells)


def _areas(source: Source) -> frozenset[str]:
    return frozenset(item.code for item in source.result.items)


def _line(entry: SegmentEntry, variable: str, measure: str, source: Source) -> Line | None:
    contrast = _contrast(entry, measure)
    if contrast is None or contrast.change.value is None:
        return None
    change, differs = contrast.change, bool(contrast.established)
    name = source.codes.level(variable, entry.value)
    value = contrast.change.value
    said = signed(value)
    return Line(
        label=name,
        right=said if entry.n is None else _("{change} · n {n}", change=said, n=entry.n),
        points=(
            Point(
                value or 0.0,
                0,
                "square" if differs else "ring",
                INK if differs else BLUE,
                ends_of(change.low, change.high),
                hover=(name, difference_word(contrast)),
            ),
        ),
        bold=differs,
    )


def _reach(lines: list[Line]) -> tuple[float, float]:
    ends = [end for line in lines for p in line.points for end in (p.x_interval or (p.x, p.x))]
    low, high = min([*ends, -5.0]), max([*ends, 5.0])
    return 5.0 * (low // 5), -5.0 * (-high // 5)
