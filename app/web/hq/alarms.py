"""Alarms of owners: a home says that an answer is not its own; head office looks into it."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import RadioField, TextAreaField

from app.followup.answering import alarms, queries
from app.followup.errors import FieldError
from app.followup.models import AlarmOutcome
from app.followup.rules import LONGEST_TEXT
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.response.interviews.models import Helper
from app.surveys.response.interviews.queries import find_interview
from app.web import words
from app.web.auth import current_scope, require_role
from app.web.fields import at_most, chosen, field_problem, filled
from app.web.forms import Form
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_alarms", __name__, url_prefix="/hq/alarms")


class FindingForm(Form):
    """What head office found out."""

    outcome = RadioField(validators=[chosen], validate_choice=False)
    note = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.outcome.choices = [(one.value, words.alarm_outcome(one)) for one in AlarmOutcome]


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str:
    """List the alarms by community; the homes are named on their own pages, where looks count."""
    rows = queries.list_alarms(reading(), current_scope())
    return render_template(
        "hq/alarms.html", rows=rows, kind=words.alarm_name, outcome=words.alarm_outcome
    )


@bp.get("/<int:alarm_id>")
@require_role(Role.HEAD_OFFICE)
def show(alarm_id: int) -> str:
    """Show one alarm with the home and what was said; the look is written down."""
    return _page(alarm_id, FindingForm(formdata=None))


@bp.post("/<int:alarm_id>")
@require_role(Role.HEAD_OFFICE)
def check(alarm_id: int) -> tuple[str, int] | Response:
    """Keep what was found."""
    form = FindingForm()
    if not form.validate():
        return _page(alarm_id, form), 422
    try:
        with transaction() as session:
            alarms.check_alarm(
                session,
                outside().vault,
                current_scope(),
                alarm_id,
                AlarmOutcome(form.outcome.data),
                note=form.note.data or "",
                now=outside().now(),
            )
    except alarms.AlarmNotFoundError:
        abort(404)
    except alarms.AlreadyCheckedError:
        flash(_("This alarm was checked before; a finding is never overwritten."), "error")
    except FieldError as error:
        form.note.errors = [field_problem(error.problem)]
        return _page(alarm_id, form), 422
    else:
        flash(_("Kept as checked."), "success")
    return redirect(url_for(".show", alarm_id=alarm_id))


def _page(alarm_id: int, form: FindingForm) -> str:
    try:
        with transaction() as session:
            view = alarms.open_alarm(
                session, outside().vault, current_scope(), alarm_id, now=outside().now()
            )
    except alarms.AlarmNotFoundError:
        abort(404)
    return render_template(
        "hq/alarm.html",
        view=view,
        form=form,
        kind=words.alarm_name,
        outcome=words.alarm_outcome,
        helped=_helped(view),
    )


def _helped(view: alarms.AlarmView) -> dict[int, str]:
    """Say who helped the owner to choose, for each answer given in an interview."""
    names = {
        Helper.NONE: _("nobody helped to choose"),
        Helper.FAMILY: _("somebody of the family helped to choose"),
        Helper.INTERVIEWER: _("the interviewer helped to choose"),
    }
    held = ((one.id, find_interview(reading(), one.id)) for one in view.answers)
    return {response_id: names[one.helped] for response_id, one in held if one is not None}
