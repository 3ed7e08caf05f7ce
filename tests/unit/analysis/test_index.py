"""The index: published example, scales, frozen weights and the change taken apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.analysis.importance.stated import WeightsRuleError
from app.analysis.levels.index import (
    decompose_change,
    equal_index,
    estimate_change,
    frozen_index,
    hill_percent,
    weighted_index,
)
from app.analysis.uncertainty.intervals import make_limits
from app.analysis.uncertainty.replicate import Replicates
from tests.reference.expected import HERE, read_expected

ZONE = read_expected(HERE / "zone" / "expected.json")

few = settings(max_examples=30, deadline=None, derandomize=True)


def test_the_published_example_is_181_thirtieths_because_weights_are_not_rounded() -> None:
    example = ZONE.value("blog_example")
    importance = np.array(example["I"], dtype=float)
    found = hill_percent(
        importance / importance.sum(), np.array(example["S"], dtype=float), np.full(5, 10.0)
    )
    assert float(found) / 10 == pytest.approx(181 / 30, rel=1e-12)
    assert float(found) / 10 == pytest.approx(example["index_of_10"], rel=1e-12)
    assert float(found) / 10 != pytest.approx(example["published_rounded"], abs=0.02)


def test_hills_percentage_starts_at_ten_and_the_index_at_zero() -> None:
    weights, worst = np.array([0.5, 0.5]), np.array([1.0, 1.0])
    assert float(hill_percent(weights, worst, np.array([10.0, 10.0]))) == pytest.approx(10)
    assert float(hill_percent(weights, worst, np.array([5.0, 5.0]))) == pytest.approx(20)
    assert float(weighted_index(weights, np.array([0.0, 0.0]))) == 0


def test_equal_weights_leave_out_what_nobody_answered() -> None:
    assert equal_index(np.array([[20.0, 40.0, np.nan]]))[0] == pytest.approx(30)
    assert np.isnan(equal_index(np.array([[np.nan, np.nan]]))[0])


def test_frozen_weights_need_every_item_they_weigh() -> None:
    base = np.array([2.0, 1.0, 1.0, 0.0])
    waves = np.array([[80.0, 40.0, 60.0, np.nan], [80.0, np.nan, 60.0, 10.0]])
    found = frozen_index(base, waves)
    assert found[0] == pytest.approx(65)
    assert np.isnan(found[1])


@pytest.mark.parametrize("base", [[0.0, 0.0], [2.0, -1.0], [1.0, np.nan]])
def test_weights_that_are_no_shares_cannot_be_frozen(base: list[float]) -> None:
    with pytest.raises(WeightsRuleError) as caught:
        frozen_index(np.array(base), np.array([50.0, 60.0]))
    assert caught.value.rule == "frozen"


def test_a_change_is_taken_apart_as_worked_by_hand() -> None:
    # Before (.5, .5) on (60, 40) = 50; after (.8, .2) on (70, 40) = 64. Ratings at old weights
    # +5; weights at new ratings .3 * 70 - .3 * 40 = +9.
    parts = decompose_change(
        np.array([0.5, 0.5]), np.array([60.0, 40.0]), np.array([0.8, 0.2]), np.array([70.0, 40.0])
    )
    assert float(parts.total) == pytest.approx(14)
    assert parts.performance == pytest.approx([5, 0])
    assert parts.weights == pytest.approx([21, -12])


unit = st.floats(0.01, 1, allow_subnormal=False)
percent = st.floats(0, 100, allow_subnormal=False)


@few
@given(*[arrays(float, (3, 4), elements=kind) for kind in (unit, unit, percent, percent)])
def test_the_parts_add_up_to_the_change_of_the_index(
    first: np.ndarray, second: np.ndarray, before: np.ndarray, after: np.ndarray
) -> None:
    first, second = (one / one.sum(axis=1, keepdims=True) for one in (first, second))
    parts = decompose_change(first, before, second, after)
    change = weighted_index(second, after) - weighted_index(first, before)
    np.testing.assert_allclose(parts.total, change, atol=1e-10)
    trend = [frozen_index(w, after[k]) - frozen_index(w, before[k]) for k, w in enumerate(first)]
    np.testing.assert_allclose(parts.performance.sum(axis=1), trend, atol=1e-10)


def test_a_change_about_other_things_cannot_be_said() -> None:
    weights, lacking = np.array([0.5, 0.5]), np.array([50.0, np.nan])
    parts = decompose_change(weights, lacking, weights, np.array([50.0, 60.0]))
    assert np.isnan(parts.total)
    # An item without weight in both waves may be missing.
    only = np.array([1.0, 0.0])
    assert float(decompose_change(only, lacking, only, np.array([52.0, 9.0])).total) == 2


def test_every_part_of_a_change_has_its_own_jackknife_error() -> None:
    rng = np.random.default_rng(4)
    raw = rng.uniform(0.2, 0.8, size=(2, 31, 3))
    weights = raw / raw.sum(axis=-1, keepdims=True)
    before, after = rng.uniform(40, 60, size=(2, 31, 3))
    parts = decompose_change(weights[0], before, weights[1], after)
    replicates = Replicates(np.zeros((31, 1), dtype=np.int64), 30)
    result = estimate_change(parts, replicates, make_limits(29, 0.95), n=200)
    for found, array in (
        (result.total, parts.total),
        (result.by_performance, parts.performance.sum(axis=1)),
        (result.by_weights, parts.weights.sum(axis=1)),
    ):
        assert found.value == pytest.approx(array[0])
        # Delete-a-group: (G - 1)/G times the sum of squares around the replicate mean.
        assert found.stderr == pytest.approx(np.sqrt(29 * array[1:].var()))
        assert (found.n, found.df) == (200, 29)
    some = np.arange(30) < 10
    fewer = estimate_change(parts, replicates, make_limits(29, 0.95), n=200, holding=some)
    assert fewer.total.df == 9
    assert fewer.total.stderr == pytest.approx(np.sqrt(9 * parts.total[1:11].var()))
