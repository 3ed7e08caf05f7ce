"""The table of photos: sealed, and bound to the answer that is sent from the same phone."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime

MAX_PHOTOS = 3


class Photo(Base):
    """One photo of an owner, stored before he is told so.

    It is named by the home and by the phone, as the signal of the answer will name it. So the
    photo belongs to that answer from the very commit that stores it, without another write.
    """

    __tablename__ = "photo"
    __table_args__ = (
        UniqueConstraint("frame_member_id", "device_hash", "place"),
        CheckConstraint(f"place BETWEEN 1 AND {MAX_PHOTOS}", name="place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"))
    device_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    place: Mapped[int] = mapped_column(SmallInteger)
    # Base 64 of a JPEG without any metadata, sealed with purpose "photo".
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
