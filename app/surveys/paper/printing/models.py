"""Tables of printed questionnaires: layouts as they were printed, orders, files, sheets."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class SheetForm(StrEnum):
    """Which form: the words are those of the phone's forms."""

    FULL = "full"
    ELDER = "elder"  # large print


class ForWhom(StrEnum):
    """Which homes get one."""

    ALL = "all"
    UNANSWERED = "unanswered"
    LARGE_PRINT = "large_print"  # homes that asked for large print
    ONE = "one"  # one home, whose form was lost or spoiled


class OrderState(StrEnum):
    """Where an order stands."""

    WAITING = "waiting"
    READY = "ready"
    GONE = "gone"  # its files are deleted


class PaperLayout(Base):
    """The geometry of a form as it was printed. Never changes: sheets of it may come back."""

    __tablename__ = "paper_layout"

    key: Mapped[str] = mapped_column(String(8), primary_key=True)
    instrument_digest: Mapped[str] = mapped_column(ForeignKey("instrument_version.digest"))
    form: Mapped[SheetForm] = mapped_column(enum_type(SheetForm))
    block: Mapped[int] = mapped_column(SmallInteger)
    areas_offered: Mapped[int] = mapped_column(SmallInteger)
    language: Mapped[str] = mapped_column(String(8))
    version: Mapped[int] = mapped_column(SmallInteger)
    pages: Mapped[int] = mapped_column(SmallInteger)
    geometry: Mapped[str] = mapped_column(Text)  # layout.model.to_json


class FormOrder(Base):
    """Forms of one community that somebody asked for; made by the worker."""

    __tablename__ = "form_order"
    __table_args__ = (
        Index("ix_form_order_campaign_community", "campaign_id", "community_id"),
        CheckConstraint("copies BETWEEN 1 AND 5", name="copies_range"),
        CheckConstraint("(whom = 'one') = (frame_member_id IS NOT NULL)", name="one_home_named"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    form: Mapped[SheetForm] = mapped_column(enum_type(SheetForm))
    whom: Mapped[ForWhom] = mapped_column(enum_type(ForWhom))
    frame_member_id: Mapped[int | None] = mapped_column(ForeignKey("frame_member.id"))
    language: Mapped[str] = mapped_column(String(8))
    copies: Mapped[int] = mapped_column(SmallInteger)
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    state: Mapped[OrderState] = mapped_column(enum_type(OrderState), default=OrderState.WAITING)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    buildings: Mapped[int] = mapped_column(default=0)
    sheets: Mapped[int] = mapped_column(default=0)


class FormFile(Base):
    """One sealed PDF of an order: the forms of one building."""

    __tablename__ = "form_file"
    __table_args__ = (UniqueConstraint("order_id", "building"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("form_order.id"))
    building: Mapped[str] = mapped_column(String(16))
    sheets: Mapped[int]
    pages: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))  # of the sealed bytes: its name on the disk
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PaperSheet(Base):
    """One printed form of one home. Its number is random: the only name of the home on paper."""

    __tablename__ = "paper_sheet"
    __table_args__ = (
        UniqueConstraint("frame_member_id", "copy"),
        Index("ix_paper_sheet_campaign_community", "campaign_id", "community_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, unique=True)
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("form_order.id"), index=True)
    layout_key: Mapped[str] = mapped_column(ForeignKey("paper_layout.key"))
    copy: Mapped[int] = mapped_column(SmallInteger)
    form: Mapped[SheetForm] = mapped_column(enum_type(SheetForm))
    language: Mapped[str] = mapped_column(String(8))
    printed_at: Mapped[datetime] = mapped_column(UTCDateTime)
