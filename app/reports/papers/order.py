"""Section 5 of a report: what to improve first, why that differs from the lowest scores."""

from markupsafe import Markup

from app.analysis.results.drivers import Driver, DriversResult
from app.analysis.results.items import ItemResult
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports import matrix, svg
from app.reports import wording as words
from app.reports.context import ReportContext
from app.reports.papers.blocks import (
    Block,
    Cell,
    Column,
    Drawing,
    Marked,
    Point,
    Points,
    Section,
    Table,
    Text,
)
from app.reports.papers.levels import DRAWN

_APART = 2  # places by which the two lists must differ before a reason is given


def order(result: StudyResult, context: ReportContext) -> Section:
    """Return the matrix, the priorities beside the lowest scores, and the drivers."""
    blocks: list[Block] = []
    if any(item.quadrant for item in result.items):
        blocks.append(
            Drawing(
                "5.1",
                _("Importance and satisfaction"),
                matrix.importance_performance(result, context.names, DRAWN),
                _matrix_caption(result),
            )
        )
    blocks.append(priorities_table(result, context))
    if result.order_said:
        blocks.append(_apart(result, context))
        blocks += _reasons(result, context)
    blocks += _drivers(result, context)
    return Section("s5", _("What to improve first"), blocks, is_new_page=False)


def _matrix_caption(result: StudyResult) -> str:
    read = _(
        "Crosses are 95% intervals. ◧ an interval touches a cut, so the place is not certain. "
        "Along a dotted curve the PFI is the same."
    )
    where = (
        _("The further to the upper left, the sooner.")
        if result.order_said
        else _("Places are indicative.")
    )
    return f"{read} {where}"


def priorities_table(
    result: StudyResult, context: ReportContext, *, is_drawn: bool = True
) -> Table:
    """Return the priorities for improvement with intervals, ranks and the order of the scores.

    Args:
        result: The study.
        context: Names.
        is_drawn: Possible ranks as filled slots; else in words.
    """
    lowest = lowest_first(result)
    rows = [
        _row(item, result, context, lowest, is_drawn=is_drawn) for item in words.in_order(result)
    ]
    columns = [
        Column(_("Area"), "l", 2.8),
        Column(_("Importance"), "n", 1.1),
        Column(_("Satisfaction"), "n", 1.1),
        Column("PFI", "n", 0.8),
        Column(_("95% interval"), "n", 1.6),
    ]
    note = _(
        "PFI = importance × distance to 100, in points of the index: the PFI of all areas add up "
        "to 100 minus the index."
    )
    if result.order_said:
        count = len(result.items)
        columns.insert(0, Column(_("Band"), "c", 0.7))
        columns += [
            Column(_("Possible ranks 1-{count}", count=count), "l", 2.4),
            Column(_("Lowest score"), "n", 1),
        ]
        more = _("Lowest score: place by satisfaction alone, 1 = lowest.")
        if is_drawn:
            more = _(
                "Filled slots are the ranks an area may have. Lowest score: place by satisfaction "
                "alone, 1 = lowest."
            )
    else:
        columns.append(Column(_("Place in the matrix"), "l", 2.4))
        why = words.no_order_reason(result)
        more = f"{why} {_('Areas stand in the order of the questionnaire.')}"
    title = (
        _("Priorities for improvement (PFI)")
        if result.order_said
        else _("Index points that can be regained (PFI)")
    )
    return Table("5.2", title, columns, rows, f"{note} {more}")


def lowest_first(result: StudyResult) -> dict[str, int]:
    """Return the place of each area when areas are put in order by satisfaction alone."""
    known = [item for item in result.items if item.performance.value is not None]
    known.sort(key=lambda item: (item.performance.value or 0.0, item.code))
    return {item.code: place for place, item in enumerate(known, start=1)}


def _row(
    item: ItemResult,
    result: StudyResult,
    context: ReportContext,
    lowest: dict[str, int],
    *,
    is_drawn: bool,
) -> tuple[Cell, ...]:
    cells: tuple[Cell, ...] = (
        context.names.short(item.code),
        words.percent(item.importance, 1),
        words.number(item.performance.value),
        words.number(item.pfi),
        words.interval(item.pfi_low, item.pfi_high),
    )
    if not result.order_said:
        return (*cells, words.quadrant_word(item, said=False))
    place = lowest.get(item.code)
    return (
        band_mark(item.band),
        *cells,
        _ranks(item, len(result.items))
        if is_drawn
        else words.rank_text(item.rank_low, item.rank_high),
        words.NOTHING if place is None else str(place),
    )


