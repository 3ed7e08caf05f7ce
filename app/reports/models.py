"""Tables of stored results and the files made from them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime


class StudyRun(Base):
    """One result: a function of snapshot, code version, plan and seed, kept with all four."""

    __tablename__ = "study_run"
    __table_args__ = (UniqueConstraint("snapshot_digest", "code_version", "plan_digest", "seed"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_digest: Mapped[str] = mapped_column(ForeignKey("snapshot.digest"), index=True)
    code_version: Mapped[str] = mapped_column(String(64))
    plan_digest: Mapped[str] = mapped_column(String(64))
    seed: Mapped[int]
    result: Mapped[str] = mapped_column(Text)  # canonical JSON of analysis.results.StudyResult
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReportFile(Base):
    """A file made from one result, by kind: pdf-zh-Hans, xlsx."""

    __tablename__ = "report_file"
    __table_args__ = (UniqueConstraint("study_run_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_run_id: Mapped[int] = mapped_column(ForeignKey("study_run.id"))
    kind: Mapped[str] = mapped_column(String(24))
    digest: Mapped[str] = mapped_column(String(64))  # in storage
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
