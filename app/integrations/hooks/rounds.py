"""What the worker does for webhooks: read the feed, send what is due, forget what is old.

Sending has threads of its own, one for each webhook that has something due: an address that does
not answer keeps neither another address nor the worker waiting.
"""

import logging
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from threading import Lock, Thread
from time import monotonic

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.db import write_session
from app.integrations import writes
from app.integrations.hooks import queries
from app.integrations.hooks.feed import read_feed
from app.integrations.hooks.sending import LONGEST, send
from app.integrations.hooks.services import KEPT_FOR, is_away, record_try
from app.integrations.hooks.signing import headers_of
from app.integrations.queries import forget_writes
from app.reports.work import Workshop
from app.vault import Vault

log = logging.getLogger("linsheng.webhooks")

SENDERS = 8
HELD = timedelta(seconds=60)  # longer than a try takes, so that nobody else serves it meanwhile
_BATCHES = 20
_OLD = 2000
_MOST = 200  # messages to one address in a row
_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Post:
    """What sending needs.

    Attributes:
        engine: The database.
        vault: Opens the secrets.
        own_hosts: Hosts the operator named.
        clock: Returns the present instant.
        longest: Seconds one try may take.
    """

    engine: Engine
    vault: Vault
    own_hosts: Collection[str]
    clock: Callable[[], datetime]
    longest: float = LONGEST


class _Came(Enum):
    """What came of looking for a message and sending it."""

    TAKEN = "taken"  # or refused: it is somebody else's turn
    AWAY = "away"
    NOTHING_DUE = "nothing_due"


class _Sender:
    """The one thread of this process that sends; a second is not begun while it is at work."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._thread: Thread | None = None

    def begin(self, post: Post) -> None:
        """Send what is due, unless that is going on."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=_send_safely, args=(post,), daemon=True)
                self._thread.start()


_SENDER = _Sender()


def webhook_round(workshop: Workshop) -> None:
    """Do once a minute what is due; sending goes on after this has returned."""
    for _batch in range(_BATCHES):
        with write_session(workshop.engine) as session:
            if not read_feed(session, now=workshop.clock()):
                break
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        forget_writes(session, now - writes.KEPT_FOR)
        queries.forget_deliveries(session, queries.list_old(session, now - KEPT_FOR, _OLD))
    with Session(workshop.engine) as session:
        is_due = bool(queries.list_due_webhooks(session, now))
    if is_due:
        hosts = workshop.config.webhook_hosts
        _SENDER.begin(Post(workshop.engine, workshop.vault, hosts, workshop.clock))


def send_due(post: Post) -> None:
    """Send what is due to every webhook, side by side, and return when all have been served."""
    with Session(post.engine) as session:
        due = queries.list_due_webhooks(session, post.clock())
    if due:
        with ThreadPoolExecutor(min(SENDERS, len(due))) as pool:
            list(pool.map(lambda webhook_id: serve(post, webhook_id), due))


def serve(post: Post, webhook_id: int) -> None:
    """Send what is due to one webhook, one message after the other."""
    if not _hold(post, webhook_id):
        return
    begun, came = monotonic(), _Came.TAKEN
    for _message in range(_MOST):
        if monotonic() - begun > _SECONDS:
            break
        came = _send_next(post, webhook_id)
        if came is not _Came.TAKEN:
            break
    if came is not _Came.AWAY:  # an address that is away is left alone for a while
        _let_go(post, webhook_id)


def _send_safely(post: Post) -> None:
    try:
        send_due(post)
    except Exception:
        log.exception("sending failed; it is tried again in a minute")


def _hold(post: Post, webhook_id: int) -> bool:
    """Say whether this sender may serve the webhook now, and keep others away."""
    now = post.clock()
    with write_session(post.engine) as session:
        webhook = queries.lock_webhook(session, webhook_id)
        if webhook is None or webhook.off_at is not None:
            return False
        if webhook.held_until is not None and webhook.held_until >= now:
            return False
        webhook.held_until = now + HELD + timedelta(seconds=_SECONDS)
    return True


def _send_next(post: Post, webhook_id: int) -> _Came:
    """Send one message; say what came of it."""
    with Session(post.engine) as session:
        webhook = queries.find_webhook(session, webhook_id)
        found = queries.next_delivery(session, webhook_id, post.clock())
        if webhook is None or webhook.off_at is not None or found is None:
            return _Came.NOTHING_DUE
        secret = post.vault.open(webhook.secret_sealed, "webhook")
        delivery_id, name, body, address = found.id, found.name, found.body, webhook.address
    headers = headers_of(secret, name, body, now=post.clock())
    sent = send(address, body, headers, own_hosts=post.own_hosts, longest=post.longest)
    with write_session(post.engine) as session:
        record_try(session, delivery_id, sent, now=post.clock())
    if sent.problem:
        log.warning("webhook %s: message %s: %s", webhook_id, delivery_id, sent.problem)
    return _Came.AWAY if is_away(sent) else _Came.TAKEN


def _let_go(post: Post, webhook_id: int) -> None:
    """Let the next sender serve it."""
    with write_session(post.engine) as session:
        webhook = queries.lock_webhook(session, webhook_id)
        if webhook is not None:
            webhook.held_until = None
