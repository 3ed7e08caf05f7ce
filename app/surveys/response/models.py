"""Tables of responses: one compact vector per answer; comments, drafts and copies sealed apart."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class Channel(StrEnum):
    """How an answer came in."""

    PHONE = "phone"
    PAPER = "paper"
    VISIT = "visit"  # told to an interviewer at home; see interviews.models


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
    # Head office found that it is not the owner's, or it was withdrawn: see voids.models.
    voided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


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
    """Unfinished answers of one device, sealed. Another phone sees them by a resume code only."""

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("frame_member_id", "device_hash"),
        Index("uq_draft_resume_hash", "resume_hash", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"))
    device_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    answers_sealed: Mapped[bytes] = mapped_column(
        LargeBinary
    )  # JSON of raw fields, purpose "draft"
    language: Mapped[str] = mapped_column(String(8))
    form: Mapped[str] = mapped_column(String(8))
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # When the first page was shown, and JSON {page: seconds}: how long each page was looked at.
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pace: Mapped[str | None] = mapped_column(Text)
    has_script: Mapped[bool | None]  # pages were saved by their script
    # Keyed hash of the code that opens this draft on another phone, and until when it does.
    resume_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    resume_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The name photos of this phone are kept under, once it has a code: they are carried on too.
    resume_phone: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class Entrance(StrEnum):
    """How a browser came to the questions."""

    LINK = "link"  # the code on the letter was scanned, or the link was tapped
    CODE = "code"  # the short code was typed
    RESUME = "resume"  # another phone's draft was carried on


class ResponseSignal(Base):
    """How an answer came about; read by the integrity checks, never used to refuse an owner.

    The hashes are keyed and made anew for every campaign: they tell that two answers of one
    campaign came from the same phone or network, and nothing else.
    """

    __tablename__ = "response_signal"
    __table_args__ = (
        Index("ix_response_signal_device_hash", "device_hash"),
        Index("ix_response_signal_network_hash", "network_hash"),
    )

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), primary_key=True)
    device_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    network_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # of the /24 or /48
    entrance: Mapped[Entrance | None] = mapped_column(enum_type(Entrance))
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    seconds: Mapped[int | None]  # from the first page shown to the end
    pages: Mapped[int] = mapped_column(SmallInteger)  # pages whose time is known
    slowest: Mapped[int | None] = mapped_column(SmallInteger)  # seconds of the slowest page
    median: Mapped[int | None] = mapped_column(SmallInteger)  # seconds of the middle page
    has_script: Mapped[bool | None]  # the pages ran with JavaScript
    honeypot: Mapped[bool]  # a field no person sees was filled in


class AnswerCopy(Base):
    """An owner's own answers as a file he asked for: made by the worker, gone after a day."""

    __tablename__ = "answer_copy"

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    # Base 64 of a PDF, sealed with purpose "copy"; None while it is being made.
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
