"""Rank intervals by pairwise Holm agree with csranks on fifteen items of the bfi."""

import numpy as np
import pandas as pd
import pytest

from app.analysis.uncertainty.ranks import paired_rank_intervals
from tests.reference.expected import HERE, read_expected

EXPECTED = read_expected(HERE / "bfi" / "expected.json")


@pytest.fixture(scope="module")
def answers() -> np.ndarray:
    items = EXPECTED.value("estimates")["items"]
    data = pd.read_csv(HERE / "bfi" / "bfi15_scored.csv")[items].dropna()
    return data.to_numpy(dtype=float)


def test_the_bounds_are_those_of_the_deterministic_construction_in_r(answers: np.ndarray) -> None:
    assert len(answers) == EXPECTED.value("estimates")["n"]
    found = paired_rank_intervals(answers)
    assert list(found.low) == EXPECTED.value("holm_pairwise")["lower"]
    assert list(found.high) == EXPECTED.value("holm_pairwise")["upper"]


def test_the_bounds_equal_those_of_a_simultaneous_bootstrap(answers: np.ndarray) -> None:
    found = paired_rank_intervals(answers)
    bootstrap = EXPECTED.value("simultaneous_stepdown")
    assert list(found.low) == bootstrap["lower"]
    assert list(found.rank) == bootstrap["rank"]
    assert list(found.high) == bootstrap["upper"]


def test_equal_columns_cannot_be_told_apart(answers: np.ndarray) -> None:
    same = np.column_stack([answers[:, 0], answers[:, 0], answers[:, 0] + 1e-9])
    found = paired_rank_intervals(same)
    assert found.low == (1, 1, 1)
    assert found.high == (3, 3, 3)


def test_items_that_may_be_among_three_are_those_of_csranks(answers: np.ndarray) -> None:
    found = paired_rank_intervals(answers)
    items = EXPECTED.value("estimates")["items"]
    best = {item: low <= 3 for item, low in zip(items, found.low, strict=True)}
    worst = {item: high >= len(items) - 2 for item, high in zip(items, found.high, strict=True)}
    assert best == EXPECTED.value("tau_best3")
    assert worst == EXPECTED.value("tau_worst3")
