"""A document as PDF: its pages, and its numbers carried along inside the file."""

from dataclasses import replace

from app.analysis.results.study import StudyResult
from app.reports.book import LEFT, RIGHT
from app.reports.context import ReportContext
from app.reports.late_pages import PartTooLongError
from app.reports.numbers import FIGURES_FILE, Source, embedded
from app.reports.paper import Part, count_pages, in_language, print_parts, print_pdf
from app.reports.papers.blocks import Document, Section, percent_widths
from app.reports.papers.community import community_report
from app.reports.papers.drawn import drawn

_TEMPLATES = {"sheet": "report/sheet.html", "notice": "report/owners_notice.html"}


def report_pdf(result: StudyResult, context: ReportContext) -> bytes:
    """Return the report of one community.

    Args:
        result: The study.
        context: Names, counts and dates; its language is the language of the report.
    """
    with in_language(context.language):
        return document_pdf(community_report(result, context), (Source(result, context),))


def document_pdf(document: Document, sources: tuple[Source, ...]) -> bytes:
    """Print a document and put its numbers into the file.

    Args:
        document: What is printed.
        sources: The results it was made from, with what is printed around them.
    """
    return print_pdf(
        _TEMPLATES.get(document.kind, "report/document.html"),
        attached={FIGURES_FILE: embedded(document, sources)},
        sections=document.sections,
        spreads=(),
        **_values(document),
    )


def book_pdf(document: Document, sources: tuple[Source, ...]) -> bytes:
    """Print the company book from parts: the company's pages, then a spread for each community.

    Args:
        document: The book.
        sources: The results it was made from, the company first.
    """
    own = [one for one in document.sections if not one.anchor.startswith((LEFT, RIGHT))]
    rest = [one for one in document.sections if one.anchor.startswith((LEFT, RIGHT))]
    spreads = [rest[at : at + 2] for at in range(0, len(rest), 2)]
    # A first layout says how many pages the company takes; the contents need it.
    pages = count_pages(_front(document, own, spreads, 0))
    parts = [_front(document, own, spreads, pages)]
    parts += [
        Part(
            "report/spread.html",
            {"sections": pair, "first": pages + 2 * place + 1, **_values(document)},
            [(one.anchor, one.title) for one in pair],
        )
        for place, pair in enumerate(spreads)
    ]
    attached = {FIGURES_FILE: embedded(document, sources)}
    try:
        return print_parts(parts, attached=attached)
    except PartTooLongError:
        # A questionnaire with many areas: every page is held, and what runs over gets its page.
        return print_parts([replace(part, pages=()) for part in parts], attached=attached)


def _front(
    document: Document, own: list[Section], spreads: list[list[Section]], pages: int
) -> Part:
    listed = [
        (pair[0].title, pair[0].anchor, pages + 2 * place + 1) for place, pair in enumerate(spreads)
    ]
    values = {"sections": own, "spreads": listed, **_values(document)}
    return Part("report/document.html", values)


def _values(document: Document) -> dict[str, object]:
    return {"document": document, "drawn": drawn, "widths": percent_widths}
