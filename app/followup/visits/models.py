"""Tables of home visits: the visit, its records, photo and signature, what was promised."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class VisitState(StrEnum):
    """State of a home visit (登门拜访)."""

    PLANNED = "planned"
    APPOINTED = "appointed"
    VISITED = "visited"
    NOT_AT_HOME = "not_at_home"  # tried; another day has to be found
    DECLINED = "declined"  # the household does not wish a visit
    PHONE_INSTEAD = "phone_instead"  # spoken to by telephone; never counts as a home visit


class VisitResult(StrEnum):
    """What one attempt came to; the state of a visit is that of its last attempt."""

    VISITED = "visited"
    NOT_AT_HOME = "not_at_home"
    DECLINED = "declined"
    PHONE_INSTEAD = "phone_instead"


class Visit(Base):
    """A home visit to an important customer in a campaign."""

    __tablename__ = "visit"
    __table_args__ = (
        # What the counts and the calendar ask; they are read from the index alone.
        Index("ix_visit_plan", "campaign_id", "community_id", "state", "planned_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"), unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    planned_on: Mapped[date]  # the day of the appointment, once there is one
    state: Mapped[VisitState] = mapped_column(enum_type(VisitState), default=VisitState.PLANNED)
    visited_on: Mapped[date | None]
    visited_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # The words of a visit from before records had six fields; purpose "note".
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    appointed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    agreed_with: Mapped[str | None] = mapped_column(String(16))  # owner, family, tenant, other
    visitor_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # who is to go


class VisitRecord(Base):
    """One attempt as it was written down; triggers refuse any change.

    The six fields of the handbook are time, place, person, staff, matter and result.
    """

    __tablename__ = "visit_record"
    __table_args__ = (
        CheckConstraint(
            "(result = 'visited') = (matter_sealed IS NOT NULL) "
            "AND (result = 'visited') = (outcome_sealed IS NOT NULL)",
            name="visited_has_words",
        ),
        CheckConstraint(
            "result NOT IN ('declined', 'phone_instead') OR reason_sealed IS NOT NULL",
            name="instead_has_reason",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    # Made on the phone that recorded it: sent again, it is the same record.
    key: Mapped[str] = mapped_column(String(64), unique=True)
    result: Mapped[VisitResult] = mapped_column(enum_type(VisitResult))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    place: Mapped[str] = mapped_column(String(16))  # home, doorstep; phone when it was no visit
    person_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "person"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    matter_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "matter"
    outcome_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "result"
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "note"
    owner_view: Mapped[str | None] = mapped_column(String(16))  # satisfied, neutral, dissatisfied
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PictureKind(StrEnum):
    """What a picture of a visit shows."""

    PHOTO = "photo"
    SIGNATURE = "signature"


class VisitPicture(Base):
    """A photo or the owner's signature; both are optional."""

    __tablename__ = "visit_picture"
    __table_args__ = (UniqueConstraint("record_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("visit_record.id"))
    kind: Mapped[PictureKind] = mapped_column(enum_type(PictureKind))
    # Base 64 of a JPEG made anew from its pixels, sealed with purpose "photo".
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class VisitAction(Base):
    """What was promised at the door: what, who, by when, and whether it was done."""

    __tablename__ = "visit_action"
    __table_args__ = (
        CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (done_sealed IS NULL)",
            name="done_is_whole",
        ),
        Index("ix_visit_action_due", "community_id", "done_at", "due_on"),
        Index("ix_visit_action_visit_id", "visit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("visit_record.id"))
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    what_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "action"
    responsible: Mapped[str] = mapped_column(String(40))  # of the company's own people
    due_on: Mapped[date]
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    done_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "action"
