"""Tables of what is published to owners after an answer: progress, posting, bulletins."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, SmallInteger, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class ProgressKind(StrEnum):
    """Which word on progress it is."""

    DAY_30 = "day_30"
    DAY_60 = "day_60"
    BETWEEN = "between"
    CLOSING = "closing"


class AnswerProgress(Base):
    """A word on how far a public answer has come (进展), as owners read it; never changed."""

    __tablename__ = "answer_progress"

    id: Mapped[int] = mapped_column(primary_key=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"), index=True)
    kind: Mapped[ProgressKind] = mapped_column(enum_type(ProgressKind))
    text: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AnswerPosting(Base):
    """Evidence that a public answer hangs where owners pass (张贴凭证): place, day, photo."""

    __tablename__ = "answer_posting"

    id: Mapped[int] = mapped_column(primary_key=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"), index=True)
    place: Mapped[str] = mapped_column(String(120))
    posted_on: Mapped[date]
    # Base 64 of a clean JPEG, sealed with purpose "posting": somebody may walk past the board.
    photo_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Bulletin(Base):
    """What owners said and what was done (您说我改), after the next campaign; one row a version."""

    __tablename__ = "bulletin"
    __table_args__ = (Unique("campaign_id", "community_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))  # the one that measures
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    version: Mapped[int] = mapped_column(SmallInteger)
    # Canonical JSON: the earlier and the later campaign, and a list of lines.
    content: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)


class BoardCode(Base):
    """The address on the board by which anybody reads a community's public answers."""

    __tablename__ = "board_code"

    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)


class PosterKind(StrEnum):
    """What is printed."""

    ANSWERS = "answers"
    BULLETIN = "bulletin"


class Poster(Base):
    """A sheet for the board, made by the worker; without a digest it is on its way."""

    __tablename__ = "poster"
    __table_args__ = (
        Unique("campaign_id", "community_id", "kind", "size"),
        CheckConstraint("size IN ('a3', 'a4')", name="size"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    kind: Mapped[PosterKind] = mapped_column(enum_type(PosterKind))
    size: Mapped[str] = mapped_column(String(4))
    digest: Mapped[str | None] = mapped_column(String(64))  # in storage
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
