"""Sign in with a password and a code, sign out, and the way to the start page of a role."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from app.i18n import gettext as _
from app.staff import services as staff_services
from app.staff.errors import (
    BadCredentialsError,
    StepGoneError,
    ThrottledError,
    WrongCodeError,
)
from app.staff.models import Role
from app.staff.services import Entry
from app.web import words
from app.web.auth import (
    cookie_name,
    current_scope,
    find_scope,
    forget_work,
    give_cookie,
    is_local_address,
    origin,
    require_role,
    take_cookie,
)
from app.web.forms import Form
from app.web.guard import public
from app.web.menu import language_address, staff_frame, start_endpoint
from app.web.services import services
from app.web.transaction import reading, transaction

bp = Blueprint("auth", __name__)

_STEP, _NEXT = "step", "next"  # in the browser's cookie between password and code


class SignInForm(Form):
    """Login and password. Both stay as typed: a password may begin with a space."""

    login = StringField(validators=[InputRequired(), Length(max=64)])
    password = PasswordField(validators=[InputRequired(), Length(max=200)])
    next = HiddenField()


class CodeForm(Form):
    """The code of an authenticator app, or a recovery code."""

    code = StringField(validators=[InputRequired(), Length(max=24)])


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
    entry, problem, status = _try_to_sign_in(form)
    if entry is None:
        return _refused(form, problem, status)
    forget_work()
    wanted = form.next.data if is_local_address(form.next.data) else None
    if entry.needs_code:
        session[_STEP], session[_NEXT] = entry.token, wanted
        return redirect(url_for(".code"))
    return give_cookie(redirect(wanted or url_for("auth.home")), entry.token)


@bp.get("/login/code")
@public
def code() -> str | Response:
    """Ask for the code, after the right password."""
    step = session.get(_STEP)
    if not step or not staff_services.is_step_live(reading(), step, services().now()):
        return redirect(url_for(".sign_in"))
    return render_template("auth/code.html", form=CodeForm(), problem=None)


@bp.post("/login/code")
@public
def code_now() -> tuple[str, int] | Response:
    """Check the code; on success set the cookie and go where the person wanted to."""
    form, step = CodeForm(), session.get(_STEP)
    if not step:
        return redirect(url_for(".sign_in"))
    if not form.validate():
        return _code_refused(form, _("Please enter the code."), 422)
    try:
        token, problem, status = _try_code(step, form.code.data)
    except StepGoneError:
        session.pop(_STEP, None)
        return redirect(url_for(".sign_in"))
    if token is None:
        return _code_refused(form, problem, status)
    wanted = str(session.get(_NEXT) or "")
    forget_work()
    return give_cookie(
        redirect(wanted if is_local_address(wanted) else url_for("auth.home")), token
    )


@bp.post("/logout")
@public
def sign_out() -> Response:
    """End the session here and on the server."""
    token = request.cookies.get(cookie_name())
    if token:
        with transaction() as write:
            staff_services.sign_out(write, token, services().now())
    forget_work()
    return take_cookie(redirect(url_for("auth.sign_in")))


@bp.get("/nothing")
@require_role(*Role)
def nothing() -> str:
    """Tell a role that has no page of its own yet what it is for."""
    return render_template("auth/nothing.html", role=current_scope().role)


def _try_to_sign_in(form: SignInForm) -> tuple[Entry | None, str, int]:
    """Return what the password opened, or None with what to say and the status.

    The password is compared before the write transaction begins. The errors of the second half
    are caught inside it: the failed try must be stored, or nobody would ever be throttled.
    """
    came_from, now = origin(), services().now()
    try:
        checked = staff_services.check_password(
            reading(), form.login.data, form.password.data, address=came_from.address, now=now
        )
        with transaction() as write:
            try:
                return staff_services.sign_in(write, checked, origin=came_from, now=now), "", 302
            except BadCredentialsError:
                return None, _("Login or password is wrong."), 422
            except ThrottledError as error:
                return _throttled(error)
    except ThrottledError as error:
        return _throttled(error)


def _try_code(step: str, typed: str) -> tuple[str | None, str, int]:
    """Return the cookie's token, or None with what to say and the status; see above."""
    with transaction() as write:
        try:
            token = staff_services.enter_code(
                write, services().vault, step, typed, origin=origin(), now=services().now()
            )
        except WrongCodeError:
            return None, _("This code is wrong or has been used. Wait for the next one."), 422
        except ThrottledError as error:
            return _throttled(error)
        return token, "", 302


def _throttled(error: ThrottledError) -> tuple[None, str, int]:
    problem = _("Too many failed tries. Please wait {minutes} minutes.")
    return None, problem.format(minutes=error.minutes), 429


def _refused(form: SignInForm, problem: str, status: int) -> tuple[str, int]:
    return render_template("auth/sign_in.html", form=form, problem=problem), status


def _code_refused(form: CodeForm, problem: str, status: int) -> tuple[str, int]:
    return render_template("auth/code.html", form=form, problem=problem), status
