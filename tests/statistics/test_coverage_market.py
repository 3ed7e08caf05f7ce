"""A short, seeded form of `benchmarks/coverage_market.py`: standing and silence cover the truth.

The bars are those of docs/methods/coverage.md less about three Monte Carlo errors of the pooled
statistic; the long form is where the figures come from.
"""

import numpy as np
import pytest

from benchmarks.coverage_market import TOGETHER, Tally, frame_trials, market_trials, measure


@pytest.fixture(scope="module")
def market() -> Tally:
    return measure(market_trials, np.random.default_rng([7, 1]), 15, 20)


@pytest.fixture(scope="module")
def frame() -> Tally:
    return measure(frame_trials, np.random.default_rng([7, 2]), 600, 12)


def test_true_ranks_of_companies_lie_in_their_intervals_together(market: Tally) -> None:
    # .98 in the long form; 20 samples, an error of .03.
    assert market.mean(TOGETHER) >= 0.89


@pytest.mark.parametrize(
    "name", ["adjusted mean", "gap to a rival", "lead of the best rival", "funnel step"]
)
def test_intervals_between_residents_cover(market: Tally, name: str) -> None:
    # 60 and more trials that hang together: an error of .035.
    assert market.mean(name) >= 0.83


def test_intervals_of_r_cover_also_where_nothing_varies(frame: Tally) -> None:
    for name in ("R, no variation", "R, weak", "R, strong"):
        assert frame.mean(name) >= 0.75, name  # 12 trials: an error of .063


def test_intervals_about_the_silent_cover(frame: Tally) -> None:
    names = [
        "slope of early to late", "silent, if the trend held", "silent sample, everybody",
        "silent sample, difference", "mode effect",
    ]  # fmt: skip
    assert np.mean([frame.mean(name) for name in names]) >= 0.86  # 60 trials: .028
