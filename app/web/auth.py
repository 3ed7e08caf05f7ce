"""The signed-in person of a request: cookie to scope, and the roles a page is for."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from app.staff import services as staff_services
from app.staff.models import Role
from app.staff.scope import Scope
from app.web.services import services
from app.web.transaction import reading, transaction

P = ParamSpec("P")
R = TypeVar("R")

COOKIE = "ls_staff"


def cookie_name() -> str:
    """Return the cookie's name; over HTTPS the ``__Host-`` prefix pins it to this host."""
    return f"__Host-{COOKIE}" if services().config.secure_cookies else COOKIE


def find_scope() -> Scope | None:
    """Return who is signed in, or None; asked once per request."""
    if "scope" not in g:
        token = request.cookies.get(cookie_name())
        g.scope = None
        if token:
            g.scope = _scope_of(token)
    return cast("Scope | None", g.scope)


def _scope_of(token: str) -> Scope | None:
    """Look a cookie up: that writes once a minute, else the page only reads and never waits."""
    now = services().now()
    if not staff_services.is_touch_due(reading(), token, now):
        return staff_services.find_scope(reading(), token, now)
    with transaction() as session:
        return staff_services.find_scope(session, token, now)


def current_scope() -> Scope:
    """Return the scope of the signed-in person, inside a guarded view."""
    scope = find_scope()
    if scope is None:
        abort(401)
    return scope


def require_role(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Guard a view: only these roles, everybody else is refused or sent to sign in."""

    def guard(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            scope = find_scope()
            if scope is None:
                return redirect(url_for("auth.sign_in", next=_next_address()))
            if scope.role not in roles:
                abort(403)
            return view(*args, **kwargs)

        guarded.guard = frozenset(roles)  # type: ignore[attr-defined]
        return guarded

    return guard


def _next_address() -> str | None:
    """Return where to go after signing in: the page asked for, when it was only looked at."""
    return request.full_path.rstrip("?") if request.method == "GET" else None


def is_local_address(address: str | None) -> bool:
    """Say whether an address is a path on this site, so that no link can send people away.

    Browsers drop tabs and line breaks and read a backslash as a slash: an address with any of
    them is refused before it is taken apart.
    """
    if not address or "\\" in address or any(sign < "\x21" for sign in address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    is_path = address.startswith("/") and not address.startswith("//")
    return is_path and not parts.scheme and not parts.netloc
