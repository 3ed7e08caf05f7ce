"""Rank intervals: everything csranks says about fifteen items, by Holm and without draws."""

import numpy as np
import pandas as pd
import pytest

from app.analysis.uncertainty.ranks import (
    RankIntervals,
    marginal_rank_intervals,
    may_be_best,
    may_be_worst,
    paired_difference_stderr,
    paired_rank_intervals,
)
from tests.reference.expected import HERE, read_expected

EXPECTED = read_expected(HERE / "bfi" / "expected.json")
TESTED = {
    "estimates",
    "holm_pairwise",
    "simultaneous_stepdown",
    "simultaneous_single",
    "marginal_stepdown",
    "tau_best3",
    "tau_worst3",
}


@pytest.fixture(scope="module")
def answers() -> np.ndarray:
    items = EXPECTED.value("estimates")["items"]
    data = pd.read_csv(HERE / "bfi" / "bfi15_scored.csv")[items].dropna()
    return data.to_numpy(dtype=float)


@pytest.fixture(scope="module")
def simultaneous(answers: np.ndarray) -> RankIntervals:
    return paired_rank_intervals(answers)


def test_means_and_standard_errors_agree(answers: np.ndarray) -> None:
    error = answers.std(axis=0, ddof=1) / np.sqrt(len(answers))
    for k in range(answers.shape[1]):
        assert EXPECTED.agrees(answers[:, k].mean(), "estimates", "mean", k)
        assert EXPECTED.agrees(error[k], "estimates", "se", k)


@pytest.mark.parametrize("name", ["simultaneous_stepdown", "simultaneous_single", "holm_pairwise"])
def test_simultaneous_bounds_are_the_same(simultaneous: RankIntervals, name: str) -> None:
    assert list(simultaneous.low) == EXPECTED.value(name)["lower"]
    assert list(simultaneous.high) == EXPECTED.value(name)["upper"]


def test_marginal_bounds_agree_within_one_rank(answers: np.ndarray) -> None:
    rows, errors = paired_difference_stderr(answers)
    found = marginal_rank_intervals(rows.mean(axis=0), errors, df=len(rows) - 1)
    assert list(found.rank) == EXPECTED.value("marginal_stepdown")["rank"]
    for k in range(len(found.rank)):
        assert EXPECTED.agrees(found.low[k], "marginal_stepdown", "lower", k)
        assert EXPECTED.agrees(found.high[k], "marginal_stepdown", "upper", k)


def test_the_sets_of_best_and_worst_three_are_the_same(simultaneous: RankIntervals) -> None:
    items = EXPECTED.value("estimates")["items"]
    best, worst = may_be_best(simultaneous, 3), may_be_worst(simultaneous, 3)
    assert dict(zip(items, best, strict=True)) == EXPECTED.value("tau_best3")
    assert dict(zip(items, worst, strict=True)) == EXPECTED.value("tau_worst3")


def test_every_expected_value_has_its_test() -> None:
    assert set(EXPECTED.entries) == TESTED
