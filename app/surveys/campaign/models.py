"""Tables of a campaign: published instruments, the campaign, its gates and its frame."""

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


class InstrumentVersion(Base):
    """A published questionnaire. Triggers refuse any change: a correction is a new version."""

    __tablename__ = "instrument_version"
    __table_args__ = (UniqueConstraint("code", "version"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    code: Mapped[str] = mapped_column(String(48))
    version: Mapped[int]
    canonical: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CampaignState(StrEnum):
    """Life of a campaign as a whole; gates live per community."""

    DRAFT = "draft"
    OPEN = "open"


class Campaign(Base):
    """One full survey of all owners, run every June and November."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("closes_on >= opens_on", name="closes_after_opens"),
        CheckConstraint("required_permille BETWEEN 1 AND 1000", name="permille_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)  # 2026-11
    title: Mapped[str] = mapped_column(String(80))
    title_en: Mapped[str] = mapped_column(String(80))
    state: Mapped[CampaignState] = mapped_column(
        enum_type(CampaignState), default=CampaignState.DRAFT
    )
    instrument_digest: Mapped[str] = mapped_column(ForeignKey("instrument_version.digest"))
    opens_on: Mapped[date]
    closes_on: Mapped[date]  # last day, Beijing time; the whole day counts
    # Integer permille, not a float: 60 % of 5 households must mean exactly 3.
    required_permille: Mapped[int] = mapped_column(default=600)
    target: Mapped[int | None]  # company target of an area's performance on 0-100
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Gate(Base):
    """The gate of one community in one campaign: what it asks, and a waiver if one was given.

    The state of the gate is never stored: `rules.gate_status` derives it from counts and dates.
    """

    __tablename__ = "gate"
    __table_args__ = (
        UniqueConstraint("campaign_id", "community_id"),
        CheckConstraint(
            "(waived_at IS NULL) = (waiver_reason_sealed IS NULL)", name="waiver_has_reason"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    areas_offered: Mapped[int] = mapped_column(SmallInteger)
    waived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    waived_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # Free words about a community may name people: sealed like the evidence of an exclusion.
    waiver_reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    flushed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # drafts counted at the end
    frozen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # later answers never count


class FrameMember(Base):
    """A household as it stood when the campaign opened (调查名册). Never deleted."""

    __tablename__ = "frame_member"
    __table_args__ = (
        UniqueConstraint("campaign_id", "household_id"),
        UniqueConstraint("campaign_id", "pseudonym"),
        Index("ix_frame_member_campaign_community", "campaign_id", "community_id"),
        Index("uq_frame_member_code_hash", "code_hash", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    building: Mapped[str] = mapped_column(String(16))
    room: Mapped[str] = mapped_column(String(24))
    has_lift: Mapped[bool]
    important: Mapped[bool]
    # Random per campaign: the only name of a household in snapshots.
    pseudonym: Mapped[str] = mapped_column(String(32))
    replicate_group: Mapped[int] = mapped_column(SmallInteger)  # HMAC(key, household uid) mod 30
    block: Mapped[int] = mapped_column(SmallInteger)
    # The token itself is not stored: HMAC of the pseudonym makes it again for printing.
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    # Of the short code to type; a frame older than these codes gets them when letters are printed.
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class ExclusionCode(StrEnum):
    """Why a home is not asked. Everything else stays in the base."""

    VACANT = "vacant"
    DEVELOPER_HELD = "developer_held"
    COMMERCIAL = "commercial"
    DEMOLISHED = "demolished"


class Exclusion(Base):
    """An exclusion from the base: coded reason, evidence, and the approval of head office."""

    __tablename__ = "exclusion"

    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"), primary_key=True)
    code: Mapped[ExclusionCode] = mapped_column(enum_type(ExclusionCode))
    evidence_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    requested_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
