"""Pages of the register: upload a file, read what it would change, then apply the same file."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.register import queries
from app.surveys.register.errors import ImportRefusedError, Problem, UnreadableTableError
from app.surveys.register.importing import apply_import, plan_import, read_table, record_look
from app.surveys.register.plan import Change, ImportPlan, PlannedHome
from app.surveys.register.wording import describe_problem
from app.web import uploads
from app.web.auth import current_scope, require_role
from app.web.hq.forms import StoredFileForm, UploadForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_register", __name__, url_prefix="/hq/register")

_KIND = "register"
_SHOWN = 30  # rows of each kind on the report; the counts are always complete


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str:
    """Show the communities with their homes, and the door for a file."""
    return _page(UploadForm())


@bp.post("/check")
@require_role(Role.HEAD_OFFICE)
def check() -> str | tuple[str, int]:
    """Read a file and report what it would change; changes nothing."""
    form = UploadForm()
    if not form.validate():
        return _page(form), 422
    name = form.file.data.filename[:200]
    content = form.file.data.read()
    try:
        plan = plan_import(reading(), read_table(content, name), outside().vault)
    except UnreadableTableError as error:
        return _report(name, problems=(error.problem,)), 422
    if plan.errors:
        return _report(name, plan, problems=plan.errors), 422
    with transaction() as session:
        shown = [*_first(plan, Change.CHANGED), *_first(plan, Change.NEW)]
        record_look(session, plan, shown, actor=current_scope(), now=outside().now())
    confirm = None
    if plan.changes_anything:
        digest = uploads.keep(content, _KIND)
        confirm = StoredFileForm(formdata=None, digest=digest, filename=name)
    return _report(name, plan, confirm=confirm)


@bp.post("/apply")
@require_role(Role.HEAD_OFFICE)
def apply() -> str | tuple[str, int] | Response:
    """Import the file that was reported on: the same bytes, compared with the register of now."""
    form = StoredFileForm()
    if not form.validate():
        abort(400)
    name = form.filename.data
    try:
        content = uploads.read(form.digest.data, _KIND)
    except uploads.UploadGoneError:
        flash(
            _("This upload is gone: used already, or older than an hour. Choose the file again."),
            "error",
        )
        return redirect(url_for(".index"))
    try:
        with transaction() as session:
            plan = plan_import(session, read_table(content, name), outside().vault)
            apply_import(session, plan, outside().vault, actor=current_scope(), now=outside().now())
    except ImportRefusedError as error:
        uploads.forget(form.digest.data)
        return _report(name, problems=error.problems), 422
    uploads.forget(form.digest.data)
    flash(
        _("Imported: {new} new, {changed} changed, {unchanged} unchanged homes.").format(
            new=plan.count(Change.NEW),
            changed=plan.count(Change.CHANGED),
            unchanged=plan.count(Change.UNCHANGED),
        ),
        "success",
    )
    return redirect(url_for(".index"))


@bp.post("/leave")
@require_role(Role.HEAD_OFFICE)
def leave() -> Response:
    """Delete an upload that shall not be imported."""
    form = StoredFileForm()
    if not form.validate():
        abort(400)
    uploads.forget(form.digest.data)
    return redirect(url_for(".index"))


def _first(plan: ImportPlan, change: Change) -> Sequence[PlannedHome]:
    """Return the homes of one kind that the report shows."""
    return [home for home in plan.homes if home.change is change][:_SHOWN]


def _page(form: UploadForm) -> str:
    scope = current_scope()
    counts = {row.community_id: row for row in queries.household_counts(reading(), scope)}
    communities = queries.list_communities(reading(), scope)
    return render_template(
        "hq/register.html",
        form=form,
        communities=[(community, counts[community.id]) for community in communities],
    )


def _report(
    name: str,
    plan: ImportPlan | None = None,
    *,
    problems: tuple[Problem, ...] = (),
    confirm: StoredFileForm | None = None,
) -> str:
    return render_template(
        "hq/register_report.html",
        name=name,
        plan=plan,
        new=_first(plan, Change.NEW) if plan else [],
        changed=_first(plan, Change.CHANGED) if plan else [],
        counts={change.value: plan.count(change) for change in Change} if plan else {},
        problems=[
            (problem, describe_problem(replace(problem, line=None)))
            for problem in problems[:_SHOWN]
        ],
        more_problems=max(0, len(problems) - _SHOWN),
        confirm=confirm,
        shown=_SHOWN,
    )
