"""Defects under watch: the list, one defect with its records, rain, the record on paper."""

import base64
from datetime import date, timedelta
from typing import cast

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.service.repairs.errors import OrderNotFoundError, RepairError, RepairFieldError
from app.service.repairs.models import DefectInspection
from app.service.repairs.rows import WatchRow
from app.service.repairs.rules import read_days
from app.service.repairs.watch import prints, queries, services
from app.service.repairs.watch.services import Record
from app.staff import audit
from app.staff.models import Role
from app.surveys.response.photos.reader import PhotoError, read_photo
from app.web.auth import current_scope, require_role
from app.web.choosing import number_in_address
from app.web.downloads import attachment
from app.web.repairs.forms import ActForm, RainForm, RecordForm, WatchForm
from app.web.repairs.frame import READERS, WRITERS, communities, key_after, make_blueprint
from app.web.repairs.problems import field_words, refusal
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = make_blueprint("repair_watch", "/repairs/watch")
PAGE = 50
_PHOTO = "photo"
_RAIN = (Role.HEAD_OFFICE, Role.OFFICE)


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """List the defects under watch, those that wait for it, and the button for rain."""
    return _list(RainForm(formdata=None, rained_on=_today()))


def _list(rain: RainForm) -> str:
    session, scope = reading(), current_scope()
    is_open = request.args.get("closed") != "1"
    community_id = number_in_address("community") if request.args.get("community") else None
    rows = queries.list_watches(
        session,
        scope,
        is_open=is_open,
        community_id=community_id,
        after=key_after(),
        limit=PAGE + 1,
    )
    return render_template(
        "repairs/watches.html",
        here="watch",
        rows=rows[:PAGE],
        more=rows[PAGE - 1].watch.id if len(rows) > PAGE else None,
        is_open=is_open,
        community_id=community_id,
        communities=communities(),
        unwatched=queries.list_unwatched(session, scope),
        today=_today(),
        rain=rain,
        may_rain=scope.role in _RAIN,
    )


def _today() -> date:
    return beijing_date(outside().now())


@bp.post("/rain")
@require_role(*_RAIN)
def note_rain() -> tuple[str, int] | Response:
    """Make one inspection more for every defect that rain tells something about."""
    form = RainForm()
    if not form.validate():
        return _list(form), 422
    try:
        with transaction() as session:
            count = services.note_rain(
                session, current_scope(), form.rained_on.data, now=outside().now()
            )
    except RepairFieldError as error:
        form.rained_on.errors = [field_words(error)]
        return _list(form), 422
    flash(_("Inspections after rain made due: {count}.").format(count=count), "success")
    return redirect(url_for(".index"))


@bp.get("/<int:watch_id>")
@require_role(*READERS)
def show(watch_id: int) -> str:
    """Show a defect: its plan, its records, and the form of the next one."""
    return _page(watch_id)


def find_row(watch_id: int) -> WatchRow:
    """Return a defect of the present scope, or answer 404."""
    row = queries.find_watch(reading(), current_scope(), watch_id)
    if row is None:
        abort(404)
    return row


def _page(
    watch_id: int, *, record: RecordForm | None = None, change: WatchForm | None = None
) -> str:
    row = find_row(watch_id)
    looks = queries.list_inspections(reading(), watch_id)
    if change is None:
        change = WatchForm(formdata=None, days=row.watch.days, outside=row.watch.is_outside)
        change.responsible.data = str(row.watch.responsible_id)
    due = [one.inspection for one in looks if one.inspection.is_open]
    if record is None:
        record = RecordForm(formdata=None, seen_on=_today())
        record.water.data = "none"
    vault = outside().vault
    may_read = current_scope().role in WRITERS
    return render_template(
        "repairs/watch.html",
        here="watch",
        row=row,
        watch=row.watch,
        looks=[one for one in looks if not one.inspection.is_open],
        due=due,
        findings={
            one.inspection.id: vault.open(one.inspection.findings_sealed, "note")
            for one in looks
            if one.inspection.findings_sealed and may_read
        },
        plan=[
            (day, row.watch.started_on + timedelta(days=day))
            for day in read_days(row.watch.days) or ()
        ],
        today=_today(),
        record=_record_choices(record),
        change=_people(change, row.watch.community_id),
        act=ActForm(formdata=None),
    )


def _record_choices(form: RecordForm) -> RecordForm:
    form.good.choices = [
        ("yes", _("The repair holds")),
        ("no", _("The repair does not hold")),
    ]
    form.water.choices = [
        ("no", _("No trace of water")),
        ("yes", _("A trace of water")),
        ("none", _("Water does not matter here")),
    ]
    return form


def _people(form: WatchForm, community_id: int) -> WatchForm:
    people = queries.list_people(reading(), community_id)
    form.responsible.choices = [(str(key), name) for key, name in people]
    return form


