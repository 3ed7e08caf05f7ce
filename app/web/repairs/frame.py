"""What all pages of repairs share: who may open them, the line of pages, words, addresses."""

from collections.abc import Callable

from flask import Blueprint, abort, request, url_for

from app.i18n import gettext as _
from app.reports.repairs import words as repair_words
from app.staff.models import Role
from app.surveys.register.models import Community
from app.surveys.register.queries import list_communities
from app.web.auth import current_scope, find_scope
from app.web.transaction import reading

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE, Role.STEWARD)
WRITERS = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)
HEADS = (Role.HEAD_OFFICE,)
FLAGS = (Role.HEAD_OFFICE, Role.LEADER)
_PAGES = (
    ("orders", "repairs.index", READERS),
    ("visits", "repair_visits.index", READERS),
    ("watch", "repair_watch.index", READERS),
    ("rates", "repair_rates.show", READERS),
    ("flags", "repair_flags.index", FLAGS),
    ("files", "repair_files.index", HEADS),
    ("tray", "repair_tray.index", (Role.HEAD_OFFICE, Role.OFFICE)),
)


def repair_pages() -> list[tuple[str, str, str]]:
    """Return name, words and address of each page the signed-in person can open."""
    scope = find_scope()
    names = {
        "orders": _("Repair orders"),
        "visits": _("Special visits"),
        "watch": _("Defects under watch"),
        "rates": _("Repair rates"),
        "flags": _("What customers doubt"),
        "files": _("Files of orders"),
        "tray": _("Lines to be matched"),
    }
    return [
        (name, names[name], url_for(endpoint))
        for name, endpoint, roles in _PAGES
        if scope is not None and scope.role in roles
    ]


def make_blueprint(name: str, prefix: str) -> Blueprint:
    """Return a blueprint whose pages know the others and the words of orders."""
    bp = Blueprint(name, __name__, url_prefix=prefix)
    bp.context_processor(
        lambda: {"repair_pages": repair_pages, "rw": repair_words, "may_write": may_write}
    )
    return bp


def may_write() -> bool:
    """Say whether the signed-in person works with orders, and does not only read them."""
    return current_scope().role in WRITERS


def communities() -> list[Community]:
    """Return the communities of the present scope."""
    return list_communities(reading(), current_scope())


def community_names() -> Callable[[int | None], str]:
    """Return what gives a community of the present scope its name."""
    names = {one.id: one.name for one in communities()}
    return lambda key: names.get(key or 0, "")


def key_after() -> int | None:
    """Return after which row a page begins, from the address."""
    text = request.args.get("after")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        abort(404)
    return int(text)
