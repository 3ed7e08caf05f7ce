"""Words of visits that pages and lists share. Codes stay in the database."""

from app.followup.visits.models import VisitState
from app.i18n import gettext as _


def visit_state(state: VisitState) -> str:
    """Return the word for the state of a visit."""
    return {
        VisitState.PLANNED: _("Time to be agreed"),
        VisitState.APPOINTED: _("Appointed"),
        VisitState.VISITED: _("Visited"),
        VisitState.NOT_AT_HOME: _("Nobody at home"),
        VisitState.DECLINED: _("Wishes no visit"),
        VisitState.PHONE_INSTEAD: _("By telephone instead"),
    }[state]
