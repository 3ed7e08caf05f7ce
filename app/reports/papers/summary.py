"""Section 1 of a report: the page that stands alone."""

import re
from datetime import date

from app.analysis.results.comparison import Contrast, WaveComparison
from app.analysis.results.items import ItemResult
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports import wording as words
from app.reports.context import ReportContext, bounds_of_satisfied, date_text
from app.reports.papers.blocks import (
    Block,
    Column,
    Drawing,
    Figure,
    Figures,
    Pair,
    Point,
    Points,
    Section,
    Table,
    Text,
)
from app.reports.trend_figure import TrendDot, trend_line

_SHOWN = 3
_TWO = 2
_HALF, _LOW = 430.0, 190.0  # pixels of a drawing as wide as half a page
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])(?!\d)")


def is_withheld(result: StudyResult) -> bool:
    """Say whether there is no index to speak of: too few answers, or no weights."""
    return result.standing == "suppressed" or result.index.value is None


def summary(result: StudyResult, context: ReportContext) -> Section:
    """Return the page that stands alone: what was found, how sure that is, what to decide."""
    blocks: list[Block] = [Text(note, "warning") for note in words.standing_notes(result)]
    blocks += [Text(words.verdict(result, context.names), "lead"), headline(result, context)]
    if not is_withheld(result):
        blocks += _where(result, context)
        blocks += _since(result, context)
        blocks += decisions(result, context)
    return Section("s1", _("Summary"), blocks)


def headline(result: StudyResult, context: ReportContext) -> Figures:
    """Return the four big numbers with their intervals."""
    index, share = result.index, result.overall_satisfied
    index_notes = [_("areas weighted by importance")]
    if index.low is not None:
        ends = words.interval(index.low, index.high)
        index_notes.insert(0, _("95% interval {ends}", ends=ends))
    share_notes = []
    if share is not None and share.low is not None:
        share_notes.append(_("95% interval {ends}", ends=words.share_interval(share, 1)))
    bounds = bounds_of_satisfied(result, context.returned, context.base)
    if bounds:
        low, high = (words.percent(one) for one in bounds)
        share_notes.append(_("all homes: {low} to {high}", low=low, high=high))
    return Figures(
        "1.1",
        (
            Figure(_("Satisfaction index 0-100"), words.number(index.value), tuple(index_notes)),
            Figure(
                _("Satisfied overall (of homes that answered)"),
                words.said_share(share, 1) if share else words.NOTHING,
                tuple(share_notes),
            ),
            Figure(
                _("Return rate"),
                context.rate,
                (
                    _("{returned} of {base} homes", returned=context.returned, base=context.base),
                    _("required {rate}", rate=context.required),
                ),
            ),
            _fourth(result),
        ),
    )


def _fourth(result: StudyResult) -> Figure:
    """Return the change since last time, or the loyalty where there is no last time."""
    step = last_step(result)
    if step is not None and step.index is not None and step.index.change.value is not None:
        change = step.index.change
        notes = [change_word(step.index)]
        if change.low is not None:
            ends = words.interval(change.low, change.high)
            notes.insert(0, _("95% interval {ends}", ends=ends))
        return Figure(
            _("Index against {wave}, same weights", wave=step.before),
            words.signed(change.value),
            tuple(notes),
        )
    hill = result.index.hill_percent
    return Figure(
        _("Hill's percentage"),
        words.NOTHING if hill is None else f"{words.number(hill)}%",
        (_("the same weights on the raw scale"), _("first survey: nothing to compare with")),
    )


def last_step(result: StudyResult) -> WaveComparison | None:
    """Return the comparison with the survey before, None without one."""
    return result.trend.steps[-1] if result.trend and result.trend.steps else None


def change_word(contrast: Contrast) -> str:
    """Say whether a change is more than chance."""
    return {
        "real": _("real: beyond error"),
        "noise": _("within error"),
        "too_small": _("beyond error, but too small to matter"),
        "cannot_tell": _("cannot be told"),
    }.get(contrast.verdict or "", words.NOTHING)


