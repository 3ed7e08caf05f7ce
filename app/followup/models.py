"""Tables after the answers: cases, published replies and answers, owners' alarms.

What happened with a case, step by step, stands in `app.followup.history.models`.
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
    false,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class CaseList(StrEnum):
    """The one list a case stands on."""

    COMMUNITY = "community"
    HEAD_OFFICE = "head_office"  # the office sees neither address nor text


class CaseState(StrEnum):
    """State of a follow-up case; never deleted, only closed with an outcome."""

    OPEN = "open"
    CLOSED = "closed"
    DECLINED = "declined"  # the owner wished no reply


class Source(StrEnum):
    """Where a case comes from."""

    SURVEY = "survey"
    COMPLAINT = "complaint"
    REPAIR = "repair"
    FORUM = "forum"
    TALK = "talk"


class Urgency(StrEnum):
    """What a case is about, as far as it decides how soon somebody must move."""

    ORDINARY = "ordinary"
    SAFETY = "safety"  # people may come to harm: first, with a clock of its own
    PRAISE_ONLY = "praise_only"  # passed on and thanked, nothing to repair


class Stage(StrEnum):
    """Step of a case in the handbook's circle (受理-核实-处理-反馈-回访-改进)."""

    ACCEPTED = "accepted"
    VERIFIED = "verified"
    IN_WORK = "in_work"
    ANSWERED = "answered"
    CALLED_BACK = "called_back"
    REOPENED = "reopened"
    IMPROVED = "improved"
    CLOSED = "closed"
    DECLINED = "declined"


