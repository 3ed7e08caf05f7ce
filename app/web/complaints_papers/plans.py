"""The papers of one complaint: correction plan, corrective-action report, what came of it."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import DateField, RadioField, StringField, TextAreaField

from app.followup.errors import FieldError
from app.followup.rules import LONGEST_TEXT
from app.i18n import gettext as _
from app.reports.complaints.words import signed_as_name
from app.service.complaints.models import Complaint
from app.service.complaints.papers import corrective, plans, queries
from app.service.complaints.papers.corrective import CorrectiveInput, CorrectiveView
from app.service.complaints.papers.errors import (
    PaperClosedError,
    PaperError,
    WrongPersonError,
)
from app.service.complaints.papers.models import SignedAs
from app.service.complaints.papers.plans import LONGEST_NAME, ActionInput
from app.service.complaints.reading import note_look
from app.staff.models import Role
from app.web.auth import current_scope, require_role
from app.web.complaints_papers.asked import today
from app.web.complaints_papers.traced import closed_words, person_words
from app.web.fields import at_most, chosen, field_problem, filled
from app.web.forms import Form
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("complaint_plans", __name__, url_prefix="/complaint-papers/of")

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE, Role.STEWARD)
_DOERS = (Role.HEAD_OFFICE, Role.OFFICE)
_SIGNERS = (Role.HEAD_OFFICE, Role.OFFICE, Role.LEADER)
_SIGNATURES = tuple(SignedAs)


class PlanForm(Form):
    """What is wrong and what must be reached."""

    problem = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    aim = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])


class ActionForm(Form):
    """One thing to put right."""

    what = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    responsible = StringField(validators=[filled, at_most(LONGEST_NAME)])
    due_on = DateField(validators=[filled])


class DoneForm(Form):
    """That something was put right, and what shows it."""

    done_on = DateField(validators=[filled])
    evidence = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])


class CorrectiveForm(Form):
    """Facts, cause, correction, prevention."""

    facts = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    cause = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    correction = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    prevention = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])


class VerifyForm(Form):
    """Whether what was done helped."""

    verdict = RadioField(validators=[chosen], validate_choice=False, default="")
    finding = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])

    def named(self) -> "VerifyForm":
        """Give the choices their words."""
        self.verdict.choices = [("yes", _("It helped")), ("no", _("It did not help"))]
        return self


@bp.get("/<int:complaint_id>")
@require_role(*READERS)
def show(complaint_id: int) -> str:
    """Show the papers of a complaint: a look at its home, so it is written down as one."""
    _find(complaint_id)
    with transaction() as session:
        note_look(session, current_scope(), complaint_id, now=outside().now())
    return _page(complaint_id)


@bp.post("/<int:complaint_id>/plan")
@require_role(Role.HEAD_OFFICE)
def plan(complaint_id: int) -> tuple[str, int] | Response:
    """Make the correction plan."""
    form = PlanForm()
    if not form.validate():
        return _page(complaint_id, plan=form), 422

    def act() -> None:
        with transaction() as session:
            plans.make_plan(
                session,
                outside().vault,
                current_scope(),
                complaint_id,
                problem=form.problem.data,
                aim=form.aim.data,
                now=outside().now(),
            )

    return _done(complaint_id, form, act, _("The plan is kept. Now add the actions."), "plan")


@bp.post("/<int:complaint_id>/plan/<int:plan_number>/actions")
@require_role(Role.HEAD_OFFICE)
def action(complaint_id: int, plan_number: int) -> tuple[str, int] | Response:
    """Add an action to the plan."""
    form = ActionForm()
    if not form.validate():
        return _page(complaint_id, action=form), 422
    wanted = ActionInput(form.what.data, form.responsible.data, form.due_on.data)

    def act() -> None:
        with transaction() as session:
            plans.add_action(
                session,
                outside().vault,
                current_scope(),
                plan_number,
                wanted,
                now=outside().now(),
            )

    return _done(complaint_id, form, act, _("The action is kept."), "action")


@bp.post("/<int:complaint_id>/actions/<int:action_number>")
@require_role(*_DOERS)
def finish(complaint_id: int, action_number: int) -> tuple[str, int] | Response:
    """Say that an action was carried out."""
    form = DoneForm()
    if not form.validate():
        return _page(complaint_id, done=form, done_id=action_number), 422
    try:
        with transaction() as session:
            plans.finish_action(
                session,
                outside().vault,
                current_scope(),
                action_number,
                done_on=form.done_on.data,
                evidence=form.evidence.data,
                now=outside().now(),
            )
    except FieldError as error:
        form[error.field].errors = [_day_problem(error)]
        return _page(complaint_id, done=form, done_id=action_number), 422
    except PaperError as error:
        return _cannot(complaint_id, error)
    flash(_("Ticked off."), "success")
    return redirect(url_for(".show", complaint_id=complaint_id, _anchor="plan"))


@bp.post("/<int:complaint_id>/report")
@require_role(*_DOERS)
def report(complaint_id: int) -> tuple[str, int] | Response:
    """Write the corrective-action report."""
    form = CorrectiveForm()
    if not form.validate():
        return _page(complaint_id, report=form), 422
    words = CorrectiveInput(
        form.facts.data, form.cause.data, form.correction.data, form.prevention.data
    )

    def act() -> None:
        with transaction() as session:
            corrective.write(
                session,
                outside().vault,
                current_scope(),
                complaint_id,
                words,
                now=outside().now(),
            )

    return _done(complaint_id, form, act, _("The report is kept; it may be signed."), "report")


@bp.post("/<int:complaint_id>/report/<int:report_number>/sign/<signed_as>")
@require_role(*_SIGNERS)
def sign(complaint_id: int, report_number: int, signed_as: str) -> Response:
    """Sign the report."""
    if not Form().validate():
        abort(400)
    if signed_as not in set(SignedAs):
        abort(404)
    try:
        with transaction() as session:
            corrective.sign(
                session,
                outside().vault,
                current_scope(),
                report_number,
                SignedAs(signed_as),
                now=outside().now(),
            )
    except PaperError as error:
        return _cannot(complaint_id, error)
    flash(_("Signed."), "success")
    return redirect(url_for(".show", complaint_id=complaint_id, _anchor="report"))


@bp.post("/<int:complaint_id>/report/<int:report_number>/verify")
@require_role(Role.HEAD_OFFICE, Role.LEADER)
def verify(complaint_id: int, report_number: int) -> tuple[str, int] | Response:
    """Say as another unit whether it helped."""
    form = VerifyForm().named()
    if not form.validate():
        return _page(complaint_id, verify=form), 422

    def act() -> None:
        with transaction() as session:
            corrective.verify(
                session,
                outside().vault,
                current_scope(),
                report_number,
                is_effective=form.verdict.data == "yes",
                finding=form.finding.data,
                now=outside().now(),
            )

    return _done(complaint_id, form, act, _("Your finding is kept."), "verify")


def _done(
    complaint_id: int, form: Form, act: Callable[[], None], words: str, name: str
) -> tuple[str, int] | Response:
    """Carry something out; say what became of it on the page it was asked on."""
    try:
        act()
    except FieldError as error:
        form[error.field].errors = [_day_problem(error)]
        return _page(complaint_id, **{name: form}), 422
    except PaperError as error:
        return _cannot(complaint_id, error)
    flash(words, "success")
    anchor = "plan" if name in ("plan", "action") else "report"
    return redirect(url_for(".show", complaint_id=complaint_id, _anchor=anchor))


def _cannot(complaint_id: int, error: PaperError) -> Response:
    if isinstance(error, PaperClosedError):
        flash(closed_words(error), "error")
    elif isinstance(error, WrongPersonError):
        flash(person_words(error), "error")
    else:
        abort(404)
    return redirect(url_for(".show", complaint_id=complaint_id))


def _day_problem(error: FieldError) -> str:
    if error.problem == "in_past":
        return _("This day lies before the plan was made.")
    return field_problem(error.problem)


def _find(complaint_id: int) -> Complaint:
    found = queries.find_complaint_row(reading(), current_scope(), complaint_id)
    if found is None:
        abort(404)
    return found


def _page(
    complaint_id: int,
    *,
    plan: PlanForm | None = None,
    action: ActionForm | None = None,
    done: DoneForm | None = None,
    done_id: int | None = None,
    report: CorrectiveForm | None = None,
    verify: VerifyForm | None = None,
) -> str:
    session, scope, vault = reading(), current_scope(), outside().vault
    found = _find(complaint_id)
    place = queries.find_place(session, scope, complaint_id)
    versions = corrective.view_reports(session, vault, scope, complaint_id)
    is_head = scope.role is Role.HEAD_OFFICE
    newest = versions[0] if versions else None
    return render_template(
        "complaints_papers/plans.html",
        found=found,
        place=place,
        made=plans.view_plan(session, vault, scope, complaint_id),
        versions=versions,
        announcements=queries.list_announcements_of(session, complaint_id) if is_head else [],
        training=queries.list_training_of(session, complaint_id) if is_head else [],
        plan=plan or PlanForm(formdata=None),
        action=action or ActionForm(formdata=None),
        done=done or DoneForm(formdata=None, done_on=today()),
        done_id=done_id,
        report=report or _report_form(newest),
        verify=(verify or VerifyForm(formdata=None)).named(),
        today=today(),
        is_head=is_head,
        is_doer=scope.role in _DOERS,
        may_write=scope.role in _DOERS and _is_open(newest),
        may_sign=_may_sign(newest),
        may_verify=_may_verify(newest),
        signed_as_name=signed_as_name,
        signatures=_SIGNATURES,
        longest=LONGEST_TEXT,
    )


def _report_form(newest: CorrectiveView | None) -> CorrectiveForm:
    return CorrectiveForm(formdata=None, obj=None if newest is None else newest.words)


def _is_open(newest: CorrectiveView | None) -> bool:
    """Say whether somebody may write: a first report, an unsigned one, or a next version."""
    if newest is None or newest.verified_at is not None:
        return newest is None or newest.is_effective is False
    return not newest.signatures


def _may_sign(newest: CorrectiveView | None) -> list[SignedAs]:
    if newest is None or newest.verified_at is not None:
        return []
    scope, signed = current_scope(), {one.signed_as for one in newest.signatures}
    return [
        one
        for one, roles in corrective.SIGNERS.items()
        if one not in signed
        and scope.role in roles
        and (one is not SignedAs.WRITER or newest.written_by_id == scope.staff_id)
    ]


def _may_verify(newest: CorrectiveView | None) -> bool:
    scope = current_scope()
    return (
        newest is not None
        and newest.is_signed
        and newest.verified_at is None
        and scope.role in (Role.HEAD_OFFICE, Role.LEADER)
        and newest.written_by_id != scope.staff_id
    )
