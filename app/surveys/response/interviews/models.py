"""The table of interviews: that an answer was given to an interviewer, and who helped."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class Helper(StrEnum):
    """Who helped the owner to choose; reading aloud is no help."""

    NONE = "none"
    FAMILY = "family"
    INTERVIEWER = "interviewer"


class Interview(Base):
    """How an answer with channel ``visit`` was given; who held it stands in the answer itself."""

    __tablename__ = "interview"

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), primary_key=True)
    helped: Mapped[Helper] = mapped_column(enum_type(Helper))
    # By the clock of the tablet; the answer counts from when the server received it.
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime] = mapped_column(UTCDateTime)
