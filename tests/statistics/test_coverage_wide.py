"""A short, seeded form of `benchmarks/coverage_wide.py`: the wide engine recovers the truth.

The bars are those of docs/methods/coverage.md less about three Monte Carlo errors of the pooled
statistic; the long form is where the figures come from.
"""

import numpy as np
import pytest

from benchmarks.coverage_wide import (
    CLASSIFIED,
    RIGHT,
    Tally,
    contrast_trials,
    measure,
    model_trials,
    odds_trials,
)


@pytest.fixture(scope="module")
def contrast() -> Tally:
    return measure(contrast_trials, np.random.default_rng([7, 1]), 300, 40)


@pytest.fixture(scope="module")
def model() -> Tally:
    return measure(model_trials, np.random.default_rng([7, 2]), 300, 20)


# 160 trials of four items: an error of .018.
@pytest.mark.parametrize("name", ["penalty", "reward", "range of impact", "asymmetry"])
def test_intervals_of_penalties_and_rewards_cover_at_300(contrast: Tally, name: str) -> None:
    assert contrast.mean(name) >= 0.88


def test_a_class_is_right_more_often_than_by_chance_and_far_from_always(contrast: Tally) -> None:
    assert contrast.mean(CLASSIFIED) >= 0.8
    assert 0.4 <= contrast.mean(RIGHT) <= 0.85


def test_log_odds_are_covered_at_300() -> None:
    # 45 trials: an error of .035.
    found = measure(odds_trials, np.random.default_rng([7, 3]), 300, 15)
    assert found.mean("log odds") >= 0.84


def test_indices_and_paths_of_the_model_are_covered_at_300(model: Tally) -> None:
    assert model.mean("latent index") >= 0.85
    assert model.mean("path") >= 0.75


def test_shares_of_box_drivers_are_covered_as_approximately_as_they_say(model: Tally) -> None:
    # Labelled approximate: .88 in the long form.
    assert model.mean("share, top box") >= 0.78
