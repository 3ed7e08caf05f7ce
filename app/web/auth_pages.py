"""Sign in, sign out, and the way from the bare address to the start page of a role."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from app.i18n import gettext as _
from app.staff import services as staff_services
from app.staff.errors import BadCredentialsError, ThrottledError
from app.staff.models import Role
from app.web import words
from app.web.auth import cookie_name, current_scope, find_scope, is_local_address, require_role
from app.web.forms import Form
from app.web.guard import public
from app.web.menu import language_address, staff_frame, start_endpoint
from app.web.services import services
from app.web.transaction import reading, transaction

bp = Blueprint("auth", __name__)

# What the cookie of a browser holds for the browser itself; all else belongs to one person's work.
_OF_THE_BROWSER = frozenset({"lang", "owner", "csrf_token"})


class SignInForm(Form):
    """Login and password. Both stay as typed: a password may begin with a space."""

    login = StringField(validators=[InputRequired(), Length(max=64)])
    password = PasswordField(validators=[InputRequired(), Length(max=200)])
    next = HiddenField()


@bp.app_context_processor
def staff_words() -> dict[str, object]:
    """Give every template the frame of staff pages and the words for coded values."""
    return {
        "staff_frame": staff_frame,
        "language_address": language_address,
        "words": words,
        "csrf_token": generate_csrf,
    }


@bp.get("/")
@public
def home() -> Response:
    """Send people to the start page of their role, or to sign in."""
    scope = find_scope()
    return redirect(url_for(start_endpoint(scope.role) if scope else "auth.sign_in"))


@bp.get("/login")
@public
def sign_in() -> str | Response:
    """Show the sign-in page; who is signed in already goes to the start page."""
    scope = find_scope()
    if scope is not None:
        return redirect(url_for(start_endpoint(scope.role)))
    form = SignInForm(next=request.args.get("next", ""))
    return render_template("auth/sign_in.html", form=form, problem=None)


@bp.post("/login")
@public
def sign_in_now() -> tuple[str, int] | Response:
    """Check login and password; on success set the cookie and go where the person wanted to."""
    form = SignInForm()
    if not form.validate():
        return _refused(form, _("Please fill in both fields."), 422)
    token, problem, status = _try_to_sign_in(form)
    if token is None:
        return _refused(form, problem, status)
    _forget_work()
    wanted = form.next.data
    response = redirect(wanted if is_local_address(wanted) else url_for("auth.home"))
    response.set_cookie(
        cookie_name(),
        token,
        httponly=True,
        samesite="Lax",
        secure=services().config.secure_cookies,
        path="/",
    )
    return response


@bp.post("/logout")
@public
def sign_out() -> Response:
    """End the session here and on the server."""
    token = request.cookies.get(cookie_name())
    if token:
        with transaction() as write:
            staff_services.sign_out(write, token, services().now())
    _forget_work()
    response = redirect(url_for("auth.sign_in"))
    response.delete_cookie(
        cookie_name(),
        httponly=True,
        samesite="Lax",
        secure=services().config.secure_cookies,
        path="/",
    )
    return response


@bp.get("/nothing")
@require_role(*Role)
def nothing() -> str:
    """Tell a role without pages, the administrator, where its work is done."""
    return render_template("auth/nothing.html", role=current_scope().role)


def _forget_work() -> None:
    """Leave nothing of one person's work, such as an open sheet, to the next at this browser."""
    for key in set(session) - _OF_THE_BROWSER:
        session.pop(key)


def _try_to_sign_in(form: SignInForm) -> tuple[str | None, str, int]:
    """Return the cookie's token, or None with what to say and the status.

    The password is compared before the write transaction begins. The errors of the second half
    are caught inside it: the failed try must be stored, or nobody would ever be throttled.
    """
    address, now = request.remote_addr or "", services().now()
    try:
        checked = staff_services.check_password(
            reading(), form.login.data, form.password.data, address=address, now=now
        )
        with transaction() as write:
            try:
                return staff_services.sign_in(write, checked, address=address, now=now), "", 302
            except BadCredentialsError:
                return None, _("Login or password is wrong."), 422
            except ThrottledError as error:
                return _throttled(error)
    except ThrottledError as error:
        return _throttled(error)


def _throttled(error: ThrottledError) -> tuple[None, str, int]:
    problem = _("Too many failed tries. Please wait {minutes} minutes.")
    return None, problem.format(minutes=error.minutes), 429


def _refused(form: SignInForm, problem: str, status: int) -> tuple[str, int]:
    return render_template("auth/sign_in.html", form=form, problem=problem), status
