"""What is done with an order: issued by hand, moved on, found not to hold."""

from datetime import UTC

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import BEIJING
from app.i18n import gettext as _
from app.reports.repairs import words as rw
from app.service.repairs import orders, services
from app.service.repairs.errors import OrderNotFoundError, RepairError, RepairFieldError
from app.service.repairs.intake.headings import find_fee
from app.service.repairs.intake.queries import load_doors
from app.service.repairs.models import OrderState, Place, Thing
from app.service.repairs.orders import OrderInput
from app.service.repairs.rows import Words
from app.service.repairs.rules import WATCH_DAYS, read_days
from app.service.repairs.watch import queries as watches
from app.service.repairs.watch import services as watching
from app.surveys.register.rules import building_key, home_key
from app.web.auth import current_scope, require_role
from app.web.choosing import number_in_address
from app.web.repairs.forms import BeginForm, FailForm, NewOrderForm, StepForm
from app.web.repairs.frame import WRITERS, communities, make_blueprint
from app.web.repairs.orders import find_row, order_page
from app.web.repairs.problems import field_words, refusal
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = make_blueprint("repair_acts", "/repairs")


@bp.get("/new")
@require_role(*WRITERS)
def new() -> str:
    """Show the form of an order made by hand."""
    form = _form(NewOrderForm(formdata=None))
    key = number_in_address("community")
    if key is not None:
        form.community.data = str(key)
    form.place.data = Place.HOME.value
    return _page(form)


@bp.post("/new")
@require_role(*WRITERS)
def issue() -> tuple[str, int] | Response:
    """Issue an order by hand, from a case or complaint where the address names one."""
    form = _form(NewOrderForm())
    if not form.validate():
        return _page(form), 422
    community_id = int(form.community.data)
    fee = find_fee(form.fee.data) if form.fee.data else None
    if form.fee.data and fee is None:
        form.fee.errors = [field_words(RepairFieldError("fee", "unknown"))]
        return _page(form), 422
    building, room = form.building.data or "", form.room.data or ""
    home = None
    if building.strip() or room.strip():
        home = load_doors(reading(), community_id).get((building_key(building), home_key(room)))
        if home is None:
            form.room.errors = [field_words(RepairFieldError("room", "unknown"))]
            return _page(form), 422
    try:
        with transaction() as session:
            order_id = orders.issue_order(
                session,
                outside().vault,
                current_scope(),
                _input(form, community_id, home, fee),
                now=outside().now(),
            ).id
    except RepairFieldError as error:
        form[error.field].errors = [field_words(error)]
        return _page(form), 422
    except OrderNotFoundError:
        abort(404)
    flash(_("The order is issued."), "success")
    return redirect(url_for("repairs.show", order_id=order_id))


def _input(form: NewOrderForm, community_id: int, home: int | None, fee: int | None) -> OrderInput:
    promised = form.promised_at.data
    charged = {"yes": True, "no": False}.get(form.charged.data)
    return OrderInput(
        community_id=community_id,
        household_id=home,
        thing=Thing(form.thing.data),
        place=Place(form.place.data),
        words=Words(
            name=form.name.data or "",
            phone=form.phone.data or "",
            text=form.text.data or "",
            repairer=form.repairer.data or "",
        ),
        promised_at=None if promised is None else promised.replace(tzinfo=BEIJING).astimezone(UTC),
        is_charged=charged,
        fee=fee,
        is_major=bool(form.major.data),
        case_id=number_in_address("case"),
    )


def _form(form: NewOrderForm) -> NewOrderForm:
    form.community.choices = [(str(one.id), one.name) for one in communities()]
    form.thing.choices = [("", "—"), *((one.value, rw.thing_name(one)) for one in Thing)]
    form.place.choices = [(one.value, rw.place_name(one)) for one in Place]
    form.charged.choices = [
        ("", _("not known yet")),
        ("no", _("free of charge")),
        ("yes", _("the customer pays")),
    ]
    if form.charged.data is None:
        form.charged.data = ""
    return form


def _page(form: NewOrderForm) -> str:
    return render_template(
        "repairs/new.html", here="orders", form=form, case=request.args.get("case", "")
    )


@bp.post("/<int:order_id>/step")
@require_role(*WRITERS)
def step(order_id: int) -> tuple[str, int] | Response:
    """Move an order on."""
    find_row(order_id)
    form = StepForm()
    if not form.validate():
        return order_page(order_id, step=form), 422
    try:
        with transaction() as session:
            if form.to.data == "arrived":
                orders.note_arrival(session, current_scope(), order_id, now=outside().now())
            else:
                orders.step_order(
                    *(session, outside().vault, current_scope(), order_id, _state(form.to.data)),
                    repairer=form.repairer.data or "",
                    now=outside().now(),
                )
    except OrderNotFoundError:
        abort(404)
    except RepairError as error:
        flash(refusal(error), "error")
        return redirect(url_for("repairs.show", order_id=order_id))
    flash(_("Kept."), "success")
    return redirect(url_for("repairs.show", order_id=order_id))


def _state(text: str) -> OrderState:
    try:
        return OrderState(text)
    except ValueError:
        abort(400)


@bp.post("/<int:order_id>/fail")
@require_role(*WRITERS)
def fail(order_id: int) -> tuple[str, int] | Response:
    """Say that a repair did not hold: rework at once, a special visit within 24 hours."""
    find_row(order_id)
    form = FailForm()
    if not form.validate():
        return order_page(order_id, fail=form), 422
    try:
        with transaction() as session:
            _rework_id, visit_id = services.open_rework(
                *(session, outside().vault, current_scope(), order_id),
                why=form.why.data or "",
                now=outside().now(),
            )
    except OrderNotFoundError:
        abort(404)
    except RepairError as error:
        flash(refusal(error), "error")
        return redirect(url_for("repairs.show", order_id=order_id))
    flash(_("Rework is ordered; somebody else visits within 24 hours."), "success")
    return redirect(url_for("repair_visits.show", visit_id=visit_id))


@bp.get("/<int:order_id>/watch")
@require_role(*WRITERS)
def watch_form(order_id: int) -> str:
    """Show the form that puts a defect on the watch list."""
    row = find_row(order_id)
    form = _begin(BeginForm(formdata=None), row.order.community_id)
    form.days.data = ",".join(str(day) for day in WATCH_DAYS)
    return render_template("repairs/watch_new.html", here="watch", row=row, form=form)


@bp.post("/<int:order_id>/watch")
@require_role(*WRITERS)
def watch(order_id: int) -> tuple[str, int] | Response:
    """Put a defect on the watch list."""
    row = find_row(order_id)
    form = _begin(BeginForm(), row.order.community_id)
    days = read_days(form.days.data or "")
    if form.validate() and days is None:
        form.days.errors = [field_words(RepairFieldError("days", "unknown"))]
    if form.errors or days is None:
        page = render_template("repairs/watch_new.html", here="watch", row=row, form=form)
        return page, 422
    try:
        with transaction() as session:
            watch_id = watching.begin_watch(
                session,
                current_scope(),
                order_id,
                responsible_id=int(form.responsible.data),
                days=days,
                now=outside().now(),
            ).id
    except OrderNotFoundError:
        abort(404)
    except RepairError as error:
        flash(refusal(error), "error")
        return redirect(url_for("repairs.show", order_id=order_id))
    flash(_("The defect is under watch."), "success")
    return redirect(url_for("repair_watch.show", watch_id=watch_id))


def _begin(form: BeginForm, community_id: int) -> BeginForm:
    people = watches.list_people(reading(), community_id)
    form.responsible.choices = [(str(key), name) for key, name in people]
    return form
