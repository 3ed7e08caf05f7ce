"""Section 6 of a report: trend, and groups of homes against the rest."""

from app.analysis.results.comparison import Contrast, SegmentEntry, SegmentsResult, TrendResult
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports import wording as words
from app.reports.context import ReportContext
from app.reports.exhibits.codes import variable_name
from app.reports.papers.blocks import Block, Cell, Column, Section, Table, Text
from app.reports.papers.summary import change_word, last_step

_LISTED = 6  # of more groups than this only those that differ are listed
_INDEX = "index"
_OVERALL = "overall"


def change(result: StudyResult, context: ReportContext) -> Section | None:
    """Return what changed and which homes differ; None where nothing is known."""
    blocks: list[Block] = []
    blocks += _trend(result.trend)
    blocks += _areas(result, context)
    blocks += _segments(result, context)
    if not blocks:
        return None
    if result.trend is None:
        first = _("This is the first survey of this questionnaire here; there is no trend yet.")
        blocks.insert(0, Text(first))
    return Section("s6", _("Change and groups of homes"), blocks, is_new_page=False)


def _trend(trend: TrendResult | None) -> list[Block]:
    if trend is None:
        return []
    rows: list[tuple[Cell, ...]] = []
    steps = {step.after: step for step in trend.steps}
    for point in trend.points:
        step = steps.get(point.wave)
        moved = step.index if step is not None else None
        rows.append(
            (
                point.wave,
                str(point.n),
                words.number(point.index.value),
                words.interval(point.index.low, point.index.high),
                words.number(point.overall.value if point.overall else None),
                words.signed(moved.change.value) if moved else "",
                change_word(moved) if moved else _("first"),
            )
        )
    columns = (
        Column(_("Survey"), "l", 1.6),
        Column("n", "n", 0.8),
        Column(_("Index"), "n", 1),
        Column(_("95% interval"), "n", 1.8),
        Column(_("Overall 0-100"), "n", 1.2),
        Column(_("Change in points"), "n", 1.2),
        Column(_("Real or chance"), "l", 2.6),
    )
    note = _(
        "Index with the importance of {wave} throughout, so that only satisfaction moves it.",
        wave=trend.base,
    )
    return [Table("6.1", _("Trend"), columns, rows, note)]


def _areas(result: StudyResult, context: ReportContext) -> list[Block]:
    step = last_step(result)
    if step is None:
        return []
    rows = [
        (
            context.names.short(one.code),
            words.number(one.reference),
            words.number(one.value),
            words.signed(one.change.value),
            words.interval(one.change.low, one.change.high),
            change_word(one),
        )
        for one in step.performance
    ]
    columns = (
        Column(_("Area"), "l", 3),
        Column(step.before, "n", 1.2),
        Column(step.after, "n", 1.2),
        Column(_("Change in points"), "n", 1.2),
        Column(_("95% interval"), "n", 1.8),
        Column(_("Real or chance"), "l", 2.6),
    )
    note = ""
    if step.conservative:
        note = _(
            "Homes that answered twice are not linked, so the intervals are rather too wide than "
            "too narrow."
        )
    title = _("Every area since {wave}", wave=step.before)
    return [Table("6.2", title, columns, rows, note, is_small=True)]


def _segments(result: StudyResult, context: ReportContext) -> list[Block]:
    rows: list[tuple[Cell, ...]] = []
    for segments in result.segments:
        rows += _segment_rows(segments, context)
    if not rows:
        return []
    columns = (
        Column(_("Group"), "l", 1.4),
        Column("", "l", 2),
        Column(_("Homes"), "n", 0.8),
        Column(_("Index"), "n", 0.9),
        Column(_("All others"), "n", 0.9),
        Column(_("Difference"), "n", 1),
        Column(_("95% interval"), "n", 1.8),
        Column(_("Reading"), "l", 1.8),
    )
    note = _(
        "Each group against all other homes. A difference is called real when it stands after all "
        "of a table are tested together (Holm). Groups of fewer than 10 homes, and those from "
        "which one could be worked out, are withheld."
    )
    return [Table("6.3", _("Groups of homes"), columns, rows, note, is_small=True)]


def _segment_rows(segments: SegmentsResult, context: ReportContext) -> list[tuple[Cell, ...]]:
    """Return the groups that may be shown; of many only those that differ, and how many do not."""
    variable = segments.variable.rpartition(".")[2]
    ordered = sorted(segments.entries, key=lambda one: context.codes.place(variable, one.value))
    found = [(entry, _main(entry)) for entry in ordered]
    known = [(entry, one) for entry, one in found if one is not None and one.value is not None]
    differ = [(entry, one) for entry, one in known if one.established]
    shown = known if len(known) <= _LISTED else differ
    rows: list[tuple[Cell, ...]] = [
        (
            context.codes.level(variable, entry.value),
            words.NOTHING if entry.n is None else str(entry.n),
            words.number(one.value),
            words.number(one.reference),
            words.signed(one.change.value),
            words.interval(one.change.low, one.change.high),
            _("real: beyond error") if one.established else _("within error"),
        )
        for entry, one in shown
    ]
    rest = len(known) - len(shown)
    if rest:
        alike = _("{count} further groups", count=rest)
        rows.append((alike, "", "", "", "", "", _("within error")))
    return [(variable_name(variable) if not at else "", *row) for at, row in enumerate(rows)]


def _main(entry: SegmentEntry) -> Contrast | None:
    by_code = {one.code: one for one in entry.contrasts}
    return by_code.get(_INDEX) or by_code.get(_OVERALL)
