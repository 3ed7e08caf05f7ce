"""Tables of a plan: tasks, talks with owners, what they changed, clashes seen, the calendar."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class Anchor(StrEnum):
    """The day a task is counted from."""

    LAUNCH = "launch"  # first day of collection
    T0 = "t0"  # the later of rate and deadline, of the company


class TaskOwner(StrEnum):
    """Who answers for a task. The committee has no account: head office ticks its tasks."""

    HEAD_OFFICE = "head_office"
    OFFICE = "office"
    LEADER = "leader"
    COMMITTEE = "committee"


class PlanTask(Base):
    """One task of a campaign: its day, who answers for it, and when it was done."""

    __tablename__ = "plan_task"
    __table_args__ = (
        UniqueConstraint("campaign_id", "key"),
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    key: Mapped[str] = mapped_column(String(32))  # names an entry of `template.TASKS`
    anchor: Mapped[Anchor] = mapped_column(enum_type(Anchor))
    offset_days: Mapped[int] = mapped_column(SmallInteger)
    due_on: Mapped[date | None]  # of a task counted from T0: none before T0 is there
    is_moved: Mapped[bool] = mapped_column(default=False)  # somebody chose the day by hand
    owner: Mapped[TaskOwner] = mapped_column(enum_type(TaskOwner))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # the person, if named
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class TalkForm(StrEnum):
    """How owners were heard before the questions were fixed."""

    INTERVIEW = "interview"
    GROUP = "group"
    COMMITTEE = "committee"  # a meeting with the owners' committee
    FEEDBACK = "feedback"  # complaints and comments since the last campaign, read through


class OwnersTalk(Base):
    """A talk with owners about what matters to them: the evidence behind the items."""

    __tablename__ = "owners_talk"
    __table_args__ = (CheckConstraint("participants > 0", name="somebody_came"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    held_on: Mapped[date]
    form: Mapped[TalkForm] = mapped_column(enum_type(TalkForm))
    place: Mapped[str] = mapped_column(String(80))
    participants: Mapped[int]
    minutes_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # owners are quoted in them
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ItemFate(StrEnum):
    """What became of an item after the owners were heard."""

    KEPT = "kept"
    ADDED = "added"
    REWORDED = "reworded"
    DROPPED = "dropped"


class ItemChange(Base):
    """Why an item is asked, or is not asked any more. A dropped item is in no questionnaire."""

    __tablename__ = "item_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    item: Mapped[str] = mapped_column(String(64))  # its code in the questionnaire
    fate: Mapped[ItemFate] = mapped_column(enum_type(ItemFate))
    why: Mapped[str] = mapped_column(String(300))  # says nothing about a person
    talk_id: Mapped[int | None] = mapped_column(ForeignKey("owners_talk.id"))  # none: the pilot
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ClashNote(Base):
    """A clash somebody has seen and why the plan stays as it is, or what is done about it."""

    __tablename__ = "clash_note"
    __table_args__ = (UniqueConstraint("campaign_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    key: Mapped[str] = mapped_column(String(64))  # of `clashes.Clash`
    reason: Mapped[str] = mapped_column(String(300))
    seen_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class DayKind(StrEnum):
    """Days that are not what their weekday says."""

    HOLIDAY = "holiday"  # no work, weekends within a holiday included
    MAKE_UP = "make_up"  # a Saturday or Sunday worked in exchange


class CalendarDay(Base):
    """One day of the yearly notice of the State Council; head office may mend it."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[DayKind] = mapped_column(enum_type(DayKind))
    name: Mapped[str] = mapped_column(String(32))


class EventKind(StrEnum):
    """What may move satisfaction or the return rate besides the service itself."""

    HANDOVER = "handover"
    FEE_CHANGE = "fee_change"
    INCIDENT = "incident"
    HOLIDAY = "holiday"
    WORKS = "works"


class ContextEvent(Base):
    """Something that happened around a campaign; shown with its trend, and a clash before it."""

    __tablename__ = "context_event"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="ends_after_start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # None: the whole company.
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"), index=True)
    kind: Mapped[EventKind] = mapped_column(enum_type(EventKind))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(200))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
