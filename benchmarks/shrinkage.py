"""How often do the intervals of shrunken values cover the true ones?

    python -m benchmarks.shrinkage --samples 1000

Communities with standard errors between .4 and 1.6 around true values of a given spread (tau).
A line gives coverage over all, over the less precise (standard error above .8), and the mean
interval as a multiple of the community's own one.
"""

import argparse
from dataclasses import dataclass

import numpy as np

from app.analysis.comparison.shrinkage import shrink

SIZES = (2, 3, 5, 10, 30)
SPREADS = (0.0, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Covered:
    """What intervals of shrunken values covered.

    Attributes:
        share: Over all communities.
        imprecise: Over those with a standard error above .8.
        width: Mean width over that of the community's own interval.
    """

    share: float
    imprecise: float
    width: float


def measure(rng: np.random.Generator, communities: int, spread: float, samples: int) -> Covered:
    """Draw communities again and again, shrink their figures, and count what is covered."""
    hits, errors, widths = [], [], []
    for _ in range(samples):
        error = rng.uniform(0.4, 1.6, communities)
        truth = rng.normal(0, spread, communities)
        found = shrink(truth + rng.normal(0, error), error)
        hits.append((found.low <= truth) & (truth <= found.high))
        errors.append(error)
        widths.append(found.stderr / error)
    covered = np.array(hits)
    return Covered(
        float(covered.mean()),
        float(covered[np.array(errors) > 0.8].mean()),
        float(np.mean(widths)),
    )


def main() -> None:
    """Run the long form."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"{'k':>4}{'tau':>6}{'covered':>9}{'imprecise':>11}{'width':>7}")
    for communities in SIZES:
        for k, spread in enumerate(SPREADS):
            rng = np.random.default_rng([options.seed, communities, k])
            found = measure(rng, communities, spread, options.samples)
            print(
                f"{communities:>4}{spread:>6.1f}{found.share:>9.3f}"
                f"{found.imprecise:>11.3f}{found.width:>7.2f}"
            )


if __name__ == "__main__":
    main()
