"""Exhibits of the market by area: panorama, competitive priorities, people who know two."""

from app.analysis.results.estimate import Estimate
from app.analysis.results.market import CompetitiveItem, WithinRating
from app.i18n import gettext as _
from app.reports.charts import BLUE, INK, INK3, ORANGE, Point
from app.reports.exhibits.exhibit import Exhibit, sentences
from app.reports.exhibits.table import COUNT, NUMBER, SHARE, SIGNED, Head, Row, Table
from app.reports.figures import Row as Line
from app.reports.figures import RowsPlan, ends_of, interval_rows
from app.reports.market import words
from app.reports.market.exhibits_league import OWN_SHAPE, RIVAL_SHAPE, reach
from app.reports.market.source import MarketSource
from app.reports.wording import interval, number, signed


def panorama(source: MarketSource) -> Exhibit | None:
    """Describe all companies on all areas in one picture."""
    leagues = source.stored.main.leagues[1:]
    lines, rows = [], []
    values: list[float] = []
    codes = [one.code for one in source.league.entries]
    for league in leagues:
        found = {one.code: one.adjusted for one in league.entries}
        shown = {code: one for code, one in found.items() if one.value is not None}
        if not shown:
            continue
        points = [
            Point(
                one.value or 0.0,
                0,
                OWN_SHAPE if code == source.own else RIVAL_SHAPE,
                BLUE if code == source.own else INK3,
                None,
                hover=(source.company(code), f"{number(one.value)}  {interval(one.low, one.high)}"),
                size=5.5 if code == source.own else 4.0,
            )
            for code, one in sorted(shown.items(), key=lambda pair: pair[0] == source.own)
        ]
        values += [one.value for one in shown.values() if one.value is not None]
        name = source.item(league.measure)
        lines.append(Line(name, f"n {league.interviews}", tuple(points)))
        rows.append(Row(name, (league.interviews, *(found.get(code) for code in codes))))
    if not lines:
        return None
    title = _("All areas at a glance")
    low, high = reach(values)
    plan = RowsPlan(
        name="panorama",
        title=title,
        description=_("Adjusted means of every company on every area."),
        axis=_("What the present company reaches, 0-100"),
        low=low,
        high=high,
    )
    heads = (
        Head("n", COUNT),
        *(Head(source.company(code), NUMBER, ends=True) for code in codes),
    )
    return Exhibit(
        name="panorama",
        number="M-3",
        title=title,
        sub=_("■ our own company, ● others"),
        note=sentences(
            _("Intervals stand in the table. A mark further right is no verdict."),
            words.between_residents(),
        ),
        anchor="league",
        table=Table("panorama", title, _("Area"), heads, tuple(rows)),
        draw=lambda width: interval_rows(lines, plan, width),
    )


def priorities(source: MarketSource) -> Exhibit | None:
    """Describe the lead of the best rival on every area, weighed, beside the owners' survey."""
    items = source.priorities
    if not items:
        return None
    lines = [_lead_line(one, source) for one in items]
    values = [v for one in items for v in (one.lead.value, one.lead.low, one.lead.high, 0.0)]
    known = [value for value in values if value is not None]
    low, high = reach(known, least=-100.0)
    title = _("Where a rival is ahead on what matters")
    plan = RowsPlan(
        name="priorities",
        title=title,
        description=_("Lead of the best rival on every area, points of 100."),
        axis=_("Best rival less our company, points of 100"),
        low=low,
        high=high,
        references=((0.0, _("level")),),
        head=_("Competitive PFI"),
    )
    return Exhibit(
        name="priorities",
        number="M-4",
        title=title,
        sub=_("◆ clearly behind, ■ clearly ahead, ○ cannot be told apart"),
        note=sentences(
            _(
                "Competitive PFI: importance share times the rival's lead, in points of the index. "
                "Intervals allow for the best rival having been chosen."
            ),
            words.weights_words(source),
            words.between_residents(),
        ),
        anchor="competitive",
        table=_priority_table(items, source, title),
        draw=lambda width: interval_rows(lines, plan, width),
    )


