"""Rank intervals: hand-worked lists, and how often all true ranks are covered together."""

import numpy as np
import pytest

from app.analysis.comparison.independent import independent_ranks
from app.analysis.uncertainty.ranks import (
    marginal_rank_intervals,
    may_be_best,
    may_be_worst,
    paired_rank_intervals,
    rank_intervals,
)


def errors(stderr: list[float]) -> np.ndarray:
    variance = np.square(stderr)
    return np.sqrt(variance[:, None] + variance[None, :])


def test_values_far_apart_have_their_own_rank_and_equal_ones_share() -> None:
    found = rank_intervals(np.array([10.0, 30, 20.1, 20]), errors([1, 1, 1, 1]), df=29)
    assert found.rank == (4, 1, 2, 3)
    assert found.low == (4, 1, 2, 2)
    assert found.high == (4, 1, 3, 3)
    assert found.tied == ((), (), (3,), (2,))
    assert may_be_best(found, 2) == (False, True, True, True)
    assert may_be_worst(found, 1) == (True, False, False, False)


def test_a_value_without_an_error_is_told_apart_from_nobody() -> None:
    found = independent_ranks([1.0, 50, 100], [1.0, np.nan, 1.0], [29, 29, 29])
    assert found.low == (2, 1, 1)
    assert found.high == (3, 3, 2)
    found = independent_ranks([1.0, 50, 100], [1.0, 0.0, 1.0], [29, 29, 29])
    assert found.low == (2, 1, 1)


def test_one_value_is_first_and_last() -> None:
    found = independent_ranks([3.0], [1.0], [29])
    assert (found.rank, found.low, found.high, found.tied) == ((1,), (1,), (1,), ((),))


def test_few_degrees_of_freedom_tell_less_apart() -> None:
    values, error = np.array([0.0, 3.0]), errors([1, 1])
    # t = 3 / sqrt(2) = 2.12: two-sided p is .034 with known errors and .168 with 2 degrees.
    assert rank_intervals(values, error, df=np.inf).tied == ((), ())
    assert rank_intervals(values, error, df=2).tied == ((1,), (0,))


def test_an_interval_for_one_item_alone_is_within_that_for_all_together() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        values, error = rng.normal(0, 2, 8), errors(rng.uniform(0.4, 1.2, 8).tolist())
        together = rank_intervals(values, error, df=29)
        alone = marginal_rank_intervals(values, error, df=29)
        for k in range(8):
            assert together.low[k] <= alone.low[k] <= alone.rank[k]
            assert alone.rank[k] <= alone.high[k] <= together.high[k]


def test_relabelling_moves_the_intervals_along() -> None:
    rng = np.random.default_rng(6)
    rows = rng.normal(0, 1, (60, 5)) + np.arange(5) * 0.4
    order = rng.permutation(5)
    found, mixed = paired_rank_intervals(rows), paired_rank_intervals(rows[:, order])
    assert mixed.low == tuple(np.array(found.low)[order])
    assert mixed.high == tuple(np.array(found.high)[order])


@pytest.mark.parametrize("spread", [0.0, 1.5])
def test_all_true_ranks_are_covered_together(spread: float) -> None:
    # 300 samples: a Monte Carlo error of .013 at .95; equal values are the hardest case, where
    # every rank is true of everybody and an interval must be the whole list.
    rng = np.random.default_rng(7)
    k, df, samples = 6, 29, 300
    truth = np.arange(k) * spread
    covered = 0
    for _ in range(samples):
        error = np.sqrt(rng.chisquare(df, k) / df)
        found = independent_ranks(truth + rng.normal(0, 1, k), error, np.full(k, df))
        best = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
        worst = k - (truth[None, :] < truth[:, None]).sum(axis=1)
        covered += bool((np.array(found.low) <= best).all() and (worst <= found.high).all())
    assert covered / samples >= 0.95 - 3 * 0.013
