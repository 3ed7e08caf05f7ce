"""One line of a list: index, items, zones, attributes and the cuts of their pictures.

Imports no numpy, so that pages may read stored results. `None` stands for "cannot be said"
(suppressed, too few answers, undefined) and is never replaced by zero. Fields with a default came
later: a stored result of an older form has not got them.
"""

from dataclasses import dataclass

from app.analysis.results.estimate import Estimate


@dataclass(frozen=True, slots=True)
class IndexResult:
    """Satisfaction index 0-100 (满意度指数) with Hill's percentage beside it."""

    value: float | None
    stderr: float | None
    low: float | None
    high: float | None
    n: int
    hill_percent: float | None
    equal_weights: float | None


@dataclass(frozen=True, slots=True)
class QuadrantChances:
    """How likely each quadrant of the matrix is for one item; the four add up to 1."""

    concentrate: float
    keep_up: float
    low_priority: float
    possible_overkill: float


@dataclass(frozen=True, slots=True)
class Companions:
    """What stands beside the PFI of an item and is never mixed into it.

    Attributes:
        impact: Share of the derived impact on overall satisfaction.
        below: Share of households below their own minimum.
        competitor: Mean of perceived - competitor over paired answers, scale points; where
            pairing drops fewer than 10 answers, difference of the two means.
        market: Importance share x points by which the competitor leads, in points of the index.
        behind: Behind the competitor, after Holm over the list; None when nothing can be tested.
        comments: Comments about it, as counted by the caller.
        change: Change of performance since the last wave, points of 100.
    """

    impact: Estimate | None = None
    below: Estimate | None = None
    competitor: Estimate | None = None
    market: Estimate | None = None
    behind: bool | None = None
    comments: int | None = None
    change: Estimate | None = None


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One item of the headline list: an area rated on one scale, weighted by stated importance.

    Attributes:
        code: Item code (an area code for the owners' survey).
        n: Answers.
        missing: Households that were asked and gave no point (no experience, blank).
        mean, stderr, low, high: Mean in scale points and its t interval.
        performance: Mean on 0-100, with interval.
        satisfied: Share of satisfied answers (满意率) 0..1 with Wilson interval.
        distribution: Share of each scale point, worst first; None when suppressed.
        emphasis: Share of responding households that picked it; None without picks. See
            `emphasis_coded`.
        weight: Normalised importance share, sums to 1 over the list, with interval.
        importance: The value of `weight` (flat copy for readers of the JSON).
        pfi, pfi_stderr, pfi_low, pfi_high: Points of the 0-100 index available here.
        is_rating: ETC importance-satisfaction rating, emphasis x (1 - satisfied); None below 30
            answers.
        rank, rank_low, rank_high: Rank by PFI (1 = first to improve) and rank interval; None
            below 100 answers of any item of the list, and with a waiver.
        band: "A" surely among the first three, "B" may be, "C" not; None below 30 answers of any
            item of the list, and with a waiver.
        quadrant: concentrate, keep_up, low_priority or possible_overkill.
        on_the_line: An interval touches a crosshair, so the quadrant is not certain.
        zone: Status of the item's zone of tolerance, when the same item has one.
        top_coded: Rows of `distribution`, and `satisfied`, of at most one answer read "at most",
            of all answers but at most one "at least".
        tied: Codes of the list's items that the pair tests (Holm) cannot tell apart from this
            one, in instrument order; empty when no order is said. Overlapping rank intervals
            are no such statement: two items may overlap and yet differ.
        is_estimate: `is_rating` with its interval.
        is_action: What the ETC cut-offs say: definitely_increase, increase or maintain.
        chances: How likely each quadrant is; None where the quadrant is not said.
        discrepancy: Importance less performance, both rescaled to 0-1 over the list; positive is
            above the diagonal.
        companions: What stands beside the PFI.
        flags: hidden_driver, below_minimum (established), behind_competitor (established).
        emphasis_coded: Below 30 households: `emphasis` reads "at most" or "at least", and the
            weights of the list rest on picks so coded.
    """

    code: str
    n: int
    missing: int
    mean: float | None
    stderr: float | None
    low: float | None
    high: float | None
    performance: Estimate
    satisfied: Estimate
    distribution: tuple[float, ...] | None
    emphasis: float | None
    weight: Estimate
    importance: float | None
    pfi: float | None
    pfi_stderr: float | None
    pfi_low: float | None
    pfi_high: float | None
    is_rating: float | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    band: str | None
    quadrant: str | None
    on_the_line: bool | None
    zone: str | None
    top_coded: bool = False
    tied: tuple[str, ...] = ()
    is_estimate: Estimate | None = None
    is_action: str | None = None
    chances: QuadrantChances | None = None
    discrepancy: float | None = None
    companions: Companions | None = None
    flags: tuple[str, ...] = ()
    emphasis_coded: bool = False


@dataclass(frozen=True, slots=True)
class ZoneResult:
    """Zone of tolerance (容忍区间) of one item, in scale points unless said otherwise.

    Attributes:
        adequate, desired, perceived: Available-case means.
        adequacy: Mean of perceived - adequate over paired answers (MSA); see `unpaired`.
        superiority: Mean of perceived - desired over paired answers (MSS).
        width: Mean of desired - adequate over paired answers.
        below, inside, above: Shares of households below their own minimum, inside, above desired.
        inverted: Triples dropped because adequate exceeded desired; None below 10 of them.
        answered: Households that gave both levels; None below 10.
        status: below_minimum, inside or above_desired.
        established: The status holds after Holm over the list; False means borderline.
        weight: Importance share used in the zone list's PFI.
        pfi: Zone-list PFI (T = D, with the A term) with interval.
        attainment: 100 - [D-P]+ - [A-P]+ on 0-100, the x axis of the zone matrix.
        rank, rank_low, rank_high, band, tied: As in `ItemResult`, within the zone list and by
            its own numbers of answers; bands here from 100, too.
        top_coded: Those of `below`, `inside`, `above` that were 0 or 1 are limits.
        position: (P - A)/(D - A) of the means: below 0 below the minimum, above 1 above the
            desired level; its limits are Fieller's, None where the zone may have no width.
        inverted_share: Share of `answered` whose adequate level exceeded the desired one; None
            where `inverted` is.
        inverted_warning: That share is above 10 %.
        quadrant, on_the_line, chances, discrepancy: As in `ItemResult`, in the matrix of the zone
            list: attainment against weight.
        competitor: Mean of the competitor's ratings; what people call acceptable follows what they
            know elsewhere, so it belongs into the same picture. None where it was not asked.
        inverted_few: Fewer than 10 answers were inverted, perhaps none, and it is not said how
            many.
        unpaired: Those of `adequacy`, `superiority`, `width` that are differences of the two
            means shown, because pairing drops fewer than 10 answers, which would follow.
    """

    code: str
    adequate: Estimate
    desired: Estimate
    perceived: Estimate
    importance_mean: Estimate
    adequacy: Estimate
    superiority: Estimate
    width: Estimate
    below: Estimate
    inside: Estimate
    above: Estimate
    inverted: int | None
    answered: int | None
    status: str | None
    established: bool | None
    weight: Estimate
    pfi: Estimate
    attainment: Estimate
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    band: str | None
    tied: tuple[str, ...] = ()
    top_coded: bool = False
    position: Estimate | None = None
    inverted_share: float | None = None
    inverted_warning: bool = False
    quadrant: str | None = None
    on_the_line: bool | None = None
    chances: QuadrantChances | None = None
    discrepancy: float | None = None
    competitor: Estimate | None = None
    inverted_few: bool = False
    unpaired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AttributeResult:
    """One attribute: level only, no stated importance, no PFI."""

    code: str
    area: str
    n: int
    missing: int
    mean: float | None
    stderr: float | None
    low: float | None
    high: float | None
    performance: Estimate
    satisfied: Estimate
    distribution: tuple[float, ...] | None
    top_coded: bool = False


@dataclass(frozen=True, slots=True)
class Crosshair:
    """Where a matrix is cut: performance (or attainment) on 0-100 and importance share.

    Attributes:
        performance, importance: The cuts; None where the list has nothing to show.
        performance_rule: target, mean, median or midpoint.
        importance_rule: equal_share, mean or median.
    """

    performance: float | None
    importance: float | None
    performance_rule: str
    importance_rule: str
