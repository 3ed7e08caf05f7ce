"""The feed: new rows of tables that say what happened become messages. No commit."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.integrations.hooks import queries
from app.integrations.hooks.events import GATE_ACTIONS, Event, body_of
from app.integrations.hooks.gaps import Mark, advance, from_text, to_text
from app.integrations.hooks.queries import EventRow
from app.integrations.models import Delivery, FeedMark, Webhook

BATCH = 2000  # rows of one table in one transaction


def read_feed(session: Session, *, now: datetime, limit: int = BATCH) -> bool:
    """Read what is new and write a message for each webhook it concerns.

    Returns:
        Whether there may be more to read.
    """
    active = queries.list_active(session)
    events: list[Event] = []
    is_full = False
    for source in queries.SOURCES:
        mark = queries.lock_mark(session, source)
        if mark is None or not active:
            _begin_here(session, source, mark)
            continue
        keys = _read(session, source, mark, now=now, limit=limit)
        is_full = is_full or len(keys) == limit
        rows = queries.list_happened(session, source, keys, actions=GATE_ACTIONS)
        events += [_event(source, row) for row in rows]
    # Two tables tell of one gate: what happened first is told first.
    events.sort(key=lambda one: (one.at, one.source, one.source_id))
    _write(session, active, events, now=now)
    return is_full


def _begin_here(session: Session, source: str, mark: FeedMark | None) -> None:
    """Begin with what comes next: nobody is told what happened before."""
    last = queries.last_key(session, source)
    if mark is not None:
        mark.last, mark.gaps = last, "[]"
        return
    try:
        with session.begin_nested():
            session.add(FeedMark(source=source, last=last, gaps="[]"))
    except IntegrityError:
        return  # another worker began just now


def _read(session: Session, source: str, mark: FeedMark, *, now: datetime, limit: int) -> list[int]:
    if source == "audit":
        keys = queries.list_audit_keys(session, GATE_ACTIONS, after=mark.last, limit=limit)
        mark.last = max(keys, default=mark.last)
        return keys
    before = Mark(mark.last, from_text(mark.gaps))
    keys = queries.list_keys_read(
        session, source, after=before.last, gaps=before.spans, limit=limit
    )
    after = advance(before, keys, now=int(now.timestamp()))
    mark.last, mark.gaps = after.last, to_text(after.gaps)
    return keys


def _write(
    session: Session, active: Sequence[Webhook], events: Sequence[Event], *, now: datetime
) -> None:
    if not events:
        return
    places = queries.list_places(session)
    for webhook in active:
        wanted = [one for one in events if _concerns(webhook, places, one)]
        told = _told(session, webhook.id, wanted)
        session.add_all(
            Delivery(
                webhook_id=webhook.id,
                name=f"msg_{webhook.id}_{one.source}_{one.source_id}",
                source=one.source,
                source_id=one.source_id,
                kind=one.kind,
                subject=one.subject,
                body=body_of(one.kind, one.at, one.data),
                made_at=now,
                next_at=now,
            )
            for one in wanted
            if (one.source, one.source_id) not in told
        )
        session.flush()


def _concerns(webhook: Webhook, places: Mapping[int, set[int]], event: Event) -> bool:
    if event.topic not in webhook.topics.split() or event.at < webhook.on_since:
        return False
    if not event.is_open:
        return False
    return webhook.all_communities or event.community_id in places.get(webhook.id, set())


def _told(session: Session, webhook_id: int, events: Iterable[Event]) -> set[tuple[str, int]]:
    by_source: dict[str, list[int]] = {}
    for one in events:
        by_source.setdefault(one.source, []).append(one.source_id)
    return {
        (source, key)
        for source, keys in by_source.items()
        for key in queries.list_told(session, webhook_id, source, keys)
    }


def _event(source: str, row: EventRow) -> Event:
    kind, subject = _named(source, row)
    data: dict[str, str | int | None] = {"campaign": row.campaign, "community": row.community_id}
    if source == "case":
        data |= {"case": row.about, "stage": row.stage, "event": row.key}
    elif source in {"answer", "progress"}:
        data |= {"answer": row.about}
    if row.version is not None:
        data["revision" if source == "snapshot" else "version"] = row.version
    return Event(
        source=source,
        source_id=row.key,
        kind=kind,
        subject=subject,
        community_id=row.community_id,
        at=row.at,
        data=data,
        is_open=row.is_open,
    )


def _named(source: str, row: EventRow) -> tuple[str, str]:
    gate = f"gate:{row.campaign}:{row.community_id or 'company'}"
    if source == "audit":
        return GATE_ACTIONS[row.kind], gate
    if source == "snapshot":
        kind = "gate.frozen" if row.version == 1 else "gate.revised"
        return ("gate.company_frozen" if row.community_id is None else kind), gate
    if source == "case":
        return f"case.{row.kind}", f"case:{row.about}"
    if source == "bulletin":
        return "publication.bulletin", f"bulletin:{row.campaign}:{row.community_id}"
    return f"publication.{source}", f"answer:{row.about}"
