"""The frame of every staff page: who is signed in, the menu of the role, the start page."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException

from app.clock import beijing_date
from app.i18n import gettext as _
from app.integrations.hooks.queries import count_off
from app.staff.models import Role
from app.surveys.campaign.planning.queries import count_unapproved
from app.web.alarm_count import overdue
from app.web.auth import find_scope
from app.web.services import services
from app.web.transaction import reading
from app.web.words import date_words, role_name

_HEADS = frozenset({Role.HEAD_OFFICE})
_WATCHING = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.REGION})
_RESULTS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE, Role.COMMITTEE})
_FEW = 8  # lines that need no headings
# Pages of the desk that stand under "Progress"; its other pages are follow-up.
_DESK_PROGRESS = frozenset(
    {"desk_followups.progress", "desk_followups.community", "desk_followups.exclude"}
)
# Who reads what is raised by many, and what is done about it.
_PROBLEMS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE})
_BESIDE = {
    "hq_history_files": "hq_history",
    "hq_integrity_acts": "hq_integrity",
    "hq_problem_steps": "hq_problems",
    "hq_bulletins": "hq_answers",
    "hq_promises": "hq_actions",
    "admin_acts": "admin_people",
    "admin_hooks": "admin_integrations",
    "account_code": "account",
    **dict.fromkeys(
        ("entry_scan_pages", "entry_scan_review", "entry_scan_checks", "entry_scan_office"),
        "entry_scans",
    ),
    "hq_rights_copy": "hq_rights",
    "hq_rights_timers": "hq_rights",
    "hq_market_setup": "hq_market",
    "hq_market_results": "hq_market",
    "agency_interviews": "agency",
    "agency_files": "agency",
    "agency_checks": "agency",
    "hq_instrument_drafts": "hq_instruments",
    "standard_losses": "standards",
    "hq_household_types": "hq_households",
    "preview": "hq_instruments",
    **dict.fromkeys(
        ("complaint_intake", "complaint_page", "complaint_acts", "complaint_codes"), "complaints"
    ),
    "complaint_figures": "complaint_months",
    "complaint_plans": "complaint_months",
    "complaint_prints": "complaint_months",
    "complaint_training": "complaint_months",
    "call_back_links": "call_backs",
    **dict.fromkeys(
        ("repair_acts", "repair_visits", "repair_flags", "repair_files", "repair_tray"), "repairs"
    ),
    "repair_watch": "repairs",
    "repair_rates": "repairs",
    "call_back_records": "call_back_results",
    **dict.fromkeys(
        ("talk_acts", "talks_forum", "talks_activities", "talks_contacts", "talks_reports"), "talks"
    ),
}
_SOON = timedelta(days=45)  # a campaign further away does not press yet
_TODAY = frozenset(
    {
        *(Role.HEAD_OFFICE, Role.LEADER, Role.REGION),
        *(Role.OFFICE, Role.STEWARD, Role.COMMITTEE, Role.CALLER),
    }
)
_MARKET = frozenset({Role.HEAD_OFFICE, Role.LEADER})
_COUNTERS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE})
# Everybody of the company; neither the owners' committee nor the outside agency.
_STAFF = frozenset(Role) - {Role.COMMITTEE, Role.AGENCY}
_DESK = frozenset({Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD})
# Who reads what was decided about answers, without what was looked at.
_TOLD = frozenset({Role.LEADER, Role.OFFICE})


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the menu; without `href` it is a heading."""

    label: str
    href: str | None = None
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What the base page shows around the content; empty when nobody is signed in."""

    home: str
    company: str
    demo: bool
    name: str = ""
    role: str = ""
    today: str = ""
    account: str = ""
    menu: tuple[MenuEntry, ...] = ()


def start_endpoint(role: Role) -> str:
    """Return the endpoint of the first page somebody of this role sees."""
    starts = {
        **dict.fromkeys(_TODAY, "today.show"),
        Role.CLERK: "entry_keying.start",
        Role.INTERVIEWER: "interview.show",
        Role.ADMIN: "admin_people.index",
        Role.AGENCY: "agency.index",
    }
    return starts.get(role, "auth.nothing")


def staff_frame() -> Frame:
    """Return the frame of the page being shown."""
    config = services().config
    scope = find_scope()
    if scope is None:
        return Frame(home=url_for("auth.sign_in"), company=config.company, demo=config.demo)
    return Frame(
        home=url_for(start_endpoint(scope.role)),
        company=config.company,
        demo=config.demo,
        name=scope.name,
        role=role_name(scope.role),
        today=date_words(beijing_date(services().now()), weekday=True),
        account=url_for("account.show"),
        menu=_menu(scope.role),
    )


def language_address(language: str) -> str:
    """Return the address that shows this page in another language.

    A page that answers a form has an address that cannot be opened by a link; then it is the page
    the form stands on: the nearest address above that can be.
    """
    arguments = [(key, text) for key, text in request.args.items(multi=True) if key != "lang"]
    if request.method == "POST":
        path, arguments = _page_above(), []
    else:
        path = url_for(request.endpoint or "auth.home", **(request.view_args or {}))
    return f"{path}?{urlencode([*arguments, ('lang', language)])}"


def _page_above() -> str:
    adapter = current_app.url_map.bind("")
    path = request.path
    while path.strip("/"):
        for address in (path, f"{path}/"):
            try:
                endpoint, values = adapter.match(address, method="GET")
            except HTTPException:  # also the redirect that would add a slash: it is tried next
                continue
            return url_for(endpoint, **values)
        path = path.rstrip("/").rpartition("/")[0]
    return url_for("auth.home")


_Line = tuple[str, str, frozenset[Role]]


def _menu(role: Role) -> tuple[MenuEntry, ...]:
    """Return the lines of a role; headings stand where there is more than a screen's handful."""
    here = (request.endpoint or "").partition(".")[0]
    groups = [
        (heading, [line for line in lines if role in line[2]]) for heading, lines in _groups(role)
    ]
    is_long = sum(len(lines) for _heading, lines in groups) > _FEW
    found = []
    for heading, lines in groups:
        if heading and lines and is_long:
            found.append(MenuEntry(heading))
        found += [
            MenuEntry(label, url_for(endpoint), is_current=_is_here(endpoint, here))
            for label, endpoint, _roles in lines
        ]
    return tuple(found)


