"""Accounts: find one, see what it may do and what happened to it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for

from app.i18n import gettext as _
from app.staff.models import AuditEntry, OneTimeLink, Role, Staff
from app.staff.people import factors, queries
from app.staff.people.queries import PeopleFilter, PersonRow, PersonState
from app.staff.people.rules import Places, places_of
from app.staff.people.services import Rights, rights_of
from app.staff.queries import list_named
from app.staff.scope import SYSTEM_ACTOR
from app.staff.services import IDLE, LONGEST
from app.surveys.register.queries import list_all_communities, list_regions
from app.web.access import access_person
from app.web.admin.words import action_name, role_does, state_name
from app.web.auth import current_scope, require_role
from app.web.keys import key_in
from app.web.services import services
from app.web.transaction import reading
from app.web.words import beijing_date_words, beijing_time, role_name

bp = Blueprint("admin_people", __name__, url_prefix="/admin")

_LOOKS = (Role.ADMIN, Role.HEAD_OFFICE)
_PAGE = 50
_HISTORY = 20


@dataclass(frozen=True, slots=True)
class PersonLine:
    """An account in the list, in words."""

    id: int
    login: str
    name: str
    role: str
    where: str
    state: str
    kind: str
    signed_in: str
    has_code: bool


@bp.get("/")
@require_role(*_LOOKS)
def index() -> str:
    """List the accounts; head office sees those of head office."""
    wanted = _wanted()
    page = max(key_in(request.args.get("page")) or 1, 1)
    count = queries.count_people(reading(), wanted)
    rows = queries.list_people(reading(), wanted, offset=(page - 1) * _PAGE, limit=_PAGE)
    return render_template(
        "admin/people.html",
        lines=[_line(row) for row in rows],
        count=count,
        wanted=wanted,
        page=page,
        before=_page_address(page - 1) if page > 1 else None,
        after=_page_address(page + 1) if page * _PAGE < count else None,
        roles=[(role.value, role_name(role)) for role in Role],
        states=[(state.value, state_name(state)) for state in PersonState],
        may_change=current_scope().role is Role.ADMIN,
    )


@bp.get("/people/<int:staff_id>")
@require_role(*_LOOKS)
def show(staff_id: int) -> str:
    """Show one account."""
    staff = access_person(staff_id)
    return person_page(staff)


def person_page(staff: Staff, problem: str = "") -> str:
    """Return the page of one account, with what could not be done."""
    now, role = services().now(), Role(staff.role)
    rights = rights_of(reading(), staff)
    sessions = queries.list_open_sessions(
        reading(), staff.id, born_after=now - LONGEST, seen_after=now - IDLE
    )
    return render_template(
        "admin/person.html",
        staff=staff,
        role=role_name(role),
        does=role_does(role),
        where=_places(rights),
        needs_places=_needs_places(rights),
        state=state_name(state_of(staff)),
        kind=_kind(state_of(staff)),
        is_disabled=staff.disabled_at is not None,
        signed_in=_when(staff.signed_in_at),
        sessions=len(sessions),
        has_code=factors.has_factor(reading(), staff.id),
        link=_link_words(queries.find_open_link(reading(), staff.id, now)),
        history=_history(staff) if current_scope().role is Role.ADMIN else [],
        is_own=staff.id == current_scope().staff_id,
        may_change=current_scope().role is Role.ADMIN,
        problem=problem,
    )


def state_of(staff: Staff) -> PersonState:
    """Return what an account is good for."""
    if staff.disabled_at is not None:
        return PersonState.DISABLED
    return PersonState.ACTIVE if staff.password_hash else PersonState.INVITED


def _wanted() -> PeopleFilter:
    """Return the filter in the address; what cannot be read filters nothing."""
    role, state = request.args.get("role", ""), request.args.get("state", "")
    if current_scope().role is not Role.ADMIN:
        role = Role.HEAD_OFFICE.value
    return PeopleFilter(
        request.args.get("q", "").strip()[:64],
        Role(role) if role in set(Role) else None,
        PersonState(state) if state in set(PersonState) else None,
    )


def _page_address(page: int) -> str:
    kept = {key: request.args[key] for key in ("q", "role", "state") if request.args.get(key)}
    return f"{url_for('.index')}?{urlencode({**kept, 'page': page})}"


def _line(row: PersonRow) -> PersonLine:
    staff, state = row.staff, state_of(row.staff)
    return PersonLine(
        staff.id,
        staff.login,
        staff.name,
        role_name(Role(staff.role)),
        _where(row),
        state_name(state),
        _kind(state),
        _when(staff.signed_in_at),
        row.has_code,
    )


def _where(row: PersonRow) -> str:
    places = places_of(Role(row.staff.role))
    if places is Places.ALL or row.staff.all_communities:
        return _("All communities")
    if places is Places.NONE:
        return "—"
    if places is Places.REGIONS:
        return _("{count} regions").format(count=row.regions)
    return _("{count} communities").format(count=row.communities)


def _places(rights: Rights) -> list[str]:
    if places_of(rights.role) is Places.ALL or rights.all_communities:
        return [_("All communities")]
    names = [region.name for region in list_regions(reading()) if region.id in rights.region_ids]
    if rights.community_ids:
        names += [
            community.name
            for community in list_all_communities(reading())
            if community.id in rights.community_ids
        ]
    return names


def _needs_places(rights: Rights) -> bool:
    """Say whether somebody sees nothing because no place was given yet."""
    is_given = rights.community_ids or rights.region_ids or rights.all_communities
    return not is_given and places_of(rights.role) in {Places.COMMUNITIES, Places.REGIONS}


def _kind(state: PersonState) -> str:
    kinds = {PersonState.ACTIVE: "released", PersonState.INVITED: "clock"}
    return kinds.get(state, "not_open")


def _when(instant: datetime | None) -> str:
    return beijing_date_words(instant) if instant else _("never")


def _link_words(link: OneTimeLink | None) -> str:
    if link is None:
        return ""
    return _("A one-time link is open until {time}.").format(time=beijing_time(link.expires_at))


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Something that happened to an account, in words."""

    when: str
    what: str
    who: str


def _history(staff: Staff) -> list[HistoryLine]:
    entries = queries.list_recent_audit(reading(), f"staff:{staff.id}", _HISTORY)
    names = list_named(reading(), {_staff_id(entry) for entry in entries} - {0})
    return [
        HistoryLine(
            beijing_time(entry.at),
            action_name(entry.action, entry.detail),
            "" if _staff_id(entry) == staff.id else _actor(entry, names),
        )
        for entry in entries
    ]


def _staff_id(entry: AuditEntry) -> int:
    number = entry.actor.removeprefix("staff:")
    return int(number) if number.isdigit() else 0


def _actor(entry: AuditEntry, names: dict[int, str]) -> str:
    if entry.actor == SYSTEM_ACTOR:
        return _("on the server")
    return names.get(_staff_id(entry), "")
