"""Telling customers of their link: by the company's providers, or in a file for its own sender.

A link is marked as being sent, and committed, before its first byte leaves the house: whoever
finds it so after a crash never sends it again, because nobody knows how far it came. None commits.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.service.callbacks.batches import Batch, load_batch
from app.service.callbacks.linking import address_of, token_of
from app.service.callbacks.models import CallBackLink, CallKind, LinkState
from app.service.callbacks.sending import queries as sending
from app.staff import audit
from app.staff.scope import Scope
from app.surveys.distribution.models import MessageReason, SendChannel
from app.surveys.distribution.providers.message import Outgoing
from app.surveys.distribution.settings import Settings
from app.vault import Vault

BATCH = 50
MOST_ATTEMPTS = 3
MOST_OF_A_HOME = 2  # links a home is sent within a week
STEP = "call_back"
_WEEK = timedelta(days=7)
_HANGING = timedelta(minutes=10)
_TEXTS = {
    CallKind.REPAIR: "您家的报修做得怎么样？点开说一声，一分钟：{link}",
    CallKind.COMPLAINT: "您反映的事办得怎么样？点开说一声，一分钟：{link}",
}
_SUBJECTS = {CallKind.REPAIR: "维修回访", CallKind.COMPLAINT: "投诉回访"}


@dataclass(frozen=True, slots=True)
class Leaving:
    """A link about to leave the house, with where it goes."""

    link_id: int
    kind: CallKind
    channel: SendChannel
    to: str
    address: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Going:
    """A link that may leave: over which channel, where to, about which order or complaint."""

    link: CallBackLink
    channel: SendChannel
    to: str
    number: str


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line of the file for the company's own sender."""

    kind: CallKind
    community: str
    number: str
    phone: str
    text: str
    address: str


def channels_of(settings: Settings) -> tuple[SendChannel, ...]:
    """Return the channels a provider is set up for, the better one first; none means a file."""
    wanted = (SendChannel.WECHAT, SendChannel.SMS)
    return tuple(one for one in wanted if not settings.is_outbox(one))


def claim(
    session: Session,
    vault: Vault,
    channels: Sequence[SendChannel],
    *,
    public_url: str,
    now: datetime,
) -> list[Leaving]:
    """Take the next links: those that may leave are marked as being sent, the rest left out."""
    for hanging in sending.list_links(session, LinkState.SENDING, BATCH):
        if hanging.moved_at < now - _HANGING:
            _move(hanging, LinkState.FAILED, MessageReason.UNSURE, now)
    leaving = []
    links = sending.list_links(session, LinkState.PLANNED, BATCH)
    for going in _sort_out(session, vault, links, channels, now):
        link = going.link
        link.attempts += 1
        link.channel = going.channel.value
        _move(link, LinkState.SENDING, None, now)
        address = address_of(public_url, token_of(vault, link))
        leaving.append(Leaving(link.id, link.kind, going.channel, going.to, address, link.attempts))
    session.flush()
    return leaving


def compose(one: Leaving) -> Outgoing:
    """Return the message of a link."""
    text = _TEXTS[one.kind].format(link=one.address)
    return Outgoing(
        key=f"ls-cb-{one.link_id}",
        to=one.to,
        step=STEP,
        subject=_SUBJECTS[one.kind],
        text=text,
        values={"what": _SUBJECTS[one.kind], "way": one.address},
        link=one.address,
    )


def settle(
    session: Session,
    link_id: int,
    *,
    receipt: str | None = None,
    reason: MessageReason | None = None,
    is_over: bool = True,
    now: datetime,
) -> None:
    """Write down what became of a message: sent, failed, or to be tried again."""
    link = session.get_one(CallBackLink, link_id)
    if link.state is not LinkState.SENDING:
        return
    if receipt is not None:
        link.receipt = receipt[:64]
        _move(link, LinkState.SENT, None, now)
    elif is_over or link.attempts >= MOST_ATTEMPTS:
        _move(link, LinkState.FAILED, reason or MessageReason.UNREACHABLE, now)
    else:
        _move(link, LinkState.PLANNED, None, now)
    session.flush()


def take_file(
    session: Session, vault: Vault, scope: Scope, *, public_url: str, limit: int, now: datetime
) -> list[FileLine]:
    """Hand the links that wait over to head office as lines of a file; they count as handed over.

    Who asked for no more messages, or was sent two in a week, is left out as by a provider.
    """
    lines = []
    links = sending.list_links(session, LinkState.PLANNED, limit)
    names = sending.community_names(session, {one.community_id for one in links})
    for going in _sort_out(session, vault, links, (SendChannel.SMS,), now):
        link = going.link
        address = address_of(public_url, token_of(vault, link))
        link.channel = SendChannel.SMS.value
        _move(link, LinkState.FILED, None, now)
        lines.append(
            FileLine(
                link.kind,
                names[link.community_id],
                going.number,
                going.to,
                _TEXTS[link.kind].format(link=address),
                address,
            )
        )
    audit.record(
        session,
        actor=scope,
        action="call_back.links",
        subject="call-backs",
        detail=f"{beijing_date(now).isoformat()} {len(lines)}",
        now=now,
    )
    session.flush()
    return lines


def _sort_out(
    session: Session,
    vault: Vault,
    links: Sequence[CallBackLink],
    channels: Sequence[SendChannel],
    now: datetime,
) -> Iterator[Going]:
    """Yield the links that may leave and how; the others are left out. Reads them all at once."""
    batch = load_batch(session, vault, links, channels, since=now - _WEEK)
    for link in links:
        about = batch.abouts[link.id]
        reason = _left_out(batch, link, about.household_id, now)
        found = None if reason is not None else batch.address_of(about, channels)
        if found is None:
            _move(link, LinkState.SKIPPED, reason or MessageReason.NO_ADDRESS, now)
            continue
        if about.household_id is not None and link.kind is CallKind.REPAIR:
            batch.told[about.household_id] += 1
        yield Going(link, *found, about.number)


def _left_out(
    batch: Batch, link: CallBackLink, household_id: int | None, now: datetime
) -> MessageReason | None:
    if link.expires_at <= now + timedelta(days=1):
        return MessageReason.NOT_DUE
    if household_id is None:
        return None
    if household_id in batch.opted_out:
        return MessageReason.OPTED_OUT
    if batch.told[household_id] >= MOST_OF_A_HOME:
        return MessageReason.AT_CAP
    return None


def _move(
    link: CallBackLink, state: LinkState, reason: MessageReason | None, now: datetime
) -> None:
    link.state, link.moved_at = state, now
    link.reason = None if reason is None else reason.value
