"""Webhooks of other systems: register one, look at its messages, test it, send one again."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.integrations.errors import AddressError, NothingToSendError
from app.integrations.hooks import queries
from app.integrations.hooks import services as hooks
from app.integrations.models import Delivery, DeliveryState, Webhook
from app.staff.models import Role
from app.web.admin.integrations import groups, known_communities, places_words, secret_page
from app.web.admin.integrations_forms import ActForm, HookForm
from app.web.admin.integrations_words import (
    address_words,
    delivery_state,
    hook_state,
    problem_words,
    topic_words,
)
from app.web.auth import current_scope, require_role
from app.web.keys import key_in
from app.web.services import services
from app.web.transaction import reading, transaction
from app.web.words import beijing_time

bp = Blueprint("admin_hooks", __name__, url_prefix="/admin/connections")

_PAGE = 50


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A message in the list, in words."""

    id: int
    made: str
    kind: str
    subject: str
    tries: int
    state: str
    chip: str
    next: str


@bp.get("/webhooks/new")
@require_role(Role.ADMIN)
def new() -> str:
    """Show the form of a webhook."""
    return _form_page(HookForm(formdata=None))


@bp.post("/webhooks/new")
@require_role(Role.ADMIN)
def make() -> str | tuple[str, int]:
    """Register a webhook and show its secret, once."""
    form, known = HookForm(), known_communities()
    is_good = form.validate()
    if form.needs_places(known) or not is_good:
        return _form_page(form), 422
    try:
        with transaction() as session:
            made, secret = hooks.make_webhook(
                session,
                services().vault,
                form.wish(known),
                own_hosts=services().config.webhook_hosts,
                actor=current_scope(),
                now=services().now(),
            )
            key, name = made.id, made.name
    except AddressError as error:
        form.address.errors = [address_words(error.problem)]
        return _form_page(form), 422
    return _secret_page(key, name, secret)


@bp.get("/webhooks/<int:webhook_id>")
@require_role(Role.ADMIN)
def show(webhook_id: int) -> str:
    """Show one webhook and its messages, a page at a time."""
    hook = _access(webhook_id)
    before = key_in(request.args.get("before"))
    found = queries.list_deliveries(reading(), hook.id, before=before, limit=_PAGE)
    counts = queries.count_deliveries(reading(), hook.id)
    state, kind = hook_state(hook.why_off)
    words = topic_words()
    return render_template(
        "admin/integration_hook.html",
        hook=hook,
        state=state,
        kind=kind,
        topics=[words[one] for one in words if one in hook.topics.split()],
        where=places_words(
            frozenset(queries.list_places(reading()).get(hook.id, set())),
            everywhere=hook.all_communities,
        ),
        made=beijing_time(hook.made_at),
        counts=[(delivery_state(one)[0], counts.get(one, 0)) for one in DeliveryState],
        lines=[_line(one) for one in found],
        older=url_for(".show", webhook_id=hook.id, before=found[-1].id)
        if len(found) == _PAGE
        else None,
        newest=url_for(".show", webhook_id=hook.id) if before else None,
        form=ActForm(),
    )


@bp.post("/webhooks/<int:webhook_id>/<any(test, off, on):act>")
@require_role(Role.ADMIN)
def do(webhook_id: int, act: str) -> Response:
    """Test a webhook, or switch it off or on."""
    _check_form()
    _access(webhook_id)
    acts: dict[str, tuple[Callable[[Session, Webhook], object], str]] = {
        "test": (_test, _("A test message is on its way; look again in a minute.")),
        "off": (_turn_off, _("It is switched off; what waits stays waiting.")),
        "on": (_turn_on, _("It is told what happens from now on.")),
    }
    run, words = acts[act]
    with transaction() as session:
        run(session, _locked(session, webhook_id))
    flash(words)
    return redirect(url_for(".show", webhook_id=webhook_id))


@bp.post("/webhooks/<int:webhook_id>/secret")
@require_role(Role.ADMIN)
def new_secret(webhook_id: int) -> str:
    """Give a webhook another secret and show it, once."""
    _check_form()
    _access(webhook_id)
    with transaction() as session:
        hook = _locked(session, webhook_id)
        secret = hooks.new_secret(
            session, services().vault, hook, actor=current_scope(), now=services().now()
        )
        name = hook.name
    return _secret_page(webhook_id, name, secret)


@bp.get("/deliveries/<int:delivery_id>")
@require_role(Role.ADMIN)
def delivery(delivery_id: int) -> str:
    """Show one message and its tries."""
    found = queries.find_delivery(reading(), delivery_id)
    if found is None:
        abort(404)
    tries = [
        (beijing_time(one.at), problem_words(one.problem, one.status), one.millis)
        for one in queries.list_tries(reading(), delivery_id)
    ]
    return render_template(
        "admin/integration_delivery.html",
        found=found,
        line=_line(found),
        hook=_access(found.webhook_id),
        tries=tries,
        form=ActForm(),
    )


@bp.post("/deliveries/<int:delivery_id>/again")
@require_role(Role.ADMIN)
def again(delivery_id: int) -> Response:
    """Queue a message again."""
    _check_form()
    if queries.find_delivery(reading(), delivery_id) is None:
        abort(404)
    try:
        with transaction() as session:
            hooks.send_again(session, delivery_id, actor=current_scope(), now=services().now())
    except NothingToSendError:
        flash(_("It is on its way already, or its webhook is off."))
    else:
        flash(_("It is sent again within a minute, under the same name."))
    return redirect(url_for(".delivery", delivery_id=delivery_id))


def _check_form() -> None:
    if not ActForm().validate():
        abort(400)


def _access(webhook_id: int) -> Webhook:
    hook = queries.find_webhook(reading(), webhook_id)
    if hook is None:
        abort(404)
    return hook


def _locked(session: Session, webhook_id: int) -> Webhook:
    hook = queries.lock_webhook(session, webhook_id)
    if hook is None:
        abort(404)
    return hook


def _test(session: Session, hook: Webhook) -> None:
    hooks.send_test(session, hook, actor=current_scope(), now=services().now())


def _turn_off(session: Session, hook: Webhook) -> None:
    hooks.turn_off(session, hook, actor=current_scope(), now=services().now())


def _turn_on(session: Session, hook: Webhook) -> None:
    hooks.turn_on(session, hook, actor=current_scope(), now=services().now())


def _secret_page(webhook_id: int, name: str, secret: str) -> str:
    return secret_page(
        title=_("Signing secret for {name}").format(name=name),
        secret=secret,
        lead=_("With it the system checks that a message is ours. It is shown only now."),
        back=url_for(".show", webhook_id=webhook_id),
    )


def _form_page(form: HookForm) -> str:
    return render_template(
        "admin/integration_hook_form.html",
        form=form,
        topics=[(one.value, *words) for one, words in topic_words().items()],
        chosen=set(form.topics.data or ()),
        groups=groups(),
        places=set(form.communities.data or ()),
    )


def _line(found: Delivery) -> DeliveryLine:
    state, chip = delivery_state(found.state)
    is_waiting = found.state is DeliveryState.WAITING
    return DeliveryLine(
        found.id,
        beijing_time(found.made_at),
        found.kind,
        found.subject,
        found.tries,
        state,
        chip,
        beijing_time(found.next_at) if is_waiting and found.tries else "",
    )
