"""Section 7 of a report: what owners wrote, what was promised, what is done about it."""

from app.i18n import gettext as _
from app.reports import wording as words
from app.reports.context import ReportContext, date_text
from app.reports.extras import Line
from app.reports.papers.blocks import Block, Column, Point, Points, Section, Table, Text, beside

_THEMES = 8
_QUOTES = 4


def people(context: ReportContext) -> Section:
    """Return comments, promises, actions and follow-up, each as of the day of printing."""
    extras = context.extras
    blocks: list[Block] = []
    if extras.as_of is not None:
        blocks.append(
            Text(
                _(
                    "As of {date}. Unlike the numbers of the survey, this chapter goes on moving.",
                    date=date_text(extras.as_of),
                ),
                "note",
            )
        )
    blocks += _themes(context)
    blocks += _promises(context)
    blocks += actions_table(context)
    blocks += beside(follow_up_table(extras.follow_up), _quotes(context))
    return Section("s7", _("Comments, promises and follow-up"), blocks, is_new_page=False)


def _themes(context: ReportContext) -> list[Block]:
    themes = context.extras.themes
    if not themes:
        return [Text(_("What owners wrote is not put into themes yet."), "note")]
    rows = [
        (
            one.name,
            one.area,
            one.households,
            "●" if one.is_concentrated else "",
            one.answer or words.NOTHING,
        )
        for one in themes[:_THEMES]
    ]
    columns = (
        Column(_("Problem"), "l", 3),
        Column(_("Area"), "l", 2),
        Column(_("Homes"), "n", 1.2),
        Column(_("Many homes"), "c", 1),
        Column(_("Public answer"), "l", 2.2),
    )
    return [
        Table(
            "7.1",
            _("What owners wrote about"),
            columns,
            rows,
            _("A home may have written about several things. Praise is passed on to the staff."),
        )
    ]


def _quotes(context: ReportContext) -> list[Block]:
    quotes = context.extras.quotes
    if not quotes:
        return []
    points = [Point(one.theme, _("“{text}”", text=one.text)) for one in quotes[:_QUOTES]]
    return [Points("7.2", _("In the owners' words (released by head office)"), points)]


def _promises(context: ReportContext) -> list[Block]:
    promises = context.extras.promises
    title = _("What was promised last time: done, and noticed?")
    if not promises:
        return [Points("7.3", title, (), _("No promise of an earlier survey is on record."))]
    columns = (
        Column(_("Promise"), "l", 2.4),
        Column(_("Done?"), "l", 1.9),
        Column(_("Area"), "l", 1.5),
        Column(_("Change owners report"), "l", 1.5),
        Column(_("What follows"), "l", 2.7),
    )
    rows = [
        (one.text, one.state, one.area, one.noticed or words.NOTHING, one.judgement)
        for one in promises
    ]
    return [Table("7.3", title, columns, rows, is_small=True)]


def actions_table(context: ReportContext) -> list[Block]:
    """Return what will be done, by whom and until when."""
    actions = context.extras.actions
    title = _("What will be done")
    if not actions:
        return [Points("7.4", title, (), _("No measure has been decided yet."))]
    columns = (
        Column(_("Problem"), "l", 1.6),
        Column(_("Gap"), "l", 2.3),
        Column(_("What is done"), "l", 2.8),
        Column(_("Person responsible"), "l", 1),
        Column(_("Until"), "l", 1.3),
        Column(_("How it is proved"), "l", 2.5),
    )
    rows = [
        (one.problem, one.gap, one.measure, one.responsible, one.due, one.proof) for one in actions
    ]
    note = _(
        "Gap: 1 promise and advertising, 2 understanding owners, 3 procedure, 4 behaviour, "
        "5 what owners notice. A measure nobody noticed is told, not done again."
    )
    return [Table("7.4", title, columns, rows, note, is_small=True)]


def follow_up_table(lines: tuple[Line, ...]) -> list[Block]:
    """Return how far the follow-up has come, as counts of homes; nothing where none is due."""
    if not lines:
        return []
    columns = (
        Column(_("Follow-up"), "l", 3),
        Column(_("Homes"), "n", 1.2),
        Column(_("Remark"), "l", 3),
    )
    note = _("Counts of cases only. Nobody who visits or calls sees a home's scores.")
    rows = [(one.label, one.value, one.note) for one in lines]
    return [Table("7.5", _("Home by home"), columns, rows, note)]
