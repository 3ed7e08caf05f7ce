"""Reviewing doubtful fields beside their crops: by keyboard with its script, as a form without."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.surveys.paper.scans import deciding, queries
from app.surveys.paper.scans.errors import BatchClosedError, MovedError, WrongFieldError
from app.surveys.paper.scans.models import ScanPage
from app.surveys.paper.scans.rereading import BEING_READ, PATIENCE
from app.surveys.paper.scans.reviewing import View, view_page
from app.surveys.paper.scans.trays import REVIEWED
from app.web.auth import current_scope, require_role
from app.web.entry.scan_lines import ReviewLine, read_decisions, review_lines
from app.web.entry.scan_pages import access_page
from app.web.entry.scans import ROLES, access_batch
from app.web.forms import Form
from app.web.instrument_forms import problem_words
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("entry_scan_review", __name__, url_prefix="/entry/scans")

_AT_ONCE = 6  # pages in one document: their pictures are there before they are asked about


@dataclass(slots=True)
class Sheet:
    """A page under review as the template shows it."""

    view: View
    lines: list[ReviewLine]
    home: str
    problems: list[str]

    @property
    def has_errors(self) -> bool:
        """Say whether a line could not be read."""
        return any(one.line.error for one in self.lines)


@bp.get("/<int:batch_id>/review")
@require_role(*ROLES)
def queue(batch_id: int) -> str | Response:
    """Show the next pages that wait for decisions, one field at a time."""
    batch = access_batch(batch_id)
    since = outside().now() - PATIENCE
    pages = queries.list_pages(
        reading(), batch.id, REVIEWED, limit=_AT_ONCE, but=BEING_READ, since=since
    )
    if not pages:
        if queries.list_pages(reading(), batch.id, REVIEWED, limit=1):
            flash(_("The last pages are being read again. Look again in a moment."))
        else:
            flash(_("Nothing is doubtful any more in this batch."))
        return redirect(url_for("entry_scans.batch", batch_id=batch.id))
    return _show([_sheet(page) for page in pages], batch_id=batch.id)


@bp.get("/pages/<int:page_id>/review")
@require_role(*ROLES)
def one(page_id: int) -> str | Response:
    """Show one page that waits for decisions."""
    page = access_page(page_id)
    if page.tray not in REVIEWED:
        return redirect(url_for("entry_scan_pages.page", page_id=page_id))
    return _show([_sheet(page)], batch_id=page.batch_id)


@bp.post("/pages/<int:page_id>/decide")
@require_role(*ROLES)
def decide(page_id: int) -> tuple[str, int] | Response:
    """Take what was decided about a page; lines left empty stay for another time."""
    page = access_page(page_id)
    batch_id = page.batch_id
    if page.tray not in REVIEWED:
        return _late(batch_id)
    sheet = _sheet(page)
    decisions = read_decisions(sheet.lines, request.form)
    if not Form().validate() or sheet.has_errors:
        return _show([sheet], batch_id=batch_id), 422
    try:
        with transaction() as session:
            if decisions:
                deciding.decide(
                    session,
                    outside().vault,
                    page_id,
                    decisions,
                    staff_id=current_scope().staff_id,
                    now=outside().now(),
                )
    except (MovedError, BatchClosedError, WrongFieldError):
        return _late(batch_id)
    return redirect(url_for(".queue", batch_id=batch_id))


def _sheet(page: ScanPage) -> Sheet:
    view = view_page(reading(), outside().vault, page)
    member = view.printed.member
    return Sheet(
        view=view,
        lines=review_lines(view),
        home=f"{member.building} {member.room}",
        problems=[problem_words(one) for one in view.problems],
    )


def _show(sheets: list[Sheet], *, batch_id: int) -> str:
    return render_template(
        "entry/scan_review.html",
        batch=access_batch(batch_id),
        sheets=sheets,
        form=Form(formdata=None),
    )


def _late(batch_id: int) -> Response:
    flash(_("Somebody else was here first, or the batch is closed. Nothing was changed."), "error")
    return redirect(url_for("entry_scans.batch", batch_id=batch_id))
