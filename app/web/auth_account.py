"""The own account: password, second factor, the browsers it is signed in with."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.staff import services as staff_services
from app.staff.errors import BadCredentialsError
from app.staff.models import Role, Staff
from app.staff.passwords import hash_password
from app.staff.people import factors, own, queries
from app.staff.queries import find_staff
from app.staff.scope import Scope
from app.surveys.register.queries import list_communities
from app.web.auth import (
    current_entered,
    current_scope,
    forget_work,
    give_cookie,
    lacks_code,
    origin,
    require_role,
    take_cookie,
)
from app.web.auth_forms import ChangePasswordForm
from app.web.auth_own import own_password_problem
from app.web.services import services
from app.web.transaction import reading, transaction
from app.web.words import beijing_time, role_name

bp = Blueprint("account", __name__, url_prefix="/account")


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser somebody is signed in with, in words."""

    id: int
    device: str
    address: str
    since: str
    seen: str
    is_this: bool


@bp.get("/")
@require_role(*Role, before_code=True)
def show() -> str:
    """Show the own account."""
    return _page(ChangePasswordForm())


@bp.post("/password")
@require_role(*Role, before_code=True)
def change_password() -> tuple[str, int] | Response:
    """Store another password; everything signed in with the old one ends, except this browser."""
    form, staff = ChangePasswordForm(), _own()
    form.login = staff.login
    if not form.validate():
        return _page(form), 422
    seen, has_code = staff.password_hash, current_entered().has_code
    problem = own_password_problem(staff.login, form.old.data)
    if problem:
        form.old.errors = [problem]
        return _page(form), 422
    hashed, now = hash_password(form.password.data), services().now()
    try:
        with transaction() as write:
            changed = own.change_password(write, staff.id, seen=seen, password_hash=hashed, now=now)
            token = staff_services.open_session(
                write, changed, origin=origin(), now=now, has_code=has_code
            )
    except BadCredentialsError:
        abort(409)
    flash(_("Your password is changed. All other browsers were signed out."), "done")
    return give_cookie(redirect(url_for(".show")), token)


@bp.post("/sessions/<int:session_id>/end")
@require_role(*Role, before_code=True)
def end_session(session_id: int) -> Response:
    """End one of the own sessions; somebody else's is not there."""
    entered = current_entered()
    with transaction() as write:
        is_ended = own.end_session(write, entered.scope.staff_id, session_id, services().now())
    if not is_ended:
        abort(404)
    if session_id == entered.session_id:
        return _signed_out()
    flash(_("Signed out there."), "done")
    return redirect(url_for(".show"))


@bp.post("/sessions/end")
@require_role(*Role, before_code=True)
def end_everywhere() -> Response:
    """End all own sessions, this one too."""
    with transaction() as write:
        own.end_everywhere(write, current_scope().staff_id, services().now())
    return _signed_out()


def _page(form: ChangePasswordForm) -> str:
    entered, now = current_entered(), services().now()
    staff = _own()
    sessions = queries.list_open_sessions(
        reading(),
        staff.id,
        born_after=now - staff_services.LONGEST,
        seen_after=now - staff_services.IDLE,
    )
    return render_template(
        "auth/account.html",
        form=form,
        staff=staff,
        role=role_name(Role(staff.role)),
        places=_places(entered.scope),
        has_code=factors.has_factor(reading(), staff.id),
        needs_code=lacks_code(entered),
        sessions=[
            SessionRow(
                one.id,
                one.device or _("Unknown browser"),
                one.address,
                beijing_time(one.created_at),
                beijing_time(one.seen_at),
                one.id == entered.session_id,
            )
            for one in sessions
        ],
    )


def _places(scope: Scope) -> list[str]:
    """Return the names of the communities the person sees; nothing when it is all or none."""
    if not scope.community_ids:
        return []
    return [community.name for community in list_communities(reading(), scope)]


def _own() -> Staff:
    staff = find_staff(reading(), current_scope().staff_id)
    if staff is None:
        abort(404)
    return staff


def _signed_out() -> Response:
    forget_work()
    return take_cookie(redirect(url_for("auth.sign_in")))
