"""Sections 3 and 4 of a report: levels of overall, areas and attributes, and zones of tolerance."""

from app.analysis.results.items import ItemResult, ZoneResult
from app.analysis.results.levels import BoxResult
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports import figures, zone_figure
from app.reports import wording as words
from app.reports.context import ReportContext
from app.reports.exhibits.codes import DEPARTMENT, ELEMENT, FACTOR, scheme_name
from app.reports.papers.blocks import (
    Block,
    Cell,
    Column,
    Drawing,
    Section,
    Table,
    Text,
    beside,
)
from app.reports.papers.drawn import PRINTED_WIDTH

DRAWN = PRINTED_WIDTH  # 12 pixels become 6.7 points
_LINE, _ROW = 16.5, 33.0  # heights of rows that let a chapter stand on its pages
OVERALL = "overall"
_ROLL_UP_IDS = {DEPARTMENT: "3.4", FACTOR: "3.5", ELEMENT: "3.6"}


def levels(result: StudyResult, context: ReportContext) -> Section:
    """Return how satisfied homes are overall, with each area and with each attribute."""
    blocks: list[Block] = []
    parts = roll_ups(result, context)
    blocks += beside(_overall(result), parts.get(DEPARTMENT, []))
    blocks.append(areas_table(result, context))
    if any(one.performance.value is not None for one in result.attributes):
        blocks.append(
            Drawing(
                "3.3",
                _("Attributes"),
                figures.attribute_levels(result, context.names, DRAWN, row_height=_LINE),
                _(
                    "Five-word scale stretched to 0-100, with 95% intervals, in the order of the "
                    "questionnaire. Level only: nobody was asked how important an attribute is."
                ),
            )
        )
    blocks += beside(parts.get(FACTOR, []), parts.get(ELEMENT, []))
    return Section("s3", _("Satisfaction by area and attribute"), blocks)


def _overall(result: StudyResult) -> list[Block]:
    """Return the overall rating: mean, boxes and their intervals."""
    overall, share = result.overall, result.overall_satisfied
    if overall is None or overall.value is None:
        return []
    rows: list[tuple[Cell, ...]] = [
        (
            _("Overall rating, mean 0-100"),
            words.number(overall.value),
            words.interval(overall.low, overall.high),
            str(overall.n),
        )
    ]
    if share is not None and share.value is not None:
        rows.append(
            (
                _("Satisfied share, overall"),
                words.said_share(share, 1),
                words.share_interval(share, 1),
                str(share.n),
            )
        )
    box = next((one for one in result.boxes if one.code == OVERALL), None)
    rows += _box_rows(box)
    columns = (
        Column(_("Overall"), "l", 2.8),
        Column(_("Value"), "n", 1.1),
        Column(_("95% interval"), "n", 2),
        Column("n", "n", 0.8),
    )
    note = _(
        "The handbook's target is 100% satisfied: every home below it is a failed service, and "
        "one failed service outweighs a hundred good ones."
    )
    return [Table("3.1", _("Overall"), columns, rows, note)]


def roll_ups(result: StudyResult, context: ReportContext) -> dict[str, list[Block]]:
    """Return the attributes put together by department, factor and element, one table each."""
    columns = (
        Column(_("Attributes put together"), "l", 2),
        Column(_("Count"), "n", 0.7),
        Column("0-100", "n", 0.9),
        Column(_("95% interval"), "n", 1.7),
        Column(_("Satisfied share"), "n", 1),
    )
    return {
        rollup.scheme: [
            Table(
                _ROLL_UP_IDS[rollup.scheme],
                scheme_name(rollup.scheme),
                columns,
                [
                    (
                        context.codes.part(rollup.scheme, entry.code),
                        str(len(entry.attributes)),
                        words.number(entry.performance.value),
                        words.interval(entry.performance.low, entry.performance.high),
                        words.said_share(entry.satisfied),
                    )
                    for entry in rollup.entries
                ],
            )
        ]
        for rollup in result.rollups
        if rollup.scheme in _ROLL_UP_IDS
    }


def _box_rows(box: BoxResult | None) -> list[tuple[Cell, ...]]:
    if box is None:
        return []
    called = {
        "top": _("best answer"),
        "bottom": _("worst answer"),
        "bottom_two": _("worst two answers"),
    }
    return [
        (
            called[one.name],
            words.said_share(one.share, 1),
            words.share_interval(one.share, 1),
            str(one.share.n),
        )
        for one in box.boxes
        if one.name in called and one.share.value is not None
    ]


