"""Tables of contact: what was done about each household, and the counts of buildings and days."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type
from app.surveys.campaign.models import Outcome


class EventKind(StrEnum):
    """What was done about a household, or found out."""

    DELIVERED = "delivered"  # the letter with its code arrived
    UNDELIVERED = "undelivered"  # it came back, or the tick was a mistake
    NOTICE = "notice"
    REMINDER = "reminder"
    ATTEMPT = "attempt"  # somebody called, rang or knocked
    NOTE = "note"


class ContactChannel(StrEnum):
    """By which way."""

    LETTERBOX = "letterbox"
    HAND = "hand"
    POST = "post"
    WECHAT = "wechat"
    SMS = "sms"
    EMAIL = "email"
    PHONE = "phone"
    VISIT = "visit"
    POSTER = "poster"


class ContactEvent(Base):
    """One event of a household in a campaign.

    Triggers refuse any change: a mistake is corrected by a further event.
    """

    __tablename__ = "contact_event"
    __table_args__ = (Index("ix_contact_event_member", "frame_member_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    kind: Mapped[EventKind] = mapped_column(enum_type(EventKind))
    channel: Mapped[ContactChannel] = mapped_column(enum_type(ContactChannel))
    outcome: Mapped[Outcome | None] = mapped_column(enum_type(Outcome))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    run_id: Mapped[int | None]  # the message run it belongs to
    # A tablet without a network sends an event again: the same key is stored once.
    key: Mapped[str | None] = mapped_column(String(64), unique=True)


class ContactNote(Base):
    """The words of an event, sealed and apart: erasing a household deletes them."""

    __tablename__ = "contact_note"

    event_id: Mapped[int] = mapped_column(ForeignKey("contact_event.id"), primary_key=True)
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Tally(Base):
    """Counts of one building in one campaign, changed with the rows they count (`contact.tally`).

    All but `members` and `excluded` count homes of the base only. `refused`, `other`, `unknown`
    and `vacant` count silent homes, as `begun` does.
    """

    __tablename__ = "tally"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    building: Mapped[str] = mapped_column(String(16), primary_key=True)
    members: Mapped[int] = mapped_column(default=0)
    excluded: Mapped[int] = mapped_column(default=0)  # approved exclusions
    returned: Mapped[int] = mapped_column(default=0)
    partial: Mapped[int] = mapped_column(default=0)  # those of the returned that are not complete
    delivered: Mapped[int] = mapped_column(default=0)  # recorded, or the home answered
    begun: Mapped[int] = mapped_column(default=0)  # began to answer, sent nothing yet
    refused: Mapped[int] = mapped_column(default=0)
    other: Mapped[int] = mapped_column(default=0)
    unknown: Mapped[int] = mapped_column(default=0)  # nobody knows whether somebody lives there
    vacant: Mapped[int] = mapped_column(default=0)  # seen empty


class ReturnDay(Base):
    """Homes of a community's base that came back on one Beijing day."""

    __tablename__ = "return_day"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    returned: Mapped[int] = mapped_column(default=0)
