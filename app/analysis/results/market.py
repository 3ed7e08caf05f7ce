"""What a market-standing survey says: plain numbers, and its version."""

from dataclasses import dataclass

from app.analysis.results.estimate import Estimate

MARKET_SCHEMA = "linsheng-market/1"


@dataclass(frozen=True, slots=True)
class ProviderStanding:
    """One company in a comparison between residents.

    Attributes:
        code: Its name.
        is_own: It is the company that had the survey made.
        interviews: Interviews with a score and known covariates.
        communities: Communities they lie in.
        plain: Mean on 0-100 as it is, errors clustered by community.
        adjusted: The same at the market's average fee, building age and mix of cities.
        extrapolated: The market's average lies outside what this company has: ``fee``, ``age``,
            ``city``; then its adjusted mean rests on the model alone.
        unranked_why: few_communities, few_interviews; empty when it is ranked.
        rank: Place by adjusted mean, 1 = best; None when it is not ranked.
        rank_low, rank_high: Simultaneous rank interval.
        tied: Ranked companies it cannot be told apart from.
    """

    code: str
    is_own: bool
    interviews: int
    communities: int
    plain: Estimate
    adjusted: Estimate
    extrapolated: tuple[str, ...] = ()
    unranked_why: tuple[str, ...] = ()
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    tied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MarketTerm:
    """Effect of a covariate, points of 100.

    Attributes:
        name: ``fee`` (for a doubled fee), ``age`` (for ten years more) or ``city.NAME`` (against
            the first city).
        effect: With errors clustered by community.
    """

    name: str
    effect: Estimate


@dataclass(frozen=True, slots=True)
class LeagueResult:
    """Companies by one measure, adjusted.

    Attributes:
        measure: The item.
        interviews: Interviews used.
        left_out: Interviews without a score or without known covariates.
        communities: Communities used.
        reason: Why nothing is adjusted: one_provider, few_clusters, confounded; None when it is.
        warnings: few_clusters (below 30 communities: intervals may be too short).
        entries: By adjusted mean, best first; without adjustment by name.
        terms: What the covariates do.
        r_squared: Explained share.
    """

    measure: str
    interviews: int
    left_out: int
    communities: int
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    entries: tuple[ProviderStanding, ...] = ()
    terms: tuple[MarketTerm, ...] = ()
    r_squared: float | None = None


@dataclass(frozen=True, slots=True)
class RivalGap:
    """The own company less one rival on one item.

    Attributes:
        rival: The company.
        gap: Own less rival, adjusted, points of 100; each interval for itself.
        p_adjusted: Two-sided, Holm over all items and rivals.
        verdict: ahead, behind, or None: cannot be told apart.
    """

    rival: str
    gap: Estimate
    p_adjusted: float | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class CompetitiveItem:
    """One item against the best rival.

    Attributes:
        code: The item, of the same code as in the perception survey.
        own: Adjusted mean of the own company.
        share: Importance share of the item; 1 over all of them.
        gaps: Against every rival.
        best: The rival with the highest mean.
        lead: Best rival less own, points of 100; the interval allows for having chosen the best.
        pfi, pfi_low, pfi_high: share x max(0, lead), points of the 0-100 index; the limits are
            those of the lead.
        place: Order by PFI, 1 = first to improve.
    """

    code: str
    own: Estimate
    share: float
    gaps: tuple[RivalGap, ...]
    best: str
    lead: Estimate
    pfi: float
    pfi_low: float | None
    pfi_high: float | None
    place: int


@dataclass(frozen=True, slots=True)
class CompetitiveResult:
    """Competitive priorities: different people rated each company.

    Attributes:
        weights: What the shares are: ``given`` (of the perception survey), ``ratings`` (of this
            survey) or ``equal``.
        reason: Why there are none: own_small, no_rival, no_item; None when there are.
        items: In the order of the questionnaire.
        left_out: Items that could not be compared.
        rivals: Companies compared with.
    """

    weights: str
    reason: str | None = None
    items: tuple[CompetitiveItem, ...] = ()
    left_out: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A point of the image map.

    Attributes:
        code: Company or statement.
        ticks: Ticks behind it.
        mass: Share of all ticks; 0 for a supplementary point.
        x, y: Principal coordinates; None where it is not placed.
        contribution_x, contribution_y: Share of the axis's inertia that is this point's.
        quality: Share of the point's own inertia that both axes show.
        is_supplementary: Placed without having shaped the axes.
    """

    code: str
    ticks: int
    mass: float
    x: float | None
    y: float | None
    contribution_x: float | None
    contribution_y: float | None
    quality: float | None
    is_supplementary: bool


@dataclass(frozen=True, slots=True)
class ImageProfile:
    """What those who know a company think it is.

    Attributes:
        code: The company.
        knowers: Interviews in which it was known.
        shares: Share that ticked each statement, in the order of the statements.
    """

    code: str
    knowers: int
    shares: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class ImageResult:
    """Image profile and map.

    Attributes:
        statements: Codes, in order.
        profiles: By company.
        reason: Why there is no map: few_points, no_differences; None when there is.
        warnings: little_shown (both axes show less than 70 % of the inertia).
        inertia: Share of the total inertia by axis, the first two.
        total_inertia: Chi-square of the table over its ticks.
        providers, points: Companies and statements on the map.
    """

    statements: tuple[str, ...]
    profiles: tuple[ImageProfile, ...]
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    inertia: tuple[float, ...] = ()
    total_inertia: float | None = None
    providers: tuple[MapPoint, ...] = ()
    points: tuple[MapPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step of a funnel.

    Attributes:
        name: The step.
        base: Interviews that reached the step before.
        reached: Of these, that reached this one.
        share: Of the base; None below 30.
        of_all: Of everybody asked.
    """

    name: str
    base: int
    reached: int
    share: Estimate
    of_all: Estimate


