"""The audit log: search, who saw a home, export. Each look at it is an entry of its own."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app.clock import BEIJING
from app.i18n import gettext as _
from app.rights.log import queries
from app.rights.log.queries import PAGE, LogRow, Wanted
from app.rights.log.tables import log_csv
from app.staff import audit
from app.staff.models import Role
from app.staff.queries import list_staff
from app.staff.scope import NOBODY, SYSTEM_ACTOR
from app.surveys.register.homes.queries import FoundHome, find_home
from app.surveys.register.queries import list_all_communities
from app.web.auth import current_scope, require_role
from app.web.downloads import attachment
from app.web.keys import key_in
from app.web.services import services
from app.web.transaction import reading, transaction
from app.web.words import beijing_time, home_name

bp = Blueprint("admin_audit", __name__, url_prefix="/admin/audit")

_READERS = (Role.ADMIN, Role.HEAD_OFFICE)
_MOST = 20_000  # lines of one export
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words."""

    sequence: int
    at: str
    who: str
    action: str
    subject: str
    community: str
    detail: str


@bp.get("/")
@require_role(*_READERS)
def index() -> str:
    """Search the log, a page at a time."""
    wanted, before = _wanted(), key_in(request.args.get("before"))
    rows = queries.search_log(reading(), wanted, before=before)
    older = _address(rows[-1].entry.sequence) if len(rows) == PAGE else None
    return render_template(
        "admin/audit.html",
        lines=[_line(row) for row in rows],
        wanted=wanted,
        asked=request.args,
        older=older,
        newest=_address(None) if before else None,
        export=f"{url_for('.export')}?{urlencode(_asked())}",
        people=[(staff.id, f"{staff.name} ({staff.login})") for staff in list_staff(reading())],
        communities=[(one.id, one.name) for one in list_all_communities(reading())],
        actions=queries.list_actions(reading()),
        home=None,
    )


@bp.get("/entries.csv")
@require_role(*_READERS)
def export() -> Answer:
    """Give what a search finds as a table; the export itself is written down."""
    rows = queries.search_log(reading(), _wanted(), limit=_MOST)
    content = log_csv(rows)
    with transaction() as session:
        audit.record(
            session,
            actor=current_scope(),
            action="audit.export",
            subject="log",
            detail=urlencode(_asked())[:200],
            now=services().now(),
        )
    return attachment(content, "text/csv", "audit.csv")


@bp.get("/home/<int:household_id>")
@require_role(Role.HEAD_OFFICE)
def home(household_id: int) -> str:
    """Show who saw one home, or changed something about it."""
    found = _access_home(household_id)
    rows = queries.list_lookers(reading(), found.uid, _MOST)
    _note_look(found, "audit.look")
    return render_template(
        "admin/audit.html",
        lines=[_line(row) for row in rows],
        wanted=Wanted(subject=found.uid),
        asked={},
        older=None,
        newest=None,
        export=url_for(".home_csv", household_id=household_id),
        people=[],
        communities=[],
        actions=[],
        home=f"{found.community} {home_name(found.building, found.room)}",
        household_id=household_id,
    )


@bp.get("/home/<int:household_id>/entries.csv")
@require_role(Role.HEAD_OFFICE)
def home_csv(household_id: int) -> Answer:
    """Give the same as a table."""
    found = _access_home(household_id)
    content = log_csv(queries.list_lookers(reading(), found.uid, _MOST))
    _note_look(found, "audit.export")
    return attachment(content, "text/csv", "audit-home.csv")


def _access_home(household_id: int) -> FoundHome:
    found = find_home(reading(), current_scope(), household_id)
    if found is None:
        abort(404)
    return found


def _note_look(found: FoundHome, action: str) -> None:
    with transaction() as session:
        audit.record(
            session,
            actor=current_scope(),
            action=action,
            subject=found.uid,
            community_id=found.community_id,
            now=services().now(),
        )


def _asked() -> dict[str, str]:
    names = ("person", "action", "uid", "community", "since", "until")
    return {name: text for name in names if (text := request.args.get(name, "")[:_LONGEST])}


def _address(before: int | None) -> str:
    asked = _asked() | ({"before": str(before)} if before else {})
    return f"{url_for('.index')}?{urlencode(asked)}"


def _wanted() -> Wanted:
    asked = _asked()
    until = _day(asked.get("until", ""))
    return Wanted(
        staff_id=key_in(request.args.get("person")),
        action=asked.get("action", ""),
        subject=asked.get("uid", "").strip(),
        community_id=key_in(request.args.get("community")),
        since=_midnight(_day(asked.get("since", ""))),
        until=_midnight(until + timedelta(days=1)) if until else None,
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found < date(2200, 1, 1) else None


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=BEIJING) if day else None


def _line(row: LogRow) -> Line:
    entry = row.entry
    programs = {SYSTEM_ACTOR: _("the program"), NOBODY: _("somebody not signed in")}
    return Line(
        sequence=entry.sequence,
        at=beijing_time(entry.at),
        who=row.name or programs.get(entry.actor, entry.actor),
        action=entry.action,
        subject=entry.subject,
        community=row.community,
        detail=entry.detail,
    )
