"""What comparisons of waves, communities and segments return. Imports no numpy.

All values are on 0-100 unless said otherwise; `None` stands for "cannot be said" and is never
replaced by zero.
"""

from dataclasses import dataclass

from app.analysis.results.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Contrast:
    """A value held against another one: after against before, a part against the rest.

    Attributes:
        code: What is compared: an item code, ``index`` or ``overall``.
        value: The later wave, the part.
        reference: The earlier wave, the rest.
        change: Value less reference with its interval; n is the smaller number of answers.
        p: p value of the difference alone.
        p_holm: p value after Holm over the table it stands in.
        established: `p_holm` is below the error of the table.
        exceeds: The difference is at least the smallest one of interest, in size.
        verdict: real: established. too_small: established, but its whole interval lies within the
            smallest difference of interest. noise: not established, and likewise within it.
            cannot_tell: everything else. See docs/methods/change.md.
    """

    code: str
    value: float | None
    reference: float | None
    change: Estimate
    p: float | None = None
    p_holm: float | None = None
    established: bool | None = None
    exceeds: bool | None = None
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class WaveComparison:
    """Two waves of the same households or communities.

    Attributes:
        before, after: Names of the waves.
        n_before, n_after: Households.
        groups: Replicate groups behind the errors; 0 means none.
        linked: Households that answered twice are linked through their replicate group.
        conservative: Without a link the intervals are too wide where households overlap.
        indicative: A wave has fewer than 100 households.
        smallest: Smallest change of interest, points of 100.
        index: Index with the weights of the base wave in both waves: the trend.
        index_own: Index as published, each wave with its own weights.
        by_performance: Part of the change of `index_own` that comes from performance, at the
            weights of the earlier wave.
        by_weights: Part that comes from other weights, at the performance of the later wave.
        overall: The overall item.
        overall_satisfied: Its satisfied share, 0..1.
        performance: Headline items.
        satisfied: Their satisfied shares, 0..1.
        pfi: Their PFI, index points, each wave with its own weights.
        attributes: Attributes, 0-100.
        only_before, only_after: Columns that only one wave can answer; not compared.
        left_out: Communities that only one wave holds; not compared.
        nps: Net Promoter Score, -100..100, where the plan names its item.
    """

    before: str
    after: str
    n_before: int
    n_after: int
    groups: int
    linked: bool
    conservative: bool
    indicative: bool
    smallest: float
    index: Contrast | None
    index_own: Contrast | None
    by_performance: Estimate | None
    by_weights: Estimate | None
    overall: Contrast | None
    overall_satisfied: Contrast | None
    performance: tuple[Contrast, ...]
    satisfied: tuple[Contrast, ...]
    pfi: tuple[Contrast, ...]
    attributes: tuple[Contrast, ...]
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    nps: Contrast | None = None


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One wave of a trend.

    Attributes:
        wave: Its name.
        n: Households.
        index: Index with the weights of the base wave.
        index_own: Index with its own weights.
        overall: The overall item.
    """

    wave: str
    n: int
    index: Estimate
    index_own: Estimate
    overall: Estimate | None


@dataclass(frozen=True, slots=True)
class TrendResult:
    """A family of waves with frozen weights.

    Attributes:
        base: The wave whose weights are frozen.
        points: Every wave, in order.
        steps: Every wave against the one before.
    """

    base: str
    points: tuple[TrendPoint, ...]
    steps: tuple[WaveComparison, ...]


@dataclass(frozen=True, slots=True)
class CommunityEntry:
    """One community among others.

    Attributes:
        code: Its name.
        n: Answers.
        value: Its own figure with its interval.
        shrunken: The same pulled towards the common mean as far as its error asks for.
        reliability: Share of the variance of its figure that is not error, 0..1.
        from_mean: Its figure less the plain mean of all communities, with p after Holm.
        standing: above, below, or average: not distinguishable from average.
        is_rankable: It may stand in a league table.
        hidden: Withheld: small, or complementary so that a small one cannot be worked out.
        rank, rank_low, rank_high: Rank and simultaneous rank interval, 1 = highest; None unless
            the league table may be said and the community is rankable.
    """

    code: str
    n: int
    value: Estimate
    shrunken: Estimate
    reliability: float | None
    from_mean: Contrast
    standing: str | None
    is_rankable: bool
    hidden: str | None = None
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None


@dataclass(frozen=True, slots=True)
class CommunitiesResult:
    """Communities side by side.

    Attributes:
        measure: What is compared: ``index``, ``overall`` or an item code.
        level: Confidence level.
        compared: Communities with a figure and an error (k).
        mean: Precision-weighted common mean (mu).
        spread: Variance between communities (tau^2), Paule-Mandel.
        heterogeneity: Cochran's Q.
        p: p value of "all communities are equal".
        median_reliability: Median of the entries' reliability.
        league_said: A league table may be shown: median reliability at least .7 and at least two
            rankable communities.
        entries: Communities by name.
        caterpillar: Their names in ascending order of the shrunken value: the order in which the
            picture is drawn, which is no ranking.
    """

    measure: str
    level: float
    compared: int
    mean: float | None
    spread: float | None
    heterogeneity: float | None
    p: float | None
    median_reliability: float | None
    league_said: bool
    entries: tuple[CommunityEntry, ...]
    caterpillar: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """One part of the households.

    Attributes:
        value: Its value of the variable.
        n: Households; None where their number is withheld, like the margins of a table of counts.
        contrasts: The part against the rest, one per measure: ``index``, ``overall`` and the
            headline items; a withheld one has neither values nor a change, and 0 for its n.
        screened: Measures that a screening list keeps (Benjamini-Hochberg over the whole table).
        hidden: Measures withheld, with the reason: small or complementary.
    """

    value: str
    n: int | None
    contrasts: tuple[Contrast, ...]
    screened: tuple[str, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentsResult:
    """The values of one variable against the rest of the households.

    Attributes:
        variable: Name of the variable.
        level: Confidence level; statements hold together after Holm.
        screening_rate: Expected share of false entries of the screening list.
        smallest: Smallest difference of interest, points of 100.
        groups: Replicate groups behind the errors; 0 means none.
        entries: The values in order.
    """

    variable: str
    level: float
    screening_rate: float
    smallest: float
    groups: int
    entries: tuple[SegmentEntry, ...]
