"""Tables of what people decide about a gate: holds, longer collecting, the rate, the work after."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class GateHold(Base):
    """An integrity hold (暂扣): results stay shut, or are shut again, until it is lifted.

    `Gate.held_at` says that one is in place; the two change together, under the lock of the gate.
    One that a decision about the answers placed is lifted by such a decision alone.
    """

    __tablename__ = "gate_hold"
    __table_args__ = (
        CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL) "
            "AND (lifted_at IS NULL) = (lift_reason_sealed IS NULL)",
            name="lifted_with_reason",
        ),
        Index("ix_gate_hold_gate_id", "gate_id"),
        Index(
            "uq_gate_hold_in_place",
            "gate_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    placed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    placed_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "hold"
    is_of_check: Mapped[bool] = mapped_column(default=False, server_default=false())
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    lift_reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "hold"


class GateExtension(Base):
    """Head office goes on collecting below the rate, until a day it names. Moves no clock.

    Triggers refuse any change: another day is another row.
    """

    __tablename__ = "gate_extension"
    __table_args__ = (Index("ix_gate_extension_gate_id", "gate_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    until: Mapped[date]  # when somebody looks at it again, Beijing time
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "extension"
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class RequiredChange(Base):
    """One change of the rate a campaign asks for; printed wherever the rate is.

    Triggers refuse any change of a row.
    """

    __tablename__ = "required_change"
    __table_args__ = (
        CheckConstraint("before_permille <> after_permille", name="really_changes"),
        CheckConstraint("after_permille BETWEEN 1 AND 1000", name="after_range"),
        Index("ix_required_change_campaign_id", "campaign_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    before_permille: Mapped[int]
    after_permille: Mapped[int]
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "required"
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class WorkKind(StrEnum):
    """What has to be done within a week of T0 (事后工作)."""

    STATISTICS = "statistics"
    ANALYSIS = "analysis"
    FOLLOW_UP = "follow_up"


class WorkPackage(Base):
    """One piece of the work after T0, from when it was begun; before that there is no row.

    Nobody stands beside what began or ended by itself.
    """

    __tablename__ = "work_package"
    __table_args__ = (
        UniqueConstraint("gate_id", "kind"),
        CheckConstraint("done_by IS NULL OR done_at IS NOT NULL", name="done_by_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    kind: Mapped[WorkKind] = mapped_column(enum_type(WorkKind))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    started_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
