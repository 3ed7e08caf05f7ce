"""The signed-in person of a request: cookie to scope, and the roles a page is for."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import abort, g, redirect, request, url_for
from flask import session as browser_session
from werkzeug.wrappers import Response

from app.staff import services as staff_services
from app.staff.models import Role
from app.staff.scope import Scope
from app.staff.services import Entered, Origin
from app.web.auth_device import device_words
from app.web.services import services
from app.web.transaction import reading, transaction

P = ParamSpec("P")
R = TypeVar("R")

COOKIE = "ls_staff"
# What the cookie of a browser holds for the browser itself; all else belongs to one person's work.
_OF_THE_BROWSER = frozenset({"lang", "owner", "csrf_token"})


def cookie_name() -> str:
    """Return the cookie's name; over HTTPS the ``__Host-`` prefix pins it to this host."""
    return f"__Host-{COOKIE}" if services().config.secure_cookies else COOKIE


def find_entered() -> Entered | None:
    """Return who is signed in and with which session, or None; asked once per request."""
    if "entered" not in g:
        token = request.cookies.get(cookie_name())
        g.entered = _entered_with(token) if token else None
    return cast("Entered | None", g.entered)


def find_scope() -> Scope | None:
    """Return who is signed in, or None."""
    entered = find_entered()
    return None if entered is None else entered.scope


def _entered_with(token: str) -> Entered | None:
    """Look a cookie up: that writes once a minute, else the page only reads and never waits.

    GET may write here: when a browser was seen is no change anybody asked for.
    """
    now = services().now()
    entered = staff_services.find_entered(reading(), token, now)
    if entered is not None and entered.is_touch_due:
        with transaction() as session:
            staff_services.touch(session, entered.session_id, now)
    return entered


def current_entered() -> Entered:
    """Return who is signed in and with which session, inside a guarded view."""
    entered = find_entered()
    if entered is None:
        abort(401)
    return entered


def current_scope() -> Scope:
    """Return the scope of the signed-in person, inside a guarded view."""
    return current_entered().scope


def lacks_code(entered: Entered) -> bool:
    """Say whether this person has to set up a second factor before anything else."""
    return entered.scope.role in services().config.code_roles and not entered.has_code


def require_role(
    *roles: Role, before_code: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Guard a view: only these roles, everybody else is refused or sent to sign in.

    Args:
        roles: Roles the page is for.
        before_code: The page is open before somebody has set up the second factor that his role
            needs, such as the page where he does so.
    """

    def guard(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            entered = find_entered()
            if entered is None:
                return redirect(url_for("auth.sign_in", next=_next_address()))
            if entered.scope.role not in roles:
                abort(403)
            if not before_code and lacks_code(entered):
                return redirect(url_for("account_code.show"))
            return view(*args, **kwargs)

        guarded.guard = frozenset(roles)  # type: ignore[attr-defined]
        return guarded

    return guard


def origin() -> Origin:
    """Return where the request comes from, as a session remembers it."""
    agent = request.headers.get("User-Agent", "")
    return Origin(request.remote_addr or "", device_words(agent))


def give_cookie(response: Response, token: str) -> Response:
    """Let the browser hold a session."""
    response.set_cookie(
        cookie_name(),
        token,
        httponly=True,
        samesite="Lax",
        secure=services().config.secure_cookies,
        path="/",
    )
    return response


def take_cookie(response: Response) -> Response:
    """Let the browser forget its session."""
    response.delete_cookie(
        cookie_name(),
        httponly=True,
        samesite="Lax",
        secure=services().config.secure_cookies,
        path="/",
    )
    return response


def forget_work() -> None:
    """Leave nothing of one person's work, such as an open sheet, to the next at this browser."""
    for key in set(browser_session) - _OF_THE_BROWSER:
        browser_session.pop(key)


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
