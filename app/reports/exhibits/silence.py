"""Exhibits of the homes that did not answer: what they could do to the figures."""

from dataclasses import replace

from app.analysis.results.estimate import Estimate
from app.analysis.results.nonresponse import RepresentativenessResult
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports.charts import BLUE, INK, INK2, ORANGE, RULE2, Area, Mark, Point
from app.reports.exhibits.codes import mode_name, variable_name
from app.reports.exhibits.exhibit import Exhibit, Source, sentences
from app.reports.exhibits.lists import base_note
from app.reports.exhibits.table import COUNT, NUMBER, SHARE, SIGNED, Head, Row, Table
from app.reports.figures import NARROW, RowsPlan, ends_of, interval_rows
from app.reports.figures import Row as Line
from app.reports.wording import interval, number, percent, signed


def readings(source: Source) -> Exhibit | None:
    """Describe the overall rating under four assumptions about the silent homes."""
    result = source.result
    if result.overall is None or result.overall.value is None:
        return None
    found = _readings(result)
    heads = (
        Head(_("Overall rating 0-100"), NUMBER, 1, ends=True, wide=True),
        Head(_("Satisfied share"), SHARE, 0, ends=True, wide=True),
        Head(_("Satisfaction index"), NUMBER, 1, ends=True, wide=True),
    )
    rows = tuple(Row(name, values) for name, values in found)
    lines, bounds = [], -1
    for index, (name, values) in enumerate(found):
        overall = values[0]
        if overall is None or (overall.value is None and overall.low is None):
            lines.append(Line(name, "—", ()))
        elif overall.value is None:
            bounds = index
            lines.append(Line(name, interval(overall.low, overall.high, 0), (), bold=True))
        else:
            lines.append(Line(name, number(overall.value), (_point(overall, index),)))
    title = _("The overall rating, told four ways")
    plan = RowsPlan(
        name="readings",
        title=title,
        description=_("From no assumption about the silent homes to none of them counted."),
        axis=_("Overall rating 0-100"),
        low=0.0,
        high=100.0,
        row_height=34.0,
    )
    block = found[bounds][1][0] if bounds >= 0 else None

    def extra(width: float) -> tuple[Mark, ...]:
        if block is None or block.low is None or block.high is None:
            return ()
        top = bounds + (0.62 if width < NARROW else 0.3)
        return (
            Area(block.low, top, block.high, bounds + (0.86 if width < NARROW else 0.7), RULE2),
        )

    return Exhibit(
        name="readings",
        number="R-19",
        title=title,
        sub=_("grey block: worst and best case without any assumption; whiskers: 95% intervals"),
        note=sentences(
            _(
                "{silent} of {base} homes did not answer.",
                silent=f"{source.base - source.returned:,}",
                base=f"{source.base:,}",
            ),
            bounds_note(source),
            base_note(source),
        ),
        anchor="silent",
        table=Table("readings", title, _("Assumption"), heads, rows),
        draw=lambda width: interval_rows(lines, replace(plan, extra=extra(width)), width),
    )


def bounds_note(source: Source) -> str:
    """Say that worst and best case count the homes left out as silent; empty without any."""
    if not source.left_out:
        return ""
    return _(
        "Worst and best case also count the {count} homes of the communities left out as silent.",
        count=f"{source.left_out:,}",
    )


def _readings(
    result: StudyResult,
) -> list[tuple[str, tuple[Estimate | None, Estimate | None, Estimate | None]]]:
    index = result.index
    plain = Estimate(index.value, index.stderr, index.low, index.high, index.n)
    rows: list[tuple[str, tuple[Estimate | None, Estimate | None, Estimate | None]]] = [
        (
            _("No assumption at all"),
            (
                _block(result.overall_bounds, result.n),
                _block(result.satisfied_bounds, result.n),
                _block(result.index_bounds, result.n),
            ),
        )
    ]
    arrival = result.arrival
    if arrival is not None and arrival.everybody is not None:
        rows.append((_("The silent are like the latest answers"), (arrival.everybody, None, None)))
    known = result.calibrated
    if known is not None and known.reason is None:
        weighted = (known.overall, known.satisfied, known.index)
        rows.append((_("Weighted to the kinds of homes"), weighted))
    answered = (result.overall, result.overall_satisfied, plain)
    rows.append((_("Only homes that answered"), answered))
    return rows


def _block(bounds: tuple[float, float] | None, n: int) -> Estimate | None:
    return None if bounds is None else Estimate(None, None, bounds[0], bounds[1], n)


def _point(overall: Estimate, index: int) -> Point:
    return Point(
        overall.value or 0.0,
        0,
        "ring" if index < 2 else "dot",
        INK if index < 2 else BLUE,
        ends_of(overall.low, overall.high),
        hover=(number(overall.value), interval(overall.low, overall.high)),
    )