def _priority_table(items: tuple[CompetitiveItem, ...], source: MarketSource, title: str) -> Table:
    heads = [
        Head(_("Importance share"), SHARE),
        Head(_("Our company"), NUMBER, ends=True),
        Head(_("Best rival")),
        Head(_("Its lead"), SIGNED, ends=True),
        Head(_("Competitive PFI"), NUMBER, 2, ends=True),
        Head(_("Says"), wide=True),
    ]
    if source.beside:
        heads += [
            Head(
                _("PFI of the owners' survey {campaign}", campaign=source.beside_from),
                NUMBER,
                2,
                ends=True,
            ),
            Head(_("Rank there"), COUNT),
        ]
    rows = []
    for one in items:
        cells: list[str | int | float | Estimate | None] = [
            one.share,
            one.own,
            source.company(one.best),
            one.lead,
            Estimate(one.pfi, None, one.pfi_low, one.pfi_high, one.lead.n),
            words.lead_verdict(one, source),
        ]
        beside = source.beside.get(one.code)
        if source.beside and beside is None:
            cells += [None, None]
        elif beside is not None:
            cells += [
                Estimate(beside.pfi, None, beside.low, beside.high, 0),
                beside.rank,
            ]
        rows.append(Row(source.item(one.code), tuple(cells)))
    note = (
        _(
            "Two different lists on purpose: the owners' survey ({campaign}, the latest released "
            "result) asks where we fall short of what owners want, this one where another company "
            "does it better.",
            campaign=source.beside_from,
        )
        if source.beside
        else ""
    )
    return Table("priorities", title, _("Area"), tuple(heads), tuple(rows), note=note)


def _lead_line(one: CompetitiveItem, source: MarketSource) -> Line:
    # The mark is about the best rival alone: being ahead of another one is no comfort here.
    against_best = next((gap.verdict for gap in one.gaps if gap.rival == one.best), None)
    behind, ahead = against_best == "behind", against_best == "ahead"
    shape, color = ("diamond", ORANGE) if behind else ("square", BLUE) if ahead else ("ring", INK)
    hover = (
        source.item(one.code),
        _(
            "{company} leads by {value}",
            company=source.company(one.best),
            value=signed(one.lead.value),
        )
        if (one.lead.value or 0) > 0
        else _("nobody is ahead"),
        words.lead_verdict(one, source),
    )
    point = Point(
        one.lead.value or 0.0, 0, shape, color, ends_of(one.lead.low, one.lead.high), hover=hover
    )
    return Line(source.item(one.code), number(one.pfi, 2), (point,), bold=behind)


def within(source: MarketSource) -> Exhibit | None:
    """Describe what our residents say who know another company from another home."""
    found = [one for one in source.stored.main.within if one.mean.value is not None]
    if not found:
        return None
    lines = [_within_line(one, source) for one in found if not one.other]
    title = _("What our residents say who know another company")
    plan = RowsPlan(
        name="within",
        title=title,
        description=_("Our company against the one of the previous or second home."),
        axis=_("−2 much worse … 2 much better"),
        low=-2.0,
        high=2.0,
        references=((0.0, _("the same")),),
    )
    rows = tuple(
        Row(
            _within_name(one, source),
            (one.mean.n, one.mean, _verdict(one)),
            flags=(source.company(one.other),) if one.other else (),
        )
        for one in found
    )
    return Exhibit(
        name="within",
        number="M-5",
        title=title,
        sub=_("◆ clearly worse, ■ clearly better, ○ cannot be told apart"),
        note=_(
            "The same person on both companies. Memory makes a previous home better or worse than "
            "it was: never mixed with the figures above."
        ),
        anchor="within",
        table=Table(
            "within",
            title,
            _("Area"),
            (Head("n", COUNT), Head(_("Mean"), SIGNED, 2, ends=True), Head(_("Says"))),
            rows,
        ),
        draw=(lambda width: interval_rows(lines, plan, width)) if lines else None,
    )


def _within_line(one: WithinRating, source: MarketSource) -> Line:
    shape, color = {
        "better": ("square", BLUE),
        "worse": ("diamond", ORANGE),
    }.get(one.verdict or "", ("ring", INK))
    ends = ends_of(one.mean.low, one.mean.high)
    name = _within_name(one, source)
    point = Point(one.mean.value or 0.0, 0, shape, color, ends, hover=(name, _verdict(one)))
    return Line(name, f"n {one.mean.n}", (point,), band=one.source)


def _within_name(one: WithinRating, source: MarketSource) -> str:
    home = _("previous home") if one.source == "previous" else _("second home")
    return _("{item} ({home})", item=source.item(one.item), home=home)


def _verdict(one: WithinRating) -> str:
    return {"better": _("clearly better"), "worse": _("clearly worse")}.get(
        one.verdict or "", _("cannot be told apart")
    )