def _groups(role: Role) -> tuple[tuple[str, tuple[_Line, ...]], ...]:
    return (
        ("", _first_lines(role)),
        (
            _("Results"),
            (
                (_("Results of the company"), "hq_company.index", _WATCHING),
                (_("Results of communities"), "hq_results.index", _RESULTS),
                (_("Market standing"), "hq_market.index", _MARKET),
                (_("Exports"), "hq_exports.index", _RESULTS),
            ),
        ),
        (_("After the answers"), _follow_up_lines()),
        (_("What owners say"), _word_lines()),
        (_("Service"), _service_lines()),
        (_("Preparation"), _preparation_lines()),
        (
            _("People and rights"),
            (
                (_("Accounts"), "admin_people.index", _HEADS | {Role.ADMIN}),
                (_("Rights of owners"), "hq_rights.index", _HEADS),
                (_("Audit log"), "admin_audit.index", _HEADS | {Role.ADMIN}),
                (_systems_label(role), "admin_integrations.index", frozenset({Role.ADMIN})),
            ),
        ),
    )


def _first_lines(role: Role) -> tuple[_Line, ...]:
    is_desk = role in {Role.OFFICE, Role.STEWARD}
    tracker = "desk_followups.progress" if is_desk else "hq_tracker.index"
    return (
        (_due_label(role), "today.show", _TODAY),
        (_("Progress"), tracker, _DESK | _WATCHING),
        (_plans_label(role), "hq_plan.index", frozenset({Role.LEADER, Role.OFFICE})),
        (_("Letters delivered"), "contacts.index", _DESK),
        (_("Gates"), "hq_gates.index", _WATCHING),
        (_("Checks of answers"), "hq_integrity.index", _HEADS),
        (_("Checks of answers"), "hq_integrity_office.index", _TOLD),
        (_("Call sheets"), "hq_calls.index", frozenset({Role.CALLER})),
        (_("Home interviews"), "interview.show", frozenset({Role.INTERVIEWER})),
        (_("Market surveys"), "agency.index", frozenset({Role.AGENCY})),
    )


