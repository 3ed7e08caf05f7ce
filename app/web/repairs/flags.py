"""What customers doubt: nobody came, fee not told, fee differed; head office's checks."""

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import gettext as _
from app.reports.repairs import words as rw
from app.service.repairs import orders, queries
from app.service.repairs.errors import OrderNotFoundError, RepairError, RepairFieldError
from app.service.repairs.flags import queries as flags
from app.service.repairs.flags.services import check_flag
from app.service.repairs.models import FlagOutcome
from app.service.repairs.rows import FlagRow, Words
from app.staff.models import Role
from app.web.auth import current_scope, require_role
from app.web.repairs.forms import FlagForm
from app.web.repairs.frame import FLAGS, HEADS, key_after, make_blueprint
from app.web.repairs.problems import field_words, refusal
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = make_blueprint("repair_flags", "/repairs/flags")
PAGE = 50
_COUNTED = timedelta(days=90)


@bp.get("/")
@require_role(*FLAGS)
def index() -> str:
    """List the flags to be checked or checked, and count them per office."""
    is_open = request.args.get("checked") != "1"
    session, scope = reading(), current_scope()
    rows = flags.list_flags(session, scope, is_open=is_open, after=key_after(), limit=PAGE + 1)
    today = beijing_date(outside().now())
    return render_template(
        "repairs/flags.html",
        here="flags",
        rows=rows[:PAGE],
        more=rows[PAGE - 1].flag.id if len(rows) > PAGE else None,
        is_open=is_open,
        counts=flags.count_flags(session, scope, today - _COUNTED, today),
        since=today - _COUNTED,
    )


@bp.get("/<int:flag_id>")
@require_role(*FLAGS)
def show(flag_id: int) -> str:
    """Show one flag with its order and the form of the check."""
    return _page(flag_id, FlagForm(formdata=None))


@bp.post("/<int:flag_id>")
@require_role(*HEADS)
def check(flag_id: int) -> tuple[str, int] | Response:
    """Keep what the check found."""
    form = _choices(FlagForm())
    if not form.validate():
        return _page(flag_id, form), 422
    try:
        with transaction() as session:
            check_flag(
                *(session, outside().vault, current_scope(), flag_id),
                outcome=FlagOutcome(form.outcome.data),
                note=form.note.data or "",
                now=outside().now(),
            )
    except RepairFieldError as error:
        form[error.field].errors = [field_words(error)]
        return _page(flag_id, form), 422
    except OrderNotFoundError:
        abort(404)
    except RepairError as error:
        flash(refusal(error), "error")
        return redirect(url_for(".show", flag_id=flag_id))
    flash(_("Kept."), "success")
    return redirect(url_for(".index"))


def _find(flag_id: int) -> FlagRow:
    rows = flags.list_flags(reading(), current_scope(), flag_id=flag_id, limit=1)
    if not rows:
        abort(404)
    return rows[0]


def _choices(form: FlagForm) -> FlagForm:
    form.outcome.choices = [(one.value, rw.outcome_name(one)) for one in FlagOutcome]
    return form


def _page(flag_id: int, form: FlagForm) -> str:
    order_id, scope, said = _find(flag_id).flag.order_id, current_scope(), Words()
    if scope.role is Role.HEAD_OFFICE:
        with transaction() as session:
            order = queries.find_order(session, scope, order_id)
            if order is not None:
                now = outside().now()
                said = orders.read_words(session, outside().vault, scope, order, now=now)
    row = _find(flag_id)
    note = row.flag.note_sealed if scope.role is Role.HEAD_OFFICE else None
    return render_template(
        "repairs/flag.html",
        here="flags",
        row=row,
        flag=row.flag,
        said=said,
        note="" if note is None else outside().vault.open(note, "note"),
        form=_choices(form),
    )
