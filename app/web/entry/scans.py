"""Batches of scanned paper: the inbox, a batch with its trays, files, closing and opening again."""

from contextlib import closing

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.campaign.queries import GateRow, list_gates
from app.surveys.paper.scans import batches, queries
from app.surveys.paper.scans.errors import (
    BatchClosedError,
    NoReasonError,
    NotOpenYetError,
    PagesOpenError,
)
from app.surveys.paper.scans.inbox.queries import find_batch_with
from app.surveys.paper.scans.models import BatchState, ScanBatch
from app.surveys.paper.scans.settling import open_note
from app.surveys.paper.scans.trays import QUEUED, REVIEWED, Tray
from app.surveys.register.files import FileTooLargeError, RegisterFiles
from app.web.auth import current_scope, find_scope, require_role
from app.web.entry import scan_words
from app.web.entry.scan_forms import BatchForm, FilesForm, NoteForm, ReasonForm
from app.web.entry.scan_inbox import find_inbox, running, tray_views
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("entry_scans", __name__, url_prefix="/entry/scans")

ROLES = (Role.CLERK, Role.HEAD_OFFICE)
_FORM = 1_000_000  # bytes around the files


@bp.url_value_preprocessor
def _allow_large_files(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Let those who scan, and nobody else, send what a feeder makes of a bundle."""
    if endpoint == "entry_scans.upload":
        scope = find_scope()
        if scope is not None and scope.role in ROLES:
            request.max_content_length = batches.LARGEST + _FORM


@bp.get("/")
@require_role(*ROLES)
def index() -> str:
    """Show the batches in scope, what waits, and the door for a new bundle."""
    return _index(_batch_form())


@bp.post("/")
@require_role(*ROLES)
def open_batch() -> tuple[str, int] | Response:
    """Open a batch for a bundle counted by hand."""
    form = _batch_form()
    if not form.validate():
        return _index(form), 422
    gates = {str(row.gate.id): row for _campaign, row in _gates()}
    row = gates.get(form.gate.data)
    if row is None:
        abort(404)
    try:
        with transaction() as session:
            batch = batches.open_batch(
                session,
                session.get_one(Gate, row.gate.id),
                building=form.building.data or "",
                bundle=form.bundle.data or "",
                sheets_counted=form.sheets.data,
                actor=current_scope(),
                now=outside().now(),
            )
            batch_id = batch.id
    except NotOpenYetError:
        form.gate.errors = [_("This campaign is not collecting.")]
        return _index(form), 422
    return redirect(url_for(".batch", batch_id=batch_id))


@bp.get("/waiting/<tray>")
@require_role(*ROLES)
def waiting(tray: str) -> Response:
    """Go where the pages of a tray have waited longest."""
    if tray not in QUEUED:
        abort(404)
    batch_id = find_batch_with(reading(), current_scope(), Tray(tray))
    if batch_id is None:
        flash(_("Nothing waits there any more."))
        return redirect(url_for(".index"))
    if Tray(tray) in REVIEWED:
        return redirect(url_for("entry_scan_review.queue", batch_id=batch_id))
    return redirect(url_for("entry_scan_pages.tray", batch_id=batch_id, tray=tray))


@bp.get("/<int:batch_id>")
@require_role(*ROLES)
def batch(batch_id: int) -> str:
    """Show a batch: its sum, its trays, its files."""
    return _batch_page(access_batch(batch_id), FilesForm(formdata=None))


@bp.post("/<int:batch_id>/files")
@require_role(*ROLES)
def upload(batch_id: int) -> tuple[str, int] | Response:
    """Store scans sealed and queue their reading; nothing is ever held whole in memory."""
    found = access_batch(batch_id)
    form = FilesForm()
    if not form.validate():
        return _batch_page(found, form), 422
    if found.state is BatchState.CLOSED:
        abort(409)
    taken = known = 0
    for file in form.files.data:
        if not file or not file.filename:
            continue
        try:
            is_new = _keep(found.id, file)
        except FileTooLargeError:
            form.files.errors = [_("This file is too large: split it, or scan fewer sheets.")]
            return _batch_page(access_batch(batch_id), form), 422
        taken, known = taken + is_new, known + (not is_new)
    if taken:
        flash(_("Files being read now: {count}.", count=taken))
    if known:
        flash(_("A file with the same content was here already; it was left out."), "error")
    return redirect(url_for(".batch", batch_id=batch_id))


@bp.post("/<int:batch_id>/close")
@require_role(*ROLES)
def close(batch_id: int) -> tuple[str, int] | Response:
    """Close a batch in which nothing waits any more."""
    found = access_batch(batch_id)
    form = NoteForm()
    if not form.validate():
        return _batch_page(found, FilesForm(formdata=None), form), 422
    try:
        with transaction() as session:
            batches.close_batch(
                session,
                outside().vault,
                batch_id,
                note=form.note.data or "",
                actor=current_scope(),
                now=outside().now(),
            )
    except PagesOpenError as error:
        flash(
            _(
                "{pages} pages and {files} files still wait.",
                pages=error.pages,
                files=error.files,
            ),
            "error",
        )
    except NoReasonError:
        form.note.errors = [_("The sheets counted by hand are not those found: say why.")]
        return _batch_page(access_batch(batch_id), FilesForm(formdata=None), form), 422
    except BatchClosedError:
        abort(409)
    return redirect(url_for(".batch", batch_id=batch_id))


@bp.post("/<int:batch_id>/reopen")
@require_role(*ROLES)
def reopen(batch_id: int) -> tuple[str, int] | Response:
    """Open a closed batch again, with a reason."""
    found = access_batch(batch_id)
    form = ReasonForm()
    if not form.validate():
        return _batch_page(found, FilesForm(formdata=None), form), 422
    with transaction() as session:
        batches.reopen_batch(
            session,
            outside().vault,
            batch_id,
            reason=form.note.data,
            actor=current_scope(),
            now=outside().now(),
        )
    return redirect(url_for(".batch", batch_id=batch_id))


def access_batch(batch_id: int) -> ScanBatch:
    """Return a batch of the present scope, or answer 404."""
    found = queries.find_batch(reading(), current_scope(), batch_id)
    if found is None:
        abort(404)
    return found


def _files() -> RegisterFiles:
    return batches.scan_files(outside().config.instance, outside().vault)


def _keep(batch_id: int, file: FileStorage) -> bool:
    """Store one upload; say whether the batch did not have it yet."""
    files = _files()
    with closing(file.stream) as stream:
        stored_as, size, digest = batches.keep_upload(files, stream)
    try:
        with transaction() as session:
            noted = batches.add_file(
                session,
                batch_id,
                name=file.filename or "",
                stored_as=stored_as,
                size=size,
                digest=digest,
                actor=current_scope(),
                now=outside().now(),
            )
    except BaseException:
        files.forget(stored_as)
        raise
    if noted is None:
        files.forget(stored_as)
    return noted is not None


def _gates() -> list[tuple[Campaign, GateRow]]:
    return [
        (campaign, row)
        for campaign in running()
        for row in list_gates(reading(), campaign.id, current_scope())
    ]


def _batch_form() -> BatchForm:
    form = BatchForm()
    found = _gates()
    several = len({campaign.id for campaign, _row in found}) > 1
    form.gate.choices = [
        (str(row.gate.id), f"{row.gate.name} · {campaign.code}" if several else row.gate.name)
        for campaign, row in found
    ]
    return form


def _index(form: BatchForm) -> str:
    page = max(1, request.args.get("page", 1, type=int))
    rows = queries.list_batches(reading(), current_scope(), page=page)
    has_more = len(rows) > queries.PER_PAGE
    rows = rows[: queries.PER_PAGE]
    return render_template(
        "entry/scans.html",
        form=form,
        rows=rows,
        page=page,
        has_more=has_more,
        inbox=find_inbox(),
        per_page=queries.PER_PAGE,
        scan_words=scan_words,
        is_head_office=current_scope().role is Role.HEAD_OFFICE,
    )


def _batch_page(
    found: ScanBatch, form: FilesForm, note: NoteForm | ReasonForm | None = None
) -> str:
    counts = queries.count_trays(reading(), [found.id])[found.id]
    files = queries.list_files(reading(), found.id)
    row = next(
        one
        for one in queries.list_batches(reading(), current_scope(), batch_id=found.id)
        if one.batch.id == found.id
    )
    answers, counted = queries.count_sheets(reading(), found.id)
    events = [
        (event, open_note(outside().vault, event.note_sealed))
        for event in queries.list_batch_events(reading(), found.id)
    ]
    return render_template(
        "entry/scan_batch.html",
        row=row,
        batch=found,
        trays=tray_views(counts),
        files=files,
        pages_of={file.id: queries.count_pages_of_file(reading(), file.id) for file in files},
        answers=answers,
        counted=counted,
        events=events,
        form=form,
        note=note or NoteForm(formdata=None),
        is_open=found.state is BatchState.OPEN,
        scan_words=scan_words,
    )