@dataclass(frozen=True, slots=True)
class Funnel:
    """From knowing a company to choosing it.

    Attributes:
        code: The company.
        steps: In order.
        inconsistent: Interviews that said a later step without the one before; the later one
            does not count.
    """

    code: str
    steps: tuple[FunnelStep, ...]
    inconsistent: int


@dataclass(frozen=True, slots=True)
class MarketShare:
    """How much of the market a company has, and would have.

    Attributes:
        code: The company.
        communities: Communities of the market it manages: a count.
        communities_share: Of all.
        area: Their floor area; None where one is unknown.
        area_share: Of all; None where one of the market is unknown.
        first_choice: Share of interviews that would choose it first: an estimate, never added to
            the counts.
    """

    code: str
    communities: int
    communities_share: float
    area: float | None
    area_share: float | None
    first_choice: Estimate


@dataclass(frozen=True, slots=True)
class NeedFit:
    """How well a special need is met.

    Attributes:
        need: Its code.
        homes: Interviews that have it.
        everybody: Mean fit on 0-100, all companies.
        own, others: Of the own company's residents and of the rest, adjusted as the league.
        gap: Own less others.
        reason: Why the two are not compared: few_answers, confounded, few_clusters; None when
            they are.
    """

    need: str
    homes: int
    everybody: Estimate
    own: Estimate
    others: Estimate
    gap: Estimate
    reason: str | None


@dataclass(frozen=True, slots=True)
class WithinRating:
    """The present company against another one the same person knows.

    Attributes:
        source: ``previous`` home or ``second`` home.
        present: The company of the present home.
        other: The other one; empty for all of them together.
        item: What was compared.
        mean: -2 (much worse) to 2 (much better), errors clustered by community.
        p_adjusted: Holm over the items of this pair.
        verdict: better, worse or None.
    """

    source: str
    present: str
    other: str
    item: str
    mean: Estimate
    p_adjusted: float | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class SeenLimits:
    """What residents of one company call acceptable and ideal on an item, and what it reaches.

    Attributes:
        code: The company.
        perceived, adequate, desired: Means on 0-100 of those who gave all three, as they are;
            nothing below 30 of them.
        adequacy: Reached less lowest acceptable, of the same people.
        superiority: Reached less ideal.
        inverted: Left out: the lowest acceptable level was above the ideal.
        p_adjusted: Of `adequacy`, Holm over the items of the company.
        verdict: above or below the lowest acceptable level, or None: cannot be told apart.
    """

    code: str
    perceived: Estimate
    adequate: Estimate
    desired: Estimate
    adequacy: Estimate
    superiority: Estimate
    inverted: int
    p_adjusted: float | None = None
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class ItemLimits:
    """Zones of tolerance of every company on one item."""

    code: str
    companies: tuple[SeenLimits, ...]


@dataclass(frozen=True, slots=True)
class MarketResult:
    """A market-standing study.

    Attributes:
        schema: Version of this form.
        own: The company that had it made.
        interviews: How many there are.
        level: Confidence level.
        leagues: Overall satisfaction first, then every item.
        competitive: Competitive priorities.
        image: Image profile and map; None without statements.
        funnels: By company.
        shares: By company.
        needs: By need.
        within: The present company against the previous and the second home's, apart from all
            comparisons between residents.
        limits: Lowest acceptable and ideal level by item; empty where they were not asked.
    """

    own: str
    interviews: int
    level: float
    leagues: tuple[LeagueResult, ...]
    competitive: CompetitiveResult
    image: ImageResult | None
    funnels: tuple[Funnel, ...]
    shares: tuple[MarketShare, ...]
    needs: tuple[NeedFit, ...]
    within: tuple[WithinRating, ...]
    limits: tuple[ItemLimits, ...] = ()
    schema: str = MARKET_SCHEMA
