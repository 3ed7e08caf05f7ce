"""A short, seeded form of `benchmarks/coverage.py`: our intervals cover the truth.

Samples are few, so the bars are those of docs/statistics.md less about three Monte Carlo errors of
the pooled statistic; the long form is where the figures come from.
"""

import numpy as np
import pytest

from benchmarks.coverage import Coverage, measure, near_zero_truth, ordinary_truth

SAMPLES = 40


@pytest.fixture(scope="module")
def ordinary() -> Coverage:
    return measure(np.random.default_rng([7, 100]), ordinary_truth(1), 100, SAMPLES)


@pytest.fixture(scope="module")
def near_zero() -> Coverage:
    return measure(np.random.default_rng([7, 101]), near_zero_truth(1), 100, SAMPLES)


# 40 samples of 9 items are 360 trials that share households: an error of about .015.
@pytest.mark.parametrize("name", ["item mean", "satisfied share", "importance share"])
def test_intervals_of_items_cover_at_100_answers(ordinary: Coverage, name: str) -> None:
    assert 0.90 <= ordinary.mean(name) <= 0.99


# 40 trials: an error of .034.
def test_the_interval_of_the_index_covers_at_100_answers(ordinary: Coverage) -> None:
    assert ordinary.mean("index") >= 0.85


def test_intervals_of_pfi_cover_at_100_answers(ordinary: Coverage) -> None:
    assert ordinary.mean("headline PFI") >= 0.87
    assert ordinary.mean("zone PFI") >= 0.87


def test_intervals_of_pfi_cover_where_the_shortfall_is_near_zero(near_zero: Coverage) -> None:
    # A plain jackknife of the clipped shortfall covers .914 there, and .79 of the worst item.
    assert near_zero.mean("zone PFI") >= 0.90
    assert near_zero.worst("zone PFI") >= 0.80


def test_all_true_ranks_lie_in_their_intervals_together(ordinary: Coverage) -> None:
    assert ordinary.mean("all ranks jointly") >= 0.95
