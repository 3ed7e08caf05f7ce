"""A family of waves with the weights frozen at one of them: a trend that only performance moves."""

from collections.abc import Sequence
from itertools import pairwise

from app.analysis.comparison.pairs import Pair, Series, make_pair
from app.analysis.comparison.series import OVERALL, level_series
from app.analysis.comparison.table import Table
from app.analysis.comparison.waves import (
    NoSuchWaveError,
    base_shares,
    compare_waves,
    of_known,
    rated_sides,
    wave_table,
)
from app.analysis.data.cells import Cells
from app.analysis.data.dataset import Role
from app.analysis.plan import StudyPlan
from app.analysis.results.comparison import TrendPoint, TrendResult
from app.analysis.results.estimate import Estimate
from app.analysis.uncertainty.intervals import make_limits, nothing, t_interval


def make_trend(
    cells: Cells,
    plan: StudyPlan,
    waves: Sequence[str] | None = None,
    *,
    base: str | None = None,
    linked: bool | None = None,
) -> TrendResult:
    """Return the index of every wave with the weights of one, and every step between them.

    Every wave has the communities it holds; a weighting by communities leaves out those whose
    size it does not know.

    Args:
        cells: Sums of all waves; one community or several.
        plan: Lists, weights, level, smallest change of interest. Shares of the rule ``frozen``
            take the place of those of the base wave.
        waves: Names in order of time; None takes all in the order of their names.
        base: The wave whose weights are frozen; None means the first.
        linked: As in `compare_waves`.

    Raises:
        NoSuchWaveError: A wave has no household.
        WeightsRuleError: The columns lack what the rule of weights needs.

    Source: ours, see docs/methods/change.md.
    """
    names = tuple(sorted({key.wave for key in cells.keys}) if waves is None else waves)
    known = of_known(cells, plan.weighting)
    parts = {name: known.select(waves=[name]) for name in names}
    first = names[0] if base is None and names else base or ""
    parts.setdefault(first, known.select(waves=[first]))
    for name, part in parts.items():
        if not part.households:
            raise NoSuchWaveError(name)
    is_linked = not cells.own_groups if linked is None else linked
    return TrendResult(
        base=first,
        points=tuple(
            _point(parts[first], parts[name], plan, name, is_linked=is_linked or name == first)
            for name in names
        ),
        steps=tuple(
            compare_waves(cells, plan, before, after, linked=linked)
            for before, after in pairwise(names)
        ),
    )


def _point(base: Cells, wave: Cells, plan: StudyPlan, name: str, *, is_linked: bool) -> TrendPoint:
    """Return one wave: with frozen weights beside the base, with its own as published."""
    weighting = plan.weighting
    table = wave_table(make_pair(base, wave, linked=is_linked, weighting=weighting), plan)
    alone = wave_table(make_pair(wave, wave, linked=True, weighting=weighting), plan)
    return TrendPoint(
        wave=name,
        n=wave.households,
        index=_index(table, plan),
        index_own=_index(alone, plan),
        overall=_overall(alone),
    )


def _index(table: Table, plan: StudyPlan) -> Estimate:
    """Return the index of the second side with the shares of the first."""
    first, second = rated_sides(table, plan)
    if not first.items:
        return nothing(int(table.pair.second.households[0]))
    series = second.index(base_shares(first, plan))
    return _estimate(table.pair, series, table.level, table.floors.listed)


def _overall(table: Table) -> Estimate | None:
    side = table.pair.second
    if not side.has(Role.OVERALL, OVERALL[0]):
        return None
    series = level_series(side, Role.OVERALL, OVERALL)
    return _estimate(table.pair, series, table.level, table.floors.item)


def _estimate(pair: Pair, series: Series, level: float, least: int) -> Estimate:
    """Return a single statistic of 0-100 with its interval, suppressed below `least` answers."""
    n = int(series.n[0])
    if n < max(1, least):
        return nothing(n)
    stderr, df = pair.errors(series.values, series.holding)
    limits = make_limits(int(df[0]), level)
    return t_interval(series.values[0, 0], stderr[0], limits, n=n, bounds=(0.0, 100.0))
