"""Files of orders: sent in, read by the worker, with what was refused line by line."""

from typing import BinaryIO, cast

from flask import abort, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.reports.repairs.file_words import file_state, trouble_words
from app.service.repairs.intake import jobs, queries
from app.service.repairs.intake.headings import HEADERS
from app.service.repairs.intake.reading import LARGEST
from app.service.repairs.models import RepairFile, RepairFileState
from app.surveys.register.files import FileTooLargeError
from app.web.auth import current_scope, find_scope, require_role
from app.web.repairs.forms import ActForm, FileForm
from app.web.repairs.frame import HEADS, key_after, make_blueprint
from app.web.repairs.taking import csv_answer
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = make_blueprint("repair_files", "/repairs/files")
PAGE = 30
SHOWN = 200
_FORM = 1_000_000  # bytes around the file


@bp.url_value_preprocessor
def _allow_large_files(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Let head office, and nobody else, send what another system writes in a year."""
    if endpoint == "repair_files.upload":
        scope = find_scope()
        if scope is not None and scope.role in HEADS:
            request.max_content_length = LARGEST + _FORM


@bp.get("/")
@require_role(*HEADS)
def index() -> str:
    """Show the files of late and the door for a new one."""
    return _page(FileForm(formdata=None))


def _page(form: FileForm) -> str:
    files = queries.list_files(reading(), after=key_after(), limit=PAGE + 1)
    return render_template(
        "repairs/files.html",
        here="files",
        form=form,
        files=files[:PAGE],
        more=files[PAGE - 1].id if len(files) > PAGE else None,
        file_state=file_state,
        headers=HEADERS,
    )


@bp.post("/")
@require_role(*HEADS)
def upload() -> tuple[str, int] | Response:
    """Keep a file sealed and queue its reading."""
    form = FileForm()
    if not form.validate():
        abort(400)
    given = cast("FileStorage | None", form.file.data)
    if not isinstance(given, FileStorage) or not given.filename:
        form.file.errors = [_("Please choose a file.")]
        return _page(form), 422
    files = jobs.files_of(outside().config.instance, outside().vault)
    try:
        with transaction() as session:
            file_id = jobs.order_import(
                session,
                files,
                cast("BinaryIO", given.stream),
                name=given.filename,
                actor=current_scope(),
                now=outside().now(),
            ).id
    except FileTooLargeError:
        form.file.errors = [_("This file is larger than 50 MB. Split it.")]
        return _page(form), 422
    return redirect(url_for(".show", file_id=file_id))


@bp.get("/<int:file_id>")
@require_role(*HEADS)
def show(file_id: int) -> str:
    """Show how far the reading is, or what it found."""
    found = _find(file_id)
    files = jobs.files_of(outside().config.instance, outside().vault)
    report = jobs.read_report(outside().vault, found)
    return render_template(
        "repairs/file.html",
        here="files",
        file=found,
        is_busy=found.state is RepairFileState.READING,
        state=file_state(found.state),
        percent=files.progress(found.stored_as),
        report=report,
        troubles=[] if report is None else report.troubles[:SHOWN],
        trouble_words=trouble_words,
        act=ActForm(formdata=None),
    )


@bp.get("/<int:file_id>/problems.csv")
@require_role(*HEADS)
def problems(file_id: int) -> Response:
    """Download every line and field that was refused."""
    report = jobs.read_report(outside().vault, _find(file_id))
    if report is None:
        abort(404)
    head = (_("Line"), _("Column"), _("What to mend"), _("What was left out"))
    left_out = {True: _("the line"), False: _("the field")}
    rows = [
        (one.line, one.column, trouble_words(one), left_out[one.is_whole])
        for one in report.troubles
    ]
    return csv_answer([head, *rows], f"repair-file-{file_id}")


def _find(file_id: int) -> RepairFile:
    found = queries.find_file(reading(), file_id)
    if found is None:
        abort(404)
    return found
