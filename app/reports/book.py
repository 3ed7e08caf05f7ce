"""The company book: contents, the company, and one spread of two pages for every community."""

from collections.abc import Sequence
from dataclasses import replace

from app.analysis.results.comparison import CommunityEntry
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports import wording as words
from app.reports.context import ReportContext
from app.reports.numbers import Source
from app.reports.papers.blocks import (
    Block,
    Column,
    Document,
    Section,
    Table,
    Text,
    beside,
    prefixed,
)
from app.reports.papers.change import change
from app.reports.papers.community import cover_notes, foot_of
from app.reports.papers.levels import areas_table, levels, zones_table
from app.reports.papers.method import checks_table
from app.reports.papers.order import order, priorities_table
from app.reports.papers.people import actions_table, follow_up_table
from app.reports.papers.summary import (
    changes,
    headline,
    is_withheld,
    strengths_list,
    summary,
)

BOOK = "book"
LEFT, RIGHT = "left-", "right-"  # how the anchors of the two pages of a spread begin
_COMPANY = "B"
_INDEX = "index"
_ACTIONS = 5


def company_book(sources: Sequence[Source]) -> Document:
    """Return the book of a company, in the language of the moment.

    Args:
        sources: The company first, then its communities in the order they are printed.
    """
    company, members = sources[0], sources[1:]
    sections = [*_company(company, members)]
    for member in members:
        sections += spread(member.result, member.context)
    context = company.context
    return Document(
        kind=BOOK,
        language=context.language,
        title=_("Book of the｜owners' survey"),
        author=context.company,
        heading=f"{context.company} · {context.campaign}",
        foot=foot_of(context),
        sections=sections,
        subtitle=(context.company, context.campaign),
        standing=tuple(words.standing_notes(company.result)),
        cover_notes=cover_notes(context),
    )


def _company(company: Source, members: Sequence[Source]) -> list[Section]:
    """Return the pages about all communities together."""
    result, context = company.result, company.context
    found: list[Section | None] = [summary(result, context), _side_by_side(company, members)]
    if not is_withheld(result):
        found += [levels(result, context), order(result, context), change(result, context)]
    return [
        replace(one, anchor=f"{_COMPANY}{one.anchor}", blocks=prefixed(one.blocks, _COMPANY))
        for one in found
        if one is not None
    ]


def _side_by_side(company: Source, members: Sequence[Source]) -> Section:
    """Return all communities, by name unless a league table may be said."""
    result = company.result
    compared = next((one for one in result.communities if one.measure == _INDEX), None)
    entries = {} if compared is None else {one.code: one for one in compared.entries}
    said = compared is not None and compared.league_said
    shown = sorted(members, key=lambda one: _place(entries.get(one.context.community_code), said))
    columns = [
        Column(_("Community"), "l", 2.4),
        Column(_("Homes"), "n", 0.9),
        Column(_("Return rate"), "n", 1),
        Column(_("Index"), "n", 0.9),
        Column(_("95% interval"), "n", 1.6),
        Column(_("Against the mean of all"), "l", 2),
    ]
    rows = [_member(one, entries.get(one.context.community_code)) for one in shown]
    if said:
        columns.append(Column(_("Possible ranks"), "l", 1.4))
        rows = [
            (*row, _ranks(entries.get(one.context.community_code)))
            for row, one in zip(rows, shown, strict=True)
        ]
    note = (
        _("In the order of the index; communities with overlapping ranks cannot be told apart.")
        if said
        else _("By code: the differences are too uncertain for an order of communities.")
    )
    blocks: list[Block] = [Table("2.1", "", columns, rows, note)]
    if result.communities_left_out:
        left_out = _(
            "{count} communities with fewer than 10 answers are in no figure of all together.",
            count=result.communities_left_out,
        )
        blocks.append(Text(left_out, "note"))
    aside = company.context.returned - result.n
    if aside > 0:
        words_aside = _(
            "{count} homes answered in communities that are not in these figures: on hold, not "
            "released yet, or with fewer than 10 answers. Lowest and highest share of all homes "
            "count them as silent.",
            count=f"{aside:,}",
        )
        blocks.append(Text(words_aside, "note"))
    return Section("s2", _("Communities side by side"), blocks)


def _place(entry: CommunityEntry | None, said: bool) -> tuple[float, str]:
    if entry is None:
        return (1e9, "")
    return (float(entry.rank or 1e6), entry.code) if said else (0.0, entry.code)


def _member(member: Source, entry: CommunityEntry | None) -> tuple[str, ...]:
    result, context = member.result, member.context
    standing = entry.standing if entry is not None else None
    mark = words.standing_word(result)
    return (
        f"{context.community} ({mark})" if mark else context.community,
        f"{context.returned}/{context.base}",
        context.rate,
        words.number(result.index.value),
        words.interval(result.index.low, result.index.high),
        {
            "above": _("surely above"),
            "below": _("surely below"),
            "average": _("cannot be told from the mean"),
        }.get(standing or "", words.standing_word(result) or words.NOTHING),
    )


def _ranks(entry: CommunityEntry | None) -> str:
    return words.NOTHING if entry is None else words.rank_text(entry.rank_low, entry.rank_high)


def spread(result: StudyResult, context: ReportContext) -> list[Section]:
    """Return the two pages of one community."""
    code = context.community_code
    left: list[Block] = [Text(note, "warning") for note in words.standing_notes(result)]
    left += [Text(words.verdict(result, context.names), "lead"), headline(result, context)]
    right: list[Block] = []
    if not is_withheld(result):
        left.append(priorities_table(result, context, is_drawn=False))
        if result.order_said:
            left.append(strengths_list(result, context))
        right += changes(result, context)
        if result.zones:
            right.append(zones_table(result, context))
    elif result.standing != "suppressed":
        right.append(areas_table(result, context))
    extras = context.extras
    right += beside(follow_up_table(extras.follow_up), checks_table(extras.integrity))
    if extras.actions:
        few = replace(context, extras=replace(extras, actions=extras.actions[:_ACTIONS]))
        right += actions_table(few)
    if not right:
        right.append(Text(_("Nothing more can be shown without exposing single homes."), "note"))
    return [
        Section(f"{LEFT}{code}", context.community, prefixed(left, code)),
        Section(
            f"{RIGHT}{code}",
            _("{community}: work after the survey", community=context.community),
            prefixed(right, code),
        ),
    ]
