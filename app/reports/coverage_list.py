"""The coverage board as XLSX: counts and days, never a score."""

from collections.abc import Sequence
from datetime import date

from app.followup.coverage.rows import Coverage
from app.i18n import gettext as _
from app.reports.workbook import Column, Sheet, make_workbook


def coverage_workbook(rows: Sequence[Coverage], *, title: str, company: str, today: date) -> bytes:
    """Return the board as a workbook, one line for each community.

    Args:
        rows: Communities in the order they shall stand.
        title: Of the file.
        company: Name of the company.
        today: Day of making.
    """
    columns = (
        Column(_("Community"), 20),
        Column(_("Cases"), 9, "0"),
        Column(_("Cases begun"), 9, "0"),
        Column(_("Closed"), 9, "0"),
        Column(_("No reply wished"), 12, "0"),
        Column(_("Overdue"), 9, "0"),
        Column(_("Start by"), 12),
        Column(_("Close by"), 12),
        Column(_("Important customers"), 12, "0"),
        Column(_("Visited"), 9, "0"),
        Column(_("Visits overdue"), 12, "0"),
        Column(_("Answers due"), 12, "0"),
        Column(_("Answers published"), 12, "0"),
        Column(_("Replies judged"), 12, "0"),
        Column(_("Satisfied with the reply"), 14, "0"),
    )
    lines = [
        (
            row.community,
            row.cases,
            row.begun,
            row.closed,
            row.declined,
            row.overdue,
            row.start_by,
            row.close_by,
            row.visits,
            row.visited,
            row.visits_overdue,
            row.answers_due,
            row.answers_published,
            row.replies_rated,
            row.replies_satisfied,
        )
        for row in rows
    ]
    sheet = Sheet(_("Coverage"), columns, lines)
    return make_workbook([sheet], title=title, company=company, day=today)
