"""Penalty-reward contrast: coefficients by hand, indices, classes, and when there is none."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import BLANK, Column, Dataset, Role
from app.analysis.design.weights import Weighting, make_margin
from app.analysis.disclosure.floors import PUBLISHED
from app.analysis.importance.asymmetry import make_contrast
from app.analysis.importance.correlations import pair_sums_of_rows
from app.analysis.importance.penalty import (
    ContrastError,
    asymmetry_class,
    boxes_of_rows,
    contrast_coefficients,
    contrast_indices,
    penalty_reward,
    possible_classes,
    unclassifiable,
)
from app.analysis.results.asymmetry import ContrastResult
from app.analysis.uncertainty.frame import make_frame
from app.analysis.uncertainty.jackknife import jackknife_jk1

FIVE = (1, 2, 3, 4, 5)
TEN = tuple(range(1, 11))
BOXES = ((1, 2), (4, 5))
OUTCOME = (Role.OVERALL, "overall")


def drawn(
    n: int,
    penalty: tuple[float, ...] = (-1.5, -0.3),
    reward: tuple[float, ...] = (0.3, 1.5),
    *,
    seed: int = 4,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw overall ratings whose mean is linear in the boxes, and the ratings."""
    rng = np.random.default_rng(seed)
    ratings = rng.integers(1, 6, (n, len(penalty)))
    mean = 5.5 + (ratings <= 2) @ np.array(penalty) + (ratings >= 4) @ np.array(reward)
    overall = np.floor(mean + rng.random(n)).astype(int) + rng.integers(-1, 2, n)
    return np.clip(overall, 1, 10), ratings


def dataset_of(overall: NDArray[np.int64], ratings: NDArray[np.int64]) -> Dataset:
    rows = len(overall)
    columns = [Column("overall", Role.OVERALL, "overall", TEN)]
    columns += [Column(f"i{k}", Role.PERFORMANCE, f"i{k}", FIVE) for k in range(ratings.shape[1])]
    zeros = np.zeros(rows, dtype=np.int64)
    return Dataset(
        columns=tuple(columns),
        values=np.column_stack([overall, ratings]).astype(np.uint8),
        wave=zeros,
        community=zeros,
        group=np.arange(rows) % 30,
        waves=("w",),
        communities=("c",),
    )


def studied(data: Dataset, weighting: Weighting | None = None) -> ContrastResult:
    frame = make_frame(make_cells(data), floors=PUBLISHED)
    keys = tuple(column.key for column in data.columns[1:])
    return make_contrast(frame, data, OUTCOME, keys, boxes=BOXES, weighting=weighting)


def test_one_item_gives_the_differences_of_means() -> None:
    # By hand: low answers average 2, high ones 9, the others 5.
    outcome = [1, 3, 4, 6, 8, 10]
    low, high = boxes_of_rows([[1], [2], [3], [3], [4], [5]], *BOXES)
    fit = penalty_reward(outcome, low, high)
    assert fit.intercept == pytest.approx(5)
    assert (fit.penalty[0], fit.reward[0]) == pytest.approx((-3, 4))
    assert fit.indices.riocs[0] == pytest.approx(7)
    assert fit.indices.sgp[0] == pytest.approx(4 / 7)
    assert fit.indices.dgp[0] == pytest.approx(3 / 7)
    assert fit.indices.asymmetry[0] == pytest.approx(1 / 7)
    # Residual variance: six squares of 1 over 3 degrees of freedom, two rows a mean.
    assert fit.penalty_stderr[0] == pytest.approx(np.sqrt(2 * (1 / 2 + 1 / 2)))
    # The range is the difference of high and low mean: the same error.
    assert fit.riocs_stderr[0] == pytest.approx(np.sqrt(2 * (1 / 2 + 1 / 2)))
    assert (fit.low_share[0], fit.high_share[0]) == pytest.approx((1 / 3, 1 / 3))
    assert (fit.kinds, fit.reasons, fit.n) == ((None,), ("few_rows",), 6)


def test_rows_that_miss_an_answer_are_left_out_of_all_items() -> None:
    overall, ratings = drawn(400)
    holes = ratings.astype(float)
    holes[:50, 0] = np.nan
    fit = penalty_reward(overall, *boxes_of_rows(holes, *BOXES))
    rest = penalty_reward(overall[50:], *boxes_of_rows(ratings[50:], *BOXES))
    assert fit.n == 350
    assert fit.penalty == pytest.approx(rest.penalty)


def test_errors_by_the_delta_method_are_those_of_many_samples() -> None:
    fits = []
    for seed in range(150):
        overall, ratings = drawn(320, seed=seed)
        fits.append(penalty_reward(overall, *boxes_of_rows(ratings, *BOXES)))
    for name in ("riocs", "asymmetry"):
        values = np.array([getattr(one.indices, name) for one in fits])
        errors = np.array([getattr(one, f"{name}_stderr") for one in fits])
        assert errors.mean(axis=0) == pytest.approx(values.std(axis=0, ddof=1), rel=0.25)


@pytest.mark.parametrize(
    ("asymmetry", "kind"),
    [
        (0.71, "delighter"),
        (0.7, "satisfier"),
        (0.21, "satisfier"),
        (0.2, "hybrid"),
        (0.0, "hybrid"),
        (-0.2, "hybrid"),
        (-0.21, "dissatisfier"),
        (-0.7, "dissatisfier"),
        (-0.71, "frustrator"),
    ],
)
def test_classes_are_cut_at_two_tenths_and_seven_tenths(asymmetry: float, kind: str) -> None:
    assert asymmetry_class(asymmetry) == kind


