"""A one-time link: whoever got one sets his own password with it.

The link's address is left at once, so that its token stands in no history and no picture of the
screen; the browser's signed cookie holds it until the password is set.
"""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.staff.errors import LinkGoneError
from app.staff.models import LinkKind, Staff
from app.staff.passwords import hash_password
from app.staff.people import links
from app.web.auth import forget_work, take_cookie
from app.web.auth_forms import NewPasswordForm
from app.web.guard import public
from app.web.services import services
from app.web.transaction import reading, transaction

bp = Blueprint("link", __name__)

_KEY = "link"


@bp.get("/i/<token>")
@public
def enter(token: str) -> Response:
    """Take the token out of the address; whether it is good is seen on the next page."""
    session[_KEY] = token[:64]
    return redirect(url_for(".show"), 303)


@bp.get("/password")
@public
def show() -> str | tuple[str, int]:
    """Show the form that sets the password, or say that the link does not work any more."""
    found = _find()
    if found is None:
        return _gone()
    form = NewPasswordForm()
    return _page(form, *found)


@bp.post("/password")
@public
def set_password() -> tuple[str, int] | Response:
    """Set the password; then the person signs in with it."""
    found = _find()
    if found is None:
        return _gone()
    form = NewPasswordForm()
    form.login = found[0].login
    if not form.validate():
        return _page(form, *found), 422
    hashed = hash_password(form.password.data)  # slow on purpose, so before the transaction
    try:
        with transaction() as write:
            links.use_link(write, session[_KEY], hashed, services().now())
    except LinkGoneError:
        return _gone()
    forget_work()
    flash(_("Your password is set. Sign in with it now."), "done")
    return take_cookie(redirect(url_for("auth.sign_in")))


def _find() -> tuple[Staff, LinkKind] | None:
    token = session.get(_KEY)
    if not token:
        return None
    try:
        staff, link = links.find_owner(reading(), token, services().now())
    except LinkGoneError:
        return None
    return staff, link.kind


def _page(form: NewPasswordForm, staff: Staff, kind: LinkKind) -> str:
    return render_template(
        "auth/password.html", form=form, staff=staff, is_first=kind is LinkKind.INVITATION
    )


def _gone() -> tuple[str, int]:
    session.pop(_KEY, None)
    return render_template("auth/link_gone.html"), 410
