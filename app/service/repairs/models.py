"""Tables of repairs: orders, their history, files, special visits, flags, defects under watch."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
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


class OrderState(StrEnum):
    """How far an order is (出单-通知-签领-完成-回访); `rules.RANKS` orders them."""

    ISSUED = "issued"
    NOTIFIED = "notified"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"
    DONE = "done"
    CALLED_BACK = "called_back"
    FAILED = "failed"  # it was done and did not hold; its rework is another order


class Thing(StrEnum):
    """What is to be repaired."""

    WATER = "water"  # pipes, taps, drains
    POWER = "power"  # sockets, lights, switches
    DOORS = "doors"  # doors, windows, locks
    WALLS = "walls"  # plaster, tiles, floors inside
    LEAK = "leak"  # water through roof, wall or a bathroom floor
    FACADE = "facade"  # cracks and loose parts outside
    LIFT = "lift"
    ACCESS = "access"  # intercom, gates, barriers
    FIRE = "fire"
    PUBLIC = "public"  # paths, lamps, playgrounds
    PAID = "paid"  # a service the customer orders and pays
    OTHER = "other"


class Place(StrEnum):
    """Where it is."""

    HOME = "home"
    COMMON = "common"  # staircase, hall, garage, grounds
    FACADE = "facade"
    ROOF = "roof"


class Origin(StrEnum):
    """How an order came to be here."""

    FILE = "file"
    HAND = "hand"
    REWORK = "rework"


class Flag(StrEnum):
    """What somebody said about an order that head office has to look into."""

    NOBODY_CAME = "nobody_came"
    FEE_NOT_TOLD = "fee_not_told"
    FEE_DIFFERED = "fee_differed"


class FlagOutcome(StrEnum):
    """What the check of a flag found."""

    TRUE = "true"
    FALSE_ORDER = "false_order"  # nobody was there: the order says done and is not
    UNCLEAR = "unclear"


class VisitFinding(StrEnum):
    """What was found at a special visit."""

    FIXED = "fixed"
    NOT_FIXED = "not_fixed"


class InspectionReason(StrEnum):
    """Why a defect is looked at once more."""

    PLANNED = "planned"
    RAIN = "rain"


class RepairFileState(StrEnum):
    """Where a file of orders stands."""

    READING = "reading"
    DONE = "done"
    REFUSED = "refused"  # no line of it could be read


class RepairFile(Base):
    """A file of orders; its bytes lie sealed beside while it is read."""

    __tablename__ = "repair_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    stored_as: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[RepairFileState] = mapped_column(enum_type(RepairFileState))
    lines: Mapped[int] = mapped_column(default=0)
    read_to: Mapped[int] = mapped_column(default=0)  # lines up to here are in the tables
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)  # laid into the tray
    refused: Mapped[int] = mapped_column(default=0)
    # JSON: problems by line and column, headings nobody asked for. No cell of a person.
    report_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RepairOrder(Base):
    """One dispatch order (维修派工单)."""

    __tablename__ = "repair_order"
    __table_args__ = (
        UniqueConstraint("community_id", "number"),
        CheckConstraint(
            "state NOT IN ('done', 'called_back', 'failed') OR done_at IS NOT NULL",
            name="done_has_time",
        ),
        CheckConstraint("(state = 'failed') = (failed_at IS NOT NULL)", name="failed_has_time"),
        Index("ix_repair_order_list", "community_id", "issued_at", "id"),
        Index("ix_repair_order_issued", "issued_at", "id"),
        Index("ix_repair_order_state", "state", "community_id", "issued_at", "id"),
        Index("ix_repair_order_done", "community_id", "done_at", "id"),
        Index("ix_repair_order_home", "household_id", "id"),
        Index("ix_repair_order_rework", "rework_of"),
        Index("ix_repair_order_major", "is_major_defect", "community_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"))  # None: no home
    number: Mapped[str] = mapped_column(String(48))
    origin: Mapped[Origin] = mapped_column(enum_type(Origin))
    state: Mapped[OrderState] = mapped_column(enum_type(OrderState))
    thing: Mapped[Thing] = mapped_column(enum_type(Thing))
    place: Mapped[Place] = mapped_column(enum_type(Place))
    is_major_defect: Mapped[bool] = mapped_column(default=False)
    is_charged: Mapped[bool | None]  # None: nobody said
    fee: Mapped[int | None]  # in fen
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    promised_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    notified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    called_back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    rework_of: Mapped[int | None] = mapped_column(ForeignKey("repair_order.id"))
    # The case it was made for: a complaint, or the case of its own failure.
    case_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up.id"))
    # JSON: what files said, each with the rank of the state it was said in (see `merging`).
    told: Mapped[str] = mapped_column(Text, default="{}")
    customer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # name, phone, words
    repairer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("repair_file.id"))  # last to change it
    line: Mapped[int | None]  # in that file
    made_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class RepairEventKind(StrEnum):
    """What was done with an order here, in this program."""

    MADE = "made"
    STEP = "step"
    FILE = "file"  # a file moved it on
    FLAGGED = "flagged"
    CHECKED = "checked"
    REWORK = "rework"
    VISITED = "visited"
    WATCHED = "watched"
    MATCHED = "matched"


class RepairEvent(Base):
    """One thing done with an order; triggers refuse any change."""

    __tablename__ = "repair_event"
    __table_args__ = (Index("ix_repair_event_order", "order_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("repair_order.id"))
    kind: Mapped[RepairEventKind] = mapped_column(enum_type(RepairEventKind))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: the program
    detail: Mapped[str] = mapped_column(String(64), default="")  # a code, never words


class RepairTray(Base):
    """A line whose community or door nobody knows yet; nothing of it is lost."""

    __tablename__ = "repair_tray"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("matched_at IS NULL OR community_id IS NOT NULL", name="matched_has_place"),
        Index("ix_repair_tray_open", "matched_at", "community_id", "id"),
        Index("ix_repair_tray_words", "words", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))  # keyed hash of place and number
    why: Mapped[str] = mapped_column(String(16))  # community or door
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))  # as far as known
    words: Mapped[str] = mapped_column(String(120), default="")  # what it calls the community
    line_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # JSON of what it tells
    file_id: Mapped[int] = mapped_column(ForeignKey("repair_file.id"))
    line: Mapped[int]
    laid_at: Mapped[datetime] = mapped_column(UTCDateTime)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"))
    matched_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    matched_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class RepairPlace(Base):
    """What another system calls one of our communities; somebody said so once."""

    __tablename__ = "repair_place"

    words: Mapped[str] = mapped_column(String(120), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RepairFlag(Base):
    """That a customer said an order is not what it claims; head office looks into it."""

    __tablename__ = "repair_flag"
    __table_args__ = (
        UniqueConstraint("order_id", "flag"),
        CheckConstraint("(checked_at IS NULL) = (outcome IS NULL)", name="checked_has_outcome"),
        Index("ix_repair_flag_list", "community_id", "outcome", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("repair_order.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    flag: Mapped[Flag] = mapped_column(enum_type(Flag))
    raised_at: Mapped[datetime] = mapped_column(UTCDateTime)
    raised_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[FlagOutcome | None] = mapped_column(enum_type(FlagOutcome))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "note"
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RepairCase(Base):
    """What makes a case one of a failed repair."""

    __tablename__ = "repair_case"

    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("repair_order.id"), index=True)


class SpecialVisit(Base):
    """The visit due within 24 hours of the clock after a repair failed (特殊回访)."""

    __tablename__ = "special_visit"
    __table_args__ = (
        CheckConstraint("(visited_at IS NULL) = (finding IS NULL)", name="visited_has_finding"),
        CheckConstraint("(visited_at IS NULL) = (visited_by IS NULL)", name="visited_by_somebody"),
        Index("ix_special_visit_due", "visited_at", "due_at", "community_id"),
        Index("ix_special_visit_order", "order_id"),
        Index("ix_special_visit_rework", "rework_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("repair_order.id"))  # the one that failed
    rework_id: Mapped[int] = mapped_column(ForeignKey("repair_order.id"))
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), index=True)
    round: Mapped[int] = mapped_column(SmallInteger, default=1)  # 2: the first rework failed too
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)  # nobody was at home
    visited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    visited_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    finding: Mapped[VisitFinding | None] = mapped_column(enum_type(VisitFinding))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "note"


class DefectWatch(Base):
    """A major defect that was repaired and is looked at again and again (重大缺陷)."""

    __tablename__ = "defect_watch"
    __table_args__ = (
        UniqueConstraint("order_id"),
        CheckConstraint("(closed_on IS NULL) = (why_closed IS NULL)", name="closed_has_reason"),
        Index("ix_defect_watch_list", "community_id", "closed_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("repair_order.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    is_outside: Mapped[bool]  # roof, outer wall, water from outside: rain tells
    responsible_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    started_on: Mapped[date]  # the days count from here
    days: Mapped[str] = mapped_column(String(40))  # "7,30,90"
    closed_on: Mapped[date | None]
    why_closed: Mapped[str | None] = mapped_column(String(24))  # good, or moved
    made_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class DefectInspection(Base):
    """One visit to a defect on site: due, or done with its special record (专项记录)."""

    __tablename__ = "defect_inspection"
    __table_args__ = (
        UniqueConstraint("watch_id", "reason", "due_on"),
        CheckConstraint("(seen_on IS NULL) = (is_good IS NULL)", name="seen_has_verdict"),
        CheckConstraint("(seen_on IS NULL) = (seen_by IS NULL)", name="seen_by_somebody"),
        CheckConstraint("(reason = 'rain') = (rained_on IS NOT NULL)", name="rain_has_day"),
        Index("ix_defect_inspection_due", "is_open", "due_on", "community_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    watch_id: Mapped[int] = mapped_column(ForeignKey("defect_watch.id"), index=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    due_on: Mapped[date]
    reason: Mapped[InspectionReason] = mapped_column(enum_type(InspectionReason))
    rained_on: Mapped[date | None]
    is_open: Mapped[bool] = mapped_column(default=True)  # to be done; neither seen nor let go
    seen_on: Mapped[date | None]
    seen_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_good: Mapped[bool | None]
    has_water: Mapped[bool | None]  # a trace of water; None: not that kind of defect
    findings_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "note"
    photo_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # "photo"
    has_photo: Mapped[bool] = mapped_column(default=False)


class RepairPrint(Base):
    """A special record somebody ordered on paper; only he may fetch it, for a day."""

    __tablename__ = "repair_print"
    __table_args__ = (Index("ix_repair_print_asked", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    watch_id: Mapped[int] = mapped_column(ForeignKey("defect_watch.id"), index=True)
    language: Mapped[str] = mapped_column(String(8))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Base 64 of the PDF, sealed with purpose "paper"; None while it is being made.
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class RepairMonth(Base):
    """Whether the kept counts of a community's month still hold."""

    __tablename__ = "repair_month"
    __table_args__ = (Index("ix_repair_month_stale", "is_stale", "is_settled", "counted_on"),)

    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)  # its first day in Beijing
    is_stale: Mapped[bool] = mapped_column(default=True)
    is_settled: Mapped[bool] = mapped_column(default=False)  # time alone changes it no more
    counted_on: Mapped[date | None]


class RepairCount(Base):
    """Counts of one month and thing, kept so that no page adds up a year of orders."""

    __tablename__ = "repair_count"

    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    thing: Mapped[Thing] = mapped_column(enum_type(Thing), primary_key=True)
    issued: Mapped[int] = mapped_column(default=0)
    unpromised: Mapped[int] = mapped_column(default=0)  # of them, nobody said by when
    undecided: Mapped[int] = mapped_column(default=0)  # the promise is still to come
    decided: Mapped[int] = mapped_column(default=0)
    timely: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    passed: Mapped[int] = mapped_column(default=0)
