"""Which documents are printed from which results."""

from collections.abc import Callable

from app.reports.book import BOOK, company_book
from app.reports.notice import NOTICE, owners_notice
from app.reports.numbers import Source
from app.reports.papers.blocks import Document
from app.reports.papers.community import REPORT, community_report
from app.reports.pdf import book_pdf, document_pdf
from app.reports.sheet import SHEET, leader_sheet

_OF_ONE: dict[str, Callable[[Source], Document]] = {
    REPORT: lambda one: community_report(one.result, one.context),
    SHEET: lambda one: leader_sheet(one.result, one.context),
    NOTICE: lambda one: owners_notice(one.result, one.context),
}
KINDS = tuple(_OF_ONE)


def document_of(kind: str, sources: tuple[Source, ...]) -> Document:
    """Return a document of results, in the language of the moment.

    Raises:
        KeyError: There is no such kind.
    """
    return company_book(sources) if kind == BOOK else _OF_ONE[kind](sources[0])


def printed(document: Document, sources: tuple[Source, ...]) -> bytes:
    """Return a document as PDF."""
    if document.kind == BOOK:
        return book_pdf(document, sources)
    return document_pdf(document, sources)
