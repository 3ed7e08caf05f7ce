"""The one entry point: `run_study(cells, plan, seed)` to a `StudyResult`.

The result is a function of cells, plan, seed and this code: the same four give the same bytes
through `results.to_json`. No method here draws random numbers; the seed is kept all the same.

Every part of the result is computed from one `Frame`; a part that the plan does not ask for is
left out, and each part follows the suppression table by itself.
"""

from dataclasses import asdict, replace

from app.analysis.comparison.rollups import make_rollups
from app.analysis.data.cells import Cells
from app.analysis.data.dataset import Dataset, Role
from app.analysis.design.bounds import worst_case_bounds
from app.analysis.disclosure.floors import (
    INDICATIVE,
    ORDER_FROM,
    OWN_ROWS,
    PUBLISHED,
    SMALL_N,
    WAIVER,
    Floors,
    standing_of,
)
from app.analysis.disclosure.parts import Released, release, released_weighting
from app.analysis.importance.company import Company, pool_company
from app.analysis.importance.drivers import make_attribute_drivers, make_drivers
from app.analysis.importance.stated import EMPHASIS, RATINGS, RULES, WeightsRuleError
from app.analysis.known import NOTHING_KNOWN, Known
from app.analysis.levels.items import make_attributes, make_overall
from app.analysis.levels.nps import make_nps
from app.analysis.plan import PlanError, StudyPlan
from app.analysis.priorities.companions import Beside, with_companions
from app.analysis.priorities.headline import Headline, make_headline
from app.analysis.priorities.matrix import Cuts
from app.analysis.results.comparison import TrendResult
from app.analysis.results.drivers import DriversResult
from app.analysis.results.estimate import Estimate
from app.analysis.results.items import IndexResult
from app.analysis.results.study import StudyResult
from app.analysis.sections import (
    make_communities,
    make_plan_boxes,
    make_plan_gaps,
    make_plan_segments,
    make_plan_sensitivity,
    make_plan_trend,
)
from app.analysis.silence import with_silence
from app.analysis.tolerance.zones import ZoneList, make_zones
from app.analysis.uncertainty.frame import Frame, make_frame
from app.analysis.wide import Source, with_wide


def run_study(
    cells: Cells,
    plan: StudyPlan,
    seed: int = 0,
    *,
    company: Cells | None = None,
    earlier: Cells | None = None,
    rows: Dataset | None = None,
    known: Known = NOTHING_KNOWN,
) -> StudyResult:
    """Compute everything a study says about the households behind these cells.

    Args:
        cells: Sums of any selection, in all waves that the plan names; see `Cells.select`.
        plan: What to compute.
        seed: Kept in the result.
        company: All communities of the wave, for drivers where one community's answers are too
            few; None takes the other communities of `cells`.
        earlier: The plan's one earlier wave, where its questions differ from those of `cells`.
        rows: The same answers row by row, for what sums cannot do; None leaves that unsaid.
        known: Parts of the households, all homes of the base, and the waves of the trend.

    Returns:
        Numbers with their uncertainty; values that may not be said, or cannot, are None.

    Raises:
        PlanError: An item of the plan has no column.
        WeightsRuleError: The columns lack what the rule of weights needs.
        NoSuchWaveError: A wave of the plan has no household.

    Source: ours, see docs/methods/study.md.
    """
    _check(cells, plan)
    wave = cells.select(waves=[plan.wave]) if plan.wave else cells
    own = wave.select(communities=[plan.community]) if plan.community else wave
    asked, released = plan, release(own, _floors(plan))
    plan = replace(plan, weighting=released_weighting(plan.weighting, own, released))
    frame = _frame(released, plan)
    zones = _zones(frame, plan)
    headline = _headline(frame, plan, zones)
    drivers, attribute_drivers = _drivers(frame, plan, headline, company or wave)
    trend = _trend(cells if known.waves is None else known.waves, plan, earlier, rows)
    segments, tables = make_plan_segments(released.cells, plan, known)
    result = replace(
        _parts(frame, plan, headline, zones),
        seed=seed,
        items=with_companions(headline.items, _beside(plan, zones, drivers, trend)),
        drivers=drivers,
        attribute_drivers=attribute_drivers,
        plan=_plain(asked),
        communities_left_out=len(released.communities),
        columns_left_out=released.columns,
        unweighted=_unweighted(released, frame, plan),
        trend=trend,
        communities=make_communities(wave, plan),
        segments=segments,
        tables=tables,
    )
    source = Source(frame, plan, released, rows)
    return with_silence(with_wide(result, source), source, known)


def _parts(frame: Frame, plan: StudyPlan, headline: Headline, zones: ZoneList) -> StudyResult:
    """Return what follows from the answers of the study's own wave alone."""
    return replace(
        _lists(frame, plan, headline, zones),
        gaps=make_plan_gaps(frame, plan, headline, zones),
        sensitivity=make_plan_sensitivity(frame, plan, headline, zones),
        boxes=make_plan_boxes(frame, plan),
        nps=make_nps(frame, plan.nps) if plan.nps else None,
        rollups=make_rollups(frame, plan.rollups),
    )


def _lists(frame: Frame, plan: StudyPlan, headline: Headline, zones: ZoneList) -> StudyResult:
    """Return what every study says: overall, both lists, attributes."""
    overall, overall_satisfied = make_overall(frame)
    standing = standing_of(frame.households, frame.floors, plan.reasons)
    return StudyResult(
        engine=plan.engine,
        instrument=plan.instrument,
        n=frame.households,
        population=plan.population,
        groups=frame.replicates.groups,
        level=plan.level,
        standing=standing,
        indicative_why=_why(frame, plan, standing),
        index=headline.index,
        overall=overall,
        overall_satisfied=overall_satisfied,
        items=headline.items,
        zones=zones.items,
        attributes=make_attributes(frame),
        crosshair=headline.crosshair,
        order_said=headline.order_said,
        zone_dropped=_dropped(frame, plan),
        zones_order_said=zones.order_said,
        zone_crosshair=zones.crosshair,
        weighting=frame.weighting,
        overall_bounds=_bounds(frame, plan, overall),
    )


