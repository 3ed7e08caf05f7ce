"""Tables of complaints: what a complaint adds to its case, steps, extensions, escalations, groups.

The case itself is a `FollowUp` of source COMPLAINT; its history stands in `CaseEvent`, talks with
the customer in `ContactRecord`. Words of people are sealed; codes are plain.
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
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type
from app.followup.models import CaseList


class Channel(StrEnum):
    """By which way a complaint came in (途径)."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    ON_BEHALF = "on_behalf"  # 委托他人
    LETTER = "letter"
    SUGGESTION_BOX = "suggestion_box"
    HEARSAY = "hearsay"  # 保安清洁传言
    FAX = "fax"
    ONLINE = "online"
    WECHAT = "wechat"
    APP = "app"
    HOTLINE = "hotline"


class HotlineKind(StrEnum):
    """What a call on the 24-hour hotline was."""

    COMPLAINT = "complaint"
    SERVICE = "service"
    DUTY = "duty"


class ComplaintClass(StrEnum):
    """The four classes; sub-codes below them are a table."""

    FACILITIES = "facilities"  # 设备设施
    SERVICE = "service"  # 管理服务
    FEES = "fees"  # 收费
    EMERGENCY = "emergency"  # 突发事件


class Kind(StrEnum):
    """Valid, or what a communicative complaint asks for."""

    VALID = "valid"
    HELP = "help"
    CONSULT = "consult"
    VENT = "vent"


class Severity(StrEnum):
    """How grave a complaint is."""

    ORDINARY = "ordinary"
    MAJOR = "major"  # the first responsible person handles it himself


class Level(StrEnum):
    """Who handles a complaint; it only ever rises (`rules.RANKS`)."""

    OFFICE = "office"
    QUALITY = "quality"
    LEADERS = "leaders"


class Against(StrEnum):
    """Whom a complaint is about, as far as it decides who may know of it."""

    NONE = "none"
    DIRECTOR = "director"  # of the office: nobody of that office learns of it
    STAFF = "staff"


class Step(StrEnum):
    """A step of the handbook's way; `rules.STEPS` says which belong to which kind."""

    RECORD = "record"  # 记录
    NATURE = "nature"  # 判断性质
    DEPARTMENT = "department"  # 判断负责部门
    SITE = "site"  # 带主管到现场
    LEAD = "lead"  # 主管为中心人物
    IDENTITY = "identity"  # 确认身份
    FEES = "fees"  # 查看缴费情况: that somebody looked, never what he saw
    NOTIFY = "notify"  # 通知相关部门
    CALL_BACK = "call_back"  # 回访


class EscalationReason(StrEnum):
    """Why a complaint went up."""

    BY_HAND = "by_hand"
    COMPENSATION = "compensation"
    DIRECTOR = "director"
    LONG_RUNNING = "long_running"


