"""Pages of the register: the overview, and a file that is checked first and imported second."""

from contextlib import closing
from dataclasses import dataclass, replace
from typing import BinaryIO

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.register import jobs, queries
from app.surveys.register.errors import (
    ImportRefusedError,
    RegisterChangedError,
    UnreadableTableError,
)
from app.surveys.register.files import LARGEST, FileTooLargeError, RegisterFiles
from app.surveys.register.importing import apply_import, plan_import, read_table, record_look
from app.surveys.register.models import Community, FileState, Region, RegisterFile
from app.surveys.register.plan import SHOWN, Change, ImportPlan
from app.surveys.register.report import FileReport, make_report, refused_report
from app.surveys.register.wording import describe_place, describe_problem
from app.web import uploads
from app.web.auth import current_scope, find_scope, require_role
from app.web.hq import register_words
from app.web.hq.forms import ActForm, StoredFileForm, UploadForm
from app.web.hq.register_files import csv_answer
from app.web.hq.register_forms import CheckedFileForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_register", __name__, url_prefix="/hq/register")

_KIND = "register"
_AT_ONCE = 1_000_000  # bytes that are checked while the page waits; more is work for the worker
_FORM = 1_000_000  # bytes around the file
_ALL_AT_ONCE = 60  # communities the overview shows without a region being chosen
_RECENT = 5


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A region with its sums; `region` is None for communities without one."""

    region: Region | None
    communities: int
    buildings: int
    households: int
    important: int


@dataclass(frozen=True, slots=True)
class CommunityRow:
    """A community with its counts."""

    community: Community
    buildings: int
    households: int
    important: int


@bp.url_value_preprocessor
def _allow_large_files(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Let head office, and nobody else, send a file of a million homes."""
    if endpoint == "hq_register.check":
        scope = find_scope()
        if scope is not None and scope.role is Role.HEAD_OFFICE:
            request.max_content_length = LARGEST + _FORM


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str:
    """Show company, regions and communities with their counts, and the door for a file."""
    return _page(UploadForm())


@bp.post("/check")
@require_role(Role.HEAD_OFFICE)
def check() -> str | tuple[str, int] | Response:
    """Read a file and report what it would change; changes nothing. A large one is queued."""
    form = UploadForm()
    if not form.validate():
        return _page(form), 422
    name = form.file.data.filename[:200]
    # Closed at once: a large upload lies in a temporary file meanwhile.
    with closing(form.file.data.stream) as stream:
        content = stream.read(_AT_ONCE + 1)
        if len(content) > _AT_ONCE:
            stream.seek(0)
            return _queue(form, name, stream)
    try:
        plan = _plan(reading(), content, name)
    except UnreadableTableError as error:
        return _report(name, refused_report(error.problem)), 422
    report = make_report(plan)
    if report.problem_count > SHOWN:
        return _keep_refused(name, report)
    if report.problem_count:
        return _report(name, report), 422
    with transaction() as session:
        record_look(session, report, actor=current_scope(), now=outside().now())
    confirm = None
    if report.changes_anything:
        confirm = _confirm(uploads.keep(content, _KIND), name, report)
    return _report(name, report, confirm=confirm)


@bp.post("/apply")
@require_role(Role.HEAD_OFFICE)
def apply() -> str | tuple[str, int] | Response:
    """Import the file that was reported on: the same bytes, and exactly what the report said.

    When the register has changed since, nothing is written and the new report is shown.
    """
    form = CheckedFileForm()
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
            queries.lock_register(session)
            plan = _plan(session, content, name)
            _check_seen(plan, form.seen.data)
            apply_import(session, plan, outside().vault, actor=current_scope(), now=outside().now())
    except RegisterChangedError:
        return _renewed(form.digest.data, content, name), 409
    except ImportRefusedError:
        uploads.forget(form.digest.data)
        return _report(name, make_report(plan)), 422
    uploads.forget(form.digest.data)
    flash(_imported(make_report(plan)), "success")
    return redirect(url_for(".index"))


def _plan(session: Session, content: bytes, name: str) -> ImportPlan:
    today = beijing_date(outside().now())
    return plan_import(session, read_table(content, name), outside().vault, today=today)


def _check_seen(plan: ImportPlan, seen: str) -> None:
    if not plan.errors and plan.fingerprint != seen:
        raise RegisterChangedError


def _confirm(digest: str, name: str, report: FileReport) -> CheckedFileForm:
    return CheckedFileForm(formdata=None, digest=digest, filename=name, seen=report.fingerprint)


def _renewed(digest: str, content: bytes, name: str) -> str:
    """Show once more what a file would change, and ask again."""
    report = replace(make_report(_plan(reading(), content, name)), is_renewed=True)
    with transaction() as session:
        record_look(session, report, actor=current_scope(), now=outside().now())
    if report.problem_count or not report.changes_anything:
        uploads.forget(digest)
        return _report(name, report)
    return _report(name, report, confirm=_confirm(digest, name, report))


@bp.post("/leave")
@require_role(Role.HEAD_OFFICE)
def leave() -> Response:
    """Delete an upload that shall not be imported."""
    form = StoredFileForm()
    if not form.validate():
        abort(400)
    uploads.forget(form.digest.data)
    return redirect(url_for(".index"))


