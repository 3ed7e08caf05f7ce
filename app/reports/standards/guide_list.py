"""The service guide as a list for a file."""

from collections.abc import Sequence

from app.i18n import gettext as _
from app.reports.standards import words
from app.reports.standards.tables import Table
from app.reports.workbook import Column
from app.service.standards.models import GuideItem


def guide_table(items: Sequence[GuideItem]) -> Table:
    """Return lines of the guide in their order."""
    return Table(
        _("Service guide and fees"),
        (
            ("part", Column(_("Part of the guide"), 24)),
            ("item", Column(_("Service or fee"), 26)),
            ("what", Column(_("Content"), 44)),
            ("hours", Column(_("Hours"), 16)),
            ("phone", Column(_("Telephone"), 16)),
            ("price", Column(_("Price"), 22)),
            ("basis", Column(_("Basis"), 26)),
            ("valid_from", Column(_("Valid from"), 12)),
            ("valid_until", Column(_("Valid until"), 12)),
        ),
        [
            (
                words.guide_kind(one.kind),
                one.name,
                one.what,
                one.hours,
                one.phone,
                _("free of charge") if one.is_free else one.price or None,
                one.basis,
                one.valid_from,
                one.valid_until,
            )
            for one in items
        ],
    )
