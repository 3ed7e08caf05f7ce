"""The own second factor: set it up with an authenticator app, renew its recovery codes, end it."""

import segno
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.staff import services as staff_services
from app.staff.errors import FactorExistsError, WrongCodeError
from app.staff.models import Role, Staff
from app.staff.people import factors, queries
from app.staff.queries import find_staff
from app.web.auth import current_entered, current_scope, give_cookie, origin, require_role
from app.web.auth_forms import ConfirmForm, FirstCodeForm
from app.web.auth_own import own_password_problem
from app.web.services import services
from app.web.transaction import reading, transaction

bp = Blueprint("account_code", __name__, url_prefix="/account/code")


@bp.get("/")
@require_role(*Role, before_code=True)
def show() -> str:
    """Show whether codes are asked for, and how to begin or end that."""
    return _page(ConfirmForm())


@bp.post("/start")
@require_role(*Role, before_code=True)
def start() -> tuple[str, int] | Response:
    """Make the secret, after the password once more."""
    form = ConfirmForm()
    if not _is_confirmed(form):
        return _page(form), 422
    try:
        with transaction() as write:
            factors.start(write, services().vault, current_scope().staff_id, services().now())
    except FactorExistsError:
        return redirect(url_for(".show"))
    return redirect(url_for(".scan"))


@bp.get("/scan")
@require_role(*Role, before_code=True)
def scan() -> str:
    """Show the picture an authenticator app reads."""
    return _scan_page(FirstCodeForm())


@bp.post("/scan")
@require_role(*Role, before_code=True)
def confirm() -> str | tuple[str, int] | Response:
    """Switch codes on with the first one; all sessions end, and this browser gets a new one."""
    form = FirstCodeForm()
    if not form.validate():
        return _scan_page(form), 422
    now = services().now()
    try:
        with transaction() as write:
            staff = _locked(write)
            codes = factors.confirm(write, services().vault, staff, form.code.data, now)
            queries.end_sessions(write, staff.id, now)
            token = staff_services.open_session(
                write, staff, origin=origin(), now=now, has_code=True
            )
    except FactorExistsError:
        return redirect(url_for(".show"))
    except WrongCodeError:
        form.code.errors = [_("This code is wrong. Is the clock of the phone right?")]
        return _scan_page(form), 422
    answer = Response(_codes_page(codes), mimetype="text/html")
    return give_cookie(answer, token)


@bp.post("/renew")
@require_role(*Role)
def renew() -> str | tuple[str, int]:
    """Show new recovery codes; the old ones are worth nothing from now on."""
    form = ConfirmForm()
    if not factors.has_factor(reading(), current_scope().staff_id):
        abort(404)
    if not _is_confirmed(form):
        return _page(form), 422
    with transaction() as write:
        codes = factors.renew_recovery_codes(write, _locked(write), services().now())
    return _codes_page(codes)


@bp.post("/off")
@require_role(*Role)
def switch_off() -> tuple[str, int] | Response:
    """Ask for no codes any more, where the role allows it."""
    form, scope, now = ConfirmForm(), current_scope(), services().now()
    if _is_needed() or not factors.has_factor(reading(), scope.staff_id):
        abort(404)
    if not _is_confirmed(form):
        return _page(form), 422
    with transaction() as write:
        staff = _locked(write)
        factors.remove(write, staff.id, actor=scope, now=now)
        queries.end_sessions(write, staff.id, now)
        token = staff_services.open_session(write, staff, origin=origin(), now=now)
    flash(_("Codes are switched off. All other browsers were signed out."), "done")
    return give_cookie(redirect(url_for("account.show")), token)


def _is_confirmed(form: ConfirmForm) -> bool:
    if not form.validate():
        return False
    problem = own_password_problem(_own().login, form.old.data)
    if problem:
        form.old.errors = [problem]
    return not problem


def _page(form: ConfirmForm) -> str:
    staff_id = current_scope().staff_id
    return render_template(
        "auth/code_start.html",
        form=form,
        is_on=factors.has_factor(reading(), staff_id),
        is_needed=_is_needed(),
        left=queries.count_recovery_codes(reading(), staff_id),
    )


def _scan_page(form: FirstCodeForm) -> str:
    staff = _own()
    secret = factors.waiting_secret(reading(), services().vault, staff.id)
    if secret is None:
        abort(404)
    address = factors.address_of(secret, login=staff.login, company=services().config.company)
    return render_template(
        "auth/code_scan.html",
        form=form,
        picture=segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff"),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    )


def _codes_page(codes: list[str]) -> str:
    return render_template("auth/recovery.html", codes=codes)


def _is_needed() -> bool:
    return current_entered().scope.role.value in services().config.code_roles


def _own() -> Staff:
    staff = find_staff(reading(), current_scope().staff_id)
    if staff is None:
        abort(404)
    return staff


def _locked(write: Session) -> Staff:
    staff = queries.lock_staff(write, current_scope().staff_id)
    if staff is None:
        abort(404)
    return staff
