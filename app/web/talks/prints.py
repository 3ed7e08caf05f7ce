"""Papers of talks: ordered here, made by the worker, fetched within a day by who ordered them."""

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.i18n import current_language
from app.i18n import gettext as _
from app.service.talks import queries
from app.service.talks.errors import NotFoundError
from app.service.talks.events.queries import find_activity
from app.service.talks.models import PrintKind, PrintState, TalkPrint
from app.service.talks.statements.prints import (
    ask_for_print,
    find_print,
    open_print,
    print_storage,
)
from app.service.talks.statements.queries import find_report
from app.staff.models import Role
from app.web.auth import current_scope, require_role
from app.web.downloads import attachment
from app.web.services import services as outside
from app.web.taken import noted
from app.web.talks.board import READERS
from app.web.talks.forms import PlainForm
from app.web.transaction import reading, transaction

bp = Blueprint("talks_prints", __name__, url_prefix="/talks/prints")

_ACTIVITY = (Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE, Role.STEWARD)
_ALL = (*_ACTIVITY, Role.COMMITTEE)


@bp.post("/talk/<int:committee_talk_id>")
@require_role(*READERS, Role.COMMITTEE)
def order_talk(committee_talk_id: int) -> Response:
    """Order the record of a talk with what came of it."""
    if queries.find_talk(reading(), current_scope(), committee_talk_id) is None:
        abort(404)
    return _order(PrintKind.TALK, committee_talk_id)


@bp.post("/activity/<int:activity_id>")
@require_role(*_ACTIVITY)
def order_activity(activity_id: int) -> Response:
    """Order the record of an activity."""
    if find_activity(reading(), current_scope(), activity_id) is None:
        abort(404)
    return _order(PrintKind.ACTIVITY, activity_id)


@bp.post("/report/<int:authority_report_id>")
@require_role(Role.HEAD_OFFICE, Role.LEADER)
def order_report(authority_report_id: int) -> Response:
    """Order a version of a report to the authority."""
    if find_report(reading(), current_scope(), authority_report_id) is None:
        abort(404)
    return _order(PrintKind.REPORT, authority_report_id)


@bp.get("/<int:print_id>")
@require_role(*_ALL)
def show(print_id: int) -> str:
    """Show that a paper is being made, or where it is."""
    made = _find(print_id)
    return render_template(
        "talks/print.html", made=made, is_ready=made.state is PrintState.READY, name=_name(made)
    )


@bp.get("/<int:print_id>.pdf")
@require_role(*_ALL)
def fetch(print_id: int) -> Response:
    """Hand out a paper to who ordered it."""
    made = _find(print_id)
    storage = print_storage(outside().config.instance)
    try:
        content = open_print(reading(), storage, outside().vault, current_scope(), print_id)
    except NotFoundError:
        abort(404)
    answer = attachment(content, "application/pdf", f"{_name(made)}.pdf")
    return noted(answer, f"talk-print:{made.kind}:{made.subject_id}", "pdf")


def _order(kind: PrintKind, subject_id: int) -> Response:
    if not PlainForm().validate():
        abort(400)
    with transaction() as session:
        made = ask_for_print(
            session,
            current_scope(),
            kind,
            subject_id,
            language=current_language(),
            now=outside().now(),
        )
        key = made.id
    return redirect(url_for(".show", print_id=key))


def _find(print_id: int) -> TalkPrint:
    try:
        return find_print(reading(), current_scope(), print_id)
    except NotFoundError:
        abort(404)


def _name(made: TalkPrint) -> str:
    return {
        PrintKind.TALK: _("Monthly talk with the committee: record and feedback"),
        PrintKind.ACTIVITY: _("Activity record"),
        PrintKind.REPORT: _("Report on property service and owners' opinions"),
    }[made.kind]
