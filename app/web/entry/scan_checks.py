"""Blind second keying: a sheet beside its pictures, without what was read or decided before."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.surveys.paper.scans import checks, queries
from app.surveys.paper.scans.errors import MovedError, OwnSheetError
from app.surveys.paper.scans.models import ScanCheck
from app.surveys.paper.scans.sampling import queries as sampled
from app.surveys.paper.scans.sheets import get_printed
from app.web.auth import current_scope, require_role
from app.web.entry.forms import Line, read_line
from app.web.entry.scan_inbox import running
from app.web.entry.scan_lines import lines_by_name
from app.web.entry.scans import ROLES
from app.web.forms import Form
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("entry_scan_checks", __name__, url_prefix="/entry/scans/checks")


@bp.get("/")
@require_role(*ROLES)
def index() -> Response:
    """Go to the next sheet this person may key a second time."""
    scope = current_scope()
    for campaign in running():
        found = sampled.list_checks_for(reading(), scope, campaign.id, scope.staff_id)
        if found:
            return redirect(url_for(".sheet", sheet_id=found[0].sheet_id))
    flash(_("No sheet waits for a second keying by you."))
    return redirect(url_for("entry_scans.index"))


@bp.get("/<int:sheet_id>")
@require_role(*ROLES)
def sheet(sheet_id: int) -> str | Response:
    """Show a sheet to be keyed a second time, empty."""
    check = _access(sheet_id)
    if check.keyed_at is not None:
        return redirect(url_for(".index"))
    return _show(check, _lines(check))


@bp.post("/<int:sheet_id>")
@require_role(*ROLES)
def record(sheet_id: int) -> tuple[str, int] | Response:
    """Compare what was keyed with what stands; who keys sees neither."""
    check = _access(sheet_id)
    lines = _lines(check)
    keyed = {}
    for line in lines:
        line.typed = request.form.get(line.name, "")
        keyed[line.name] = read_line(line)
    if not Form().validate() or any(line.error for line in lines):
        return _show(check, lines), 422
    try:
        with transaction() as session:
            checks.record_check(
                session,
                outside().vault,
                sheet_id,
                keyed,
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except OwnSheetError:
        abort(403)
    except MovedError:
        flash(_("Somebody else has keyed this sheet meanwhile."), "error")
    return redirect(url_for(".index"))


def _access(sheet_id: int) -> ScanCheck:
    """Return a second keying this person may do, or answer 404."""
    scope = current_scope()
    check = sampled.find_check(reading(), scope, sheet_id)
    if check is None or sampled.has_decided(reading(), sheet_id, scope.staff_id):
        abort(404)
    return check


def _lines(check: ScanCheck) -> list[Line]:
    """Return the rows of a sheet in the order of the paper, nothing filled in."""
    printed = get_printed(reading(), check.sheet_id)
    known = lines_by_name(printed)
    there = {page.page for page in queries.list_live(reading(), check.sheet_id)}
    names = [
        row.field for page in printed.layout.pages if page.number in there for row in page.rows
    ]
    return [known[name] for name in dict.fromkeys(names) if name in known]


def _show(check: ScanCheck, lines: list[Line]) -> str:
    return render_template(
        "entry/scan_check.html",
        check=check,
        lines=lines,
        pages=queries.list_live(reading(), check.sheet_id),
        form=Form(formdata=None),
        has_errors=any(line.error for line in lines),
    )
