"""The one entry point: `run_study(cells, plan, seed)` to a `StudyResult`.

The result is a function of cells, plan, seed and this code: the same four give the same bytes
through `results.to_json`. No method here draws random numbers yet; the seed is kept for those
that will.
"""

from dataclasses import asdict

from app.analysis.data.cells import Cells
from app.analysis.data.dataset import Role
from app.analysis.data.moments import Moments
from app.analysis.disclosure.floors import (
    INDICATIVE,
    ORDER_FROM,
    OWN_ROWS,
    PUBLISHED,
    SMALL_N,
    WAIVER,
    standing_of,
)
from app.analysis.importance.stated import EMPHASIS, EQUAL, RATINGS, WeightsRuleError
from app.analysis.levels.items import make_attributes, make_overall
from app.analysis.plan import PlanError, StudyPlan
from app.analysis.priorities.headline import make_headline
from app.analysis.results.study import StudyResult
from app.analysis.tolerance.zones import make_zones
from app.analysis.uncertainty.frame import Frame
from app.analysis.uncertainty.intervals import make_limits
from app.analysis.uncertainty.replicate import make_replicates


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
