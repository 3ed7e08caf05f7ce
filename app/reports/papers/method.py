"""Section 2 of a report: who was asked, who answered, and what that means for the numbers."""

from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports import wording as words
from app.reports.context import ReportContext, bounds_of_satisfied, date_text
from app.reports.extras import Line
from app.reports.papers.blocks import Block, Column, Pair, Section, Table, Text, beside
from app.reports.papers.quality import quality_lines


def method(result: StudyResult, context: ReportContext) -> Section:
    """Return background, method, return with its denominators, bounds and checks."""
    blocks: list[Block] = [Text(_background(context))]
    blocks.append(Pair([_steps(context)], [_denominators(context)]))
    if context.correction:
        kept = _("What was shown before stays on record.")
        blocks.append(Text(f"{context.correction} {kept}", "note"))
    blocks += _bounds(result, context)
    quality = (*quality_lines(result), *context.extras.quality)
    blocks += beside(
        _lines("2.4", _("Quality of the answers"), quality),
        checks_table(context.extras.integrity),
    )
    blocks += _origin(result, context)
    return Section("s2", _("Method and return"), blocks)


def _background(context: ReportContext) -> str:
    return _(
        "Everybody was asked: all {homes} homes of the register as it stood on the first day, one "
        "answer a home, by phone or on paper. The survey ran from {first} to {last}; the results "
        "were released on {released}.",
        homes=context.base + context.excluded,
        first=date_text(context.opens_on),
        last=date_text(context.closes_on),
        released=date_text(context.clock_started_on),
    )


def _steps(context: ReportContext) -> Table:
    registered = context.base + context.excluded
    rows = [
        (_("In the register on the first day"), str(registered), ""),
        (_("Excluded with evidence, approved by head office"), str(context.excluded), ""),
        *(
            (_("of which: {reason}", reason=reason), str(count), "")
            for reason, count in context.exclusions
        ),
        (_("Base of the return rate"), str(context.base), "100.0%"),
        (_("Returned, valid and counted"), str(context.returned), context.rate),
    ]
    columns = (
        Column(_("Step"), "l", 3),
        Column(_("Homes"), "n", 1),
        Column(_("Share of the base"), "n", 1.3),
    )
    return Table("2.1", _("From the register to the answers"), columns, rows, is_summed=True)


def _denominators(context: ReportContext) -> Table:
    registered = context.base + context.excluded
    rows = [
        (
            _("Homes of the base: decides whether results are released"),
            str(context.base),
            context.rate,
        ),
        (
            _("All homes of the register, excluded ones too"),
            str(registered),
            words.return_rate(context.returned, registered),
        ),
    ]
    delivered = context.extras.delivered
    rows.append(
        (
            _("Homes an invitation is known to have reached"),
            words.NOTHING if delivered is None else str(delivered),
            words.NOTHING if not delivered else words.return_rate(context.returned, delivered),
        )
    )
    columns = (
        Column(_("Return rate of"), "l", 3),
        Column(_("Homes"), "n", 0.9),
        Column(_("Rate"), "n", 1),
    )
    return Table("2.2", _("Three denominators"), columns, rows, _rate_note(context))


def _rate_note(context: ReportContext) -> str:
    parts = [_("Homes that were not reached, refused or stayed silent remain in the base.")]
    if context.waived:
        parts.append(
            _(
                "The required rate of {rate} was not reached; the results were released by a "
                "recorded waiver.",
                rate=context.required,
            )
        )
        if context.waiver_reason:
            parts.append(_("Reason: {reason}", reason=context.waiver_reason))
    else:
        parts.append(_("The required rate of {rate} was reached.", rate=context.required))
    return " ".join((*parts, *context.rate_changes))


def _bounds(result: StudyResult, context: ReportContext) -> list[Block]:
    """Return what silent homes could change: share and index."""
    share = result.overall_satisfied
    bounds = bounds_of_satisfied(result, context.returned, context.base)
    if share is None or bounds is None:
        return []
    rows = [
        (
            _("Homes that answered"),
            words.said_share(share, 1),
            words.number(result.index.value),
            _("95% interval {ends}", ends=words.share_interval(share, 1)),
        )
    ]
    lower, upper = result.index_bounds or (None, None)
    cases = (
        (_("Worst case"), bounds[0], lower, _("every silent home is dissatisfied")),
        (_("Best case"), bounds[1], upper, _("every silent home is satisfied")),
    )
    rows += [
        (name, words.percent(value, 1), words.number(index), why)
        for name, value, index, why in cases
    ]
    arrival = result.arrival
    if arrival is not None and arrival.silent is not None and arrival.silent.value is not None:
        rows.append(
            (
                _("If late answers point to the silent ones"),
                words.NOTHING,
                words.number(arrival.silent.value),
                _("a guess: overall rating 0-100 the silent homes would give"),
            )
        )
    columns = (
        Column(_("Case"), "l", 2.6),
        Column(_("Satisfied share"), "n", 1.2),
        Column(_("Index"), "n", 1),
        Column(_("What it assumes"), "l", 3.4),
    )
    note = _(
        "The sampling error is small; what silent homes think is unknown and matters more. The "
        "truth lies between the two bounds."
    )
    return [Table("2.3", _("Could silent homes change the result?"), columns, rows, note)]


def checks_table(lines: tuple[Line, ...]) -> list[Block]:
    """Return the checks against cheating; nothing where there are none."""
    return _lines("2.5", _("Checks against cheating"), lines)


def _lines(number: str, title: str, lines: tuple[Line, ...]) -> list[Block]:
    if not lines:
        return []
    columns = (
        Column(_("Check"), "l", 3),
        Column(_("Result"), "n", 1.6),
        Column(_("Remark"), "l", 2.4),
    )
    return [Table(number, title, columns, [(one.label, one.value, one.note) for one in lines])]


def _origin(result: StudyResult, context: ReportContext) -> list[Block]:
    rows = [
        (_("Questionnaire"), f"{context.instrument} {result.instrument[:16]}"),
        (_("Snapshot"), context.snapshot_digest),
        (_("Version of the code"), context.code_version),
        (_("Plan and seed"), f"{context.plan_digest[:32]} · {context.seed}"),
        (
            _("Replicate groups"),
            str(result.groups) if result.groups else _("none: too few answers for an interval"),
        ),
    ]
    columns = (Column(_("What"), "l", 1.2), Column(_("Key"), "l", 4))
    note = _(
        "The same snapshot, code, plan and seed give the same numbers, digit by digit; every "
        "figure and table has a number under which the file itself carries its values."
    )
    return [Table("2.6", _("Where the numbers come from"), columns, rows, note)]
