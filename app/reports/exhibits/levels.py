"""Exhibits of levels: areas, attributes, how their answers are spread, and roll-ups of them."""

from collections.abc import Sequence

from app.analysis.results.estimate import Estimate
from app.analysis.results.items import AttributeResult, ItemResult
from app.analysis.results.levels import BoxResult
from app.i18n import gettext as _
from app.reports import figures, spread
from app.reports.charts import BLUE, ORANGE, Point
from app.reports.exhibits.codes import DEPARTMENT, SCHEMES, scheme_name
from app.reports.exhibits.exhibit import Exhibit, Source, sentences
from app.reports.exhibits.lists import base_note
from app.reports.exhibits.table import COUNT, NUMBER, SHARE, SIGNED, Head, Row, Table
from app.reports.wording import in_order, is_thin, number

AREA_ROLES = ("performance", "perceived")


def areas(source: Source) -> Exhibit | None:
    """Describe how the answers about the areas are spread, with mean and satisfied share."""
    result, names = source.result, source.names
    boxes = {box.code: box for box in result.boxes if box.role in AREA_ROLES[:1]}
    items = in_order(result)
    if not items:
        return None
    rows = tuple(_level_row(item, names.area(item.code), boxes.get(item.code)) for item in items)
    bars = [
        spread.SpreadRow(
            names.short(item.code),
            item.distribution,
            _("{value} · n {n}", value=number(item.performance.value), n=item.n),
        )
        for item in items
        if item.distribution is not None
    ]
    title = _("How the answers about the areas are spread")
    return Exhibit(
        name="areas",
        number="R-7",
        title=title,
        sub=_("share of each answer in per cent; right: mean on 0-100 and answers"),
        note=sentences(_("Pieces from left to right: worst to best answer."), base_note(source)),
        anchor="performance",
        table=Table(
            "areas",
            _("Areas"),
            _("Area"),
            _level_heads(),
            _flagged(source, rows, items),
        ),
        draw=_bars(bars, "areas", title),
    )


def attributes(source: Source) -> Exhibit | None:
    """Describe the level of every attribute, in the order owners read them."""
    result, names = source.result, source.names
    if not result.attributes:
        return None
    rows = tuple(
        Row(names.attribute(one.code), (names.short(one.area), *_level_cells(one, None)))
        for one in result.attributes
    )
    has_levels = any(one.performance.value is not None for one in result.attributes)
    return Exhibit(
        name="attributes",
        number="R-8",
        title=_("Level of each attribute"),
        sub=_("five-word scale stretched to 0-100, in the order of the questionnaire"),
        note=sentences(
            _("Level only: nobody was asked how important an attribute is."), base_note(source)
        ),
        anchor="performance",
        table=Table(
            "attributes",
            _("Attributes"),
            _("Attribute"),
            (Head(_("Area")), *_level_heads()),
            _flagged(source, rows, result.attributes),
        ),
        draw=(lambda width: figures.attribute_levels(result, names, width)) if has_levels else None,
    )


def _bars(rows: Sequence[spread.SpreadRow], name: str, title: str) -> figures.Drawing | None:
    if not rows:
        return None
    return lambda width: spread.spread_bars(
        rows,
        width,
        name=name,
        title=title,
        description=_("Each bar is 100% of the answers; worst at the left, best at the right."),
    )


def _flagged(
    source: Source, rows: Sequence[Row], items: Sequence[ItemResult | AttributeResult]
) -> tuple[Row, ...]:
    return tuple(
        Row(row.name, row.cells, (_("indicative"),)) if is_thin(source.result, item.n) else row
        for row, item in zip(rows, items, strict=True)
    )


def _level_heads() -> tuple[Head, ...]:
    return (
        Head("n", COUNT),
        Head(_("No experience"), SHARE, 0),
        Head(_("Mean"), NUMBER, 2),
        Head(_("Satisfaction 0-100"), NUMBER, 1, ends=True, wide=True),
        Head(_("Satisfied share"), SHARE, 0, ends=True, wide=True),
        Head(_("Best answer"), SHARE, 0),
        Head(_("Worst two answers"), SHARE, 0),
    )


