"""The list of orders, one order with its history, and the list as a file."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import gettext as _
from app.reports.repairs import words as rw
from app.reports.workbook import Column, Sheet
from app.service.repairs import orders, queries
from app.service.repairs.flags import queries as flags
from app.service.repairs.models import Flag, FlagOutcome, OrderState, RepairEventKind, Thing
from app.service.repairs.rows import OrderFilters, OrderKey, OrderRow, Words
from app.service.repairs.rules import BEFORE_DONE, CLOSED, STEPS, may_step
from app.service.repairs.watch import queries as watches
from app.staff.queries import list_named
from app.web.auth import current_scope, require_role
from app.web.choosing import number_in_address
from app.web.repairs.forms import FailForm, StepForm
from app.web.repairs.frame import FLAGS, READERS, WRITERS, communities, make_blueprint
from app.web.repairs.taking import csv_answer, xlsx_answer
from app.web.services import services as outside
from app.web.taken import noted
from app.web.transaction import reading, transaction

bp = make_blueprint("repairs", "/repairs")
PAGE = 50
MOST_LINES = 20_000
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
E = TypeVar("E", OrderState, Thing)


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """List the orders this person may see, the newest issue first."""
    filters, now = _filters(), outside().now()
    rows = queries.list_orders(
        reading(), current_scope(), filters, after=_after(), limit=PAGE + 1, now=now
    )
    shown = rows[:PAGE]
    more = _key_text(shown[-1]) if len(rows) > PAGE else None
    return render_template(
        "repairs/orders.html",
        here="orders",
        rows=shown,
        is_late=lambda row: _is_late(row, now),
        more=more,
        first=request.args.get("after") is None,
        filters=filters,
        address=_address(filters),
        communities=communities(),
        states=list(OrderState),
        things=list(Thing),
        due=queries.count_due(reading(), current_scope(), now=now),
    )


def _is_late(row: OrderRow, now: datetime) -> bool:
    order = row.order
    is_waiting = order.state in BEFORE_DONE and order.arrived_at is None
    return is_waiting and order.promised_at is not None and order.promised_at < now


def _filters() -> OrderFilters:
    number = (request.args.get("number") or "").strip()[:48]
    return OrderFilters(
        community_id=number_in_address("community") if request.args.get("community") else None,
        state=_choice("state", OrderState),
        thing=_choice("thing", Thing),
        issued_from=_day("from"),
        issued_to=_day("to"),
        number=number,
        is_late=request.args.get("late") == "1",
        is_major=request.args.get("major") == "1",
    )


def _choice(name: str, kind: type[E]) -> E | None:
    text = request.args.get(name)
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        abort(404)


def _day(name: str) -> date | None:
    text = request.args.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)


def _address(filters: OrderFilters) -> dict[str, str]:
    """Return the filters as they stand in an address."""
    said = asdict(filters)
    names = {"community_id": "community", "issued_from": "from", "issued_to": "to"}
    names |= {"is_late": "late", "is_major": "major"}
    return {
        names.get(name, name): "1" if value is True else str(value)
        for name, value in said.items()
        if value
    }


def _key_text(row: OrderRow) -> str:
    return f"{(row.order.issued_at - _ZERO) // _MICROSECOND}-{row.order.id}"


def _after() -> OrderKey | None:
    text = request.args.get("after")
    if text is None:
        return None
    issued, _mark, key = text.partition("-")
    if not (text.isascii() and issued.isdigit() and key.isdigit() and len(text) < 40):
        abort(404)
    try:
        return OrderKey(_ZERO + int(issued) * _MICROSECOND, int(key))
    except OverflowError:
        abort(404)


@bp.get("/<int:order_id>")
@require_role(*READERS)
def show(order_id: int) -> str:
    """Show an order: what is known of it, what happened, what may be done now."""
    return order_page(order_id)


def find_row(order_id: int) -> OrderRow:
    """Return an order of the present scope, or answer 404."""
    row = queries.find_order_row(reading(), current_scope(), order_id)
    if row is None:
        abort(404)
    return row


def order_page(order_id: int, *, step: StepForm | None = None, fail: FailForm | None = None) -> str:
    """Return the page of an order; forms that were refused stand in their places."""
    find_row(order_id)
    scope, now = current_scope(), outside().now()
    said = Words()
    if scope.role in WRITERS:
        with transaction() as session:
            found = queries.find_order(session, scope, order_id)
            if found is not None:
                said = orders.read_words(session, outside().vault, scope, found, now=now)
    row, session = find_row(order_id), reading()
    sees_flags = scope.role in FLAGS
    hidden = {RepairEventKind.FLAGGED, RepairEventKind.CHECKED}
    events = [
        one
        for one in queries.list_events(session, order_id)
        if sees_flags or one.kind not in hidden
    ]
    rework = queries.find_rework(session, order_id)
    visits = queries.list_visits(session, scope, is_open=False, order_ids=[order_id], limit=20)
    state = row.order.state
    return render_template(
        "repairs/order.html",
        here="orders",
        row=row,
        order=row.order,
        said=said,
        times=_times(row),
        events=events,
        event_words=event_words,
        names=list_named(session, {one.staff_id for one in events if one.staff_id}),
        rework=rework,
        before=None if row.order.rework_of is None else find_row(row.order.rework_of).order,
        visits=visits,
        flags=flags.list_flags(session, scope, order_id=order_id) if sees_flags else [],
        watch_id=watches.watched(session, [order_id]).get(order_id),
        steps=[to for to in (*STEPS, OrderState.CANCELLED) if may_step(state, to)],
        can_arrive=may_step(state, OrderState.DONE) and row.order.arrived_at is None,
        can_fail=state in CLOSED and queries.find_open_visit(session, order_id) is None,
        is_late=_is_late(row, now),
        step=step or StepForm(formdata=None),
        fail=fail or FailForm(formdata=None),
    )


def _times(row: OrderRow) -> list[tuple[str, datetime]]:
    """Return the instants of an order as they came, with their words."""
    order = row.order
    named = (
        (_("Order issued"), order.issued_at),
        (_("Repairer was notified"), order.notified_at),
        (_("Order accepted"), order.accepted_at),
        (_("Repairer arrived"), order.arrived_at),
        (_("Repair finished"), order.done_at),
        (_("Customer was called back"), order.called_back_at),
        (_("Found not to hold"), order.failed_at),
    )
    reached = [(words, at) for words, at in named if at is not None]
    return sorted(reached, key=lambda one: one[1])


def event_words(kind: RepairEventKind, detail: str) -> str:
    """Return what was done with an order, in words."""
    flag, _mark, outcome = detail.partition(":")
    if kind is RepairEventKind.FLAGGED:
        return rw.flag_name(Flag(flag))
    if kind is RepairEventKind.CHECKED:
        return f"{rw.flag_name(Flag(flag))}: {rw.outcome_name(FlagOutcome(outcome))}"
    if kind is RepairEventKind.STEP and detail != "arrived":
        return rw.state_name(OrderState(detail))
    if kind is RepairEventKind.FILE:
        return _("A file says: {state}").format(state=rw.state_name(OrderState(detail)))
    if kind is RepairEventKind.VISITED:
        return {
            "fixed": _("Special visit: the repair holds"),
            "not_fixed": _("Special visit: the repair still does not hold"),
        }.get(detail, _("Special visit: nobody at home"))
    return {
        RepairEventKind.MADE: _("Order made here"),
        RepairEventKind.STEP: _("Repairer arrived"),
        RepairEventKind.REWORK: _("Rework ordered, special visit within 24 hours"),
        RepairEventKind.WATCHED: _("Put under watch as a major defect"),
        RepairEventKind.MATCHED: _("Place told by hand"),
    }[kind]


@bp.get("/orders.<any(csv, xlsx):form>")
@require_role(*READERS)
def export(form: str) -> Response:
    """Take the filtered list along: codes and times, no word of a customer."""
    filters, now = _filters(), outside().now()
    rows = queries.list_orders(reading(), current_scope(), filters, limit=MOST_LINES, now=now)
    heads, cells = _columns(), [_cells(row, now) for row in rows]
    day = beijing_date(now)
    name = f"repair-orders-{day}"
    if form == "csv":
        answer = csv_answer([[column.head for column in heads], *cells], name)
    else:
        title = _("Repair orders")
        answer = xlsx_answer([Sheet(title, heads, cells)], name, title=title, day=day)
    place = "" if filters.community_id else current_scope().role.value
    return noted(answer, "repairs", form, community_id=filters.community_id, place=place)


def _columns() -> list[Column]:
    names = (
        *((_("Community"), 18), (_("Order number"), 18), (_("Home"), 14), (_("State"), 16)),
        *((_("What is repaired"), 16), (_("Part of the building"), 14), (_("Order issued"), 17)),
        *((_("Promised for"), 17), (_("Repairer arrived"), 17), (_("Repair finished"), 17)),
        *((_("Customer was called back"), 17), (_("Found not to hold"), 17), (_("Late"), 8)),
        *((_("Major defect"), 10), (_("Fee, yuan"), 10)),
    )
    return [Column(head, width) for head, width in names]


def _cells(row: OrderRow, now: datetime) -> list[str]:
    order = row.order
    times = (order.issued_at, order.promised_at, order.arrived_at, order.done_at)
    return [
        row.community,
        order.number,
        row.address,
        rw.state_name(order.state),
        rw.thing_name(order.thing),
        rw.place_name(order.place),
        *(rw.instant_words(at) for at in (*times, order.called_back_at, order.failed_at)),
        _("that is so") if _is_late(row, now) else "",
        _("that is so") if order.is_major_defect else "",
        "" if order.fee is None else f"{order.fee / 100:.2f}",
    ]
