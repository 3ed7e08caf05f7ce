"""How often do the intervals of the wide engine cover the truth? Samples whose truth is exact.

    python -m benchmarks.coverage_wide --samples 200

Three kinds of communities. Penalties and rewards: the mean of the overall rating is linear in the
boxes, so the coefficients are the truth. Proportional odds: the overall rating is drawn from the
model. Box drivers and the path model: cut normals around a common halo, whose correlations follow
by quadrature; the true shares, indices and paths are those of these correlations.

A cell is the share of intervals that cover, over all items, and of the worst one. The last lines of
the first table are no intervals but shares of items: how many have a class, how many of these the
right one, and for how many the interval leaves only one class.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Column, Dataset, Role
from app.analysis.disclosure.floors import OWN_ROWS
from app.analysis.importance.asymmetry import make_contrast
from app.analysis.importance.boxed import make_box_drivers
from app.analysis.importance.derived import relative_shares
from app.analysis.importance.odds import items_odds
from app.analysis.importance.penalty import asymmetry_class, contrast_indices
from app.analysis.results.estimate import Estimate
from app.analysis.scales.model import ModelPlan, make_model
from app.analysis.scales.pls import PathModel, fit_pls, latent_index
from app.analysis.simulation.simulate import simulate_dataset
from app.analysis.simulation.truth import (
    FIVE,
    TEN,
    AreaTruth,
    CommunityTruth,
    answer_probability,
    cuts,
    overall_performance,
)
from app.analysis.uncertainty.frame import make_frame
from benchmarks.coverage import Coverage

RETURNS = (150, 300, 600)
GROUPS = 30
# Penalties and rewards of four items: frustrator, dissatisfier, satisfier and a pure hybrid.
PENALTY = np.array([-1.6, -1.0, -0.4, -0.7])
REWARD = np.array([0.2, 0.5, 1.2, 0.7])
LOGITS = np.array([0.6, 0.3, 0.1])
THRESHOLDS = np.array([-2.2, -1.2, -0.4, 0.3, 1.1, 2.0])
TRUTH = CommunityTruth(
    areas=tuple(
        AreaTruth(code, performance, 1.0)
        for code, performance in zip("abcd", (52.0, 60.0, 68.0, 75.0), strict=True)
    ),
    halo=20.0,
    noise=16.0,
)

Trial = tuple[str, str, Estimate, float]
Sampler = Callable[[np.random.Generator, int, int], Iterator[list[Trial]]]

# No intervals: shares of items.
CLASSIFIED, RIGHT, SURE = "items with a class", "of these, right", "of these, one class possible"


class Tally(Coverage):
    """Hits and trials, shares of items among them."""

    def count(self, name: str, item: str, estimate: Estimate, truth: float) -> None:
        """Count one interval, or one item of a share."""
        if name in (CLASSIFIED, RIGHT, SURE):
            self._add(name, item, truth)
        else:
            super().count(name, item, estimate, truth)


def dataset_of(
    overall: NDArray[np.int64], ratings: NDArray[np.int64], points: tuple[int, ...]
) -> Dataset:
    """Return answers as a dataset: an overall rating and five-point ratings, no blanks."""
    rows = len(overall)
    columns = [Column("overall", Role.OVERALL, "overall", points)]
    names = [f"i{k}" for k in range(ratings.shape[1])]
    columns += [Column(name, Role.PERFORMANCE, name, FIVE, (4, 5), name) for name in names]
    first = overall - points[0] + 1
    return Dataset(
        columns=tuple(columns),
        values=np.column_stack([first, ratings]).astype(np.uint8),
        wave=np.zeros(rows, dtype=np.int64),
        community=np.zeros(rows, dtype=np.int64),
        group=np.arange(rows, dtype=np.int64) % GROUPS,
        waves=("w",),
        communities=("c",),
    )


def ratings_of(rng: np.random.Generator, rows: int, items: int) -> NDArray[np.int64]:
    """Draw five-point ratings that share a mood."""
    latent = 0.6 * rng.normal(size=(rows, 1)) + 0.8 * rng.normal(size=(rows, items))
    return 1 + np.digitize(latent, [-1.4, -0.7, 0.5, 1.2])


def true_r_squared() -> float:
    """Return the explained share of the contrast's outcome, over all places of the boxes."""
    mood, weight = np.polynomial.hermite_e.hermegauss(81)
    weight = weight / weight.sum()
    # Chance of low, middle and high given the mood.
    edges = stats.norm.cdf((np.array([-0.7, 0.5])[:, None] - 0.6 * mood) / 0.8)
    chance = np.diff(np.vstack([np.zeros(mood.size), edges, np.ones(mood.size)]), axis=0)
    means, chances = [], []
    for places in product(range(3), repeat=PENALTY.size):
        effects = [(PENALTY[k], 0.0, REWARD[k])[place] for k, place in enumerate(places)]
        means.append(6.0 + sum(effects))
        chances.append(float(weight @ np.prod([chance[place] for place in places], axis=0)))
    mean, share = np.array(means), np.array(chances)
    explained = float(share @ mean**2 - (share @ mean) ** 2)
    over = mean - np.floor(mean)
    # Rounding by chance, and whole numbers from -2 to 2.
    return explained / (explained + float(share @ (over * (1 - over))) + 2.0)


