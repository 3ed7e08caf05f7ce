"""Suitability, factors, polychoric correlations: by hand, refusals, and lists of a study."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import BLANK, Role
from app.analysis.scales.alpha import ScaleError
from app.analysis.scales.factor import factor_df, fit_factors, fit_measures, varimax
from app.analysis.scales.omega import fit_one_factor
from app.analysis.scales.polychoric import ordinal_alpha, polychoric, polychoric_matrix
from app.analysis.scales.reliability import make_scales
from app.analysis.scales.structure import make_factors
from app.analysis.scales.suitability import adequacy, sphericity
from tests.unit.analysis.test_drivers import answers, dataset_of, frame_of


def equal(k: int, r: float) -> NDArray[np.float64]:
    return np.full((k, k), r) + (1 - r) * np.eye(k)


def two_factors() -> NDArray[np.float64]:
    """Return correlations of six items, three on each of two factors with loadings .8, .7, .6."""
    loadings = np.zeros((6, 2))
    loadings[:3, 0] = loadings[3:, 1] = (0.8, 0.7, 0.6)
    matrix = loadings @ loadings.T
    np.fill_diagonal(matrix, 1)
    return matrix


def test_kmo_and_bartlett_of_three_equal_correlations_are_those_by_hand() -> None:
    # Partial correlation of two items given the third: (.5 - .25)/(1 - .25) = 1/3.
    found = adequacy(equal(3, 0.5))
    assert found.overall == pytest.approx(0.25 / (0.25 + 1 / 9))
    assert found.items == pytest.approx([found.overall] * 3)
    # Determinant 1 - 3/4 + 2/8 = 1/2.
    test = sphericity(equal(3, 0.5), 101)
    assert test.chi_square == pytest.approx((100 - 11 / 6) * np.log(2))
    assert test.df == 3
    assert test.p == pytest.approx(3.2e-15, rel=0.05)


def test_items_with_nothing_in_common_have_no_kmo() -> None:
    found = adequacy(np.eye(3))
    assert np.isnan(found.overall)
    assert sphericity(np.eye(3), 100).p == 1


@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        (np.ones((1, 1)), "items"),
        (equal(3, np.nan), "not_finite"),
        (equal(3, 1.0), "indefinite"),
        (equal(3, -0.6), "indefinite"),
    ],
)
def test_matrices_that_are_no_correlations_are_refused(
    matrix: NDArray[np.float64], reason: str
) -> None:
    with pytest.raises(ScaleError) as caught:
        adequacy(matrix)
    assert caught.value.reason == reason


def test_bartlett_needs_more_rows_than_items() -> None:
    with pytest.raises(ScaleError) as caught:
        sphericity(equal(3, 0.5), 3)
    assert caught.value.reason == "few_rows"


def test_two_factors_are_found_and_turned_to_their_items() -> None:
    found = fit_factors(two_factors(), 2, 500)
    assert found.uniqueness == pytest.approx([0.36, 0.51, 0.64] * 2, abs=1e-4)
    assert (found.df, found.on_border) == (4, False)
    assert found.chi_square == pytest.approx(0, abs=1e-3)
    turned = varimax(found.loadings)
    clear = turned[:3, 0] if turned[0, 0] > 0.5 else turned[:3, 1]
    assert clear == pytest.approx([0.8, 0.7, 0.6], abs=1e-3)
    assert fit_measures(two_factors(), found, 500)[1] == 0
    # One factor does not fit, and the test says so.
    assert fit_factors(two_factors(), 1, 500).p < 1e-6


def test_one_factor_is_that_of_omega() -> None:
    rows = np.random.default_rng(3).normal(size=(300, 5))
    rows += 0.8 * rows[:, :1]
    matrix = np.corrcoef(rows.T)
    found, other = fit_factors(matrix, 1), fit_one_factor(matrix)
    assert found.uniqueness == pytest.approx(other.residuals, abs=1e-4)
    assert np.isnan(found.chi_square)


@pytest.mark.parametrize(
    ("matrix", "factors", "reason"),
    [
        (equal(3, 0.5), 2, "items"),
        (equal(3, 0.5), 0, "items"),
        (equal(4, 1.0), 1, "indefinite"),
    ],
)
def test_a_model_needs_items_enough_and_a_true_matrix(
    matrix: NDArray[np.float64], factors: int, reason: str
) -> None:
    with pytest.raises(ScaleError) as caught:
        fit_factors(matrix, factors)
    assert caught.value.reason == reason
    assert factor_df(25, 5) == 185


def test_a_table_cut_at_the_medians_has_the_sine_of_its_quadrants() -> None:
    # P(both above) = 1/4 + arcsin(r)/(2 pi): 1/3 for r = .5.
    assert polychoric([[2, 1], [1, 2]]) == pytest.approx(0.5, abs=1e-6)
    assert polychoric([[1, 2], [2, 1]]) == pytest.approx(-0.5, abs=1e-6)
    assert np.isnan(polychoric([[3, 4]]))
    # Classes that nobody chose carry nothing.
    assert polychoric([[2, 0, 1], [0, 0, 0], [1, 0, 2]]) == pytest.approx(0.5, abs=1e-6)


def test_polychoric_correlations_undo_the_cutting_of_opinions() -> None:
    rng = np.random.default_rng(2)
    latent = rng.normal(size=(4000, 3)) + rng.normal(size=(4000, 1))  # correlations .5
    rows = np.digitize(latent, [-1.5, 0.0, 0.8]).astype(float)
    rows[::7, 1] = np.nan
    found = polychoric_matrix(rows)
    assert found[np.triu_indices(3, 1)] == pytest.approx([0.5] * 3, abs=0.05)
    assert ordinal_alpha(equal(3, 0.5)) == pytest.approx(1.5 / 2)
    assert ordinal_alpha(found) == pytest.approx(0.75, abs=0.04)
    with pytest.raises(ScaleError):
        polychoric_matrix(rows[:, :1])


def test_a_list_of_a_study_is_described_with_its_halo() -> None:
    rows = answers(400, (0.5, 0.4, 0.3, 0.2), common=1.6)
    dataset = dataset_of(rows)
    items = tuple(column.item for column in dataset.columns[1:])
    found = make_factors(frame_of(dataset), Role.PERFORMANCE, items)
    matrix = np.corrcoef(rows[:, 1:].T)
    assert (found.n, found.refusal, found.factors, found.halo) == (400, None, 1, True)
    assert found.kmo == pytest.approx(adequacy(matrix).overall)
    assert found.unsuitable is False
    assert found.bartlett is not None
    assert found.bartlett.chi_square == pytest.approx(sphericity(matrix, 400).chi_square)
    assert sum(found.eigenvalues) == pytest.approx(4)
    assert list(found.eigenvalues) == sorted(found.eigenvalues, reverse=True)
    assert found.fit is not None
    assert found.fit.df == 2
    assert [one.uniqueness for one in found.items] == pytest.approx(
        list(fit_factors(matrix, 1).uniqueness), abs=1e-6
    )


@pytest.mark.parametrize(
    ("n", "items", "refusal"), [(99, 3, "few_pairs"), (100, 3, None), (100, 21, "few_per_item")]
)
def test_factors_need_a_hundred_households_and_five_an_item(
    n: int, items: int, refusal: str | None
) -> None:
    dataset = dataset_of(answers(n, (0.3,) * items))
    names = tuple(column.item for column in dataset.columns[1:])
    found = make_factors(frame_of(dataset), Role.PERFORMANCE, names)
    assert (found.n, found.refusal) == (n, refusal)
    assert bool(found.items) == (refusal is None)
    assert make_factors(frame_of(dataset), Role.PERFORMANCE, names[:2]).refusal == "items"
    assert make_factors(frame_of(dataset), Role.ATTRIBUTE, names).refusal == "no_pairs"


def indefinite(n: int = 300) -> NDArray[np.float64]:
    """Return answers whose pairwise correlations no variables can have.

    Households answer two of three items each: the first and the second agree, the second and the
    third agree, and the first and the third are opposed.
    """
    rng = np.random.default_rng(6)
    rows = np.full((3 * n, 4), np.nan)
    rows[:, 0] = rng.integers(1, 11, 3 * n)
    base = rng.integers(1, 6, 3 * n).astype(float)
    for k, (first, second) in enumerate(((1, 2), (2, 3), (1, 3))):
        part = slice(k * n, (k + 1) * n)
        rows[part, first] = base[part]
        rows[part, second] = base[part] if k < 2 else 6 - base[part]
    return rows


def test_pairwise_correlations_that_contradict_each_other_are_refused() -> None:
    dataset = dataset_of(indefinite())
    names = tuple(column.item for column in dataset.columns[1:])
    found = make_factors(frame_of(dataset), Role.PERFORMANCE, names)
    assert (found.refusal, found.n, found.items) == ("indefinite", 300, ())
    areas = dataset_of(indefinite(), Role.ATTRIBUTE, areas=("a", "a", "a"))
    (scale,) = make_scales(frame_of(areas))
    assert (scale.refusal, scale.indefinite) == (None, True)
    assert (scale.omega, scale.kmo, scale.bartlett) == (None, None, None)


def test_an_area_has_the_alpha_of_its_opinions_when_rows_are_there() -> None:
    dataset = dataset_of(answers(400, (0.5, 0.4, 0.3)), Role.ATTRIBUTE, areas=("a", "a", "a"))
    dataset.values[:40, 1] = BLANK
    frame = frame_of(dataset)
    (without,), (found,) = make_scales(frame), make_scales(frame, dataset)
    assert without.ordinal_alpha is None
    assert (found.alpha, found.kmo) == (without.alpha, without.kmo)
    rows = np.where(dataset.values[:, 1:] == BLANK, np.nan, dataset.values[:, 1:])
    assert found.ordinal_alpha == pytest.approx(ordinal_alpha(polychoric_matrix(rows)))
    assert found.standardised is not None
    assert found.ordinal_alpha is not None
    # Cutting opinions into five classes weakens their correlations.
    assert found.ordinal_alpha > found.standardised
    assert found.kmo == pytest.approx(adequacy(make_correlations(rows)).overall)
    assert make_cells(dataset).households == 400


def make_correlations(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return covariances, each over its own rows, scaled by the items' own deviations."""
    k = rows.shape[1]
    found = np.eye(k)
    deviation = np.nanstd(rows, axis=0, ddof=1)
    for i in range(k):
        for j in range(i):
            both = np.isfinite(rows[:, i]) & np.isfinite(rows[:, j])
            covariance = np.cov(rows[both, i], rows[both, j])[0, 1]
            found[i, j] = found[j, i] = covariance / deviation[i] / deviation[j]
    return found
