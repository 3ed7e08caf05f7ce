"""Derived importance of correlation matrices: definitions, identities, refusals."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.analysis.importance import derived
from app.analysis.importance.correlations import (
    CorrelationError,
    PairSums,
    correlations,
    first_component,
    pair_sums_of_rows,
    pooled_within,
    usable,
)

# By hand: r1 = .6, r2 = .3, r12 = .5. beta1 = (.6 - .15)/.75 = .6, beta2 = (.3 - .3)/.75 = 0,
# R^2 = .6 * .6 = .36; alone .36 and .09; LMG1 = (.36 + .36 - .09)/2, LMG2 = (.09 + 0)/2.
TWO = np.array([[1, 0.6, 0.3], [0.6, 1, 0.5], [0.3, 0.5, 1]])

few = settings(max_examples=25, deadline=None, derandomize=True)


@st.composite
def matrices(draw: st.DrawFn, predictors: int | None = None) -> NDArray[np.float64]:
    p = draw(st.integers(2, 6)) if predictors is None else predictors
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    common = rng.uniform(0, 1.5)
    rows = rng.normal(size=(40, p + 1)) + common * rng.normal(size=(40, 1))
    return np.corrcoef(rows, rowvar=False)


def test_two_predictors_are_as_worked_by_hand() -> None:
    assert derived.standardised_betas(TWO) == pytest.approx([0.6, 0.0], abs=1e-15)
    assert derived.variance_inflation(TWO) == pytest.approx([4 / 3, 4 / 3])
    assert float(derived.r_squared(TWO)) == pytest.approx(0.36)
    assert derived.lmg(TWO) == pytest.approx([0.315, 0.045])
    assert derived.relative_weights(TWO) == pytest.approx([0.315, 0.045])
    assert derived.relative_shares(TWO) == pytest.approx([0.875, 0.125])
    assert derived.pratt(TWO) == pytest.approx([0.36, 0.0], abs=1e-15)
    assert derived.first(TWO) == pytest.approx([0.36, 0.09])
    assert derived.last(TWO) == pytest.approx([0.27, 0.0], abs=1e-15)
    # (.6 - .3 * .5) / sqrt((1 - .09)(1 - .25))
    assert derived.partial_correlations(TWO) == pytest.approx([0.45 / 0.6825**0.5, 0.0], abs=1e-15)


@few
@given(matrices())
def test_every_decomposition_adds_up_to_the_explained_share(matrix: NDArray[np.float64]) -> None:
    explained = float(derived.r_squared(matrix))
    for measure in (derived.relative_weights, derived.lmg, derived.car, derived.pratt):
        assert float(measure(matrix).sum()) == pytest.approx(explained, abs=1e-10)
    for measure in (derived.relative_weights, derived.lmg, derived.car, derived.last):
        assert (measure(matrix) >= -1e-12).all()


@few
@given(matrices(predictors=4))
def test_lmg_is_the_mean_gain_over_all_orders(matrix: NDArray[np.float64]) -> None:
    def explained(chosen: tuple[int, ...]) -> float:
        if not chosen:
            return 0.0
        outer = matrix[0, list(chosen)]
        return float(outer @ np.linalg.solve(matrix[np.ix_(chosen, chosen)], outer))

    gains = np.zeros(4)
    orders = list(permutations(range(1, 5)))
    for order in orders:
        for place, item in enumerate(order):
            gains[item - 1] += explained(order[: place + 1]) - explained(order[:place])
    assert derived.lmg(matrix) == pytest.approx(gains / len(orders), abs=1e-10)


@few
@given(matrices(predictors=2))
def test_two_predictors_share_alike_by_both_methods(matrix: NDArray[np.float64]) -> None:
    assert derived.relative_weights(matrix) == pytest.approx(derived.lmg(matrix), abs=1e-10)


@few
@given(matrices(), st.randoms(use_true_random=False))
def test_the_order_of_items_changes_nothing_but_the_order(
    matrix: NDArray[np.float64], random: object
) -> None:
    order = list(range(1, matrix.shape[0]))
    random.shuffle(order)  # type: ignore[attr-defined]
    turned = matrix[np.ix_([0, *order], [0, *order])]
    places = [k - 1 for k in order]
    for measure in (derived.relative_weights, derived.lmg, derived.car, derived.pratt):
        assert measure(turned) == pytest.approx(measure(matrix)[places], abs=1e-10)


def test_items_that_do_not_correlate_get_their_squared_correlation_by_every_measure() -> None:
    matrix = np.eye(4)
    matrix[0, 1:] = matrix[1:, 0] = [0.5, 0.4, 0.3]
    for measure in (
        derived.relative_weights,
        derived.lmg,
        derived.car,
        derived.pratt,
        derived.last,
        derived.betasq,
    ):
        assert measure(matrix) == pytest.approx([0.25, 0.16, 0.09])


def test_a_stack_of_matrices_gives_what_each_gives_alone() -> None:
    rng = np.random.default_rng(3)
    stack = np.array([np.corrcoef(rng.normal(size=(30, 4)), rowvar=False) for _ in range(5)])
    for measure in (
        derived.relative_weights,
        derived.lmg,
        derived.car,
        derived.last,
        derived.partial_correlations,
        derived.variance_inflation,
    ):
        alone = np.array([measure(matrix) for matrix in stack])
        np.testing.assert_allclose(measure(stack), alone, rtol=1e-12)


def test_lmg_looks_at_twelve_items_and_refuses_thirteen() -> None:
    matrix = np.eye(14)
    matrix[0, 1:] = matrix[1:, 0] = 0.1
    assert derived.lmg(matrix[:13, :13]) == pytest.approx(np.full(12, 0.01))
    with pytest.raises(derived.TooManyPredictorsError) as caught:
        derived.lmg(matrix)
    assert (caught.value.predictors, caught.value.limit) == (13, 12)


def test_a_matrix_with_a_hole_or_an_eigenvalue_of_zero_is_refused_with_its_reason() -> None:
    holed = TWO.copy()
    holed[1, 2] = holed[2, 1] = np.nan
    with pytest.raises(CorrelationError) as caught:
        derived.relative_weights(holed)
    assert (caught.value.reason, caught.value.smallest) == ("not_finite", None)
    # Two items that say the same, and a matrix no answers could have.
    same = np.array([[1, 0.5, 0.5], [0.5, 1, 1.0], [0.5, 1.0, 1]])
    impossible = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    for matrix in (same, impossible):
        with pytest.raises(CorrelationError) as caught:
            derived.lmg(matrix)
        assert caught.value.reason == "indefinite"
        assert caught.value.smallest is not None
        assert caught.value.smallest <= 1e-6
    stack = np.stack([TWO, holed, same])
    assert usable(stack).tolist() == [True, False, False]
    assert np.isfinite(derived.relative_shares(stack)).all(axis=1).tolist() == [True, False, False]


def test_pairwise_correlations_are_those_of_pandas_where_answers_are_missing() -> None:
    rng = np.random.default_rng(8)
    rows = rng.integers(1, 6, size=(60, 5)).astype(float)
    rows[rng.random(rows.shape) < 0.3] = np.nan
    sums = pair_sums_of_rows(rows)
    expected = pd.DataFrame(rows).corr().to_numpy()
    np.testing.assert_allclose(correlations(sums), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(
        correlations(sums.take([3, 0])), expected[np.ix_([3, 0], [3, 0])], atol=1e-12
    )
    complete = rows[np.isfinite(rows).all(axis=1)]
    found = correlations(pair_sums_of_rows(rows, listwise=True))
    np.testing.assert_allclose(found, np.corrcoef(complete, rowvar=False), atol=1e-12)


def test_a_large_offset_costs_no_digits() -> None:
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(50, 3))
    shifted = correlations(pair_sums_of_rows(rows + 1e9))
    np.testing.assert_allclose(shifted, np.corrcoef(rows, rowvar=False), atol=1e-6)


def test_a_pair_nobody_answered_and_a_variable_that_does_not_vary_have_no_correlation() -> None:
    rows = np.array([[1, 2, np.nan, 3], [2, 1, np.nan, 3], [4, np.nan, 1, 3], [3, np.nan, 2, 3]])
    found = correlations(pair_sums_of_rows(rows))
    assert np.isnan(found[1, 2])
    assert np.isnan(found[3]).all()
    assert found[0, 1] == pytest.approx(-1)
    assert found[0, 0] == 1


def test_what_differs_between_communities_only_is_no_driver() -> None:
    # Within each community x and y go against each other; between the two they go together.
    low = np.array([[1, 2], [2, 1], [1, 2], [2, 1]], dtype=float)
    sums = [pair_sums_of_rows(low), pair_sums_of_rows(low + 10)]
    assert pooled_within(sums)[0, 1] == pytest.approx(-1)
    together = correlations(pair_sums_of_rows(np.vstack([low, low + 10])))
    assert together[0, 1] > 0.9
    with pytest.raises(ValueError, match="no community"):
        pooled_within([])


def test_integer_sums_give_the_same_as_rows() -> None:
    rows = np.array([[1, 4, 2], [5, 3, 3], [2, 2, 5], [4, 5, 1]], dtype=np.int64)
    ones = np.ones_like(rows)
    sums = PairSums(ones.T @ ones, rows.T @ ones, (rows**2).T @ ones, rows.T @ rows)
    np.testing.assert_allclose(correlations(sums), np.corrcoef(rows, rowvar=False), atol=1e-14)


def test_the_first_component_goes_from_one_pth_to_one() -> None:
    assert float(first_component(np.eye(4))) == pytest.approx(0.25)
    # Equal correlations r: the first of p components holds (1 + (p - 1) r) / p.
    assert float(first_component(np.full((4, 4), 0.6) + 0.4 * np.eye(4))) == pytest.approx(0.7)


def test_the_adjusted_share_needs_more_rows_than_coefficients() -> None:
    # By hand: 1 - .5 * 9 / 7
    assert float(derived.adjusted_r_squared(0.5, 10, 2)) == pytest.approx(1 - 4.5 / 7)
    assert np.isnan(derived.adjusted_r_squared(0.5, 3, 2))
    with pytest.raises(ValueError, match="3 rows"):
        derived.regression(TWO, np.zeros(3), np.ones(3), 3)
