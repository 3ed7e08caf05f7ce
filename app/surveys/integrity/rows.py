"""Rows that the queries of integrity return. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.integrity.models import (
    AppealOutcome,
    AuditCall,
    AuditSample,
    IntegrityScore,
    Verdict,
)
from app.surveys.integrity.sampling import chance_of_any
from app.surveys.integrity.thresholds import SHARES_PRINTED
from app.surveys.response.models import Response


@dataclass(frozen=True, slots=True)
class CallCounts:
    """How the calls of a community stand.

    Attributes:
        drawn: Answers drawn.
        random: Of them by chance.
        done: Of them with an outcome, reached or not.
        confirmed: The home says the answer is its own.
        contradicted: It says it is not, or both items asked again are far off.
        random_reached: Of those drawn by chance: confirmed or contradicted.
        answers: Counted answers they were drawn from.
    """

    drawn: int = 0
    random: int = 0
    done: int = 0
    confirmed: int = 0
    contradicted: int = 0
    random_reached: int = 0
    answers: int = 0

    @property
    def reached(self) -> int:
        """Calls that settled something."""
        return self.confirmed + self.contradicted

    def chances(self) -> tuple[tuple[float, float], ...]:
        """Return (share of made-up answers, chance that random calls meet one), as drawn."""
        return tuple((f, chance_of_any(self.random, f, self.answers)) for f in SHARES_PRINTED)

    def chances_reached(self) -> tuple[tuple[float, float], ...]:
        """Return the same for the random calls that reached somebody."""
        return tuple(
            (f, chance_of_any(self.random_reached, f, self.answers)) for f in SHARES_PRINTED
        )


@dataclass(frozen=True, slots=True)
class Effect:
    """Figures of a community with and without its doubtful answers.

    Attributes:
        base: Homes asked.
        answers: Counted answers.
        flagged: Answers with several signs.
        contradicted: Answers that calls contradicted and that still count.
        answers_without: Counted answers without both.
        index: Satisfaction index with its interval; None where it may not be said.
        without: The same without them.
    """

    base: int
    answers: int
    flagged: int
    contradicted: int
    answers_without: int
    index: tuple[float, float, float] | None
    without: tuple[float, float, float] | None

    @property
    def rate(self) -> float:
        """Return rate in percent."""
        return 100 * self.answers / self.base if self.base else 0.0

    @property
    def rate_without(self) -> float:
        """Return rate in percent without the doubtful answers."""
        return 100 * self.answers_without / self.base if self.base else 0.0


@dataclass(frozen=True, slots=True)
class IntegritySummary:
    """What a report or a page says about the integrity of one community.

    Attributes:
        campaign_id: The campaign.
        community_id: The community.
        score: Excess over peers; None before it was computed.
        low: Lower end of its interval.
        high: Upper end.
        is_high: High enough for more calls.
        reasons: Codes of the signals that add to it, the strongest first.
        calls: How the audit calls stand.
        voided: Answers voided in this community for whatever reason.
        verdict: Head office's newest decision; None before.
        decided_at: When.
        has_appeal: The office has objected to it.
        appeal: Head office's answer to the objection; None before.
        effect: Figures with and without doubtful answers; None where nothing is doubtful.
    """

    campaign_id: int
    community_id: int
    score: float | None
    low: float | None
    high: float | None
    is_high: bool
    reasons: tuple[str, ...]
    calls: CallCounts
    voided: int
    verdict: Verdict | None
    decided_at: datetime | None
    has_appeal: bool
    appeal: AppealOutcome | None
    effect: Effect | None


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call with its answer and its home."""

    call: AuditCall
    response: Response
    member: FrameMember


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One sample in the list of call sheets."""

    sample: AuditSample
    community: str
    campaign: str
    campaign_en: str
    code: str
    done: int


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """One community of a campaign with its newest score, if there is one."""

    community_id: int
    name: str
    region: str
    score: IntegrityScore | None


@dataclass(frozen=True, slots=True)
class Resurvey:
    """One community that has to be asked again: its result was annulled."""

    campaign: Campaign
    community_id: int
    name: str
    again_on: date
