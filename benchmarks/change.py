"""How often do intervals of changes cover the truth, and how wide are they?

    python -m benchmarks.change --samples 1000

Two waves of the same households whose true values are known exactly (`simulation.panel`): two
thirds answer each time, the satisfied more often, half of what is their own in a rating stays.
One line per number of households and statistic: coverage and mean width of 95 % intervals, with
households linked and, as in anonymous waves, without a link; for items the mean over nine.
The Monte Carlo error of one statistic is about sqrt(.95 * .05 / samples).
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from app.analysis.comparison.waves import compare_waves
from app.analysis.data.cells import make_cells
from app.analysis.plan import make_plan
from app.analysis.results.comparison import WaveComparison
from app.analysis.results.estimate import Estimate
from app.analysis.simulation.panel import WAVES, simulate_panel
from app.analysis.simulation.simulate import make_truth
from app.analysis.simulation.truth import CommunityTruth, TrueValues, true_values

HOUSEHOLDS = (60, 100, 160, 460)
SHIFTS = (0, 3, -2, 0, 5, 0, -4, 1, 0)
FACTORS = (1, 1, 1.5, 1, 0.7, 1, 1, 1, 1)


@dataclass
class Tally:
    """Hits, trials and widths by statistic."""

    hits: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    trials: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    widths: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def count(self, name: str, change: Estimate, truth: float) -> None:
        """Count one interval; a change without interval is no trial."""
        if change.low is None or change.high is None:
            return
        self.hits[name] += change.low <= truth <= change.high
        self.trials[name] += 1
        self.widths[name] += change.high - change.low

    def coverage(self, name: str) -> float:
        """Return the share of intervals that cover the truth."""
        return self.hits[name] / self.trials[name]

    def width(self, name: str) -> float:
        """Return the mean width."""
        return self.widths[name] / self.trials[name]


def two_truths(seed: int = 1) -> tuple[CommunityTruth, CommunityTruth]:
    """Return a community before and after: some areas better, some worse, other priorities."""
    before = make_truth(np.random.default_rng(seed), dict.fromkeys("abcdefghi", ()))
    areas = tuple(
        replace(area, performance=area.performance + shift, importance=area.importance * factor)
        for area, shift, factor in zip(before.areas, SHIFTS, FACTORS, strict=True)
    )
    return before, replace(before, areas=areas)


def measure(
    rng: np.random.Generator, households: int, samples: int, *, linked: bool = True
) -> Tally:
    """Draw two waves again and again, compare them, and count what the intervals cover."""
    before, after = two_truths()
    exact = true_values(before), true_values(after)
    tally = Tally()
    for _ in range(samples):
        data = simulate_panel(rng, before, after, households)
        plan = make_plan(data.columns, suppress=False)
        found = compare_waves(make_cells(data, {}), plan, *WAVES, linked=linked)
        for name, change, truth in _changes(found, *exact):
            tally.count(name, change, truth)
    return tally


def _changes(
    found: WaveComparison, before: TrueValues, after: TrueValues
) -> Iterator[tuple[str, Estimate, float]]:
    performance = after.performance - before.performance
    single = (found.index, found.index_own, found.overall)
    index, own, overall = (one.change for one in single if one is not None)
    yield "index, frozen weights", index, float(before.weight @ performance)
    yield "index, own weights", own, after.index - before.index
    moved = float((after.weight - before.weight) @ after.performance)
    if found.by_weights is not None:
        yield "part of the weights", found.by_weights, moved
    yield "overall", overall, after.overall - before.overall
    lists = (
        ("item", found.performance, performance),
        ("satisfied share", found.satisfied, after.satisfied - before.satisfied),
        ("PFI", found.pfi, after.pfi - before.pfi),
    )
    for name, contrasts, truth in lists:
        for contrast, value in zip(contrasts, truth, strict=True):
            yield name, contrast.change, float(value)


def main() -> None:
    """Run the long form."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    started = time.process_time()
    print(f"{'households':>10}  {'':22}{'linked':>8}{'width':>8}{'no link':>9}{'width':>8}")
    for households in HOUSEHOLDS:
        with_link, without = (
            measure(
                np.random.default_rng([options.seed, households]),
                households,
                options.samples,
                linked=linked,
            )
            for linked in (True, False)
        )
        for name in with_link.trials:
            print(
                f"{households:>10}  {name:22}"
                f"{with_link.coverage(name):8.3f}{with_link.width(name):8.2f}"
                f"{without.coverage(name):9.3f}{without.width(name):8.2f}",
                flush=True,
            )
    print(f"{options.samples} samples each, {time.process_time() - started:.0f} CPU s")


if __name__ == "__main__":
    main()