def _follow_up_lines() -> tuple[_Line, ...]:
    return (
        (_("Triage"), "desk_triage.index", _HEADS),
        (_("Follow-up"), "desk_followups.index", _DESK | {Role.CALLER}),
        (_("Home visits"), "desk_visits.index", _DESK),
        (_("Praise"), "desk_praise.index", _DESK),
        (_("Coverage"), "coverage.index", _COUNTERS),
        (_("Review meetings"), "reviews.index", _COUNTERS),
    )


def _word_lines() -> tuple[_Line, ...]:
    return (
        (_("Sort comments"), "hq_coding.index", _HEADS),
        (_("Shared problems"), "hq_problems.index", _PROBLEMS),
        (_("Public answers"), "hq_answers.index", _PROBLEMS | {Role.COMMITTEE}),
        (_("Corrective actions"), "hq_actions.index", _PROBLEMS),
        (_("What owners wrote"), "hq_words.index", _HEADS),
        (_("Alarms of owners"), "hq_alarms.index", _HEADS),
    )


def _service_lines() -> tuple[_Line, ...]:
    return (
        (_("Complaints"), "complaints.index", _DESK | {Role.LEADER}),
        (_("Reports of complaints"), "complaint_months.index", _COUNTERS),
        (_("Announcements"), "complaint_announcements.index", _STAFF),
        (_("Repairs"), "repairs.index", _DESK | {Role.LEADER}),
        (_("Call-backs"), "call_backs.index", _HEADS | {Role.CALLER}),
        (_("Call-backs"), "call_back_results.show", _TOLD | {Role.REGION}),
        (_("Talks and opinions"), "talks.index", _COUNTERS),
        (_("Talks and opinions"), "talks_forum.index", frozenset({Role.STEWARD})),
        (_("Talks with the office"), "talks_committee.index", frozenset({Role.COMMITTEE})),
        (_("Standards and losses"), "standards.index", _COUNTERS),
        (_("Service guide"), "standard_guide.index", frozenset({Role.STEWARD})),
        (_("Key figures"), "standard_kpi.index", _MARKET),
        (_("Documents"), "records.index", _COUNTERS),
    )


def _preparation_lines() -> tuple[_Line, ...]:
    return (
        (_("Campaigns"), "hq_campaigns.index", _HEADS),
        (_("Questionnaires"), "hq_instruments.index", _HEADS),
        (_("Letters and messages"), "hq_messages.index", _HEADS),
        (_("Paper questionnaires"), "hq_forms.index", _HEADS),
        (_("Calendar"), "hq_calendar.show", _HEADS),
        (_("Register"), "hq_register.index", _HEADS),
        (_("Earlier campaigns"), "hq_history.index", _HEADS),
        (_("Find a home"), "hq_households.index", _DESK),
        (_("Key in paper"), "entry_keying.start", _HEADS | {Role.CLERK}),
        (_("Scanned sheets"), "entry_scans.index", _HEADS | {Role.CLERK}),
    )


def _due_label(role: Role) -> str:
    """Return the name of the start page, and whether something on it is overdue."""
    scope = find_scope()
    if role not in _TODAY or scope is None:
        return _("Due today")
    is_late = overdue(scope, now=services().now())
    return _("Due today (overdue)") if is_late else _("Due today")


def _systems_label(role: Role) -> str:
    """Return the name of the other systems; to an administrator with how many went silent."""
    count = count_off(reading()) if role is Role.ADMIN else 0
    return f"{_('Other systems')} ({count})" if count else _("Other systems")


def _plans_label(role: Role) -> str:
    """Return the name of the plans; to a leader with how many wait for his approval."""
    if role is not Role.LEADER:
        return _("Campaign plans")
    soon = beijing_date(services().now()) + _SOON
    count = count_unapproved(reading(), soon)
    return f"{_('Campaign plans')} ({count})" if count else _("Campaign plans")


def _is_here(endpoint: str, blueprint: str) -> bool:
    """Say whether the menu line is the page shown, or the list that page belongs to."""
    if blueprint == "desk_followups":
        here = "progress" if request.endpoint in _DESK_PROGRESS else "index"
        return endpoint == f"{blueprint}.{here}"
    if blueprint in {"desk_visit_week", "desk_visit_record", "desk_offline"}:
        blueprint = "desk_visits"
    if blueprint == "hq_voids":
        blueprint = "hq_gates"
    blueprint = _BESIDE.get(blueprint, blueprint)
    return endpoint.partition(".")[0] == blueprint
