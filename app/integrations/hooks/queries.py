"""Reads of webhooks, their messages, and the tables that say what happened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.followup.history.models import CaseEvent
from app.followup.models import FollowUp, Problem, PublicAnswer
from app.followup.published.models import AnswerProgress, Bulletin
from app.followup.queries import visible_cases
from app.integrations.models import (
    Delivery,
    DeliveryState,
    DeliveryTry,
    FeedMark,
    Webhook,
    WebhookCommunity,
)
from app.staff.models import AuditEntry, Role
from app.staff.scope import SYSTEM_ACTOR, Scope
from app.surveys.campaign.models import Campaign
from app.surveys.snapshot.models import Snapshot

Span = tuple[int, int]
# Whoever is told about a case sees what an office sees.
_OFFICE = Scope(0, SYSTEM_ACTOR, Role.OFFICE, None)
_KEYS: dict[str, InstrumentedAttribute[int]] = {
    "audit": AuditEntry.sequence,
    "snapshot": Snapshot.id,
    "case": CaseEvent.id,
    "answer": PublicAnswer.id,
    "progress": AnswerProgress.id,
    "bulletin": Bulletin.id,
}
SOURCES = tuple(_KEYS)


def lock_mark(session: Session, source: str) -> FeedMark | None:
    """Return how far a table was read, locked until the transaction ends."""
    query = select(FeedMark).where(FeedMark.source == source).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def last_key(session: Session, source: str) -> int:
    """Return the greatest key of a table of events."""
    return session.scalar(select(func.max(_KEYS[source]))) or 0


@dataclass(frozen=True, slots=True)
class EventRow:
    """A row of any table of events.

    Attributes:
        key: Of the row.
        kind: As its table names it.
        about: Key of the case or problem; None where it is about a community.
        campaign: Its code.
        community_id: Where.
        at: When.
        version: Of a snapshot, an answer or a bulletin.
        stage: Of a case.
        is_open: An office may know of it.
    """

    key: int
    kind: str
    about: int | None
    campaign: str | None
    community_id: int | None
    at: datetime
    version: int | None = None
    stage: str | None = None
    is_open: bool = True


def list_keys_read(
    session: Session, source: str, *, after: int, gaps: Sequence[Span], limit: int
) -> list[int]:
    """Return the keys that are there behind `after` or in a gap, in order."""
    query = select(_KEYS[source]).where(_behind(source, after, gaps))
    return list(session.scalars(query.order_by(_KEYS[source]).limit(limit)))


def list_happened(
    session: Session, source: str, keys: Collection[int], *, actions: Collection[str]
) -> list[EventRow]:
    """Return the rows with these keys, in order.

    Args:
        session: Open session.
        source: Which table.
        keys: Of its rows.
        actions: Of the audit log, only these.
    """
    if not keys:
        return []
    wanted = _KEYS[source].in_(sorted(keys))
    readers = {
        "audit": lambda: _read_audit(session, wanted, actions),
        "snapshot": lambda: _read_snapshots(session, wanted),
        "case": lambda: _read_cases(session, wanted),
        "answer": lambda: _read_answers(session, wanted),
        "progress": lambda: _read_progress(session, wanted),
        "bulletin": lambda: _read_bulletins(session, wanted),
    }
    return readers[source]()


def list_audit_keys(
    session: Session, actions: Collection[str], *, after: int, limit: int
) -> list[int]:
    """Return the entries of the log with these actions behind a sequence, in order.

    Each action has its own range of an index. Sequences are drawn under a lock held to the end
    of the transaction: there are no gaps.
    """
    found: list[int] = []
    for action in sorted(actions):
        query = select(AuditEntry.sequence).where(
            AuditEntry.action == action, AuditEntry.sequence > after
        )
        found += session.scalars(query.order_by(AuditEntry.sequence).limit(limit))
    return sorted(found)[:limit]


def _behind(source: str, after: int, gaps: Sequence[Span]) -> ColumnElement[bool]:
    key = _KEYS[source]
    return or_(key > after, *(key.between(first, last) for first, last in gaps))


def _read_audit(
    session: Session, wanted: ColumnElement[bool], actions: Collection[str]
) -> list[EventRow]:
    is_pilot = exists().where(
        AuditEntry.subject == literal("campaign:") + Campaign.code,
        Campaign.pilot_of_id.is_not(None),
    )
    query = (
        select(AuditEntry)
        .where(wanted, AuditEntry.action.in_(sorted(actions)), ~is_pilot)
        .order_by(AuditEntry.sequence)
    )
    return [
        EventRow(
            key=one.sequence,
            kind=one.action,
            about=None,
            campaign=one.subject.removeprefix("campaign:"),
            community_id=one.community_id,
            at=one.at,
        )
        for one in session.scalars(query)
    ]


def _read_snapshots(session: Session, wanted: ColumnElement[bool]) -> list[EventRow]:
    query = (
        select(
            Snapshot.id,
            Snapshot.community_id,
            Snapshot.revision,
            Snapshot.created_at,
            Campaign.code,
        )
        .join(Campaign, Campaign.id == Snapshot.campaign_id)
        .where(wanted, Campaign.pilot_of_id.is_(None))
        .order_by(Snapshot.id)
    )
    return [
        EventRow(
            key=row.id,
            kind="snapshot",
            about=None,
            campaign=row.code,
            community_id=row.community_id,
            at=row.created_at,
            version=row.revision,
        )
        for row in session.execute(query)
    ]


def _read_cases(session: Session, wanted: ColumnElement[bool]) -> list[EventRow]:
    query = (
        select(CaseEvent, FollowUp.community_id, Campaign.code, visible_cases(_OFFICE))
        .join(FollowUp, FollowUp.id == CaseEvent.follow_up_id)
        .outerjoin(Campaign, Campaign.id == FollowUp.campaign_id)
        .where(wanted)
        .order_by(CaseEvent.id)
    )
    return [
        EventRow(
            key=event.id,
            kind=event.kind.value,
            about=event.follow_up_id,
            campaign=code,
            community_id=community_id,
            at=event.at,
            stage=event.stage.value,
            is_open=bool(is_open),
        )
        for event, community_id, code, is_open in session.execute(query)
    ]


def _read_answers(session: Session, wanted: ColumnElement[bool]) -> list[EventRow]:
    query = (
        select(PublicAnswer, Problem.community_id, Campaign.code)
        .join(Problem, Problem.id == PublicAnswer.problem_id)
        .join(Campaign, Campaign.id == Problem.campaign_id)
        .where(wanted)
        .order_by(PublicAnswer.id)
    )
    return [
        EventRow(
            key=one.id,
            kind="answer",
            about=one.problem_id,
            campaign=code,
            community_id=community_id,
            at=one.published_at,
            version=one.version,
        )
        for one, community_id, code in session.execute(query)
    ]


def _read_progress(session: Session, wanted: ColumnElement[bool]) -> list[EventRow]:
    query = (
        select(AnswerProgress, Problem.community_id, Campaign.code)
        .join(Problem, Problem.id == AnswerProgress.problem_id)
        .join(Campaign, Campaign.id == Problem.campaign_id)
        .where(wanted)
        .order_by(AnswerProgress.id)
    )
    return [
        EventRow(
            key=one.id,
            kind="progress",
            about=one.problem_id,
            campaign=code,
            community_id=community_id,
            at=one.published_at,
        )
        for one, community_id, code in session.execute(query)
    ]


def _read_bulletins(session: Session, wanted: ColumnElement[bool]) -> list[EventRow]:
    query = (
        select(Bulletin.id, Bulletin.community_id, Bulletin.version, Bulletin.published_at)
        .add_columns(Campaign.code)
        .join(Campaign, Campaign.id == Bulletin.campaign_id)
        .where(wanted)
        .order_by(Bulletin.id)
    )
    return [
        EventRow(
            key=row.id,
            kind="bulletin",
            about=None,
            campaign=row.code,
            community_id=row.community_id,
            at=row.published_at,
            version=row.version,
        )
        for row in session.execute(query)
    ]


def list_webhooks(session: Session) -> list[Webhook]:
    """Return all webhooks, the newest first."""
    return list(session.scalars(select(Webhook).order_by(Webhook.id.desc())))


def list_active(session: Session) -> list[Webhook]:
    """Return the webhooks that are told something."""
    query = select(Webhook).where(Webhook.off_at.is_(None)).order_by(Webhook.id)
    return list(session.scalars(query))


def list_places(session: Session) -> dict[int, set[int]]:
    """Return the communities of each webhook that is told of some only."""
    found: dict[int, set[int]] = {}
    for row in session.execute(select(WebhookCommunity.webhook_id, WebhookCommunity.community_id)):
        found.setdefault(row.webhook_id, set()).add(row.community_id)
    return found


def find_webhook(session: Session, webhook_id: int) -> Webhook | None:
    """Return a webhook."""
    return session.get(Webhook, webhook_id)


def lock_webhook(session: Session, webhook_id: int) -> Webhook | None:
    """Return a webhook as it stands now, locked until the transaction ends."""
    query = select(Webhook).where(Webhook.id == webhook_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def count_off(session: Session) -> int:
    """Return how many webhooks switched themselves off."""
    query = select(func.count()).select_from(Webhook)
    return session.scalar(query.where(Webhook.why_off.in_(["failing", "gone"]))) or 0


def list_told(
    session: Session, webhook_id: int, source: str, source_ids: Collection[int]
) -> set[int]:
    """Return which events of a table a webhook has a message of already."""
    query = select(Delivery.source_id).where(
        Delivery.webhook_id == webhook_id,
        Delivery.source == source,
        Delivery.source_id.in_(sorted(source_ids)),
    )
    return {one for one in session.scalars(query) if one is not None}


def list_due_webhooks(session: Session, now: datetime) -> list[int]:
    """Return the active webhooks with a message whose time has come and that nobody serves."""
    query = (
        select(Webhook.id)
        .where(
            Webhook.off_at.is_(None),
            or_(Webhook.held_until.is_(None), Webhook.held_until < now),
            exists().where(*_due(Delivery, now), Delivery.webhook_id == Webhook.id),
        )
        .order_by(Webhook.id)
    )
    return list(session.scalars(query))


def next_delivery(session: Session, webhook_id: int, now: datetime) -> Delivery | None:
    """Return the oldest message due whose subject has no older one waiting."""
    older = aliased(Delivery)
    query = (
        select(Delivery)
        .where(
            Delivery.webhook_id == webhook_id,
            *_due(Delivery, now),
            ~exists().where(
                older.webhook_id == webhook_id,
                older.subject == Delivery.subject,
                older.state == DeliveryState.WAITING,
                older.id < Delivery.id,
            ),
        )
        .order_by(Delivery.id)
        .limit(1)
    )
    return session.scalar(query.execution_options(populate_existing=True))


def lock_delivery(session: Session, delivery_id: int) -> Delivery | None:
    """Return a message as it stands now, locked until the transaction ends."""
    query = select(Delivery).where(Delivery.id == delivery_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def find_delivery(session: Session, delivery_id: int) -> Delivery | None:
    """Return a message."""
    return session.get(Delivery, delivery_id)


def list_deliveries(
    session: Session, webhook_id: int, *, before: int | None, limit: int
) -> list[Delivery]:
    """Return messages of a webhook, the newest first."""
    query = select(Delivery).where(Delivery.webhook_id == webhook_id)
    if before is not None:
        query = query.where(Delivery.id < before)
    return list(session.scalars(query.order_by(Delivery.id.desc()).limit(limit)))


def count_deliveries(session: Session, webhook_id: int) -> dict[DeliveryState, int]:
    """Return how many messages of a webhook stand where."""
    query = (
        select(Delivery.state, func.count())
        .where(Delivery.webhook_id == webhook_id)
        .group_by(Delivery.state)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def list_tries(session: Session, delivery_id: int) -> list[DeliveryTry]:
    """Return the tries of a message, the first first."""
    query = select(DeliveryTry).where(DeliveryTry.delivery_id == delivery_id)
    return list(session.scalars(query.order_by(DeliveryTry.id)))


def list_old(session: Session, before: datetime, limit: int) -> list[int]:
    """Return messages that ended before an instant."""
    query = select(Delivery.id).where(
        Delivery.state != DeliveryState.WAITING, Delivery.ended_at < before
    )
    return list(session.scalars(query.order_by(Delivery.id).limit(limit)))


def forget_deliveries(session: Session, delivery_ids: Collection[int]) -> None:
    """Remove messages and their tries."""
    for table, column in ((DeliveryTry, DeliveryTry.delivery_id), (Delivery, Delivery.id)):
        session.execute(delete(table).where(column.in_(sorted(delivery_ids))))


def _due(kind: type[Delivery], now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (and_(kind.state == DeliveryState.WAITING, kind.next_at <= now),)
