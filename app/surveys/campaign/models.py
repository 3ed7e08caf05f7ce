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
    text,
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
    APPROVED = "approved"  # the plan: dates, tasks, evidence, clashes
    LOCKED = "locked"  # the questionnaire: tried out, and not a word changes any more
    OPEN = "open"
    CLOSED = "closed"  # reviewed; nothing is left to do


# The frame of such a campaign is fixed: it has gates, letters and answers.
OPENED = frozenset({CampaignState.OPEN, CampaignState.CLOSED})


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
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # Why head office approved it itself, in place of a leader.
    approval_note: Mapped[str] = mapped_column(String(300), default="", server_default="")
    locked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    locked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # Why the questionnaire was locked without a pilot of enough answers.
    lock_note: Mapped[str] = mapped_column(String(300), default="", server_default="")
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # Of a pilot: the campaign it tries out. Its answers count nowhere, in no list and no trend.
    pilot_of_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))


class Gate(Base):
    """The gate of one community in one campaign: what it asks, and what people decided about it.

    The state of the gate is never stored: `rules.gate_status` derives it from counts, dates and
    these decisions. `t0` is a fact like the freeze: what was said then stays.
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
    # Of the opening: what the register says later renames no finished campaign.
    name: Mapped[str] = mapped_column(String(80), default="", server_default="")
    office: Mapped[str] = mapped_column(String(80), default="", server_default="")
    region_code: Mapped[str] = mapped_column(String(32), default="", server_default="")
    region: Mapped[str] = mapped_column(String(80), default="", server_default="")
    waived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    waived_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # Free words about a community may name people: sealed like the evidence of an exclusion.
    waiver_reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    flushed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # drafts counted at the end
    frozen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # later answers never count
    t0: Mapped[datetime | None] = mapped_column(UTCDateTime)  # of the first freeze, for ever
    held_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # of the hold in place, if any
    # Since then a revision may be due: an answer left after the freeze, or a hold was lifted.
    stale_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Outcome(StrEnum):
    """What has become of a household so far; `contact.outcomes` puts it into AAPOR's categories."""

    NO_CONTACT = "no_contact"  # nothing heard
    NOT_AT_HOME = "not_at_home"  # tried, nobody opened
    COMPLETE = "complete"
    PARTIAL = "partial"  # counted, but flushed from a draft or with a core item blank
    REFUSED = "refused"  # said no today
    REFUSED_FOR_GOOD = "refused_for_good"  # said no and wants no further reminder
    AWAY = "away"  # away for the whole collection
    LANGUAGE = "language"
    UNABLE = "unable"  # ill or frail
    DECEASED = "deceased"
    MOVED = "moved"  # gone; nobody knows who lives there now
    LOOKS_EMPTY = "looks_empty"


class Occupancy(StrEnum):
    """Whether somebody lives in a home, as far as a visit or an answer showed it."""

    UNKNOWN = "unknown"
    OCCUPIED = "occupied"
    VACANT_SEEN = "vacant_seen"


class FrameMember(Base):
    """A household as it stood when the campaign opened (调查名册). Never deleted.

    The last five columns say what has become of it. Who changes one of them, or the approval of
    an exclusion, holds the lock of the row and moves the tally (`contact.tally`).
    """

    __tablename__ = "frame_member"
    __table_args__ = (
        UniqueConstraint("campaign_id", "household_id"),
        UniqueConstraint("campaign_id", "pseudonym"),
        Index("ix_frame_member_campaign_community", "campaign_id", "community_id"),
        Index("uq_frame_member_code_hash", "code_hash", unique=True),
        Index(
            "ix_frame_member_returned",
            "campaign_id",
            "community_id",
            "returned_at",
            sqlite_where=text("returned_at IS NOT NULL"),
            postgresql_where=text("returned_at IS NOT NULL"),
        ),
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
    outcome: Mapped[Outcome] = mapped_column(
        enum_type(Outcome), default=Outcome.NO_CONTACT, server_default=Outcome.NO_CONTACT.value
    )
    occupancy: Mapped[Occupancy] = mapped_column(
        enum_type(Occupancy), default=Occupancy.UNKNOWN, server_default=Occupancy.UNKNOWN.value
    )
    delivered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the first draft was kept
    # When the household came back; the replacing of a flushed draft does not move it. Set exactly
    # while it has a counted answer, whether it is excluded or not.
    returned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ExclusionCode(StrEnum):
    """Why a home is not asked. Everything else stays in the base."""

    VACANT = "vacant"
    DEVELOPER_HELD = "developer_held"
    COMMERCIAL = "commercial"
    DEMOLISHED = "demolished"


class Exclusion(Base):
    """An exclusion from the base: coded reason, evidence, and the approval of head office."""

    __tablename__ = "exclusion"
    __table_args__ = (
        # Approvals after a deadline move T0, and those without an instant wait for head office.
        Index("ix_exclusion_approved_at", "approved_at"),
    )

    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"), primary_key=True)
    code: Mapped[ExclusionCode] = mapped_column(enum_type(ExclusionCode))
    evidence_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    requested_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ExclusionEnding(StrEnum):
    """How an exclusion ended: the home is in the base again, or never left it."""

    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


class EndedExclusion(Base):
    """A request that was refused, or an approval that was taken back, as it stood, and why.

    Triggers refuse any change. The home may be asked for again: that is a new exclusion.
    """

    __tablename__ = "ended_exclusion"

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"), index=True)
    code: Mapped[ExclusionCode] = mapped_column(enum_type(ExclusionCode))
    evidence_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "evidence"
    requested_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ending: Mapped[ExclusionEnding] = mapped_column(enum_type(ExclusionEnding))
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "exclusion"
    ended_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
