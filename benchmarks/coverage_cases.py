"""The cases of `coverage`: communities whose truth is exact, and what is held against it.

Rows of a simulated dataset are independent, so one large draw is cut into many samples.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.analysis.comparison.waves import compare_waves
from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import GROUPS, Dataset
from app.analysis.design.weights import Weighting, make_margin
from app.analysis.importance.derived import relative_shares
from app.analysis.plan import StudyPlan, make_plan
from app.analysis.results.estimate import Estimate
from app.analysis.results.items import ItemResult
from app.analysis.results.study import StudyResult
from app.analysis.simulation.simulate import make_truth, simulate_dataset
from app.analysis.simulation.truth import (
    CommunityTruth,
    TrueValues,
    true_correlations,
    true_values,
)
from app.analysis.study import run_study
from app.analysis.uncertainty.intervals import make_limits

AREAS = [
    "service",
    "security",
    "cleaning",
    "greenery",
    "facilities",
    "repairs",
    "parking",
    "fees",
    "community_life",
]
# Answers below which derived importance is refused.
DRIVERS_FROM = 150
# Share of the second wave's households that answered the first, and of those that say the same.
OVERLAP = 0.6
STEADY = 0.5
_ROWS = 24_000

# Statistic, item, interval, truth.
Trial = tuple[str, str, Estimate, float]
Sampler = Callable[[np.random.Generator, CommunityTruth, int, int], Iterator[list[Trial]]]


@dataclass(frozen=True, slots=True, eq=False)
class _Truth:
    """The truth of a community with what follows from it."""

    exact: TrueValues
    rank: NDArray[np.int64]
    gap_rank: NDArray[np.int64]
    drivers: NDArray[np.float64]


def ordinary_truth(seed: int) -> CommunityTruth:
    """Return a community as they are: areas between about 50 and 85, some hardly ever picked."""
    return make_truth(np.random.default_rng(seed), dict.fromkeys(AREAS, ()))


def near_zero_truth(seed: int) -> CommunityTruth:
    """Return a community whose shortfalls lie near zero: where a clipped jackknife breaks.

    Performance is set so that desired - perceived or adequate - perceived is about -4 to 4 points.
    """
    truth = ordinary_truth(seed)
    offsets = (-4.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0)
    areas = tuple(
        replace(area, performance=(area.desired if k % 2 else area.adequate) - offset)
        for k, (area, offset) in enumerate(zip(truth.areas, offsets, strict=True))
    )
    return replace(truth, areas=areas)


def extreme_truth(seed: int) -> CommunityTruth:
    """Return a community where nearly everybody is satisfied: shares near 1 and near 0."""
    rng = np.random.default_rng(seed)
    return make_truth(rng, dict.fromkeys(AREAS, ()), level=92.0, spread=4.0)


def samples_of(
    rng: np.random.Generator, truth: CommunityTruth, returns: int, samples: int
) -> Iterator[Dataset]:
    """Yield independent samples of returned answers."""
    at_once = max(1, _ROWS // returns)
    for start in range(0, samples, at_once):
        count = min(at_once, samples - start)
        drawn = simulate_dataset(rng, truth, returns * count)
        for k in range(count):
            yield _rows(drawn, slice(k * returns, (k + 1) * returns))


def _rows(data: Dataset, rows: slice | NDArray[np.int64]) -> Dataset:
    return replace(
        data,
        values=data.values[rows],
        wave=data.wave[rows],
        community=data.community[rows],
        group=data.group[rows],
    )


def study_trials(
    rng: np.random.Generator, truth: CommunityTruth, returns: int, samples: int
) -> Iterator[list[Trial]]:
    """Yield what the intervals of a study of each sample are held against."""
    known = _truth(truth)
    plan: StudyPlan | None = None
    for data in samples_of(rng, truth, returns, samples):
        if plan is None:
            usual = make_plan(data.columns, suppress=False)
            plan = replace(usual, gaps=True, drivers=returns >= DRIVERS_FROM)
        result = run_study(make_cells(data), plan)
        yield [*_headline(result, known), *_zones(result, known.exact), *_others(result, known)]


def _truth(truth: CommunityTruth) -> _Truth:
    exact = true_values(truth)
    return _Truth(
        exact=exact,
        rank=_ranks(exact.pfi),
        gap_rank=_ranks(exact.importance - exact.perceived),
        drivers=relative_shares(true_correlations(truth)),
    )


def _ranks(values: NDArray[np.float64]) -> NDArray[np.int64]:
    ranks: NDArray[np.int64] = 1 + np.argsort(np.argsort(-values))
    return ranks


def _headline(result: StudyResult, known: _Truth) -> Iterator[Trial]:
    index, exact = result.index, known.exact
    yield "index", "", Estimate(index.value, None, index.low, index.high, index.n), exact.index
    if result.overall is not None:
        yield "overall mean", "", result.overall, exact.overall
    for k, item in enumerate(result.items):
        yield "item mean", item.code, item.performance, exact.performance[k]
        yield "satisfied share", item.code, item.satisfied, exact.satisfied[k]
        yield "importance share", item.code, item.weight, exact.weight[k]
        yield "headline PFI", item.code, _pfi(item), exact.pfi[k]
        if item.is_estimate is not None:
            yield "IS rating", item.code, item.is_estimate, exact.is_rating[k]


def _pfi(item: ItemResult) -> Estimate:
    return Estimate(item.pfi, item.pfi_stderr, item.pfi_low, item.pfi_high, item.n)


def _zones(result: StudyResult, exact: TrueValues) -> Iterator[Trial]:
    for k, zone in enumerate(result.zones):
        perceived, adequate, desired = (
            one[k] for one in (exact.perceived, exact.adequate, exact.desired)
        )
        yield "adequacy (MSA)", zone.code, zone.adequacy, perceived - adequate
        yield "superiority (MSS)", zone.code, zone.superiority, perceived - desired
        yield "zone width", zone.code, zone.width, desired - adequate
        yield "share below minimum", zone.code, zone.below, exact.below[k]
        yield "share above desired", zone.code, zone.above, exact.above[k]
        yield "zone PFI", zone.code, zone.pfi, exact.zone_pfi[k]
        if zone.position is not None:
            yield "position in the zone", zone.code, zone.position, exact.position[k]


def _others(result: StudyResult, known: _Truth) -> Iterator[Trial]:
    exact = known.exact
    gaps = result.gaps.items if result.gaps else ()
    for k, item in enumerate(gaps):
        gap = item.gap
        if gap.value is not None and gap.stderr is not None and gap.df:
            half = make_limits(gap.df, 0.95).t * gap.stderr
            held = Estimate(gap.value, None, gap.value - half, gap.value + half, gap.n)
            yield "Hill gap", item.code, held, exact.importance[k] - exact.perceived[k]
    for k, driver in enumerate(result.drivers.items if result.drivers else ()):
        yield "drivers' share", driver.code, driver.share, known.drivers[k]
    pairs = [(one.rank_low, one.rank_high) for one in result.items]
    yield from _rank_trials("", pairs, known.rank)
    yield from _rank_trials(" of gaps", [(g.rank_low, g.rank_high) for g in gaps], known.gap_rank)


def _rank_trials(
    name: str, pairs: list[tuple[int | None, int | None]], rank: NDArray[np.int64]
) -> Iterator[Trial]:
    """Yield whether all true ranks lie in their intervals, and how many places those leave open."""
    if not pairs or any(low is None for low, _ in pairs):
        return
    inside = [(low or 0) <= rank[k] <= (high or 0) for k, (low, high) in enumerate(pairs)]
    sure = Estimate(None, None, 1.0, 1.0, 0)
    yield f"all ranks{name} jointly", "", sure, float(all(inside))
    width = float(np.mean([(high or 0) - (low or 0) + 1 for low, high in pairs]))
    yield f"mean rank width{name}", "", Estimate(width, None, None, None, 0), width


def weighted_trials(
    rng: np.random.Generator, truth: CommunityTruth, returns: int, samples: int
) -> Iterator[list[Trial]]:
    """Yield weighted means and index of a community of two kinds of households.

    Half of the households are owners, 10 points less satisfied than tenants, but they are 70 % of
    the answers; post-stratified to halves.
    """
    other = replace(
        truth, areas=tuple(replace(a, performance=a.performance - 10) for a in truth.areas)
    )
    exact, index = _mixed(truth, other)
    plan: StudyPlan | None = None
    margin = make_margin("kind", {"owner": 1000, "tenant": 1000})
    sides = (samples_of(rng, other, returns, samples), samples_of(rng, truth, returns, samples))
    for owners, tenants in zip(*sides, strict=True):
        data = _mix(owners, tenants, int(rng.binomial(returns, 0.7)))
        plan = plan or replace(
            make_plan(data.columns, suppress=False), weighting=Weighting((margin,))
        )
        result = run_study(make_cells(data), plan)
        found = result.index
        trials: list[Trial] = [
            ("weighted item mean", item.code, item.performance, exact[k])
            for k, item in enumerate(result.items)
        ]
        held = Estimate(found.value, None, found.low, found.high, found.n)
        yield [*trials, ("weighted index", "", held, index)]


def _mix(first: Dataset, second: Dataset, count: int) -> Dataset:
    """Return `count` rows of the first kind and the rest of the second, with their kind."""
    rest = first.households - count
    return replace(
        first,
        values=np.concatenate([first.values[:count], second.values[:rest]]),
        group=np.concatenate([first.group[:count], second.group[:rest]]),
        cell_variables=("kind",),
        cell_names=(("owner",), ("tenant",)),
        cell=np.repeat([0, 1], [count, rest]),
    )


def _mixed(one: CommunityTruth, other: CommunityTruth) -> tuple[NDArray[np.float64], float]:
    """Return performance and index of both kinds in equal parts.

    Both pick alike and lack experience alike, so that means of households are means of kinds.
    """
    first, second = true_values(one), true_values(other)
    performance = (first.performance + second.performance) / 2
    return performance, float(first.weight @ performance)


def wave_trials(
    rng: np.random.Generator, truth: CommunityTruth, returns: int, samples: int
) -> Iterator[list[Trial]]:
    """Yield changes between two waves that share 60 % of their households; the truth is none.

    Half of the shared households say exactly the same again, which is what correlates the waves.
    """
    plan: StudyPlan | None = None
    sides = (samples_of(rng, truth, returns, samples) for _ in range(2))
    for first, second in zip(*sides, strict=True):
        both = _two_waves(rng, first, second)
        plan = plan or make_plan(both.columns, suppress=False)
        cells = make_cells(both)
        found = compare_waves(cells, plan, "before", "after")
        apart = compare_waves(cells, plan, "before", "after", linked=False)
        trials: list[Trial] = [
            ("change of item mean", one.code, one.change, 0.0) for one in found.performance
        ]
        trials += [
            ("change, overlap ignored", one.code, one.change, 0.0) for one in apart.performance
        ]
        if found.index is not None:
            trials.append(("change of index", "", found.index.change, 0.0))
        yield trials


def _two_waves(rng: np.random.Generator, first: Dataset, second: Dataset) -> Dataset:
    n = first.households
    shared = int(OVERLAP * n)
    group = second.group.copy()
    group[:shared] = first.group[:shared]
    values = second.values.copy()
    steady = np.flatnonzero(rng.random(shared) < STEADY)
    values[steady] = first.values[steady]
    return replace(
        first,
        values=np.concatenate([first.values, values]),
        wave=np.repeat([0, 1], n),
        community=np.zeros(2 * n, dtype=np.int64),
        group=np.concatenate([first.group, group]) % GROUPS,
        waves=("before", "after"),
    )
