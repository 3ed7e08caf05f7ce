"""The one entry point: `run_study(cells, plan, seed)` to a `StudyResult`.

The result is a function of cells, plan, seed and this code: the same four give the same bytes
through `results.to_json`. No method here draws random numbers yet; the seed is kept for those
that will.
"""

from dataclasses import asdict, dataclass

from app.analysis.cells import Cells
from app.analysis.dataset import Column, Role
from app.analysis.estimate import make_limits
from app.analysis.headline import make_headline
from app.analysis.importance import EMPHASIS, EQUAL, RATINGS, WeightsRuleError
from app.analysis.levels import Frame, make_attributes, make_overall
from app.analysis.moments import Moments
from app.analysis.replicate import make_replicates
from app.analysis.results import StudyResult
from app.analysis.suppression import (
    INDICATIVE,
    ORDER_FROM,
    OWN_ROWS,
    PUBLISHED,
    SMALL_N,
    WAIVER,
    standing_of,
)
from app.analysis.zones import make_zones

ENGINE = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPlan:
    """What is to be computed, decided before the numbers are seen.

    Attributes:
        headline: Items of the headline list, in order.
        zones: Items of the zone list, in order; empty when levels were not asked.
        headline_role: Column role that holds the headline's answers: performance, or perceived
            where nothing else was asked.
        weights: Rule of the headline's weights: emphasis, ratings or equal.
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


def run_study(cells: Cells, plan: StudyPlan, seed: int = 0) -> StudyResult:
    """Compute everything a study says about the households behind these cells.

    Args:
        cells: Sums of one community, or of any selection; see `Cells.select`.
        plan: What to compute.
        seed: Kept in the result.

    Returns:
        Numbers with their uncertainty; values that may not be said, or cannot, are None.

    Raises:
        PlanError: An item of the plan has no column.
        WeightsRuleError: The columns lack what the rule of weights needs.
    """
    _check(cells, plan)
    frame = _frame(cells, plan)
    zones = make_zones(frame, plan.zones, plan.zone_weights, plan.penalty)
    headline = make_headline(
        frame,
        plan.headline,
        plan.headline_role,
        rule=plan.weights,
        target=plan.performance_target,
        statuses={zone.code: zone.status for zone in zones.items},
    )
    overall, overall_satisfied = make_overall(frame)
    households = frame.households
    standing = standing_of(households, frame.floors, plan.reasons)
    why = plan.reasons
    if standing == INDICATIVE and households < ORDER_FROM:
        why = (SMALL_N, *why)
    return StudyResult(
        engine=plan.engine,
        instrument=plan.instrument,
        n=households,
        population=plan.population,
        groups=frame.replicates.groups,
        level=plan.level,
        standing=standing,
        indicative_why=why,
        index=headline.index,
        overall=overall,
        overall_satisfied=overall_satisfied,
        items=headline.items,
        zones=zones.items,
        attributes=make_attributes(frame),
        crosshair=headline.crosshair,
        order_said=headline.order_said,
        plan=_plain(plan),
        seed=seed,
        zone_dropped=frame.dropped if plan.zones else 0,
        zones_order_said=zones.order_said,
    )


def _frame(cells: Cells, plan: StudyPlan) -> Frame:
    replicates = make_replicates(cells)
    return Frame(
        moments=Moments(cells.layout, replicates.sums),
        replicates=replicates,
        limits=make_limits(replicates.df, plan.level),
        floors=PUBLISHED if plan.suppress else OWN_ROWS,
        has_design=cells.own_groups,
        is_ranked=WAIVER not in plan.reasons,
    )


def _check(cells: Cells, plan: StudyPlan) -> None:
    known = cells.layout.index
    if not plan.headline:
        raise PlanError("", plan.headline_role)
    for item in plan.headline:
        if (plan.headline_role, item) not in known:
            raise PlanError(item, plan.headline_role)
    for item in plan.zones:
        for role in (Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED):
            if (role, item) not in known:
                raise PlanError(item, role)
    for rule, items in ((plan.weights, plan.headline), (plan.zone_weights, plan.zones)):
        if rule not in (EMPHASIS, RATINGS, EQUAL):
            raise WeightsRuleError(rule)
        needed = {EMPHASIS: Role.PRIORITY, RATINGS: Role.IMPORTANCE}.get(rule)
        if needed is not None and not all((needed, item) in known for item in items):
            raise WeightsRuleError(rule)


def _plain(plan: StudyPlan) -> dict[str, object]:
    """Return the plan as plain JSON data."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(plan).items()
    }
