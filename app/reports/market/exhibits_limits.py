"""Exhibit of the market: zones of tolerance of our residents beside those of the best rival."""

from collections.abc import Sequence

from app.analysis.results.market import ItemLimits, SeenLimits
from app.i18n import gettext as _
from app.reports.charts import BLUE, INK, ORANGE, Point
from app.reports.exhibits.exhibit import Exhibit, sentences
from app.reports.exhibits.table import COUNT, NUMBER, SIGNED, Head, Row, Table
from app.reports.figures import Row as Line
from app.reports.figures import RowsPlan, ends_of, interval_rows
from app.reports.market import words
from app.reports.market.exhibits_league import reach
from app.reports.market.source import MarketSource
from app.reports.wording import interval, number, signed

_MARKS = {"above": ("square", BLUE), "below": ("diamond", ORANGE)}


def limits(source: MarketSource) -> Exhibit | None:
    """Describe what residents accept, hope for and get: ours, and the best rival's on that area."""
    best = {one.code: one.best for one in source.priorities}
    shown = [
        (item, one)
        for item in source.stored.main.limits
        for code in (source.own, best.get(item.code, ""))
        for one in item.companies
        if one.code == code
    ]
    if all(one.perceived.value is None for _item, one in shown):
        return None
    drawn = [(item, one) for item, one in shown if one.perceived.value is not None]
    lines = [_line(item, one, source) for item, one in drawn]
    low, high = reach([value for _item, one in drawn for value in _values(one)])
    title = _("What residents accept, hope for and get")
    plan = RowsPlan(
        name="limits",
        title=title,
        description=_("Lowest acceptable, ideal and reached level, our company and best rival."),
        axis=_("Levels 0-100"),
        low=low,
        high=high,
    )
    table = _table(title, shown, source)
    return Exhibit(
        name="limits",
        number="M-18",
        title=title,
        sub=_(
            "Bar: from lowest acceptable to ideal. Reached: ■ clearly above the lowest acceptable, "
            "◆ clearly below it, ○ cannot be told apart"
        ),
        note=sentences(
            _(
                "Each resident is asked for the limits of three areas. As answered by each "
                "company's own residents, nothing is evened out: a bar says what they accept, not "
                "who is better."
            ),
            _("Below 30 people no level is shown."),
        ),
        anchor="limits",
        table=table,
        draw=lambda width: interval_rows(lines, plan, width),
    )


def _table(
    title: str, shown: Sequence[tuple[ItemLimits, SeenLimits]], source: MarketSource
) -> Table:
    rows = tuple(
        Row(
            _name(item, one, source),
            (
                one.perceived.n,
                one.adequate,
                one.desired,
                one.perceived,
                one.adequacy,
                one.superiority,
                _says(one),
            ),
            flags=_flags(one),
        )
        for item, one in shown
    )
    heads = (
        Head("n", COUNT),
        Head(_("Lowest acceptable"), NUMBER, ends=True),
        Head(_("Ideal"), NUMBER, ends=True),
        Head(_("Reached"), NUMBER, ends=True),
        Head(_("Reached less acceptable"), SIGNED, ends=True),
        Head(_("Reached less ideal"), SIGNED, ends=True),
        Head(_("Says"), wide=True),
    )
    return Table("limits", title, _("Area and company"), heads, rows)


def _line(item: ItemLimits, one: SeenLimits, source: MarketSource) -> Line:
    shape, color = _MARKS.get(one.verdict or "", ("ring", INK))
    is_own = one.code == source.own
    point = Point(
        one.perceived.value or 0.0,
        0,
        shape,
        color,
        ends_of(one.perceived.low, one.perceived.high),
        hover=(
            _name(item, one, source),
            _("lowest acceptable {value}", value=number(one.adequate.value)),
            _("ideal {value}", value=number(one.desired.value)),
            _("reached {value}", value=number(one.perceived.value)),
            _(
                "difference {gap} ({ends})",
                gap=signed(one.adequacy.value),
                ends=interval(one.adequacy.low, one.adequacy.high),
            ),
        ),
    )
    zone = None
    if one.adequate.value is not None and one.desired.value is not None:
        zone = (one.adequate.value, one.desired.value)
    return Line(
        _name(item, one, source),
        f"n {one.perceived.n}",
        (point,),
        bold=is_own,
        band=item.code,
        zone=zone,
    )


def _name(item: ItemLimits, one: SeenLimits, source: MarketSource) -> str:
    return _("{item} · {company}", item=source.item(item.code), company=source.company(one.code))


def _values(one: SeenLimits) -> list[float]:
    found = (one.adequate.value, one.desired.value, one.perceived.low, one.perceived.high)
    return [value for value in (*found, one.perceived.value) if value is not None]


def _says(one: SeenLimits) -> str:
    if one.perceived.value is None:
        return words.why("few_answers_one")
    return {
        "above": _("clearly above the lowest acceptable"),
        "below": _("clearly below the lowest acceptable"),
    }.get(one.verdict or "", _("cannot be told apart"))


def _flags(one: SeenLimits) -> tuple[str, ...]:
    if not one.inverted:
        return ()
    return (_("{count} left out: acceptable above ideal", count=one.inverted),)
