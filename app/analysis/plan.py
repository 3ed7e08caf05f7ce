"""What a study computes, decided before the numbers are seen."""

from dataclasses import dataclass

from app.analysis.data.dataset import Column, Role
from app.analysis.design.weights import Weighting
from app.analysis.importance.stated import EMPHASIS, EQUAL, RATINGS
from app.analysis.scales.model import ModelPlan

ENGINE = "1"

# Name of a way to put attributes together; its groups as code and columns.
Scheme = tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]
BoxScheme = tuple[tuple[int, ...], tuple[tuple[str, tuple[int, ...]], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPlan:
    """What is to be computed, decided before the numbers are seen.

    Everything after `instrument` is left out unless it is asked for.

    Attributes:
        headline: Items of the headline list, in order.
        zones: Items of the zone list, in order; empty when levels were not asked.
        headline_role: Column role that holds the headline's answers: performance, or perceived
            where nothing else was asked.
        weights: Rule of the headline's weights: emphasis, ratings, derived, equal or frozen.
        zone_weights: Rule of the zone list's weights.
        performance_target: Target on 0-100 that cuts the matrix; None cuts at the items' mean.
        penalty: How often a point below the adequate level counts on top (lambda).
        level: Confidence level of all intervals; tests use 1 - level.
        population: Households in the base; None outside a campaign. Never used in an interval.
        reasons: Why the results are only indicative besides small numbers, e.g. ``waiver``, which
            also withholds every rank.
        suppress: Apply the suppression table. False only for rows the operator holds himself.
        engine: Version of the code.
        instrument: Digest or name of the instrument.
        shares: Item and importance share of the rule ``frozen``: the weights of a base wave.
        zone_shares: The same for the zone list.
        performance_cut: Where the matrix is cut without a target: mean, median or midpoint.
        importance_cut: equal_share, mean or median.
        gaps: Compare the lists: importance against performance, competitor, all orders.
        boxes: Top and bottom boxes of every list.
        box_schemes: Scale points and the boxes (name, points) that take the place of the usual
            ones.
        scales: Whether the attributes of an area measure one thing.
        nps: Item of the recommendation question on 0..10; empty leaves it out.
        drivers: Derived importance of the headline list.
        attribute_drivers: Derived importance of the attributes.
        wave: The wave the study is about; empty takes all waves together.
        before: Earlier waves, in order of time, that lead up to `wave`; the first one's weights
            are those of the trend. Empty compares with none.
        smallest_change: Least change of interest, points of 100.
        community: The community the study is about; empty takes all together.
        compare_communities: Compare the communities with each other.
        community_measures: What communities are compared by: ``index``, ``overall`` or items.
        unranked: Communities that may not be ranked: below the gate, or on hold.
        segments: Variables of the dataset's cells whose categories are compared with the rest,
            and counted in a table of the satisfied that gives no small number away.
        weighting: Known households the answers are weighted to; None weights none.
        comments: Item and number of comments about it, shown beside its priority.
        inputs: Digests of frozen inputs besides the study's own, such as the earlier wave's.
        contrast: Penalty-reward contrast of the headline list; needs rows.
        contrast_low: Points of its bottom box; empty takes the worst two (or one) of the scale.
        contrast_high: Points of its top box; empty takes the best two (or one).
        box_drivers: Derived importance for the top and the bottom box of the overall rating.
        ordinal: Proportional odds of the overall rating: by the headline's items, which needs
            rows, and by the segments that split cells.
        factors: What the headline's items have in common.
        model: A path model; None leaves it out.
        pictures: Further pictures of the lists.
        modes: Variable of the way of answering, whose effect on the overall rating is measured;
            needs rows. Empty leaves it out.
        mode_controls: Variables held alike; the community always is.
        arrival: Variable of the time of answering, a number; needs rows and a population. Empty
            leaves early against late out.
        first_reminder: Time of the first reminder; None cuts the answers into thirds.
        rollups: Schemes of attributes put together: name, and groups as code and columns.
        frame_variables: What is known of every home of the base, for who is silent.
        calibrate: Those of them that the headline figures are weighted to, beside the plain ones.
        members: Communities the study is about, where they are not all of the company.
    """

    headline: tuple[str, ...]
    zones: tuple[str, ...] = ()
    headline_role: Role = Role.PERFORMANCE
    weights: str = EMPHASIS
    zone_weights: str = EMPHASIS
    performance_target: float | None = None
    penalty: float = 1.0
    level: float = 0.95
    population: int | None = None
    reasons: tuple[str, ...] = ()
    suppress: bool = True
    engine: str = ENGINE
    instrument: str = ""
    shares: tuple[tuple[str, float], ...] = ()
    zone_shares: tuple[tuple[str, float], ...] = ()
    performance_cut: str = "mean"
    importance_cut: str = "equal_share"
    gaps: bool = False
    boxes: bool = False
    box_schemes: tuple[BoxScheme, ...] = ()
    scales: bool = False
    nps: str = ""
    drivers: bool = False
    attribute_drivers: bool = False
    wave: str = ""
    before: tuple[str, ...] = ()
    smallest_change: float = 2.0
    community: str = ""
    compare_communities: bool = False
    community_measures: tuple[str, ...] = ("index", "overall")
    unranked: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    weighting: Weighting | None = None
    comments: tuple[tuple[str, int], ...] = ()
    inputs: tuple[str, ...] = ()
    contrast: bool = False
    contrast_low: tuple[int, ...] = ()
    contrast_high: tuple[int, ...] = ()
    box_drivers: bool = False
    ordinal: bool = False
    factors: bool = False
    model: ModelPlan | None = None
    pictures: bool = False
    modes: str = ""
    mode_controls: tuple[str, ...] = ()
    arrival: str = ""
    first_reminder: float | None = None
    rollups: tuple[Scheme, ...] = ()
    frame_variables: tuple[str, ...] = ()
    calibrate: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


class PlanError(ValueError):
    """The plan asks for something the columns do not hold.

    Attributes:
        item: The item at fault; empty when the list itself is empty.
        role: The column role that is missing.
    """

    def __init__(self, item: str, role: Role) -> None:
        super().__init__(f"item {item!r}, role {role}")
        self.item = item
        self.role = role


def lists_of(columns: tuple[Column, ...]) -> tuple[tuple[str, ...], tuple[str, ...], Role]:
    """Return headline items, zone items and the headline's role that these columns allow.

    The headline takes the performance columns, or the perceived ones when there are none; the
    zone list every item with an adequate, a desired and a perceived column.
    """
    by_role = {
        role: tuple(column.item for column in columns if column.role is role) for role in Role
    }
    headline_role = Role.PERFORMANCE if by_role[Role.PERFORMANCE] else Role.PERCEIVED
    levels = set(by_role[Role.ADEQUATE]) & set(by_role[Role.DESIRED])
    zones = tuple(item for item in by_role[Role.PERCEIVED] if item in levels)
    return by_role[headline_role], zones, headline_role


def rule_for(columns: tuple[Column, ...], items: tuple[str, ...]) -> str:
    """Return the best rule of weights these columns allow for a list.

    Picks before ratings, ratings before equal weights; a rule needs a column for every item.
    """
    for rule, role in ((EMPHASIS, Role.PRIORITY), (RATINGS, Role.IMPORTANCE)):
        if set(items) <= {column.item for column in columns if column.role is role}:
            return rule
    return EQUAL


def make_plan(
    columns: tuple[Column, ...],
    *,
    instrument: str = "",
    population: int | None = None,
    performance_target: float | None = None,
    reasons: tuple[str, ...] = (),
    suppress: bool = True,
) -> StudyPlan:
    """Return the usual plan for these columns.

    Args:
        columns: Columns of the data.
        instrument: Digest or name of the instrument.
        population: Households in the base.
        performance_target: Target on 0-100, or None.
        reasons: Why results are only indicative, besides small numbers.
        suppress: Apply the suppression table.
    """
    headline, zones, role = lists_of(columns)
    return StudyPlan(
        headline=headline,
        zones=zones,
        headline_role=role,
        weights=rule_for(columns, headline),
        zone_weights=rule_for(columns, zones),
        performance_target=performance_target,
        population=population,
        reasons=reasons,
        suppress=suppress,
        instrument=instrument,
    )