def contrast_trials(rng: np.random.Generator, returns: int, samples: int) -> Iterator[list[Trial]]:
    """Draw overall ratings whose mean is linear in the boxes."""
    items = PENALTY.size
    true = contrast_indices(PENALTY, REWARD)
    explained = true_r_squared()
    keys = tuple((Role.PERFORMANCE, f"i{k}") for k in range(items))
    for _ in range(samples):
        ratings = ratings_of(rng, returns, items)
        mean = 6.0 + (ratings <= 2) @ PENALTY + (ratings >= 4) @ REWARD
        # Rounded by chance, so that the mean stays what it is.
        drawn = np.floor(mean + rng.random(returns)).astype(np.int64)
        overall = drawn + rng.integers(-2, 3, returns)
        data = dataset_of(overall, ratings, tuple(range(-5, 16)))
        frame = make_frame(make_cells(data), floors=OWN_ROWS)
        found = make_contrast(frame, data, (Role.OVERALL, "overall"), keys, boxes=((1, 2), (4, 5)))
        trials: list[Trial] = []
        if found.r_squared is not None:
            trials.append(("R squared", "", found.r_squared, explained))
        for k, item in enumerate(found.items):
            right = float(item.kind == asymmetry_class(float(true.asymmetry[k])))
            trials += [
                ("penalty", item.code, item.penalty, float(PENALTY[k])),
                ("reward", item.code, item.reward, float(REWARD[k])),
                ("range of impact", item.code, item.riocs, float(true.riocs[k])),
                ("asymmetry", item.code, item.asymmetry, float(true.asymmetry[k])),
                (CLASSIFIED, item.code, item.riocs, float(item.kind is not None)),
            ]
            if item.kind is not None:
                trials.append((RIGHT, item.code, item.riocs, right))
                trials.append((SURE, item.code, item.riocs, float(len(item.possible) == 1)))
        yield trials


def odds_trials(rng: np.random.Generator, returns: int, samples: int) -> Iterator[list[Trial]]:
    """Draw overall ratings from a model of proportional odds."""
    items = LOGITS.size
    points = tuple(range(1, THRESHOLDS.size + 2))
    keys = tuple((Role.PERFORMANCE, f"i{k}") for k in range(items))
    for _ in range(samples):
        ratings = ratings_of(rng, returns, items)
        at = (ratings - 3) @ LOGITS
        below = expit(THRESHOLDS[None, :] - at[:, None])
        overall = 1 + (rng.random(returns)[:, None] > below).sum(axis=1)
        data = dataset_of(overall, ratings, points)
        found = items_odds(data, data.columns[0], keys, level=0.95)
        yield [
            ("log odds", term.term, term.coefficient, float(LOGITS[k]))
            for k, term in enumerate(found.terms)
        ]


