"""Tables of market surveys: what is asked, where, by whom, the interviews, checks and results."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class MarketState(StrEnum):
    """Life of a market survey."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class ProviderKind(StrEnum):
    """What a company is to us."""

    OWN = "own"
    NAMED = "named"
    OTHER = "other"  # all others together


class InterviewSource(StrEnum):
    """How an interview came."""

    FORM = "form"
    FILE = "file"


class CheckOutcome(StrEnum):
    """What the agency's supervisor was told on the telephone."""

    CONFIRMED = "confirmed"
    DIFFERS = "differs"  # there was an interview, not as written
    NO_INTERVIEW = "no_interview"  # nobody was asked: the interview does not count
    NOT_REACHED = "not_reached"


class MarketQuestionnaire(Base):
    """A published questionnaire with its cards. Triggers refuse any change."""

    __tablename__ = "market_questionnaire"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    instrument: Mapped[str] = mapped_column(Text)  # canonical
    cards: Mapped[str] = mapped_column(Text)  # canonical
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MarketSurveyRow(Base):
    """One survey of the market."""

    __tablename__ = "market_survey"
    __table_args__ = (
        CheckConstraint("opens_on <= closes_on", name="days_in_order"),
        CheckConstraint("least_interviews >= 1 AND least_communities >= 1", name="quotas"),
        CheckConstraint("elder_percent BETWEEN 0 AND 100", name="elder"),
        CheckConstraint("check_percent BETWEEN 1 AND 100", name="checks"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(String(80))
    title_en: Mapped[str] = mapped_column(String(80))
    market: Mapped[str] = mapped_column(String(120))  # the target market in words
    agency: Mapped[str] = mapped_column(String(80))  # the firm that asks
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    state: Mapped[MarketState] = mapped_column(enum_type(MarketState), default=MarketState.DRAFT)
    questionnaire: Mapped[str] = mapped_column(ForeignKey("market_questionnaire.digest"))
    seed: Mapped[int]  # of the orders in which cards are shown and of what is drawn
    least_interviews: Mapped[int]  # a company
    least_communities: Mapped[int]
    elder_percent: Mapped[int]  # of interviews with people of 60 and more
    check_percent: Mapped[int]  # of interviews called back
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Field work is external: who confirmed it, when the survey was opened.
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class MarketAgent(Base):
    """An account of the agency that may see a survey."""

    __tablename__ = "market_agent"

    survey_id: Mapped[int] = mapped_column(ForeignKey("market_survey.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    is_supervisor: Mapped[bool]


class MarketProvider(Base):
    """A company of the market."""

    __tablename__ = "market_provider"
    __table_args__ = (UniqueConstraint("survey_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("market_survey.id"))
    code: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(60))
    kind: Mapped[ProviderKind] = mapped_column(enum_type(ProviderKind))


class MarketPlace(Base):
    """A community of the target market, ours or another company's; never a row of the register."""

    __tablename__ = "market_place"
    __table_args__ = (
        UniqueConstraint("survey_id", "name"),
        CheckConstraint("fee > 0", name="fee_above_nothing"),
        CheckConstraint("age >= 0 AND area >= 0", name="not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("market_survey.id"))
    provider_id: Mapped[int] = mapped_column(ForeignKey("market_provider.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    city: Mapped[str] = mapped_column(String(40))
    fee: Mapped[float | None]
    age: Mapped[float | None]
    area: Mapped[float | None]


class MarketInterview(Base):
    """One interview as delivered; nobody's name or telephone number is in it."""

    __tablename__ = "market_interview"
    __table_args__ = (
        UniqueConstraint("survey_id", "number"),
        Index("ix_market_interview_survey_id_started_at", "survey_id", "started_at"),
        CheckConstraint("started_at < ended_at", name="times_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("market_survey.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("market_place.id"), index=True)
    number: Mapped[str] = mapped_column(String(40))
    interviewer: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_elder: Mapped[bool]  # 60 and more
    source: Mapped[InterviewSource] = mapped_column(enum_type(InterviewSource))
    answers: Mapped[str] = mapped_column(Text)  # canonical JSON, column to value
    delivered_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    delivered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    voided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class MarketDraft(Base):
    """An interview that is being written; gone once it is sent."""

    __tablename__ = "market_draft"
    __table_args__ = (Index("ix_market_draft_survey_id_staff_id", "survey_id", "staff_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("market_survey.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    number: Mapped[str] = mapped_column(String(40), unique=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answers_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # may hold a telephone number


class MarketCheck(Base):
    """A number somebody left for the agency's own check, until it has been called or not drawn."""

    __tablename__ = "market_check"

    interview_id: Mapped[int] = mapped_column(ForeignKey("market_interview.id"), primary_key=True)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    drawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    outcome: Mapped[CheckOutcome | None] = mapped_column(enum_type(CheckOutcome))
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class MarketSnapshot(Base):
    """All interviews that count, frozen. Triggers refuse any change."""

    __tablename__ = "market_snapshot"
    __table_args__ = (UniqueConstraint("survey_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("market_survey.id"))
    revision: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))  # of the manifest, in storage
    manifest: Mapped[str] = mapped_column(Text)
    interviews: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MarketRun(Base):
    """A stored result of one snapshot."""

    __tablename__ = "market_run"
    __table_args__ = (UniqueConstraint("snapshot_id", "code_version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("market_snapshot.id"))
    code_version: Mapped[str] = mapped_column(String(64))
    result: Mapped[str] = mapped_column(Text)  # canonical JSON
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MarketFile(Base):
    """A printed report of one result, by kind: pdf-zh-Hans, pdf-en."""

    __tablename__ = "market_file"

    run_id: Mapped[int] = mapped_column(ForeignKey("market_run.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(24), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))  # in storage
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
