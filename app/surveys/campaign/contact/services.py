"""Commands on contact: record what was done about households, count answers. None commits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.surveys.campaign.contact import queries, tally
from app.surveys.campaign.contact.errors import EventKeyTakenError, NotSayableError
from app.surveys.campaign.contact.events import queries as event_queries
from app.surveys.campaign.contact.models import (
    ContactChannel,
    ContactEvent,
    ContactNote,
    EventKind,
)
from app.surveys.campaign.contact.moves import queries as moves
from app.surveys.campaign.contact.outcomes import ANSWERED, occupancy_of, outcome_after
from app.surveys.campaign.models import Campaign, FrameMember, Occupancy, Outcome
from app.surveys.campaign.queries import lock_gate
from app.surveys.instrument.answers import clean_text
from app.vault import Vault

MAX_NOTE = 500
_BATCH = 1000  # rows per statement: bounded memory and parameters at any size
_DELIVERING = (EventKind.DELIVERED, EventKind.UNDELIVERED)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be recorded for one household of a frame; see `ContactEvent`."""

    member_id: int
    at: datetime
    kind: EventKind
    channel: ContactChannel
    outcome: Outcome | None = None
    staff_id: int | None = None
    run_id: int | None = None
    key: str | None = None

    @property
    def moves(self) -> bool:
        """Say whether the household counts as something else afterwards."""
        return self.outcome is not None or self.kind in _DELIVERING


def open_tallies(session: Session, campaign: Campaign) -> None:
    """Write the tally of a campaign whose frame was just copied: called once, by the opening."""
    session.flush()
    queries.fill_tally(session, campaign.id)


def record_event(  # noqa: PLR0913 - the columns of an event
    session: Session,
    vault: Vault,
    member: FrameMember,
    *,
    kind: EventKind,
    channel: ContactChannel,
    outcome: Outcome | None = None,
    staff_id: int | None = None,
    run_id: int | None = None,
    note: str = "",
    key: str | None = None,
    now: datetime,
) -> ContactEvent:
    """Record what was done about a household, and what came of it (联系记录).

    An outcome is the household's outcome from now on, unless it has a counted answer: an answer
    says more than any visit. Once the answers of the community are frozen, nothing moves any
    more. The event is kept in any case.

    Args:
        session: Open session; the caller owns the transaction.
        vault: Seals the note.
        member: The household.
        kind: What was done.
        channel: By which way.
        outcome: What came of it; None for an event that tells nothing about the household.
        staff_id: Who did it; None for the system.
        run_id: The message run it belongs to.
        note: Words of whoever did it; cut at `MAX_NOTE` characters.
        key: Made by the device that sends the event: the same one again changes nothing.
        now: Aware instant.

    Returns:
        The event; the one stored before when the key is known.

    Raises:
        NotSayableError: Only a counted answer gives this outcome.
        EventKeyTakenError: The key belongs to an event of another household.
    """
    new = NewEvent(member.id, now, kind, channel, outcome, staff_id, run_id, key)
    _check(new)
    event, is_new = _store(session, new)
    if not is_new:
        return event
    words = clean_text(note)[:MAX_NOTE]
    if words:
        session.add(ContactNote(event_id=event.id, text_sealed=vault.seal(words, "contact-note")))
    if new.moves and not _is_frozen(session, member):
        before = tally.lock(session, member)
        _apply(member, new)
        tally.move(session, member, before)
    session.flush()
    return event


def record_events(session: Session, events: Iterable[NewEvent]) -> int:
    """Record many events at once, such as a batch of letters or a run of messages.

    Events whose key is known are left out; those of frozen communities move nothing. Call this
    once in a transaction: it locks all households first, then moves the tally building by
    building.

    Returns:
        Events recorded now.

    Raises:
        NotSayableError: Only a counted answer gives the outcome of one of them.
    """
    fresh = _fresh(session, events)
    for some in _batches(fresh):
        event_queries.add_events(session, [_row(event) for event in some])
    moving = sorted((event for event in fresh if event.moves), key=lambda one: one.member_id)
    changed: list[tuple[tally.Place, tally.Position, tally.Position]] = []
    for by_member in _by_member(moving):
        changed += _move(session, by_member)
    tally.move_many(session, changed)
    session.flush()
    return len(fresh)


def count_answer(
    session: Session, member: FrameMember, *, outcome: Outcome, returned_at: datetime
) -> None:
    """Note that a household has a counted answer now, or another one than before.

    Args:
        session: Open session; the caller owns the transaction.
        member: The household.
        outcome: Complete or partial.
        returned_at: When it came back. A household that had come back keeps its own instant.
    """
    session.flush()
    first = moves.answer_first(session, member, outcome, returned_at)
    if first is not None:
        tally.move_first_answer(session, member, first)
        return
    before = tally.lock(session, member)
    member.outcome = outcome
    member.occupancy = Occupancy.OCCUPIED
    if member.returned_at is None:
        member.returned_at = returned_at
    tally.move(session, member, before)


