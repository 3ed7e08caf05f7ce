"""Tables of distribution: printed bundles, the hand-over book, runs of messages, opt-outs."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class BatchForm(StrEnum):
    """What a batch of printed matter holds."""

    LETTER = "letter"  # one home a page
    SLIP = "slip"  # eight homes a page, to be cut
    NOTICE = "notice"  # posters of a community; no home's code is on them


class BatchState(StrEnum):
    """Life of a batch: the files of letters and slips are deleted after a day."""

    WAITING = "waiting"
    READY = "ready"
    GONE = "gone"


class RunKind(StrEnum):
    """The steps of a campaign on which owners hear from head office."""

    LAUNCH = "launch"
    REMINDER_1 = "reminder_1"
    REMINDER_2 = "reminder_2"
    RESULT = "result"


class SendChannel(StrEnum):
    """How a message reaches a home."""

    LETTER = "letter"
    SMS = "sms"
    WECHAT = "wechat"
    EMAIL = "email"


class RunState(StrEnum):
    """Life of a run. Nothing leaves the house before a person approved the preview."""

    PREPARING = "preparing"  # the worker looks up exactly who
    PREVIEWED = "previewed"
    APPROVED = "approved"  # waits for its planned time
    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"


class MessageState(StrEnum):
    """Life of one message. SENDING is written before the first byte leaves the house."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


class MessageReason(StrEnum):
    """Why a home is left out, or why its message failed."""

    EXCLUDED = "excluded"
    ANSWERED = "answered"
    REFUSED = "refused"
    OPTED_OUT = "opted_out"
    AT_CAP = "at_cap"
    ALREADY_TOLD = "already_told"  # another run brought it this step before
    TOO_SOON = "too_soon"  # its last reminder came a moment ago
    NO_ADDRESS = "no_address"
    NOT_DUE = "not_due"  # its community takes no more answers, or has no results yet
    REJECTED = "rejected"  # the provider refused it
    UNREACHABLE = "unreachable"  # the provider did not answer, time after time
    UNSURE = "unsure"  # nobody knows whether it left: never sent again


class HandoverKind(StrEnum):
    """Lines of the hand-over book (发放登记)."""

    PRINTED = "printed"
    HANDED_OUT = "handed_out"  # sealed bundle given to the office, which signs for the count
    BROUGHT_BACK = "brought_back"  # letters that could not be delivered, or sealed paper forms


class LetterBatch(Base):
    """Printed matter of one community that somebody asked for; made by the worker."""

    __tablename__ = "letter_batch"
    __table_args__ = (Index("ix_letter_batch_campaign_community", "campaign_id", "community_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("message_run.id"), index=True)
    form: Mapped[BatchForm] = mapped_column(enum_type(BatchForm))
    kind: Mapped[RunKind] = mapped_column(enum_type(RunKind))
    language: Mapped[str] = mapped_column(String(8))
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    state: Mapped[BatchState] = mapped_column(enum_type(BatchState), default=BatchState.WAITING)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    buildings: Mapped[int] = mapped_column(default=0)
    homes: Mapped[int] = mapped_column(default=0)


class LetterFile(Base):
    """One sealed PDF of a batch: the letters of one building."""

    __tablename__ = "letter_file"
    __table_args__ = (UniqueConstraint("batch_id", "building"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("letter_batch.id"))
    building: Mapped[str] = mapped_column(String(16))
    homes: Mapped[int]
    pages: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))  # of the sealed bytes: its name on the disk
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Handover(Base):
    """One line of the hand-over book. A wrong line is struck out, never changed."""

    __tablename__ = "handover"
    __table_args__ = (
        Index("ix_handover_campaign_community", "campaign_id", "community_id"),
        CheckConstraint("pieces >= 0", name="pieces_not_negative"),
        CheckConstraint("(struck_at IS NULL) = (struck_by IS NULL)", name="struck_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    building: Mapped[str] = mapped_column(String(16))
    kind: Mapped[HandoverKind] = mapped_column(enum_type(HandoverKind))
    pieces: Mapped[int]
    person_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # who signed
    happened_on: Mapped[date]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    struck_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    struck_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class MessageRun(Base):
    """One round of messages over one channel: preview, approval, planned time, progress."""

    __tablename__ = "message_run"
    __table_args__ = (
        CheckConstraint("cap BETWEEN 1 AND 9", name="cap_range"),
        CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_somebody"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))  # None: all
    kind: Mapped[RunKind] = mapped_column(enum_type(RunKind))
    channel: Mapped[SendChannel] = mapped_column(enum_type(SendChannel))
    state: Mapped[RunState] = mapped_column(enum_type(RunState), default=RunState.PREPARING)
    cap: Mapped[int]  # reminders one home gets in a campaign, over all channels
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    planned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Pieces of work done so far; names the next job, so that only one is under way.
    slices: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the provider was away
    problem: Mapped[str | None] = mapped_column(String(64))  # what the provider said last


class RunTally(Base):
    """Homes of a run by building: planned, sent, failed, or left out and why."""

    __tablename__ = "run_tally"

    run_id: Mapped[int] = mapped_column(ForeignKey("message_run.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    building: Mapped[str] = mapped_column(String(16), primary_key=True)
    what: Mapped[str] = mapped_column(String(24), primary_key=True)  # MessageState or MessageReason
    count: Mapped[int]


class Message(Base):
    """One message to one home; the unique key is the rule "each exactly once"."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("run_id", "frame_member_id"),
        Index("ix_message_run_state", "run_id", "state", "id"),
        Index("ix_message_frame_member_id", "frame_member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("message_run.id"))
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"))
    state: Mapped[MessageState] = mapped_column(enum_type(MessageState))
    reason: Mapped[MessageReason | None] = mapped_column(enum_type(MessageReason))
    attempts: Mapped[int] = mapped_column(default=0)
    moved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    receipt: Mapped[str | None] = mapped_column(String(64))  # the provider's own number


class OptOut(Base):
    """A home that asked for no more reminders, in this campaign and every later one."""

    __tablename__ = "opt_out"

    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class MessageAddress(Base):
    """Where a home is reached by WeChat (its OpenID) or e-mail. Phones stand in the register."""

    __tablename__ = "message_address"

    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), primary_key=True)
    channel: Mapped[SendChannel] = mapped_column(enum_type(SendChannel), primary_key=True)
    address_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
