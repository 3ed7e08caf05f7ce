"""Tables after the answers: cases, visits, published replies and answers, owners' alarms."""

from datetime import date, datetime
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
        # The whole of what the counts of cases ask: they are read from the index alone.
        Index("ix_follow_up_list", "campaign_id", "community_id", "on_list", "state", "id"),
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


class Reply(Base):
    """What the owner of a comment reads as the reply (给业主的答复). An edit is a new version."""

    __tablename__ = "reply"
    __table_args__ = (UniqueConstraint("comment_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    version: Mapped[int] = mapped_column(SmallInteger)
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "reply"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReplyVerdict(StrEnum):
    """What the owner thinks of a reply."""

    SATISFIED = "satisfied"
    SO_SO = "so_so"
    NOT = "not"


class ReplyRating(Base):
    """The owner's view of one version of a reply; he may change his mind."""

    __tablename__ = "reply_rating"

    reply_id: Mapped[int] = mapped_column(ForeignKey("reply.id"), primary_key=True)
    verdict: Mapped[ReplyVerdict] = mapped_column(enum_type(ReplyVerdict))
    rated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Problem(Base):
    """A problem of a community that head office answers in public (公开答复)."""

    __tablename__ = "problem"
    __table_args__ = (Index("ix_problem_list", "campaign_id", "community_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PublicAnswer(Base):
    """One published version of an answer; triggers refuse any change. Names nobody."""

    __tablename__ = "public_answer"
    __table_args__ = (
        UniqueConstraint("problem_id", "version"),
        CheckConstraint("(due_on IS NULL) = (why_not IS NOT NULL)", name="date_or_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"))
    version: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str] = mapped_column(String(120))  # the problem, as owners say it
    cause: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)  # what is done
    responsible: Mapped[str] = mapped_column(String(120))
    due_on: Mapped[date | None]
    why_not: Mapped[str | None] = mapped_column(Text)  # instead of a date
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ProblemComment(Base):
    """That a comment raised a problem, and whether its owner says it is solved."""

    __tablename__ = "problem_comment"
    __table_args__ = (
        CheckConstraint("(is_solved IS NULL) = (said_at IS NULL)", name="said_has_time"),
    )

    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"), primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True, index=True)
    is_solved: Mapped[bool | None]
    said_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AlarmKind(StrEnum):
    """What an owner says is wrong with the answer of his home."""

    NOT_US = "not_us"  # nobody of the home has answered
    PASSED_ON = "passed_on"  # somebody outside the home answered with the link
    WRONG = "wrong"  # the home answered, but not like this


class AlarmOutcome(StrEnum):
    """What head office found."""

    FAMILY = "family"  # somebody of the home had answered after all
    STRANGER = "stranger"  # the answer is not of this home
    UNCLEAR = "unclear"


class Alarm(Base):
    """An owner says that an answer of his home is not right; head office looks into it."""

    __tablename__ = "alarm"
    __table_args__ = (
        CheckConstraint("(checked_at IS NULL) = (outcome IS NULL)", name="checked_has_outcome"),
        Index("ix_alarm_member", "frame_member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"))
    kind: Mapped[AlarmKind] = mapped_column(enum_type(AlarmKind))
    # Canonical JSON {name, phone, words}, sealed with purpose "alarm".
    said_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    raised_at: Mapped[datetime] = mapped_column(UTCDateTime)
    outcome: Mapped[AlarmOutcome | None] = mapped_column(enum_type(AlarmOutcome))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "note"
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
