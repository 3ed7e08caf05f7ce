"""The register of contacts outside the company: authority, street, developer, firms."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.service.talks.events import services
from app.service.talks.events.queries import find_contact
from app.service.talks.events.services import ContactInput
from app.service.talks.models import OutsideKind
from app.staff.models import Role
from app.web.auth import current_scope, require_role
from app.web.services import services as outside
from app.web.talks.acting import attempt, own_communities
from app.web.talks.forms import ContactForm, PlainForm
from app.web.transaction import reading

bp = Blueprint("talks_contacts", __name__, url_prefix="/talks/contacts")

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE, Role.STEWARD)
WRITERS = (Role.HEAD_OFFICE, Role.OFFICE)
_ALL = "0"


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """Show the contacts of this person's communities and of the company."""
    return _page()


@bp.post("/")
@require_role(*WRITERS)
def add() -> tuple[str, int] | Response:
    """Add a contact."""
    form = ContactForm()
    form.offer(_places())
    if not attempt(form, lambda session: _keep(session, form, None), _("The contact is kept.")):
        return _page(form), 422
    return redirect(url_for(".index"))


@bp.post("/<int:outside_contact_id>")
@require_role(*WRITERS)
def change(outside_contact_id: int) -> tuple[str, int] | Response:
    """Change a contact."""
    if find_contact(reading(), current_scope(), outside_contact_id) is None:
        abort(404)
    form = ContactForm()
    form.offer(_places())

    def act(session: Any) -> None:
        _keep(session, form, outside_contact_id)

    if not attempt(form, act, _("The contact is kept.")):
        return _page(form, changed=outside_contact_id), 422
    return redirect(url_for(".index"))


@bp.post("/<int:outside_contact_id>/retire")
@require_role(*WRITERS)
def retire(outside_contact_id: int) -> Response:
    """Take a contact out of the register."""
    form = PlainForm()
    if not form.validate():
        abort(400)
    attempt(
        form,
        lambda session: services.retire_contact(
            session, current_scope(), outside_contact_id, now=outside().now()
        ),
        _("The contact is gone from the list."),
    )
    return redirect(url_for(".index"))


def _keep(session: Any, form: ContactForm, key: int | None) -> None:
    place = None if form.community.data == _ALL else int(form.community.data)
    wanted = ContactInput(
        place,
        OutsideKind(form.kind.data),
        form.organisation.data,
        form.matter.data or "",
        form.person.data,
        form.phone.data,
    )
    services.keep_contact(
        session,
        outside().vault,
        current_scope(),
        wanted,
        contact_id=key,
        now=outside().now(),
    )


def _places() -> list[tuple[str, str]]:
    own = own_communities()
    if current_scope().role is Role.HEAD_OFFICE:
        return [(_ALL, _("Whole company")), *own]
    return own


def _page(form: ContactForm | None = None, *, changed: int | None = None) -> str:
    views = services.contact_views(reading(), outside().vault, current_scope())
    is_head = current_scope().role is Role.HEAD_OFFICE
    may_write = current_scope().role in WRITERS
    edits = {}
    for one in views if may_write else ():
        if one.community_id is None and not is_head:
            continue
        edit = ContactForm(
            formdata=None,
            community=str(one.community_id or _ALL),
            kind=one.kind.value,
            organisation=one.organisation,
            matter=one.matter,
            person=one.person,
            phone=one.phone,
        )
        edit.offer(_places())
        edits[one.id] = form if changed == one.id and form is not None else edit
    new = form if form is not None and changed is None else ContactForm(formdata=None)
    new.offer(_places())
    return render_template(
        "talks/contacts.html",
        views=views,
        edits=edits,
        form=new,
        changed=changed,
        is_open=form is not None and changed is None,
        plain=PlainForm(formdata=None),
        may_write=may_write,
    )
