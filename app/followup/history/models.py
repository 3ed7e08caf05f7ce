"""Tables of what happened with a case: events, notes, contacts taken back, praise, capacity."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type
from app.followup.models import Stage


class CaseEventKind(StrEnum):
    """What happened with a case."""

    OPENED = "opened"
    STEP = "step"
    CONTACT = "contact"
    UNDONE = "undone"  # a contact was taken back
    TRIAGED = "triaged"
    ASSIGNED = "assigned"
    HANDED_OVER = "handed_over"
    SOURCE = "source"  # turned into a complaint or a repair
    MOVED = "moved"  # to head office's list: the owner asked for it
    REOPENED = "reopened"


class CaseEvent(Base):
    """One thing that happened with a case; triggers refuse any change."""

    __tablename__ = "case_event"
    __table_args__ = (Index("ix_case_event_case", "follow_up_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"))
    kind: Mapped[CaseEventKind] = mapped_column(enum_type(CaseEventKind))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: the program
    stage: Mapped[Stage] = mapped_column(enum_type(Stage))  # where the case stands after it
    to_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact_record.id"))
    detail: Mapped[str] = mapped_column(String(64), default="")  # a code, never a word of anybody


class CaseNote(Base):
    """The reason somebody gave with an event; apart from it, so that it can be erased."""

    __tablename__ = "case_note"

    event_id: Mapped[int] = mapped_column(ForeignKey("case_event.id"), primary_key=True)
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "note"


class ContactUndo(Base):
    """That a contact was taken back: it stays on record and counts no more."""

    __tablename__ = "contact_undo"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact_record.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Praise(Base):
    """That an owner praised somebody: an account, or a name as the owner wrote it."""

    __tablename__ = "praise"
    __table_args__ = (
        CheckConstraint("(staff_id IS NULL) <> (name_sealed IS NULL)", name="one_name"),
        CheckConstraint("(thanked_at IS NULL) = (thanked_by IS NULL)", name="thanked_by_somebody"),
        Index("ix_praise_staff", "staff_id", "id"),
        Index("ix_praise_list", "campaign_id", "community_id", "id"),
        Index("ix_praise_case", "follow_up_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "name"
    department: Mapped[str] = mapped_column(String(24))
    said_at: Mapped[datetime] = mapped_column(UTCDateTime)
    said_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))  # who passed it on
    thanked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    thanked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class CaseCapacity(Base):
    """How many people of a community call, and how many calls each makes in a day."""

    __tablename__ = "case_capacity"
    __table_args__ = (
        CheckConstraint("callers BETWEEN 1 AND 99", name="callers_range"),
        CheckConstraint("calls_a_day BETWEEN 1 AND 200", name="calls_range"),
    )

    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    callers: Mapped[int] = mapped_column(SmallInteger)
    calls_a_day: Mapped[int] = mapped_column(SmallInteger)
    changed_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SheetState(StrEnum):
    """Life of a printed list."""

    WAITING = "waiting"
    READY = "ready"
    GONE = "gone"


class CaseSheet(Base):
    """A follow-up list somebody asked for on paper; the sealed file is deleted after a day."""

    __tablename__ = "case_sheet"
    __table_args__ = (Index("ix_case_sheet_asked", "asked_by", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up.id"))  # one record sheet
    filters: Mapped[str] = mapped_column(String(500))  # the query of the list's address
    language: Mapped[str] = mapped_column(String(16))
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[SheetState] = mapped_column(enum_type(SheetState), default=SheetState.WAITING)
    homes: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str | None] = mapped_column(String(64))
    made_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
