"""Section 9 of a report: every formula, the hand-check table, further tables."""

from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports import method
from app.reports import wording as words
from app.reports.context import ReportContext
from app.reports.papers.blocks import (
    Block,
    Column,
    Formula,
    Formulas,
    Heading,
    Pair,
    Section,
    Table,
)
from app.reports.papers.summary import is_withheld


def appendix(result: StudyResult, context: ReportContext) -> Section:
    """Return what anyone needs to work the numbers out again."""
    entries = [Formula(one.title, one.formula_html, one.text) for one in method.entries()]
    # Text in columns fills whatever a page has left; the tables keep together behind it.
    blocks: list[Block] = [Heading(_("Formulas")), Formulas(entries)]
    if not is_withheld(result):
        blocks.append(_by_hand(result, context))
    scales, asked = _scales(result, context), _questionnaire(context)
    blocks += [Pair(scales, asked, 0.38)] if scales and asked else [*scales, *asked]
    return Section("s9", _("Appendix: formulas and tables"), blocks, is_new_page=False)


def _by_hand(result: StudyResult, context: ReportContext) -> Table:
    known = [
        item
        for item in result.items
        if item.importance is not None and item.performance.value is not None
    ]
    rows = [
        (
            context.names.short(item.code),
            words.percent(item.emphasis, 1),
            words.percent(item.importance, 2),
            words.number(item.performance.value, 2),
            words.number((item.importance or 0.0) * (item.performance.value or 0.0), 2),
            words.number(item.pfi, 2),
            str(item.n),
        )
        for item in known
    ]
    index = result.index.value
    rest = None if index is None else 100 - index
    rows.append((_("Sum"), "", "100.00%", "", words.number(index, 2), words.number(rest, 2), ""))
    columns = (
        Column(_("Area"), "l", 3),
        Column(_("Chosen by"), "n", 1.1),
        Column(f"{_('Importance')} ω", "n", 1.2),
        Column(f"{_('Satisfaction')} P", "n", 1.2),
        Column("ω × P", "n", 1.1),
        Column("PFI = ω × (100 − P)", "n", 1.7),
        Column("n", "n", 0.8),
    )
    note = _(
        "The sum of ω × P is the index. Rounded values are shown; the sum is made from exact ones."
    )
    title = _("Checking by hand")
    return Table("9.1", title, columns, rows, note, is_summed=True, is_small=True)


def _scales(result: StudyResult, context: ReportContext) -> list[Block]:
    rows = [
        (
            context.names.short(one.area),
            str(len(one.items)),
            words.number(one.alpha.value, 2),
            words.interval(one.alpha.low, one.alpha.high, 2),
        )
        for one in result.scales
        if one.alpha is not None and one.alpha.value is not None
    ]
    if not rows:
        return []
    columns = (
        Column(_("Area"), "l", 2.9),
        Column(_("Count"), "n", 1),
        Column("α", "n", 1),
        Column(_("95% interval"), "n", 2.1),
    )
    note = _("Cronbach's α: how far the attributes of an area measure one thing; from 0.7 well.")
    title = _("Do the attributes of an area belong together?")
    return [Table("9.2", title, columns, rows, note, is_small=True)]


def _questionnaire(context: ReportContext) -> list[Block]:
    """Return the questions of the survey as owners read them."""
    if not context.questions:
        return []
    columns = (Column(_("Part of the questionnaire"), "l", 1.2), Column(_("Question"), "l", 4.4))
    return [Table("9.3", _("What was asked"), columns, list(context.questions), is_small=True)]
