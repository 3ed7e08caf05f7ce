"""Exhibits of the market: funnel, shares, special needs, reasons."""

from app.analysis.results.estimate import Estimate
from app.i18n import gettext as _
from app.reports.charts import BLUE, INK, ORANGE, Point
from app.reports.exhibits.exhibit import Exhibit, sentences
from app.reports.exhibits.table import COUNT, NUMBER, SHARE, SIGNED, Head, Row, Table
from app.reports.figures import Row as Line
from app.reports.figures import RowsPlan, ends_of, interval_rows
from app.reports.market import words
from app.reports.market.exhibits_league import reach
from app.reports.market.source import MarketSource
from app.reports.wording import percent, share_interval

_UNPROMPTED = ("spontaneous", "named_first")  # questions, in the order of the columns
_STEP_SHAPES = (("ring", INK), ("dot", INK), ("square", BLUE))


def funnel(source: MarketSource) -> Exhibit | None:
    """Describe the way from knowing a company to choosing it."""
    funnels = [one for one in source.stored.main.funnels if one.steps]
    if not funnels:
        return None
    unprompted = {
        (one.question, one.company): one.share
        for one in source.stored.further
        if one.question in _UNPROMPTED
    }
    asked = [
        question
        for question in _UNPROMPTED
        if all((question, one.code) in unprompted for one in funnels)
    ]
    lines, rows = [], []
    for one in funnels:
        points = []
        cells: list[Estimate | int] = []
        for at, step in enumerate(one.steps):
            shape, color = _STEP_SHAPES[min(at, len(_STEP_SHAPES) - 1)]
            if step.of_all.value is not None:
                points.append(_share_point(step.of_all, shape, color, step_name(step.name)))
            cells += [step.of_all] if at == 0 else [step.of_all, step.share]
        name = source.company(one.code)
        lines.append(Line(name, "", tuple(points), bold=one.code == source.own))
        said = [unprompted[question, one.code] for question in asked]
        rows.append(Row(name, (*said, *cells, one.inconsistent)))
    heads = [Head(step_name(question), SHARE, ends=True) for question in asked]
    for at, step in enumerate(funnels[0].steps):
        heads.append(Head(step_name(step.name), SHARE, ends=True))
        if at:
            heads.append(Head(_("of the step before"), SHARE, ends=True))
    heads.append(Head(_("Said otherwise"), COUNT))
    title = _("From knowing a company to choosing it")
    plan = RowsPlan(
        name="funnel",
        title=title,
        description=_("Share of everybody asked that knows, would consider, would choose first."),
        axis=_("Share of everybody asked, %"),
        low=0.0,
        high=100.0,
    )
    return Exhibit(
        name="funnel",
        number="M-8",
        title=title,
        sub=_("○ knows it, ● first or second choice, ■ first choice; whiskers: 95%"),
        note=_(
            "A step counts only with all before it; who chose a company without knowing it is "
            "counted under said otherwise."
        ),
        anchor="funnel",
        table=Table("funnel", title, _("Property company"), tuple(heads), tuple(rows)),
        draw=lambda width: interval_rows(lines, plan, width),
    )


def step_name(code: str) -> str:
    """Return the name of a step."""
    return {
        "spontaneous": _("Named unprompted"),
        "named_first": _("Named first"),
        "known": _("Knows it"),
        "considered": _("First or second choice"),
        "first": _("First choice"),
    }.get(code, code)


