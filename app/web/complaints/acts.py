"""What may be done with a complaint: each act is one form on its page."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Blueprint, abort, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.clock import BEIJING
from app.followup.errors import FieldError
from app.followup.models import Outcome
from app.followup.rules import ContactInput
from app.i18n import gettext as _
from app.service.complaints import queries, services
from app.service.complaints.errors import (
    ActRefusedError,
    ComplaintError,
    ComplaintNotFoundError,
    GroupDecidedError,
    NotAllowedError,
    NotClassifiedError,
    NotCompleteError,
    StepRefusedError,
    TooLateError,
)
from app.service.complaints.models import Against, Kind, Level, Severity, Step
from app.service.complaints.rows import ComplaintRow
from app.service.complaints.rules import Sorting
from app.staff.models import Role
from app.web.auth import current_scope, require_role
from app.web.complaints import words
from app.web.complaints.forms import PlainForm
from app.web.complaints.lists import ALL
from app.web.complaints.page import act_form, complaint_page
from app.web.fields import field_problem
from app.web.forms import Form
from app.web.keys import key_in
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("complaint_acts", __name__, url_prefix="/complaints")

_FAST_CLOCK = timedelta(minutes=10)
_FIELDS = {"owner_view": "view", "rough_on": "due_on", "called_at": "called", "words": "result"}
Do = Callable[[Session, ComplaintRow, Form], str]


@bp.post("/<int:complaint_id>/<act>")
@require_role(*ALL)
def do(complaint_id: int, act: str) -> tuple[str, int] | Response:
    """Do one thing to a complaint; a form that is refused comes back with all that was typed."""
    if act not in _ACTS:
        abort(404)
    row = _access(complaint_id)
    try:
        form = act_form(act, row, reading())
    except NotAllowedError:
        abort(403)
    if not form.validate():
        return complaint_page(complaint_id, act, form), 422
    due_on = row.complaint.due_on
    try:
        with transaction() as session:
            told = _ACTS[act](session, row, form)
    except FieldError as error:
        name = _FIELDS.get(error.field, error.field)
        field = form[name] if name in form else next(iter(form))
        field.errors = [_field_problem(error)]
        return complaint_page(complaint_id, act, form), 422
    except ComplaintNotFoundError:
        abort(404)
    except ComplaintError as error:
        flash(_refusal(error), "error")
        return complaint_page(complaint_id, act, form), 409
    flash(told, "success")
    if not queries.is_visible(reading(), current_scope(), complaint_id):
        # It is against the director now: head office has it, and nobody here.
        return redirect(url_for("complaint_intake.receipt", on=due_on.isoformat()))
    return redirect(_address(complaint_id))


@bp.post("/<int:complaint_id>/steps/<step>")
@require_role(*ALL)
def step(complaint_id: int, step: str) -> Response:
    """Take one of the handbook's steps."""
    if step not in set(Step):
        abort(404)
    _access(complaint_id)
    _try(
        lambda session: services.take_step_of(
            session,
            outside().vault,
            current_scope(),
            complaint_id,
            Step(step),
            now=outside().now(),
        ),
        _("Kept, with your name and the time."),
    )
    return redirect(_address(complaint_id))


@bp.post("/<int:complaint_id>/group")
@require_role(Role.HEAD_OFFICE)
def group(complaint_id: int) -> Response:
    """Say whether the complaints of a group are one matter."""
    group_id = _access(complaint_id).complaint.group_id
    if group_id is None:
        abort(404)
    decide = (
        services.confirm_group if request.form.get("say") == "confirm" else services.dismiss_group
    )
    _try(
        lambda session: decide(session, current_scope(), group_id, now=outside().now()),
        _("Kept."),
    )
    return redirect(_address(complaint_id))


def _access(complaint_id: int) -> ComplaintRow:
    row = queries.find_complaint(reading(), current_scope(), complaint_id)
    if row is None:
        abort(404)
    return row


def _address(complaint_id: int) -> str:
    return url_for("complaint_page.show", complaint_id=complaint_id)


def _try(act: Callable[[Session], object], told: str) -> None:
    """Do something in a transaction and say what came of it."""
    if not PlainForm().validate():
        abort(400)
    try:
        with transaction() as session:
            act(session)
    except ComplaintNotFoundError:
        abort(404)
    except (ComplaintError, FieldError) as error:
        flash(_refusal(error), "error")
    else:
        flash(told, "success")


def _field_problem(error: FieldError) -> str:
    told = {
        "not_later": _("This day is not later than the last day that stands now."),
        "day_off": _("Nobody works on this day: choose a working day."),
        "over_month": _(
            "This is more than a month away: keep it as “Takes long”, with a rough date."
        ),
    }
    return told.get(error.problem) or field_problem(error.problem)


def _refusal(error: Exception) -> str:
    """Return why nothing was done."""
    if isinstance(error, NotCompleteError):
        missing = _(", ").join(words.missing_name(one) for one in error.missing)
        return _("It cannot be closed yet. Missing: {what}.").format(what=missing)
    told: dict[type[Exception], str] = {
        ActRefusedError: _("The complaint cannot take this step now. Nothing was changed."),
        NotClassifiedError: _("Say first what it is about; then it can be answered."),
        NotAllowedError: _("This is not for you to do, or not for the person you named."),
        StepRefusedError: _("This step was taken already, or belongs to another act."),
        TooLateError: _("The last day is over: it is missed, and cannot be moved any more."),
        GroupDecidedError: _("Somebody has decided this already."),
    }
    return told.get(type(error), _("This cannot be done with the complaint. Nothing was changed."))


