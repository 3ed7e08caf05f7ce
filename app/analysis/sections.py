"""Sections of a study that hold things side by side: waves, communities, orders, boxes, tables."""

import numpy as np

from app.analysis.comparison.communities import compare_communities
from app.analysis.comparison.segments import compare_segments, split_segments
from app.analysis.comparison.trend import make_trend
from app.analysis.comparison.waves import compare_surveys
from app.analysis.data.cells import Cells
from app.analysis.data.dataset import Role
from app.analysis.data.moments import Moments
from app.analysis.disclosure.floors import ITEM_FROM, OWN_ROWS, PUBLISHED
from app.analysis.disclosure.parts import release
from app.analysis.disclosure.tables import protect_table
from app.analysis.known import Known
from app.analysis.levels.boxes import make_boxes
from app.analysis.plan import StudyPlan
from app.analysis.priorities.gaps import make_gaps
from app.analysis.priorities.headline import Headline
from app.analysis.priorities.orders import with_orders
from app.analysis.results.comparison import CommunitiesResult, SegmentsResult, TrendResult
from app.analysis.results.gaps import GapsResult, SensitivityResult
from app.analysis.results.levels import BoxResult
from app.analysis.results.study import SegmentTable
from app.analysis.tolerance.sensitivity import make_sensitivity
from app.analysis.tolerance.zones import ZoneList
from app.analysis.uncertainty.frame import Frame

OVERALL = "overall"
SATISFIED = ("satisfied", "not_satisfied")


def make_plan_trend(
    cells: Cells, plan: StudyPlan, earlier: Cells | None = None, *, linked: bool | None = None
) -> TrendResult | None:
    """Return the waves of the plan, the first one's weights frozen; None without earlier waves.

    Args:
        cells: All waves, or the last one where `earlier` is given.
        plan: Names the waves.
        earlier: The one earlier wave where its questions differ; then only the step is told.
        linked: As in `compare_waves`.

    Source: ours, see docs/methods/change.md.
    """
    if not plan.before:
        return None
    named = [plan.community] if plan.community else None
    own = cells.select(communities=named)
    if earlier is None:
        return make_trend(own, plan, (*plan.before, plan.wave), linked=linked)
    first, second = earlier.select(communities=named), own.select(waves=[plan.wave])
    step = compare_surveys(first, second, plan, plan.before[0], plan.wave, linked=linked)
    return TrendResult(base=plan.before[0], points=(), steps=(step,))


def make_communities(cells: Cells, plan: StudyPlan) -> tuple[CommunitiesResult, ...]:
    """Return the communities side by side, by every measure of the plan that was asked.

    Source: ours, see docs/methods/communities.md.
    """
    if not plan.compare_communities:
        return ()
    has_overall = any(column.role is Role.OVERALL for column in cells.layout.columns)
    return tuple(
        compare_communities(cells, plan, measure=measure)
        for measure in plan.community_measures
        if measure != OVERALL or has_overall
    )


def make_plan_gaps(
    frame: Frame, plan: StudyPlan, headline: Headline, zones: ZoneList
) -> GapsResult | None:
    """Return the gap list and all orders side by side, if the plan asks for them.

    Source: ours, see docs/methods/pfi.md.
    """
    if not plan.gaps:
        return None
    return with_orders(
        make_gaps(frame, tuple(dict.fromkeys(plan.headline + plan.zones))),
        headline.items,
        zones.items,
        order_said=headline.order_said,
        zones_order_said=zones.order_said,
    )


def make_plan_sensitivity(
    frame: Frame, plan: StudyPlan, headline: Headline, zones: ZoneList
) -> SensitivityResult | None:
    """Return how far the lists rest on choices of method, if the plan asks for it.

    Source: ours, see docs/methods/zone.md.
    """
    if not plan.gaps:
        return None
    return make_sensitivity(
        frame,
        headline.items,
        zones.items,
        role=plan.headline_role,
        rules=(plan.weights, plan.zone_weights),
        penalty=plan.penalty,
    )


def make_plan_boxes(frame: Frame, plan: StudyPlan) -> tuple[BoxResult, ...]:
    """Return the boxes of every list that was asked, if the plan asks for them.

    Source: ours, see docs/methods/levels.md.
    """
    if not plan.boxes:
        return ()
    columns = frame.moments.layout.columns
    kinds = (Role.OVERALL, Role.ATTRIBUTE, Role.LOYALTY)
    overall, attributes, loyalty = (
        tuple(c.key[1] for c in columns if c.role is kind) for kind in kinds
    )
    lists = [(Role.OVERALL, overall), (plan.headline_role, plan.headline)]
    if plan.headline_role is not Role.PERCEIVED:
        lists.append((Role.PERCEIVED, plan.zones))
    schemes = {points: dict(boxes) for points, boxes in plan.box_schemes}
    lists += [(Role.ATTRIBUTE, attributes), (Role.LOYALTY, loyalty)]
    return make_boxes(frame, lists, schemes)


def make_plan_segments(
    cells: Cells, plan: StudyPlan, known: Known
) -> tuple[tuple[SegmentsResult, ...], tuple[SegmentTable, ...]]:
    """Return the parts of the households against the rest, and the satisfied of each in a table.

    Args:
        cells: The study's own, without what may not be shown.
        plan: Names the variables.
        known: Where the cells split by a variable come from, if not from `cells`.

    Source: ours, see docs/methods/comparisons.md.
    """
    floors = PUBLISHED if plan.suppress else OWN_ROWS
    results: list[SegmentsResult] = []
    tables: list[SegmentTable] = []
    for variable in plan.segments:
        split = known.cells_by(variable, cells)
        if split is not cells:
            split = release(split, floors).cells
        results.append(compare_segments(split, plan, variable))
        tables += _table(split, plan, variable)
    return tuple(results), tuple(tables)


def _table(cells: Cells, plan: StudyPlan, variable: str) -> tuple[SegmentTable, ...]:
    """Return how many households of every part are satisfied overall; none without that item.

    Rows held by the operator himself are shown as they are; otherwise small counts are withheld,
    and others with them, so that no subtraction gives them back.
    """
    items = tuple(one.item for one in cells.layout.columns if one.role is Role.OVERALL)
    if not items:
        return ()
    parts = split_segments(cells, variable)
    counts = np.array([_satisfied(part, items) for _, part, _ in parts], dtype=np.int64)
    table = protect_table(counts, threshold=ITEM_FROM if plan.suppress else 0)
    values = tuple(value for value, _, _ in parts)
    return (SegmentTable(variable, values, SATISFIED, table),)


def _satisfied(cells: Cells, items: tuple[str, ...]) -> tuple[int, int]:
    """Return how many households are satisfied overall, and how many are not."""
    moments = Moments(cells.layout, cells.total()[None, :])
    satisfied = int(moments.satisfied(Role.OVERALL, items)[0, 0])
    return satisfied, int(moments.n(Role.OVERALL, items)[0, 0]) - satisfied
