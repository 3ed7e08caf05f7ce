"""Tables of rights: what owners demanded, timers, and the mark that opens frozen rows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class RequestKind(StrEnum):
    """What an owner demands of us."""

    ERASE = "erase"
    ACCESS = "access"
    WITHDRAW = "withdraw"


class RequestState(StrEnum):
    """What became of a demand."""

    OPEN = "open"
    DONE = "done"
    LEFT = "left"  # taken back, or not the owner


class RightsRequest(Base):
    """A demand of an owner as head office wrote it down, and what was done.

    Once a home is erased its request names the home no more: `household_id` and the reason are
    gone with it. `uid` stays, so that the audit log still tells who had looked at the home; it
    leads to no address any more.
    """

    __tablename__ = "rights_request"
    __table_args__ = (
        Index("ix_rights_request_state", "state", "asked_at"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="open_has_no_end"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RequestKind] = mapped_column(enum_type(RequestKind))
    state: Mapped[RequestState] = mapped_column(
        enum_type(RequestState), default=RequestState.OPEN, server_default="open"
    )
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    uid: Mapped[str] = mapped_column(String(32), index=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    # JSON {reason, proof}, purpose "rights"; None once the home is erased.
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # JSON: rows destroyed or emptied by table, and the files to be destroyed by hand.
    outcome: Mapped[str] = mapped_column(Text, default="", server_default="")


class Kept(StrEnum):
    """What a timer of a campaign is about."""

    COMMENTS = "comments"  # words of owners, their numbers, replies to them
    NOTES = "notes"  # what was said at doors and on the telephone
    PICTURES = "pictures"  # photos of owners and of visits, signatures
    SIGNALS = "signals"  # devices, networks, times
    DRAFTS = "drafts"  # answers that were begun and never sent


class Retention(Base):
    """How long something of a campaign is kept after its collection ended; a row once changed."""

    __tablename__ = "retention"
    __table_args__ = (CheckConstraint("days BETWEEN 1 AND 3650", name="days_range"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    what: Mapped[Kept] = mapped_column(enum_type(Kept), primary_key=True)
    days: Mapped[int] = mapped_column(SmallInteger)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the worker destroyed it
    destroyed: Mapped[int | None]  # so many rows


class VaultWork(Base):
    """Opens frozen rows inside one transaction: while it stands, their sealed words may change.

    Erasing a home, a timer, and sealing under a new key write their mark, work, and take it away
    before they commit; nobody else ever sees it.
    """

    __tablename__ = "vault_work"

    id: Mapped[int] = mapped_column(primary_key=True)
