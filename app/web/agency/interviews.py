"""An interview on the form: begun, saved on the way, sent once."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import BEIJING, beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.market import queries
from app.surveys.market.columns import (
    COMMUNITY,
    END,
    INTERVIEW,
    INTERVIEWER,
    START,
    answer_columns,
)
from app.surveys.market.columns import PHONE as PHONE_COLUMN
from app.surveys.market.deliveries import new_number, record_interview
from app.surveys.market.drafts import begin_draft, drop_draft, read_draft, save_draft
from app.surveys.market.errors import Fault, MarketRefusedError, MarketStateError
from app.surveys.market.models import MarketDraft, MarketSurveyRow
from app.surveys.market.questionnaire import get_questionnaire
from app.surveys.market.services import companies_of
from app.web import market_words
from app.web.agency.forms import ActForm
from app.web.agency.questions import SPONTANEOUS_FIELDS, Asked, answers_of, make_blocks
from app.web.auth import current_scope, require_role
from app.web.market_access import access_survey
from app.web.services import services
from app.web.transaction import reading, transaction

bp = Blueprint("agency_interviews", __name__, url_prefix="/agency/<code>/interviews")


@bp.post("/")
@require_role(Role.AGENCY)
def begin(code: str) -> Response:
    """Begin an interview; its start is now."""
    survey = access_survey(code)
    if not ActForm().validate():
        abort(400)
    number = new_number()
    try:
        with transaction() as session:
            begin_draft(
                session, survey, number, services().vault, actor=current_scope(),
                now=services().now(),
            )  # fmt: skip
    except MarketStateError:
        return _closed(code)
    return redirect(url_for(".show", code=code, number=number), 303)


@bp.get("/<number>")
@require_role(Role.AGENCY)
def show(code: str, number: str) -> str:
    """Show the form as far as it is filled in."""
    survey = access_survey(code)
    draft = _draft(survey, number)
    return _page(survey, draft, read_draft(draft, services().vault))


@bp.post("/<number>/save")
@require_role(Role.AGENCY)
def save(code: str, number: str) -> tuple[str, int]:
    """Keep what is there so far; the page does this by itself."""
    survey = access_survey(code)
    if not ActForm().validate():
        abort(400)
    _draft(survey, number)
    said = _said(survey)
    with transaction() as session:
        draft = queries.find_draft(session, survey.id, number, current_scope())
        if draft is None:
            abort(404)
        save_draft(draft, said, services().vault, now=services().now())
    return "", 204


@bp.post("/<number>")
@require_role(Role.AGENCY)
def send(code: str, number: str) -> str | tuple[str, int] | Response:
    """Send the interview; its end is now."""
    survey = access_survey(code)
    if not ActForm().validate():
        abort(400)
    draft = queries.find_draft(reading(), survey.id, number, current_scope())
    if draft is None:
        return _delivered(survey, number)
    said, now = _said(survey), services().now()
    began = draft.started_at
    whole = {
        **said,
        INTERVIEW: number,
        START: f"{began.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
        END: f"{now.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
    }
    try:
        with transaction() as session:
            record_interview(
                session, survey, whole, services().vault, actor=current_scope(), now=now
            )
            drop_draft(session, survey.id, number, actor=current_scope())
    except MarketRefusedError as error:
        with transaction() as session:
            kept = queries.find_draft(session, survey.id, number, current_scope())
            if kept is not None:
                save_draft(kept, said, services().vault, now=now)
        if kept is None:  # sent twice at the same moment: the other one came first
            return _delivered(access_survey(code), number)
        return _page(survey, _draft(survey, number), said, error.faults), 422
    except MarketStateError:
        return _closed(code)
    return _thank(code, number)


@bp.post("/<number>/drop")
@require_role(Role.AGENCY)
def drop(code: str, number: str) -> Response:
    """Forget an interview that was broken off."""
    survey = access_survey(code)
    if not ActForm().validate():
        abort(400)
    _draft(survey, number)
    with transaction() as session:
        drop_draft(session, survey.id, number, actor=current_scope())
    return redirect(url_for("agency.show", code=code), 303)


def _thank(code: str, number: str) -> Response:
    flash(_("Interview {number} is delivered. Thank you.", number=number), "success")
    return redirect(url_for("agency.show", code=code), 303)


def _delivered(survey: MarketSurveyRow, number: str) -> Response:
    """Answer somebody who sends again what was delivered before by the same account."""
    stored = queries.find_interviews(reading(), survey.id, [number]).get(number)
    if stored is None or stored.delivered_by != current_scope().staff_id:
        abort(404)
    return _thank(survey.code, number)


def _draft(survey: MarketSurveyRow, number: str) -> MarketDraft:
    draft = queries.find_draft(reading(), survey.id, number, current_scope())
    if draft is None:
        abort(404)
    return draft


def _said(survey: MarketSurveyRow) -> dict[str, str]:
    """Return what the form says, in the columns an interviewer fills in."""
    asked = get_questionnaire(reading(), survey.questionnaire)
    columns = asked.columns(beijing_date(services().now()).year)
    names = [one.name for one in answer_columns(columns)]
    fields = {name: request.form.getlist(name) for name in request.form}
    return answers_of(fields, (INTERVIEWER, COMMUNITY, *names, PHONE_COLUMN))


def _page(
    survey: MarketSurveyRow,
    draft: MarketDraft,
    said: dict[str, str],
    faults: tuple[Fault, ...] = (),
) -> str:
    session = reading()
    asked = Asked(
        get_questionnaire(session, survey.questionnaire),
        companies_of(session, survey.id),
        seed=survey.seed,
        number=draft.number,
        language=current_language(),
    )
    return render_template(
        "agency/interview.html",
        survey=survey,
        number=draft.number,
        began=draft.started_at.astimezone(BEIJING),
        parts=make_blocks(asked),
        places=queries.list_places(session, survey.id),
        community=asked.say("community"),
        picks=range(SPONTANEOUS_FIELDS),
        said={name: value.split(";") for name, value in said.items()},
        faults={fault.column: market_words.fault_words(fault) for fault in faults},
        form=ActForm(),
    )


def _closed(code: str) -> Response:
    flash(_("This survey takes no interviews now."), "error")
    return redirect(url_for("agency.show", code=code), 303)
