"""What may be done with a case besides a contact: give, step, turn, triage, praise, take back."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.followup.cases import services
from app.followup.cases.errors import NotResponsibleError, StepRefusedError, UndoTooLateError
from app.followup.cases.rules import Capacity
from app.followup.errors import CaseClosedError, CaseNotFoundError, FieldError
from app.followup.models import Source, Stage, Urgency
from app.followup.praise.services import pass_praise_on
from app.followup.problems.codebook import load_codebook
from app.followup.services import undo_contact
from app.i18n import gettext as _
from app.staff.models import Role
from app.web import case_words
from app.web.access import access_community
from app.web.auth import current_scope, is_local_address, require_role
from app.web.desk.forms import CapacityForm, GiveForm, PraiseForm, StepForm, TriageForm
from app.web.keys import key_in, keys_in
from app.web.services import services as outside
from app.web.transaction import transaction

bp = Blueprint("desk_case", __name__, url_prefix="/desk/follow-ups")

_DESK = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)
_ALL = (*_DESK, Role.CALLER)
_GIVERS = (Role.HEAD_OFFICE, Role.OFFICE)
_MOST_AT_ONCE = 500


@bp.post("/give")
@require_role(*_GIVERS)
def give_many() -> Response:
    """Give the ticked cases of a list to one person."""
    form = GiveForm()
    keys = keys_in(request.form, "case")[:_MOST_AT_ONCE]
    back = _back()
    staff_id = key_in(form.staff.data)
    if not keys or staff_id is None:
        flash(_("Tick cases and choose who answers for them."), "error")
        return redirect(back)
    form.staff.choices = [(form.staff.data, "")]
    if not form.validate():
        flash(_("Please give a reason of at most 200 characters."), "error")
        return redirect(back)
    changed = 0

    def act(session: Session) -> None:
        nonlocal changed
        changed = services.give_cases(
            session,
            outside().vault,
            current_scope(),
            keys,
            staff_id=staff_id,
            reason=form.reason.data or "",
            now=outside().now(),
        )

    if _done(act):
        flash(_("{count} cases given.").format(count=changed), "success")
    return redirect(back)


@bp.post("/<int:case_id>/give")
@require_role(*_DESK)
def give(case_id: int) -> Response:
    """Take a case, or hand it over with a reason."""
    form = GiveForm()
    form.staff.choices = [(form.staff.data or "", "")]
    staff_id = key_in(form.staff.data)
    if not form.validate() or staff_id is None:
        flash(_("Choose who answers for this case."), "error")
        return _to(case_id)
    if _done(
        lambda session: services.give_cases(
            session,
            outside().vault,
            current_scope(),
            [case_id],
            staff_id=staff_id,
            reason=form.reason.data or "",
            now=outside().now(),
        )
    ):
        flash(_("Handed over."), "success")
    return _to(case_id)


@bp.post("/<int:case_id>/step/<to>")
@require_role(*_DESK)
def step(case_id: int, to: str) -> Response:
    """Take a step of the circle by hand."""
    form = StepForm()
    if to not in list(Stage):
        abort(404)
    if form.validate() and _done(
        lambda session: services.take_step(
            session,
            outside().vault,
            current_scope(),
            case_id,
            Stage(to),
            reason=form.reason.data or "",
            now=outside().now(),
        )
    ):
        flash(_("Kept: {step}").format(step=case_words.stage_name(Stage(to))), "success")
    return _to(case_id)


@bp.post("/<int:case_id>/turn/<source>")
@require_role(*_DESK)
def turn(case_id: int, source: str) -> Response:
    """Make a complaint or a repair of a case."""
    form = StepForm()
    if source not in list(Source):
        abort(404)
    if form.validate() and _done(
        lambda session: services.turn_into(
            session,
            outside().vault,
            current_scope(),
            case_id,
            Source(source),
            reason=form.reason.data or "",
            now=outside().now(),
        )
    ):
        flash(_("This case is now: {source}").format(source=case_words.source_name(source)))
    return _to(case_id)


@bp.post("/<int:case_id>/triage")
@require_role(*_GIVERS)
def triage(case_id: int) -> Response:
    """Say what a case is about."""
    form = TriageForm()
    if not form.validate():
        flash(_("Choose how urgent this case is."), "error")
        return _to(case_id)
    if _done(lambda session: decide(session, case_id, form)):
        flash(_("Kept. The clock of a danger starts at once."), "success")
    return _to(case_id)


def decide(session: Session, case_id: int, form: TriageForm) -> None:
    """Keep what a form says a case is about; the code brings its department along."""
    code = load_codebook().find(form.code.data) if form.code.data else None
    services.triage_case(
        session,
        current_scope(),
        case_id,
        urgency=Urgency(form.urgency.data),
        code=code.code if code else None,
        department=code.department if code else None,
        now=outside().now(),
    )


@bp.post("/<int:case_id>/praise")
@require_role(*_DESK)
def praise(case_id: int) -> Response:
    """Name who was praised."""
    form = PraiseForm()
    form.staff.choices = [(form.staff.data or "", "")]
    if not form.validate():
        flash(_("Name who was praised, in at most 40 characters."), "error")
        return _to(case_id)
    staff = form.staff.data
    if _done(
        lambda session: pass_praise_on(
            session,
            outside().vault,
            current_scope(),
            case_id,
            staff_id=key_in(staff),
            name=form.name.data or "",
            department=form.department.data,
            now=outside().now(),
        )
    ):
        flash(_("Passed on and counted."), "success")
    return _to(case_id)


@bp.post("/<int:case_id>/undo/<int:contact_id>")
@require_role(*_ALL)
def undo(case_id: int, contact_id: int) -> Response:
    """Take one's own last contact back within a minute."""
    if _done(
        lambda session: undo_contact(
            session, current_scope(), case_id, contact_id, now=outside().now()
        )
    ):
        flash(_("Taken back. The record stays, and counts no more."), "success")
    return _to(case_id)


