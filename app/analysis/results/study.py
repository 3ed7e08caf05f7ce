"""What a study returns: frozen numbers with their uncertainty, and their canonical JSON form.

Imports no numpy, so that pages may read stored results. All fields keep full precision; rounding
happens on display. `None` stands for "cannot be said" (suppressed, too few answers, undefined)
and is never replaced by zero. Sections that the plan did not ask for are None or empty.
"""

from dataclasses import dataclass, field

from app.analysis.results.asymmetry import ContrastResult, OrdinalResult
from app.analysis.results.comparison import CommunitiesResult, SegmentsResult, TrendResult
from app.analysis.results.disclosure import ProtectedTable
from app.analysis.results.drivers import DriversResult
from app.analysis.results.estimate import Estimate
from app.analysis.results.gaps import GapsResult, SensitivityResult
from app.analysis.results.items import (
    AttributeResult,
    Crosshair,
    IndexResult,
    ItemResult,
    ZoneResult,
)
from app.analysis.results.levels import BoxResult, NpsResult
from app.analysis.results.nonresponse import (
    ArrivalResult,
    CalibratedResult,
    ModesResult,
    RepresentativenessResult,
)
from app.analysis.results.pictures import PicturesResult
from app.analysis.results.rollups import RollupResult
from app.analysis.results.scales import FactorsResult, ModelResult, ScaleResult
from app.analysis.results.weighting import WeightingResult

SCHEMA = "linsheng-study/2"
OLDER_SCHEMAS = ("linsheng-study/1",)  # read, never written


@dataclass(frozen=True, slots=True)
class SegmentTable:
    """Households by segment and answer to the overall item, as counts.

    Attributes:
        variable: Name of the variable.
        values: Its values, the rows of the table.
        columns: satisfied, not_satisfied.
        table: The counts that may be shown, with margins.
    """

    variable: str
    values: tuple[str, ...]
    columns: tuple[str, ...]
    table: ProtectedTable


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
        zone_dropped: Households that lost all their zone levels for too many inversions; None
            where they are fewer than 10, perhaps none.
        zones_order_said: As `order_said`, for the zone list and its own numbers of answers.
        zone_crosshair: Cuts of the zone list's matrix.
        overall_bounds: Where the overall mean of all households of the base lies, whatever the
            silent ones think; None without a base. Every answer counts alike in it.
        gaps: Gap list, and all orders side by side.
        sensitivity: How far the lists rest on choices of method.
        boxes: Top and bottom boxes of every list, with who gave no answer and why.
        nps: Net Promoter Score.
        drivers: Derived importance of the headline list.
        attribute_drivers: Derived importance of the attributes: all together, then by area.
        weighting: How households were weighted; None means not at all.
        unweighted: The headline index without weights, beside a weighted one.
        trend: Change since earlier waves, with the weights of the first one.
        communities: Communities side by side, one entry for each measure.
        segments: Segments against the rest, one entry for each variable.
        tables: Satisfied households by segment, one entry for each variable.
        scales: Whether the attributes of each area measure one thing.
        communities_left_out: Communities with fewer than 10 households, which are in no figure of
            all together: their own would follow.
        columns_left_out: Code of a column, and how many more communities are left out of it for
            fewer than 10 answers.
        contrast: Penalty-reward contrast of the headline list.
        box_drivers: Derived importance for the top and the bottom box of the overall rating.
        ordinal: Proportional odds of the overall rating, one entry for each model.
        factors: What the headline's items have in common.
        model: Path model with its indices.
        pictures: Further pictures of the lists.
        satisfied_bounds: As `overall_bounds`, of the satisfied share, 0 to 1.
        index_bounds: The same of the headline index, its weights as they are; None where the
            answers are weighted.
        modes: Effects of the way of answering on the overall rating.
        arrival: Early against late answers to the overall rating.
        rollups: Attributes put together by factor, element and department.
        representativeness: How alike those who answered are to all homes of the base.
        calibrated: The headline figures weighted to the known kinds of homes.
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
    zone_dropped: int | None = 0
    zones_order_said: bool = False
    zone_crosshair: Crosshair | None = None
    overall_bounds: tuple[float, float] | None = None
    gaps: GapsResult | None = None
    sensitivity: SensitivityResult | None = None
    boxes: tuple[BoxResult, ...] = ()
    nps: NpsResult | None = None
    drivers: DriversResult | None = None
    attribute_drivers: tuple[DriversResult, ...] = ()
    weighting: WeightingResult | None = None
    unweighted: IndexResult | None = None
    trend: TrendResult | None = None
    communities: tuple[CommunitiesResult, ...] = ()
    segments: tuple[SegmentsResult, ...] = ()
    tables: tuple[SegmentTable, ...] = ()
    scales: tuple[ScaleResult, ...] = ()
    communities_left_out: int = 0
    columns_left_out: tuple[tuple[str, int], ...] = ()
    contrast: ContrastResult | None = None
    box_drivers: tuple[DriversResult, ...] = ()
    ordinal: tuple[OrdinalResult, ...] = ()
    factors: FactorsResult | None = None
    model: ModelResult | None = None
    pictures: PicturesResult | None = None
    satisfied_bounds: tuple[float, float] | None = None
    index_bounds: tuple[float, float] | None = None
    modes: ModesResult | None = None
    arrival: ArrivalResult | None = None
    rollups: tuple[RollupResult, ...] = ()
    representativeness: RepresentativenessResult | None = None
    calibrated: CalibratedResult | None = None
