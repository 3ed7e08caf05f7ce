"""The pages of calling back that a role can open, and who those roles are."""

from flask import Blueprint, url_for

from app.i18n import gettext as _
from app.staff.models import Role
from app.web.auth import find_scope

CALLERS = (Role.HEAD_OFFICE, Role.CALLER)
READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE)
SEES_AT_ONCE = frozenset({Role.HEAD_OFFICE, Role.LEADER})
SENDERS = (Role.HEAD_OFFICE,)
_PAGES = (
    ("calls", "call_backs.index", CALLERS),
    ("results", "call_back_results.show", READERS),
    ("records", "call_back_records.index", READERS),
    ("links", "call_back_links.show", SENDERS),
)


def call_back_pages() -> list[tuple[str, str, str]]:
    """Return name, words and address of each page the signed-in person can open."""
    scope = find_scope()
    words = {
        "calls": _("Calls to make"),
        "results": _("Results"),
        "records": _("Draws and records"),
        "links": _("Links"),
    }
    return [
        (name, words[name], url_for(endpoint))
        for name, endpoint, roles in _PAGES
        if scope is not None and scope.role in roles
    ]


def make_blueprint(name: str, prefix: str) -> Blueprint:
    """Return a blueprint whose pages know the others."""
    bp = Blueprint(name, __name__, url_prefix=prefix)
    bp.context_processor(lambda: {"call_back_pages": call_back_pages})
    return bp
