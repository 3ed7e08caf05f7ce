"""Change, communities and segments as tables in a terminal."""

from app.analysis.results.comparison import (
    CommunitiesResult,
    Contrast,
    SegmentsResult,
    TrendResult,
    WaveComparison,
)
from app.analysis.results.study import SegmentTable
from app.cli.table_words import difference_text, p_text, standing_text, title, verdict_word
from app.cli.text_table import table
from app.i18n import gettext as _
from app.reports.wording import NOTHING, Names, estimate_text, number, rank_text

# Said of every segment; items only where the difference is established.
_ALWAYS = ("index", "overall")


def trend_lines(trend: TrendResult, names: Names) -> list[str]:
    """Return the waves of a trend, and every step between them."""
    if not trend.points:
        return _steps(trend, names)
    head = [_("Wave"), "n", _("Index at the weights of {wave}", wave=trend.base),
            _("Index as published"), _("Overall item, 0-100")]  # fmt: skip
    rows = [
        [
            one.wave,
            str(one.n),
            estimate_text(one.index),
            estimate_text(one.index_own),
            NOTHING if one.overall is None else estimate_text(one.overall),
        ]
        for one in trend.points
    ]
    return [title(_("Trend")), *table(head, rows), "", *_steps(trend, names)]


def _steps(trend: TrendResult, names: Names) -> list[str]:
    lines = [_change(step, names) for step in trend.steps]
    return [line for k, one in enumerate(lines) for line in ([""] if k else []) + one]


def _change(waves: WaveComparison, names: Names) -> list[str]:
    head = [
        _("Measure"),
        waves.before,
        waves.after,
        _("Change in points"),
        _("p (Holm)"),
        _("Verdict"),
    ]
    named: list[tuple[str, Contrast | None]] = [
        (_("Index at the weights of {wave}", wave=waves.before), waves.index),
        (_("Index as published"), waves.index_own),
        (_("Overall item, 0-100"), waves.overall),
    ]
    named += [(names.short(one.code), one) for one in waves.performance]
    rows = [[name, *_contrast(one)] for name, one in named if one is not None]
    about = _("Change from {before} to {after}", before=waves.before, after=waves.after)
    lines = [title(about), *table(head, rows, words=(0, -1))]
    if waves.by_performance is not None and waves.by_weights is not None:
        lines.append(
            _("Of this change {performance} comes from ratings, {weights} from other weights.",
              performance=difference_text(waves.by_performance, 2),
              weights=difference_text(waves.by_weights, 2))
        )  # fmt: skip
    lines.append(
        _("Smallest change of interest: {points} points of 100.", points=number(waves.smallest))
    )
    if waves.conservative:
        lines.append(_("Households of the two waves are not linked: intervals are conservative."))
    return lines


def _contrast(one: Contrast) -> list[str]:
    return [
        number(one.value if one.reference is None else one.reference),
        number(one.value),
        difference_text(one.change),
        p_text(one.p_holm),
        verdict_word(one.verdict),
    ]


def community_lines(result: CommunitiesResult, names: Names) -> list[str]:
    """Return communities by name, which is no order, and whether they differ at all."""
    measure = _measure(result.measure, names)
    lines = [title(_("Communities: {measure}", measure=measure))]
    head = [_("Community"), "n", _("Own figure"), _("Shrunken"), _("Reliability"),
            _("Rank interval"), _("Against the average")]  # fmt: skip
    rows = [
        [
            one.code,
            str(one.n),
            estimate_text(one.value),
            estimate_text(one.shrunken),
            number(one.reliability, 2),
            rank_text(one.rank_low, one.rank_high),
            standing_text(one.standing),
        ]
        for one in result.entries
    ]
    lines += table(head, rows, words=(0, -1))
    lines.append(
        _("Common mean {mean}; variance between communities {spread}; all equal: p = {p}",
          mean=number(result.mean), spread=number(result.spread, 3), p=p_text(result.p))
    )  # fmt: skip
    if not result.league_said:
        lines.append(
            _("No league table: the median reliability is {value}, and .70 is needed.",
              value=number(result.median_reliability, 2))
        )  # fmt: skip
    return lines


def _measure(code: str, names: Names) -> str:
    return {
        "index": _("Satisfaction index 0-100"),
        "overall": _("Overall item, 0-100"),
    }.get(code, names.short(code))


def segment_lines(result: SegmentsResult, names: Names) -> list[str]:
    """Return every segment against the rest, for every measure that may be said."""
    head = [_("Segment"), "n", _("Measure"), _("Here"), _("The rest"), _("Difference"),
            _("p (Holm)"), _("Verdict")]  # fmt: skip
    rows, left_out = [], 0
    for entry in result.entries:
        for one in entry.contrasts:
            if one.change.value is None:
                continue
            if one.code not in _ALWAYS and not one.established:
                left_out += 1
                continue
            name = entry.value or _("not given")
            figures = [*_figures(one), verdict_word(one.verdict)]
            rows.append(
                [
                    name,
                    NOTHING if entry.n is None else str(entry.n),
                    _measure(one.code, names),
                    *figures,
                ]
            )
    lines = [
        title(_("Segments by {variable}", variable=result.variable)),
        *table(head, rows, words=(0, 2, -1)),
    ]
    if left_out:
        lines.append(
            _("{count} other differences cannot be told from noise and are left out.",
              count=left_out)
        )  # fmt: skip
    return lines


def count_lines(result: SegmentTable) -> list[str]:
    """Return the satisfied by segment as counts; a dash is withheld."""
    counts = result.table
    head = [_("Segment"), _("satisfied"), _("not satisfied"), _("together")]
    rows = [
        [value or _("not given"), *(_count(one) for one in cells), _count(total)]
        for value, cells, total in zip(result.values, counts.cells, counts.row_totals, strict=True)
    ]
    rows.append([_("together"), *map(_count, counts.column_totals), _count(counts.total)])
    about = _("Satisfied overall by {variable}, households", variable=result.variable)
    return [title(about), *table(head, rows)]


def _count(count: int | None) -> str:
    return NOTHING if count is None else str(count)


def _figures(one: Contrast) -> list[str]:
    return [
        number(one.value),
        number(one.reference),
        difference_text(one.change),
        p_text(one.p_holm),
    ]
