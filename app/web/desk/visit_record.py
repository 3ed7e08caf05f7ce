"""The record at the door: six fields, the owner's view, a promise, photo and signature."""

import base64
import binascii
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.clock import BEIJING
from app.followup.errors import FieldError
from app.followup.visits import services
from app.followup.visits.errors import AlreadyVisitedError, KeyInUseError, VisitNotFoundError
from app.followup.visits.models import VisitResult, VisitState
from app.followup.visits.rows import VisitView
from app.i18n import gettext as _
from app.surveys.response.photos.reader import PhotoError, read_photo
from app.web import visit_words
from app.web.auth import current_scope, require_role
from app.web.desk.doors import new_key
from app.web.desk.visit_forms import RecordForm
from app.web.desk.visits import DESK, open_or_404
from app.web.fields import field_problem, sent_before
from app.web.services import services as outside
from app.web.transaction import transaction

bp = Blueprint("desk_visit_record", __name__, url_prefix="/desk/visits")

_PNG = "data:image/png;base64,"


@bp.get("/<int:visit_id>/record")
@require_role(*DESK)
def show(visit_id: int) -> str | Response:
    """Show the record form of a visit that did not take place yet."""
    view = open_or_404(visit_id)
    if view.row.state is VisitState.VISITED:
        return redirect(url_for("desk_visits.visit", visit_id=visit_id))
    form = RecordForm(
        formdata=None,
        at=_local(outside().now()),
        key=new_key(),
        result=VisitResult.VISITED.value,
        person="owner",
    )
    return _page(view, form)


@bp.post("/<int:visit_id>/record")
@require_role(*DESK)
def record(visit_id: int) -> tuple[str, int] | Response:
    """Record what came of an attempt; a double tap records it once."""
    form = RecordForm()
    if not form.validate():
        return _page(open_or_404(visit_id), form), 422
    try:
        pictures = _pictures(form)
    except PhotoError:
        form.photo.errors = [_("This file could not be read as a photo.")]
        return _page(open_or_404(visit_id), form), 422
    try:
        with transaction() as session:
            done = services.record_visit(
                session,
                outside().vault,
                current_scope(),
                visit_id,
                form.visit(*pictures),
                key=form.key.data or new_key(),
                now=outside().now(),
            )
    except VisitNotFoundError:
        abort(404)
    except KeyInUseError:
        form.key.data = new_key()
        flash(sent_before(), "error")
        return _page(open_or_404(visit_id), form), 422
    except AlreadyVisitedError:
        flash(_("This visit was recorded before; a record is never overwritten."), "error")
    except FieldError as error:
        form.mark(error.field, field_problem(error.problem))
        return _page(open_or_404(visit_id), form), 422
    else:
        flash(_said(done.state), "success")
    return redirect(url_for("desk_visits.visit", visit_id=visit_id))


def read_signature(text: str) -> bytes | None:
    """Return a drawn signature as a clean JPEG, None when nothing was drawn.

    Raises:
        PhotoError: The picture cannot be read.
    """
    if not text.startswith(_PNG):
        return None
    try:
        content = base64.b64decode(text[len(_PNG) :], validate=True)
    except binascii.Error:
        return None
    return read_photo(content)


def _pictures(form: RecordForm) -> tuple[bytes | None, bytes | None]:
    upload = form.upload
    photo = read_photo(upload.read()) if upload is not None else None
    return photo, read_signature(form.signature.data or "")


def _said(state: VisitState) -> str:
    return {
        VisitState.VISITED: _("The visit is recorded."),
        VisitState.NOT_AT_HOME: _("Recorded. Choose another day for the visit."),
        VisitState.DECLINED: _("Recorded. The household wishes no visit."),
        VisitState.PHONE_INSTEAD: _("Recorded. A call does not count as a home visit."),
    }.get(state, _("The visit is recorded."))


def _page(view: VisitView, form: RecordForm) -> str:
    return render_template("desk/visit_record.html", view=view, form=form, say=visit_words)


def _local(now: datetime) -> datetime:
    return now.astimezone(BEIJING).replace(tzinfo=None, second=0, microsecond=0)
