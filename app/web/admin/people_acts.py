"""What an administrator does with an account. Links are shown once, on the page that made them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import segno
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.staff.errors import (
    DisabledPersonError,
    LastAdministratorError,
    LoginTakenError,
    OddLoginError,
    OwnAccountError,
)
from app.staff.models import Role, Staff
from app.staff.people import services as people
from app.staff.people.links import MadeLink
from app.staff.people.rules import Places, places_of
from app.surveys.register.queries import list_all_communities, list_regions
from app.web.access import access_person
from app.web.admin.forms import ActForm, InvitationForm, PersonForm
from app.web.admin.people import person_page
from app.web.admin.words import role_does
from app.web.auth import current_scope, require_role
from app.web.services import services
from app.web.transaction import reading, transaction
from app.web.words import beijing_date_words, beijing_time, role_name

F = TypeVar("F", bound=PersonForm)

bp = Blueprint("admin_acts", __name__, url_prefix="/admin/people")


@dataclass(frozen=True, slots=True)
class Group:
    """The communities of one region, to choose from."""

    name: str
    communities: list[tuple[int, str]]


@bp.get("/new")
@require_role(Role.ADMIN)
def new() -> str:
    """Show the form of an invitation."""
    form = _offer(InvitationForm(formdata=None))
    form.role.data = Role.OFFICE.value
    return _form_page(form, None)


@bp.post("/new")
@require_role(Role.ADMIN)
def invite() -> str | tuple[str, int]:
    """Make the account and show its link."""
    form = _offer(InvitationForm())
    if not form.validate():
        return _form_page(form, None), 422
    try:
        with transaction() as session:
            staff, link = people.invite(
                session,
                login=form.login.data,
                name=form.name.data,
                rights=form.rights(*_keys()),
                actor=current_scope(),
                now=services().now(),
            )
    except LoginTakenError:
        form.login.errors = [_("Somebody has this login already.")]
    except OddLoginError:
        form.login.errors = [_("Letters, digits, dot, dash, underscore and @ only, at least two.")]
    else:
        return _link_page(staff, link)
    return _form_page(form, None), 422


@bp.get("/<int:staff_id>/edit")
@require_role(Role.ADMIN)
def edit(staff_id: int) -> str:
    """Show the form of a name, a role and places."""
    staff = access_person(staff_id)
    rights = people.rights_of(reading(), staff)
    form = _offer(PersonForm(formdata=None))
    form.name.data, form.role.data = staff.name, rights.role.value
    form.communities.data = sorted(rights.community_ids)
    form.regions.data = sorted(rights.region_ids)
    form.all_communities.data = rights.all_communities
    return _form_page(form, staff)


@bp.post("/<int:staff_id>/edit")
@require_role(Role.ADMIN)
def change(staff_id: int) -> tuple[str, int] | Response:
    """Change name, role and places; a change of rights signs the person out."""
    staff = access_person(staff_id)
    form = _offer(PersonForm())
    if not form.validate():
        return _form_page(form, staff), 422
    actor, now, is_own = current_scope(), services().now(), staff_id == current_scope().staff_id
    try:
        with transaction() as session:
            people.rename(session, staff_id, form.name.data, actor=actor, now=now)
            if not is_own:
                rights = form.rights(*_keys())
                people.change_rights(session, staff_id, rights, actor=actor, now=now)
    except LastAdministratorError:
        form.role.errors = [_last_words()]
        return _form_page(form, access_person(staff_id)), 422
    flash(_("Saved."), "done")
    return redirect(url_for("admin_people.show", staff_id=staff_id))


@bp.post("/<int:staff_id>/link")
@require_role(Role.ADMIN)
def make_link(staff_id: int) -> str | tuple[str, int]:
    """Make a one-time link and show it; the one before stops working."""
    staff = access_person(staff_id)
    _token_or_400()
    try:
        with transaction() as session:
            link = people.make_link(session, staff_id, actor=current_scope(), now=services().now())
    except OwnAccountError:
        return person_page(access_person(staff_id), _own_words()), 422
    except DisabledPersonError:
        return person_page(access_person(staff_id), _("Enable the account first.")), 422
    return _link_page(staff, link)


@bp.post("/<int:staff_id>/<any(disable, enable, sign_out, remove_code):act>")
@require_role(Role.ADMIN)
def do(staff_id: int, act: str) -> tuple[str, int] | Response:
    """Disable or enable an account, sign it out everywhere, or take its second factor away."""
    access_person(staff_id)
    _token_or_400()
    try:
        with transaction() as session:
            _ACTS[act](session, staff_id)
    except OwnAccountError:
        return person_page(access_person(staff_id), _own_words()), 422
    except LastAdministratorError:
        return person_page(access_person(staff_id), _last_words()), 422
    flash(_("Done."), "done")
    return redirect(url_for("admin_people.show", staff_id=staff_id))


def _disable(session: Session, staff_id: int) -> None:
    people.disable(session, staff_id, actor=current_scope(), now=services().now())


def _enable(session: Session, staff_id: int) -> None:
    people.enable(session, staff_id, actor=current_scope(), now=services().now())


def _sign_out(session: Session, staff_id: int) -> None:
    people.end_sessions(session, staff_id, actor=current_scope(), now=services().now())


def _remove_code(session: Session, staff_id: int) -> None:
    people.remove_factor(session, staff_id, actor=current_scope(), now=services().now())


_ACTS: dict[str, Callable[[Session, int], None]] = {
    "disable": _disable,
    "enable": _enable,
    "sign_out": _sign_out,
    "remove_code": _remove_code,
}


def _token_or_400() -> None:
    if not ActForm().validate():
        abort(400)


def _own_words() -> str:
    return _("This is your own account: another administrator has to do that.")


def _last_words() -> str:
    return _("Nobody else could manage accounts. Invite a second administrator first.")


def _offer(form: F) -> F:
    form.role.choices = [(role.value, role_name(role)) for role in Role]
    return form


def _keys() -> tuple[set[int], set[int]]:
    communities = {community.id for community in list_all_communities(reading())}
    return communities, {region.id for region in list_regions(reading())}


def _form_page(form: PersonForm, staff: Staff | None) -> str:
    regions = list_regions(reading())
    names = {region.id: region.name for region in regions}
    groups: dict[str, Group] = {name: Group(name, []) for name in names.values()}
    for community in list_all_communities(reading()):
        name = names.get(community.region_id or 0, "")
        group = groups.setdefault(name, Group(name or _("Without a region"), []))
        group.communities.append((community.id, community.name))
    return render_template(
        "admin/person_form.html",
        form=form,
        staff=staff,
        is_own=staff is not None and staff.id == current_scope().staff_id,
        chosen=set(form.communities.data or ()),
        chosen_regions=set(form.regions.data or ()),
        groups=[group for group in groups.values() if group.communities],
        regions=[(region.id, region.name) for region in regions],
        roles=[
            (role.value, role_name(role), role_does(role), places_of(role).value) for role in Role
        ],
        by_region=Places.REGIONS.value,
    )


def _link_page(staff: Staff, link: MadeLink) -> str:
    """Show a link: its host is the one of the settings, whatever the request called us."""
    address = f"{services().config.public_url}{url_for('link.enter', token=link.token)}"
    return render_template(
        "admin/link.html",
        staff=staff,
        is_first=link.kind.value == "invitation",
        address=address,
        picture=segno.make(address, error="m").svg_data_uri(scale=4, border=4, light="#fff"),
        until=f"{beijing_date_words(link.expires_at)} {beijing_time(link.expires_at)[-5:]}",
    )