@bp.get("/files/<int:file_id>")
@require_role(Role.HEAD_OFFICE)
def file(file_id: int) -> str:
    """Show a large file: how far the work is, or what it found."""
    found = _file(file_id)
    report = jobs.read_report(outside().vault, found)
    if found.state in (FileState.CHECKING, FileState.IMPORTING) or report is None:
        return render_template(
            "hq/register_file.html",
            file=found,
            percent=_files().progress(found.stored_as),
            state=register_words.file_state(found.state),
            is_busy=found.state in (FileState.CHECKING, FileState.IMPORTING),
            may_leave=found.state is FileState.CHECKING,
            form=ActForm(),
        )
    if found.state is FileState.CHECKED:
        with transaction() as session:
            record_look(session, report, actor=current_scope(), now=outside().now())
        found = _file(file_id)
    return _report(found.name, report, file=found)


@bp.post("/files/<int:file_id>/import")
@require_role(Role.HEAD_OFFICE)
def import_file(file_id: int) -> Response:
    """Queue the import of a large file that was checked."""
    if not ActForm().validate():
        abort(400)
    _file(file_id)
    with transaction() as session:
        jobs.order_import(session, file_id, now=outside().now())
    return redirect(url_for(".file", file_id=file_id))


@bp.post("/files/<int:file_id>/leave")
@require_role(Role.HEAD_OFFICE)
def leave_file(file_id: int) -> Response:
    """Delete a large file that shall not be imported."""
    if not ActForm().validate():
        abort(400)
    _file(file_id)
    with transaction() as session:
        jobs.leave(session, _files(), file_id, now=outside().now())
    return redirect(url_for(".index"))


@bp.get("/files/<int:file_id>/problems.csv")
@require_role(Role.HEAD_OFFICE)
def problems(file_id: int) -> Response:
    """Download everything that is to be mended in a file, by line and column."""
    found = _file(file_id)
    report = jobs.read_report(outside().vault, found)
    if report is None:
        abort(404)
    rows = [
        (problem.line or "", problem.column, describe_problem(replace(problem, line=None)))
        for problem in report.problems
    ]
    head = (_("Line"), _("Column"), _("What to mend"))
    return csv_answer([head, *rows], f"register-problems-{file_id}")


def _queue(form: UploadForm, name: str, stream: BinaryIO) -> tuple[str, int] | Response:
    files = _files()
    try:
        stored_as, size = files.keep(stream)
    except FileTooLargeError:
        form.file.errors = [_("This file is too large. Split it.")]
        return _page(form), 422
    with transaction() as session:
        jobs.forget_old(session, files, now=outside().now())
        found = jobs.order_check(
            session,
            name=name,
            stored_as=stored_as,
            size=size,
            actor=current_scope(),
            now=outside().now(),
        )
        file_id = found.id
    return redirect(url_for(".file", file_id=file_id))


def _keep_refused(name: str, report: FileReport) -> Response:
    """Keep a report that is longer than a page, so that all of it can be downloaded."""
    with transaction() as session:
        found = jobs.keep_refused(
            session,
            outside().vault,
            name=name,
            report=report,
            actor=current_scope(),
            now=outside().now(),
        )
        file_id = found.id
    return redirect(url_for(".file", file_id=file_id))


def _files() -> RegisterFiles:
    return jobs.files_of(outside().config.instance, outside().vault)


def _file(file_id: int) -> RegisterFile:
    found = queries.find_file(reading(), file_id)
    if found is None:
        abort(404)
    return found


def _imported(report: FileReport) -> str:
    return _("Imported: {new} new, {changed} changed, {unchanged} unchanged homes.").format(
        new=report.counts[Change.NEW],
        changed=report.counts[Change.CHANGED],
        unchanged=report.counts[Change.UNCHANGED],
    )


def _page(form: UploadForm) -> str:
    rows = _communities()
    regions = _regions(rows)
    chosen = request.args.get("region", "", type=str)
    shown = [row for row in rows if _is_in(row.community, chosen)]
    if not chosen and len(rows) > _ALL_AT_ONCE:
        shown = []
    return render_template(
        "hq/register.html",
        form=form,
        regions=regions,
        chosen=chosen,
        communities=shown,
        total=len(rows),
        has_regions=any(row.region for row in regions),
        gone=queries.list_retired_communities(reading(), current_scope()),
        files=queries.list_files(reading(), _RECENT),
        file_state=register_words.file_state,
    )


def _is_in(community: Community, chosen: str) -> bool:
    return not chosen or chosen == str(community.region_id or "none")


def _communities() -> list[CommunityRow]:
    scope = current_scope()
    counts = {row.community_id: row for row in queries.household_counts(reading(), scope)}
    buildings = queries.count_buildings(reading(), scope)
    return [
        CommunityRow(
            community,
            buildings.get(community.id, 0),
            counts[community.id].households,
            counts[community.id].important,
        )
        for community in queries.list_communities(reading(), scope)
    ]


def _regions(rows: list[CommunityRow]) -> list[RegionRow]:
    known: list[Region | None] = [*queries.list_regions(reading()), None]
    found = []
    for region in known:
        key = None if region is None else region.id
        of_region = [row for row in rows if row.community.region_id == key]
        if region is not None or of_region:
            found.append(
                RegionRow(
                    region,
                    len(of_region),
                    sum(row.buildings for row in of_region),
                    sum(row.households for row in of_region),
                    sum(row.important for row in of_region),
                )
            )
    return found


def _report(
    name: str,
    report: FileReport,
    *,
    confirm: CheckedFileForm | None = None,
    file: RegisterFile | None = None,
) -> str:
    return render_template(
        "hq/register_report.html",
        name=name,
        report=report,
        new=report.shown.get(Change.NEW, ()),
        changed=report.shown.get(Change.CHANGED, ()),
        describe_place=describe_place,
        problems=[
            (problem, describe_problem(replace(problem, line=None)))
            for problem in report.problems[:SHOWN]
        ],
        confirm=confirm,
        file=file,
        states=FileState,
        form=ActForm(),
        imported=_imported(report),
    )
