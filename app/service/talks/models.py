"""Tables of talks with the committee, opinions, forum words, activities, contacts, reports."""

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


class MonthState(StrEnum):
    """Whether the talk of a month is still to be held."""

    OPEN = "open"
    HELD = "held"
    EXCUSED = "excused"  # head office confirmed that there was nobody to talk to


class TalkMonth(Base):
    """That a community must hold a talk in a month; there is one row, ever, for the two."""

    __tablename__ = "talk_month"
    __table_args__ = (
        UniqueConstraint("community_id", "month"),
        CheckConstraint("(state = 'held') = (held_on IS NOT NULL)", name="held_has_day"),
        Index("ix_talk_month_state", "state", "month", "community_id"),
        Index("ix_talk_month_month", "month", "community_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    month: Mapped[date]  # its first day
    state: Mapped[MonthState] = mapped_column(enum_type(MonthState), default=MonthState.OPEN)
    held_on: Mapped[date | None]  # of the first talk
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AbsenceReason(StrEnum):
    """Why there was no talk in a month."""

    NO_COMMITTEE = "no_committee"  # none was elected, or its term has ended
    NOT_MEETING = "not_meeting"  # it does not meet
    DECLINED = "declined"  # it was invited and declined
    OTHER = "other"


class AbsenceState(StrEnum):
    """What head office says to a month without a talk."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class TalkAbsence(Base):
    """That an office could hold no talk in a month, with reason and evidence."""

    __tablename__ = "talk_absence"
    __table_args__ = (
        CheckConstraint(
            "(state = 'asked') = (decided_at IS NULL) "
            "AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided_by_somebody",
        ),
        Index("ix_talk_absence_month", "month_id", "id"),
        Index("ix_talk_absence_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    month_id: Mapped[int] = mapped_column(ForeignKey("talk_month.id"))
    reason: Mapped[AbsenceReason] = mapped_column(enum_type(AbsenceReason))
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    evidence_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    said_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    said_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[AbsenceState] = mapped_column(enum_type(AbsenceState), default=AbsenceState.ASKED)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decision_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class CommitteeTalk(Base):
    """One talk with committee and customer representatives (業委會月度溝通)."""

    __tablename__ = "committee_talk"
    __table_args__ = (
        CheckConstraint("(shared_at IS NULL) = (shared_by IS NULL)", name="shared_by_somebody"),
        CheckConstraint(
            "committee_count >= 0 AND representative_count >= 0 "
            "AND committee_count + representative_count > 0",
            name="somebody_came",
        ),
        Index("ix_committee_talk_place", "community_id", "held_on", "id"),
        Index("ix_committee_talk_month", "month_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    month_id: Mapped[int] = mapped_column(ForeignKey("talk_month.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    held_on: Mapped[date]
    held_time: Mapped[str] = mapped_column(String(5), default="")  # 19:00, in Beijing
    place: Mapped[str] = mapped_column(String(80))
    committee_count: Mapped[int] = mapped_column(SmallInteger)
    representative_count: Mapped[int] = mapped_column(SmallInteger)
    people_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # who of them, in words
    staff_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # who of the company
    subjects: Mapped[str] = mapped_column(String(200))  # codes of `rules.SUBJECTS`, by commas
    minutes_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    noted_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    shared_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    shared_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Voice(StrEnum):
    """Whose opinion it is."""

    COMMITTEE = "committee"
    REPRESENTATIVE = "representative"


class OpinionState(StrEnum):
    """How far an opinion of a talk is."""

    NEW = "new"
    ANSWERED = "answered"  # at once, in the talk
    PROMISED = "promised"  # somebody does something by a day
    DONE = "done"  # and the committee does not know it yet
    TOLD = "told"


class TalkOpinion(Base):
    """What was said in a talk, or written by the committee for the next one, and what came of it.

    Where it became a case (source TALK) the case keeps step with the opinion.
    """

    __tablename__ = "talk_opinion"
    __table_args__ = (
        CheckConstraint(
            "state IN ('new', 'answered') OR "
            "(action_sealed IS NOT NULL AND responsible IS NOT NULL AND due_on IS NOT NULL)",
            name="promise_is_whole",
        ),
        CheckConstraint("(state IN ('done', 'told')) = (done_at IS NOT NULL)", name="done_at"),
        CheckConstraint("(state = 'told') = (told_on IS NOT NULL)", name="told_on"),
        Index("ix_talk_opinion_list", "community_id", "state", "due_on", "id"),
        Index("ix_talk_opinion_state", "state", "due_on", "community_id"),
        Index("ix_talk_opinion_talk", "talk_id", "id"),
        Index("ix_talk_opinion_case", "case_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    # None: the committee wrote it for the next talk, which has not been held.
    talk_id: Mapped[int | None] = mapped_column(ForeignKey("committee_talk.id"))
    voice: Mapped[Voice] = mapped_column(enum_type(Voice))
    department: Mapped[str] = mapped_column(String(24))
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    said_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))  # who wrote it down
    said_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[OpinionState] = mapped_column(enum_type(OpinionState), default=OpinionState.NEW)
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    action_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    responsible: Mapped[str | None] = mapped_column(String(40))
    due_on: Mapped[date | None]
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    done_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    told_on: Mapped[date | None]
    told_way: Mapped[str | None] = mapped_column(String(16))
    told_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    told_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up.id"))


class ForumPlace(StrEnum):
    """Where an opinion was read."""

    FORUM = "forum"
    WECHAT_GROUP = "wechat_group"
    APP = "app"
    SHORT_VIDEO = "short_video"
    OTHER = "other"


class ForumOpinion(Base):
    """An opinion read in a forum or a WeChat group; the case it is has source FORUM."""

    __tablename__ = "forum_opinion"
    __table_args__ = (
        UniqueConstraint("community_id", "mark"),
        CheckConstraint(
            "(replied_at IS NULL) = (reply_sealed IS NULL) "
            "AND (replied_at IS NULL) = (reply_way IS NULL) "
            "AND (replied_at IS NULL) = (replied_on IS NULL) "
            "AND (replied_at IS NULL) = (replied_by IS NULL)",
            name="reply_is_whole",
        ),
        Index("ix_forum_opinion_list", "community_id", "said_on", "follow_up_id"),
        Index("ix_forum_opinion_due", "replied_at", "due_on", "community_id"),
        Index("ix_forum_opinion_day", "said_on", "follow_up_id"),
    )

    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    place: Mapped[ForumPlace] = mapped_column(enum_type(ForumPlace))
    place_name: Mapped[str] = mapped_column(String(60), default="")
    said_on: Mapped[date]
    mark: Mapped[bytes] = mapped_column(LargeBinary(32))  # keyed hash of the words
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    author_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    link_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # address, or which screenshot
    due_on: Mapped[date]
    entered_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    replied_on: Mapped[date | None]  # when owners could read or hear it
    replied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when that was recorded
    reply_way: Mapped[str | None] = mapped_column(String(16))
    reply_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    replied_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class ActivityKind(StrEnum):
    """What owners were invited to."""

    OPEN_DAY = "open_day"
    OWNERS_TALK = "owners_talk"
    FESTIVAL = "festival"
    SAFETY = "safety"
    SERVICE = "service"  # free help: sharpening knives, checking blood pressure
    OTHER = "other"


class ActivityState(StrEnum):
    """Whether an activity took place."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class Activity(Base):
    """An activity or open day of a community."""

    __tablename__ = "activity"
    __table_args__ = (
        CheckConstraint(
            "(state = 'planned') = (recorded_at IS NULL) "
            "AND (recorded_at IS NULL) = (recorded_by IS NULL)",
            name="recorded_by_somebody",
        ),
        CheckConstraint("(state = 'held') = (took_part IS NOT NULL)", name="held_has_number"),
        Index("ix_activity_list", "community_id", "held_on", "id"),
        Index("ix_activity_day", "held_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    kind: Mapped[ActivityKind] = mapped_column(enum_type(ActivityKind))
    title: Mapped[str] = mapped_column(String(80))
    held_on: Mapped[date]
    starts: Mapped[str] = mapped_column(String(5), default="")
    place: Mapped[str] = mapped_column(String(80))
    state: Mapped[ActivityState] = mapped_column(
        enum_type(ActivityState), default=ActivityState.PLANNED
    )
    took_part: Mapped[int | None]
    result_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    photo_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ActivityHome(Base):
    """That a home took part: a note, never a figure of a survey."""

    __tablename__ = "activity_home"
    __table_args__ = (Index("ix_activity_home_home", "household_id"),)

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), primary_key=True)


class OutsideKind(StrEnum):
    """Who stands in the register of contacts outside the company."""

    AUTHORITY = "authority"
    STREET = "street"
    RESIDENTS = "residents"  # residents' committee
    DEVELOPER = "developer"
    FIRM = "firm"  # lifts, fire protection, cleaning
    UTILITY = "utility"
    POLICE = "police"
    OTHER = "other"


class OutsideContact(Base):
    """Whom to call outside the company."""

    __tablename__ = "outside_contact"
    __table_args__ = (Index("ix_outside_contact_list", "community_id", "kind", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))  # None: all
    kind: Mapped[OutsideKind] = mapped_column(enum_type(OutsideKind))
    organisation: Mapped[str] = mapped_column(String(80))
    matter: Mapped[str] = mapped_column(String(80), default="")
    person_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    changed_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    retired_on: Mapped[date | None]


class Addressee(StrEnum):
    """Who gets a report."""

    AUTHORITY = "authority"
    STREET = "street"
    COMMITTEE = "committee"


class ReportState(StrEnum):
    """Where a version of a report stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENT = "sent"
    REPLACED = "replaced"  # by a later version, before anybody approved it


class AuthorityReport(Base):
    """One version of a report to the authority; its figures never change. Names no home."""

    __tablename__ = "authority_report"
    __table_args__ = (
        UniqueConstraint("place", "addressee", "first_month", "last_month", "version"),
        CheckConstraint(
            "(state IN ('approved', 'sent')) = (approved_at IS NOT NULL)", name="approved_at"
        ),
        CheckConstraint("(state = 'sent') = (sent_on IS NOT NULL)", name="sent_on"),
        Index("ix_authority_report_list", "made_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))  # None: company
    place: Mapped[str] = mapped_column(String(32), default="")  # code of the community
    addressee: Mapped[Addressee] = mapped_column(enum_type(Addressee))
    first_month: Mapped[date]
    last_month: Mapped[date]
    version: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[ReportState] = mapped_column(enum_type(ReportState), default=ReportState.DRAFT)
    words: Mapped[str] = mapped_column(Text)  # head office's own paragraph; public
    content: Mapped[str] = mapped_column(Text)  # canonical JSON: figures alone
    digest: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_on: Mapped[date | None]
    sent_way: Mapped[str | None] = mapped_column(String(80))
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class PrintKind(StrEnum):
    """What is printed."""

    TALK = "talk"
    ACTIVITY = "activity"
    REPORT = "report"


class PrintState(StrEnum):
    """Life of a printed paper."""

    WAITING = "waiting"
    READY = "ready"
    GONE = "gone"


class TalkPrint(Base):
    """A paper somebody asked for; the sealed file is deleted after a day."""

    __tablename__ = "talk_print"
    __table_args__ = (Index("ix_talk_print_asked", "asked_by", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PrintKind] = mapped_column(enum_type(PrintKind))
    subject_id: Mapped[int]
    language: Mapped[str] = mapped_column(String(16))
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[PrintState] = mapped_column(enum_type(PrintState), default=PrintState.WAITING)
    digest: Mapped[str | None] = mapped_column(String(64))
    made_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
