"""Tables of the integrity checks: measures, scores, audit calls, findings, decisions, effects.

No row says of a household that it looks suspicious: signals are counts of a community. A call
names an answer because somebody has to call; part of the calls are drawn by chance, and nobody
but head office and its callers reads them.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime, enum_type


class IntegrityMeasure(Base):
    """The newest signals of a community, before they are compared with anybody."""

    __tablename__ = "integrity_measure"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    measured_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answers: Mapped[int]
    signals: Mapped[str] = mapped_column(Text)  # JSON: a list of `facts.Measured`


class IntegrityScore(Base):
    """How unusual a community is among its peers; a revision whenever what it says changes."""

    __tablename__ = "integrity_score"
    __table_args__ = (UniqueConstraint("campaign_id", "community_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    revision: Mapped[int]
    computed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answers: Mapped[int]
    value: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    is_high: Mapped[bool]
    reasons: Mapped[str] = mapped_column(Text)  # JSON: a list of `score.Reason`


class AuditSample(Base):
    """The answers of a community that are called back, drawn once from a seed that is kept."""

    __tablename__ = "audit_sample"
    __table_args__ = (
        UniqueConstraint("campaign_id", "community_id"),
        CheckConstraint("random_calls BETWEEN 0 AND calls", name="random_part"),
        CheckConstraint("calls <= answers", name="no_more_than_answers"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    seed: Mapped[str] = mapped_column(String(32))
    answers: Mapped[int]  # counted answers it was drawn from
    calls: Mapped[int]
    random_calls: Mapped[int]  # of them drawn by chance; the others by risk
    drawn_at: Mapped[datetime] = mapped_column(UTCDateTime)
    drawn_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)


class CallOutcome(StrEnum):
    """What a call found."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    UNSURE = "unsure"
    UNREACHED = "unreached"
    REFUSED = "refused"


class Filler(StrEnum):
    """Who filled the form in, as the home says on the telephone."""

    OWNER = "owner"
    FAMILY = "family"  # or a tenant: somebody of the home
    HELPED = "helped"  # somebody of the home, read out and written down by another
    STAFF = "staff"  # staff filled it in or told what to choose
    NOBODY = "nobody"  # nobody of the home has answered
    UNSURE = "unsure"


class AuditCall(Base):
    """One call: whom, which two questions are asked again, what came of it.

    The two answers given on the telephone are compared and not kept.
    """

    __tablename__ = "audit_call"
    __table_args__ = (
        UniqueConstraint("sample_id", "place"),
        UniqueConstraint("sample_id", "response_id"),
        CheckConstraint(
            "(outcome = 'waiting') = (called_at IS NULL)", name="called_when_not_waiting"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("audit_sample.id"))
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), index=True)
    place: Mapped[int] = mapped_column(SmallInteger)  # on the sheet, shuffled: tells no reason
    is_random: Mapped[bool]
    items: Mapped[str] = mapped_column(String(120))  # codes of the two items, comma between
    outcome: Mapped[CallOutcome] = mapped_column(
        enum_type(CallOutcome), default=CallOutcome.WAITING
    )
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    filler: Mapped[Filler | None] = mapped_column(enum_type(Filler))
    matches: Mapped[int | None] = mapped_column(SmallInteger)  # of the items compared
    compared: Mapped[int | None] = mapped_column(SmallInteger)
    called_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    called_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "audit-call"


class FindingKind(StrEnum):
    """What people look at themselves; its words are the codes of the signals."""

    HANDWRITING = "handwriting"
    RECALL = "recall"
    CONTROL_HOMES = "control_homes"


class IntegrityFinding(Base):
    """What somebody of head office found by hand. Triggers refuse any change."""

    __tablename__ = "integrity_finding"
    __table_args__ = (
        CheckConstraint("count BETWEEN 0 AND base AND base > 0", name="count_in_base"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    kind: Mapped[FindingKind] = mapped_column(enum_type(FindingKind))
    count: Mapped[int]  # pieces that were conspicuous
    base: Mapped[int]  # pieces looked at
    note_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "integrity"
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class Verdict(StrEnum):
    """What head office decides about the answers of a community."""

    ACCEPT = "accept"
    VOID = "void"  # the answers that calls contradicted
    HOLD = "hold"
    ANNUL = "annul"  # the result of the community falls; it is asked again


class IntegrityDecision(Base):
    """One decision with its reason. Triggers refuse any change: another one is another row."""

    __tablename__ = "integrity_decision"
    __table_args__ = (
        CheckConstraint(
            "(verdict = 'annul') = (resurvey_on IS NOT NULL)", name="resurvey_when_annulled"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    verdict: Mapped[Verdict] = mapped_column(enum_type(Verdict))
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "integrity"
    voided: Mapped[int]  # answers this decision took out of the count
    resurvey_on: Mapped[date | None]
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class AppealOutcome(StrEnum):
    """What head office answers to an appeal."""

    UPHELD = "upheld"  # the decision stays
    CHANGED = "changed"  # another decision follows


class IntegrityAppeal(Base):
    """The office's objection to a decision, and the answer; at most one for a decision."""

    __tablename__ = "integrity_appeal"
    __table_args__ = (
        UniqueConstraint("decision_id"),
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) "
            "AND (answered_at IS NULL) = (answer_sealed IS NULL) "
            "AND (answered_at IS NULL) = (outcome IS NULL)",
            name="answered_whole",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("integrity_decision.id"))
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)  # purpose "integrity"
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[AppealOutcome | None] = mapped_column(enum_type(AppealOutcome))
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # purpose "integrity"
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class IntegrityEffect(Base):
    """What the doubtful answers do: the figures of a community with and without them."""

    __tablename__ = "integrity_effect"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    computed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    base: Mapped[int]  # homes asked
    answers: Mapped[int]
    flagged: Mapped[int]  # answers with several signs
    contradicted: Mapped[int]  # answers that calls contradicted
    answers_without: Mapped[int]
    index: Mapped[float | None]
    index_low: Mapped[float | None]
    index_high: Mapped[float | None]
    index_without: Mapped[float | None]
    index_without_low: Mapped[float | None]
    index_without_high: Mapped[float | None]


class FrozenPrint(Base):
    """Short keyed digests of the answers in one frozen snapshot, for receipts to be checked by."""

    __tablename__ = "frozen_print"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    snapshot_digest: Mapped[str] = mapped_column(String(64))
    prints: Mapped[str] = mapped_column(Text)  # sorted, a blank between
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
