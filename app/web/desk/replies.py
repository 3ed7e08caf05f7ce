"""What an owner reads on his phone: replies to his comment, and which public answers it asked for.

Published with a click and kept for ever; an edit is a new version that the owner sees as changed.
"""

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.followup.answering import services
from app.followup.answering.services import ProblemNotFoundError
from app.followup.errors import CaseNotFoundError, FieldError
from app.i18n import gettext as _
from app.staff.models import Role
from app.web.auth import current_scope, require_role
from app.web.desk.followups import case_page, open_case
from app.web.desk.forms import ContactForm, ReplyForm
from app.web.fields import field_problem
from app.web.keys import keys_in
from app.web.services import services as outside
from app.web.transaction import transaction

bp = Blueprint("desk_replies", __name__, url_prefix="/desk/follow-ups")

_DESK = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)


@bp.post("/<int:case_id>/comments/<int:comment_id>/reply")
@require_role(*_DESK)
def publish(case_id: int, comment_id: int) -> tuple[str, int] | Response:
    """Publish the reply the owner reads."""
    form = ReplyForm()
    if not form.validate():
        return _refuse(case_id, comment_id, form)
    try:
        with transaction() as session:
            services.publish_reply(
                session,
                outside().vault,
                current_scope(),
                case_id,
                comment_id,
                form.text.data or "",
                now=outside().now(),
            )
    except CaseNotFoundError:
        abort(404)
    except FieldError as error:
        form.text.errors = [field_problem(error.problem)]
        return _refuse(case_id, comment_id, form)
    flash(_("Published. The owner reads it with his receipt code."), "success")
    return redirect(url_for("desk_followups.case", case_id=case_id, _anchor=f"reply-{comment_id}"))


@bp.post("/<int:case_id>/comments/<int:comment_id>/problems")
@require_role(Role.HEAD_OFFICE)
def link(case_id: int, comment_id: int) -> Response:
    """Say which public answers a comment had asked for."""
    try:
        with transaction() as session:
            services.raise_problems(
                session,
                current_scope(),
                case_id,
                comment_id,
                keys_in(request.form, "problem"),
                now=outside().now(),
            )
    except (CaseNotFoundError, ProblemNotFoundError):
        abort(404)
    flash(_("Kept. This owner is asked whether it is solved, from the promised day on."), "success")
    return redirect(url_for("desk_followups.case", case_id=case_id, _anchor=f"reply-{comment_id}"))


def _refuse(case_id: int, comment_id: int, form: ReplyForm) -> tuple[str, int]:
    view = open_case(case_id)
    contact = ContactForm(formdata=None)
    return case_page(view, contact, refused=(comment_id, form)), 422
