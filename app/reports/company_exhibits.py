"""Exhibits about many communities: side by side, by region, the campaigns of the company, weights.

No list is ordered by a figure that chance alone could have made: communities are drawn by their
shrunken value, marked by whether they differ from the mean at all, and numbered only where the
reliability of the figures allows it.
"""

from collections.abc import Mapping, Sequence

from app.analysis.results.comparison import CommunitiesResult, CommunityEntry
from app.analysis.results.estimate import Estimate
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports.charts import BLUE, INK, ORANGE, Point
from app.reports.company.queries import Head as ResultHead
from app.reports.exhibits.codes import CodeNames, variable_name
from app.reports.exhibits.exhibit import Exhibit, sentences
from app.reports.exhibits.table import COUNT, NUMBER, SHARE, SIGNED, Head, Row, Table, Value
from app.reports.exhibits.verdicts import change_word, withheld_word
from app.reports.figures import Row as Line
from app.reports.figures import RowsPlan, ends_of, interval_rows
from app.reports.method import Entry
from app.reports.wording import NOTHING, joined, number, percent, signed

ABOVE, BELOW, AVERAGE = "above", "below", "average"
MOST_DRAWN = 40  # more lines are a wall: then only those that differ are drawn
_SHAPES = {ABOVE: ("square", BLUE), BELOW: ("diamond", ORANGE), AVERAGE: ("ring", INK)}


def standing_words(standing: str | None) -> str:
    """Return how a community stands to the mean of all."""
    return {
        ABOVE: _("clearly above the mean"),
        BELOW: _("clearly below the mean"),
        AVERAGE: _("cannot be told from the mean"),
    }.get(standing or "", _("cannot be told"))


def find_measure(result: StudyResult, measure: str) -> CommunitiesResult | None:
    """Return the communities side by side by one measure, the first one where it is unknown."""
    found = [one for one in result.communities if one.measure == measure]
    return found[0] if found else next(iter(result.communities), None)


def in_drawn_order(found: CommunitiesResult) -> list[CommunityEntry]:
    """Return the entries that can be drawn, the largest shrunken value first."""
    known = {entry.code: entry for entry in found.entries}
    return [known[code] for code in reversed(found.caterpillar)]


def standing_codes(found: CommunitiesResult, standing: str) -> list[str]:
    """Return the communities that stand so, in the order they are drawn."""
    return [one.code for one in in_drawn_order(found) if one.standing == standing]


def league_note(found: CommunitiesResult) -> str:
    """Say why communities are numbered, or why not."""
    reliability = found.median_reliability
    if reliability is None:
        return _("Too few communities have an interval: nothing is compared.")
    if found.league_said:
        return _(
            "Median reliability {value}: ranks may be said, with their intervals.",
            value=number(reliability, 2),
        )
    if reliability < 0.7:
        return _(
            "No league table: the median reliability is {value}, below 0.70.",
            value=number(reliability, 2),
        )
    return _("No league table: fewer than two communities may be ranked.")


def communities(
    found: CommunitiesResult, names: Mapping[str, str], *, rows: Sequence[CommunityEntry]
) -> Exhibit:
    """Describe communities side by side.

    Args:
        found: One measure of all communities.
        names: Names by code.
        rows: Those that the table shows.
    """
    drawn = in_drawn_order(found)
    if len(drawn) > MOST_DRAWN:
        drawn = [one for one in drawn if one.standing in (ABOVE, BELOW)][:MOST_DRAWN]
    lines = [_line(one, names, found) for one in drawn]
    what = _("Satisfaction index") if found.measure == "index" else _("Overall rating")
    heads = [
        Head("n", COUNT),
        Head(_("Own figure"), NUMBER, ends=True),
        Head(_("Pulled to the mean"), NUMBER, ends=True, wide=True),
        Head(_("From the mean"), SIGNED, ends=True, wide=True),
        Head(_("Reliability"), NUMBER, 2),
        Head(_("Says"), wide=True),
    ]
    if found.league_said:
        heads.append(Head(_("Rank")))
    low, high = _reach(lines, found)
    plan = RowsPlan(
        name="communities",
        title=_("{what}: communities beside their mean", what=what),
        description=_("Values pulled to the common mean, with 95% intervals."),
        axis=_("{what} 0-100", what=what),
        low=low,
        high=high,
        references=() if found.mean is None else ((found.mean, _("mean {value}",
            value=number(found.mean))),),
    )  # fmt: skip
    return Exhibit(
        name="communities",
        number="C-2",
        title=plan.title,
        sub=_("■ clearly above, ◆ clearly below, ○ cannot be told from the mean"),
        note=sentences(
            _(
                "{count} communities compared, Holm over all of them.",
                count=found.compared,
            ),
            league_note(found),
            _("Only those that differ are drawn.") if len(found.caterpillar) > MOST_DRAWN else "",
        ),
        anchor="communities",
        table=Table(
            "communities",
            plan.title,
            _("Community"),
            tuple(heads),
            tuple(_row(one, names, found) for one in rows),
            note=league_note(found),
        ),
        draw=(lambda width: interval_rows(lines, plan, width)) if lines else None,
    )