def box_correlations(
    truth: CommunityTruth, box: tuple[int, ...] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return correlations, means and deviations of overall and areas among those who answer.

    Given the halo all ratings are independent, so a covariance is that of the conditional means;
    the halo is integrated over a fine grid.

    Args:
        truth: The community.
        box: Points of the overall rating that count as 1; None takes the rating itself.
    """
    standard = np.linspace(-8, 8, 4001)
    weight = stats.norm.pdf(standard) * answer_probability(truth, standard)
    weight = weight / weight.sum()
    levels = [(overall_performance(truth), TEN), *((one.performance, FIVE) for one in truth.areas)]
    means, squares = [], []
    for place, (level, points) in enumerate(levels):
        at = level + truth.halo * standard
        inner = stats.norm.cdf((cuts(points)[:, None] - at) / truth.noise)
        edges = np.vstack([np.zeros(at.size), inner, np.ones(at.size)])
        values = np.array(points, dtype=np.float64)
        if place == 0 and box is not None:
            values = np.isin(points, box).astype(np.float64)
        chance = np.diff(edges, axis=0)
        means.append(values @ chance)
        squares.append(float(weight @ (values**2 @ chance)))
    average = np.array(means) @ weight
    centred = np.array(means) - average[:, None]
    covariance = (centred * weight) @ centred.T
    np.fill_diagonal(covariance, np.array(squares) - average**2)
    deviation = np.sqrt(np.diagonal(covariance))
    return covariance / np.outer(deviation, deviation), average, deviation


def model_trials(rng: np.random.Generator, returns: int, samples: int) -> Iterator[list[Trial]]:
    """Draw communities with a halo; study the drivers of both boxes and a path model."""
    codes = tuple(area.code for area in TRUTH.areas)
    boxes = {"top": (9, 10), "bottom": (1, 2, 3)}
    shares = [relative_shares(box_correlations(TRUTH, box)[0]) for box in boxes.values()]
    plan = ModelPlan(
        blocks=(("quality", tuple(f"area.{code}" for code in codes)), ("overall", ("overall",))),
        paths=(("quality", "overall"),),
    )
    matrix, means, deviations = box_correlations(TRUTH)
    fit = fit_pls(matrix, PathModel(((1, 2, 3, 4), (0,)), ((0, 1),)))
    indices = [
        latent_index(fit.weights[items], deviations[items], means[items], least=1, most=most)
        for items, most in (([1, 2, 3, 4], 5), ([0], 10))
    ]
    for _ in range(samples):
        data = simulate_dataset(rng, TRUTH, returns)
        frame = make_frame(make_cells(data), floors=OWN_ROWS)
        trials: list[Trial] = []
        for found, truth in zip(make_box_drivers(frame, codes, boxes), shares, strict=True):
            name = f"share, {found.outcome.partition('.')[2]} box"
            trials += [
                (name, item.code, item.share, float(truth[k])) for k, item in enumerate(found.items)
            ]
        model = make_model(frame, plan)
        for one, true in zip(model.latent, indices, strict=bool(model.latent)):
            if one.index is not None:
                trials.append(("latent index", one.name, one.index, true))
        trials += [("path", one.source, one.coefficient, fit.paths[0]) for one in model.paths]
        yield trials


CASES = (
    ("Penalties and rewards", contrast_trials),
    ("Proportional odds", odds_trials),
    ("Box drivers and path model", model_trials),
)


def measure(sampler: Sampler, rng: np.random.Generator, returns: int, samples: int) -> Tally:
    """Count what the intervals of so many samples cover."""
    coverage = Tally()
    for trials in sampler(rng, returns, samples):
        for trial in trials:
            coverage.count(*trial)
    return coverage


def print_table(title: str, columns: dict[int, Tally]) -> None:
    """Print coverage by statistic and number of returned answers: of all items, of the worst."""
    print(f"\n### {title}\n")
    print("| statistic | " + " | ".join(f"n={n} | worst" for n in columns) + " |")
    print("| --- " * (1 + 2 * len(columns)) + "|")
    names = dict.fromkeys(name for found in columns.values() for name in found.trials)
    for name in names:
        cells = [
            f"{one.mean(name):.3f} | {one.worst(name):.3f}" if name in one.trials else " | "
            for one in columns.values()
        ]
        print(f"| {name} | " + " | ".join(cells) + " |")


def main() -> None:
    """Run the long form."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    samples = options.samples
    begun = time.process_time()
    for place, (title, sampler) in enumerate(CASES):
        print_table(
            title,
            {
                n: measure(sampler, np.random.default_rng([options.seed, place, n]), n, samples)
                for n in RETURNS
            },
        )
    print(f"\n{samples} samples, seed {options.seed}, {time.process_time() - begun:.0f} CPU s")


if __name__ == "__main__":
    main()
