"""The owners' notice: the result of one community as a poster, in plain words."""

from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports import wording as words
from app.reports.context import ReportContext, date_text
from app.reports.papers.blocks import (
    Block,
    Document,
    Figure,
    Figures,
    Point,
    Points,
    Section,
    Text,
)
from app.reports.papers.summary import is_withheld, priorities

NOTICE = "notice"
_SHOWN = 4


def owners_notice(result: StudyResult, context: ReportContext) -> Document:
    """Return the poster of one community, in the language of the moment.

    It says what was answered, what was written about, and what will be done; no single home, no
    small number, no word of the trade.
    """
    blocks: list[Block] = [Text(_thanks(context), "lead"), _figures(result, context)]
    blocks.append(_written(result, context))
    blocks.append(_done(context))
    if context.waived:
        blocks.append(
            Text(
                _(
                    "Fewer homes answered than we had asked for, so please read these numbers "
                    "with care."
                ),
                "note",
            )
        )
    blocks.append(
        Text(
            _(
                "Every home counted once. Nobody in the management office sees what a single home "
                "answered; groups that are too small are not shown."
            ),
            "note",
        )
    )
    foot = _("Demonstration data, all invented") if context.is_demo else context.company
    return Document(
        kind=NOTICE,
        language=context.language,
        title=_("What you told us, and what we do"),
        author=context.company,
        heading=context.company,
        foot=f"{foot} · {context.office} · {date_text(context.computed_on)}",
        sections=[Section("n1", context.community, blocks)],
        subtitle=(context.community, context.campaign),
    )


def _thanks(context: ReportContext) -> str:
    return _(
        "{returned} of {base} homes answered. Thank you!",
        returned=context.returned,
        base=context.base,
    )


def _figures(result: StudyResult, context: ReportContext) -> Figures:
    figures = [Figure(_("Homes that answered"), context.rate, ())]
    share, index = result.overall_satisfied, result.index
    if not is_withheld(result):
        if share is not None and share.value is not None:
            notes = (_between(words.share_interval(share)),) if share.low is not None else ()
            figures.append(Figure(_("Satisfied overall"), words.said_share(share), notes))
        ends = words.interval(index.low, index.high)
        figures.append(
            Figure(
                _("Satisfaction, out of 100"),
                words.number(index.value),
                (_between(ends),) if ends else (),
            )
        )
    return Figures("N.1", figures)


def _between(ends: str) -> str:
    return _("with chance allowed for: {ends}", ends=ends)


def _written(result: StudyResult, context: ReportContext) -> Points:
    """Return what most homes wrote about, or what weighs most where nothing is coded yet."""
    title = _("What you said")
    themes = [one for one in context.extras.themes if one.is_concentrated]
    if themes:
        points = [Point(one.name, one.households) for one in themes[:_SHOWN]]
        return Points("N.2", title, points)
    if is_withheld(result):
        return Points("N.2", title, (), _("Too few homes answered to show more."))
    points = [
        Point(context.names.short(item.code), _("matters to many, and is not good enough"))
        for item in priorities(result)[:3]
    ]
    empty = _("You wrote about many different things; each of you gets a reply.")
    return Points("N.2", title, points, empty)


def _done(context: ReportContext) -> Points:
    points = [
        Point(
            one.title or one.measure,
            f"{one.due} · {one.responsible}",
        )
        for one in context.extras.actions[:_SHOWN]
    ]
    empty = _("We are deciding now what comes first, and will post it here.")
    return Points("N.3", _("What we do"), points, empty)
