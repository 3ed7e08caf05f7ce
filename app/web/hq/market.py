"""Market surveys at head office: the list, one survey, making and changing it."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import Field

from app.i18n import gettext as _
from app.reports.market.orders import has_failed, is_under_way
from app.staff.models import Role
from app.surveys.market import queries
from app.surveys.market.errors import CodeTakenError, DayPastError
from app.surveys.market.models import MarketState, MarketSurveyRow
from app.surveys.market.quality import count_signs
from app.surveys.market.services import change_survey, make_survey, missing_steps
from app.surveys.snapshot.version import code_version
from app.web import market_words, words
from app.web.auth import current_scope, require_role
from app.web.hq.forms import ActForm
from app.web.hq.market_forms import AccountForm, NewSurveyForm, OpenForm, SurveyForm
from app.web.market_access import access_survey
from app.web.services import services
from app.web.transaction import reading, transaction

bp = Blueprint("hq_market", __name__, url_prefix="/hq/market")

READERS = (Role.HEAD_OFFICE, Role.LEADER)
_FORMATS = ("pdf-zh-Hans", "pdf-en")


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """List the surveys of the market."""
    session, scope = reading(), current_scope()
    surveys = queries.list_surveys(session, scope)
    return render_template(
        "hq/market/index.html",
        surveys=surveys,
        done=queries.surveys_with_results(session, [one.id for one in surveys]),
        may_make=scope.role is Role.HEAD_OFFICE,
        market_words=market_words,
        words=words,
    )


@bp.get("/new")
@require_role(Role.HEAD_OFFICE)
def new() -> str:
    """Show the form for a new survey."""
    return render_template("hq/market/edit.html", survey=None, form=NewSurveyForm())


@bp.post("/new")
@require_role(Role.HEAD_OFFICE)
def make() -> tuple[str, int] | Response:
    """Make a survey."""
    form = NewSurveyForm()
    if form.validate():
        try:
            with transaction() as session:
                survey = make_survey(
                    session,
                    form.code.data,
                    form.setup(),
                    actor=current_scope(),
                    now=services().now(),
                )
                code = survey.code
            return redirect(url_for(".show", code=code), 303)
        except CodeTakenError:
            _complain(form.code, _("Another survey has this code."))
    return render_template("hq/market/edit.html", survey=None, form=form), 422


@bp.get("/<code>/edit")
@require_role(Role.HEAD_OFFICE)
def edit(code: str) -> str:
    """Show the form for a survey that is there."""
    survey = access_survey(code)
    form = SurveyForm(obj=survey)
    return render_template("hq/market/edit.html", survey=survey, form=form)


@bp.post("/<code>/edit")
@require_role(Role.HEAD_OFFICE)
def change(code: str) -> tuple[str, int] | Response:
    """Change what is said about a survey."""
    survey = access_survey(code)
    form = SurveyForm()
    if not form.validate():
        return render_template("hq/market/edit.html", survey=survey, form=form), 422
    if survey.state is not MarketState.CLOSED:
        try:
            with transaction() as session:
                change_survey(
                    session, survey, form.setup(), actor=current_scope(), now=services().now()
                )
        except DayPastError:
            _complain(form.closes_on, _("This day is over; “End the interviews now” ends them."))
            return render_template(
                "hq/market/edit.html", survey=access_survey(code), form=form
            ), 422
    return redirect(url_for(".show", code=code), 303)


@bp.get("/<code>")
@require_role(*READERS)
def show(code: str) -> str:
    """Show one survey: what is missing, how far it is, what came of the checks."""
    return render_survey(access_survey(code))


def render_survey(survey: MarketSurveyRow, problem: str = "") -> str:
    """Return the page of a survey."""
    session, scope = reading(), current_scope()
    found = queries.find_latest_run(session, survey.id, scope)
    gone = 0 if found is None else queries.count_gone(session, found[1])
    drawn = queries.list_drawn(session, survey.id)
    account = AccountForm(formdata=None)
    account.staff_id.choices = [("", "…")] + [
        (str(one.id), f"{one.name} ({one.login})") for one in queries.list_agency_accounts(session)
    ]
    return render_template(
        "hq/market/survey.html",
        survey=survey,
        problem=problem,
        rows=queries.quota_rows(session, survey.id),
        agents=queries.list_agents(session, survey.id),
        missing=missing_steps(
            session, survey, company=services().config.company, now=services().now()
        )
        if survey.state is MarketState.DRAFT
        else (),
        states=MarketState,
        may_act=scope.role is Role.HEAD_OFFICE,
        outcomes=_outcomes(drawn),
        calls=len(drawn),
        run=None if found is None else found[0],
        snapshot=None if found is None else found[1],
        gone=gone,
        is_current=found is not None and not gone and found[0].code_version == code_version(),
        is_busy=is_under_way(session, survey),
        has_failed=has_failed(session, survey),
        files=[] if found is None else queries.list_files(session, found[0].id),
        act=ActForm(),
        account=account,
        opening=OpenForm(formdata=None),
        market_words=market_words,
        words=words,
    )


@bp.get("/<code>/signs")
@require_role(Role.HEAD_OFFICE)
def signs(code: str) -> str:
    """Show signs in the interviews by interviewer: counts, no verdicts."""
    survey, session = access_survey(code), reading()
    companies = {one.id: one.code for one in queries.list_providers(session, survey.id)}
    managed = {
        one.id: companies[one.provider_id] for one in queries.list_places(session, survey.id)
    }
    return render_template(
        "hq/market/signs.html",
        survey=survey,
        counts=count_signs(queries.list_interviews(session, survey.id), managed),
    )


def _outcomes(drawn: list[queries.CheckRow]) -> list[tuple[str, int]]:
    """Return how many calls came to what."""
    found: dict[str, int] = {}
    for row in drawn:
        name = market_words.check_outcome(row.check.outcome)
        found[name] = found.get(name, 0) + 1
    return list(found.items())


def _complain(field: Field, text: str) -> None:
    field.errors = [text]
