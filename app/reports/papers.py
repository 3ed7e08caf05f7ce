"""Letters, slips and lists as PDF. Heavy: for the worker and the command line, never for pages."""

from collections.abc import Sequence

from app.followup.rows import CaseView, VisitView
from app.reports.context import date_text
from app.reports.letters import LetterHead, Slip, sheets_of
from app.reports.lists import ListHead, case_lines, visit_lines
from app.reports.paper import in_language, print_pdf


def letters_pdf(slips: Sequence[Slip], head: LetterHead, *, language: str = "zh-Hans") -> bytes:
    """Return one letter a page, folded to fit a DL envelope."""
    with in_language(language):
        return print_pdf(
            "report/letters.html",
            slips=slips,
            head=head,
            date=date_text,
            language=language,
            stylesheet=None,
        )


def slips_pdf(slips: Sequence[Slip], head: LetterHead, *, language: str = "zh-Hans") -> bytes:
    """Return eight slips a sheet, to be cut apart."""
    with in_language(language):
        return print_pdf(
            "report/slips.html",
            sheets=sheets_of(slips),
            head=head,
            date=date_text,
            language=language,
            stylesheet=None,
        )


def follow_up_pdf(cases: Sequence[CaseView], head: ListHead, *, language: str = "zh-Hans") -> bytes:
    """Return a follow-up list with room for three tries by hand; no score stands on it."""
    with in_language(language):
        return print_pdf(
            "report/follow_up_list.html", lines=case_lines(cases), head=head, date=date_text
        )


def visits_pdf(visits: Sequence[VisitView], head: ListHead, *, language: str = "zh-Hans") -> bytes:
    """Return a visit list with room for notes by hand."""
    with in_language(language):
        return print_pdf(
            "report/visit_list.html", lines=visit_lines(visits), head=head, date=date_text
        )
