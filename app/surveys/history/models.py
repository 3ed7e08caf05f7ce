"""Tables of history: uploads, column maps, entered waves, their figures, the steps between them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class HistoryFileState(StrEnum):
    """Where an upload stands between its arrival and its end."""

    READING = "reading"
    REFUSED = "refused"  # it cannot be read, or not be entered; nothing was written
    READ = "read"  # waits for its column map
    CHECKING = "checking"
    CHECKED = "checked"  # waits for a yes
    ENTERING = "entering"
    ENTERED = "entered"
    LEFT = "left"


class HistoryKind(StrEnum):
    """What is known of an earlier campaign."""

    ANSWERS = "answers"  # a row per home
    TOTALS = "totals"  # printed figures only


class HistoryFile(Base):
    """A file on its way in. What was found in it is sealed: it may hold names and phones."""

    __tablename__ = "history_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    stored_as: Mapped[str] = mapped_column(String(64))  # in the folder of sealed uploads
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of its bytes
    state: Mapped[HistoryFileState] = mapped_column(enum_type(HistoryFileState))
    problem: Mapped[str] = mapped_column(String(24), default="")  # why it was refused
    instrument_digest: Mapped[str] = mapped_column(String(64))  # what its columns are held against
    found_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    choice_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    report_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class HistoryMap(Base):
    """A named column map. Triggers refuse any change: a correction is a new version."""

    __tablename__ = "history_map"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)  # YAML
    instrument_digest: Mapped[str] = mapped_column(String(64))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class HistoryWave(Base):
    """An earlier campaign, entered from a file. Removed ones stay, with who and why."""

    __tablename__ = "history_wave"
    __table_args__ = (
        Index(
            "uq_history_wave_live",
            "code",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16))  # 2024-06
    title: Mapped[str] = mapped_column(String(80))
    closes_on: Mapped[date]
    kind: Mapped[HistoryKind] = mapped_column(enum_type(HistoryKind))
    file_name: Mapped[str] = mapped_column(String(200))
    file_digest: Mapped[str] = mapped_column(String(64))
    map_id: Mapped[int | None] = mapped_column(ForeignKey("history_map.id"))
    map_digest: Mapped[str] = mapped_column(String(64))
    instrument_digest: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[str] = mapped_column(Text)  # canonical JSON; names the frozen data
    manifest_digest: Mapped[str] = mapped_column(String(64))
    loss_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    removed_reason: Mapped[str] = mapped_column(String(300), default="")


class HistoryFigure(Base):
    """The figures of one place in an entered wave: a community, a region, or the company.

    `None` is "cannot be said". Shares are 0..1, the others 0-100.
    """

    __tablename__ = "history_figure"
    __table_args__ = (Index("ix_history_figure_place", "community_id", "region", "wave_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("history_wave.id"), index=True)
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    region: Mapped[str] = mapped_column(String(32))  # code; empty: a community, or the company
    n: Mapped[int]
    base: Mapped[int]  # homes asked; 0 where nobody knows
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
    how: Mapped[str] = mapped_column(Text)  # JSON: rule of weights, items, what is asked alike
    result: Mapped[str] = mapped_column(Text)  # canonical JSON of a StudyResult; empty for totals


class HistoryStep(Base):
    """The unlinked change that leads to a campaign or a wave, where one of the two was entered.

    Made anew by the worker whenever a wave comes or goes.
    """

    __tablename__ = "history_step"
    __table_args__ = (Index("ix_history_step_place", "community_id", "region"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    region: Mapped[str] = mapped_column(String(32))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("history_wave.id"))
    before: Mapped[str] = mapped_column(String(16))  # code of the wave or campaign before
    measure: Mapped[str] = mapped_column(String(16))  # index, satisfied, overall
    value: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    said: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
