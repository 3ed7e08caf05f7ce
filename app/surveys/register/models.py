"""Tables of the register: where people live, who they are, who is important and why."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
)
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


class PersonKind(StrEnum):
    """What somebody is in a home."""

    OWNER = "owner"
    FAMILY = "family"
    TENANT = "tenant"


class HouseholdEventKind(StrEnum):
    """What happened to a home in the register."""

    RETIRED = "retired"
    REVIVED = "revived"
    MERGED_INTO = "merged_into"
    MERGED_FROM = "merged_from"
    SPLIT_INTO = "split_into"
    SPLIT_FROM = "split_from"
    MOVED_IN = "moved_in"
    MOVED_OUT = "moved_out"
    CORRECTED = "corrected"  # somebody's name, number or kind; `detail` says which
    REGROUPED = "regrouped"  # its building belongs to another community; `detail` is the old one
    IMPORTANT = "important"  # `detail` holds the new reason, "" when it is important no more


class CareNeedKind(StrEnum):
    """What a home needs from us. Never why: a diagnosis or an age has no place here."""

    HOME_VISIT = "home_visit"
    LARGE_PRINT = "large_print"
    PHONE_CALL = "phone_call"


class FileState(StrEnum):
    """Where a large register file stands between upload and end."""

    CHECKING = "checking"
    REFUSED = "refused"  # it has problems; nothing was changed
    CHECKED = "checked"
    IMPORTING = "importing"
    IMPORTED = "imported"
    LEFT = "left"


class Region(Base):
    """A part of the company that several communities belong to (区域)."""

    __tablename__ = "region"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(80))


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
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    handed_over_on: Mapped[date | None]  # day the builder handed it over (交付)


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
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"))
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
    kind: Mapped[PersonKind] = mapped_column(
        enum_type(PersonKind), default=PersonKind.OWNER, server_default="owner"
    )
    moved_in_on: Mapped[date | None]
    moved_out_on: Mapped[date | None]  # never in the future: who has it lives here no more


class HouseholdEvent(Base):
    """One line of a home's history: when it was retired, merged, split, moved into or out of."""

    __tablename__ = "household_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    kind: Mapped[HouseholdEventKind] = mapped_column(enum_type(HouseholdEventKind))
    on_day: Mapped[date]  # the day it took effect
    at: Mapped[datetime] = mapped_column(UTCDateTime)  # the moment it was written down
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: an import
    other_household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"))
    # No reference: people are erased in time, the history of the home is not.
    person_id: Mapped[int | None]
    detail: Mapped[str] = mapped_column(String(32), default="")
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class CareNeed(Base):
    """What a home needs, since when and until when."""

    __tablename__ = "care_need"
    __table_args__ = (CheckConstraint("until IS NULL OR until >= since", name="until_after_since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    need: Mapped[CareNeedKind] = mapped_column(enum_type(CareNeedKind))
    since: Mapped[date]
    until: Mapped[date | None]  # last day; None: open
    noted_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class RegisterFile(Base):
    """A large register file the worker checks and imports; its bytes lie sealed beside."""

    __tablename__ = "register_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    stored_as: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[FileState] = mapped_column(enum_type(FileState))
    # What the check found, as JSON: addresses and counts, no name and no phone number.
    report_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
