"""The report of one community: a cover, a page that stands alone, and all that proves it."""

from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports import wording as words
from app.reports.context import ReportContext, date_text
from app.reports.papers.appendix import appendix
from app.reports.papers.blocks import Document, Section
from app.reports.papers.change import change
from app.reports.papers.handbook import handbook
from app.reports.papers.levels import levels, zones
from app.reports.papers.method import method
from app.reports.papers.order import order
from app.reports.papers.people import people
from app.reports.papers.summary import is_withheld, summary

REPORT = "report"


def community_report(result: StudyResult, context: ReportContext) -> Document:
    """Return the report of one community, in the language of the moment."""
    chapters: list[Section | None] = [summary(result, context), method(result, context)]
    if result.standing != "suppressed":
        chapters.append(levels(result, context))
    if not is_withheld(result):
        chapters += [
            zones(result, context),
            order(result, context),
            change(result, context),
            people(context),
            handbook(result, context),
        ]
    chapters.append(appendix(result, context))
    return Document(
        kind=REPORT,
        language=context.language,
        title=_("Report of the｜owners' survey"),
        author=context.company,
        heading=heading_of(result, context),
        foot=foot_of(context),
        sections=[one for one in chapters if one is not None],
        subtitle=(context.community, context.campaign),
        standing=tuple(words.standing_notes(result)),
        cover_notes=cover_notes(context),
    )


def heading_of(result: StudyResult, context: ReportContext) -> str:
    """Return the line at the head of every page; it says so when a result is not in full."""
    standing = words.standing_word(result)
    line = f"{context.community} · {context.campaign}"
    return f"【{standing}】{line}" if standing else line


def foot_of(context: ReportContext) -> str:
    """Return the line at the foot of every page."""
    internal = _("Internal: for those it was given to")
    demo = _("Demonstration data, all invented")
    return f"{demo} · {internal}" if context.is_demo else internal


def cover_notes(context: ReportContext) -> tuple[str, ...]:
    """Return the lines at the foot of the cover."""
    day = _("computed on {date}", date=date_text(context.computed_on))
    revision = _("revision {number}", number=context.revision)
    notes = [
        f"{context.company} · {day} · {revision}",
        f"{_('Snapshot')} {context.snapshot_digest[:16]}",
        _("This report is about the owners of this community only."),
    ]
    if context.is_demo:
        notes.insert(0, _("Demonstration data, all invented"))
    return tuple(notes)