def kinds_of_homes(source: Source) -> Exhibit | None:
    """Describe who answered: the return rate by kind of home."""
    found = source.result.representativeness
    if found is None or not found.partials:
        return None
    overall = 100 * found.returned / found.members if found.members else 0.0
    rows, lines = [], []
    for partial in found.partials:
        for one in partial.categories:
            name = _category(partial.variable, one.category, source)
            label = f"{variable_name(partial.variable)} · {name}"
            rows.append(Row(label, (one.members, one.rate, one.contribution)))
            behind = 100 * one.rate < overall - 5
            lines.append(
                Line(
                    label,
                    _(
                        "{rate} · {members} homes",
                        rate=percent(one.rate),
                        members=f"{one.members:,}",
                    ),
                    (
                        Point(
                            100 * one.rate,
                            0,
                            "diamond" if behind else "dot",
                            ORANGE if behind else BLUE,
                        ),
                    ),
                    right_color=ORANGE if behind else INK2,
                    band=partial.variable,
                )
            )
    title = _("Return rate by kind of home")
    plan = RowsPlan(
        name="kinds",
        title=title,
        description=_("Kinds of homes that answered less than the whole by 5 points are marked ◇."),
        axis=_("Return rate, per cent"),
        low=0.0,
        high=100.0,
        references=((overall, _("all {rate}", rate=f"{overall:.0f}%")),),
    )
    heads = (
        Head(_("Homes"), COUNT),
        Head(_("Return rate"), SHARE, 0),
        Head(_("Contribution to unequal response"), SIGNED, 3, wide=True),
    )
    return Exhibit(
        name="kinds",
        number="R-19a",
        title=title,
        sub=_("dashed line: all homes; ◇ more than 5 points behind"),
        note=sentences(_alike(found), base_note(source)),
        anchor="silent",
        table=Table("kinds", title, _("Kind of home"), heads, tuple(rows)),
        draw=(lambda width: interval_rows(lines, plan, width)) if lines else None,
    )


def _alike(found: RepresentativenessResult) -> str:
    """Say how alike the kinds of homes answered."""
    note = _("Rates of the whole register have no sampling error.")
    indicator = found.indicator
    if indicator is None or indicator.value is None:
        return note
    said = _(
        "R-indicator {value} ({ends}): 1 means all kinds of homes answered alike.",
        value=number(indicator.value, 2),
        ends=interval(indicator.low, indicator.high, 2),
    )
    return sentences(said, note)


def _category(variable: str, category: str, source: Source) -> str:
    return _("all others") if category == "other" else source.codes.level(variable, category)


def early_and_late(source: Source) -> Exhibit | None:
    """Describe whether early answers differ from late ones."""
    found = source.result.arrival
    if found is None or not found.parts:
        return None
    words = {
        "first": _("first third"),
        "middle": _("middle third"),
        "last": _("last third"),
        "before_reminder": _("before the reminder"),
        "after_reminder": _("after the reminder"),
    }
    shown = [(words.get(part.name, part.name), part) for part in found.parts]
    rows = tuple(Row(name, (part.mean.n, part.mean)) for name, part in shown)
    lines = [
        Line(
            name,
            _("{value} · n {n}", value=number(part.mean.value), n=part.mean.n),
            (Point(part.mean.value, 0, "dot", BLUE, ends_of(part.mean.low, part.mean.high)),),
        )
        for name, part in shown
        if part.mean.value is not None
    ]
    title = (
        _("Later answers differ from earlier ones")
        if found.is_established
        else _("No difference between early and late answers can be shown")
    )
    plan = RowsPlan(
        name="arrival",
        title=title,
        description=title,
        axis=_("Overall rating 0-100"),
        low=max(0.0, 10 * (min(_lows(lines), default=40.0) // 10)),
        high=100.0,
    )
    slope = found.slope
    note = base_note(source)
    if slope is not None and slope.value is not None:
        words_of_slope = _(
            "For every further 10% of the homes the rating changes by {value} points ({ends}).",
            value=signed(slope.value),
            ends=interval(slope.low, slope.high),
        )
        note = f"{words_of_slope} {note}"
    heads = (Head("n", COUNT), Head(_("Overall rating 0-100"), NUMBER, 1, ends=True, wide=True))
    return Exhibit(
        name="arrival",
        number="R-19b",
        title=title,
        sub=_("a hint about the silent, no proof"),
        note=note,
        anchor="silent",
        table=Table("arrival", title, _("Answers"), heads, rows),
        draw=(lambda width: interval_rows(lines, plan, width)) if lines else None,
    )


def _lows(lines: list[Line]) -> list[float]:
    return [end for line in lines for p in line.points for end in (p.x_interval or (p.x, p.x))]


def ways(source: Source) -> Exhibit | None:
    """Describe what the way of answering does to the overall rating; never used to adjust."""
    found = source.result.modes
    if found is None or not found.effects:
        return None
    heads = (
        Head("n", COUNT),
        Head(_("Difference as it is"), SIGNED, 1, ends=True, wide=True),
        Head(_("Difference between like homes"), SIGNED, 1, ends=True, wide=True),
        Head(_("Says"), wide=True),
    )
    rows = tuple(
        Row(
            mode_name(one.mode),
            (
                one.n,
                one.plain,
                one.effect,
                _("more than 5 points: do not compare this way with the others")
                if one.is_warned
                else _("differs")
                if one.is_established
                else _("cannot be told apart"),
            ),
        )
        for one in found.effects
    )
    return Exhibit(
        name="modes",
        number="R-19c",
        title=_("Does the way of answering matter?"),
        sub="",
        note=sentences(
            _(
                "Held against answers given {reference}. Nothing is ever adjusted by it.",
                reference=mode_name(found.reference),
            ),
            base_note(source),
        ),
        anchor="silent",
        table=Table("modes", _("Ways of answering"), _("Way"), heads, rows),
    )
