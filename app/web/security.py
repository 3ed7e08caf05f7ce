"""Headers of every answer, the host check, compression, and hashed addresses of static files."""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, abort, request, session
from werkzeug.wrappers import Response

from app.config import ConfigError
from app.i18n import LANGUAGES, set_language
from app.staff.models import Role
from app.web.services import services
from app.web.squeeze import squeezed

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    # The hash is that of the empty string: plotly inserts one empty <style> element.
    "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)
CONTENT_SECURITY_POLICY = "; ".join(_POLICY)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_COMPRESSED = ("text/", "application/json", "application/javascript", "image/svg")
_SMALLEST = 600
_OWNER_PATHS = ("/a/", "/t/", "/c", "/k/")
_OWNER_BODY = 64 * 1024  # bytes; three comments of 2,000 Chinese characters take 54,000
# A photo as a phone takes it, for browsers that cannot make it smaller first.
_ROOMIER = {"/a/photos/add": 12 * 1024 * 1024 + _OWNER_BODY}


def install(app: Flask) -> None:
    """Put the guards that every request passes onto the application.

    Raises:
        ConfigError: A second factor is asked of a role there is not.
    """
    with app.app_context():
        unknown = set(services().config.code_roles) - set(Role)
    if unknown:
        raise ConfigError("LINSHENG_SECOND_FACTOR", f"no such role: {', '.join(sorted(unknown))}")
    # In front of CSRF protection: it reads the form, so that a body may be refused there already,
    # and the page that says so needs its language.
    first = [_choose_language, _check_host, _check_origin, _limit_body, _refuse_cut_body]
    app.before_request_funcs.setdefault(None, [])[:0] = first
    app.after_request(_finish)
    app.url_defaults(_add_version)


def _check_host() -> None:
    if services().vault.is_temporary:
        abort(503)  # not set up yet: nothing may be sealed with a key that ends with this process
    hosts = services().config.hosts
    if hosts and _host_name(request.host) not in hosts:
        abort(400)


def _check_origin() -> None:
    """Take no form that a page of another site sends, on top of its token.

    Our own pages tell browsers to leave out the Referer, and then Origin is ``null``: that says
    nothing. Sec-Fetch-Site does, in every browser since 2023.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") in {"cross-site", "same-site"}:
        abort(400)
    origin = request.headers.get("Origin", "")
    if origin.startswith(("http://", "https://")):
        own = {_host_name(request.host), urlsplit(services().config.public_url).hostname}
        if _host_name(origin.partition("://")[2]) not in own:
            abort(400)


def _host_name(host: str) -> str | None:
    """Return the name in a Host header without its port, in lower case."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _limit_body() -> None:
    """Let nobody send more than an honest form of an owner holds, chunked or not."""
    if not request.path.startswith(_OWNER_PATHS):
        return
    most = _ROOMIER.get(request.path, _OWNER_BODY)
    request.max_content_length = most
    # Werkzeug cuts a body without a stated length at the limit instead of refusing it.
    is_chunked = request.method == "POST" and request.content_length is None
    if is_chunked and len(request.get_data()) >= most:
        abort(413)


def _refuse_cut_body() -> None:
    """Refuse a form of which only the beginning arrived: a ten must not become a one.

    gunicorn ends such a body early and Werkzeug takes what is there for all there is.
    """
    stated, most = request.content_length, request.max_content_length
    if not stated or request.mimetype != "application/x-www-form-urlencoded":
        return  # a cut multipart body has no end and is not read as a form at all
    if (most is None or stated <= most) and len(request.get_data()) < stated:
        abort(400)


def _choose_language() -> None:
    wanted = request.args.get("lang")
    if wanted in LANGUAGES and session.get("lang") != wanted:
        session["lang"] = wanted
    set_language(session.get("lang", LANGUAGES[0]))


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if services().config.secure_cookies:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint == "static":
        if request.args.get("v"):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        # Pages are personal: nothing of them may stay in a shared phone's or proxy's cache.
        response.headers.setdefault("Cache-Control", "no-store")
    return _compress(response)


def _compress(response: Response) -> Response:
    mimetype = response.mimetype or ""
    if (
        "gzip" not in request.headers.get("Accept-Encoding", "")
        or response.status_code != 200
        or "Content-Encoding" in response.headers
        or not mimetype.startswith(_COMPRESSED)
        or "Range" in request.headers
    ):
        return response
    response.direct_passthrough = False
    response.call_on_close(getattr(response.response, "close", lambda: None))  # an open file
    body = response.get_data()
    if len(body) < _SMALLEST:
        return response
    is_static = request.endpoint == "static"
    is_ours = mimetype.endswith(("/css", "/javascript")) and "/vendor/" not in request.path
    packed = _gzip_static(body, is_ours) if is_static else gzip.compress(body, 6, mtime=0)
    response.set_data(packed)
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
    return response


@lru_cache(maxsize=64)
def _gzip_static(body: bytes, is_ours: bool) -> bytes:
    return gzip.compress(squeezed(body) if is_ours else body, 9, mtime=0)


@lru_cache(maxsize=256)
def _version(folder: str, filename: str) -> str:
    path = Path(folder) / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""


def _add_version(endpoint: str, values: dict[str, object]) -> None:
    if endpoint == "static" and "v" not in values:
        folder = str(Path(__file__).parent / "static")
        values["v"] = _version(folder, str(values.get("filename", "")))