def settle_answer(
    session: Session, member: FrameMember, *, outcome: Outcome | None, returned_at: datetime | None
) -> None:
    """Set outcome and instant of a household anew, after an answer of it was voided.

    Without a counted answer (both None) the outcome is again what was last recorded about it.
    """
    before = tally.lock(session, member)
    member.outcome = outcome or event_queries.last_said(session, member.id)
    member.returned_at = returned_at
    tally.move(session, member, before)


def note_opened(session: Session, member: FrameMember, *, now: datetime) -> None:
    """Note that somebody of a household began to answer; only the first time counts."""
    if member.opened_at is not None:
        return
    before = tally.lock(session, member)
    if member.opened_at is None:
        member.opened_at = now
        tally.move(session, member, before)


def _store(session: Session, new: NewEvent) -> tuple[ContactEvent, bool]:
    """Insert an event; return it, or the one stored under its key, and whether it is new."""
    known = _known(session, new)
    if known is not None:
        return known, False
    event = ContactEvent(**_row(new))
    try:
        with session.begin_nested():
            session.add(event)
            session.flush()
    except IntegrityError:  # the same device's retry was first
        known = _known(session, new)
        if known is None:
            raise
        return known, False
    return event, True


def _is_frozen(session: Session, member: FrameMember) -> bool:
    """Say whether a household's answers are frozen; if not, a freeze waits for this transaction."""
    gate = lock_gate(session, member.campaign_id, member.community_id, exclusive=False)
    return gate.frozen_at is not None


def _check(event: NewEvent) -> None:
    if event.outcome in ANSWERED:
        raise NotSayableError(event.outcome)


def _known(session: Session, new: NewEvent) -> ContactEvent | None:
    """Return the event stored under the key of a new one. Raises EventKeyTakenError."""
    if new.key is None:
        return None
    known = event_queries.find_event_by_key(session, new.key)
    if known is not None and known.frame_member_id != new.member_id:
        raise EventKeyTakenError(new.key)
    return known


def _apply(member: FrameMember, event: NewEvent) -> None:
    """Change a household as an event says; it is locked."""
    if event.kind is EventKind.DELIVERED:
        member.delivered_at = member.delivered_at or event.at
    elif event.kind is EventKind.UNDELIVERED:
        member.delivered_at = None
    if event.outcome is not None and member.returned_at is None:
        member.outcome = outcome_after(member.outcome, event.outcome)
        member.occupancy = occupancy_of(event.outcome, member.occupancy)


def _fresh(session: Session, events: Iterable[NewEvent]) -> list[NewEvent]:
    """Return the events whose key is not known and stands once."""
    fresh: list[NewEvent] = []
    seen: set[str] = set()
    for some in _batches(events):
        for event in some:
            _check(event)
        known = event_queries.known_keys(session, [event.key for event in some if event.key])
        for event in some:
            if event.key is not None and (event.key in known or event.key in seen):
                continue
            if event.key is not None:
                seen.add(event.key)
            fresh.append(event)
    return fresh


def _batches(events: Iterable[NewEvent]) -> Iterator[list[NewEvent]]:
    left = iter(events)
    while some := list(islice(left, _BATCH)):
        yield some


def _row(event: NewEvent) -> dict[str, object]:
    return {
        "frame_member_id": event.member_id,
        "at": event.at,
        "kind": event.kind,
        "channel": event.channel,
        "outcome": event.outcome,
        "staff_id": event.staff_id,
        "run_id": event.run_id,
        "key": event.key,
    }


def _by_member(events: Sequence[NewEvent]) -> Iterator[dict[int, list[NewEvent]]]:
    """Yield the events of some households at a time; `events` is in the order of households."""
    grouped: dict[int, list[NewEvent]] = {}
    for event in events:
        if event.member_id not in grouped and len(grouped) == _BATCH:
            yield grouped
            grouped = {}
        grouped.setdefault(event.member_id, []).append(event)
    if grouped:
        yield grouped


def _move(
    session: Session, events: dict[int, list[NewEvent]]
) -> Iterator[tuple[tally.Place, tally.Position, tally.Position]]:
    """Lock and change some households; yield what each counted as before and counts as now."""
    frozen = queries.lock_gates_of(session, list(events))
    for member, is_excluded in queries.lock_members(session, list(events)):
        if (member.campaign_id, member.community_id) in frozen:
            continue
        before = tally.position_of(member, is_excluded=is_excluded)
        for event in sorted(events[member.id], key=lambda one: one.at):
            _apply(member, event)
        place = tally.Place(member.campaign_id, member.community_id, member.building)
        yield place, before, tally.position_of(member, is_excluded=is_excluded)
    session.flush()