def test_an_interval_names_every_class_it_touches() -> None:
    assert possible_classes(-0.1, 0.15) == ("hybrid",)
    assert possible_classes(-0.3, 0.9) == ("dissatisfier", "hybrid", "satisfier", "delighter")


def test_nothing_at_all_has_no_potentials() -> None:
    found = contrast_indices([0.0], [0.0])
    assert found.riocs[0] == 0
    assert np.isnan([found.sgp[0], found.dgp[0], found.asymmetry[0]]).all()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"n": 299}, "few_rows"),
        ({"shares": (0.09, 0.5)}, "few_low"),
        ({"shares": (0.5, 0.09)}, "few_high"),
        ({"penalty": 0.1}, "wrong_sign"),
        ({"reward": -0.1}, "wrong_sign"),
        ({"reward": 0.0}, "wrong_sign"),
        ({"ratio": 2.0}, "weak"),
        ({"ratio": float("nan")}, "weak"),
    ],
)
def test_a_class_needs_rows_boxes_signs_and_size(
    change: dict[str, object], reason: str | None
) -> None:
    usual: dict[str, object] = {
        "penalty": -1.0, "reward": 1.0, "ratio": 2.1, "shares": (0.1, 0.1), "n": 300,
    }  # fmt: skip
    given = {**usual, **change}
    assert unclassifiable(**given) == reason  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("low", "high", "reason"),
    [
        ([[0.0]] * 40, [[1.0], [0.0]] * 20, "singular"),  # nobody in the bottom box
        ([[1.0], [0.0]] * 20, [[0.0], [1.0]] * 20, "singular"),  # nobody between the boxes
        ([[1.0]], [[0.0]], "few_rows"),
    ],
)
def test_boxes_that_cannot_be_told_apart_are_refused(
    low: list[list[float]], high: list[list[float]], reason: str
) -> None:
    with pytest.raises(ContrastError) as caught:
        penalty_reward(np.arange(len(low), dtype=float), low, high)
    assert caught.value.reason == reason


def test_sums_give_the_regression_of_the_rows() -> None:
    overall, ratings = drawn(400)
    low, high = boxes_of_rows(ratings, *BOXES)
    fit = penalty_reward(overall, low, high)
    sums = pair_sums_of_rows(np.column_stack([overall, low, high]), listwise=True)
    assert contrast_coefficients(sums) == pytest.approx(np.concatenate([fit.penalty, fit.reward]))


def test_a_study_classifies_a_frustrator_and_a_delighter() -> None:
    overall, ratings = drawn(900, (-1.5, -0.15), (0.15, 1.5))
    found = studied(dataset_of(overall, ratings))
    fit = penalty_reward(overall, *boxes_of_rows(ratings, *BOXES))
    assert (found.n, found.refusal, found.low, found.high) == (900, None, (1, 2), (4, 5))
    assert found.intercept == pytest.approx(fit.intercept)
    assert found.r_squared is not None
    assert found.r_squared.value == pytest.approx(fit.r_squared)
    assert [one.kind for one in found.items] == list(fit.kinds) == ["frustrator", "delighter"]
    assert all(one.kind in one.possible for one in found.items)

    def range_of(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        kept = weights > 0
        own = penalty_reward(overall[kept], *boxes_of_rows(ratings[kept], *BOXES))
        return own.indices.riocs

    expected = jackknife_jk1(range_of, np.arange(900) % 30)
    assert [one.riocs.value for one in found.items] == pytest.approx(list(expected.value))
    assert [one.riocs.stderr for one in found.items] == pytest.approx(list(expected.stderr))


def test_a_reward_of_the_wrong_sign_is_shown_and_not_classified() -> None:
    overall, ratings = drawn(900, (-1.5, -0.5), (0.8, -0.5))
    first, second = studied(dataset_of(overall, ratings)).items
    assert first.kind == "dissatisfier"
    assert (second.kind, second.reason, second.possible) == (None, "wrong_sign", ())
    assert second.reward.value is not None
    assert second.reward.value < 0


@pytest.mark.parametrize(("n", "refusal"), [(99, "few_rows"), (100, None)])
def test_coefficients_are_said_from_a_hundred_complete_households(
    n: int, refusal: str | None
) -> None:
    overall, ratings = drawn(n + 30)
    data = dataset_of(overall, ratings)
    data.values[:30, 1] = BLANK
    found = studied(data)
    assert (found.n, found.refusal) == (n, refusal)
    assert {one.reason for one in found.items} <= {"few_rows"}


def test_an_item_without_low_answers_refuses_the_regression() -> None:
    overall, ratings = drawn(400)
    ratings[:, 0] = np.maximum(3, ratings[:, 0])
    found = studied(dataset_of(overall, ratings))
    assert (found.refusal, found.items) == ("singular", ())


def test_weights_of_the_study_weigh_the_regression() -> None:
    overall, ratings = drawn(400)
    data = replace(
        dataset_of(overall, ratings), communities=("a", "b"), community=np.arange(400) % 2
    )
    weighting = Weighting((make_margin("community", {"a": 300.0, "b": 100.0}),), trim=None)
    found = studied(data, weighting)
    # A household of a stands for three of b: as if it were there three times.
    times = np.where(np.arange(400) % 2 == 0, 3, 1)
    rows = np.repeat(np.arange(400), times)
    fit = penalty_reward(overall[rows], *boxes_of_rows(ratings[rows], *BOXES))
    assert [one.penalty.value for one in found.items] == pytest.approx(list(fit.penalty))
    assert found.n == 400
