"""How often do our 95 % intervals cover the truth? Simulated communities whose truth is exact.

    python -m benchmarks.coverage --samples 150

Prints one table per kind of community: rows are statistics, columns numbers of returned answers.
A cell is the share of intervals that cover the true value among the households that answer; for a
statistic with many items it is the mean over items, and ``worst`` is the item with the lowest.
``all ranks jointly`` counts samples in which every true rank lies in its interval, ``mean rank
width`` how many ranks an interval leaves open on average. The last column says whether the bar
stated for the statistic is met: .93 from 100 answers for means, shares, gaps and the index; .90
from 100 and .93 from 300 for PFI and the rating, products of two estimates.
A statistic without items whose shortfall is below 3 Monte Carlo errors is "within error".
The Monte Carlo error of one item is about sqrt(.95 * .05 / samples).
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from app.analysis.results.estimate import Estimate
from app.analysis.simulation.truth import CommunityTruth
from benchmarks.coverage_cases import (
    Sampler,
    extreme_truth,
    near_zero_truth,
    ordinary_truth,
    study_trials,
    wave_trials,
    weighted_trials,
)

RETURNS = (30, 60, 100, 150, 300, 600)
# Answers to least coverage, by class of statistic.
BARS = {100: 0.93}
PFI_BARS = {100: 0.90, 300: 0.93}
BARRED_PFI = ("headline PFI", "zone PFI", "IS rating")
# Stated to be approximate, or not intervals of one number, or shown to be wrong on purpose.
UNBARRED = ("drivers' share", "mean rank width", "mean rank width of gaps")


@dataclass
class Coverage:
    """Hits and trials by statistic and item, and sums of what is not an interval."""

    hits: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    trials: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

    def count(self, name: str, item: str, estimate: Estimate, truth: float) -> None:
        """Count one interval; a number without interval is no trial, a width is added up."""
        if name.startswith("mean rank width"):
            self._add(name, item, truth)
        elif estimate.low is not None and estimate.high is not None:
            self._add(name, item, estimate.low - 1e-9 <= truth <= estimate.high + 1e-9)

    def _add(self, name: str, item: str, hit: float) -> None:
        self.hits[name][item] = self.hits[name].get(item, 0) + hit
        self.trials[name][item] = self.trials[name].get(item, 0) + 1

    def mean(self, name: str) -> float:
        """Return the coverage over all items."""
        return sum(self.hits[name].values()) / sum(self.trials[name].values())

    def worst(self, name: str) -> float:
        """Return the coverage of the item covered least often."""
        shares = [self.hits[name][item] / trials for item, trials in self.trials[name].items()]
        return min(shares)


@dataclass(frozen=True)
class Case:
    """A kind of community and what is measured on it."""

    title: str
    truth: Callable[[int], CommunityTruth]
    sampler: Sampler
    returns: tuple[int, ...] = RETURNS


CASES = (
    Case("Ordinary communities", ordinary_truth, study_trials),
    Case("Shortfalls near zero", near_zero_truth, study_trials),
    Case("Nearly everybody satisfied", extreme_truth, study_trials, (30, 100, 300)),
    Case("Weighted to known households", ordinary_truth, weighted_trials, (60, 100, 300)),
    Case("Two waves, overlapping", ordinary_truth, wave_trials, (60, 100, 300)),
)


def measure(
    rng: np.random.Generator,
    truth: CommunityTruth,
    returns: int,
    samples: int,
    sampler: Sampler = study_trials,
) -> Coverage:
    """Draw samples of returned answers, study each, and count what its intervals cover."""
    coverage = Coverage()
    for trials in sampler(rng, truth, returns, samples):
        for trial in trials:
            coverage.count(*trial)
    return coverage


def verdict(name: str, found: dict[int, float], samples: int | None = None) -> str:
    """Return whether the bars of a statistic are met, or where they are missed.

    Args:
        name: Name of the statistic.
        found: Coverage by number of answers.
        samples: Trials of a statistic without items; within 3 of their Monte Carlo errors it is
            not said to miss its bar. None for one with many items, whose error is small.
    """
    if name in UNBARRED:
        return ""
    bars = PFI_BARS if name in BARRED_PFI else BARS
    short = {n: bar_at(bars, n) - share for n, share in found.items() if share < bar_at(bars, n)}
    missed = [n for n, by in short.items() if by > _slack(bar_at(bars, n), samples)]
    if missed:
        return "missed at " + ", ".join(map(str, missed))
    return "within error at " + ", ".join(map(str, short)) if short else "met"


def _slack(bar: float, samples: int | None) -> float:
    return 0.0 if samples is None else 3 * (bar * (1 - bar) / samples) ** 0.5


def bar_at(bars: dict[int, float], n: int) -> float:
    """Return the bar for so many answers; 0 below the first."""
    return max((bar for least, bar in bars.items() if n >= least), default=0.0)


def print_table(title: str, columns: dict[int, list[Coverage]]) -> None:
    """Print coverage by statistic and number of returned answers, over several communities."""
    print(f"\n{title}\n")
    print("| statistic | " + " | ".join(f"n={n} | worst" for n in columns) + " | bar |")
    print("| --- " * (2 + 2 * len(columns)) + "|")
    names = list(dict.fromkeys(name for found in columns.values() for name in found[0].trials))
    for name in names:
        cells, shares = [], {}
        samples: int | None = None
        for n, every in columns.items():
            found = [one for one in every if name in one.trials]
            if not found:
                cells.append(" | ")
                continue
            shares[n] = float(np.mean([one.mean(name) for one in found]))
            is_pooled = len(found[0].trials[name]) > 1
            worst = f"{min(one.worst(name) for one in found):.3f}" if is_pooled else ""
            cells.append(f"{shares[n]:.3f} | {worst}")
            samples = None if is_pooled else sum(one.trials[name][""] for one in found)
        print(f"| {name} | " + " | ".join(cells) + f" | {verdict(name, shares, samples)} |")


def main() -> None:
    """Run the long form."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--samples", type=int, default=150, help="samples per community and n")
    parser.add_argument("--communities", type=int, default=3, help="communities of each kind")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.process_time()
    for place, case in enumerate(CASES):
        columns: dict[int, list[Coverage]] = {}
        for returns in case.returns:
            columns[returns] = [
                measure(
                    np.random.default_rng([options.seed, place, returns, community]),
                    case.truth(options.seed + community),
                    returns,
                    options.samples,
                    case.sampler,
                )
                for community in range(options.communities)
            ]
        print_table(case.title, columns)
    seconds = time.process_time() - started
    print(
        f"\n{options.communities} communities of each kind, {options.samples} samples each,", end=""
    )
    print(f" seed {options.seed}, {seconds:.0f} CPU s")


if __name__ == "__main__":
    main()