def strengths(result: StudyResult) -> list[ItemResult]:
    """Return the areas surely above the cut of the matrix, the most important ones first."""
    cut = result.crosshair.performance
    good = [
        item
        for item in result.items
        if cut is not None and item.performance.low is not None and item.performance.low > cut
    ]
    return sorted(good, key=lambda item: (-(item.importance or 0.0), item.code))[:_SHOWN]


def strengths_list(result: StudyResult, context: ReportContext) -> Points:
    """Return the strengths with their intervals."""
    points = [
        Point(
            context.names.short(item.code),
            _(
                "satisfaction {value} ({ends}); importance {weight}",
                value=words.number(item.performance.value),
                ends=words.interval(item.performance.low, item.performance.high),
                weight=words.percent(item.importance, 1),
            ),
        )
        for item in strengths(result)
    ]
    return Points("1.2", _("To hold"), points, _("No area is surely above the target."))


def priorities(result: StudyResult) -> list[ItemResult]:
    """Return what may be among the first to improve, in order; empty when no order is said."""
    if not result.order_said:
        return []
    return [item for item in words.in_order(result) if item.band in ("A", "B")]


def _where(result: StudyResult, context: ReportContext) -> list[Block]:
    """Return strengths beside priorities, or why neither is said."""
    if not result.order_said:
        return [Text(words.no_order_reason(result))]
    names = context.names
    first = priorities(result)
    improves = [
        Point(
            names.short(item.code),
            _(
                "{points} index points to regain; {rank}",
                points=words.number(item.pfi),
                rank=words.rank_text(item.rank_low, item.rank_high),
            ),
            item.band or "",
        )
        for item in first[:_SHOWN]
    ]
    note = _(
        "A = surely among the first three; B = may be. Among areas that cannot be told apart cost "
        "and effect decide."
    )
    more = words.joined(names.short(item.code) for item in first[_SHOWN:])
    if more:
        note = f"{_('May also be among the first three: {areas}.', areas=more)} {note}"
    return [
        Pair(
            [strengths_list(result, context)],
            [
                Points(
                    "1.3",
                    _("To improve first"),
                    improves,
                    _("No order of improvement can be told."),
                )
            ],
        ),
        Text(note, "note"),
    ]


def _since(result: StudyResult, context: ReportContext) -> list[Block]:
    """Return the index over the surveys beside the largest changes since the last one."""
    drawing, step = trend_drawing(result), last_step(result)
    if drawing is None or step is None:
        return changes(result, context)
    columns = (
        Column(_("Area"), "l", 2.5),
        Column(_("Change in points"), "n", 1.3),
        Column(_("95% interval"), "n", 1.9),
        Column(_("Real or chance"), "l", 2.1),
    )
    rows = [
        (
            context.names.short(one.code),
            words.signed(one.change.value),
            words.interval(one.change.low, one.change.high),
            change_word(one),
        )
        for one in _largest(step)
    ]
    title = _("What has changed since {wave}", wave=step.before)
    return [Pair([drawing], [Table("1.4", title, columns, rows, _real_note(step))])]


def trend_drawing(result: StudyResult) -> Drawing | None:
    """Return the index over the surveys as a drawing; None without two of them."""
    trend = result.trend
    points = [one for one in trend.points if one.index.value is not None] if trend else []
    if trend is None or len(points) < _TWO:
        return None
    steps = {step.after: step for step in trend.steps}
    days = _days([one.wave for one in points])
    dots = [
        TrendDot(
            days[one.wave],
            one.wave,
            one.index.value or 0.0,
            one.index.low,
            one.index.high,
            _step_verdict(steps.get(one.wave)),
        )
        for one in points
    ]
    title = _("The index over the surveys")
    counts = words.joined(f"{one.wave} n={one.n}" for one in points)
    note = _(
        "Whiskers: 95% intervals. A full line is a real change, a dashed one is not. Importance "
        "of {wave} throughout. {counts}.",
        wave=trend.base,
        counts=counts,
    )
    return Drawing("1.6", title, trend_line(dots, (), title, _HALF, height=_LOW), note)


