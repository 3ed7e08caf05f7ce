"""Lines whose community or door nobody knew: a person says where they belong."""

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.service.repairs.errors import OrderNotFoundError, RepairError, RepairFieldError
from app.service.repairs.intake import queries
from app.service.repairs.intake.applying import Door, open_tray
from app.service.repairs.intake.merging import Facts
from app.service.repairs.intake.tray import match_line
from app.service.repairs.models import RepairTray
from app.staff.models import Role
from app.web.auth import current_scope, require_role
from app.web.repairs.forms import MatchForm
from app.web.repairs.frame import (
    communities,
    community_names,
    key_after,
    make_blueprint,
)
from app.web.repairs.problems import field_words, refusal
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = make_blueprint("repair_tray", "/repairs/tray")
ROLES = (Role.HEAD_OFFICE, Role.OFFICE)
PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the tray as its page shows it: the address it tells, no name and no number."""

    tray: RepairTray
    door: Door
    facts: Facts


@bp.get("/")
@require_role(*ROLES)
def index() -> str:
    """List the lines to be matched, the oldest first."""
    found = queries.list_tray(reading(), current_scope(), after=key_after(), limit=PAGE + 1)
    lines = [line for one in found[:PAGE] if (line := _opened(one)) is not None]
    return render_template(
        "repairs/tray.html",
        here="tray",
        lines=lines,
        more=found[PAGE - 1].id if len(found) > PAGE else None,
        name=community_names(),
    )


def _opened(tray: RepairTray) -> Line | None:
    said = open_tray(outside().vault, tray)
    return None if said is None else Line(tray, *said)


@bp.get("/<int:tray_id>")
@require_role(*ROLES)
def show(tray_id: int) -> str:
    """Show one line and ask where it belongs."""
    line = _find(tray_id)
    form = _choices(MatchForm(formdata=None))
    form.community.data = str(line.tray.community_id or "")
    form.building.data, form.room.data = line.door.building, line.door.room
    return _page(line, form)


@bp.post("/<int:tray_id>")
@require_role(*ROLES)
def match(tray_id: int) -> tuple[str, int] | Response:
    """Bring a line in where somebody says it belongs."""
    line = _find(tray_id)
    form = _choices(MatchForm())
    if not form.validate():
        return _page(line, form), 422
    try:
        with transaction() as session:
            found = match_line(
                *(session, outside().vault, current_scope(), tray_id),
                community_id=int(form.community.data),
                building=form.building.data or "",
                room=form.room.data or "",
                now=outside().now(),
            )
            order_id, further = found.order.id, found.further
    except RepairFieldError as error:
        form[error.field].errors = [field_words(error)]
        return _page(_find(tray_id), form), 422
    except OrderNotFoundError:
        abort(404)
    except RepairError as error:
        flash(refusal(error), "error")
        return redirect(url_for(".index"))
    words = _("The order came in.")
    if further:
        more = _("So did {count} more lines with the same name of the community.")
        words = f"{words} {more.format(count=further)}"
    flash(words, "success")
    return redirect(url_for("repairs.show", order_id=order_id))


def _find(tray_id: int) -> Line:
    found = queries.find_tray(reading(), current_scope(), tray_id)
    line = None if found is None else _opened(found)
    if line is None:
        abort(404)
    return line


def _choices(form: MatchForm) -> MatchForm:
    form.community.choices = [("", "—"), *((str(one.id), one.name) for one in communities())]
    return form


def _page(line: Line, form: MatchForm) -> str:
    return render_template(
        "repairs/match.html",
        here="tray",
        line=line,
        form=form,
        name=community_names(),
    )
