"""The table of voided answers: which, why, who decided. The answer itself is kept."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class VoidReason(StrEnum):
    """Why an answer does not count any more."""

    NOT_OWNER = "not_owner"  # nobody of the home has answered
    STAFF = "staff"  # staff filled it in or told the owner what to choose
    COPIED = "copied"  # one person answered for several homes
    WRONG_HOME = "wrong_home"  # keyed in under the code of another home
    TRIAL = "trial"  # sent to try the form
    WITHDRAWN = "withdrawn"  # the owner took it back


class ResponseVoid(Base):
    """An answer that head office took out of the count (作废). Never undone: the home may answer.

    `Response.voided_at` says the same in the row of the answer; both are written together.
    """

    __tablename__ = "response_void"

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), primary_key=True)
    reason: Mapped[VoidReason] = mapped_column(enum_type(VoidReason))
    note_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "void"
    voided_at: Mapped[datetime] = mapped_column(UTCDateTime)
    voided_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    was_counted: Mapped[bool]  # until then it was the answer of its home
    # The revision of the snapshot that is the first without it; None while that is to come.
    revision: Mapped[int | None]