def _row(one: CommunityEntry, names: Mapping[str, str], found: CommunitiesResult) -> Row:
    said = withheld_word(one.hidden) if one.hidden else standing_words(one.standing)
    cells: list[Value] = [
        None if one.hidden else one.n,
        one.value,
        one.shrunken,
        one.from_mean.change,
        one.reliability,
        said,
    ]
    if found.league_said:
        cells.append(_rank(one))
    flags = () if one.is_rankable else (_("not ranked"),)
    return Row(names.get(one.code, one.code), tuple(cells), flags)


def _rank(one: CommunityEntry) -> str | None:
    if one.rank_low is None or one.rank_high is None:
        return None
    if one.rank_low == one.rank_high:
        return f"{one.rank_low}"
    return _("{low} to {high}", low=one.rank_low, high=one.rank_high)


def _line(one: CommunityEntry, names: Mapping[str, str], found: CommunitiesResult) -> Line:
    shape, colour = _SHAPES[one.standing or AVERAGE]
    name, rank = names.get(one.code, one.code), _rank(one) if found.league_said else None
    right = _("n {n}", n=f"{one.n:,}")
    if rank:
        right = _("rank {rank} · n {n}", rank=rank, n=f"{one.n:,}")
    return Line(
        label=name,
        right=right,
        points=(
            Point(
                one.shrunken.value or 0.0,
                0,
                shape,
                colour,
                ends_of(one.shrunken.low, one.shrunken.high),
                hover=(name, standing_words(one.standing)),
            ),
        ),
        bold=one.standing in (ABOVE, BELOW),
        band=one.standing or AVERAGE,
    )


