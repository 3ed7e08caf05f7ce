"""Alpha and omega: definitions, edge cases, and areas of a study."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from app.analysis.data.dataset import NOT_ASKED, Role
from app.analysis.scales.alpha import ScaleError, alpha_of, feldt_interval, raw_alpha
from app.analysis.scales.covariance import covariance_of_rows, reverse
from app.analysis.scales.omega import fit_one_factor, omega_of
from app.analysis.scales.reliability import make_scales
from app.analysis.uncertainty.jackknife import jackknife_jk1
from tests.unit.analysis.test_drivers import answers, dataset_of, frame_of


def equal(k: int, r: float) -> NDArray[np.float64]:
    """Return a matrix with variances 1 and equal covariances."""
    return np.full((k, k), r) + (1 - r) * np.eye(k)


def test_parallel_items_have_the_spearman_brown_reliability() -> None:
    # k r / (1 + (k - 1) r) = 4 * .5 / 2.5
    found = alpha_of(equal(4, 0.5))
    assert found.raw == pytest.approx(0.8)
    assert found.standardised == pytest.approx(0.8)
    assert found.if_dropped == pytest.approx([0.75] * 4)
    # An item with the sum of three others: 1.5 / sqrt(3 + 6 * .5)
    assert found.item_rest == pytest.approx([1.5 / 6**0.5] * 4)
    assert omega_of(equal(4, 0.5)).model == pytest.approx(0.8, abs=1e-6)
    assert omega_of(equal(4, 0.5)).observed == pytest.approx(0.8, abs=1e-6)


def test_a_reversed_item_makes_alpha_negative_and_is_pointed_out() -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(200, 1)) + 0.5 * rng.normal(size=(200, 2))
    rows = np.clip(np.round(3 + rows), 1, 5)
    right = alpha_of(covariance_of_rows(rows).matrix)
    wrong = alpha_of(covariance_of_rows(reverse(rows, [1], 1, 5)).matrix)
    assert right.raw > 0.7
    assert not right.check_reversed
    assert wrong.raw < 0
    assert wrong.check_reversed


def test_turning_an_item_round_keeps_its_holes() -> None:
    np.testing.assert_array_equal(
        reverse([[1.0, 2.0], [np.nan, 5.0], [4.0, np.nan]], [0], 1, 5),
        [[5.0, 2.0], [np.nan, 5.0], [2.0, np.nan]],
    )


@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        (np.ones((1, 1)), "items"),
        (np.array([[1, np.nan], [np.nan, 1]]), "not_finite"),
        (np.array([[1.0, 0.0], [0.0, 0.0]]), "no_variance"),
    ],
)
def test_a_scale_that_cannot_be_judged_is_refused_with_its_reason(
    matrix: NDArray[np.float64], reason: str
) -> None:
    with pytest.raises(ScaleError) as caught:
        alpha_of(matrix)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        (equal(2, 0.5), "items"),
        (equal(3, np.nan), "not_finite"),
        (equal(3, 1.0), "no_variance"),
    ],
)
def test_one_factor_needs_three_items_that_differ(matrix: NDArray[np.float64], reason: str) -> None:
    with pytest.raises(ScaleError) as caught:
        fit_one_factor(matrix)
    assert caught.value.reason == reason


def test_three_items_are_reproduced_exactly() -> None:
    # By hand: loadings .9, .8, .5 give covariances .72, .45, .40 and no other loadings do.
    loadings = np.array([0.9, 0.8, 0.5])
    matrix = np.outer(loadings, loadings)
    np.fill_diagonal(matrix, 1)
    found = fit_one_factor(matrix)
    assert found.loadings == pytest.approx(loadings, abs=1e-5)
    assert found.residuals == pytest.approx(1 - loadings**2, abs=1e-5)
    assert not found.on_border


def test_an_item_the_factor_explains_entirely_is_marked() -> None:
    # r12 r13 / r23 = .9 * .9 / .5 > 1: no loading of the first item below one fits.
    matrix = np.array([[1, 0.9, 0.9], [0.9, 1, 0.65], [0.9, 0.65, 1]])
    assert fit_one_factor(matrix).on_border
    assert omega_of(matrix).on_border


def test_loadings_grow_with_the_unit_and_omega_stays() -> None:
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(300, 1)) + rng.normal(size=(300, 4))
    matrix = covariance_of_rows(rows).matrix
    assert fit_one_factor(9 * matrix).loadings == pytest.approx(
        3 * fit_one_factor(matrix).loadings, rel=1e-6
    )
    assert omega_of(9 * matrix).model == pytest.approx(omega_of(matrix).model, rel=1e-6)


def test_feldts_interval_needs_two_rows_and_holds_alpha_for_many() -> None:
    assert np.isnan(feldt_interval(0.8, 1, 4)).all()
    low, high = feldt_interval(0.8, 10_000, 4)
    assert 0.79 < low < 0.8 < high < 0.81
    wider = feldt_interval(0.8, 10_000, 4, level=0.99)
    assert wider[0] < low
    assert wider[1] > high


def test_an_area_of_several_attributes_has_alpha_with_a_jackknife_interval() -> None:
    rows = answers(200, (0.5, 0.4, 0.3, 0.2), missing=0.1)
    dataset = dataset_of(rows, Role.ATTRIBUTE, areas=("a", "a", "a", "b"))
    results = make_scales(frame_of(dataset))
    assert [one.area for one in results] == ["a"]
    found = results[0]
    items = rows[:, 1:4]

    def alpha(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return raw_alpha(pd.DataFrame(items[weights > 0]).cov().to_numpy())

    expected = jackknife_jk1(alpha, np.arange(200) % 30)
    assert found.alpha is not None
    assert found.alpha.value == pytest.approx(float(expected.value), rel=1e-10)
    assert found.alpha.stderr == pytest.approx(float(expected.stderr), rel=1e-8)
    answered = np.isfinite(items).astype(int)
    assert found.n == (answered.T @ answered).min()
    assert found.feldt_low is not None
    assert found.omega is not None
    assert found.omega == pytest.approx(omega_of(pd.DataFrame(items).cov().to_numpy()).model)
    assert [item.code for item in found.items] == ["a.0", "a.1", "a.2"]


@pytest.mark.parametrize(("n", "refusal"), [(99, "few_pairs"), (100, None)])
def test_alpha_is_said_from_a_hundred_households_on(n: int, refusal: str | None) -> None:
    dataset = dataset_of(answers(n), Role.ATTRIBUTE, areas=("a", "a", "a"))
    result = make_scales(frame_of(dataset))[0]
    assert (result.refusal, result.n) == (refusal, n)
    assert (result.alpha is None) == bool(refusal)


def test_attributes_that_no_household_rated_together_have_no_alpha() -> None:
    dataset = dataset_of(answers(300), Role.ATTRIBUTE, areas=("a", "a", "a"))
    dataset.values[:150, 1] = NOT_ASKED
    dataset.values[150:, 2] = NOT_ASKED
    result = make_scales(frame_of(dataset))[0]
    assert (result.refusal, result.n) == ("few_pairs", 0)


def test_two_attributes_have_alpha_but_no_omega_and_an_item_that_never_varies_has_neither() -> None:
    rows = answers(200, (0.5, 0.4))
    pair = make_scales(frame_of(dataset_of(rows, Role.ATTRIBUTE, areas=("a", "a"))))[0]
    assert pair.alpha is not None
    assert pair.omega is None
    assert [item.if_dropped for item in pair.items] == [None, None]
    rows[:, 2] = 4
    still = make_scales(frame_of(dataset_of(rows, Role.ATTRIBUTE, areas=("a", "a"))))[0]
    assert still.refusal == "no_variance"