def _step_verdict(step: WaveComparison | None) -> str:
    return (step.index.verdict or "") if step is not None and step.index is not None else ""


def _days(waves: list[str]) -> dict[str, date]:
    """Return a day for every survey: the month its code names, else half a year a survey."""
    named = [_MONTH.match(wave) for wave in waves]
    if all(named):
        days = [date(int(one[1]), int(one[2]), 1) for one in named if one is not None]
        if days == sorted(set(days)):
            return dict(zip(waves, days, strict=True))
    return {wave: date(2000 + at // 2, 1 + 6 * (at % 2), 1) for at, wave in enumerate(waves)}


def _largest(step: WaveComparison) -> list[Contrast]:
    known = [one for one in step.performance if one.change.value is not None]
    known.sort(key=lambda one: -abs(one.change.value or 0.0))
    return known[:_SHOWN]


def _real_note(step: WaveComparison) -> str:
    note = _(
        "The three largest changes; all areas are in section 6. A change is called real if it "
        "stands when all areas are tested together (Holm) and its interval does not lie wholly "
        "within ±{points} points.",
        points=words.number(step.smallest),
    )
    return f"{note} {_untold_note(step)}".strip()


def _untold_note(step: WaveComparison) -> str:
    """Say what it means that a change cannot be told; empty where every one can."""
    if all(one.verdict != "cannot_tell" for one in (step.index, *step.performance) if one):
        return ""
    return _("Cannot be told: the interval is too wide to say that it changed or that it did not.")


def changes(result: StudyResult, context: ReportContext) -> list[Block]:
    """Return the largest changes since last time and whether each is more than chance."""
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
        for one in _largest(step)
    ]
    columns = (
        Column(_("Area"), "l", 3),
        Column(step.before, "n", 1.4),
        Column(step.after, "n", 1.4),
        Column(_("Change in points"), "n", 1.2),
        Column(_("95% interval"), "n", 1.8),
        Column(_("Real or chance"), "l", 3),
    )
    title = _("What has changed since {wave}", wave=step.before)
    return [Table("1.4", title, columns, rows, _real_note(step))]


def decisions(result: StudyResult, context: ReportContext) -> list[Block]:
    """Return what the review has to decide: measures, order among equals, answers owed."""
    names = context.names
    rows: list[tuple[str, str, str]] = [
        (
            _("{area}: measure, cost and date", area=names.short(item.code)),
            _(
                "{points} index points; {band}",
                points=words.number(item.pfi),
                band=words.band_word(item.band),
            ),
            names.department(item.code) or context.office,
        )
        for item in priorities(result)[:2]
    ]
    equal = _first_equals(result)
    if equal:
        rows.append(
            (
                _(
                    "Which of these comes first: {areas}",
                    areas=words.joined(names.brief(item.code) for item in equal),
                ),
                _("the answers cannot tell them apart; cost and effect decide"),
                _("review meeting"),
            )
        )
    owed = [theme for theme in context.extras.themes if theme.is_concentrated and theme.answer]
    if owed:
        rows.append(
            (
                _("Public answers to: {themes}", themes=words.joined(one.name for one in owed[:3])),
                _("raised by many homes"),
                context.office,
            )
        )
    if not rows:
        return []
    columns = (
        Column(_("To decide"), "l", 4),
        Column(_("Why"), "l", 4),
        Column(_("Who decides"), "l", 2),
    )
    note = _(
        "The follow-up of every case has been due since {date}, whatever is decided here.",
        date=date_text(context.clock_started_on),
    )
    return [Table("1.5", _("Decisions asked for"), columns, rows, note)]


def _first_equals(result: StudyResult) -> list[ItemResult]:
    """Return the first area of the list with those it is tied with, if any."""
    order = priorities(result)
    if not order:
        return []
    tied = [item for item in order[1:4] if item.code in order[0].tied]
    return [order[0], *tied] if tied else []
