"""The agency's own check: its supervisor calls some of those who left a number."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.market import queries
from app.surveys.market.backchecks import draw_checks, record_check, show_phones
from app.surveys.market.errors import CheckDoneError
from app.surveys.market.models import CheckOutcome, MarketSurveyRow
from app.web import market_words, words
from app.web.agency.forms import ActForm, OutcomeForm
from app.web.auth import current_scope, require_role
from app.web.market_access import access_survey
from app.web.services import services
from app.web.transaction import reading, transaction

bp = Blueprint("agency_checks", __name__, url_prefix="/agency/<code>/checks")


@bp.get("/")
@require_role(Role.AGENCY)
def show(code: str) -> str:
    """Show the calls with their numbers, and write down who saw them."""
    survey = _led(code)
    with transaction() as session:
        rows = queries.list_drawn(session, survey.id)
        phones = show_phones(
            session, survey, rows, services().vault, actor=current_scope(), now=services().now()
        )
    return render_template(
        "agency/checks.html",
        survey=_led(code),
        rows=queries.list_drawn(reading(), survey.id),
        phones=phones,
        total=queries.count_interviews(reading(), survey.id),
        form=ActForm(),
        outcome=OutcomeForm(formdata=None),
        market_words=market_words,
        words=words,
    )


@bp.post("/draw")
@require_role(Role.AGENCY)
def draw(code: str) -> Response:
    """Draw calls by lot until the wanted share is drawn."""
    survey = _led(code)
    if not ActForm().validate():
        abort(400)
    with transaction() as session:
        count = draw_checks(session, survey, actor=current_scope(), now=services().now())
    flash(_("{count} more calls are drawn.", count=count), "success")
    return redirect(url_for(".show", code=code), 303)


@bp.post("/<int:interview_id>")
@require_role(Role.AGENCY)
def record(code: str, interview_id: int) -> Response:
    """Write down what came of a call; the number is destroyed with it."""
    survey = _led(code)
    form = OutcomeForm()
    if not form.validate():
        flash(_("Please choose one."), "error")
        return redirect(url_for(".show", code=code), 303)
    try:
        with transaction() as session:
            row = queries.find_check(session, survey.id, interview_id)
            if row is None:
                abort(404)
            record_check(
                session,
                survey,
                row,
                CheckOutcome(form.outcome.data),
                actor=current_scope(),
                now=services().now(),
            )
    except CheckDoneError:
        flash(_("This call was written down before."), "error")
    return redirect(url_for(".show", code=code), 303)


def _led(code: str) -> MarketSurveyRow:
    """Return a survey this account leads, or answer 404."""
    survey = access_survey(code)
    if not queries.is_supervisor(reading(), survey.id, current_scope()):
        abort(404)
    return survey
