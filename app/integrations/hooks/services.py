"""Webhooks: register one, switch it off and on, test it, send a message again. No commit."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.integrations.errors import NothingToSendError
from app.integrations.hooks import queries
from app.integrations.hooks.addresses import read_address
from app.integrations.hooks.events import TEST, body_of
from app.integrations.hooks.sending import Sent
from app.integrations.hooks.signing import secret_text
from app.integrations.models import (
    Delivery,
    DeliveryState,
    DeliveryTry,
    Webhook,
    WebhookCommunity,
    WhyOff,
)
from app.integrations.scopes import Topic
from app.staff import audit
from app.staff.scope import SYSTEM_ACTOR, Scope
from app.vault import Vault

SECRET_BYTES = 32
# After the first try, the second and so on; together a little more than three days.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 600, 840, 1200, 1440))
REST = timedelta(minutes=15)  # at most this long an address that is away is left alone
KEPT_FOR = timedelta(days=90)
GONE = 410
_AWAY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class HookWish:
    """What a new webhook shall be.

    Attributes:
        name: Of the system behind it.
        address: Where messages go.
        topics: What it is told about.
        community_ids: Of which communities; None means all, and the company.
    """

    name: str
    address: str
    topics: frozenset[Topic]
    community_ids: frozenset[int] | None


def make_webhook(
    session: Session,
    vault: Vault,
    wish: HookWish,
    *,
    own_hosts: Collection[str],
    actor: Scope,
    now: datetime,
) -> tuple[Webhook, str]:
    """Register an address; it is told what happens from now on.

    Returns:
        The webhook and the secret of its signatures, shown once.

    Raises:
        AddressError: The address may not be called.
    """
    read_address(wish.address, own_hosts)
    secret = secret_text(secrets.token_bytes(SECRET_BYTES))
    made = Webhook(
        name=wish.name,
        address=wish.address,
        secret_sealed=vault.seal(secret, "webhook"),
        topics=" ".join(sorted(wish.topics)),
        all_communities=wish.community_ids is None,
        made_by=actor.staff_id,
        made_at=now,
        on_since=now,
    )
    session.add(made)
    session.flush()
    for community_id in sorted(wish.community_ids or ()):
        session.add(WebhookCommunity(webhook_id=made.id, community_id=community_id))
    _audit(session, actor, "webhook.made", made.id, detail=made.topics, now=now)
    return made, secret


def new_secret(
    session: Session, vault: Vault, webhook: Webhook, *, actor: Scope, now: datetime
) -> str:
    """Give a webhook another secret; the one before signs nothing any more."""
    secret = secret_text(secrets.token_bytes(SECRET_BYTES))
    webhook.secret_sealed = vault.seal(secret, "webhook")
    _audit(session, actor, "webhook.secret", webhook.id, now=now)
    return secret


def turn_off(session: Session, webhook: Webhook, *, actor: Scope, now: datetime) -> None:
    """Tell a webhook nothing any more; what waits stays waiting."""
    if webhook.off_at is None:
        webhook.off_at, webhook.why_off = now, WhyOff.BY_HAND
        _audit(session, actor, "webhook.off", webhook.id, detail=WhyOff.BY_HAND, now=now)


def turn_on(session: Session, webhook: Webhook, *, actor: Scope, now: datetime) -> None:
    """Tell a webhook what happens from now on, and first what still waits."""
    if webhook.off_at is not None:
        webhook.off_at = webhook.why_off = webhook.held_until = None
        webhook.on_since = now
        _audit(session, actor, "webhook.on", webhook.id, now=now)


def send_test(session: Session, webhook: Webhook, *, actor: Scope, now: datetime) -> Delivery:
    """Queue a message that says nothing."""
    mark = secrets.token_hex(6)
    made = Delivery(
        webhook_id=webhook.id,
        name=f"msg_{webhook.id}_test_{mark}",
        source="test",
        source_id=None,
        kind=TEST,
        subject=f"test:{mark}",
        body=body_of(TEST, now, {"webhook": webhook.id}),
        made_at=now,
        next_at=now,
    )
    session.add(made)
    webhook.held_until = None
    _audit(session, actor, "webhook.test", webhook.id, now=now)
    return made


def send_again(session: Session, delivery_id: int, *, actor: Scope, now: datetime) -> None:
    """Queue a message again that was delivered or given up; it keeps its name.

    Raises:
        NothingToSendError: It waits already, or its webhook is off.
    """
    found = queries.lock_delivery(session, delivery_id)
    webhook = None if found is None else queries.lock_webhook(session, found.webhook_id)
    if found is None or webhook is None or webhook.off_at is not None:
        raise NothingToSendError(delivery_id)
    if found.state is DeliveryState.WAITING and found.next_at <= now:
        raise NothingToSendError(delivery_id)
    if found.state is not DeliveryState.WAITING:
        found.state, found.ended_at, found.tries = DeliveryState.WAITING, None, 0
    found.next_at = now
    webhook.held_until = None
    _audit(session, actor, "webhook.again", webhook.id, detail=found.name, now=now)


def record_try(session: Session, delivery_id: int, sent: Sent, *, now: datetime) -> None:
    """Keep what came of a try, and decide what comes next."""
    found = queries.lock_delivery(session, delivery_id)
    if found is None or found.state is not DeliveryState.WAITING:
        return
    webhook = queries.lock_webhook(session, found.webhook_id)
    found.tries += 1
    session.add(
        DeliveryTry(
            delivery_id=found.id,
            at=now,
            status=sent.status,
            problem=sent.problem,
            millis=sent.millis,
        )
    )
    if sent.is_taken:
        found.state, found.ended_at = DeliveryState.DELIVERED, now
    elif sent.status == GONE and webhook is not None:
        found.next_at = now
        _switch_off(session, webhook, WhyOff.GONE, now=now)
    elif found.tries > len(PAUSES):
        found.state, found.ended_at = DeliveryState.GIVEN_UP, now
        if webhook is not None:
            _switch_off(session, webhook, WhyOff.FAILING, now=now)
    else:
        found.next_at = now + PAUSES[found.tries - 1]
        if webhook is not None and is_away(sent):
            webhook.held_until = min(found.next_at, now + REST)
    session.flush()


def is_away(sent: Sent) -> bool:
    """Say whether nobody was there, so that the next message would fare no better."""
    return not sent.is_taken and (sent.status is None or sent.status in _AWAY)


def _switch_off(session: Session, webhook: Webhook, why: WhyOff, *, now: datetime) -> None:
    if webhook.off_at is None:
        webhook.off_at, webhook.why_off = now, why
        _audit(session, SYSTEM_ACTOR, "webhook.off", webhook.id, detail=why, now=now)


def _audit(
    session: Session,
    actor: Scope | str,
    action: str,
    webhook_id: int,
    *,
    detail: str = "",
    now: datetime,
) -> None:
    subject = f"webhook:{webhook_id}"
    audit.record(session, actor=actor, action=action, subject=subject, detail=detail, now=now)
    session.flush()
