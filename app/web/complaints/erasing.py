"""Erasing who complained without a home: head office writes the demand down, another does it."""

from flask import Blueprint, abort, flash, redirect, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.rights.errors import AlreadyAskedError, ComplaintStaysError, NoReasonError
from app.rights.services import Demand, ask_complainant_erasure
from app.service.complaints.queries import get_complaint
from app.staff.models import Role
from app.web.auth import current_scope, require_role
from app.web.complaints.forms import EraseForm
from app.web.services import services as outside
from app.web.transaction import transaction

bp = Blueprint("complaint_rights", __name__, url_prefix="/complaints")


@bp.post("/<int:complaint_id>/rights")
@require_role(Role.HEAD_OFFICE)
def ask(complaint_id: int) -> Response:
    """Write down that who complained is to be erased."""
    form = EraseForm(prefix="erase-")
    back = redirect(url_for("complaint_page.show", complaint_id=complaint_id))
    if not form.validate():
        flash(_("Say why, and what shows that it is the complainant himself."), "error")
        return back
    try:
        with transaction() as session:
            found = get_complaint(session, complaint_id)
            if found is None:
                abort(404)
            request_id = ask_complainant_erasure(
                session,
                outside().vault,
                found,
                Demand(form.reason.data, form.proof.data),
                actor=current_scope(),
                now=outside().now(),
            ).id
    except AlreadyAskedError as error:
        request_id = int(error.args[0])
    except (ComplaintStaysError, NoReasonError):
        flash(_("Only who complained without a home, once the complaint is closed."), "error")
        return back
    return redirect(url_for("hq_rights.show", request_id=request_id))
