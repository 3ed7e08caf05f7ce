"""Sections of the wide engine: asymmetric drivers, ordered models, factors, path model, pictures.

Some need answers row by row; then rows of the study's own households are taken, and only where no
community is left out of a column they use.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Column, Dataset, Role
from app.analysis.data.rows import keep_rows
from app.analysis.disclosure.parts import Released
from app.analysis.importance.asymmetry import make_contrast
from app.analysis.importance.boxed import make_box_drivers
from app.analysis.importance.odds import ITEMS, SEGMENTS, items_odds, segments_odds
from app.analysis.levels.boxes import BOTTOM, BOTTOM_TWO, TOP, TOP_TWO, usual_boxes
from app.analysis.plan import StudyPlan
from app.analysis.priorities.pictures import make_pictures
from app.analysis.results.asymmetry import ContrastResult, OrdinalResult
from app.analysis.results.drivers import DriversResult
from app.analysis.results.scales import ModelResult
from app.analysis.results.study import StudyResult
from app.analysis.scales.model import columns_of_model, make_model
from app.analysis.scales.reliability import make_scales
from app.analysis.scales.structure import make_factors
from app.analysis.uncertainty.frame import Frame, make_frame

NO_ROWS = "no_rows"
WITHHELD = "withheld"
NO_OUTCOME = "no_outcome"

_MODEL = "model"


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What the wide sections are made of.

    Attributes:
        frame: The study's frame.
        plan: What to compute.
        released: The study's cells without what may not be shown.
        rows: Answers row by row of at least the study's households; None without.
    """

    frame: Frame
    plan: StudyPlan
    released: Released
    rows: Dataset | None = None

    @property
    def outcome(self) -> Column | None:
        """Return the column of the overall rating; None without one."""
        columns = self.frame.moments.layout.columns
        return next((one for one in columns if one.role is Role.OVERALL), None)

    @property
    def keys(self) -> tuple[tuple[Role, str], ...]:
        """Return role and item of the headline list."""
        return tuple((self.plan.headline_role, item) for item in self.plan.headline)

    def rows_of(self, columns: Iterable[Column]) -> Dataset | str:
        """Return the study's households row by row, or why they are not to be had.

        Args:
            columns: Columns that will be used.
        """
        if self.rows is None:
            return NO_ROWS
        left_out = {code for code, _ in self.released.columns}
        if left_out & {column.code for column in columns}:
            return WITHHELD
        kept = {(key.wave, key.community) for key in self.released.cells.keys}
        rows = self.rows
        allowed = np.array(
            [[(wave, name) in kept for name in rows.communities] for wave in rows.waves]
        )
        return keep_rows(rows, allowed[rows.wave, rows.community])


def with_wide(result: StudyResult, source: Source) -> StudyResult:
    """Return a result with the wide sections that the plan asks for.

    Args:
        result: The result so far.
        source: What the sections are made of.

    Source: ours, see docs/methods/study.md.
    """
    plan, frame = source.plan, source.frame
    return replace(
        result,
        scales=make_scales(frame, _attribute_rows(source)) if plan.scales else (),
        contrast=_contrast(source) if plan.contrast else None,
        box_drivers=_box_drivers(source, result) if plan.box_drivers else (),
        ordinal=_ordinal(source) if plan.ordinal else (),
        factors=make_factors(frame, plan.headline_role, plan.headline) if plan.factors else None,
        model=_model(source) if plan.model is not None else None,
        pictures=make_pictures(
            frame,
            result.items,
            tuple(dict.fromkeys(plan.headline + plan.zones)),
            result.drivers,
        )
        if plan.pictures
        else None,
    )


def _columns(source: Source, keys: Iterable[tuple[Role, str]]) -> list[Column]:
    layout = source.frame.moments.layout
    return [layout.columns[layout.index[key]] for key in keys]


def _attribute_rows(source: Source) -> Dataset | None:
    columns = source.frame.moments.layout.columns
    found = source.rows_of(one for one in columns if one.role is Role.ATTRIBUTE)
    return None if isinstance(found, str) else found


def _boxes(plan: StudyPlan, points: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """Return the boxes of a scale: the plan's, or the usual ones."""
    for scale, boxes in plan.box_schemes:
        if scale == points:
            return {**usual_boxes(points), **dict(boxes)}
    return dict(usual_boxes(points))


def _contrast(source: Source) -> ContrastResult:
    """Return the penalty-reward contrast of the headline list."""
    outcome, plan = source.outcome, source.plan
    if outcome is None:
        return ContrastResult("", 0, NO_OUTCOME)
    columns = _columns(source, source.keys)
    rows = source.rows_of([outcome, *columns])
    if isinstance(rows, str):
        return ContrastResult(outcome.item, 0, rows)
    usual = _boxes(plan, columns[0].points)
    return make_contrast(
        source.frame,
        rows,
        outcome.key,
        source.keys,
        boxes=(
            plan.contrast_low or usual.get(BOTTOM_TWO, usual[BOTTOM]),
            plan.contrast_high or usual.get(TOP_TWO, usual[TOP]),
        ),
        weighting=plan.weighting,
    )


def _box_drivers(source: Source, result: StudyResult) -> tuple[DriversResult, ...]:
    """Return the drivers of the top and of the bottom box of the overall rating."""
    outcome = source.outcome
    if outcome is None:
        return ()
    boxes = _boxes(source.plan, outcome.points)
    return make_box_drivers(
        source.frame,
        source.plan.headline,
        {name: boxes[name] for name in (TOP, BOTTOM)},
        [item.importance for item in result.items],
    )


def _ordinal(source: Source) -> tuple[OrdinalResult, ...]:
    """Return the ordered models: by the headline's items, and by the plan's segments."""
    outcome, level = source.outcome, source.plan.level
    if outcome is None:
        return (OrdinalResult(ITEMS, 0, NO_OUTCOME),)
    rows = source.rows_of([outcome, *_columns(source, source.keys)])
    if isinstance(rows, str):
        first = OrdinalResult(ITEMS, 0, rows)
    else:
        first = items_odds(rows, outcome, source.keys, level=level)
    cells = source.released.cells
    known = tuple(name for name in source.plan.segments if name in cells.cell_variables)
    if not known:
        return (first,)
    if outcome.code in {code for code, _ in source.released.columns}:
        return (first, OrdinalResult(SEGMENTS, 0, WITHHELD))
    return (first, segments_odds(cells, outcome, known, level=level))


def _model(source: Source) -> ModelResult | None:
    """Return the path model; its pairs are counted anew from rows."""
    plan = source.plan.model
    if plan is None:
        return None
    columns = columns_of_model(source.frame.moments.layout, plan)
    rows = source.rows_of(columns or ())
    if columns is None or isinstance(rows, str):
        return make_model(source.frame, plan)
    frame = make_frame(
        make_cells(rows, {_MODEL: columns}),
        level=source.plan.level,
        floors=source.frame.floors,
        weighting=source.plan.weighting,
    )
    return make_model(frame, plan)
