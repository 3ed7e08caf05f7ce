"""The frame of every staff page: who is signed in, the menu of the role, the start page."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException

from app.clock import beijing_date
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.planning.queries import count_unapproved
from app.web.auth import find_scope
from app.web.services import services
from app.web.transaction import reading
from app.web.words import date_words, role_name

_HEAD = Role.HEAD_OFFICE
_RESULTS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE})
# Pages of the desk that stand under "Progress"; its other pages are follow-up.
_DESK_PROGRESS = frozenset(
    {"desk_followups.progress", "desk_followups.community", "desk_followups.exclude"}
)
_SOON = timedelta(days=45)  # a campaign further away does not press yet
_DESK = frozenset({Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD})


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
    menu: tuple[MenuEntry, ...] = ()


def start_endpoint(role: Role) -> str:
    """Return the endpoint of the first page somebody of this role sees."""
    starts = {
        Role.HEAD_OFFICE: "hq_start.show",
        Role.LEADER: "hq_tracker.index",
        Role.OFFICE: "desk_followups.progress",
        Role.STEWARD: "desk_followups.index",
        Role.CLERK: "entry_keying.start",
        Role.INTERVIEWER: "interview.show",
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


def _menu(role: Role) -> tuple[MenuEntry, ...]:
    is_desk = role in {Role.OFFICE, Role.STEWARD}
    tracker = "desk_followups.progress" if is_desk else "hq_tracker.index"
    lines: tuple[tuple[str, str | None, frozenset[Role]], ...] = (
        (_("Due today"), "hq_start.show", frozenset({_HEAD})),
        (_("Progress"), tracker, _DESK | {Role.LEADER}),
        (_plans_label(role), "hq_plan.index", frozenset({Role.LEADER, Role.OFFICE})),
        (_("Letters delivered"), "contacts.index", _DESK),
        (_("Gates"), "hq_gates.index", frozenset({_HEAD, Role.LEADER})),
        (_("Results"), "hq_results.index", _RESULTS),
        (_("After the answers"), None, _DESK),
        (_("Follow-up"), "desk_followups.index", _DESK),
        (_("Home visits"), "desk_visits.index", _DESK),
        (_("Public answers"), "hq_answers.index", frozenset({_HEAD})),
        (_("What owners wrote"), "hq_words.index", frozenset({_HEAD})),
        (_("Alarms of owners"), "hq_alarms.index", frozenset({_HEAD})),
        (_("Preparation"), None, frozenset({_HEAD})),
        (_("Campaigns"), "hq_campaigns.index", frozenset({_HEAD})),
        (_("Letters and messages"), "hq_messages.index", frozenset({_HEAD})),
        (_("Calendar"), "hq_calendar.show", frozenset({_HEAD})),
        (_("Register"), "hq_register.index", frozenset({_HEAD})),
        (_("Find a home"), "hq_households.index", _DESK),
        (_("Key in paper"), "entry_keying.start", frozenset({_HEAD, Role.CLERK})),
        (_("Home interviews"), "interview.show", frozenset({Role.INTERVIEWER})),
    )
    here = (request.endpoint or "").partition(".")[0]
    return tuple(
        MenuEntry(
            label,
            url_for(endpoint) if endpoint else None,
            is_current=endpoint is not None and _is_here(endpoint, here),
        )
        for label, endpoint, roles in lines
        if role in roles
    )


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
    if blueprint == "hq_voids":
        blueprint = "hq_gates"
    return endpoint.partition(".")[0] == blueprint