def areas_table(result: StudyResult, context: ReportContext) -> Table:
    """Return the level of every area with its intervals."""
    columns = (
        Column(_("Area"), "l", 3.6),
        Column("n", "n", 0.8),
        Column(_("No point given"), "n", 1),
        Column(_("Mean"), "n", 0.9),
        Column("0-100", "n", 0.9),
        Column(_("95% interval"), "n", 1.7),
        Column(_("Satisfied share"), "n", 1.1),
        Column(_("95% interval"), "n", 1.7),
        Column(_("Worst answer"), "n", 1),
    )
    rows = [_area_row(item, result, context) for item in result.items]
    note = _(
        "Satisfied share: homes that gave one of the satisfied points. Worst answer: homes that "
        "gave the lowest point; every one of them counts."
    )
    return Table("3.2", _("Areas"), columns, rows, note)


def _area_row(item: ItemResult, result: StudyResult, context: ReportContext) -> tuple[Cell, ...]:
    name = context.names.short(item.code)
    if words.is_thin(result, item.n):
        name = f"{name} {_('indicative')}"
    return (
        name,
        str(item.n),
        str(item.missing),
        words.number(item.mean, 2),
        words.number(item.performance.value),
        words.interval(item.performance.low, item.performance.high),
        words.said_share(item.satisfied),
        words.share_interval(item.satisfied),
        worst_share(item),
    )


def worst_share(item: ItemResult) -> str:
    """Return the share of the lowest point, as a limit where it is one."""
    if item.distribution is None:
        return words.NOTHING
    share = words.percent(item.distribution[0], 1)
    return _("at most {share}", share=share) if item.top_coded else share


def zones(result: StudyResult, context: ReportContext) -> Section | None:
    """Return the zones of tolerance; None where they were not asked."""
    shown = words.zones_in_order(result)
    if not shown:
        return None
    note = words.zones_note(result)
    blocks: list[Block] = [Text(note, "warning")] if note else []
    blocks += [
        Drawing(
            "4.1",
            _("Lowest acceptable, ideal and reached"),
            zone_figure.zone_rows(result, context.names, DRAWN, row_height=_ROW),
            _(
                "The band runs from the lowest level owners still accept (thick line) to their "
                "ideal (thin line). ◇ below the minimum beyond error; ◧ on the line, not "
                "established; ● established. Each home was asked about some of the areas only."
            ),
        ),
        zones_table(result, context),
    ]
    return Section("s4", _("Zones of tolerance"), blocks, is_new_page=False)


def zones_table(result: StudyResult, context: ReportContext) -> Table:
    """Return the zones of tolerance as numbers."""
    return Table(
        "4.2",
        _("Zones in numbers"),
        _zone_columns(),
        [_zone_row(zone, result, context) for zone in words.zones_in_order(result)],
        _(
            "Five-word ratings and these ten-point answers are two different rulers; their "
            "numbers are never subtracted from each other."
        ),
    )


def _zone_columns() -> tuple[Column, ...]:
    return (
        Column(_("Area"), "l", 3),
        Column("n", "n", 0.7),
        Column(_("Minimum"), "n", 1),
        Column(_("Ideal"), "n", 0.9),
        Column(_("Reached"), "n", 0.9),
        Column(_("Against minimum"), "n", 1.1),
        Column(_("95% interval"), "n", 1.7),
        Column(_("Against ideal"), "n", 1.1),
        Column(_("Homes below"), "n", 1.1),
        Column(_("Reading"), "l", 1.8),
    )


def _zone_row(zone: ZoneResult, result: StudyResult, context: ReportContext) -> tuple[Cell, ...]:
    name = context.names.short(zone.code)
    # Where the whole list is indicative the warning above it says so once.
    if words.is_thin(result, zone.perceived.n) and not words.zones_note(result):
        name = f"{name} {_('indicative')}"
    return (
        name,
        str(zone.perceived.n),
        words.number(zone.adequate.value),
        words.number(zone.desired.value),
        words.number(zone.perceived.value),
        words.signed(zone.adequacy.value),
        words.interval(zone.adequacy.low, zone.adequacy.high),
        words.signed(zone.superiority.value),
        words.said_share(zone.below),
        words.zone_word(zone),
    )
