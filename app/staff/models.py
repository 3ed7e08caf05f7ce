"""Tables of staff: accounts, their communities, sessions, and the audit log."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class Role(StrEnum):
    """What somebody does here; every page names the roles it is for."""

    HEAD_OFFICE = "head_office"  # quality department: campaigns, results, head-office-only cases
    LEADER = "leader"  # company leaders: results of all communities
    OFFICE = "office"  # office director: own communities
    STEWARD = "steward"  # visits and calls: own communities
    CLERK = "clerk"  # keys in paper forms, at head office or a branch
    ADMIN = "admin"  # accounts; sees no answers
    INTERVIEWER = "interviewer"  # asks at home for head office; never one of the office asked about
    REGION = "region"  # communities of its regions: progress, results, coverage; no household
    CALLER = "caller"  # head office's telephone caller: the call sheets given to it
    COMMITTEE = "committee"  # owners' committee: rate, released results, public answers
    AGENCY = "agency"  # outside agency of the market survey; never the register


class Staff(Base):
    """One person of the company who signs in."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    role: Mapped[Role] = mapped_column(enum_type(Role))
    # For a clerk only: keys in sheets of every community. Without it no community means none.
    all_communities: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class StaffCommunity(Base):
    """A community somebody may see. Head office and leaders need no rows: they see all."""

    __tablename__ = "staff_community"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)


class StaffRegion(Base):
    """A region whose communities somebody may see."""

    __tablename__ = "staff_region"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)


class StaffSession(Base):
    """A signed-in browser. Only the hash of its cookie is kept."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class LoginAttempt(Base):
    """A failed sign-in, for throttling by login and by address."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index("ix_login_attempt_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class AuditEntry(Base):
    """Who saw or changed what. Append-only: triggers refuse UPDATE and DELETE.

    `subject` names a household only by its uid; no name, phone, text or token is ever stored.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (UniqueConstraint("sequence"), Index("ix_audit_entry_subject", "subject"))

    id: Mapped[int] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(48))
    subject: Mapped[str] = mapped_column(String(64))
    community_id: Mapped[int | None]
    detail: Mapped[str] = mapped_column(Text, default="")
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))