def _reach(lines: Sequence[Line], found: CommunitiesResult) -> tuple[float, float]:
    ends = [end for line in lines for p in line.points for end in (p.x_interval or (p.x, p.x))]
    if found.mean is not None:
        ends.append(found.mean)
    if not ends:
        return 0.0, 100.0
    return max(0.0, 5.0 * (min(ends) // 5)), min(100.0, -5.0 * (-max(ends) // 5))


def regions(heads: Sequence[tuple[str, ResultHead]]) -> Exhibit | None:
    """Describe the regions and the company side by side; names come with their heads."""
    if not heads:
        return None
    columns = (
        Head(_("Return rate"), SHARE),
        Head("n", COUNT),
        Head(_("Index"), NUMBER, ends=True),
        Head(_("Satisfied"), SHARE, ends=True),
        Head(_("Change of the index, same weights"), SIGNED, ends=True, wide=True),
        Head(_("Says"), wide=True),
    )
    lines = [_head_line(name, head) for name, head in heads if head.index.value is not None]
    plan = RowsPlan(
        name="regions",
        title=_("Satisfaction index by region"),
        description=_("Index of each region with its 95% interval."),
        axis=_("Satisfaction index 0-100"),
        low=_low(lines),
        high=100.0,
    )
    return Exhibit(
        name="regions",
        number="C-3",
        title=plan.title,
        sub=_("Intervals that overlap say nothing about an order."),
        note=sentences(
            _("Every community counts by its homes. Regions are not ranked."),
            _("The return rate counts every home asked, n only the homes in the figures."),
        ),
        anchor="communities",
        table=Table("regions", plan.title, _("Region"), columns,
                    tuple(head_row(name, head) for name, head in heads)),
        draw=(lambda width: interval_rows(lines, plan, width)) if lines else None,
    )  # fmt: skip


def head_row(name: str, head: ResultHead, flags: tuple[str, ...] = ()) -> Row:
    """Return the row of one head: rate, answers, index, satisfied share, change, verdict."""
    said = change_word(head.change_said) if head.change_said else None
    change = head.change if head.change.value is not None else None
    aside = head.returned - head.n
    if aside > 0:
        flags = (*flags, _("{count} answers are not in the figures", count=f"{aside:,}"))
    return Row(name, (head.rate, head.n, head.index, head.satisfied, change, said), flags)


def change_words(head: ResultHead) -> str:
    """Say what became of the index since the campaign before; a dash without one."""
    if head.change.value is None or not head.change_said:
        return NOTHING
    return _(
        "{change}: {verdict}",
        change=signed(head.change.value),
        verdict=change_word(head.change_said),
    )


def _head_line(name: str, head: ResultHead) -> Line:
    return Line(
        label=name,
        right=_("{value} · n {n}", value=number(head.index.value), n=f"{head.n:,}"),
        points=(
            Point(
                head.index.value or 0.0,
                0,
                "dot",
                BLUE,
                ends_of(head.index.low, head.index.high),
                hover=(name, number(head.index.value)),
            ),
        ),
    )


def _low(lines: Sequence[Line]) -> float:
    ends = [end for line in lines for p in line.points for end in (p.x_interval or (p.x, p.x))]
    return max(0.0, 10.0 * (min(ends, default=50.0) // 10))


def weights(result: StudyResult, codes: CodeNames) -> Exhibit | None:
    """Describe what weighting to the known kinds of homes does, and what it costs."""
    found = result.calibrated
    if found is None or found.weighting is None:
        return None
    used = found.weighting
    columns = (
        Head(_("Homes"), COUNT),
        Head(_("Answered"), COUNT),
        Head(_("Share that answered"), SHARE),
        Head(_("Mean weight"), NUMBER, 2),
    )
    rows = tuple(
        Row(
            _(
                "{variable}: {value}",
                variable=variable_name(one.variables[0]),
                value=codes.level(one.variables[0], one.category[0]),
            ),
            (one.population, one.answered, one.answered / one.population, one.weight),
        )
        for one in used.categories
        if one.variables[0] != "community"
    )
    cost = _(
        "Design effect {deff}: {n} answers are worth {worth}.",
        deff=number(used.deff, 2),
        n=f"{result.n:,}",
        worth=f"{used.n_effective:,.0f}",
    )
    refused = "" if used.applied else _("That costs too much: the weights are not used.")
    return Exhibit(
        name="weights",
        number="C-5",
        title=_("Weights that would make the answers like all homes"),
        sub="",
        note=sentences(cost, refused, _("Published figures are not weighted by kinds of homes.")),
        anchor="weights",
        table=Table("weights", _("Weights by kind of home"), _("Kind of home"), columns, rows),
    )


def calibrated_words(result: StudyResult) -> str:
    """Say what the weighted figures would be, empty where there are none."""
    found = result.calibrated
    if found is None or found.index is None or found.index.value is None:
        return ""
    happy: Estimate | None = found.satisfied
    return _(
        "Weighted to the known kinds of homes ({kinds}) the index would be {index} instead of "
        "{plain}, and {share} satisfied instead of {plain_share}.",
        kinds=joined(variable_name(one) for one in found.variables if one != "community"),
        index=number(found.index.value),
        plain=number(result.index.value),
        share=percent(happy.value if happy else None),
        plain_share=percent(result.overall_satisfied.value if result.overall_satisfied else None),
    )


def entries() -> tuple[Entry, ...]:
    """Return what the method page says about figures of many communities."""
    return (
        Entry(
            "communities",
            _("Communities beside their mean"),
            "θ̂ = γ y + (1 − γ) μ,  γ = τ² / (τ² + s²)",
            _(
                "y is a community's own figure with the error s, μ the common mean and τ² what "
                "communities really differ by. A figure with a large error is pulled far. Whether "
                "one differs from the mean is tested with Holm over all of them; ranks are said "
                "only where the median of γ is at least 0.70, for communities whose gate is met, "
                "that are not on hold and have 100 answers."
            ),
        ),
        Entry(
            "weights",
            _("Weights and design effect"),
            "deff = 1 + cv²(w)",
            _(
                "Every community counts by its homes. Inside a community published figures are not "
                "weighted; beside them stands what raking to the known kinds of homes would give, "
                "and what the unequal weights cost in answers."
            ),
        ),
    )