@bp.post("/capacity/<int:community_id>")
@require_role(*_GIVERS)
def capacity(community_id: int) -> Response:
    """Keep how many people call for a community, and how many calls each makes in a day."""
    community, form = access_community(community_id), CapacityForm()
    if not form.validate():
        flash(_("1 to 99 people, 1 to 200 calls a day, please."), "error")
        return redirect(_back())
    wanted = Capacity(form.callers.data, form.calls_a_day.data)
    if _done(
        lambda session: services.set_capacity(
            session, current_scope(), community.id, wanted, now=outside().now()
        )
    ):
        flash(_("Kept. The plan counts with it from now on."), "success")
    return redirect(_back())


def _done(act: Callable[[Session], object]) -> bool:
    """Do something in a transaction; say whether it was done, with the reason when it was not."""
    try:
        with transaction() as session:
            act(session)
    except CaseNotFoundError:
        abort(404)
    except CaseClosedError:
        flash(_("This case was closed meanwhile. Nothing was recorded."), "error")
    except StepRefusedError:
        flash(_("The case cannot take this step now. Nothing was changed."), "error")
    except NotResponsibleError:
        flash(_("This person cannot answer for the case. Nothing was changed."), "error")
    except UndoTooLateError:
        flash(_("It is too late to take this back; record what is right instead."), "error")
    except FieldError as error:
        flash(_refusal(error), "error")
    else:
        return True
    return False


def _refusal(error: FieldError) -> str:
    if error.field == "reason":
        return _("Please give the reason. Nothing was changed.")
    if error.field == "name":
        return _("Name who was praised, in at most 40 characters.")
    return _("This cannot be done with the case. Nothing was changed.")


def _to(case_id: int) -> Response:
    return redirect(url_for("desk_followups.case", case_id=case_id))


def _back() -> str:
    """Return the list the form stood on."""
    address = request.form.get("back", "")
    return address if is_local_address(address) else url_for("desk_followups.index")
