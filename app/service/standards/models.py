"""Tables of what was promised in numbers, who was lost, and what a service costs."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class LossKind(StrEnum):
    """What was lost (流失); the last two are cases of loss, no customer."""

    CONTRACT = "contract"  # a whole community goes to another company (失去的小区)
    CUSTOMER = "customer"  # a shop, a company, a tenant of several rooms
    HOME = "home"  # a home that pays its fees no more
    GOODS = "goods"  # things of a customer damaged or stolen (财物损失)
    INJURY = "injury"  # somebody was hurt (人身伤害)


CUSTOMERS = frozenset({LossKind.CONTRACT, LossKind.CUSTOMER, LossKind.HOME})


class LossReason(StrEnum):
    """Why; head office adds words."""

    SERVICE = "service"  # quality of the service
    ATTITUDE = "attitude"  # how staff behaved
    PRICE = "price"
    COMPLAINT = "complaint"  # one that was never settled
    SAFETY = "safety"  # theft, fire, accident
    DEFECT = "defect"  # of the building, the builder's to mend
    ASSEMBLY = "assembly"  # the owners' assembly chose another company
    RIVAL = "rival"  # another company offered more
    MOVED = "moved"  # moved away, closed the shop
    ENDED = "ended"  # the contract ended and was not wanted any more by us
    OTHER = "other"


class Operator(StrEnum):
    """How a measured value has to stand to its target."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Unit(StrEnum):
    """What a target counts."""

    PERCENT = "percent"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    TIMES = "times"
    SCORE = "score"


class Origin(StrEnum):
    """Where a standard comes from."""

    HANDBOOK = "handbook"
    LAW = "law"
    CONTRACT = "contract"
    OWN = "own"  # the company's own decision


class GuideKind(StrEnum):
    """Part of the service guide (服务指南) an item stands in."""

    SERVICE = "service"  # what the office does, with its hours and telephone
    PAID = "paid"  # ordered and paid by the customer (特约服务)
    FEE = "fee"  # a running fee and by which rule (收费标准)


class Loss(Base):
    """One loss: who, when, why, and how much (流失登记). Taken back, never deleted."""

    __tablename__ = "loss"
    __table_args__ = (
        CheckConstraint("units >= 1", name="units"),
        CheckConstraint("won_back_on IS NULL OR won_back_on >= happened_on", name="won_after"),
        Index("ix_loss_community", "community_id", "happened_on", "id"),
        Index("ix_loss_happened", "happened_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LossKind] = mapped_column(enum_type(LossKind))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    who_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "loss-who"
    happened_on: Mapped[date]
    reason: Mapped[LossReason] = mapped_column(enum_type(LossReason))
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "loss-words"
    units: Mapped[int] = mapped_column(default=1)  # homes concerned
    # Fen (分). What came in every month before; None where nobody knows.
    monthly_fen: Mapped[int | None] = mapped_column(BigInteger)
    damage_fen: Mapped[int | None] = mapped_column(BigInteger)  # of goods or of an injury
    won_back_on: Mapped[date | None]
    won_words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "loss-words"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # written down in error
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class ServiceStandard(Base):
    """A service standard or promise with its number (服务质量标准)."""

    __tablename__ = "service_standard"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="until_after"),
        Index("ix_service_standard_community", "community_id", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))  # None: all
    text: Mapped[str] = mapped_column(String(200))
    text_en: Mapped[str] = mapped_column(String(200))
    # Name of a figure the product computes itself; empty: the value is entered by hand.
    measure: Mapped[str] = mapped_column(String(40), default="")
    operator: Mapped[Operator] = mapped_column(enum_type(Operator))
    target_milli: Mapped[int] = mapped_column(BigInteger)  # thousandths of the unit
    unit: Mapped[Unit] = mapped_column(enum_type(Unit))
    origin: Mapped[Origin] = mapped_column(enum_type(Origin))
    origin_words: Mapped[str] = mapped_column(String(120), default="")
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class StandardValue(Base):
    """What was measured by hand for a standard in a month."""

    __tablename__ = "standard_value"
    __table_args__ = (UniqueConstraint("standard_id", "place", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    standard_id: Mapped[int] = mapped_column(ForeignKey("service_standard.id"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    place: Mapped[int]  # the community, 0 for the whole company: unique needs a value
    month: Mapped[date]  # its first day
    value_milli: Mapped[int] = mapped_column(BigInteger)
    n: Mapped[int | None]  # how many were looked at
    note: Mapped[str] = mapped_column(String(200), default="")
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)


class GuideItem(Base):
    """One line of the service guide and fee list (服务指南、收费标准). Public; names nobody."""

    __tablename__ = "guide_item"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="until_after"),
        Index("ix_guide_item_community", "community_id", "kind", "position", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))  # None: all
    kind: Mapped[GuideKind] = mapped_column(enum_type(GuideKind))
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(60))
    what: Mapped[str] = mapped_column(String(200), default="")
    hours: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    price: Mapped[str] = mapped_column(String(80), default="")  # as owners read it
    is_free: Mapped[bool] = mapped_column(default=False, server_default=false())
    basis: Mapped[str] = mapped_column(String(120), default="")  # law, contract, notice of prices
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]  # last day
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
