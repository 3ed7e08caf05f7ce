"""Tables of staff: accounts, their places, sign-in, and the audit log."""

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
    # Empty until the person has set a password of his own through a one-time link.
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    signed_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # last time


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
    # What its owner knows it by: "Chrome, Windows" and where it signed in from.
    device: Mapped[str] = mapped_column(String(48), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    has_code: Mapped[bool] = mapped_column(default=False)  # signed in with a second factor


class LinkKind(StrEnum):
    """Why somebody gets a one-time link."""

    INVITATION = "invitation"
    RESET = "reset"


class OneTimeLink(Base):
    """A link with which its owner sets a password once. Only the hash of its token is kept."""

    __tablename__ = "one_time_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    kind: Mapped[LinkKind] = mapped_column(enum_type(LinkKind))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: on the server
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # used, or replaced


class SecondFactor(Base):
    """The secret an authenticator app shares with an account; counts once `confirmed_at` is set."""

    __tablename__ = "second_factor"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_step: Mapped[int] = mapped_column(default=0)  # no code of this half minute or before


class RecoveryCode(Base):
    """A code that stands in for the authenticator app once. Only its hash is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SignInStep(Base):
    """A sign-in whose password was right and whose second factor is still to come."""

    __tablename__ = "sign_in_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    # The password it was begun with: another one ends it.
    password_hash: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


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
    __table_args__ = (
        UniqueConstraint("sequence"),
        Index("ix_audit_entry_subject", "subject"),
        Index("ix_audit_entry_actor", "actor", "sequence"),
        Index("ix_audit_entry_action", "action", "sequence"),
        Index("ix_audit_entry_community_id", "community_id", "sequence"),
        Index("ix_audit_entry_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(48))
    subject: Mapped[str] = mapped_column(String(64))
    community_id: Mapped[int | None]
    detail: Mapped[str] = mapped_column(Text, default="")
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))
