"""How well derived shares and their intervals hold on communities with known truth."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Role
from app.analysis.disclosure.floors import PUBLISHED
from app.analysis.importance.derived import relative_shares
from app.analysis.importance.drivers import make_drivers
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

AREAS = ("a", "b", "c", "d")
TRUTH = CommunityTruth(
    areas=tuple(
        AreaTruth(code, performance, 1.0)
        for code, performance in zip(AREAS, (55.0, 70.0, 85.0, 97.0), strict=True)
    ),
    halo=22.0,
    noise=16.0,
)
SAMPLES = 40


def true_shares(truth: CommunityTruth) -> NDArray[np.float64]:
    """Return the shares of infinitely many households.

    Given the halo all ratings are independent, so a covariance is that of the conditional means;
    the halo is integrated over a fine grid among those who answer.
    """
    standard = np.linspace(-8, 8, 4001)
    weight = stats.norm.pdf(standard) * answer_probability(truth, standard)
    weight = weight / weight.sum()
    levels = [(overall_performance(truth), TEN), *((one.performance, FIVE) for one in truth.areas)]
    means, squares = [], []
    for level, points in levels:
        at = level + truth.halo * standard
        inner = stats.norm.cdf((cuts(points)[:, None] - at) / truth.noise)
        edges = np.vstack([np.zeros(at.size), inner, np.ones(at.size)])
        chance = np.diff(edges, axis=0)
        means.append(np.array(points) @ chance)
        squares.append(float(weight @ (np.array(points) ** 2 @ chance)))
    centred = np.array(means) - (np.array(means) @ weight)[:, None]
    covariance = (centred * weight) @ centred.T
    variance = np.array(squares) - (np.array(means) @ weight) ** 2
    np.fill_diagonal(covariance, variance)
    return relative_shares(covariance / np.sqrt(np.outer(variance, variance)))


@pytest.fixture(scope="module")
def found() -> NDArray[np.float64]:
    """Return share, lower and upper limit of 40 samples of 300, shape (samples, areas, 3)."""
    rng = np.random.default_rng(20)
    rows = []
    for _ in range(SAMPLES):
        cells = make_cells(simulate_dataset(rng, TRUTH, 300))
        items = make_drivers(make_frame(cells, floors=PUBLISHED), AREAS, Role.PERFORMANCE).items
        rows.append([(one.share.value, one.share.low, one.share.high) for one in items])
    return np.array(rows, dtype=float)


def test_derived_shares_are_recovered_on_average(found: NDArray[np.float64]) -> None:
    truth = true_shares(TRUTH)
    shares = found[:, :, 0]
    assert float(np.ptp(truth)) > 0.08
    # Three Monte Carlo errors, and .02 for the bias that every share of a maximum has.
    error = shares.std(axis=0, ddof=1) / SAMPLES**0.5
    assert (np.abs(shares.mean(axis=0) - truth) < 3 * error + 0.02).all()


def test_intervals_of_shares_are_approximate_as_they_say(found: NDArray[np.float64]) -> None:
    truth = true_shares(TRUTH)
    covered = ((found[:, :, 1] <= truth) & (truth <= found[:, :, 2])).mean()
    # Between .88 and .95 by long runs (docs/methods/drivers.md); 160 intervals, four to a sample.
    assert 0.85 <= covered <= 0.99
