"""Tables of exports: each order for ever, its sealed files for a day."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class ExportKind(StrEnum):
    """What is taken out."""

    ANSWERS = "answers"  # a row for each home: head office only
    TABLES = "tables"  # what the pages of results show
    KPI = "kpi"  # figures by which people may be judged


class ExportState(StrEnum):
    """Where an order stands."""

    WAITING = "waiting"
    MADE = "made"
    FAILED = "failed"
    DROPPED = "dropped"  # the day is over; the order stays on record


class ExportOrder(Base):
    """One order: who took what out, why, and what exactly it was."""

    __tablename__ = "export_order"
    __table_args__ = (Index("ix_export_order_staff_id", "staff_id", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)  # stands in every file
    kind: Mapped[ExportKind] = mapped_column(enum_type(ExportKind))
    state: Mapped[ExportState] = mapped_column(enum_type(ExportState))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    # None: everything of the campaign that the person may see.
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    forms: Mapped[str] = mapped_column(String(120))  # names of forms, one blank between
    language: Mapped[str] = mapped_column(String(8))
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # with purpose "export-reason"
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: command line
    role: Mapped[str] = mapped_column(String(16))  # at that moment
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    problem: Mapped[str] = mapped_column(String(24))  # a code, empty without one
    snapshot_digest: Mapped[str] = mapped_column(String(64))  # of what it was made from
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the ZIP
    size: Mapped[int] = mapped_column(BigInteger)  # of the ZIP, bytes
    rows: Mapped[int]  # homes, or lines of tables
    # Keys of the communities that stand in the file, one blank between; empty until it is made.
    places: Mapped[str] = mapped_column(Text)
    fetched: Mapped[int]  # how often

    @property
    def contained(self) -> frozenset[int]:
        """Return the keys of the communities that stand in the file."""
        return frozenset(int(one) for one in self.places.split())


class ExportPart(Base):
    """A piece of the ZIP: the name of a sealed file."""

    __tablename__ = "export_part"

    order_id: Mapped[int] = mapped_column(ForeignKey("export_order.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
