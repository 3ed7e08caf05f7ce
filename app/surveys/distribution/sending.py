"""From planned to sent, each message exactly once. None commits.

A message is marked as being sent, and committed, before its first byte leaves the house; whoever
finds it so after a crash never sends it again over a network, because nobody knows how far it
came. What is written into the outbox or printed is repeated instead: that changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.surveys.campaign.codes import format_code
from app.surveys.campaign.contact.models import ContactChannel, EventKind
from app.surveys.campaign.contact.queries import lock_members
from app.surveys.campaign.contact.services import NewEvent, record_events
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.campaign.planning.queries import find_task
from app.surveys.campaign.planning.services import tick
from app.surveys.campaign.queries import find_gate, get_campaign
from app.surveys.campaign.tokens import link, make_token, make_typed_code
from app.surveys.distribution import queries, wording
from app.surveys.distribution.addresses import find_addresses
from app.surveys.distribution.candidates.queries import candidates_of
from app.surveys.distribution.models import (
    Message,
    MessageReason,
    MessageRun,
    MessageState,
    RunState,
    SendChannel,
)
from app.surveys.distribution.providers.message import Outgoing
from app.surveys.distribution.rules import REMINDERS, left_out
from app.surveys.distribution.runs import is_due
from app.vault import Vault

BATCH = 50
MOST_ATTEMPTS = 5  # one message that its provider never takes must not hold up the rest
PAUSE = timedelta(minutes=10)
_STALE = timedelta(days=1)
_WAYS = {
    SendChannel.LETTER: ContactChannel.LETTERBOX,
    SendChannel.SMS: ContactChannel.SMS,
    SendChannel.WECHAT: ContactChannel.WECHAT,
    SendChannel.EMAIL: ContactChannel.EMAIL,
}


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that may leave now.

    Attributes:
        message_id: Key of the message.
        member: The home; detached use of its plain columns only.
        address: Where it goes.
        attempt: Which try this is, from 1.
    """

    message_id: int
    member_id: int
    community_id: int
    building: str
    room: str
    pseudonym: str
    address: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message: its new state, why, the provider's number, and if it was tried."""

    message_id: int
    state: MessageState
    reason: MessageReason | None = None
    receipt: str | None = None
    was_tried: bool = True


def claim(
    session: Session,
    vault: Vault,
    run: MessageRun,
    campaign: Campaign,
    messages: Sequence[Message],
    *,
    now: datetime,
) -> list[Ready]:
    """Mark messages as being sent, after looking at every home once more.

    The homes are locked while they are looked at: whoever answered before this transaction is
    left out, whoever answers after it did not know.
    """
    ids = [message.frame_member_id for message in messages]
    members = {member.id: member for member, _is_excluded in lock_members(session, ids)}
    rows = candidates_of(session, run, ids)
    homes = [member.household_id for member in members.values()]
    addresses = find_addresses(session, vault, run.channel, homes)
    due = _due(session, run, campaign, members.values(), now=now)
    ready: list[Ready] = []
    moves: Counter[tuple[int, str, str]] = Counter()
    for message in messages:
        member = members[message.frame_member_id]
        reason = MessageReason.NOT_DUE
        if member.community_id in due:
            row = rows[member.id]
            found = left_out(row.candidate, kind=run.kind, channel=run.channel, cap=run.cap, at=now)
            if found is None and member.household_id in addresses:
                before = message.state
                message.state = MessageState.SENDING
                message.attempts += 1
                message.moved_at = now
                ready.append(_ready(message, member, addresses[member.household_id]))
                _count(moves, member, before, message.state)
                continue
            reason = found or MessageReason.NO_ADDRESS
        moves[member.community_id, member.building, message.state.value] -= 1
        moves[member.community_id, member.building, reason.value] += 1
        message.state, message.reason, message.moved_at = MessageState.SKIPPED, reason, now
    queries.move_tally(session, run.id, moves)
    session.flush()
    return ready


def settle(
    session: Session,
    run: MessageRun,
    ready: Sequence[Ready],
    outcomes: Sequence[Outcome],
    *,
    now: datetime,
) -> None:
    """Write down what became of messages that were being sent; each counts as a contact."""
    homes = {one.message_id: one for one in ready}
    messages = {message.id: message for message in queries.lock_messages(session, sorted(homes))}
    moves: Counter[tuple[int, str, str]] = Counter()
    events = []
    for outcome in outcomes:
        message, home = messages[outcome.message_id], homes[outcome.message_id]
        moves[home.community_id, home.building, what_of(message)] -= 1
        message.state, message.reason = outcome.state, outcome.reason
        message.attempts -= not outcome.was_tried
        message.receipt, message.moved_at = (outcome.receipt or "")[:64] or None, now
        moves[home.community_id, home.building, what_of(message)] += 1
        if outcome.state is MessageState.SENT:
            events.append(_event(run, home, now))
    queries.move_tally(session, run.id, moves)
    record_events(session, events)
    session.flush()