def shares(source: MarketSource) -> Exhibit | None:
    """Describe how much of the market each company has, and would have."""
    found = source.stored.main.shares
    if not found:
        return None
    lines = []
    for one in found:
        points = [
            Point(
                100 * one.communities_share,
                0,
                "ring",
                INK,
                hover=(source.company(one.code), percent(one.communities_share)),
            )
        ]
        if one.first_choice.value is not None:
            points.append(_share_point(one.first_choice, "square", BLUE, _("First choice")))
        lines.append(Line(source.company(one.code), "", tuple(points), bold=one.code == source.own))
    title = _("Share of the market today, and as first choice")
    high = max(
        p.x if p.x_interval is None else p.x_interval[1] for row in lines for p in row.points
    )
    plan = RowsPlan(
        name="shares",
        title=title,
        description=_("Share of communities managed, and of people who would choose it first."),
        axis="%",
        low=0.0,
        high=min(100.0, -(-high // 10) * 10),
    )
    heads = (
        Head(_("Number of communities"), COUNT),
        Head(_("of all"), SHARE),
        Head(_("Floor area"), COUNT),
        Head(_("of all"), SHARE),
        Head(_("First choice"), SHARE, ends=True),
    )
    rows = tuple(
        Row(
            source.company(one.code),
            (one.communities, one.communities_share, one.area, one.area_share, one.first_choice),
        )
        for one in found
    )
    return Exhibit(
        name="shares",
        number="M-9",
        title=title,
        sub=_("○ communities managed (counted), ■ first choice (estimated)"),
        note=sentences(
            _("A count and an estimate: never added up."),
            _("Interviews follow quotas, so first choices are those of the homes asked."),
        ),
        anchor="shares",
        table=Table("shares", title, _("Property company"), heads, rows),
        draw=lambda width: interval_rows(lines, plan, width),
    )


def needs(source: MarketSource) -> Exhibit | None:
    """Describe how well special needs are met, against all other companies."""
    found = [one for one in source.stored.main.needs if one.homes]
    if not found:
        return None
    lines = []
    values: list[float] = []
    for one in found:
        if one.gap.value is None:
            continue
        ends = ends_of(one.gap.low, one.gap.high)
        is_sure = ends is not None and not ends[0] <= 0 <= ends[1]
        shape = ("ring", INK)
        if is_sure:
            shape = ("square", BLUE) if one.gap.value > 0 else ("diamond", ORANGE)
        name = source.listed("need", one.need)
        lines.append(Line(name, f"n {one.homes}", (Point(one.gap.value, 0, *shape, ends),)))
        values += [one.gap.value, *(ends or ()), 0.0]
    title = _("Special needs: our residents beside all others")
    low, high = reach(values, least=-100.0)
    plan = RowsPlan(
        name="needs",
        title=title,
        description=_("How well needs are met, our residents less all others, adjusted."),
        axis=_("Our residents less all others, points of 100"),
        low=low,
        high=high,
        references=((0.0, _("level")),),
    )
    return Exhibit(
        name="needs",
        number="M-11",
        title=title,
        sub=_("■ clearly better, ◆ clearly worse, ○ cannot be told apart; each interval by itself"),
        note=_("A home with several needs gives one rating for all of them; it counts under each."),
        anchor="needs",
        table=_needs_table(source, title),
        draw=(lambda width: interval_rows(lines, plan, width)) if lines else None,
    )


def _needs_table(source: MarketSource, title: str) -> Table:
    heads = (
        Head(_("Homes with it"), COUNT),
        Head(_("All companies"), NUMBER, ends=True),
        Head(_("Our residents"), NUMBER, ends=True),
        Head(_("Residents of all others"), NUMBER, ends=True),
        Head(_("Difference"), SIGNED, ends=True),
        Head(_("Remark"), wide=True),
    )
    rows = tuple(
        Row(
            source.listed("need", one.need),
            (
                one.homes,
                one.everybody,
                one.own,
                one.others,
                one.gap,
                "" if one.reason is None else words.why(one.reason),
            ),
        )
        for one in source.stored.main.needs
        if one.homes
    )
    return Table("needs", title, _("Need"), heads, rows)


def reasons(source: MarketSource) -> Exhibit | None:
    """Describe what people say would matter most when choosing, in their own words, coded."""
    found = source.stored.reasons
    if not found:
        return None
    total = source.stored.main.interviews
    rows = tuple(
        Row(source.listed("reason", code), (count, count / total))
        for code, count in sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    title = _("What would matter most when choosing")
    return Exhibit(
        name="reasons",
        number="M-12",
        title=title,
        sub="",
        note=_(
            "Said without prompting, up to three, coded by the interviewer; of {n} interviews.",
            n=total,
        ),
        anchor="funnel",
        table=Table(
            "reasons",
            title,
            _("Reason"),
            (Head(_("Interviews"), COUNT), Head(_("Share"), SHARE)),
            rows,
        ),
    )


def _share_point(one: Estimate, shape: str, color: str, name: str) -> Point:
    ends = ends_of(one.low, one.high)
    return Point(
        100 * (one.value or 0.0),
        0,
        shape,
        color,
        None if ends is None else (100 * ends[0], 100 * ends[1]),
        hover=(name, percent(one.value), share_interval(one)),
    )
