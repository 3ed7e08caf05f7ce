"""A short, seeded form of `benchmarks/coverage.py`: our intervals cover the truth.

Samples are few, so the bars are those of docs/methods/coverage.md less about three Monte Carlo
errors of the pooled statistic; the long form is where the figures come from.
"""

import numpy as np
import pytest

from benchmarks.coverage import Coverage, bar_at, measure, verdict
from benchmarks.coverage_cases import (
    extreme_truth,
    near_zero_truth,
    ordinary_truth,
    samples_of,
    wave_trials,
    weighted_trials,
)

SAMPLES = 40


@pytest.fixture(scope="module")
def ordinary() -> Coverage:
    return measure(np.random.default_rng([7, 100]), ordinary_truth(1), 100, SAMPLES)


@pytest.fixture(scope="module")
def near_zero() -> Coverage:
    return measure(np.random.default_rng([7, 101]), near_zero_truth(1), 100, SAMPLES)


@pytest.fixture(scope="module")
def extreme() -> Coverage:
    return measure(np.random.default_rng([7, 102]), extreme_truth(1), 100, SAMPLES)


@pytest.fixture(scope="module")
def weighted() -> Coverage:
    rng = np.random.default_rng([7, 103])
    return measure(rng, ordinary_truth(1), 100, SAMPLES, weighted_trials)


@pytest.fixture(scope="module")
def waves() -> Coverage:
    rng = np.random.default_rng([7, 104])
    return measure(rng, ordinary_truth(1), 100, SAMPLES, wave_trials)


# 40 samples of 9 items are 360 trials that share households: an error of about .015.
@pytest.mark.parametrize(
    "name",
    [
        "item mean",
        "satisfied share",
        "importance share",
        "adequacy (MSA)",
        "superiority (MSS)",
        "zone width",
        "position in the zone",
        "share below minimum",
        "Hill gap",
    ],
)
def test_intervals_of_items_cover_at_100_answers(ordinary: Coverage, name: str) -> None:
    assert 0.89 <= ordinary.mean(name) <= 0.99


# 40 trials: an error of .034.
def test_the_interval_of_the_index_covers_at_100_answers(ordinary: Coverage) -> None:
    assert ordinary.mean("index") >= 0.85


def test_intervals_of_pfi_cover_at_100_answers(ordinary: Coverage) -> None:
    assert ordinary.mean("headline PFI") >= 0.87
    assert ordinary.mean("zone PFI") >= 0.87
    assert ordinary.mean("IS rating") >= 0.87


def test_intervals_of_pfi_cover_where_the_shortfall_is_near_zero(near_zero: Coverage) -> None:
    # A plain jackknife of the clipped shortfall covers .914 there, and .79 of the worst item.
    assert near_zero.mean("zone PFI") >= 0.90
    assert near_zero.worst("zone PFI") >= 0.80


def test_shares_near_one_are_covered_as_well(extreme: Coverage) -> None:
    assert extreme.mean("satisfied share") >= 0.90
    assert extreme.mean("share below minimum") >= 0.89


def test_all_true_ranks_lie_in_their_intervals_together(
    ordinary: Coverage, near_zero: Coverage
) -> None:
    assert ordinary.mean("all ranks jointly") >= 0.95
    assert ordinary.mean("all ranks of gaps jointly") >= 0.92
    assert near_zero.mean("all ranks jointly") >= 0.95
    # An interval that leaves every place open would cover as well.
    assert ordinary.mean("mean rank width") < 7


def test_weighted_means_cover_what_holds_for_all_households(weighted: Coverage) -> None:
    assert weighted.mean("weighted item mean") >= 0.89
    assert weighted.mean("weighted index") >= 0.85


def test_changes_between_overlapping_waves_are_covered(waves: Coverage) -> None:
    assert 0.89 <= waves.mean("change of item mean") <= 0.99
    assert waves.mean("change of index") >= 0.85
    # Taken as independent, the same changes get intervals that are too wide.
    assert waves.mean("change, overlap ignored") > waves.mean("change of item mean")


def test_samples_cut_from_one_draw_are_different_households() -> None:
    first, second = samples_of(np.random.default_rng(1), ordinary_truth(1), 30, 2)
    assert first.households == second.households == 30
    assert (first.values != second.values).any()


def test_the_bars_hold_from_their_number_of_answers_on() -> None:
    assert bar_at({100: 0.90, 300: 0.93}, 99) == 0.0
    assert bar_at({100: 0.90, 300: 0.93}, 299) == 0.90
    assert bar_at({100: 0.90, 300: 0.93}, 600) == 0.93
    assert verdict("zone PFI", {60: 0.5, 100: 0.91, 300: 0.94}) == "met"
    assert verdict("zone PFI", {100: 0.89, 300: 0.92}) == "missed at 100, 300"
    assert verdict("item mean", {100: 0.92}) == "missed at 100"
    assert verdict("drivers' share", {100: 0.5}) == ""


def test_a_shortfall_within_the_error_of_the_simulation_is_not_called_a_miss() -> None:
    # 450 samples at .93 have an error of .012: .909 is less than 3 of them below, .88 is not.
    assert verdict("index", {100: 0.909, 300: 0.95}, 450) == "within error at 100"
    assert verdict("index", {100: 0.88}, 450) == "missed at 100"
