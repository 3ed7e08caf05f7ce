"""Exhibits of change: the trend over all frozen campaigns, and the last step item by item."""

from datetime import date, timedelta

from app.analysis.results.comparison import Contrast, TrendPoint, TrendResult, WaveComparison
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports.charts import BLUE, INK, Point
from app.reports.exhibits.exhibit import Exhibit, Source, sentences
from app.reports.exhibits.lists import base_note
from app.reports.exhibits.table import COUNT, NUMBER, SIGNED, Head, Row, Table
from app.reports.exhibits.verdicts import change_word
from app.reports.figures import Row as Line
from app.reports.figures import RowsPlan, ends_of, interval_rows
from app.reports.trend_figure import Span, TrendDot, trend_line
from app.reports.wording import signed

_NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def last_step(source: Source) -> WaveComparison | None:
    """Return the comparison with the campaign before, None without one."""
    return step_of(source.result)


def step_of(result: StudyResult) -> WaveComparison | None:
    """Return a result's comparison with the campaign before, None without one."""
    trend = result.trend
    return trend.steps[-1] if trend is not None and trend.steps else None


def trend(source: Source) -> Exhibit | None:
    """Describe the index with frozen weights over all campaigns, with what happened around."""
    found = source.result.trend
    if found is None or not found.points:
        return None
    steps = {step.after: step for step in found.steps}
    shown = [one for one in found.points if one.index.value is not None]
    heads = (
        Head("n", COUNT),
        Head(_("Index, frozen weights"), NUMBER, 1, ends=True, wide=True),
        Head(_("Index as published"), NUMBER, 1, ends=True, wide=True),
        Head(_("Overall rating 0-100"), NUMBER, 1, ends=True, wide=True),
        Head(_("Change of the index, same weights"), SIGNED, 1, ends=True, wide=True),
        Head(_("Says"), wide=True),
    )
    rows = tuple(_wave_row(one, steps.get(one.wave)) for one in found.points)
    days = _days(found, source)
    dots = [
        TrendDot(
            days[one.wave],
            one.wave,
            one.index.value or 0.0,
            one.index.low,
            one.index.high,
            _verdict(steps.get(one.wave)),
        )
        for one in shown
    ]
    spans = [
        Span(event.starts_on, event.ends_on, number)
        for event, number in zip(source.events, _NUMBERS, strict=False)
    ]
    title = _("Satisfaction index over the campaigns")
    return Exhibit(
        name="trend",
        number="R-17",
        title=title,
        sub=sentences(
            _("A full line is a real change, a dashed one is not."),
            _("① events, see below.") if spans else "",
        ),
        note=sentences(
            _(
                "The weights of {wave} are used in every campaign, so that only ratings move the "
                "line. Whiskers are 95% intervals.",
                wave=found.base,
            ),
            base_note(source),
        ),
        anchor="change",
        table=Table("trend", title, _("Campaign"), heads, rows),
        draw=(lambda width: trend_line(dots, spans, title, width)) if dots else None,
    )


def numbered_events(source: Source) -> list[tuple[str, str, str]]:
    """Return number, days and words of what happened, as the drawing numbers them."""
    return [
        (number, f"{event.starts_on.isoformat()} – {event.ends_on.isoformat()}", event.words)
        for event, number in zip(source.events, _NUMBERS, strict=False)
    ]


def changes(source: Source) -> Exhibit | None:
    """Describe the change of every area since the campaign before."""
    step = last_step(source)
    if step is None:
        return None
    names = source.names
    known = [
        (_("Satisfaction index"), step.index),
        (_("Overall rating 0-100"), step.overall),
        *((names.short(one.code), one) for one in step.performance),
    ]
    shown = [(name, one) for name, one in known if one is not None]
    heads = (
        Head(_("Before"), NUMBER),
        Head(_("Now"), NUMBER),
        Head(_("Difference to last time"), SIGNED, 1, ends=True, wide=True),
        Head(_("Says"), wide=True),
    )
    rows = [
        Row(name, (one.reference, one.value, one.change, change_word(one.verdict)))
        for name, one in shown
    ]
    lines = [_change_line(name, one) for name, one in shown if one.change.value is not None]
    reach = max([5.0, *(abs(e) for line in lines for p in line.points for e in _ends(p))])
    edge = 5.0 * -(-reach // 5)
    title = _("Change since {wave}", wave=step.before)
    plan = RowsPlan(
        name="changes",
        title=title,
        description=_("A change is real only where the table says so."),
        axis=_("Points of 0-100"),
        low=-edge,
        high=edge,
        references=((0.0, _("no change")),),
    )
    return Exhibit(
        name="changes",
        number="R-18",
        title=title,
        sub=_("■ real change (Holm over all areas), ○ within noise or not to be told"),
        note=_step_note(step),
        anchor="change",
        table=Table("changes", title, _("What"), heads, tuple(rows)),
        draw=(lambda width: interval_rows(lines, plan, width)) if lines else None,
    )


def _step_note(step: WaveComparison) -> str:
    parts = [_("n = {before} then, {after} now.", before=step.n_before, after=step.n_after)]
    if step.conservative:
        parts.append(_("Homes are not linked, so the intervals are rather too wide."))
    if step.indicative:
        parts.append(_("Indicative: one of the two has fewer than 100 homes."))
    if step.only_before or step.only_after:
        parts.append(_("Questions that only one of the two asked are not compared."))
    return sentences(*parts)


def _wave_row(one: TrendPoint, step: WaveComparison | None) -> Row:
    contrast = step.index if step is not None else None
    return Row(
        one.wave,
        (
            one.n,
            one.index,
            one.index_own,
            one.overall,
            contrast.change if contrast is not None else None,
            change_word(contrast.verdict) if contrast is not None else None,
        ),
    )


def _verdict(step: WaveComparison | None) -> str:
    return (step.index.verdict or "") if step is not None and step.index is not None else ""


def _days(found: TrendResult, source: Source) -> dict[str, date]:
    """Return a day for every wave: its last day, or half a year after the one before."""
    days: dict[str, date] = {}
    last = date(2000, 1, 1)
    for one in found.points:
        last = source.closed.get(one.wave, last + timedelta(days=182))
        days[one.wave] = last
    return days


def _change_line(name: str, one: Contrast) -> Line:
    is_real = one.verdict == "real"
    value = one.change.value or 0.0
    point = Point(
        value,
        0,
        "square" if is_real else "ring",
        INK if is_real else BLUE,
        ends_of(one.change.low, one.change.high),
        hover=(name, change_word(one.verdict)),
    )
    return Line(name, signed(value), (point,), bold=is_real)


def _ends(point: Point) -> tuple[float, ...]:
    return point.x_interval or (point.x,)
