"""Words for printed questionnaires on the pages of head office."""

from app.i18n import gettext as _
from app.surveys.paper.printing.models import ForWhom, SheetForm


def form_name(form: SheetForm) -> str:
    """Return the name of a form."""
    return {
        SheetForm.FULL: _("Usual sheet"),
        SheetForm.ELDER: _("Large-print sheet"),
    }[form]


def whom_name(whom: ForWhom) -> str:
    """Return who gets one."""
    return {
        ForWhom.ALL: _("All homes"),
        ForWhom.UNANSWERED: _("Homes that have not answered yet"),
        ForWhom.LARGE_PRINT: _("Homes that asked for large print"),
        ForWhom.ONE: _("One home (lost or spoiled form)"),
    }[whom]
