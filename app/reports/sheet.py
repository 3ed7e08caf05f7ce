"""The sheet for leaders: one community on one page, its figures under the ids of the report."""

from collections.abc import Sequence
from dataclasses import replace

from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports import wording as words
from app.reports.context import ReportContext
from app.reports.papers.blocks import (
    Block,
    Document,
    Point,
    Points,
    Section,
    Table,
    Text,
    beside,
)
from app.reports.papers.community import foot_of, heading_of
from app.reports.papers.method import checks_table
from app.reports.papers.order import priorities_table
from app.reports.papers.people import follow_up_table
from app.reports.papers.summary import (
    changes,
    decisions,
    headline,
    is_withheld,
    strengths_list,
)

SHEET = "sheet"


def leader_sheet(result: StudyResult, context: ReportContext) -> Document:
    """Return one community on one page, in the language of the moment."""
    blocks: list[Block] = [Text(note, "warning") for note in words.standing_notes(result)]
    blocks += [Text(words.verdict(result, context.names), "lead"), headline(result, context)]
    if not is_withheld(result):
        blocks.append(priorities_table(result, context))
        holds = [strengths_list(result, context)] if result.order_said else []
        blocks += beside(holds, _below(result, context))
        blocks += _brief(changes(result, context))
        blocks += beside(
            _brief(follow_up_table(context.extras.follow_up)),
            checks_table(context.extras.integrity),
        )
        blocks += _brief(decisions(result, context))
    return Document(
        kind=SHEET,
        language=context.language,
        title=_("One page for the management"),
        author=context.company,
        heading=heading_of(result, context),
        foot=foot_of(context),
        sections=[Section("s1", context.community, blocks)],
        subtitle=(context.campaign, context.office),
    )


def _brief(blocks: Sequence[Block]) -> list[Block]:
    """Return tables without the sentence below them: the report has it."""
    return [replace(one, note="") if isinstance(one, Table) else one for one in blocks]


def _below(result: StudyResult, context: ReportContext) -> list[Block]:
    """Return what is below the owners' own minimum beyond error."""
    points = [
        Point(
            context.names.short(zone.code),
            _(
                "{gap} points against the minimum ({ends}); {share} of homes are below their own "
                "minimum",
                gap=words.signed(zone.adequacy.value),
                ends=words.interval(zone.adequacy.low, zone.adequacy.high),
                share=words.said_share(zone.below),
            ),
        )
        for zone in words.established_below(result)[:3]
    ]
    if not result.zones:
        return []
    return [
        Points(
            "4.3",
            _("Below what owners can still accept"),
            points,
            _("No area is below the owners' minimum beyond error."),
        )
    ]
