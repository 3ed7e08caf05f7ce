"""Tables after the answers: follow-up cases and home visits."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class CaseList(StrEnum):
    """The one list a case stands on."""

    COMMUNITY = "community"
    HEAD_OFFICE = "head_office"  # the office sees neither address nor text


class CaseState(StrEnum):
    """State of a follow-up case; never deleted, only closed with an outcome."""

    OPEN = "open"
    CLOSED = "closed"
    DECLINED = "declined"  # the owner wished no reply


class Outcome(StrEnum):
    """Result of a contact (处理结果)."""

    SOLVED = "solved"
    EXPLAINED = "explained"
    DATED = "dated"  # to be done by a date
    PRAISE_PASSED = "praise_passed"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"


class FollowUp(Base):
    """One case per household that left a comment in a campaign (逐户回访)."""

    __tablename__ = "follow_up"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_has_time"),
        Index("ix_follow_up_list", "campaign_id", "community_id", "on_list"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"), unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    on_list: Mapped[CaseList] = mapped_column(enum_type(CaseList))
    state: Mapped[CaseState] = mapped_column(enum_type(CaseState), default=CaseState.OPEN)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ContactRecord(Base):
    """One contact about a case: the six fields of the handbook and the owner's own view."""

    __tablename__ = "contact_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    way: Mapped[str] = mapped_column(String(16))  # visit, phone, wechat, reception
    person_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # who was spoken to
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[Outcome] = mapped_column(enum_type(Outcome))
    result_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    owner_view: Mapped[str | None] = mapped_column(String(16))  # satisfied, neutral, dissatisfied
    next_on: Mapped[date | None]


class VisitState(StrEnum):
    """State of a home visit (登门拜访)."""

    PLANNED = "planned"
    VISITED = "visited"


class Visit(Base):
    """A home visit to an important customer in a campaign."""

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"), unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    planned_on: Mapped[date]
    state: Mapped[VisitState] = mapped_column(enum_type(VisitState), default=VisitState.PLANNED)
    visited_on: Mapped[date | None]
    visited_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
