"""What a report or a results page needs beside the numbers: names, counts, dates, digests."""

from dataclasses import dataclass, field
from datetime import date

from app.analysis.results.study import StudyResult
from app.clock import beijing_date
from app.i18n import gettext as _
from app.reports.exhibits.codes import CodeNames, code_names
from app.reports.extras import Extras
from app.reports.models import StudyRun
from app.reports.wording import Names, joined, names_of, return_rate
from app.surveys.campaign.models import Campaign
from app.surveys.instrument.model import Instrument
from app.surveys.register.models import Community
from app.surveys.snapshot.manifest import Manifest

_LISTED = 4  # a question with more points than this names only how many there are


@dataclass(frozen=True, slots=True)
class ReportContext:
    """One community's result with everything printed around it, in one language.

    Attributes:
        language: Language of names and sentences.
        company, community, office, city, campaign: Names as people know them.
        campaign_code, community_code: Codes, for file names.
        instrument: Title of the questionnaire.
        names: Names of areas and attributes.
        base, returned, excluded: Households, as frozen in the snapshot.
        required_permille: Return rate asked for.
        waived: Released below the rate by a recorded waiver.
        waiver_reason: The recorded reason, printed in every report; empty without a waiver.
        rate_changes: Changes of the rate asked for, each with its reason; empty without any.
        correction: Since when a later revision stands and why; empty for the first.
        exclusions: Excluded homes by reason: its words and how many; none left empty.
        opens_on, closes_on: First and last day of the survey.
        clock_started_on: Day of T0.
        revision: Which freeze of the answers this is.
        snapshot_digest, code_version, plan_digest, seed: The four things the numbers follow from.
        computed_on: Day of the computation.
        is_demo: All data is invented.
    """

    language: str
    company: str
    community: str
    office: str
    city: str
    campaign: str
    campaign_code: str
    community_code: str
    instrument: str
    names: Names
    base: int
    returned: int
    excluded: int
    required_permille: int
    waived: bool
    opens_on: date
    closes_on: date
    clock_started_on: date
    revision: int
    snapshot_digest: str
    code_version: str
    plan_digest: str
    seed: int
    computed_on: date
    is_demo: bool
    waiver_reason: str = ""
    rate_changes: tuple[str, ...] = ()
    correction: str = ""
    exclusions: tuple[tuple[str, int], ...] = ()
    codes: CodeNames = field(default_factory=CodeNames)
    questions: tuple[tuple[str, str], ...] = ()
    extras: Extras = field(default_factory=Extras)

    @property
    def rate(self) -> str:
        """Return the return rate as text."""
        return return_rate(self.returned, self.base)

    @property
    def required(self) -> str:
        """Return the rate asked for as text."""
        whole, tenths = divmod(self.required_permille, 10)
        return f"{whole}.{tenths}%" if tenths else f"{whole}%"

    @property
    def file_name(self) -> str:
        """Return the first part of the names of files about this result."""
        return f"{self.campaign_code}-{self.community_code}-r{self.revision}"


def make_context(  # noqa: PLR0913 - every part has its own source
    *,
    campaign: Campaign,
    community: Community,
    instrument: Instrument,
    manifest: Manifest,
    run: StudyRun,
    company: str,
    language: str,
    is_demo: bool = False,
    waiver_reason: str = "",
    rate_changes: tuple[str, ...] = (),
    correction: str = "",
    exclusions: tuple[tuple[str, int], ...] = (),
    extras: Extras | None = None,
) -> ReportContext:
    """Collect the surroundings of one stored result.

    Everything that can come from the frozen manifest does, so that a report printed again later
    says the same.
    """
    title = campaign.title if language.startswith("zh") else campaign.title_en
    return ReportContext(
        language=language,
        company=company,
        community=community.name,
        office=community.office,
        city=community.city,
        campaign=title,
        campaign_code=campaign.code,
        community_code=community.code,
        instrument=instrument.title.plain(language),
        names=names_of(instrument, language),
        base=manifest.base,
        returned=manifest.returned,
        excluded=manifest.excluded,
        required_permille=manifest.required_permille,
        waived=manifest.waived,
        opens_on=campaign.opens_on,
        closes_on=campaign.closes_on,
        clock_started_on=beijing_date(manifest.t0),
        revision=manifest.revision,
        snapshot_digest=run.snapshot_digest,
        code_version=run.code_version,
        plan_digest=run.plan_digest,
        seed=run.seed,
        computed_on=beijing_date(run.created_at),
        is_demo=is_demo,
        waiver_reason=waiver_reason,
        rate_changes=rate_changes,
        correction=correction,
        exclusions=exclusions,
        codes=code_names(instrument, language),
        questions=questions_of(instrument, language),
        extras=extras or Extras(),
    )


def questions_of(instrument: Instrument, language: str) -> tuple[tuple[str, str], ...]:
    """Return the parts of a questionnaire with what they ask; what is rated follows its words."""
    parts = []
    for section in instrument.sections:
        asked = section.text.plain(language)
        words = dict.fromkeys(instrument.item(code).text.plain(language) for code in section.items)
        said = [one for one in words if one != asked]
        if len(said) > _LISTED:
            asked = _("{question} ({count} points)", question=asked, count=len(said))
        elif said:
            asked = _("{question} {points}", question=asked, points=joined(said))
        parts.append((section.title.plain(language), asked))
    return tuple(parts)


def date_text(day: date) -> str:
    """Write a date as the language does."""
    return _("{year}-{month:02d}-{day:02d}", year=day.year, month=day.month, day=day.day)


def bounds_of_satisfied(
    result: StudyResult, returned: int, base: int
) -> tuple[float, float] | None:
    """Return how low and how high the satisfied share of ALL households could be.

    The lower bound takes every silent household as dissatisfied, the upper one as satisfied.
    None when the share is not known or nobody is in the base. Where the figures rest on fewer
    answers than were returned (a community is held), the study's own bounds count those homes too.
    """
    if result.n < returned and result.satisfied_bounds is not None:
        return result.satisfied_bounds
    satisfied = result.overall_satisfied
    if satisfied is None or satisfied.value is None or base <= 0:
        return None
    rate = returned / base
    return rate * satisfied.value, rate * satisfied.value + 1 - rate