def _level_row(item: ItemResult, name: str, box: BoxResult | None) -> Row:
    return Row(name, _level_cells(item, box))


def _level_cells(
    item: ItemResult | AttributeResult, box: BoxResult | None
) -> tuple[int | float | Estimate | None, ...]:
    shares = item.distribution
    return (
        item.n,
        _no_experience(item, box),
        item.mean,
        item.performance,
        item.satisfied,
        shares[-1] if shares else None,
        sum(shares[:2]) if shares and len(shares) > 3 else None,
    )


def _no_experience(item: ItemResult | AttributeResult, box: BoxResult | None) -> float | None:
    """Return the share of those asked who had no experience; all without a point where unknown."""
    count = item.missing
    if box is not None and box.unanswered is not None:
        count = box.unanswered.no_experience
    asked = item.n + item.missing
    return count / asked if asked and item.distribution is not None else None


def rollups(source: Source) -> Exhibit | None:
    """Describe the attributes rolled up by department, by the seven factors or nine elements."""
    found = {one.scheme: one for one in source.result.rollups}
    scheme = source.by if source.by in found else next((s for s in SCHEMES if s in found), "")
    if not scheme:
        return None
    entries = found[scheme].entries
    codes = source.codes
    shown = [one for one in entries if one.performance.value is not None]
    rows = tuple(
        Row(
            codes.part(scheme, one.code),
            (
                len(one.attributes),
                one.n,
                one.performance,
                one.satisfied,
                one.from_rest,
                standing_word(one.standing),
            ),
            (_("indicative"),) if is_thin(source.result, one.n) else (),
        )
        for one in entries
    )
    heads = (
        Head(_("Attributes"), COUNT),
        Head(_("n, fewest answers"), COUNT, wide=True),
        Head(_("Satisfaction 0-100"), NUMBER, 1, ends=True, wide=True),
        Head(_("Satisfied share"), SHARE, 0, ends=True, wide=True),
        Head(_("Against the rest"), SIGNED, 1, ends=True, wide=True),
        Head(_("Says"), wide=True),
    )
    drawn = [
        figures.Row(
            label=codes.part(scheme, one.code),
            right=_("{value} · n {n}", value=number(one.performance.value), n=one.n),
            points=(
                Point(
                    one.performance.value or 0.0,
                    0,
                    "diamond" if one.standing == "below" else "dot",
                    ORANGE if one.standing == "below" else BLUE,
                    figures.ends_of(one.performance.low, one.performance.high),
                ),
            ),
        )
        for one in shown
    ]
    what = scheme_name(scheme)
    return Exhibit(
        name="rollups",
        number="R-11",
        title=what,
        sub=_("mean of the attributes that belong to it, each counting alike; ◇ below the rest"),
        note=_two_departments(scheme) + base_note(source),
        anchor="rollups",
        table=Table("rollups", what, what, heads, rows),
        draw=_levels(drawn, what) if drawn else None,
    )


def standing_word(standing: str | None) -> str:
    """Say where a part stands against all others after Holm."""
    return {"above": _("above the rest"), "below": _("below the rest")}.get(
        standing or "", _("cannot be told apart")
    )


def _two_departments(scheme: str) -> str:
    if scheme != DEPARTMENT:
        return ""
    return sentences(_("An attribute of two departments counts for both."))


def _levels(rows: Sequence[figures.Row], title: str) -> figures.Drawing:
    lows = [end for row in rows for p in row.points for end in (p.x_interval or (p.x, p.x))]
    plan = figures.RowsPlan(
        name="rollups",
        title=title,
        description=_("Satisfaction on 0-100 with 95% intervals."),
        axis=_("Satisfaction 0-100"),
        low=max(0.0, 10 * (min(lows) // 10)),
        high=100.0,
    )
    return lambda width: figures.interval_rows(rows, plan, width)
