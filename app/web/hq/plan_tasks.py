"""Pages that change a plan: its tasks, its dates and its questionnaire."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.i18n import current_language
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.errors import CampaignError
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning import queries, services
from app.surveys.campaign.planning.errors import FixedTaskError
from app.surveys.campaign.planning.models import PlanTask, TaskOwner
from app.web.auth import current_scope, require_role
from app.web.hq import plan_words
from app.web.hq.plan_doors import check_button, people_for, planned
from app.web.hq.plan_forms import DatesForm, PersonForm, TaskForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_plan_tasks", __name__, url_prefix="/hq")

_NOBODY = "0"


@bp.post("/campaigns/<code>/plan/tasks")
@require_role(Role.HEAD_OFFICE)
def make_tasks(code: str) -> Response:
    """Give a campaign of an earlier version the calendar of tasks."""
    campaign = planned(code)
    check_button()
    with transaction() as session:
        services.make_tasks(session, campaign, staff_id=current_scope().staff_id)
    return redirect(url_for("hq_plan.show", code=code, _anchor="tasks"))


@bp.post("/campaigns/<code>/plan/assign")
@require_role(Role.HEAD_OFFICE)
def assign(code: str) -> Response:
    """Let one person answer for all tasks of head office nobody answers for."""
    campaign, form = planned(code), PersonForm()
    form.person.choices = people_for(TaskOwner.HEAD_OFFICE)
    if not form.validate():
        abort(400)
    with transaction() as session:
        services.assign_all(session, campaign, TaskOwner.HEAD_OFFICE, int(form.person.data))
    return redirect(url_for("hq_plan.show", code=code, _anchor="tasks"))


@bp.post("/campaigns/<code>/plan/tasks/<key>/done")
@require_role(Role.HEAD_OFFICE, Role.LEADER)
def done(code: str, key: str) -> Response:
    """Tick a task, or take the tick back."""
    campaign = planned(code)
    task = _task(campaign, key)
    check_button()
    scope, now = current_scope(), outside().now()
    if scope.role is Role.LEADER and task.owner is not TaskOwner.LEADER:
        abort(403)
    with transaction() as session:
        turn = services.tick if task.done_at is None else services.untick
        turn(session, campaign, task, staff_id=scope.staff_id, now=now)
    return redirect(url_for("hq_plan.show", code=code, _anchor=f"task-{key}"))


@bp.get("/campaigns/<code>/plan/tasks/<key>")
@require_role(Role.HEAD_OFFICE)
def edit_task(code: str, key: str) -> str:
    """Show the day and the person of a task."""
    campaign = planned(code)
    task = _task(campaign, key)
    form = TaskForm(
        formdata=None, data={"due_on": task.due_on, "person": str(task.staff_id or _NOBODY)}
    )
    return _task_page(campaign, task, form)


@bp.post("/campaigns/<code>/plan/tasks/<key>")
@require_role(Role.HEAD_OFFICE)
def change_task(code: str, key: str) -> tuple[str, int] | Response:
    """Move a task by hand, or give it to somebody."""
    campaign = planned(code)
    task, form = _task(campaign, key), TaskForm()
    form.person.choices = [(_NOBODY, ""), *people_for(task.owner)]
    if not form.validate():
        return _task_page(campaign, task, form), 422
    try:
        with transaction() as session:
            person = int(form.person.data) or None
            services.set_task(session, task, due_on=form.due_on.data, person_id=person)
    except FixedTaskError:
        form.due_on.errors = [_("Its day follows from T0; it cannot be set before.")]
        return _task_page(planned(code), _task(planned(code), key), form), 422
    return redirect(url_for("hq_plan.show", code=code, _anchor=f"task-{key}"))


@bp.get("/campaigns/<code>/plan/dates")
@require_role(Role.HEAD_OFFICE)
def edit_dates(code: str) -> str:
    """Show dates, questionnaire and target, to be changed before the lock."""
    campaign = planned(code)
    form = DatesForm(formdata=None, obj=campaign)
    return _dates_page(campaign, form)


@bp.post("/campaigns/<code>/plan/dates")
@require_role(Role.HEAD_OFFICE)
def change_dates(code: str) -> tuple[str, int] | Response:
    """Change dates, questionnaire and target; new dates take an approval back."""
    campaign, form = planned(code), DatesForm()
    form.instrument_digest.choices = _versions()
    if not form.validate():
        return _dates_page(campaign, form), 422
    try:
        with transaction() as session:
            services.change_plan(
                session,
                campaign,
                opens_on=form.opens_on.data,
                closes_on=form.closes_on.data,
                instrument_digest=form.instrument_digest.data,
                target=form.target.data,
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except CampaignError:
        flash(_("The questionnaire is locked; nothing was changed."), "error")
    else:
        flash(_("Changed. Tasks nobody moved by hand follow the new dates."), "success")
    return redirect(url_for("hq_plan.show", code=code))


def _task(campaign: Campaign, key: str) -> PlanTask:
    task = queries.find_task(reading(), campaign.id, key)
    if task is None:
        abort(404)
    return task


def _versions() -> list[tuple[str, str]]:
    language, session = current_language(), reading()
    found = []
    for one in campaign_queries.list_instrument_versions(session):
        title = campaign_queries.get_instrument(session, one.digest).title.plain(language)
        found.append((one.digest, f"{title} · {one.code} v{one.version}"))
    return found


def _task_page(campaign: Campaign, task: PlanTask, form: TaskForm) -> str:
    form.person.choices = [(_NOBODY, _("nobody yet")), *people_for(task.owner)]
    return render_template(
        "hq/plan_task.html", campaign=campaign, task=task, form=form, plan_words=plan_words
    )


def _dates_page(campaign: Campaign, form: DatesForm) -> str:
    form.instrument_digest.choices = _versions()
    return render_template("hq/plan_dates.html", campaign=campaign, form=form)
