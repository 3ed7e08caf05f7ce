"""Errors as calm pages in the reader's language, with the right status and nothing technical."""

import logging

from flask import Flask, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.i18n import gettext as _

log = logging.getLogger(__name__)


def _words(code: int) -> tuple[str, str]:
    """Return title and advice for a status code."""
    words = {
        400: (
            _("This request could not be read"),
            _("Go back one page and try again. What you had saved is still there."),
        ),
        401: (_("Please sign in"), _("Your session has ended. Sign in again to go on.")),
        403: (
            _("This page is not for your role"),
            _("If you need it for your work, ask the head office."),
        ),
        404: (
            _("There is nothing here"),
            _("Check the address, or scan the code on your letter once more."),
        ),
        405: (
            _("This address cannot be opened"),
            _("It only takes what a form sends. Open the page it belongs to from the menu."),
        ),
        409: (
            _("Somebody else signed in meanwhile"),
            _("This page was opened by another person. Nothing was saved; open it again yourself."),
        ),
        413: (
            _("That was too much at once"),
            _("Shorten the text or choose a smaller file, then send it again."),
        ),
        429: (_("Too many tries"), _("Please wait some minutes, then try again.")),
        503: (
            _("Not saved yet"),
            _("Please keep this page open and send it again in a minute."),
        ),
    }
    return words.get(
        code,
        (
            _("Something went wrong on our side"),
            _("It has been noted. Please try again in a minute; what you had saved is kept."),
        ),
    )


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _page(code: int) -> tuple[str, int]:
    title, advice = _words(code)
    return render_template("error.html", title=title, advice=advice, code=code), code


def _expired(_error: CSRFError) -> tuple[str, int]:
    title = _("This page had expired")
    advice = _("Go back, reload the page and send it again. What you had saved is still there.")
    return render_template("error.html", title=title, advice=advice, code=400), 400


def _http_error(error: HTTPException) -> tuple[str, int] | HTTPException:
    if error.code is None or error.code < 400:
        return error
    return _page(error.code)


def _unexpected(error: Exception) -> tuple[str, int]:
    log.error("unexpected error", exc_info=error)
    return _page(500)
