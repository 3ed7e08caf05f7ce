"""Single scanned pages: a tray of them, one with its picture and its way, what is done with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.staff import audit
from app.staff.models import Role
from app.staff.queries import find_staff
from app.surveys.campaign.codes import CodeSlipError
from app.surveys.campaign.models import FrameMember
from app.surveys.campaign.queries import find_member, get_household_uid, list_buildings
from app.surveys.paper.codes import make_typed, read_typed
from app.surveys.paper.printing.models import PaperSheet
from app.surveys.paper.printing.queries import find_home
from app.surveys.paper.scans import deciding, queries
from app.surveys.paper.scans.deciding import TakenError
from app.surveys.paper.scans.errors import (
    BatchClosedError,
    MovedError,
    NoReasonError,
    NotThisPageError,
    OtherPlaceError,
    UnknownSheetError,
)
from app.surveys.paper.scans.models import BatchState, ScanBatch, ScanPage
from app.surveys.paper.scans.readings import open_image
from app.surveys.paper.scans.rereading import BEING_READ
from app.surveys.paper.scans.settling import open_note
from app.surveys.paper.scans.sheets import get_printed, missing_pages
from app.surveys.paper.scans.trays import REVIEWED, Tray
from app.surveys.response.models import Response as Answer
from app.web.auth import current_scope, require_role
from app.web.entry import scan_words
from app.web.entry.scan_forms import CodeForm, HomeForm, ReasonForm
from app.web.entry.scans import ROLES, access_batch
from app.web.forms import Form
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import building_name

bp = Blueprint("entry_scan_pages", __name__, url_prefix="/entry/scans")

_FINAL = (Tray.ACCEPTED, Tray.DUPLICATE, Tray.VOID)


@dataclass(frozen=True, slots=True)
class PageLine:
    """A page in a list."""

    page: ScanPage
    home: str
    problem: str
    has_picture: bool


@bp.get("/<int:batch_id>/trays/<tray>")
@require_role(*ROLES)
def tray(batch_id: int, tray: str) -> str:
    """List the pages of one tray of a batch."""
    batch = access_batch(batch_id)
    if tray not in set(Tray):
        abort(404)
    after = max(0, request.args.get("after", 0, type=int))
    found = Tray(tray)
    pages = queries.list_pages(
        reading(), batch.id, (found,), after=after, limit=queries.PER_PAGE + 1
    )
    return render_template(
        "entry/scan_tray.html",
        batch=batch,
        tray=found,
        lines=[_line(page) for page in pages[: queries.PER_PAGE]],
        has_more=len(pages) > queries.PER_PAGE,
        is_reviewed=found in REVIEWED,
        scan_words=scan_words,
    )


@bp.get("/pages/<int:page_id>")
@require_role(*ROLES)
def page(page_id: int) -> str:
    """Show a page: its picture, where it has been, what can be done."""
    return _page(access_page(page_id), CodeForm(formdata=None), ReasonForm(formdata=None))


@bp.get("/pages/<int:page_id>/image")
@require_role(*ROLES)
def image(page_id: int) -> Response:
    """Show the picture of a page; the look is written down."""
    found = access_page(page_id)
    member = _member(found)
    batch = reading().get_one(ScanBatch, found.batch_id)
    community_id = batch.community_id
    with transaction() as session:
        stored = queries.find_image(session, page_id)
        if stored is None:
            abort(404)
        subject = f"scan:{page_id}"
        if member is not None:
            subject = get_household_uid(session, member.household_id)
        audit.record(
            session,
            actor=current_scope(),
            action="view_scan",
            subject=subject,
            community_id=community_id,
            detail=f"page {page_id}",
            now=outside().now(),
        )
        content = open_image(outside().vault, stored.content_sealed)
    made = Response(content, mimetype="image/jpeg")
    made.headers["Content-Disposition"] = "inline"
    return made


@bp.post("/pages/<int:page_id>/name")
@require_role(*ROLES)
def name(page_id: int) -> tuple[str, int] | Response:
    """Tie a page to the sheet whose printed code was keyed; its rows are keyed next."""
    found = access_page(page_id)
    form = CodeForm()
    if not form.validate():
        return _page(found, form, ReasonForm(formdata=None)), 422
    try:
        number, page_of_sheet = read_typed(form.code.data)
        with transaction() as session:
            named = deciding.name_page(
                session,
                outside().vault,
                page_id,
                number=number,
                page_of_sheet=page_of_sheet,
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
            is_read_again = named.problem == BEING_READ
    except (CodeSlipError, UnknownSheetError, OtherPlaceError, NotThisPageError) as error:
        form.code.errors = [_why_not(error)]
    except TakenError:
        form.code.errors = [_("This page of the sheet is here already: put this one aside.")]
    except (MovedError, BatchClosedError):
        return _late(found.batch_id)
    else:
        if not is_read_again:
            return redirect(url_for("entry_scan_review.one", page_id=page_id))
        flash(_("The page is being read again. Only what is doubtful on it will be asked."))
        return redirect(url_for(".tray", batch_id=found.batch_id, tray=Tray.NO_CODE.value))
    return _page(access_page(page_id), form, ReasonForm(formdata=None)), 422


@bp.post("/pages/<int:page_id>/home")
@require_role(*ROLES)
def home(page_id: int) -> tuple[str, int] | str:
    """List the missing pages of the home behind a door; the search is written down."""
    found = access_page(page_id)
    batch = access_batch(found.batch_id)
    place = batch.campaign_id, batch.community_id
    form = _door_form(batch)
    code, reason = CodeForm(formdata=None), ReasonForm(formdata=None)
    if not form.validate():
        return _page(found, code, reason, form), 422
    member = find_home(reading(), *place, form.building.data, form.room.data.strip())
    missing = [] if member is None else missing_pages(reading(), member.id)
    with transaction() as session:
        subject = f"scan:{page_id}"
        if member is not None:
            subject = get_household_uid(session, member.household_id)
        audit.record(
            session,
            actor=current_scope(),
            action="find_sheet_of_home",
            subject=subject,
            community_id=place[1],
            detail=f"page {page_id}",
            now=outside().now(),
        )
    if not missing:
        form.room.errors = [_("No sheet printed for this home is still missing a page.")]
        return _page(access_page(page_id), code, reason, form), 422
    return _page(access_page(page_id), code, reason, form, missing)


@bp.post("/pages/<int:page_id>/aside")
@require_role(*ROLES)
def aside(page_id: int) -> tuple[str, int] | Response:
    """Put a page aside, with a reason."""
    return _with_reason(page_id, deciding.put_aside)


@bp.post("/pages/<int:page_id>/alone")
@require_role(*ROLES)
def alone(page_id: int) -> Response:
    """Take a sheet without the page that never came."""
    found = access_page(page_id)
    if not Form().validate():
        abort(400)
    try:
        with transaction() as session:
            deciding.do_without_rest(
                session,
                outside().vault,
                page_id,
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except (MovedError, BatchClosedError):
        return _late(found.batch_id)
    return redirect(url_for("entry_scans.batch", batch_id=found.batch_id))


@bp.post("/pages/<int:page_id>/first")
@require_role(Role.HEAD_OFFICE)
def first(page_id: int) -> tuple[str, int] | Response:
    """Let the first scan of a page stand."""
    return _with_reason(page_id, deciding.settle_conflict)


@bp.post("/pages/<int:page_id>/anew")
@require_role(Role.HEAD_OFFICE)
def anew(page_id: int) -> tuple[str, int] | Response:
    """Decide a sheet anew whose answer was voided."""
    return _with_reason(page_id, deciding.decide_anew)


def access_page(page_id: int) -> ScanPage:
    """Return a page of the present scope, or answer 404."""
    found = queries.find_page(reading(), current_scope(), page_id)
    if found is None:
        abort(404)
    return found


def _with_reason(page_id: int, act: Callable[..., ScanPage]) -> tuple[str, int] | Response:
    found = access_page(page_id)
    form = ReasonForm()
    if not form.validate():
        return _page(found, CodeForm(formdata=None), form), 422
    try:
        with transaction() as session:
            _act(session, act, page_id, form.note.data)
    except NoReasonError:
        abort(400)
    except (MovedError, BatchClosedError):
        return _late(found.batch_id)
    return redirect(url_for("entry_scans.batch", batch_id=found.batch_id))


def _act(session: Session, act: Callable[..., ScanPage], page_id: int, reason: str) -> None:
    """Carry out what needs a reason, and write it into the audit log."""
    scope = current_scope()
    done = act(
        session,
        outside().vault,
        page_id,
        reason=reason,
        staff_id=scope.staff_id,
        now=outside().now(),
    )
    batch = session.get_one(ScanBatch, done.batch_id)
    audit.record(
        session,
        actor=scope,
        action=f"scan.{act.__name__}",
        subject=f"scan:{page_id}",
        community_id=batch.community_id,
        detail=done.tray.value,
        now=outside().now(),
    )


def _page(
    found: ScanPage,
    code: CodeForm,
    reason: ReasonForm,
    door: HomeForm | None = None,
    missing: Sequence[tuple[PaperSheet, int]] = (),
) -> str:
    session = reading()
    batch = access_batch(found.batch_id)
    is_open = batch.state is BatchState.OPEN
    printed = get_printed(session, found.sheet_id) if found.sheet_id is not None else None
    sheet = queries.find_scan_sheet(session, found.sheet_id) if found.sheet_id else None
    answer = None
    if sheet is not None and sheet.response_id is not None:
        answer = session.get(Answer, sheet.response_id)
    moves = [
        (move, _staff_name(move.staff_id), open_note(outside().vault, move.note_sealed))
        for move in queries.list_moves(session, found.id)
    ]
    is_head_office = current_scope().role is Role.HEAD_OFFICE
    return render_template(
        "entry/scan_page.html",
        batch=batch,
        page=found,
        line=_line(found),
        printed=printed,
        typed_code=make_typed(printed.sheet.number, found.page) if printed and found.page else "",
        moves=moves,
        code=code,
        reason=reason,
        door=door or _door_form(batch),
        missing=[(sheet, number, make_typed(sheet.number, number)) for sheet, number in missing],
        may_name=is_open and found.tray in (Tray.NO_CODE, Tray.WEAK),
        may_review=is_open and found.tray in REVIEWED,
        may_do_without=is_open and found.tray is Tray.PARTNER,
        may_put_aside=is_open and found.tray not in (*_FINAL, Tray.CONFLICT),
        may_settle=is_open and is_head_office and found.tray is Tray.CONFLICT,
        may_decide_anew=is_open
        and is_head_office
        and answer is not None
        and answer.voided_at is not None,
        scan_words=scan_words,
    )


def _door_form(batch: ScanBatch) -> HomeForm:
    """Return the form for a door, with the building of the bundle chosen."""
    form = HomeForm(building=batch.building)
    buildings = list_buildings(reading(), batch.campaign_id, batch.community_id)
    form.building.choices = [("", "–"), *((one, building_name(one)) for one in buildings)]
    return form


def _line(found: ScanPage) -> PageLine:
    member = _member(found)
    return PageLine(
        page=found,
        home="" if member is None else f"{member.building} {member.room}",
        problem=scan_words.problem_name(found.problem),
        has_picture=queries.has_image(reading(), found.id),
    )


def _member(found: ScanPage) -> FrameMember | None:
    if found.frame_member_id is None:
        return None
    return find_member(reading(), current_scope(), found.frame_member_id)


def _staff_name(staff_id: int | None) -> str:
    staff = None if staff_id is None else find_staff(reading(), staff_id)
    return _("the program") if staff is None else staff.name


def _why_not(error: Exception) -> str:
    if isinstance(error, OtherPlaceError):
        return _("This sheet belongs to another community.")
    if isinstance(error, NotThisPageError):
        return _("This sheet has no such page.")
    return _("No sheet has this code. Please compare it with the paper.")


def _late(batch_id: int) -> Response:
    flash(_("Somebody else was here first, or the batch is closed. Nothing was changed."), "error")
    return redirect(url_for("entry_scans.batch", batch_id=batch_id))
