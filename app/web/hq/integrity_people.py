"""Who may be given a call sheet."""

from sqlalchemy.orm import Session

from app.i18n import gettext as _
from app.staff.models import Role
from app.staff.queries import list_staff


def caller_choices(session: Session) -> list[tuple[str, str]]:
    """Return the callers as options of a form, nobody first: then head office calls itself."""
    callers = [
        (str(one.id), one.name)
        for one in list_staff(session)
        if one.role is Role.CALLER and one.disabled_at is None
    ]
    return [("", _("nobody: head office calls")), *callers]
