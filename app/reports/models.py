"""Tables of stored results, their heads for pages, the files made from them, and long runs."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


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


class ResultHead(Base):
    """What stands at the head of a result, so that pages of many results open none of them.

    A row without a community is the company's, or one region's; `None` is "cannot be said".
    """

    __tablename__ = "result_head"
    __table_args__ = (Index("ix_result_head_place", "campaign_id", "community_id"),)

    study_run_id: Mapped[int] = mapped_column(ForeignKey("study_run.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"), index=True)
    region: Mapped[str] = mapped_column(String(32))  # code; empty: a community, or the company
    revision: Mapped[int]  # of the snapshot
    n: Mapped[int]
    base: Mapped[int]
    returned: Mapped[int]
    standing: Mapped[str] = mapped_column(String(16))
    index_value: Mapped[float | None]
    index_low: Mapped[float | None]
    index_high: Mapped[float | None]
    satisfied_value: Mapped[float | None]
    satisfied_low: Mapped[float | None]
    satisfied_high: Mapped[float | None]
    overall_value: Mapped[float | None]
    overall_low: Mapped[float | None]
    overall_high: Mapped[float | None]
    change_value: Mapped[float | None]  # of the index, since the campaign before
    change_low: Mapped[float | None]
    change_high: Mapped[float | None]
    change_said: Mapped[str] = mapped_column(String(16))  # verdict, or empty


class StudyRound(Base):
    """One order to compute and print the results of all frozen communities of a campaign."""

    __tablename__ = "study_round"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: the command line
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    slices: Mapped[int]  # jobs it took so far


class PartState(StrEnum):
    """Where one community of a round stands."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    LEFT_OUT = "left_out"  # held, or frozen no more


class StudyPart(Base):
    """One community of a round; what is done stays done when the worker dies."""

    __tablename__ = "study_part"

    round_id: Mapped[int] = mapped_column(ForeignKey("study_round.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    state: Mapped[PartState] = mapped_column(enum_type(PartState))
    tries: Mapped[int]  # counted before the work begins: one that kills the worker is given up
    problem: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
