"""Special visits (特殊回访): what is due within 24 hours, and the record of one."""

from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.clock import BEIJING
from app.i18n import gettext as _
from app.service.repairs import orders, queries, services
from app.service.repairs.errors import OrderNotFoundError, RepairError, RepairFieldError
from app.service.repairs.models import VisitFinding
from app.service.repairs.rows import VisitRow, Words
from app.web.auth import current_scope, require_role
from app.web.repairs.forms import ActForm, VisitForm
from app.web.repairs.frame import READERS, WRITERS, make_blueprint
from app.web.repairs.problems import field_words, refusal
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = make_blueprint("repair_visits", "/repairs/visits")
_MOST = 200
_MADE = 50


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """List the special visits that are due, by their hour, and those made of late."""
    session, scope = reading(), current_scope()
    return render_template(
        "repairs/visits.html",
        here="visits",
        due=queries.list_visits(session, scope, is_open=True, limit=_MOST),
        made=queries.list_visits(session, scope, is_open=False, limit=_MADE),
        now=outside().now(),
        left=_left,
    )


def _left(row: VisitRow) -> str:
    """Return how long is left, or how late it is, in hours and minutes."""
    seconds = int((row.visit.due_at - outside().now()).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    words = (
        _("late by {hours} h {minutes} min") if seconds < 0 else _("{hours} h {minutes} min left")
    )
    return words.format(hours=hours, minutes=minutes)


@bp.get("/<int:visit_id>")
@require_role(*READERS)
def show(visit_id: int) -> str:
    """Show a special visit and the form of its record."""
    form = VisitForm(formdata=None)
    form.visited_at.data = outside().now().astimezone(BEIJING).replace(tzinfo=None, second=0)
    return _page(visit_id, form)


@bp.post("/<int:visit_id>")
@require_role(*WRITERS)
def record(visit_id: int) -> tuple[str, int] | Response:
    """Keep the record of a special visit."""
    _find(visit_id)
    form = _choices(VisitForm())
    if not form.validate():
        return _page(visit_id, form), 422
    try:
        with transaction() as session:
            following = services.record_special_visit(
                *(session, outside().vault, current_scope(), visit_id),
                finding=VisitFinding(form.finding.data),
                note=form.note.data or "",
                visited_at=_instant(form.visited_at.data),
                now=outside().now(),
            )
            next_id = None if following is None else following.id
    except RepairFieldError as error:
        form[error.field].errors = [field_words(error)]
        return _page(visit_id, form), 422
    except OrderNotFoundError:
        abort(404)
    except RepairError as error:
        flash(refusal(error), "error")
        return redirect(url_for(".show", visit_id=visit_id))
    if next_id is None:
        flash(_("Kept. The repair holds."), "success")
        return redirect(url_for(".index"))
    flash(
        _("Kept. Rework is ordered again, head office sees the case, the next visit is due."),
        "success",
    )
    return redirect(url_for(".show", visit_id=next_id))


@bp.post("/<int:visit_id>/try")
@require_role(*WRITERS)
def note_try(visit_id: int) -> Response:
    """Note that nobody was at home."""
    _find(visit_id)
    if not ActForm().validate():
        abort(400)
    try:
        with transaction() as session:
            services.record_visit_try(session, current_scope(), visit_id, now=outside().now())
    except RepairError as error:
        flash(refusal(error), "error")
        return redirect(url_for(".show", visit_id=visit_id))
    flash(_("Kept. The visit stays due at the same hour."), "success")
    return redirect(url_for(".show", visit_id=visit_id))


def _instant(local: datetime) -> datetime:
    return local.replace(tzinfo=BEIJING).astimezone(UTC)


def _find(visit_id: int) -> VisitRow:
    rows = queries.list_visits(
        reading(), current_scope(), is_open=False, visit_id=visit_id, limit=1
    )
    if not rows:
        abort(404)
    return rows[0]


def _choices(form: VisitForm) -> VisitForm:
    form.finding.choices = [
        (VisitFinding.FIXED.value, _("The repair holds")),
        (VisitFinding.NOT_FIXED.value, _("The repair does not hold")),
    ]
    return form


def _page(visit_id: int, form: VisitForm) -> str:
    order_id = _find(visit_id).visit.order_id
    scope, said = current_scope(), Words()
    if scope.role in WRITERS:
        with transaction() as session:
            order = queries.find_order(session, scope, order_id)
            if order is not None:
                now = outside().now()
                said = orders.read_words(session, outside().vault, scope, order, now=now)
    row = _find(visit_id)
    note = row.visit.note_sealed if scope.role in WRITERS else None
    return render_template(
        "repairs/visit.html",
        here="visits",
        row=row,
        visit=row.visit,
        said=said,
        note="" if note is None else outside().vault.open(note, "note"),
        left=_left,
        now=outside().now(),
        form=_choices(form),
        act=ActForm(formdata=None),
    )
