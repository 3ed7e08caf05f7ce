"""Other systems: their keys and webhooks in one list; a key is made, shown once, revoked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date, last_day_before
from app.i18n import gettext as _
from app.integrations import keys, queries
from app.integrations.errors import KeyGoneError
from app.integrations.hooks import queries as hook_queries
from app.integrations.models import ApiKey, Webhook
from app.integrations.scopes import KeyScope
from app.staff.models import Role
from app.staff.queries import list_named
from app.surveys.register.queries import list_all_communities, list_regions
from app.web.admin.integrations_forms import ActForm, KeyForm
from app.web.admin.integrations_words import (
    hook_state,
    key_state,
    scope_words,
    topic_words,
)
from app.web.auth import current_scope, require_role
from app.web.services import services
from app.web.transaction import reading, transaction
from app.web.words import beijing_date_words, beijing_time, date_words

bp = Blueprint("admin_integrations", __name__, url_prefix="/admin/connections")

_USUAL_LIFE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Group:
    """The communities of one region, to choose from."""

    name: str
    communities: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key in the list, in words."""

    id: int
    name: str
    beginning: str
    scopes: str
    where: str
    until: str
    used: str
    state: str
    kind: str


@dataclass(frozen=True, slots=True)
class HookLine:
    """A webhook in the list, in words."""

    id: int
    name: str
    address: str
    topics: str
    state: str
    kind: str


@bp.get("/")
@require_role(Role.ADMIN)
def index() -> str:
    """List keys and webhooks."""
    now = services().now()
    return render_template(
        "admin/integrations.html",
        keys=[_key_line(row, now) for row in queries.list_keys(reading())],
        hooks=[_hook_line(one) for one in hook_queries.list_webhooks(reading())],
    )


@bp.get("/keys/new")
@require_role(Role.ADMIN)
def new_key() -> str:
    """Show the form of a key."""
    form = KeyForm(formdata=None)
    form.expires_on.data = beijing_date(services().now() + _USUAL_LIFE)
    form.per_minute.data = keys.USUAL_RATE
    return _form_page(form)


@bp.post("/keys/new")
@require_role(Role.ADMIN)
def make_key() -> str | tuple[str, int]:
    """Make a key and show its secret, once."""
    form, known = KeyForm(), known_communities()
    is_good = form.validate()
    if form.needs_places(known) or not is_good:
        return _form_page(form), 422
    with transaction() as session:
        key, token = keys.make_key(
            session,
            services().vault,
            form.wish(known),
            actor=current_scope(),
            now=services().now(),
        )
        shown = (key.id, key.name)
    return secret_page(
        title=_("Key for {name}").format(name=shown[1]),
        secret=token,
        lead=_("The system sends it with every request. It is shown only now."),
        back=url_for(".show_key", key_id=shown[0]),
    )


@bp.get("/keys/<int:key_id>")
@require_role(Role.ADMIN)
def show_key(key_id: int) -> str:
    """Show one key."""
    key = _access_key(key_id)
    now = services().now()
    state, kind = key_state(keys.state_of(key, now=now))
    people = {key.made_by, key.revoked_by or key.made_by}
    names = list_named(reading(), people)
    words = scope_words()
    return render_template(
        "admin/integration_key.html",
        key=key,
        beginning=keys.beginning_of(key),
        state=state,
        kind=kind,
        is_active=keys.state_of(key, now=now) == "active",
        scopes=[words[one] for one in KeyScope if one in keys.scopes_of(key)],
        where=places_words(
            queries.list_key_communities(reading(), key.id),
            everywhere=key.all_communities,
        ),
        made=f"{beijing_time(key.made_at)} · {names.get(key.made_by, '')}",
        until=date_words(last_day_before(key.expires_at)),
        used=_when(key.used_at),
        revoked=""
        if key.revoked_at is None
        else f"{beijing_time(key.revoked_at)} · {names.get(key.revoked_by or 0, '')}",
        form=ActForm(),
    )


@bp.post("/keys/<int:key_id>/revoke")
@require_role(Role.ADMIN)
def revoke_key(key_id: int) -> Response:
    """End a key at once."""
    if not ActForm().validate():
        abort(400)
    _access_key(key_id)
    try:
        with transaction() as session:
            keys.revoke_key(session, key_id, actor=current_scope(), now=services().now())
    except KeyGoneError:
        flash(_("This key was revoked before."))
    else:
        flash(_("The key is revoked: its next request is refused."))
    return redirect(url_for(".show_key", key_id=key_id))


def secret_page(*, title: str, secret: str, lead: str, back: str) -> str:
    """Show a secret once."""
    return render_template(
        "admin/integration_secret.html", title=title, secret=secret, lead=lead, back=back
    )


def known_communities() -> set[int]:
    """Return the keys of all communities."""
    return {one.id for one in list_all_communities(reading())}


def groups() -> list[Group]:
    """Return the living communities by region, to choose from."""
    regions = {region.id: region.name for region in list_regions(reading())}
    found: dict[str, list[tuple[int, str]]] = {}
    for one in list_all_communities(reading()):
        if one.retired_on is None:
            name = regions.get(one.region_id or 0, _("Without a region"))
            found.setdefault(name, []).append((one.id, one.name))
    return [Group(name, communities) for name, communities in sorted(found.items())]


def places_words(communities: frozenset[int], *, everywhere: bool) -> str:
    """Return the communities of a key or a webhook in words."""
    if everywhere:
        return _("All communities")
    names = [one.name for one in list_all_communities(reading()) if one.id in communities]
    return _(", ").join(names) if names else _("no community")


def _access_key(key_id: int) -> ApiKey:
    key = queries.find_key(reading(), key_id)
    if key is None:
        abort(404)
    return key


def _form_page(form: KeyForm) -> str:
    return render_template(
        "admin/integration_key_form.html",
        form=form,
        scopes=[(one.value, *words) for one, words in scope_words().items()],
        chosen=set(form.scopes.data or ()),
        groups=groups(),
        places=set(form.communities.data or ()),
    )


def _key_line(row: queries.KeyRow, now: datetime) -> KeyLine:
    key, words = row.key, scope_words()
    state, kind = key_state(keys.state_of(key, now=now))
    where = (
        _("All communities")
        if key.all_communities
        else _("{count} communities").format(count=row.communities)
    )
    return KeyLine(
        key.id,
        key.name,
        keys.beginning_of(key),
        _(", ").join(words[one][0] for one in KeyScope if one in keys.scopes_of(key)),
        where,
        date_words(last_day_before(key.expires_at)),
        _when(key.used_at),
        state,
        kind,
    )


def _hook_line(hook: Webhook) -> HookLine:
    words = topic_words()
    state, kind = hook_state(hook.why_off)
    topics = _(", ").join(
        name for one, (name, _told) in words.items() if one in hook.topics.split()
    )
    return HookLine(hook.id, hook.name, hook.address, topics, state, kind)


def _when(instant: datetime | None) -> str:
    return beijing_date_words(instant) if instant else _("never")