class GroupState(StrEnum):
    """Whether complaints of several homes are one matter; head office says so."""

    SUGGESTED = "suggested"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class ComplaintCode(Base):
    """A sub-code of a class, with the one department that answers for it. Editable."""

    __tablename__ = "complaint_code"
    __table_args__ = (Index("ix_complaint_code_list", "class", "place", "code"),)

    code: Mapped[str] = mapped_column(String(48), primary_key=True)
    class_: Mapped[ComplaintClass] = mapped_column("class", enum_type(ComplaintClass))
    label_zh: Mapped[str] = mapped_column(String(40))
    label_en: Mapped[str] = mapped_column(String(80))
    department: Mapped[str] = mapped_column(String(24))
    place: Mapped[int] = mapped_column(SmallInteger, default=0)  # order within the class
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: as delivered
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ComplaintSetting(Base):
    """A number head office chose itself instead of the usual one (`rules.SETTINGS`)."""

    __tablename__ = "complaint_setting"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int]
    changed_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ComplaintSeries(Base):
    """The last running number of a year: of a community, or of head office's own list.

    A complaint on head office's list takes its number there, so that no gap tells an office of it.
    """

    __tablename__ = "complaint_series"

    series: Mapped[str] = mapped_column(String(32), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last: Mapped[int]


class ComplaintGroup(Base):
    """Complaints of several homes about the same: of one building, or of a community."""

    __tablename__ = "complaint_group"
    __table_args__ = (
        CheckConstraint("(state = 'suggested') = (decided_at IS NULL)", name="decided_has_time"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_somebody"),
        Index("ix_complaint_group_list", "state", "community_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"))
    sub_code: Mapped[str] = mapped_column(ForeignKey("complaint_code.code"))
    on_list: Mapped[CaseList] = mapped_column(enum_type(CaseList))
    state: Mapped[GroupState] = mapped_column(
        enum_type(GroupState), default=GroupState.SUGGESTED, server_default="suggested"
    )
    suggested_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Complaint(Base):
    """What a complaint adds to its case. `round` counts its answers: one more when reopened."""

    __tablename__ = "complaint"
    __table_args__ = (
        CheckConstraint("(channel = 'hotline') = (hotline_kind IS NOT NULL)", name="hotline_kind"),
        CheckConstraint(
            "(class IS NULL) = (sub_code IS NULL) AND (class IS NULL) = (kind IS NULL)",
            name="classified_whole",
        ),
        CheckConstraint(
            "is_adopted OR (name_sealed IS NOT NULL AND contact_sealed IS NOT NULL "
            "AND text_sealed IS NOT NULL)",
            name="known_customer",
        ),
        CheckConstraint("household_id IS NOT NULL OR company_sealed IS NOT NULL", name="has_home"),
        CheckConstraint("against <> 'director' OR level = 'leaders'", name="director_to_leaders"),
        CheckConstraint("NOT has_compensation OR level = 'leaders'", name="money_to_leaders"),
        CheckConstraint("rough_on IS NULL OR level <> 'office'", name="long_running_reported"),
        CheckConstraint("(promised_on IS NULL) = (promised_by IS NULL)", name="promise_of_whom"),
        CheckConstraint("(answered_at IS NULL) = (answer_way IS NULL)", name="answer_has_way"),
        CheckConstraint("answered_at IS NULL OR kind IS NOT NULL", name="answered_classified"),
        CheckConstraint(
            "is_open OR (answered_at IS NOT NULL AND called_back_at IS NOT NULL "
            "AND cause_sealed IS NOT NULL AND prevention_sealed IS NOT NULL)",
            name="closed_whole",
        ),
        CheckConstraint(
            "(called_to_site_at IS NULL) = (arrived_at IS NULL) AND "
            "(arrived_at IS NULL OR arrived_at >= called_to_site_at)",
            name="site_times",
        ),
        CheckConstraint("rings IS NULL OR rings BETWEEN 0 AND 99", name="rings_range"),
        CheckConstraint("round >= 1", name="round_range"),
        UniqueConstraint("number"),
        UniqueConstraint("key"),
        Index("ix_complaint_received", "community_id", "received_at", "follow_up_id"),
        Index("ix_complaint_all", "received_at", "follow_up_id"),
        Index("ix_complaint_open", "is_open", "due_on", "follow_up_id"),
        Index("ix_complaint_waiting", "is_open", "answered_at", "due_on", "community_id"),
        Index("ix_complaint_home", "household_id", "sub_code", "received_at"),
        Index("ix_complaint_alike", "community_id", "sub_code", "received_at"),
        Index("ix_complaint_group", "group_id"),
        Index("ix_complaint_news", "seen_at", "kind", "follow_up_id"),
        Index("ix_complaint_adopted", "is_adopted", "is_open"),
        Index("ix_complaint_answered", "answered_at", "follow_up_id"),
    )

    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(48))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))  # of its case
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"))  # of its case
    is_open: Mapped[bool] = mapped_column(default=True)  # of its case
    is_adopted: Mapped[bool] = mapped_column(default=False, server_default=false())
    channel: Mapped[Channel] = mapped_column(enum_type(Channel))
    hotline_kind: Mapped[HotlineKind | None] = mapped_column(enum_type(HotlineKind))
    class_: Mapped[ComplaintClass | None] = mapped_column("class", enum_type(ComplaintClass))
    sub_code: Mapped[str | None] = mapped_column(ForeignKey("complaint_code.code"))
    kind: Mapped[Kind | None] = mapped_column(enum_type(Kind))
    converted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # a talk became valid
    severity: Mapped[Severity] = mapped_column(enum_type(Severity), default=Severity.ORDINARY)
    level: Mapped[Level] = mapped_column(enum_type(Level), default=Level.OFFICE)
    against: Mapped[Against] = mapped_column(enum_type(Against), default=Against.NONE)
    has_compensation: Mapped[bool] = mapped_column(default=False)
    has_media: Mapped[bool] = mapped_column(default=False)
    has_legal: Mapped[bool] = mapped_column(default=False)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "name"
    contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "phone"
    company_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "name"
    # Purpose "complaint"; NULL where the words are those of the home's comments.
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Who was asked first is the acceptor (首问负责); None: nobody was, it came through the app.
    first_asked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    rings: Mapped[int | None] = mapped_column(SmallInteger)
    called_to_site_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    round: Mapped[int] = mapped_column(SmallInteger, default=1)
    clock_from: Mapped[datetime] = mapped_column(UTCDateTime)  # of this round
    due_on: Mapped[date]  # last day for the answer of this round
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)  # the first instant too late
    acknowledged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # stops nothing
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # in substance, right way
    answer_way: Mapped[str | None] = mapped_column(String(16))
    called_back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    called_back_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: by a link
    view: Mapped[str | None] = mapped_column(String(16))  # satisfied, neutral, dissatisfied
    promised_on: Mapped[date | None]
    promised_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    rough_on: Mapped[date | None]  # long-running: explained, with this rough date
    cause_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "note"
    prevention_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "note"
    repeat_of: Mapped[int | None] = mapped_column(ForeignKey("complaint.follow_up_id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("complaint_group.id"))
    planned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the company's plan is there
    reported_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # corrective-action report
    announced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # by head office
    key: Mapped[str | None] = mapped_column(String(64))  # of the form or the app: taken in once


class ComplaintStep(Base):
    """A step that was taken: when and by whom."""

    __tablename__ = "complaint_step"
    __table_args__ = (UniqueConstraint("follow_up_id", "round", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    step: Mapped[Step] = mapped_column(enum_type(Step))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: app or link
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "note"


class ComplaintRound(Base):
    """A round that ended with the complaint being opened again; triggers refuse any change."""

    __tablename__ = "complaint_round"

    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), primary_key=True)
    round: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    clock_from: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    called_back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    view: Mapped[str | None] = mapped_column(String(16))
    ended_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ComplaintExtension(Base):
    """A day moved with the customer's knowledge; triggers refuse any change."""

    __tablename__ = "complaint_extension"
    __table_args__ = (
        CheckConstraint("new_due_on > old_due_on", name="later"),
        UniqueConstraint("contact_id"),
        Index("ix_complaint_extension_case", "follow_up_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    old_due_on: Mapped[date]
    new_due_on: Mapped[date]  # what the customer was promised
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact_record.id"))  # the talk
    reaction: Mapped[str | None] = mapped_column(String(16))  # as the owner's view of a contact
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class ComplaintEscalation(Base):
    """That a complaint went up; triggers refuse any change."""

    __tablename__ = "complaint_escalation"
    __table_args__ = (
        CheckConstraint("level <> 'office'", name="rises"),
        UniqueConstraint("follow_up_id", "level"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"))
    level: Mapped[Level] = mapped_column(enum_type(Level))  # where it went
    reason: Mapped[EscalationReason] = mapped_column(enum_type(EscalationReason))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: by itself
