"""The loss register (流失登记): who, when, why, how much, and who was won back."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.followup.papers.models import PaperKind
from app.i18n import gettext as _
from app.reports.standards import words
from app.reports.standards.loss_lists import (
    by_kind,
    by_reason,
    loss_table,
    read_years,
    reason_table,
    year_table,
)
from app.service.standards import loss_services, queries
from app.service.standards.errors import FieldRefusedError, GoneError
from app.service.standards.loss_services import OPENERS, LossInput, LossView, view_loss
from app.service.standards.models import LossKind, LossReason
from app.service.standards.queries import READERS, WRITERS, LossFilters
from app.service.standards.rules import fen_text, read_fen
from app.staff.audit import record_many
from app.surveys.register.homes.address import split_address
from app.surveys.register.homes.queries import find_by_address
from app.web.auth import current_scope, require_role
from app.web.forms import Form
from app.web.services import services as outside
from app.web.standards.forms import LossForm, WonForm
from app.web.standards.ordering import (
    checked_token,
    chosen_place,
    chosen_year,
    everywhere,
    order_paper,
    place_choices,
    take_file,
    today,
)
from app.web.standards.problems import problem_words
from app.web.transaction import reading, transaction

bp = Blueprint("standard_losses", __name__, url_prefix="/standards/losses")
_ON_A_PAGE = 50


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """Show the losses of a year with its sums; names and words to head office and the office."""
    return _page()


@bp.get("/new")
@require_role(*WRITERS)
def new() -> str:
    """Show an empty form."""
    return _form_page(_choices(LossForm(formdata=None, happened_on=today(), units=1)), None)


@bp.post("/new")
@require_role(*WRITERS)
def add() -> tuple[str, int] | Response:
    """Write a loss down."""
    form = _choices(LossForm())
    given = _read(form)
    if given is None:
        return _form_page(form, None), 422
    try:
        with transaction() as session:
            now = outside().now()
            loss_id = loss_services.add_loss(
                session, outside().vault, current_scope(), given, now=now
            )
    except GoneError:
        abort(404)
    except FieldRefusedError as error:
        form[_field(error.field)].errors = [problem_words(error.problem)]
        return _form_page(form, None), 422
    flash(_("Kept."), "success")
    return redirect(url_for(".show", loss_id=loss_id))


@bp.get("/<int:loss_id>")
@require_role(*READERS)
def show(loss_id: int) -> str:
    """Show one loss; that it was looked at is written down."""
    return _show(loss_id, WonForm(formdata=None, on=today()))


@bp.get("/<int:loss_id>/edit")
@require_role(*WRITERS)
def edit(loss_id: int) -> str:
    """Show a loss for putting it right."""
    view = _access(loss_id)
    loss = view.row.loss
    form = LossForm(
        formdata=None,
        kind=loss.kind.value,
        community=str(loss.community_id),
        address=f"{view.row.building}-{view.row.room}" if view.row.building else "",
        who=view.who,
        happened_on=loss.happened_on,
        reason=loss.reason.value,
        words=view.words,
        units=loss.units,
        monthly="" if loss.monthly_fen is None else fen_text(loss.monthly_fen),
        damage="" if loss.damage_fen is None else fen_text(loss.damage_fen),
    )
    return _form_page(_choices(form), loss_id)


@bp.post("/<int:loss_id>/edit")
@require_role(*WRITERS)
def correct(loss_id: int) -> tuple[str, int] | Response:
    """Put a loss right."""
    _access(loss_id)
    form = _choices(LossForm())
    given = _read(form)
    if given is None:
        return _form_page(form, loss_id), 422
    try:
        with transaction() as session:
            loss_services.correct_loss(
                session, outside().vault, current_scope(), loss_id, given, now=outside().now()
            )
    except GoneError:
        abort(404)
    except FieldRefusedError as error:
        form[_field(error.field)].errors = [problem_words(error.problem)]
        return _form_page(form, loss_id), 422
    flash(_("Kept."), "success")
    return redirect(url_for(".show", loss_id=loss_id))


@bp.post("/<int:loss_id>/won")
@require_role(*WRITERS)
def won(loss_id: int) -> tuple[str, int] | Response:
    """Write down that a customer came back."""
    form = WonForm()
    if not form.validate():
        return _show(loss_id, form), 422
    return _win(loss_id, form, form.on.data)


@bp.post("/<int:loss_id>/lost-again")
@require_role(*WRITERS)
def lost_again(loss_id: int) -> tuple[str, int] | Response:
    """Take back that a customer came back."""
    checked_token()
    return _win(loss_id, WonForm(formdata=None), None)


@bp.post("/<int:loss_id>/cancel")
@require_role(*WRITERS)
def cancel(loss_id: int) -> Response:
    """Take back a loss that was written down in error."""
    checked_token()
    try:
        with transaction() as session:
            loss_services.cancel_loss(session, current_scope(), loss_id, now=outside().now())
    except GoneError:
        abort(404)
    flash(_("Taken back. It counts no more."), "success")
    return redirect(url_for(".index"))


@bp.get("/losses.<form>")
@require_role(*READERS)
def take(form: str) -> Response:
    """Hand the losses of a year out as a file, with the sums of the last years."""
    year, scope, place = chosen_year(), current_scope(), chosen_place()
    key = None if place is None else place.id
    filters = LossFilters(year=year, community_id=key)
    rows = queries.list_losses(reading(), scope, filters, limit=None)
    views = [view_loss(outside().vault, scope, row) for row in rows]
    years = read_years(reading(), scope, today=date(year, 12, 31), community_id=key)
    tables = [
        loss_table(views, with_words=scope.role in OPENERS),
        year_table(years),
        reason_table(years[0][0]),
    ]
    return take_file(
        form,
        tables,
        title=f"{_('Losses')} {year}",
        name=f"losses-{year}",
        subject="losses",
        community_id=key,
    )


@bp.post("/print")
@require_role(*READERS)
def order() -> Response:
    """Order the losses of a year as PDF."""
    checked_token()
    year = chosen_year()
    name = f"{_('Loss register')} {year}"
    return order_paper(PaperKind.LOSSES, {"year": year}, name=name, subject="losses")


def _win(loss_id: int, form: WonForm, on: date | None) -> tuple[str, int] | Response:
    try:
        with transaction() as session:
            loss_services.win_back(
                session,
                outside().vault,
                current_scope(),
                loss_id,
                on=on,
                words=form.words.data or "",
                now=outside().now(),
            )
    except GoneError:
        abort(404)
    except FieldRefusedError as error:
        form[error.field].errors = [problem_words(error.problem)]
        return _show(loss_id, form), 422
    flash(_("Kept."), "success")
    return redirect(url_for(".show", loss_id=loss_id))


def _access(loss_id: int) -> LossView:
    row = queries.find_loss(reading(), current_scope(), loss_id)
    if row is None:
        abort(404)
    return view_loss(outside().vault, current_scope(), row)


def _show(loss_id: int, form: WonForm) -> str:
    view = _access(loss_id)
    _note_looks([view])
    scope = current_scope()
    return render_template(
        "standards/loss.html",
        view=_access(loss_id),
        one=view.row.loss,
        form=form,
        plain=Form(formdata=None),
        said=words,
        can_write=scope.role in WRITERS,
        sees_words=scope.role in OPENERS,
        is_customer=view.row.loss.kind not in (LossKind.GOODS, LossKind.INJURY),
    )


def _note_looks(views: list[LossView]) -> None:
    """Write down whose names and words were shown."""
    if not views or current_scope().role not in OPENERS:
        return
    subjects = [(f"loss:{one.row.loss.id}", one.row.loss.community_id) for one in views]
    with transaction() as session:
        record_many(
            session,
            actor=current_scope(),
            action="loss.look",
            subjects=subjects,
            now=outside().now(),
        )


def _read(form: LossForm) -> LossInput | None:
    """Return what was typed, None where something cannot be read."""
    if not form.validate():
        return None
    community_id, household_id = int(form.community.data), None
    if (form.address.data or "").strip():
        household_id = _home(form.address.data, community_id)
        if household_id is None:
            form.address.errors = [problem_words("home")]
            return None
    amounts: dict[str, int | None] = {}
    for name in ("monthly", "damage"):
        text = (form[name].data or "").strip()
        amounts[name] = read_fen(text) if text else None
        if text and amounts[name] is None:
            form[name].errors = [problem_words("number")]
            return None
    return LossInput(
        kind=LossKind(form.kind.data),
        community_id=community_id,
        who=form.who.data or "",
        happened_on=form.happened_on.data,
        reason=LossReason(form.reason.data),
        words=form.words.data or "",
        units=form.units.data or 1,
        monthly_fen=amounts["monthly"],
        damage_fen=amounts["damage"],
        household_id=household_id,
    )


def _home(text: str, community_id: int) -> int | None:
    """Return the one home of a community an address names, None where there is none or several."""
    told = split_address(text)
    if not told.building or not told.room:
        return None
    found = find_by_address(
        reading(),
        current_scope(),
        [community_id],
        building=told.building,
        room=told.room,
        is_door_only=told.is_door_only,
    )
    return found[0].household_id if len(found) == 1 else None


def _field(name: str) -> str:
    return name if name in LossForm(formdata=None) else "kind"


def _choices(form: LossForm) -> LossForm:
    form.kind.choices = [(one.value, words.loss_kind(one)) for one in LossKind]
    form.reason.choices = [(one.value, words.loss_reason(one)) for one in LossReason]
    form.community.choices = place_choices(_("please choose"))
    return form


def _form_page(form: LossForm, loss_id: int | None) -> str:
    return render_template("standards/loss_form.html", form=form, loss_id=loss_id)


def _page() -> str:
    scope, place, year = current_scope(), chosen_place(), chosen_year()
    key = None if place is None else place.id
    filters = LossFilters(year=year, community_id=key, after=_after())
    found = queries.list_losses(reading(), scope, filters, limit=_ON_A_PAGE + 1)
    rows = [view_loss(outside().vault, scope, row) for row in found[:_ON_A_PAGE]]
    last = rows[-1].row.loss if len(found) > _ON_A_PAGE else None
    years = read_years(reading(), scope, today=today(), community_id=key)
    totals, kept = read_years(reading(), scope, today=date(year, 12, 31), community_id=key, most=1)[
        0
    ]
    page = render_template(
        "standards/losses.html",
        rows=rows,
        older=None if last is None else f"{last.happened_on:%Y%m%d}-{last.id}",
        years=years,
        year=year,
        totals=totals,
        kept=kept,
        reasons=by_reason(totals),
        kinds=by_kind(totals),
        place=place,
        places=place_choices(everywhere()),
        plain=Form(formdata=None),
        said=words,
        can_write=scope.role in WRITERS,
        sees_words=scope.role in OPENERS,
    )
    _note_looks(rows)
    return page


def _after() -> tuple[date, int] | None:
    """Return where this page of the list begins, from the address."""
    text = request.args.get("after")
    if not text:
        return None
    day, _dash, key = text.partition("-")
    if not (day.isascii() and day.isdigit() and key.isascii() and key.isdigit()):
        abort(404)
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:8])), int(key[:9])
    except ValueError:
        abort(404)
