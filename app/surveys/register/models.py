"""Tables of the register: where people live, who they are, who is important and why."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class ImportantReason(StrEnum):
    """Why a household is an important customer (重要客户). Never political or official status."""

    COMMITTEE = "committee"  # member or candidate of the owners' committee
    REPRESENTATIVE = "representative"  # owners' representative, building head
    OPINION_LEADER = "opinion_leader"
    SEVERAL_UNITS = "several_units"
    CORPORATE = "corporate"
    REPEAT_COMPLAINANT = "repeat_complainant"
    GROUP_COMPLAINT = "group_complaint"
    LOSS_CASE = "loss_case"


class Community(Base):
    """One managed estate (小区): the unit of statistics, of the gate and of rights."""

    __tablename__ = "community"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    city: Mapped[str] = mapped_column(String(40), default="")
    office: Mapped[str] = mapped_column(String(80), default="")  # 管理处 that serves it
    office_phone: Mapped[str] = mapped_column(String(40), default="")
    retired_on: Mapped[date | None]


class Building(Base):
    """One building (楼栋) of a community."""

    __tablename__ = "building"
    __table_args__ = (UniqueConstraint("community_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    code: Mapped[str] = mapped_column(String(16))
    has_lift: Mapped[bool] = mapped_column(default=True)


class Household(Base):
    """One home (户): the unit that answers."""

    __tablename__ = "household"
    __table_args__ = (UniqueConstraint("building_id", "room"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Random, given once: the household's name in audit entries and in the replicate hash.
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), index=True)
    room: Mapped[str] = mapped_column(String(24))  # unit and door as the register writes it: 1-1101
    important: Mapped[ImportantReason | None] = mapped_column(enum_type(ImportantReason))
    retired_on: Mapped[date | None]


class Person(Base):
    """An owner or resident. Name and phone are sealed; the hashes allow exact search only."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    name_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
