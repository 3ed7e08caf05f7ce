"""Table of snapshots."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime


class Snapshot(Base):
    """A frozen input of statistics. Triggers refuse any change: a correction is a new revision.

    A row without a community is the company's: its manifest lists community snapshots.
    """

    __tablename__ = "snapshot"
    __table_args__ = (
        Index(
            "uq_snapshot_community",
            "campaign_id",
            "community_id",
            "revision",
            unique=True,
            sqlite_where=text("community_id IS NOT NULL"),
            postgresql_where=text("community_id IS NOT NULL"),
        ),
        Index(
            "uq_snapshot_company",
            "campaign_id",
            "revision",
            unique=True,
            sqlite_where=text("community_id IS NULL"),
            postgresql_where=text("community_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    revision: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the manifest
    replaces: Mapped[str | None] = mapped_column(String(64))
    manifest: Mapped[str] = mapped_column(Text)  # canonical JSON
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
