"""Tables of problems owners share: codes of comments, problems, gaps, promises, actions, quotes."""

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
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class CommentCoding(Base):
    """A comment on its way to its codes: what the worker suggests, and that a person decided."""

    __tablename__ = "comment_coding"
    __table_args__ = (
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done_has_person"),
        # Counts of progress and the next comments are read from the index alone.
        Index("ix_comment_coding_queue", "campaign_id", "community_id", "done_at", "alike"),
    )

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"))
    suggested: Mapped[str] = mapped_column(Text)  # JSON [[code, score], ...]; no word of the text
    alike: Mapped[int]  # comments with the same number say much the same
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class CommentCode(Base):
    """That a comment is about something, as a person decided."""

    __tablename__ = "comment_code"
    __table_args__ = (
        Index("ix_comment_code_theme", "campaign_id", "community_id", "code", "frame_member_id"),
    )

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"))
    is_suggested: Mapped[bool]  # the person took what was suggested
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ProblemState(StrEnum):
    """Where a shared problem stands on its way to a public answer."""

    DETECTED = "detected"
    DRAFTED = "drafted"
    CHECKED = "checked"  # the facts are checked
    APPROVED = "approved"
    PUBLISHED = "published"
    CLOSED = "closed"
    SET_ASIDE = "set_aside"  # head office gives no public answer, with a reason


class SharedProblem(Base):
    """A problem many households of a community raised (集中反映的问题), on its way to an answer.

    What owners read is never here: each publication is a frozen `PublicAnswer`.
    """

    __tablename__ = "shared_problem"
    __table_args__ = (
        UniqueConstraint("campaign_id", "place", "code"),
        Index("ix_shared_problem_list", "campaign_id", "community_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    # None: a problem of the whole company, answered in every community that raised it.
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    place: Mapped[int]  # the community again, 0 for the company: NULLs are never equal
    code: Mapped[str] = mapped_column(String(40))
    state: Mapped[ProblemState] = mapped_column(
        enum_type(ProblemState), default=ProblemState.DETECTED
    )
    why: Mapped[str] = mapped_column(Text)  # JSON list of reasons; empty when added by hand
    households: Mapped[int]
    returned: Mapped[int]
    found_at: Mapped[datetime] = mapped_column(UTCDateTime)
    added_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    added_why: Mapped[str | None] = mapped_column(Text)
    # The draft of the next version.
    title: Mapped[str] = mapped_column(String(120), default="", server_default="")
    cause: Mapped[str] = mapped_column(Text, default="", server_default="")
    action: Mapped[str] = mapped_column(Text, default="", server_default="")
    responsible: Mapped[str] = mapped_column(String(120), default="", server_default="")
    due_on: Mapped[date | None]
    why_not: Mapped[str] = mapped_column(Text, default="", server_default="")
    drafted_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    drafted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # How the facts were checked, why it was sent back or set aside: the last word between staff.
    remark: Mapped[str] = mapped_column(Text, default="", server_default="")
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # of the first version
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SharedAnswer(Base):
    """The published answer of a shared problem in one community."""

    __tablename__ = "shared_answer"

    shared_problem_id: Mapped[int] = mapped_column(
        ForeignKey("shared_problem.id"), primary_key=True
    )
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"), primary_key=True, unique=True)


class Remedy(StrEnum):
    """What kind of work closes a gap."""

    FIX = "fix"  # 改进
    COMMUNICATE = "communicate"  # 沟通
    RESET = "reset"  # 调整承诺


class ItemGap(Base):
    """Which of the five gaps stands behind an item of the PFI list, and what closes it."""

    __tablename__ = "item_gap"
    __table_args__ = (
        UniqueConstraint("campaign_id", "place", "item"),
        CheckConstraint("gap BETWEEN 1 AND 5", name="gap"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    place: Mapped[int]
    item: Mapped[str] = mapped_column(String(64))
    gap: Mapped[int] = mapped_column(SmallInteger)
    remedy: Mapped[Remedy] = mapped_column(enum_type(Remedy))
    note: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Promise(Base):
    """A published service promise (服务承诺) and the item owners judge it by."""

    __tablename__ = "promise"
    __table_args__ = (
        CheckConstraint("ended_on IS NULL OR ended_on >= made_on", name="ends_after"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))  # None: all
    item: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(120))  # where owners read it
    made_on: Mapped[date]
    ended_on: Mapped[date | None]
    is_over_promise: Mapped[bool] = mapped_column(default=False)  # gap 1: more than is kept
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CorrectiveAction(Base):
    """What is done about an item (纠正措施): who, by when, and the item that will prove it."""

    __tablename__ = "corrective_action"
    __table_args__ = (
        CheckConstraint("gap BETWEEN 1 AND 5", name="gap"),
        Index("ix_corrective_action_list", "campaign_id", "community_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    title: Mapped[str] = mapped_column(String(120))
    item: Mapped[str] = mapped_column(String(64))  # that will prove it in the next campaign
    gap: Mapped[int] = mapped_column(SmallInteger)
    remedy: Mapped[Remedy] = mapped_column(enum_type(Remedy))
    responsible: Mapped[str] = mapped_column(String(120))
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    done_note: Mapped[str] = mapped_column(Text, default="", server_default="")
    promise_id: Mapped[int | None] = mapped_column(ForeignKey("promise.id"))
    shared_problem_id: Mapped[int | None] = mapped_column(ForeignKey("shared_problem.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Quote(Base):
    """Words of an owner that head office released without anything that tells who wrote them."""

    __tablename__ = "quote"
    __table_args__ = (
        UniqueConstraint("comment_id", "code"),
        Index("ix_quote_list", "campaign_id", "community_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    code: Mapped[str] = mapped_column(String(40))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "quote"
    is_company_only: Mapped[bool]  # its owner trusts head office alone: never shown by community
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    released_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
