"""How often do our 95 % intervals cover the truth? Simulated communities whose truth is exact.

    python -m benchmarks.coverage --samples 1000

Prints one table per kind of community: rows are statistics, columns numbers of returned answers.
A cell is the share of intervals that cover the true value among the households that answer; for a
statistic with many items it is the mean over items, and ``worst`` is the item with the lowest.
``all ranks jointly`` counts samples in which every true rank lies in its interval, ``mean rank
width`` how many ranks an interval leaves open on average.
The Monte Carlo error of one item is about sqrt(.95 * .05 / samples).
"""

import argparse
import gc
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from app.analysis.data.cells import make_cells
from app.analysis.plan import make_plan
from app.analysis.results.estimate import Estimate
from app.analysis.results.study import ItemResult, StudyResult
from app.analysis.simulation.simulate import make_truth, simulate_dataset
from app.analysis.simulation.truth import CommunityTruth, TrueValues, true_values
from app.analysis.study import run_study

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
RETURNS = (30, 60, 100, 300)


@dataclass
class Coverage:
    """Hits and trials by statistic and item."""

    hits: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    trials: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

    def count(self, name: str, item: str, estimate: Estimate, truth: float) -> None:
        """Count one interval; a number without interval is no trial."""
        if estimate.low is None or estimate.high is None:
            return
        hit = estimate.low - 1e-9 <= truth <= estimate.high + 1e-9
        self.hits[name][item] = self.hits[name].get(item, 0) + hit
        self.trials[name][item] = self.trials[name].get(item, 0) + 1

    def mean(self, name: str) -> float:
        """Return the coverage over all items."""
        return sum(self.hits[name].values()) / sum(self.trials[name].values())

    def worst(self, name: str) -> float:
        """Return the coverage of the item covered least often."""
        shares = [self.hits[name][item] / trials for item, trials in self.trials[name].items()]
        return min(shares)


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


def measure(
    rng: np.random.Generator, truth: CommunityTruth, returns: int, samples: int
) -> Coverage:
    """Draw samples of returned answers, study each, and count what its intervals cover."""
    exact = true_values(truth)
    coverage = Coverage()
    for _ in range(samples):
        dataset = simulate_dataset(rng, truth, returns)
        plan = make_plan(dataset.columns, suppress=False)
        result = run_study(make_cells(dataset), plan)
        for name, item, estimate, true in _intervals(result, exact):
            coverage.count(name, item, estimate, true)
        _count_ranks(coverage, result, exact)
    return coverage


def _count_ranks(coverage: Coverage, result: StudyResult, exact: TrueValues) -> None:
    rank = 1 + np.argsort(np.argsort(-exact.pfi))
    inside = [
        (item.rank_low or 0) <= rank[k] <= (item.rank_high or 0)
        for k, item in enumerate(result.items)
    ]
    width = np.mean([(i.rank_high or 0) - (i.rank_low or 0) + 1 for i in result.items])
    sure = Estimate(None, None, 0.0, 0.0, result.n)
    coverage.count("all ranks jointly", "", sure, 0.0 if all(inside) else 1.0)
    coverage.hits["mean rank width"][""] = coverage.hits["mean rank width"].get("", 0) + width
    coverage.trials["mean rank width"][""] = coverage.trials["mean rank width"].get("", 0) + 1


def _intervals(
    result: StudyResult, exact: TrueValues
) -> Iterator[tuple[str, str, Estimate, float]]:
    index = result.index
    yield "index", "", Estimate(index.value, None, index.low, index.high, index.n), exact.index
    if result.overall is not None:
        yield "overall mean", "", result.overall, exact.overall
    for k, item in enumerate(result.items):
        yield "item mean", item.code, item.performance, exact.performance[k]
        yield "satisfied share", item.code, item.satisfied, exact.satisfied[k]
        yield "importance share", item.code, item.weight, exact.weight[k]
        yield "headline PFI", item.code, _pfi(item), exact.pfi[k]
    adequacy = exact.perceived - exact.adequate
    for k, zone in enumerate(result.zones):
        yield "adequacy (MSA)", zone.code, zone.adequacy, adequacy[k]
        yield "share below minimum", zone.code, zone.below, exact.below[k]
        yield "zone PFI", zone.code, zone.pfi, exact.zone_pfi[k]


def _pfi(item: ItemResult) -> Estimate:
    return Estimate(item.pfi, item.pfi_stderr, item.pfi_low, item.pfi_high, item.n)


def print_table(title: str, columns: dict[int, list[Coverage]]) -> None:
    """Print coverage by statistic and number of returned answers, over several communities."""
    print(f"\n{title}")
    print(f"{'':22}" + "".join(f"{f'n={n}':>8}{'worst':>8}" for n in columns))
    names = list(next(iter(columns.values()))[0].trials)
    for name in names:
        cells = []
        for found in columns.values():
            mean = np.mean([one.mean(name) for one in found])
            is_pooled = len(found[0].trials[name]) > 1
            worst = f"{min(one.worst(name) for one in found):8.3f}" if is_pooled else " " * 8
            cells.append(f"{mean:8.3f}{worst}")
        print(f"{name:22}" + "".join(cells))


def main() -> None:
    """Run the long form."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--samples", type=int, default=1000, help="samples per community and n")
    parser.add_argument("--communities", type=int, default=3, help="communities of each kind")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    # statsmodels collects garbage in every Holm correction; only what is new needs a look.
    gc.freeze()
    started = time.process_time()
    for title, make in (("Ordinary", ordinary_truth), ("Near zero", near_zero_truth)):
        columns: dict[int, list[Coverage]] = {}
        for returns in RETURNS:
            columns[returns] = [
                measure(
                    np.random.default_rng([options.seed, returns, community]),
                    make(options.seed + community),
                    returns,
                    options.samples,
                )
                for community in range(options.communities)
            ]
        print_table(f"{title} communities: {options.communities}", columns)
    print(f"\n{options.samples} samples each, {time.process_time() - started:.0f} CPU s")


if __name__ == "__main__":
    main()
