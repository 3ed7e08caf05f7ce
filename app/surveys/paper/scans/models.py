"""Tables of the scan desk: batches, files, pages, decisions, sheets, blind second keying."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type
from app.surveys.paper.scans.trays import Tray, Verdict


class BatchState(StrEnum):
    """Whether a batch still takes files and decisions."""

    OPEN = "open"
    CLOSED = "closed"


class ScanFileState(StrEnum):
    """Where an uploaded file stands."""

    WAITING = "waiting"  # for the worker, or being read by it
    READ = "read"
    REFUSED = "refused"  # no scan; `problem` says why


class ScanBatch(Base):
    """One sealed bundle (一捆): counted by hand, scanned, decided, closed.

    The four counts are kept by triggers on the pages, and a CHECK holds the sum: pages in =
    accepted + queued + blank. No batch with a queued page can be closed.
    """

    __tablename__ = "scan_batch"
    __table_args__ = (
        Index("ix_scan_batch_place", "campaign_id", "community_id", "state"),
        CheckConstraint("pages = accepted + queued + blank", name="nothing_lost"),
        CheckConstraint("state = 'open' OR queued = 0", name="closed_has_no_queue"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_has_end"),
        CheckConstraint("sheets_counted BETWEEN 1 AND 5000", name="sheets_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    building: Mapped[str] = mapped_column(String(16), default="", server_default="")
    bundle: Mapped[str] = mapped_column(String(40), default="", server_default="")
    sheets_counted: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[BatchState] = mapped_column(enum_type(BatchState), default=BatchState.OPEN)
    opened_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pages: Mapped[int] = mapped_column(default=0, server_default="0")
    accepted: Mapped[int] = mapped_column(default=0, server_default="0")
    queued: Mapped[int] = mapped_column(default=0, server_default="0")
    blank: Mapped[int] = mapped_column(default=0, server_default="0")


class BatchEventKind(StrEnum):
    """What happened to a batch as a whole."""

    CLOSED = "closed"
    REOPENED = "reopened"


class ScanBatchEvent(Base):
    """A batch was closed, or opened again and why."""

    __tablename__ = "scan_batch_event"
    __table_args__ = (Index("ix_scan_batch_event_batch_id", "batch_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("scan_batch.id"))
    kind: Mapped[BatchEventKind] = mapped_column(enum_type(BatchEventKind))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "scan-note"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ScanFile(Base):
    """An uploaded scan; its bytes lie sealed beside the database until it is read."""

    __tablename__ = "scan_file"
    __table_args__ = (UniqueConstraint("batch_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("scan_batch.id"))
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the bytes as they came
    stored_as: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[ScanFileState] = mapped_column(enum_type(ScanFileState))
    problem: Mapped[str] = mapped_column(String(24), default="", server_default="")
    pages: Mapped[int | None]  # how many the reader found, once it is through
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ScanPage(Base):
    """One page of a scan, in exactly one tray. Triggers count it and refuse to delete it."""

    __tablename__ = "scan_page"
    __table_args__ = (
        UniqueConstraint("file_id", "number"),
        Index("ix_scan_page_batch_tray", "batch_id", "tray"),
        Index("ix_scan_page_sheet_id", "sheet_id"),
        Index("ix_scan_page_frame_member_id", "frame_member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("scan_batch.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("scan_file.id"))
    number: Mapped[int]  # of the page within its file
    tray: Mapped[Tray] = mapped_column(enum_type(Tray))
    problem: Mapped[str] = mapped_column(String(24), default="", server_default="")
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("paper_sheet.id"))
    frame_member_id: Mapped[int | None] = mapped_column(ForeignKey("frame_member.id"))
    page: Mapped[int | None] = mapped_column(SmallInteger)  # of the sheet
    # "sheet:page" while it stands for that page; unique, so one scan of a page stands at a time.
    slot: Mapped[str | None] = mapped_column(String(32), unique=True)
    # JSON of what was read, purpose "scan"; None where nothing could be.
    reading_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # The hand that wrote it, for the checks of answers: numbers, no answer.
    darkness: Mapped[float | None] = mapped_column(Float)
    stroke: Mapped[float | None] = mapped_column(Float)
    slant: Mapped[float | None] = mapped_column(Float)
    taken_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ScanImage(Base):
    """The picture of a page, in a table of its own: it is large and goes before the page does."""

    __tablename__ = "scan_image"

    page_id: Mapped[int] = mapped_column(ForeignKey("scan_page.id"), primary_key=True)
    # Base 64 of a grey JPEG, sealed with purpose "scan-image".
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ScanDecision(Base):
    """What a person decided about one field of a page; the latest one stands."""

    __tablename__ = "scan_decision"
    __table_args__ = (Index("ix_scan_decision_page_id", "page_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("scan_page.id"))
    field: Mapped[str] = mapped_column(String(80))
    verdict: Mapped[Verdict] = mapped_column(enum_type(Verdict))
    # JSON list of values, or of one text; purpose "scan-value".
    values_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ScanMove(Base):
    """A page went from one tray to another: when, why, by whom."""

    __tablename__ = "scan_move"
    __table_args__ = (Index("ix_scan_move_page_id", "page_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("scan_page.id"))
    was: Mapped[str] = mapped_column(String(24))  # the tray before
    tray: Mapped[Tray] = mapped_column(enum_type(Tray))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: the program
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "scan-note"
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ScanSheet(Base):
    """A printed sheet that came back, and the answer made of it."""

    __tablename__ = "scan_sheet"
    __table_args__ = (
        Index("ix_scan_sheet_place", "campaign_id", "community_id"),
        Index("ix_scan_sheet_frame_member_id", "frame_member_id"),
        Index("ix_scan_sheet_batch_id", "batch_id"),
    )

    sheet_id: Mapped[int] = mapped_column(ForeignKey("paper_sheet.id"), primary_key=True)
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("scan_batch.id"))  # of its first page
    response_id: Mapped[int | None] = mapped_column(ForeignKey("response.id"), unique=True)
    round: Mapped[int] = mapped_column(SmallInteger, default=1)  # 2: recorded anew by head office
    # Somebody said that the rest of it never came.
    is_short: Mapped[bool] = mapped_column(default=False)
    helped: Mapped[str | None] = mapped_column(String(16))  # who helped to fill it in
    # Head office looked at a second answer of this home: kept, not counted.
    seen_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    seen_note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "scan-note"


class ScanCheck(Base):
    """A sheet drawn to be keyed a second time by somebody who sees neither reading nor decision."""

    __tablename__ = "scan_check"
    __table_args__ = (
        Index("ix_scan_check_open", "community_id", "keyed_at"),
        Index("ix_scan_check_campaign_id", "campaign_id"),
        CheckConstraint("(keyed_at IS NULL) = (keyed_by IS NULL)", name="keyed_is_whole"),
        CheckConstraint(
            "reader_wrong <= reader_fields AND clerk_wrong <= clerk_fields", name="wrong_within"
        ),
    )

    sheet_id: Mapped[int] = mapped_column(ForeignKey("scan_sheet.sheet_id"), primary_key=True)
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    drawn_at: Mapped[datetime] = mapped_column(UTCDateTime)
    keyed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    keyed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reader_fields: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    reader_wrong: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    clerk_fields: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    clerk_wrong: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    # JSON {field: [stands, keyed]} of the fields that differ; purpose "scan-value".
    differing_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
