"""Sections of a study about those who are silent: bounds, early against late, ways of answering.

Early and late and the ways of answering are variables of the households and need rows. How alike
those who answered are to all homes, and what weighting to the kinds of homes would change, need
the base by kind of home.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.cells import CellsError
from app.analysis.data.dataset import Dataset, points_of
from app.analysis.design.bounds import index_bounds, worst_case_bounds
from app.analysis.design.calibration import CategoryError, ConvergenceError, TotalsError
from app.analysis.design.weights import Weighting
from app.analysis.disclosure.parts import release
from app.analysis.known import Known
from app.analysis.levels.items import make_overall
from app.analysis.nonresponse.arrival import arrival_trend
from app.analysis.nonresponse.indicator import representativeness
from app.analysis.nonresponse.modes import mode_effects
from app.analysis.plan import StudyPlan
from app.analysis.priorities.headline import make_headline
from app.analysis.priorities.matrix import Cuts
from app.analysis.results.estimate import Estimate
from app.analysis.results.nonresponse import ArrivalResult, CalibratedResult, ModesResult
from app.analysis.results.study import StudyResult
from app.analysis.uncertainty.frame import make_frame
from app.analysis.uncertainty.replicate import groups_for
from app.analysis.wide import NO_OUTCOME, Source

NO_BASE = "no_base"
NO_TIME = "no_time"
NO_VARIABLE = "no_variable"
NOT_CONVERGED = "not_converged"
REFUSED = "refused"

_COMMUNITY = "community"


def with_silence(result: StudyResult, source: Source, known: Known) -> StudyResult:
    """Return a result with the bounds of its headlines and the sections that the plan asks for.

    Args:
        result: The result so far.
        source: What the sections are made of.
        known: All homes of the base by kind.

    Source: ours, see docs/methods/nonresponse.md.
    """
    plan = source.plan
    table = known.frame if plan.frame_variables else None
    if source.rows is None:
        source = replace(source, rows=known.rows)
    return replace(
        result,
        satisfied_bounds=_satisfied_bounds(result, source),
        index_bounds=_index_bounds(result),
        modes=_modes(source) if plan.modes else None,
        arrival=_arrival(source, plan) if plan.arrival else None,
        representativeness=(None if table is None else representativeness(table, level=plan.level)),
        calibrated=_calibrated(source, known) if plan.calibrate else None,
    )


def _calibrated(source: Source, known: Known) -> CalibratedResult:
    """Return the headline figures weighted to the kinds of homes."""
    plan, variables = source.plan, tuple(one.variables[0] for one in known.margins)
    if known.kinds is None or not known.margins:
        return CalibratedResult((), NO_VARIABLE)
    released = release(known.kinds, source.frame.floors)
    try:
        frame = make_frame(
            released.cells,
            level=plan.level,
            floors=released.floors,
            ranked=False,
            weighting=Weighting(known.margins),
        )
    except (CategoryError, ConvergenceError, TotalsError):
        return CalibratedResult(variables, NOT_CONVERGED)
    weighting = frame.weighting
    if weighting is None or not weighting.applied:
        return CalibratedResult(variables, REFUSED, weighting)
    overall, satisfied = make_overall(frame)
    headline = make_headline(
        frame,
        plan.headline,
        plan.headline_role,
        rule=plan.weights,
        target=None,
        statuses={},
        cuts=Cuts(None, plan.importance_cut),
        frozen=dict(plan.shares),
    )
    index = headline.index
    return CalibratedResult(
        variables,
        weighting=weighting,
        index=Estimate(index.value, index.stderr, index.low, index.high, source.frame.households),
        overall=overall,
        satisfied=satisfied,
    )


def _satisfied_bounds(result: StudyResult, source: Source) -> tuple[float, float] | None:
    """Return the bounds of the satisfied share, 0 to 1, in which every answer counts alike."""
    share, population = result.overall_satisfied, result.population
    if source.frame.is_weighted:
        share = make_overall(source.frame.unweighted())[1]
    if share is None or share.value is None or result.overall_bounds is None or not population:
        return None
    low, high = worst_case_bounds(share.n / population, 100 * share.value)
    return low / 100, high / 100


def _index_bounds(result: StudyResult) -> tuple[float, float] | None:
    """Return the bounds of the index, the weights as they are."""
    population = result.population
    if result.index.value is None or result.weighting is not None or not population:
        return None
    rates, means, shares = [], [], []
    for item in result.items:
        value = item.performance.value
        if value is None or item.importance is None or item.n > population:
            return None
        rates.append(item.n / population)
        means.append(value)
        shares.append(item.importance)
    return index_bounds(rates, means, shares)


def _modes(source: Source) -> ModesResult:
    """Hold the ways of answering against each other."""
    plan = source.plan
    found = _rated(source)
    if isinstance(found, str):
        return ModesResult("", 0, plan.mode_controls, found)
    rows, values = found
    controls = {name: _labels(rows, name) for name in plan.mode_controls}
    if len(set(rows.community.tolist())) > 1 and _COMMUNITY not in controls:
        controls = {_COMMUNITY: _labels(rows, _COMMUNITY), **controls}
    return mode_effects(values, _labels(rows, plan.modes), controls, level=plan.level)


def _arrival(source: Source, plan: StudyPlan) -> ArrivalResult:
    """Return early against late answers; times are numbers."""
    found = _rated(source)
    if isinstance(found, str):
        return ArrivalResult(0, 0.0, found)
    rows, values = found
    if plan.population is None:
        return ArrivalResult(int((~np.isnan(values)).sum()), 0.0, NO_BASE)
    times = np.array([_time(one) for one in _labels(rows, plan.arrival)])
    if np.isnan(times).all():
        return ArrivalResult(0, 0.0, NO_TIME)
    modulus = None if rows.own_groups else groups_for(rows.households)
    return arrival_trend(
        values,
        times,
        plan.population,
        rows.group if modulus is None else rows.group % modulus,
        first_reminder=plan.first_reminder,
        level=plan.level,
    )


def _rated(source: Source) -> tuple[Dataset, NDArray[np.float64]] | str:
    """Return rows and the answers to the overall item on 0-100, or why they are not to be had."""
    outcome = source.outcome
    if outcome is None:
        return NO_OUTCOME
    rows = source.rows_of([outcome])
    if isinstance(rows, str):
        return rows
    place = next(k for k, one in enumerate(rows.columns) if one.key == outcome.key)
    least, most = outcome.points[0], outcome.points[-1]
    return rows, 100 * (points_of(rows, place) - least) / (most - least)


def _labels(rows: Dataset, name: str) -> list[str]:
    """Return the value of a variable for every household. Raises CellsError without it."""
    if name == _COMMUNITY:
        return [rows.communities[k] for k in rows.community]
    if name not in rows.cell_variables:
        raise CellsError(name)
    place = rows.cell_variables.index(name)
    cell = np.zeros(rows.households, dtype=np.int64) if rows.cell is None else rows.cell
    return [rows.cell_names[k][place] for k in cell]


def _time(text: str) -> float:
    """Return a time as a number, NaN where it is none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