@bp.post("/<int:watch_id>/inspections/<int:inspection_id>")
@require_role(*WRITERS)
def inspect(watch_id: int, inspection_id: int) -> tuple[str, int] | Response:
    """Keep the special record of an inspection."""
    _inspection(watch_id, inspection_id)
    form = _record_choices(RecordForm())
    if not form.validate():
        return _page(watch_id, record=form), 422
    try:
        given = _given(form)
        with transaction() as session:
            watch = services.record_inspection(
                *(session, outside().vault, current_scope(), inspection_id, given),
                now=outside().now(),
            )
            is_over = watch.closed_on is not None
    except PhotoError:
        form.photo.errors = [_("This picture cannot be read. JPEG or PNG, please.")]
        return _page(watch_id, record=form), 422
    except RepairFieldError as error:
        field = {"is_good": "good"}.get(error.field, error.field)
        form[field].errors = [field_words(error)]
        return _page(watch_id, record=form), 422
    except OrderNotFoundError:
        abort(404)
    except RepairError as error:
        flash(refusal(error), "error")
        return redirect(url_for(".show", watch_id=watch_id))
    words = _("Kept. The repair holds; the watch has ended.") if is_over else _("Kept.")
    flash(words, "success")
    return redirect(url_for(".show", watch_id=watch_id))


def _given(form: RecordForm) -> Record:
    photo = cast("FileStorage | None", form.photo.data)
    sealed = None
    if isinstance(photo, FileStorage) and photo.filename:
        clean = base64.b64encode(read_photo(photo.stream.read())).decode()
        sealed = outside().vault.seal(clean, _PHOTO)
    return Record(
        seen_on=form.seen_on.data,
        findings=form.findings.data or "",
        is_good=form.good.data == "yes",
        has_water={"yes": True, "no": False}.get(form.water.data),
        next_on=form.next_on.data,
        photo=sealed,
    )


def _inspection(watch_id: int, inspection_id: int) -> DefectInspection:
    find_row(watch_id)
    looks = [one.inspection for one in queries.list_inspections(reading(), watch_id)]
    found = next((one for one in looks if one.id == inspection_id), None)
    if found is None:
        abort(404)
    return found


@bp.get("/<int:watch_id>/inspections/<int:inspection_id>/photo")
@require_role(*WRITERS)
def photo(watch_id: int, inspection_id: int) -> Response:
    """Show the picture of an inspection; the look is written down."""
    row = find_row(watch_id)
    sealed = _inspection(watch_id, inspection_id).photo_sealed
    if sealed is None:
        abort(404)
    content = base64.b64decode(outside().vault.open(sealed, _PHOTO))
    with transaction() as session:
        audit.record(
            session,
            actor=current_scope(),
            action="view_photo",
            subject=f"defect:{watch_id}",
            community_id=row.watch.community_id,
            now=outside().now(),
        )
    answer = Response(content, mimetype="image/jpeg")
    answer.headers["Content-Disposition"] = "inline"
    return answer


@bp.post("/<int:watch_id>/change")
@require_role(*WRITERS)
def change(watch_id: int) -> tuple[str, int] | Response:
    """Change who answers for a defect, its days, and whether rain matters."""
    row = find_row(watch_id)
    form = _people(WatchForm(), row.watch.community_id)
    days = read_days(form.days.data or "")
    if form.validate() and days is None:
        form.days.errors = [field_words(RepairFieldError("days", "unknown"))]
    if form.errors or days is None:
        return _page(watch_id, change=form), 422
    try:
        with transaction() as session:
            services.change_watch(
                *(session, current_scope(), watch_id),
                responsible_id=int(form.responsible.data),
                days=days,
                is_outside=bool(form.outside.data),
                now=outside().now(),
            )
    except OrderNotFoundError:
        abort(404)
    except RepairError as error:
        flash(refusal(error), "error")
        return redirect(url_for(".show", watch_id=watch_id))
    flash(_("Kept."), "success")
    return redirect(url_for(".show", watch_id=watch_id))


@bp.post("/<int:watch_id>/print")
@require_role(*WRITERS)
def order_print(watch_id: int) -> Response:
    """Order the special record on paper."""
    find_row(watch_id)
    if not ActForm().validate():
        abort(400)
    with transaction() as session:
        key = prints.order_print(
            session,
            current_scope(),
            watch_id,
            language=current_language(),
            now=outside().now(),
        )
    return redirect(url_for(".show_print", print_id=key))


@bp.get("/prints/<int:print_id>")
@require_role(*WRITERS)
def show_print(print_id: int) -> str:
    """Show that the sheet is being made, or where it is."""
    sheet = prints.find_print(reading(), current_scope(), print_id, now=outside().now())
    if sheet is None:
        abort(404)
    return render_template(
        "repairs/print.html", here="watch", sheet=sheet, is_made=sheet.content_sealed is not None
    )


@bp.get("/prints/<int:print_id>.pdf")
@require_role(*WRITERS)
def fetch_print(print_id: int) -> Response:
    """Hand the sheet out to who ordered it."""
    sheet = prints.find_print(reading(), current_scope(), print_id, now=outside().now())
    content = None if sheet is None else prints.open_print(outside().vault, sheet)
    if sheet is None or content is None:
        abort(404)
    name = f"{_('Special record of a major defect')} {sheet.watch_id}.pdf"
    return attachment(content, "application/pdf", name)
