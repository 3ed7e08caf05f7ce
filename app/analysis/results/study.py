"""What a study returns: frozen numbers with their uncertainty, and their canonical JSON form.

Imports no numpy, so that pages may read stored results. All fields keep full precision; rounding
happens on display. `None` stands for "cannot be said" (suppressed, too few answers, undefined)
and is never replaced by zero.
"""

from dataclasses import dataclass, field

from app.analysis.results.estimate import Estimate

SCHEMA = "linsheng-study/1"


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
        emphasis: Share of responding households that picked it; None without picks.
        weight: Normalised importance share, sums to 1 over the list, with interval.
        importance: The value of `weight` (flat copy for readers of the JSON).
        pfi, pfi_stderr, pfi_low, pfi_high: Points of the 0-100 index available here.
        is_rating: ETC importance-satisfaction rating, emphasis x (1 - satisfied).
        rank, rank_low, rank_high: Rank by PFI (1 = first to improve) and rank interval; None
            below 100 answers of any item of the list, and with a waiver.
        band: "A" surely among the first three, "B" may be, "C" not; None below 30 answers of any
            item of the list, and with a waiver.
        quadrant: concentrate, keep_up, low_priority or possible_overkill.
        on_the_line: An interval touches a crosshair, so the quadrant is not certain.
        zone: Status of the item's zone of tolerance, when the same item has one.
        top_coded: Rows of `distribution` that were 0 or 1 are limits, "at most" and "at least".
        tied: Codes of the list's items that the pair tests (Holm) cannot tell apart from this
            one, in instrument order; empty when no order is said. Overlapping rank intervals
            are no such statement: two items may overlap and yet differ.
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


@dataclass(frozen=True, slots=True)
class ZoneResult:
    """Zone of tolerance (容忍区间) of one item, in scale points unless said otherwise.

    Attributes:
        adequate, desired, perceived: Available-case means.
        adequacy: Mean of perceived - adequate over paired answers (MSA).
        superiority: Mean of perceived - desired over paired answers (MSS).
        width: Mean of desired - adequate over paired answers.
        below, inside, above: Shares of households below their own minimum, inside, above desired.
        inverted: Triples dropped because adequate exceeded desired.
        status: below_minimum, inside or above_desired.
        established: The status holds after Holm over the list; False means borderline.
        weight: Importance share used in the zone list's PFI.
        pfi: Zone-list PFI (T = D, with the A term) with interval.
        attainment: 100 - [D-P]+ - [A-P]+ on 0-100, the x axis of the zone matrix.
        rank, rank_low, rank_high, band, tied: As in `ItemResult`, within the zone list and by
            its own numbers of answers; bands here from 100, too.
        top_coded: Those of `below`, `inside`, `above` that were 0 or 1 are limits.
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
    inverted: int
    answered: int
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
    """Where the matrix is cut: performance on 0-100 and importance share."""

    performance: float | None
    importance: float | None
    performance_rule: str  # target or mean
    importance_rule: str  # equal_share


@dataclass(frozen=True, slots=True)
class StudyResult:
    """Everything one study says about one set of households.

    Attributes:
        schema: Version of this form.
        engine: Version of the code that computed it.
        instrument: Digest or name of the instrument.
        n: Households with a counted answer.
        population: Households in the base, None outside a campaign.
        groups: Replicate groups in use (G); 0 means no standard errors.
        level: Confidence level of all intervals.
        standing: full, indicative or suppressed, by the suppression table.
        indicative_why: Message ids: small_n, waiver.
        index: Headline index.
        overall: Overall item, mean on 0-100, None without one.
        overall_satisfied: Satisfied share of the overall item, None without one.
        items: Headline list, in instrument order.
        zones: Zone list, in instrument order; empty when not asked.
        attributes: Attribute levels, in instrument order.
        crosshair: Cuts of the headline matrix.
        order_said: Whether the PFI order may be stated (n >= 100 for all items, no waiver).
        plan: The plan as plain JSON data.
        seed: Seed handed in; kept even when no method drew numbers.
        zone_dropped: Households that lost all their zone levels for too many inversions.
        zones_order_said: As `order_said`, for the zone list and its own numbers of answers.
    """

    engine: str
    instrument: str
    n: int
    population: int | None
    groups: int
    level: float
    standing: str
    indicative_why: tuple[str, ...]
    index: IndexResult
    overall: Estimate | None
    overall_satisfied: Estimate | None
    items: tuple[ItemResult, ...]
    zones: tuple[ZoneResult, ...]
    attributes: tuple[AttributeResult, ...]
    crosshair: Crosshair
    order_said: bool
    plan: dict[str, object] = field(default_factory=dict)
    seed: int = 0
    schema: str = SCHEMA
    zone_dropped: int = 0
    zones_order_said: bool = False