def _dropped(frame: Frame, plan: StudyPlan) -> int | None:
    """Return the households without zone levels; a few are told from none nowhere."""
    if not plan.zones:
        return 0
    is_said = frame.floors.is_open or frame.dropped >= frame.floors.item
    return frame.dropped if is_said else None


def _bounds(frame: Frame, plan: StudyPlan, overall: Estimate | None) -> tuple[float, float] | None:
    """Return the bounds of the overall mean without any assumption about the silent.

    Every home of the base counts alike in them, so the answers do, too, whatever they weigh.
    """
    population = plan.population
    if frame.is_weighted:
        overall = make_overall(frame.unweighted())[0]
    if overall is None or overall.value is None:
        return None
    if population is None or overall.n > population:
        return None
    return worst_case_bounds(overall.n / population, overall.value)


def _floors(plan: StudyPlan) -> Floors:
    return PUBLISHED if plan.suppress else OWN_ROWS


def _trend(
    cells: Cells, plan: StudyPlan, earlier: Cells | None, rows: Dataset | None
) -> TrendResult | None:
    if not plan.before:
        return None
    past = None if earlier is None else _whole(earlier, plan)
    linked = None if rows is None or rows.are_linked else False
    return make_plan_trend(_whole(cells, plan), plan, past, linked=linked)


def _whole(cells: Cells, plan: StudyPlan) -> Cells:
    """Return what may be told of all communities together; one alone stays as it is."""
    return cells if plan.community else release(cells, _floors(plan)).cells


def _frame(released: Released, plan: StudyPlan, *, is_weighted: bool = True) -> Frame:
    return make_frame(
        released.cells,
        level=plan.level,
        floors=released.floors,
        ranked=WAIVER not in plan.reasons,
        weighting=plan.weighting if is_weighted else None,
    )


def _why(frame: Frame, plan: StudyPlan, standing: str) -> tuple[str, ...]:
    """Return why the results are only indicative."""
    is_small = standing == INDICATIVE and frame.households < ORDER_FROM
    return (SMALL_N, *plan.reasons) if is_small else plan.reasons


def _cuts(plan: StudyPlan) -> Cuts:
    has_target = plan.performance_target is not None
    return Cuts(None if has_target else plan.performance_cut, plan.importance_cut)


def _zones(frame: Frame, plan: StudyPlan) -> ZoneList:
    return make_zones(
        frame,
        plan.zones,
        plan.zone_weights,
        plan.penalty,
        cuts=Cuts(plan.performance_cut, plan.importance_cut),
        frozen=dict(plan.zone_shares),
    )


def _headline(frame: Frame, plan: StudyPlan, zones: ZoneList) -> Headline:
    return make_headline(
        frame,
        plan.headline,
        plan.headline_role,
        rule=plan.weights,
        target=plan.performance_target,
        statuses={zone.code: zone.status for zone in zones.items},
        cuts=_cuts(plan),
        frozen=dict(plan.shares),
    )


def _unweighted(released: Released, frame: Frame, plan: StudyPlan) -> IndexResult | None:
    """Return the index without weights, where there is a weighted one."""
    if frame.weighting is None or not frame.weighting.applied:
        return None
    plain = _frame(released, plan, is_weighted=False)
    return _headline(plain, plan, ZoneList((), order_said=False)).index


def _drivers(
    frame: Frame, plan: StudyPlan, headline: Headline, company: Cells
) -> tuple[DriversResult | None, tuple[DriversResult, ...]]:
    """Return what moves the overall rating: areas, then attributes."""
    areas: DriversResult | None = None
    attributes: tuple[DriversResult, ...] = ()
    if plan.drivers:
        stated = [item.importance for item in headline.items]
        pooled = _pooled(company, plan, "areas")
        areas = make_drivers(frame, plan.headline, plan.headline_role, stated, company=pooled)
    if plan.attribute_drivers:
        pooled = _pooled(company, plan, "attributes")
        attributes = make_attribute_drivers(frame, company=pooled)
    return areas, attributes


def _pooled(company: Cells, plan: StudyPlan, block: str) -> Company | None:
    """Pool all communities, where there are others than the study's own."""
    names = {key.community for key in company.keys}
    if block not in company.layout.blocks or names <= {plan.community} or len(names) < 2:
        return None
    return pool_company(company, block)


def _beside(
    plan: StudyPlan,
    zones: ZoneList,
    drivers: DriversResult | None,
    trend: TrendResult | None,
) -> Beside:
    """Return what the headline's items are shown with."""
    changes: dict[str, Estimate] = {}
    if trend is not None:
        changes = {one.code: one.change for one in trend.steps[-1].performance}
    return Beside(
        impact={} if drivers is None else {one.code: one.share for one in drivers.items},
        zones=zones.items,
        comments=dict(plan.comments),
        changes=changes,
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
        needed = {EMPHASIS: Role.PRIORITY, RATINGS: Role.IMPORTANCE}.get(rule)
        has_columns = needed is None or all((needed, item) in known for item in items)
        if rule not in RULES or not has_columns:
            raise WeightsRuleError(rule)


def _plain(plan: StudyPlan) -> dict[str, object]:
    """Return the plan as plain JSON data."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(plan).items()
    }
