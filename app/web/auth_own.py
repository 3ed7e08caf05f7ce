"""The own password asked once more, counted like a sign-in: nobody guesses at an open screen."""

from flask import request

from app.i18n import gettext as _
from app.staff import passwords
from app.staff import services as staff_services
from app.staff.errors import ThrottledError
from app.web.services import services
from app.web.transaction import reading, transaction


def own_password_problem(login: str, typed: str) -> str:
    """Return what to say when somebody's own password is wrong, or nothing."""
    address, now = request.remote_addr or "", services().now()
    try:
        checked = staff_services.check_password(reading(), login, typed, address=address, now=now)
    except ThrottledError as error:
        problem = _("Too many failed tries. Please wait {minutes} minutes.")
        return problem.format(minutes=error.minutes)
    if checked.is_right:
        return ""
    with transaction() as write:
        passwords.record_failure(write, login, address, now)
    return _("This is not your password.")
