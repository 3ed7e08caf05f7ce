"""Tables of review meetings (会审): the meeting and its decisions."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime


class ReviewMeeting(Base):
    """One meeting of head office and offices about a campaign; of all communities, or of one."""

    __tablename__ = "review_meeting"
    __table_args__ = (Index("ix_review_meeting_campaign_id", "campaign_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(80))
    people_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "minutes"
    minutes_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "minutes"
    noted_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReviewDecision(Base):
    """One decision of a meeting: what, who, by when; tracked until it is done."""

    __tablename__ = "review_decision"
    __table_args__ = (
        UniqueConstraint("meeting_id", "number"),
        CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (done_sealed IS NULL)",
            name="done_is_whole",
        ),
        Index("ix_review_decision_due", "done_at", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("review_meeting.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    what_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "minutes"
    responsible: Mapped[str] = mapped_column(String(40))
    due_on: Mapped[date]
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    done_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "minutes"
