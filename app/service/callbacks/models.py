"""Tables of calling back: draws, calls and their tries, links, answers and what they set going.

A row is about one repair order or about one answer to a complaint; a complaint answered again is
called back again (`round`). Answers are codes; words of people are sealed.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type

_ONE_SUBJECT = "(order_id IS NULL) <> (complaint_id IS NULL)"


class CallKind(StrEnum):
    """What is called back about."""

    REPAIR = "repair"
    COMPLAINT = "complaint"


class CallState(StrEnum):
    """Life of a call; everything but WAITING is its end."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong_number"
    LANGUAGE = "language"
    UNREACHED = "unreached"  # three tries on two days
    LINKED = "linked"  # a complaint's customer had answered by link
    LAPSED = "lapsed"  # nobody got round to it in time, or the matter went on


class CallResult(StrEnum):
    """What became of one try."""

    COMPLETED = "completed"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"
    LATER = "later"  # another time was wished for
    LANGUAGE = "language"  # no language in common


class Way(StrEnum):
    """How an answer came."""

    PHONE = "phone"
    LINK = "link"


class LinkState(StrEnum):
    """How far a link is. SENDING is written before the first byte leaves the house."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    FILED = "filed"  # head office took it along in a file for the company's own sender
    FAILED = "failed"
    SKIPPED = "skipped"


class CallBackWeek(Base):
    """A week whose orders were drawn in every community."""

    __tablename__ = "call_back_week"

    monday: Mapped[date] = mapped_column(primary_key=True)
    drawn_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CallBackDraw(Base):
    """The draw of one week in one community: list, commitment, seed once the calls are finished.

    `order_ids` is the list that was drawn from: canonical JSON, ascending.
    """

    __tablename__ = "call_back_draw"
    __table_args__ = (
        UniqueConstraint("community_id", "monday"),
        CheckConstraint("(seed IS NULL) = (finished_at IS NULL)", name="revealed_when_finished"),
        CheckConstraint("drawn = (orders + 4) / 5", name="a_fifth"),
        Index("ix_call_back_draw_week", "monday", "community_id"),
        Index(
            "ix_call_back_draw_open",
            "id",
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    monday: Mapped[date]
    order_ids: Mapped[str] = mapped_column(Text)
    orders: Mapped[int]
    drawn: Mapped[int]
    commitment: Mapped[str] = mapped_column(String(64))  # SHA-256 of the seed
    seed_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "draw-seed"
    seed: Mapped[str | None] = mapped_column(String(64))  # told when the calls are finished
    drawn_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CallBack(Base):
    """One call to make."""

    __tablename__ = "call_back"
    __table_args__ = (
        UniqueConstraint("order_id"),
        UniqueConstraint("complaint_id", "round"),
        CheckConstraint(_ONE_SUBJECT, name="one_subject"),
        CheckConstraint("(order_id IS NULL) = (draw_id IS NULL)", name="drawn_repair"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended_has_time"),
        Index("ix_call_back_list", "state", "kind", "due_on", "id"),
        Index("ix_call_back_month", "month", "kind", "community_id", "state"),
        Index("ix_call_back_draw_id", "draw_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CallKind] = mapped_column(enum_type(CallKind))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    draw_id: Mapped[int | None] = mapped_column(ForeignKey("call_back_draw.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("repair_order.id"))
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.follow_up_id"))
    round: Mapped[int] = mapped_column(SmallInteger, default=1)
    month: Mapped[date]  # its first day: of the drawn week, or of the answer to the complaint
    state: Mapped[CallState] = mapped_column(enum_type(CallState), default=CallState.WAITING)
    due_on: Mapped[date]
    not_before: Mapped[datetime | None] = mapped_column(UTCDateTime)  # wished for
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    unanswered: Mapped[int] = mapped_column(SmallInteger, default=0)
    unanswered_days: Mapped[int] = mapped_column(SmallInteger, default=0)
    was_reached: Mapped[bool] = mapped_column(default=False)
    last_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Who opened it last, for some minutes: others take another one.
    held_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    held_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # What was said so far in a call under way: canonical JSON of codes; the words sealed.
    draft: Mapped[str | None] = mapped_column(Text)
    draft_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "call-back"


class CallBackTry(Base):
    """One try to call; never changed."""

    __tablename__ = "call_back_try"
    __table_args__ = (Index("ix_call_back_try_call", "call_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call_back.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    result: Mapped[CallResult] = mapped_column(enum_type(CallResult))
    # Made by the page before it sends, so that sending twice records once.
    key: Mapped[str] = mapped_column(String(64), unique=True)


class CallBackLink(Base):
    """The same questions as a link: one for each closed order and each answered complaint."""

    __tablename__ = "call_back_link"
    __table_args__ = (
        UniqueConstraint("order_id"),
        UniqueConstraint("complaint_id", "round"),
        CheckConstraint(_ONE_SUBJECT, name="one_subject"),
        Index("ix_call_back_link_state", "state", "id"),
        Index("ix_call_back_link_month", "month", "kind", "community_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CallKind] = mapped_column(enum_type(CallKind))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("repair_order.id"))
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.follow_up_id"))
    round: Mapped[int] = mapped_column(SmallInteger, default=1)
    month: Mapped[date]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[LinkState] = mapped_column(enum_type(LinkState), default=LinkState.PLANNED)
    reason: Mapped[str | None] = mapped_column(String(24))
    channel: Mapped[str | None] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    moved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    receipt: Mapped[str | None] = mapped_column(String(64))  # the provider's own number


class CallBackAnswer(Base):
    """What was answered: codes as canonical JSON, words sealed. The first of a subject counts."""

    __tablename__ = "call_back_answer"
    __table_args__ = (
        UniqueConstraint("order_id", "way"),
        UniqueConstraint("complaint_id", "round", "way"),
        CheckConstraint(_ONE_SUBJECT, name="one_subject"),
        CheckConstraint("(way = 'phone') = (staff_id IS NOT NULL)", name="caller_of_a_call"),
        Index(
            "ix_call_back_answer_first_order",
            "order_id",
            unique=True,
            sqlite_where=text("is_first AND order_id IS NOT NULL"),
            postgresql_where=text("is_first AND order_id IS NOT NULL"),
        ),
        Index(
            "ix_call_back_answer_first_complaint",
            "complaint_id",
            "round",
            unique=True,
            sqlite_where=text("is_first AND complaint_id IS NOT NULL"),
            postgresql_where=text("is_first AND complaint_id IS NOT NULL"),
        ),
        Index("ix_call_back_answer_month", "month", "kind", "community_id", "way"),
        Index(
            "ix_call_back_answer_unsettled",
            "id",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CallKind] = mapped_column(enum_type(CallKind))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("repair_order.id"))
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.follow_up_id"))
    round: Mapped[int] = mapped_column(SmallInteger, default=1)
    month: Mapped[date]
    way: Mapped[Way] = mapped_column(enum_type(Way))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    instrument_digest: Mapped[str] = mapped_column(ForeignKey("instrument_version.digest"))
    answers: Mapped[str] = mapped_column(Text)  # item code -> option code or point
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "call-back"
    is_satisfied: Mapped[bool | None]
    is_first: Mapped[bool]
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # its effects are done


class CallBackEffect(Base):
    """That an answer set something going; of one subject each effect once."""

    __tablename__ = "call_back_effect"
    __table_args__ = (
        UniqueConstraint("order_id", "effect"),
        UniqueConstraint("complaint_id", "round", "effect"),
        CheckConstraint(_ONE_SUBJECT, name="one_subject"),
        Index("ix_call_back_effect_answer", "answer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("call_back_answer.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("repair_order.id"))
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.follow_up_id"))
    round: Mapped[int] = mapped_column(SmallInteger, default=1)
    effect: Mapped[str] = mapped_column(String(24))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
