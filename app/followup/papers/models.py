"""The table of sheets that were ordered: made by the worker, sealed, deleted after a day."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class PaperKind(StrEnum):
    """What is printed."""

    BRIEFING = "briefing"  # one page a household: what to know before going there
    ROUTE = "route"  # the visits of a day in the order of the way
    RECORD = "record"  # a form to fill in by pen at the door
    MINUTES = "minutes"  # of a review meeting
    CALL_BACKS = "call_backs"  # record of a week's call-backs in a community
    CUSTOMER_FILE = "customer_file"  # everything on record about a home, by date
    SERVICE_GUIDE = "service_guide"  # services and fees of a community, for the board
    LOSSES = "losses"  # the losses of a year
    DELIVERY = "delivery"  # letters delivered and answers returned, home by home
    VISIT_DONE = "visit_done"  # a home visit as it was recorded
    STANDARDS = "standards"  # service standards and whether they were kept


class Paper(Base):
    """A file somebody ordered; only he may fetch it."""

    __tablename__ = "paper"
    __table_args__ = (Index("ix_paper_staff_id", "staff_id", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PaperKind] = mapped_column(enum_type(PaperKind))
    # Canonical JSON: the key of the visit or meeting, or day, campaign and community.
    about: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(120))  # of the file, without its ending
    language: Mapped[str] = mapped_column(String(8))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Base 64 of the PDF, sealed with purpose "paper"; None while it is being made.
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
