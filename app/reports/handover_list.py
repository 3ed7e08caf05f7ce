"""The hand-over book (发放登记) as XLSX: counts only, no home and no code."""

from collections.abc import Sequence
from datetime import date

from app.i18n import gettext as _
from app.reports.workbook import Column, Sheet, make_workbook
from app.surveys.distribution.printed.handovers import BookRow


def book_workbook(
    communities: Sequence[BookRow],
    buildings: Sequence[tuple[str, BookRow]],
    *,
    campaign: str,
    company: str,
    day: date,
) -> bytes:
    """Return the book of a campaign: one sheet by community, one by building.

    Args:
        communities: Sums of communities.
        buildings: Name of the community, and the row of each building.
        campaign: Name of the campaign.
        company: For the file's properties.
        day: Day of making.
    """
    counts = (
        Column(_("Homes"), 9, "0"),
        Column(_("Printed"), 9, "0"),
        Column(_("Handed to the office"), 12, "0"),
        Column(_("Delivered"), 9, "0"),
        Column(_("Brought back"), 9, "0"),
        Column(_("Answers returned"), 9, "0"),
    )
    title = f"{_('Hand-over book')} {campaign}"
    sheets = [
        Sheet(
            _("By community"),
            (Column(_("Community"), 22), *counts),
            [(row.name, *_counts(row)) for row in communities],
        ),
        Sheet(
            _("By building"),
            (Column(_("Community"), 22), Column(_("Building"), 12), *counts),
            [(name, row.name, *_counts(row)) for name, row in buildings],
        ),
    ]
    return make_workbook(sheets, title=title, company=company, day=day)


def _counts(row: BookRow) -> tuple[int, ...]:
    return (
        row.base,
        row.printed,
        row.handed_out,
        row.delivered,
        row.brought_back,
        row.returned,
    )