def band_mark(band: str | None) -> Cell:
    """Return a band as its framed letter."""
    if not band:
        return words.NOTHING
    return Marked(band, Markup('<span class="band {0}">{0}</span>').format(band))


def _ranks(item: ItemResult, count: int) -> Cell:
    if item.rank_low is None or item.rank_high is None:
        return words.NOTHING
    drawn = svg.rank_slots(item.rank_low, item.rank_high, count, width=120)
    # Numbers only, drawn by our own code.
    return Marked(words.rank_text(item.rank_low, item.rank_high), Markup(drawn))  # noqa: S704


def _apart(result: StudyResult, context: ReportContext) -> Points:
    """Return which areas cannot be told apart."""
    points = [
        Point(_("{area}:", area=context.names.short(item.code)), _equals(item, context))
        for item in words.in_order(result)
    ]
    return Points("5.3", _("Which areas cannot be told apart"), points, is_brief=True)


def _equals(item: ItemResult, context: ReportContext) -> str:
    if not item.tied:
        return words.tied_text(item, context.names)
    return words.joined(context.names.brief(code) for code in item.tied)


def _reasons(result: StudyResult, context: ReportContext) -> list[Block]:
    """Say why the two orders differ, for the areas where they differ by two places or more."""
    lowest = lowest_first(result)
    fair = 1 / len(result.items)
    points = []
    for item in words.in_order(result):
        place = lowest.get(item.code)
        if item.rank is None or place is None or abs(item.rank - place) < _APART:
            continue
        if item.importance is None:
            continue
        weighs_more = item.importance > fair
        if (item.rank < place) != weighs_more:
            continue  # the weight is not what moved it
        name = context.names.short(item.code)
        weight = words.percent(item.importance, 1)
        even = words.percent(fair, 1)
        detail = (
            _(
                "sooner than its score says: it has {weight} of the importance, an equal share "
                "would be {even}",
                weight=weight,
                even=even,
            )
            if weighs_more
            else _(
                "later than its score says: it has only {weight} of the importance, an equal "
                "share would be {even}",
                weight=weight,
                even=even,
            )
        )
        points.append(Point(_("{area}:", area=name), detail))
    title = _("Why this is not the list of the lowest scores")
    return [
        Points(
            "5.4",
            title,
            points,
            _("Both lists agree to within one place for every area."),
            is_brief=True,
        )
    ]


def _drivers(result: StudyResult, context: ReportContext) -> list[Block]:
    """Return stated beside derived importance, or why there is none."""
    drivers = result.drivers
    if drivers is None:
        return []
    title = _("What overall satisfaction goes with (drivers)")
    if not drivers.source or not drivers.items:
        return [
            Text(
                _(
                    "Derived importance is not given: {n} homes rated everything it needs, too "
                    "few for it. Importance here is what owners said.",
                    n=drivers.n,
                ),
                "note",
            )
        ]
    columns = (
        Column(_("Area"), "l", 3),
        Column(_("Importance owners stated"), "n", 1.6),
        Column(_("Importance derived"), "n", 1.6),
        Column(_("95% interval"), "n", 1.8),
        Column(_("Reading"), "l", 3),
    )
    rows = [_driver_row(one, context) for one in drivers.items]
    return [Table("5.5", title, columns, rows, _drivers_note(drivers))]


def _driver_row(driver: Driver, context: ReportContext) -> tuple[Cell, ...]:
    return (
        context.names.short(driver.code),
        words.percent(driver.stated, 1),
        words.percent(driver.share.value, 1),
        words.share_interval(driver.share, 1),
        _driver_word(driver),
    )


def _driver_word(driver: Driver) -> str:
    if driver.quadrant is None:
        return words.NOTHING
    word = {
        "key_driver": _("stated and felt"),
        "basic": _("stated, taken for granted"),
        "hidden_driver": _("hardly stated, yet felt"),
        "low": _("neither stated nor felt"),
    }.get(driver.quadrant, driver.quadrant)
    return _("{word} (on the line)", word=word) if driver.on_the_line else word


def _drivers_note(drivers: DriversResult) -> str:
    note = _(
        "Derived importance is the share of what overall satisfaction goes with (R² {r}); it "
        "shows what goes together, not what causes what. Intervals are approximate.",
        r=words.percent(drivers.r_squared.value if drivers.r_squared else None),
    )
    if drivers.halo:
        note = f"{note} {_('Everything is rated alike here, so the shares lie close together.')}"
    if drivers.source == "company":
        note = f"{note} {_('From all communities of the company: here the homes are too few.')}"
    return note
