"""Path model: two blocks by singular vectors, schemes, index by hand, refusals, a study."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.analysis.data.cells import make_cells
from app.analysis.disclosure.floors import PUBLISHED
from app.analysis.results.scales import ModelResult
from app.analysis.scales.alpha import ScaleError
from app.analysis.scales.model import ModelPlan, make_model
from app.analysis.scales.pls import SCHEMES, PathModel, fit_pls, latent_index
from app.analysis.uncertainty.frame import make_frame
from tests.unit.analysis.test_drivers import answers, dataset_of
from tests.unit.analysis.test_factors import indefinite

TWO = PathModel(((0, 1, 2), (3, 4)), ((0, 1),))
QUALITY = ModelPlan(
    (("quality", ("i0", "i1", "i2")), ("overall", ("overall",))), (("quality", "overall"),)
)


def correlations(n: int = 500, items: int = 5, seed: int = 1) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, items)) + 0.7 * rng.normal(size=(n, 1))
    return np.corrcoef(rows.T)


def studied(rows: NDArray[np.float64], plan: ModelPlan = QUALITY) -> ModelResult:
    return make_model(make_frame(make_cells(dataset_of(rows)), floors=PUBLISHED), plan)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_two_blocks_are_the_first_pair_of_singular_vectors(scheme: str) -> None:
    matrix = correlations()
    left, _, right = np.linalg.svd(matrix[:3, 3:])
    first, second = np.abs(left[:, 0]), np.abs(right[0])
    first /= np.sqrt(first @ matrix[:3, :3] @ first)
    second /= np.sqrt(second @ matrix[3:, 3:] @ second)
    fit = fit_pls(matrix, TWO, scheme=scheme)
    assert fit.weights == pytest.approx(np.concatenate([first, second]), abs=1e-8)
    expected = first @ matrix[:3, 3:] @ second
    assert fit.paths == pytest.approx((expected,))
    assert fit.r_squared == pytest.approx([0, expected**2])
    assert fit.loadings[:3] == pytest.approx(matrix[:3, :3] @ first)


def test_single_items_are_a_path_analysis_by_regressions() -> None:
    matrix = correlations(items=3)
    model = PathModel(((0,), (1,), (2,)), ((0, 1), (0, 2), (1, 2)))
    for scheme in SCHEMES:
        fit = fit_pls(matrix, model, scheme=scheme)
        assert fit.weights == pytest.approx([1, 1, 1])
        slopes = np.linalg.solve(matrix[:2, :2], matrix[:2, 2])
        assert fit.paths == pytest.approx((matrix[0, 1], slopes[0], slopes[1]))
        assert fit.latent == pytest.approx(matrix)


def test_weights_satisfy_the_equations_of_mode_a_in_a_chain() -> None:
    # At the end every weight is proportional to the item's covariance with the inner estimate.
    matrix = correlations(items=6, seed=2)
    model = PathModel(((0, 1), (2, 3), (4, 5)), ((0, 1), (1, 2)))
    fits = {scheme: fit_pls(matrix, model, scheme=scheme) for scheme in SCHEMES}
    for scheme, fit in fits.items():
        scores = np.zeros((6, 3))
        for place, block in enumerate(model.blocks):
            scores[list(block), place] = fit.weights[list(block)]
        r = fit.latent
        inner = {
            "centroid": np.sign([r[0, 1], r[1, 2]]),
            "factorial": np.array([r[0, 1], r[1, 2]]),
            # Regression on what leads there, correlation with where it leads.
            "path": np.array([r[0, 1], r[1, 2]]),
        }[scheme]
        towards = matrix[2:4] @ (scores[:, 0] * inner[0] + scores[:, 2] * inner[1])
        assert fit.weights[2] / fit.weights[3] == pytest.approx(towards[0] / towards[1])
    assert fits["factorial"].weights == pytest.approx(fits["path"].weights)


def test_correlations_alone_give_what_the_rows_give() -> None:
    # The same algorithm on rows: scores, signs, covariances with the inner estimate.
    rng = np.random.default_rng(7)
    rows = rng.normal(size=(400, 6)) + rng.normal(size=(400, 1))
    blocks, paths = ((0, 1), (2, 3), (4, 5)), ((0, 1), (0, 2), (1, 2))
    z = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    parts = [z[:, list(block)] for block in blocks]
    weights = [np.ones(2)] * 3
    for _ in range(200):
        scores = np.column_stack([x @ w for x, w in zip(parts, weights, strict=True)])
        signs = np.sign(np.corrcoef(scores.T)) - np.eye(3)
        inner = scores / scores.std(axis=0) @ signs
        weights = [x.T @ inner[:, k] / 400 for k, x in enumerate(parts)]
        weights = [w / (x @ w).std() for x, w in zip(parts, weights, strict=True)]
    scores = np.column_stack([x @ w for x, w in zip(parts, weights, strict=True)])
    fit = fit_pls(np.corrcoef(rows.T), PathModel(blocks, paths))
    assert fit.weights == pytest.approx(np.concatenate(weights))
    assert fit.latent == pytest.approx(np.corrcoef(scores.T))
    slopes = np.linalg.lstsq(scores[:, :2], scores[:, 2], rcond=None)[0]
    assert fit.paths[1:] == pytest.approx(tuple(slopes))


def test_the_index_of_the_american_form_is_that_by_hand() -> None:
    # Unstandardised weights 1, 2 and 1; 100 (1*7 + 2*8 + 1*6 - 4)/(9 * 4) = 69.44
    found = latent_index(
        [2.0, 4.0, 2.0], [2.0, 2.0, 2.0], [7, 8, 6], least=[1, 1, 1], most=[10] * 3
    )
    assert found == pytest.approx(100 * (29 - 4) / 36)
    assert latent_index([1.0], [1.0], [1], least=1, most=10) == 0
    assert latent_index([1.0], [1.0], [10], least=1, most=10) == 100


def test_a_weight_of_the_wrong_sign_makes_no_index() -> None:
    with pytest.raises(ScaleError) as caught:
        latent_index([1.0, -0.2], [1.0, 1.0], [5, 5], least=[1, 1], most=[10, 10])
    assert caught.value.reason == "wrong_sign"


@pytest.mark.parametrize(
    "model",
    [
        PathModel(((0, 1, 2), (3,)), ((0, 1),)),  # an item is nowhere
        PathModel(((0, 1, 2), (2, 3, 4)), ((0, 1),)),  # an item is in two blocks
        PathModel(((0, 1), (2, 3), (4,)), ((0, 1),)),  # a block has no path
        PathModel(((0, 1), (2, 3), (4,)), ((0, 1), (1, 2), (2, 0))),  # a circle
        PathModel(((0, 1, 2, 3, 4), ()), ((0, 1),)),  # an empty block
        PathModel(((0, 1, 2), (3, 4)), ((0, 1), (0, 1))),  # a path twice
    ],
)
def test_what_is_no_model_is_refused(model: PathModel) -> None:
    with pytest.raises(ScaleError) as caught:
        fit_pls(correlations(), model)
    assert caught.value.reason == "model"


def test_an_unknown_scheme_and_too_few_rounds_are_refused() -> None:
    with pytest.raises(ScaleError) as caught:
        fit_pls(correlations(), TWO, scheme="best")
    assert caught.value.reason == "model"
    with pytest.raises(ScaleError) as caught:
        fit_pls(correlations(), TWO, rounds=1)
    assert caught.value.reason == "no_convergence"
    with pytest.raises(ScaleError) as caught:
        fit_pls(np.ones((5, 5)), TWO)
    assert caught.value.reason == "indefinite"


def test_a_study_has_the_index_of_every_latent_variable_with_its_error() -> None:
    rows = answers(400)
    found = studied(rows)
    matrix = np.corrcoef(rows.T)
    fit = fit_pls(matrix, PathModel(((1, 2, 3), (0,)), ((0, 1),)))
    quality, overall = found.latent
    assert (found.n, found.refusal, quality.wrong_sign) == (400, None, False)
    assert [item.weight for item in quality.items] == pytest.approx(list(fit.weights[1:]))
    assert overall.r_squared == pytest.approx(fit.r_squared[1])
    assert quality.r_squared is None
    # One item: the index is its mean on 0-100.
    assert overall.index is not None
    assert overall.index.value == pytest.approx(100 * (rows[:, 0].mean() - 1) / 9)
    assert overall.index.stderr == pytest.approx(100 * rows[:, 0].std(ddof=1) / 9 / 20, rel=0.3)
    assert found.paths[0].coefficient.value == pytest.approx(fit.paths[0])
    assert found.paths[0].coefficient.df == 29


@pytest.mark.parametrize(("n", "refusal"), [(199, "few_pairs"), (200, None)])
def test_a_model_needs_two_hundred_households(n: int, refusal: str | None) -> None:
    found = studied(answers(n))
    assert (found.n, found.refusal) == (n, refusal)


def test_an_item_that_runs_against_its_block_leaves_the_index_unsaid() -> None:
    rows = answers(400, common=2.0)
    rows[:, 3] = 6 - rows[:, 3]
    quality, overall = studied(rows).latent
    assert (quality.wrong_sign, quality.index) == (True, None)
    assert min(item.weight for item in quality.items) < 0
    assert overall.index is not None


def test_correlations_that_contradict_each_other_carry_no_model() -> None:
    assert studied(indefinite()).refusal == "indefinite"


def test_a_model_of_columns_that_were_not_asked_is_refused() -> None:
    plan = ModelPlan(
        (("quality", ("i0", "lifts")), ("overall", ("overall",))), (("quality", "overall"),)
    )
    assert studied(answers(300), plan).refusal == "no_pairs"
    nowhere = ModelPlan(QUALITY.blocks, (("quality", "loyalty"),))
    assert studied(answers(300), nowhere).refusal == "model"
