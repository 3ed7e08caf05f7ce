"""The list of complaints: filters in its address, counts, last days in words, its files."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, current_app, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import gettext as _
from app.service.complaints import queries
from app.service.complaints.counting.queries import month_figures
from app.service.complaints.models import Channel, ComplaintClass, Kind, Level
from app.service.complaints.rows import ComplaintRow
from app.staff.models import Role
from app.surveys.register.queries import list_communities
from app.web.auth import current_scope, require_role
from app.web.complaints import words
from app.web.complaints.asked import FLAGS, STATES, Asked, read_asked
from app.web.complaints.files import list_csv, list_xlsx
from app.web.complaints.lines import Clocks, RowLine, note_looks, row_line
from app.web.downloads import attachment
from app.web.services import services as outside
from app.web.taken import noted
from app.web.transaction import reading

bp = Blueprint("complaints", __name__, url_prefix="/complaints")

ALL = (Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE, Role.STEWARD)
TAKERS = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)
FILES = (Role.HEAD_OFFICE, Role.OFFICE)
MOST_IN_A_FILE = 5000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Marks nobody of a role can meet: those against the director do not exist for his office.
_HIDDEN = {
    Role.LEADER: frozenset({"unseen"}),
    Role.OFFICE: frozenset({"unseen", "director"}),
    Role.STEWARD: frozenset({"unseen", "director"}),
}
Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Head:
    """A number above the list."""

    count: int
    name: str
    is_bad: bool = False


@bp.get("/")
@require_role(*ALL)
def index() -> str:
    """Show one page of the list; every home on it is audited."""
    scope, now = current_scope(), outside().now()
    asked = read_asked(request.args)
    page = queries.list_complaints(reading(), scope, asked.filters(scope, now), after=asked.page)
    clocks = Clocks.at(now)
    lines = [row_line(row, clocks) for row in page.rows]
    note_looks(page.rows, "list")
    return render_template(
        "complaints/list.html",
        asked=asked,
        rows=lines,
        next_page=page.next,
        heads=_heads(),
        choices={"state": _states()},
        selects=_selects(asked),
        links=_links(),
        is_leader=scope.role is Role.LEADER,
        may_take_in=scope.role in TAKERS,
        may_export=scope.role in FILES,
    )


@bp.get("/list.<any(csv, xlsx):ending>")
@require_role(*FILES)
def export(ending: str) -> Response:
    """Download the list as filtered, all its pages; every home in it is audited."""
    scope, now = current_scope(), outside().now()
    asked = read_asked(request.args)
    rows = list(_all_rows(asked))
    clocks = Clocks.at(now)
    lines = [row_line(row, clocks) for row in rows]
    note_looks(rows, f"file {ending}")
    made = _csv(lines) if ending == "csv" else _workbook(lines)
    place = asked.community_id if scope.role is Role.HEAD_OFFICE else None
    return noted(made, "complaints", f"list {ending} {len(rows)}", community_id=place)


def _all_rows(asked: Asked) -> Iterable[ComplaintRow]:
    """Return the rows of all pages, at most as many as a file holds."""
    scope, now = current_scope(), outside().now()
    after, count = None, 0
    while count < MOST_IN_A_FILE:
        page = queries.list_complaints(
            reading(), scope, asked.filters(scope, now), after=after, limit=500
        )
        yield from page.rows
        count += len(page.rows)
        after = page.next
        if after is None:
            return


def _csv(lines: list[RowLine]) -> Response:
    name = f"complaints-{beijing_date(outside().now())}.csv"
    return attachment(list_csv(lines), "text/csv; charset=utf-8", name)


def _workbook(lines: list[RowLine]) -> Response:
    today = beijing_date(outside().now())
    content = list_xlsx(lines, company=outside().config.company, day=today)
    return attachment(content, _XLSX, f"complaints-{today}.xlsx")


def _heads() -> list[Head]:
    """Return the numbers above the list: what must move, and what came in this month."""
    scope, now = current_scope(), outside().now()
    session = reading()
    due = queries.count_due(session, scope, now=now)
    month = month_figures(session, scope, None, beijing_date(now), now=now)
    came_in = _("came in this month")
    if scope.role is Role.LEADER:
        came_in = _("came in this month, whole company")  # his list holds what stands with leaders
    return [
        Head(due.late, _("overdue"), is_bad=due.late > 0),
        Head(due.today, _("due today")),
        Head(due.soon, _("due later")),
        Head(month.received, came_in),
    ]


def _states() -> list[Option]:
    names = {
        "open": _("To do"),
        "waiting": _("Waits for the call-back"),
        "closed": _("Closed"),
        "all": _("All"),
    }
    return [(state, names[state]) for state in STATES]


def _selects(asked: Asked) -> list[tuple[str, str, list[Option], str]]:
    """Return the boxes that narrow the list: name, label, options, what is chosen."""
    flags = {
        "unsorted": _("not sorted yet"),
        "unseen": _("new to head office"),
        "major": _("Major"),
        "repeat": _("Repeated"),
        "group": _("group complaint"),
        "money": _("compensation"),
        "media": _("media"),
        "legal": _("legal aid"),
        "staff": _("against a member of staff"),
        "director": _("against the director"),
    }
    hidden = _HIDDEN.get(current_scope().role, frozenset())
    found: list[tuple[str, str, list[Option]]] = [
        ("class", _("Class"), [(one.value, words.class_name(one)) for one in ComplaintClass]),
        ("channel", _("How it came in"), [(one.value, words.channel_name(one)) for one in Channel]),
        ("kind", _("Nature"), [(one.value, words.kind_name(one)) for one in Kind]),
        ("level", _("Level"), [(one.value, words.level_name(one)) for one in Level]),
        ("flag", _("Mark"), [(one, flags[one]) for one in FLAGS if one not in hidden]),
    ]
    communities = list_communities(reading(), current_scope())
    if len(communities) > 1:
        places = [(str(one.id), one.name) for one in communities]
        found.append(("community", _("Community"), places))
    return [(name, label, options, asked.get(name) or "") for name, label, options in found]


def _links() -> list[Option]:
    """Return the pages beside the list, as far as they are there and open to this person."""
    role = current_scope().role
    wanted = [
        (_("Monthly figures"), "complaint_months.index", {*ALL, Role.REGION} - {Role.STEWARD}),
        (_("Group complaints"), "complaint_groups.index", {Role.HEAD_OFFICE, Role.OFFICE}),
        (_("Matters of complaints"), "complaint_codes.index", {Role.HEAD_OFFICE}),
    ]
    return [
        (label, url_for(endpoint))
        for label, endpoint, roles in wanted
        if role in roles and endpoint in current_app.view_functions
    ]
