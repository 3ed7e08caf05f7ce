"""Tables of what is written about complaints, beside the complaints themselves.

Plans and corrective-action reports are about one home and sealed. Announcements and training cases
name nobody: they are checked before they are stored, and only a row beside them leads to the
complaint they come from, which goes when the home is erased.
"""

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


class CorrectionPlan(Base):
    """What the quality department demands of an office after a major complaint (纠正方案)."""

    __tablename__ = "correction_plan"
    __table_args__ = (UniqueConstraint("follow_up_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    # Canonical JSON {problem, aim}, sealed with purpose "correction_plan".
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CorrectionAction(Base):
    """One thing of a plan: what, who, until when, and what shows that it was done."""

    __tablename__ = "correction_action"
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (done_on IS NULL) "
            "AND (done_at IS NULL) = (evidence_sealed IS NULL)",
            name="done_has_evidence",
        ),
        Index("ix_correction_action_open", "done_at", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("correction_plan.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    what_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "correction_plan"
    responsible: Mapped[str] = mapped_column(String(40))
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    evidence_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class CorrectiveReport(Base):
    """One version of a corrective-action report (纠正措施报告).

    Its words stand from the first signature on. Where another unit finds that it did not help, the
    next version is written and this one stays.
    """

    __tablename__ = "corrective_report"
    __table_args__ = (
        UniqueConstraint("follow_up_id", "version"),
        CheckConstraint(
            "(verified_at IS NULL) = (verified_by IS NULL) "
            "AND (verified_at IS NULL) = (is_effective IS NULL) "
            "AND (verified_at IS NULL) = (finding_sealed IS NULL)",
            name="verified_has_finding",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    version: Mapped[int] = mapped_column(SmallInteger)
    # Canonical JSON {facts, cause, correction, prevention}; purpose "corrective_report".
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_effective: Mapped[bool | None]
    finding_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # same purpose
    verified_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SignedAs(StrEnum):
    """As what somebody signs a corrective-action report."""

    WRITER = "writer"
    RESPONSIBLE = "responsible"  # the first responsible person: the office's director or higher
    QUALITY = "quality"
    LEADER = "leader"


class CorrectiveSignature(Base):
    """Who signed a report, as what, and a keyed hash of the words that were signed."""

    __tablename__ = "corrective_signature"
    __table_args__ = (UniqueConstraint("report_id", "signed_as"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("corrective_report.id"))
    signed_as: Mapped[SignedAs] = mapped_column(enum_type(SignedAs))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    signed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class Announcement(Base):
    """What the whole company is told of a major complaint, without names (全公司公告)."""

    __tablename__ = "complaint_announcement"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint(
            "(published_at IS NULL) = (approved_by IS NULL) "
            "AND (published_at IS NULL) = (number IS NULL)",
            name="published_has_number",
        ),
        CheckConstraint(
            "withdrawn_at IS NULL OR (published_at IS NOT NULL AND withdrawn_by IS NOT NULL)",
            name="withdrawn_was_published",
        ),
        Index("ix_complaint_announcement_published", "published_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(String(16))  # 2026-003, given when published
    title: Mapped[str] = mapped_column(String(80))
    happened: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    measures: Mapped[str] = mapped_column(Text)
    demand: Mapped[str] = mapped_column(Text)  # what every office has to check or do
    written_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_reason: Mapped[str] = mapped_column(String(300), default="")


class AnnouncementSource(Base):
    """The complaint an announcement comes from."""

    __tablename__ = "complaint_announcement_source"

    announcement_id: Mapped[int] = mapped_column(
        ForeignKey("complaint_announcement.id"), primary_key=True
    )
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), index=True)


class AnnouncementRead(Base):
    """That somebody of the staff read an announcement."""

    __tablename__ = "complaint_announcement_read"

    announcement_id: Mapped[int] = mapped_column(
        ForeignKey("complaint_announcement.id"), primary_key=True
    )
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, index=True)
    read_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MonthDraft(Base):
    """What an office has written so far for the report of a month."""

    __tablename__ = "complaint_month_draft"

    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)  # its first day
    causes: Mapped[str] = mapped_column(Text)
    measures: Mapped[str] = mapped_column(Text)
    learnt: Mapped[str] = mapped_column(Text)
    saved_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MonthReport(Base):
    """One issued version of an office's report of a month; triggers refuse any change."""

    __tablename__ = "complaint_month_report"
    __table_args__ = (
        UniqueConstraint("community_id", "month", "version"),
        Index("ix_complaint_month_report_month", "month", "community_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    month: Mapped[date]
    version: Mapped[int] = mapped_column(SmallInteger)
    figures: Mapped[str] = mapped_column(Text)  # canonical JSON: this month and what it stands by
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of figures and words
    causes: Mapped[str] = mapped_column(Text)
    measures: Mapped[str] = mapped_column(Text)
    learnt: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    issued_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)


class TrainingCase(Base):
    """A complaint told so that others learn from it, without anybody's name (培训案例)."""

    __tablename__ = "complaint_training_case"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint(
            "(released_at IS NULL) = (released_by IS NULL) "
            "AND (released_at IS NULL) = (number IS NULL)",
            name="released_has_number",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(String(16))  # P2026-003, given when released
    title: Mapped[str] = mapped_column(String(80))
    class_code: Mapped[str] = mapped_column(String(24))
    situation: Mapped[str] = mapped_column(Text)
    handling: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    lesson: Mapped[str] = mapped_column(Text)
    questions: Mapped[str] = mapped_column(Text)  # to talk about, one a line
    written_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)
    released_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    released_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class TrainingSource(Base):
    """The complaint a training case comes from."""

    __tablename__ = "complaint_training_source"

    training_case_id: Mapped[int] = mapped_column(
        ForeignKey("complaint_training_case.id"), primary_key=True
    )
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), index=True)


class PrintKind(StrEnum):
    """Which paper is printed."""

    RECORD = "record"  # 投诉记录
    PLAN = "plan"  # 纠正方案
    CORRECTIVE = "corrective"  # 纠正措施报告
    ANNOUNCEMENT = "announcement"  # 公告
    MONTH = "month"  # 每月投诉统计与分析报告
    TRAINING = "training"  # 培训案例


class ComplaintPrint(Base):
    """A paper somebody ordered: made by the worker, sealed, deleted after a day."""

    __tablename__ = "complaint_print"
    __table_args__ = (Index("ix_complaint_print_staff_id", "staff_id", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PrintKind] = mapped_column(enum_type(PrintKind))
    about_id: Mapped[int]  # key of the complaint, report, announcement or case
    name: Mapped[str] = mapped_column(String(120))  # of the file, without its ending
    language: Mapped[str] = mapped_column(String(8))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Base 64 of the PDF, sealed with purpose "paper"; None while it is being made.
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
