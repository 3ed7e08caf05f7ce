"""Reviewing doubtful fields beside their crops: by keyboard with its script, as a form without."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.staff.queries import find_staff
from app.surveys.paper.scans import deciding, queries
from app.surveys.paper.scans.errors import BatchClosedError, MovedError, WrongFieldError
from app.surveys.paper.scans.models import BatchState, ScanPage
from app.surveys.paper.scans.rereading import BEING_READ, PATIENCE
from app.surveys.paper.scans.reviewing import View, view_page, what_stands
from app.surveys.paper.scans.sheets import get_printed
from app.surveys.paper.scans.trays import REVIEWED
from app.web.auth import current_scope, require_role
from app.web.entry import scan_words
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


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A field somebody else was quicker with.

    Attributes:
        line: The field with its crop.
        stands: What stands now, in words.
        typed: What was typed here, in words; it was not saved.
        who: Who decided what stands; empty where it was not decided on this page.
        at: When.
    """

    line: ReviewLine
    stands: str
    typed: str
    who: str
    at: datetime | None


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
    """Take what was decided about a page; lines left empty stay for another time.

    What somebody else has decided otherwise since the page was shown stands, and is shown.
    """
    page = access_page(page_id)
    if page.sheet_id is None or page.page is None:
        abort(404)
    sheet = _sheet(page) if page.tray in REVIEWED else None
    decisions = {} if sheet is None else read_decisions(sheet.lines, request.form)
    is_ours = Form().validate()
    if sheet is not None and (sheet.has_errors or not is_ours):
        return _show([sheet], batch_id=page.batch_id), 422
    if not is_ours or _overtaken(page, but=decisions):
        return _beaten(page_id)
    if not decisions:
        return redirect(url_for(".queue", batch_id=page.batch_id))
    batch_id = page.batch_id
    try:
        with transaction() as session:
            deciding.decide(
                session,
                outside().vault,
                page_id,
                decisions,
                staff_id=current_scope().staff_id,
                now=outside().now(),
                seen=request.form.get("seen", 0, type=int),
            )
    except (MovedError, BatchClosedError, WrongFieldError):
        return _beaten(page_id)
    return redirect(url_for(".queue", batch_id=batch_id))


def _overtaken(page: ScanPage, *, but: Collection[str] = ()) -> list[Overtaken]:
    """Return what was typed about fields of a page for which something else stands.

    Args:
        page: The page.
        but: Fields that are still open.
    """
    view = View(page, get_printed(reading(), page.sheet_id or 0), (), ())
    stands = what_stands(reading(), outside().vault, page)
    view = replace(view, fields=tuple(one.field for one in stands))
    lines = {one.line.name: one for one in review_lines(view)}
    typed = read_decisions(list(lines.values()), request.form)
    found = []
    for one in stands:
        name = one.field.name
        mine = typed.get(name)
        if mine is None or name in but or set(mine.values) == set(one.values):
            continue
        who = None if one.staff_id is None else find_staff(reading(), one.staff_id)
        found.append(
            Overtaken(
                line=lines[name],
                stands=_said(lines[name], one.values),
                typed=_said(lines[name], mine.values),
                who="" if who is None else who.name,
                at=one.at,
            )
        )
    return found


def _said(line: ReviewLine, values: Collection[str]) -> str:
    return _(", ").join(line.line.asked.words_of(one) for one in values) or _("nothing")


def _beaten(page_id: int) -> tuple[str, int]:
    """Show what stands now in place of what was typed, and what of it is still open."""
    page = access_page(page_id)
    sheet = _sheet(page) if page.tray in REVIEWED else None
    decisions = {} if sheet is None else read_decisions(sheet.lines, request.form)
    is_closed = access_batch(page.batch_id).state is BatchState.CLOSED
    return render_template(
        "entry/scan_late.html",
        batch=access_batch(page.batch_id),
        page=page,
        overtaken=_overtaken(page, but=decisions),
        sheets=[sheet] if sheet is not None and not is_closed else [],
        is_closed=is_closed,
        scan_words=scan_words,
        form=Form(formdata=None),
    ), 409


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
