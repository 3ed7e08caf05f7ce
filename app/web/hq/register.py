"""Pages of the register: upload a file, read what it would change, then apply the same file."""

import base64
from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.staff.models import Role
from app.storage import MissingFileError
from app.surveys.register import queries
from app.surveys.register.errors import ImportRefusedError, Problem, UnreadableTableError
from app.surveys.register.importing import apply_import, plan_import, read_table
from app.surveys.register.plan import Change, ImportPlan
from app.surveys.register.wording import describe_problem
from app.vault import VaultKeyError
from app.web.auth import current_scope, require_role
from app.web.hq.forms import StoredFileForm, UploadForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_register", __name__, url_prefix="/hq/register")

_PURPOSE = "upload"
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
    # The file holds names and phones: between the two steps it lies sealed, like the columns.
    sealed = outside().vault.seal(base64.b64encode(content).decode(), _PURPOSE)
    confirm = StoredFileForm(formdata=None, digest=outside().storage.put(sealed), filename=name)
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
        sealed = outside().storage.get(form.digest.data)
        content = base64.b64decode(outside().vault.open(sealed, _PURPOSE))
    except (MissingFileError, VaultKeyError):
        abort(400)
    try:
        with transaction() as session:
            plan = plan_import(session, read_table(content, name), outside().vault)
            apply_import(session, plan, outside().vault, now=outside().now())
    except ImportRefusedError as error:
        return _report(name, problems=error.problems), 422
    flash(
        _("Imported: {new} new, {changed} changed, {unchanged} unchanged homes.").format(
            new=plan.count(Change.NEW),
            changed=plan.count(Change.CHANGED),
            unchanged=plan.count(Change.UNCHANGED),
        ),
        "success",
    )
    return redirect(url_for(".index"))


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
    by_change: dict[Change, list[object]] = {change: [] for change in Change}
    for home in plan.homes if plan else ():
        if len(by_change[home.change]) < _SHOWN:
            by_change[home.change].append(home)
    return render_template(
        "hq/register_report.html",
        name=name,
        plan=plan,
        new=by_change[Change.NEW],
        changed=by_change[Change.CHANGED],
        counts={change.value: plan.count(change) for change in Change} if plan else {},
        problems=[
            (problem, describe_problem(replace(problem, line=None)))
            for problem in problems[:_SHOWN]
        ],
        more_problems=max(0, len(problems) - _SHOWN),
        confirm=confirm,
        shown=_SHOWN,
    )
