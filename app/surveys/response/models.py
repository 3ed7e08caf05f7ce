"""Tables of responses: one compact vector per answer, comments sealed apart, drafts sealed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class Channel(StrEnum):
    """How an answer came in."""

    PHONE = "phone"
    PAPER = "paper"


class Origin(StrEnum):
    """Sent by the owner, or taken from the draft when the deadline passed."""

    SUBMITTED = "submitted"
    FLUSHED = "flushed"


class Response(Base):
    """One answer of a household. Kept for ever; at most one per household counts.

    The partial unique index is the rule "one counted answer per household", and the idempotency
    key the rule "the same submit is stored once", both on SQLite and PostgreSQL.
    """

    __tablename__ = "response"
    __table_args__ = (
        Index(
            "uq_response_counted",
            "frame_member_id",
            unique=True,
            sqlite_where=text("is_counted"),
            postgresql_where=text("is_counted"),
        ),
        Index("ix_response_member", "frame_member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"))
    idempotency_key: Mapped[str] = mapped_column(String(64), unique=True)
    payload_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    channel: Mapped[Channel] = mapped_column(enum_type(Channel))
    origin: Mapped[Origin] = mapped_column(enum_type(Origin))
    language: Mapped[str] = mapped_column(String(8))
    form: Mapped[str] = mapped_column(String(8))  # full or elder
    instrument_digest: Mapped[str] = mapped_column(ForeignKey("instrument_version.digest"))
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    is_counted: Mapped[bool]
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    receipt: Mapped[str] = mapped_column(String(16), unique=True)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class ContactWish(StrEnum):
    """Who may reply to a comment (F1)."""

    OFFICE_OR_HQ = "office_or_hq"
    HQ_ONLY = "hq_only"
    NO_REPLY = "no_reply"


class Comment(Base):
    """The words of one answer, sealed: one row per response that holds any text."""

    __tablename__ = "comment"
    __table_args__ = (UniqueConstraint("response_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"))
    # Canonical JSON {item code: text, ...}, sealed with purpose "comment".
    texts_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    # Canonical JSON {way, when, number}, sealed with purpose "contact"; None when not given.
    contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    wish: Mapped[ContactWish] = mapped_column(enum_type(ContactWish))


class Draft(Base):
    """Unfinished answers of one device, sealed. Another phone never sees them."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("frame_member_id", "device_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"))
    device_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    answers_sealed: Mapped[bytes] = mapped_column(
        LargeBinary
    )  # JSON of raw fields, purpose "draft"
    language: Mapped[str] = mapped_column(String(8))
    form: Mapped[str] = mapped_column(String(8))
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
