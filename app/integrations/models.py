"""Tables of other systems: keys of the API, writes they made, webhooks and their deliveries."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class ApiKey(Base):
    """A key of another system. Only the keyed hash of its secret is kept.

    What the system does is done by an account of its own that nobody can sign in with, so that
    cases, contacts and the audit log name it like a person.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("per_minute BETWEEN 1 AND 6000", name="rate_range"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), unique=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scopes: Mapped[str] = mapped_column(String(200))  # separated by blanks
    all_communities: Mapped[bool]
    per_minute: Mapped[int] = mapped_column(SmallInteger)
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class ApiKeyCommunity(Base):
    """A community a key may see."""

    __tablename__ = "api_key_community"

    key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)


class ApiWrite(Base):
    """A write a key made, with its answer: the same one sent again gets the same answer.

    It is stored in the transaction of its effect, and holds no word of anybody.
    """

    __tablename__ = "api_write"
    __table_args__ = (Index("ix_api_write_at", "at"),)

    key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)  # its Idempotency-Key
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # keyed hash of what was asked
    status: Mapped[int] = mapped_column(SmallInteger)
    answer: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class WhyOff(StrEnum):
    """Why a webhook gets nothing."""

    BY_HAND = "by_hand"
    FAILING = "failing"  # one message could not be delivered for three days
    GONE = "gone"  # it answered 410


class Webhook(Base):
    """An address of another system that is told what happens."""

    __tablename__ = "webhook"
    __table_args__ = (
        CheckConstraint("(off_at IS NULL) = (why_off IS NULL)", name="off_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(500))
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "webhook"
    topics: Mapped[str] = mapped_column(String(80))  # gate, case, publication
    all_communities: Mapped[bool]
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    on_since: Mapped[datetime] = mapped_column(UTCDateTime)  # nothing earlier is told
    off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    why_off: Mapped[WhyOff | None] = mapped_column(enum_type(WhyOff))
    held_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # one sender at a time


class WebhookCommunity(Base):
    """A community whose events a webhook is told."""

    __tablename__ = "webhook_community"

    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)


class FeedMark(Base):
    """How far one table of events has been read.

    `gaps` are keys below `last` that were not there yet: on PostgreSQL a transaction that drew its
    keys earlier may end later.
    """

    __tablename__ = "feed_mark"

    source: Mapped[str] = mapped_column(String(16), primary_key=True)
    last: Mapped[int]
    gaps: Mapped[str] = mapped_column(Text)  # JSON: lists of first, last, seconds when seen


class DeliveryState(StrEnum):
    """Where one message to one webhook stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class Delivery(Base):
    """One message for one webhook; sent again it keeps its name, so the receiver sees it twice."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "source", "source_id"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended_has_time"),
        Index("ix_delivery_due", "state", "webhook_id", "next_at"),
        Index("ix_delivery_order", "webhook_id", "subject", "id"),
        Index("ix_delivery_list", "webhook_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    name: Mapped[str] = mapped_column(String(48), unique=True)  # the header webhook-id
    source: Mapped[str] = mapped_column(String(16))
    source_id: Mapped[int | None]  # None: a test
    kind: Mapped[str] = mapped_column(String(48))  # case.step
    subject: Mapped[str] = mapped_column(String(48))  # what must be told in order: case:12
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[DeliveryState] = mapped_column(
        enum_type(DeliveryState), default=DeliveryState.WAITING
    )
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class DeliveryTry(Base):
    """One try to deliver a message."""

    __tablename__ = "delivery_try"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    problem: Mapped[str] = mapped_column(String(24))  # a code; empty when it was taken
    millis: Mapped[int]
