"""Public answers: the problem, the cause, what is done, who does it, by when or why not."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField, StringField, TextAreaField

from app.followup.answering import queries, services
from app.followup.answering.services import ProblemNotFoundError, PublicAnswerInput
from app.followup.errors import FieldError
from app.followup.models import Problem
from app.followup.rules import LONGEST_TEXT
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import find_gate, get_campaign, list_gates
from app.web.auth import current_scope, require_role
from app.web.choosing import chosen_campaign, opened_campaigns
from app.web.fields import at_most, chosen, field_problem, filled, readable
from app.web.forms import Form
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_answers", __name__, url_prefix="/hq/answers")


class AnswerForm(Form):
    """A public answer, or a new version of one."""

    community = SelectField(validators=[chosen], validate_choice=False)
    title = StringField(validators=[filled, at_most(120)])
    cause = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    action = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    responsible = StringField(validators=[filled, at_most(120)])
    due_on = DateField(validators=[readable])
    why_not = TextAreaField(validators=[at_most(LONGEST_TEXT)])


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str:
    """List the public answers of a campaign with what owners say: solved, or not yet."""
    campaigns = opened_campaigns()
    campaign = chosen_campaign(campaigns)
    return render_template(
        "hq/answers.html",
        campaigns=campaigns,
        campaign=campaign,
        rows=queries.list_problems(reading(), campaign.id) if campaign else [],
    )


@bp.get("/new")
@require_role(Role.HEAD_OFFICE)
def new() -> str:
    """Show an empty answer."""
    campaign = _campaign()
    return _page(campaign, _form(campaign, AnswerForm(formdata=None)))


@bp.post("/new")
@require_role(Role.HEAD_OFFICE)
def publish() -> tuple[str, int] | Response:
    """Publish a new answer to all homes of a community."""
    campaign = _campaign()
    form = _form(campaign, AnswerForm())
    if not form.validate():
        return _page(campaign, form), 422
    return _publish(campaign, form, int(form.community.data))


@bp.get("/<int:problem_id>")
@require_role(Role.HEAD_OFFICE)
def show(problem_id: int) -> str:
    """Show an answer with its versions, ready for the next one."""
    problem, campaign = _problem(problem_id)
    newest = queries.list_versions(reading(), problem_id)[0][0]
    form = AnswerForm(formdata=None, obj=newest, community=str(problem.community_id))
    return _page(campaign, _form(campaign, form), problem)


@bp.post("/<int:problem_id>")
@require_role(Role.HEAD_OFFICE)
def change(problem_id: int) -> tuple[str, int] | Response:
    """Publish a new version; the earlier ones are kept."""
    problem, campaign = _problem(problem_id)
    form = _form(campaign, AnswerForm())
    form.community.data = str(problem.community_id)
    if not form.validate():
        return _page(campaign, form, problem), 422
    return _publish(campaign, form, problem.community_id, problem)


def _publish(
    campaign: Campaign, form: AnswerForm, community_id: int, problem: Problem | None = None
) -> tuple[str, int] | Response:
    if find_gate(reading(), campaign.id, community_id) is None:
        abort(404)
    campaign_id, problem_id = campaign.id, None if problem is None else problem.id
    try:
        with transaction() as session:
            key = services.publish_answer(
                session,
                current_scope(),
                PublicAnswerInput(
                    title=form.title.data or "",
                    cause=form.cause.data or "",
                    action=form.action.data or "",
                    responsible=form.responsible.data or "",
                    due_on=form.due_on.data,
                    why_not=form.why_not.data or "",
                ),
                campaign_id=campaign_id,
                community_id=community_id,
                problem_id=problem_id,
                now=outside().now(),
            )
    except ProblemNotFoundError:
        abort(404)
    except FieldError as error:
        form[error.field].errors = [_problem_words(error)]
        return _page(campaign, form, problem), 422
    flash(_("Published. Every home of the community reads it with its receipt code."), "success")
    return redirect(url_for(".show", problem_id=key))


def _problem_words(error: FieldError) -> str:
    if error.field == "why_not" and error.problem == "empty":
        return _("Please give a date, or say why there is none.")
    if error.problem == "not_both":
        return _("Either a date or a reason, please; not both.")
    if error.field == "due_on":
        return _("This day has passed.")
    return field_problem(error.problem)


def _campaign() -> Campaign:
    campaign = chosen_campaign(opened_campaigns())
    if campaign is None:
        abort(404)
    return campaign


def _problem(problem_id: int) -> tuple[Problem, Campaign]:
    problem = queries.find_problem(reading(), problem_id)
    if problem is None:
        abort(404)
    return problem, get_campaign(reading(), problem.campaign_id)


def _form(campaign: Campaign, form: AnswerForm) -> AnswerForm:
    gates = list_gates(reading(), campaign.id, current_scope())
    form.community.choices = [(str(row.community_id), row.community) for row in gates]
    return form


def _page(campaign: Campaign, form: AnswerForm, problem: Problem | None = None) -> str:
    key = None if problem is None else problem.id
    return render_template(
        "hq/answer.html",
        campaign=campaign,
        form=form,
        problem=problem,
        versions=queries.list_versions(reading(), key) if key else [],
        cases=queries.list_cases_of_problem(reading(), key) if key else [],
    )