def recover(session: Session, run: MessageRun, *, is_repeatable: bool, now: datetime) -> int:
    """Deal with the messages a worker left behind on their way; return how many.

    Args:
        session: A writing transaction.
        run: The run.
        is_repeatable: Sending one again changes nothing: it only writes a file.
        now: Aware instant.
    """
    left = queries.list_unsettled(session, run.id)
    members = {
        member.id: member
        for member in queries.list_members_by_id(session, [one.frame_member_id for one in left])
    }
    moves: Counter[tuple[int, str, str]] = Counter()
    for message in left:
        member = members[message.frame_member_id]
        moves[member.community_id, member.building, what_of(message)] -= 1
        message.moved_at = now
        if is_repeatable:
            message.state = MessageState.PLANNED
        else:
            message.state, message.reason = MessageState.FAILED, MessageReason.UNSURE
        moves[member.community_id, member.building, what_of(message)] += 1
    queries.move_tally(session, run.id, moves)
    session.flush()
    return len(left)


def pause(session: Session, run: MessageRun, *, problem: str, now: datetime) -> None:
    """Hold a run up for a while: its provider is away or refuses the account."""
    run = queries.lock_run(session, run.id)
    run.paused_until = now + PAUSE
    run.problem = problem[:64]
    session.flush()


def end_slice(session: Session, run: MessageRun, *, is_done: bool, now: datetime) -> bool:
    """Close a piece of work; say whether another one is wanted right away."""
    run = queries.lock_run(session, run.id)
    run.slices += 1
    if run.state is not RunState.SENDING:
        return False
    if is_done:
        run.state = RunState.DONE
        run.ended_at = now
        _tick_plan(session, run, now=now)
    session.flush()
    return not is_done and (run.paused_until is None or run.paused_until <= now)


def _tick_plan(session: Session, run: MessageRun, *, now: datetime) -> None:
    """Tick the reminder in the plan once a run has brought it to every community."""
    if run.kind not in REMINDERS or run.community_id is not None or run.approved_by is None:
        return
    task = find_task(session, run.campaign_id, run.kind.value)
    sent = queries.sum_runs(session, [run.id])[run.id].get(MessageState.SENT.value, 0)
    if task is not None and sent:
        campaign = get_campaign(session, run.campaign_id)
        tick(session, campaign, task, staff_id=run.approved_by, now=now)


def begin_slice(session: Session, run_id: int, number: int, *, now: datetime) -> MessageRun | None:
    """Return the run when this piece of it is due and nobody has done it yet.

    A run that could not begin within a day of its time waits for a new approval instead: whoever
    approved it had that day in mind.
    """
    run = queries.lock_run(session, run_id)
    if run.slices != number or run.state not in {RunState.APPROVED, RunState.SENDING}:
        return None
    if run.planned_at is None or run.planned_at > now:
        return None
    if run.paused_until is not None and run.paused_until > now:
        return None
    if run.state is RunState.APPROVED and run.planned_at < now - _STALE:
        run.state = RunState.PREVIEWED
        run.planned_at = run.approved_at = run.approved_by = None
        session.flush()
        return None
    run.state = RunState.SENDING
    run.started_at = run.started_at or now
    run.paused_until = None
    session.flush()
    return run


def compose(
    run: MessageRun,
    home: Ready,
    facts: wording.Facts,
    vault: Vault,
    *,
    public_url: str,
    sign: str,
    language: str,
) -> Outgoing:
    """Return the message to one home, with its own way in."""
    way = wording.Way(
        link=link(public_url, make_token(vault, home.pseudonym)),
        code=format_code(make_typed_code(vault, home.pseudonym)),
    )
    subject, text, values = "", "", {}
    if run.channel is SendChannel.SMS:
        short = wording.sms(run.kind, facts, way, sign=sign, language=language)
        text, values = short.text, short.values
    elif run.channel is SendChannel.EMAIL:
        subject, text = wording.mail(run.kind, facts, way, language)
    else:
        values = {
            "campaign": facts.campaign,
            "community": facts.community,
            "closes": wording.day_text(facts.closes_on, language),
        }
    return Outgoing(
        key=f"ls-{run.id}-{home.message_id}",
        to=home.address,
        step=wording.step_of(run.kind),
        subject=subject,
        text=text,
        values=values,
        link=way.link,
    )


def what_of(message: Message) -> str:
    """Return the word under which a message is counted."""
    if message.state is MessageState.FAILED:
        return MessageState.FAILED.value
    return (message.reason or message.state).value


def _due(
    session: Session,
    run: MessageRun,
    campaign: Campaign,
    members: Iterable[FrameMember],
    *,
    now: datetime,
) -> set[int]:
    communities = {member.community_id for member in members}
    found = set()
    for community_id in communities:
        gate = find_gate(session, campaign.id, community_id)
        if gate is not None and is_due(session, campaign, gate, run.kind, now):
            found.add(community_id)
    return found


def _ready(message: Message, member: FrameMember, address: str) -> Ready:
    return Ready(
        message_id=message.id,
        member_id=member.id,
        community_id=member.community_id,
        building=member.building,
        room=member.room,
        pseudonym=member.pseudonym,
        address=address,
        attempt=message.attempts,
    )


def _count(
    moves: Counter[tuple[int, str, str]],
    member: FrameMember,
    before: MessageState,
    after: MessageState,
) -> None:
    moves[member.community_id, member.building, before.value] -= 1
    moves[member.community_id, member.building, after.value] += 1


def _event(run: MessageRun, home: Ready, now: datetime) -> NewEvent:
    kind = EventKind.REMINDER if run.kind in REMINDERS else EventKind.NOTICE
    return NewEvent(
        home.member_id,
        now,
        kind,
        _WAYS[run.channel],
        staff_id=run.approved_by,
        run_id=run.id,
        key=f"message-{home.message_id}",
    )
