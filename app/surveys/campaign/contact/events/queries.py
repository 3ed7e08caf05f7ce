"""All statements on the events of households and their notes."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.surveys.campaign.contact.models import ContactEvent, ContactNote
from app.surveys.campaign.contact.outcomes import outcome_after
from app.surveys.campaign.models import Outcome


def find_event_by_key(session: Session, key: str) -> ContactEvent | None:
    """Return the event stored under an idempotency key, or None."""
    return session.scalar(select(ContactEvent).where(ContactEvent.key == key))


def list_events(session: Session, member_ids: Sequence[int]) -> list[ContactEvent]:
    """Return the events of some households of frames, the oldest first."""
    return list(
        session.scalars(
            select(ContactEvent)
            .where(ContactEvent.frame_member_id.in_(member_ids))
            .order_by(ContactEvent.at, ContactEvent.id)
        )
    )


def list_notes(session: Session, event_ids: Sequence[int]) -> dict[int, bytes]:
    """Return the sealed words of events, by the key of the event."""
    statement = select(ContactNote.event_id, ContactNote.text_sealed).where(
        ContactNote.event_id.in_(event_ids)
    )
    return dict(session.execute(statement).all())


def last_said(session: Session, member_id: int) -> Outcome:
    """Return the outcome the records about a household lead to; without any nothing was heard."""
    statement = (
        select(ContactEvent.outcome)
        .where(ContactEvent.frame_member_id == member_id, ContactEvent.outcome.is_not(None))
        .order_by(ContactEvent.at, ContactEvent.id)
    )
    said = [outcome for outcome in session.scalars(statement) if outcome is not None]
    return reduce(outcome_after, said, Outcome.NO_CONTACT)


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Return those of some idempotency keys that are stored already."""
    return {
        key
        for key in session.scalars(select(ContactEvent.key).where(ContactEvent.key.in_(keys)))
        if key is not None
    }


def add_events(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert events in bulk; each row names the columns of `ContactEvent`."""
    session.execute(insert(ContactEvent), rows)