class Attempt(StrEnum):
    """Why a try came to nothing, or had to wait."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    NOT_AT_HOME = "not_at_home"
    COME_AGAIN = "come_again"  # reached, but asked to come again: no failed try


class Outcome(StrEnum):
    """Result of a contact (处理结果)."""

    SOLVED = "solved"
    EXPLAINED = "explained"
    DATED = "dated"  # to be done by a date
    PRAISE_PASSED = "praise_passed"
    TO_COMPLAINT = "to_complaint"
    TO_REPAIR = "to_repair"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"


def _first_stage(context: DefaultExecutionContext) -> Stage:
    """Return the stage of a new case whose maker names only its state."""
    stages = {CaseState.CLOSED: Stage.CLOSED, CaseState.DECLINED: Stage.DECLINED}
    state = context.get_current_parameters().get("state")  # type: ignore[no-untyped-call]
    return stages.get(state, Stage.ACCEPTED)


class FollowUp(Base):
    """One case. A home that left a comment has exactly one in a campaign (逐户回访).

    A case of another source may have no home and no campaign. `state` says whether anybody must
    still move; `stage` how far it is. What is counted of contacts stands in the row, so that a
    list never adds up the contacts of all campaigns.
    """

    __tablename__ = "follow_up"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_has_time"),
        CheckConstraint(
            "source <> 'survey' OR (frame_member_id IS NOT NULL AND campaign_id IS NOT NULL)",
            name="survey_has_home",
        ),
        CheckConstraint(
            "(state = 'closed') = (stage IN ('improved', 'closed')) "
            "AND (state = 'declined') = (stage = 'declined')",
            name="stage_of_state",
        ),
        # The whole of what the counts of cases ask: they are read from the index alone.
        Index(
            "ix_follow_up_list",
            *("campaign_id", "community_id", "on_list", "state", "is_no_reply", "contacts"),
            *("urgency", "start_by", "close_by", "id"),
        ),
        Index("ix_follow_up_triage", "campaign_id", "triaged_at", "hint", "id"),
        Index("ix_follow_up_urgent", "campaign_id", "urgency", "state", "id"),
        Index("ix_follow_up_source", "source", "is_led_elsewhere", "id"),
        Index("ix_follow_up_responsible", "responsible_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_member_id: Mapped[int | None] = mapped_column(ForeignKey("frame_member.id"), unique=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    on_list: Mapped[CaseList] = mapped_column(enum_type(CaseList))
    state: Mapped[CaseState] = mapped_column(enum_type(CaseState), default=CaseState.OPEN)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    source: Mapped[Source] = mapped_column(
        enum_type(Source), default=Source.SURVEY, server_default="survey"
    )
    urgency: Mapped[Urgency] = mapped_column(
        enum_type(Urgency), default=Urgency.ORDINARY, server_default="ordinary"
    )
    stage: Mapped[Stage] = mapped_column(
        enum_type(Stage), default=_first_stage, server_default="accepted"
    )
    # What the words look like, until a person has looked at them.
    hint: Mapped[Urgency | None] = mapped_column(String(24))
    code: Mapped[str | None] = mapped_column(String(48))  # of the codebook
    department: Mapped[str | None] = mapped_column(String(24))  # of the code: one answers for it
    triaged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # Every comment of the home says "no reply": the office knows of it as a number only.
    is_no_reply: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Days of a clock of its own; without them the case runs with the gate of its community.
    start_by: Mapped[date | None]
    close_by: Mapped[date | None]
    contacts: Mapped[int] = mapped_column(default=0, server_default="0")
    last_contact_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # promised or asked for
    read_to: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the latest comment counted in
    # Its steps are taken where its complaint is handled; contacts here change none of them.
    is_led_elsewhere: Mapped[bool] = mapped_column(default=False, server_default=false())


class ContactRecord(Base):
    """One contact about a case: the six fields of the handbook and the owner's own view.

    Never changed: a slip of the finger is taken back by a second record (`ContactUndo`).
    """

    __tablename__ = "contact_record"
    __table_args__ = (Index("ix_contact_record_key", "key", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    way: Mapped[str] = mapped_column(String(16))  # visit, phone, wechat, reception
    person_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # who was spoken to
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[Outcome] = mapped_column(enum_type(Outcome))
    result_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    owner_view: Mapped[str | None] = mapped_column(String(16))  # satisfied, neutral, dissatisfied
    next_on: Mapped[date | None]
    next_time: Mapped[str | None] = mapped_column(String(5))  # 19:00, in Beijing
    place: Mapped[str | None] = mapped_column(String(16))  # home, desk, outdoors, elsewhere
    attempt: Mapped[Attempt | None] = mapped_column(enum_type(Attempt))
    recorded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Made by the phone before it sends, so that sending twice records once.
    key: Mapped[str | None] = mapped_column(String(64))


class Reply(Base):
    """What the owner of a comment reads as the reply (给业主的答复). An edit is a new version."""

    __tablename__ = "reply"
    __table_args__ = (UniqueConstraint("comment_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    version: Mapped[int] = mapped_column(SmallInteger)
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "reply"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReplyVerdict(StrEnum):
    """What the owner thinks of a reply."""

    SATISFIED = "satisfied"
    SO_SO = "so_so"
    NOT = "not"


class ReplyRating(Base):
    """The owner's view of one version of a reply; he may change his mind."""

    __tablename__ = "reply_rating"

    reply_id: Mapped[int] = mapped_column(ForeignKey("reply.id"), primary_key=True)
    verdict: Mapped[ReplyVerdict] = mapped_column(enum_type(ReplyVerdict))
    rated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Problem(Base):
    """A problem of a community that head office answers in public (公开答复)."""

    __tablename__ = "problem"
    __table_args__ = (Index("ix_problem_list", "campaign_id", "community_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PublicAnswer(Base):
    """One published version of an answer; triggers refuse any change. Names nobody."""

    __tablename__ = "public_answer"
    __table_args__ = (
        UniqueConstraint("problem_id", "version"),
        CheckConstraint("(due_on IS NULL) = (why_not IS NOT NULL)", name="date_or_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"))
    version: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str] = mapped_column(String(120))  # the problem, as owners say it
    cause: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)  # what is done
    responsible: Mapped[str] = mapped_column(String(120))
    due_on: Mapped[date | None]
    why_not: Mapped[str | None] = mapped_column(Text)  # instead of a date
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ProblemComment(Base):
    """That a comment raised a problem, and whether its owner says it is solved."""

    __tablename__ = "problem_comment"
    __table_args__ = (
        CheckConstraint("(is_solved IS NULL) = (said_at IS NULL)", name="said_has_time"),
    )

    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"), primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True, index=True)
    is_solved: Mapped[bool | None]
    said_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AlarmKind(StrEnum):
    """What an owner says is wrong with the answer of his home."""

    NOT_US = "not_us"  # nobody of the home has answered
    PASSED_ON = "passed_on"  # somebody outside the home answered with the link
    WRONG = "wrong"  # the home answered, but not like this


class AlarmOutcome(StrEnum):
    """What head office found."""

    FAMILY = "family"  # somebody of the home had answered after all
    STRANGER = "stranger"  # the answer is not of this home
    UNCLEAR = "unclear"


class Alarm(Base):
    """An owner says that an answer of his home is not right; head office looks into it."""

    __tablename__ = "alarm"
    __table_args__ = (
        CheckConstraint("(checked_at IS NULL) = (outcome IS NULL)", name="checked_has_outcome"),
        Index("ix_alarm_member", "frame_member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_member_id: Mapped[int] = mapped_column(ForeignKey("frame_member.id"))
    kind: Mapped[AlarmKind] = mapped_column(enum_type(AlarmKind))
    # Canonical JSON {name, phone, words}, sealed with purpose "alarm".
    said_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    raised_at: Mapped[datetime] = mapped_column(UTCDateTime)
    outcome: Mapped[AlarmOutcome | None] = mapped_column(enum_type(AlarmOutcome))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "note"
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
