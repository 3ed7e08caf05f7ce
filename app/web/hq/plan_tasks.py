"""Pages that change a plan: its tasks, its dates and its questionnaire."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.i18n import current_language
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.errors import BadDatesError, CampaignError
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning import queries, services
from app.surveys.campaign.planning.errors import EarlyTickError, FixedTaskError, UndatedTaskError
from app.surveys.campaign.planning.models import PlanTask, TaskOwner
from app.surveys.campaign.planning.template import FIXED
from app.web.auth import current_scope, require_role
from app.web.hq import plan_words
from app.web.hq.plan_doors import check_button, people_for, planned
from app.web.hq.plan_forms import DatesForm, PersonForm, TaskForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import date_words

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
        services.assign_all(
            session,
            campaign,
            TaskOwner.HEAD_OFFICE,
            int(form.person.data),
            staff_id=current_scope().staff_id,
            now=outside().now(),
        )
    return redirect(url_for("hq_plan.show", code=code, _anchor="tasks"))


@bp.post("/campaigns/<code>/plan/tasks/<key>/done")
@require_role(Role.HEAD_OFFICE, Role.LEADER)
def done(code: str, key: str) -> Response:
    """Tick a task, or take the tick back, as the button said; what is so already stays."""
    campaign = planned(code)
    task = _task(campaign, key)
    check_button()
    scope, now = current_scope(), outside().now()
    if scope.role is Role.LEADER and task.owner is not TaskOwner.LEADER:
        abort(403)
    turn = {"1": services.tick, "0": services.untick}.get(request.form.get("done", ""))
    if turn is None:
        abort(400)
    try:
        with transaction() as session:
            is_new = turn(session, campaign, task, staff_id=scope.staff_id, now=now)
    except EarlyTickError:
        flash(_("This task waits for T0; it cannot be done before."), "error")
    else:
        _say_turned(_task(planned(code), key), is_new=is_new)
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
            services.set_task(
                session,
                campaign,
                task,
                due_on=form.due_on.data,
                person_id=int(form.person.data) or None,
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except (FixedTaskError, UndatedTaskError, BadDatesError) as error:
        form.due_on.errors = [_day_problem(error)]
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


def _say_turned(task: PlanTask, *, is_new: bool) -> None:
    """Say what the button did; somebody else may have been faster."""
    name = plan_words.task_name(task.key)
    if is_new:
        said = _("Done: {task}") if task.done_at else _("Not done any more: {task}")
        flash(said.format(task=name), "success")
    elif task.done_at:
        who = queries.name_of(reading(), task.done_by)
        flash(_("{name} had ticked this before: {task}").format(name=who, task=name), "success")
    else:
        flash(_("This was not ticked any more: {task}").format(task=name), "success")


def _day_problem(error: CampaignError) -> str:
    if isinstance(error, BadDatesError):
        return _("A day from {first} to {last}, please.").format(
            first=date_words(error.opens_on), last=date_words(error.closes_on)
        )
    if isinstance(error, FixedTaskError):
        return (
            _("Its day follows from T0; it cannot be set before.")
            if error.after_t0
            else _("This day is the campaign's own: change its dates instead.")
        )
    return _("Please fill this in.")


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
        "hq/plan_task.html",
        campaign=campaign,
        task=task,
        form=form,
        is_fixed=task.key in FIXED,
        plan_words=plan_words,
    )


def _dates_page(campaign: Campaign, form: DatesForm) -> str:
    form.instrument_digest.choices = _versions()
    return render_template("hq/plan_dates.html", campaign=campaign, form=form)