def _acknowledge(session: Session, row: ComplaintRow, _form: Form) -> str:
    services.acknowledge(session, current_scope(), row.id, now=outside().now())
    return _("Kept. It stops no clock: the answer is still due.")


def _answer(session: Session, row: ComplaintRow, form: Form) -> str:
    is_answered = services.answer(
        session, outside().vault, current_scope(), row.id, talk_of(form), now=outside().now()
    )
    if is_answered:
        return _("Answered. Another unit calls the customer back now.")
    return _("Kept as a talk. The clock goes on: what came in writing is answered in writing.")


def _talk_only(session: Session, row: ComplaintRow, form: Form) -> str:
    is_answered = services.answer(
        session,
        outside().vault,
        current_scope(),
        row.id,
        talk_of(form),
        is_substantive=False,
        now=outside().now(),
    )
    if is_answered:
        return _("Kept. The customer counts as not reachable after these tries.")
    return _("Kept. The clock goes on.")


def _site(session: Session, row: ComplaintRow, form: Form) -> str:
    services.record_site(
        session,
        current_scope(),
        row.id,
        called_at=form.called.data.replace(tzinfo=BEIJING),
        arrived_at=_instant(form.arrived.data),
        now=outside().now(),
    )
    return _("Kept.")


def _classify(session: Session, row: ComplaintRow, form: Form) -> str:
    sorting = Sorting(
        form.code.data,
        Kind(form.kind.data),
        Severity(form.severity.data),
        Against(form.against.data),
    )
    scope, now = current_scope(), outside().now()
    if row.complaint.class_ is None:
        services.classify(session, scope, row.id, sorting, now=now)
    else:
        reason = form.reason.data or ""
        services.reclassify(
            session, outside().vault, scope, row.id, sorting, reason=reason, now=now
        )
    return _("Kept.")


def _extend(session: Session, row: ComplaintRow, form: Form) -> str:
    services.extend(
        session,
        outside().vault,
        current_scope(),
        row.id,
        talk_of(form),
        due_on=form.due_on.data,
        now=outside().now(),
    )
    return _("Moved, with the talk in which the customer heard of it.")


def _long(session: Session, row: ComplaintRow, form: Form) -> str:
    services.set_long_running(
        session,
        outside().vault,
        current_scope(),
        row.id,
        talk_of(form),
        rough_on=form.due_on.data,
        now=outside().now(),
    )
    return _("Kept, and reported to the quality department.")


def _escalate(session: Session, row: ComplaintRow, form: Form) -> str:
    services.escalate(
        session,
        outside().vault,
        current_scope(),
        row.id,
        Level(form.level.data),
        reason=form.reason.data,
        now=outside().now(),
    )
    return _("Handed up.")


def _give(session: Session, row: ComplaintRow, form: Form) -> str:
    services.hand_over(
        session,
        outside().vault,
        current_scope(),
        row.id,
        staff_id=key_in(form.staff.data) or 0,
        reason=form.reason.data,
        now=outside().now(),
    )
    return _("Handed over.")


def _flags(session: Session, row: ComplaintRow, form: Form) -> str:
    services.set_flags(
        session,
        current_scope(),
        row.id,
        compensation=form.compensation.data,
        media=form.media.data,
        legal=form.legal.data,
        now=outside().now(),
    )
    return _("Kept.")


def _close(session: Session, row: ComplaintRow, form: Form) -> str:
    services.close(
        session,
        outside().vault,
        current_scope(),
        row.id,
        cause=form.cause.data,
        prevention=form.prevention.data,
        now=outside().now(),
    )
    return _("Closed.")


def _reopen(session: Session, row: ComplaintRow, form: Form) -> str:
    services.reopen(
        session,
        outside().vault,
        current_scope(),
        row.id,
        reason=form.reason.data,
        now=outside().now(),
    )
    return _("Opened again, with a clock of its own.")


def talk_of(form: Form) -> ContactInput:
    """Return the talk a form tells of."""
    outcome = form.outcome.data if "outcome" in form else Outcome.DATED.value
    day = form.next_on.data if "next_on" in form else form.due_on.data
    return ContactInput(
        at=_instant(form.at.data),
        way=form.way.data,
        person=form.person.data,
        outcome=Outcome(outcome),
        result=form.result.data or "",
        owner_view=(form.view.data or None) if "view" in form else None,
        next_on=day,
    )


def _instant(local: datetime) -> datetime:
    now, at = outside().now(), local.replace(tzinfo=BEIJING)
    return now if now < at <= now + _FAST_CLOCK else at


_ACTS: dict[str, Do] = {
    "acknowledge": _acknowledge,
    "answer": _answer,
    "talk": _talk_only,
    "classify": _classify,
    "site": _site,
    "extend": _extend,
    "long": _long,
    "escalate": _escalate,
    "give": _give,
    "flags": _flags,
    "close": _close,
    "reopen": _reopen,
}
