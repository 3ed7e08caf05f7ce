"""Proportional odds: by hand, refusals, joined categories, tests of the parallel lines."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import BLANK, Column, Dataset, Role
from app.analysis.importance.odds import items_odds, joined, segments_odds
from app.analysis.importance.ordinal import OrdinalError, fit_ordinal, pattern_counts
from app.analysis.importance.parallel import parallel_lines

TEN = tuple(range(1, 11))
FIVE = (1, 2, 3, 4, 5)


def dataset_of(
    overall: NDArray[np.int64],
    ratings: NDArray[np.int64],
    tenure: NDArray[np.int64] | None = None,
) -> Dataset:
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
        cell_variables=() if tenure is None else ("tenure",),
        cell_names=((),) if tenure is None else (("owner",), ("tenant",), ("other",)),
        cell=tenure,
    )


def drawn(n: int, slope: float = 0.6, seed: int = 3) -> tuple[NDArray[np.int64], ...]:
    """Draw overall ratings that follow the first of two ratings by proportional odds."""
    rng = np.random.default_rng(seed)
    ratings = rng.integers(1, 6, (n, 2))
    latent = slope * ratings[:, 0] + rng.logistic(size=n)
    return 1 + np.digitize(latent, np.linspace(-1, 5, 9)), ratings


def test_two_categories_are_a_logistic_regression_with_the_odds_of_the_table() -> None:
    # Odds of the better answer: 30/10 against 20/20, so the odds ratio is 3.
    fit = fit_ordinal([[10, 30], [20, 20]], [[1.0], [0.0]])
    assert fit.coefficients[0] == pytest.approx(np.log(3))
    assert fit.thresholds[0] == pytest.approx(0, abs=1e-9)
    # Error of a log odds ratio: root of the sum of inverse counts.
    assert fit.stderr[0] == pytest.approx(np.sqrt(1 / 10 + 1 / 30 + 1 / 20 + 1 / 20))
    assert parallel_lines([[10, 30], [20, 20]], [[1.0], [0.0]], {"x": [0]}) == ()


def test_without_terms_the_thresholds_are_the_log_odds_of_the_margin() -> None:
    fit = fit_ordinal([[10, 20, 70]], np.zeros((1, 0)))
    assert fit.thresholds == pytest.approx([np.log(10 / 90), np.log(30 / 70)])


def test_equal_patterns_count_as_one_with_their_weights() -> None:
    overall, ratings = drawn(300)
    place = np.minimum(4, (overall - 1) // 2)
    one = fit_ordinal(*pattern_counts(place, ratings))
    rows = fit_ordinal(np.eye(5)[place], ratings)
    assert one.coefficients == pytest.approx(rows.coefficients, abs=1e-8)
    double = fit_ordinal(*pattern_counts(place, ratings, np.full(300, 2.0)))
    assert double.coefficients == pytest.approx(one.coefficients, abs=1e-8)
    assert double.stderr == pytest.approx(one.stderr / np.sqrt(2))


def test_a_free_term_reproduces_every_table_of_two_by_three() -> None:
    counts = np.array([[10.0, 30, 60], [40, 30, 30]])
    fit = fit_ordinal(counts, [[1.0], [0.0]], free=[True])
    for row, terms in ((0, fit.free[:, 0]), (1, 0.0)):
        below = np.cumsum(counts[row])[:2] / 100
        assert fit.thresholds - terms == pytest.approx(np.log(below / (1 - below)), abs=1e-6)


def test_lines_that_cross_fail_the_test_and_lines_that_do_not_pass_it() -> None:
    # The variable pulls answers to both ends: the odds ratio is 1/3 below and 3 above.
    crossing = [[40, 20, 40], [20, 60, 20]]
    found = parallel_lines(crossing, [[1.0], [0.0]], {"x": [0]})
    assert [one.term for one in found] == ["x", ""]
    assert found[0].p < 1e-4
    assert found[0].df == 1
    # Odds 1:9 and 9:1 against 1:3 and 27:1 share the odds ratio 3.
    shifted = [[100.0, 800, 100], [250, 714.285714, 35.714286]]
    assert parallel_lines(shifted, [[1.0], [0.0]], {"x": [0]})[0].p > 0.999


@pytest.mark.parametrize(
    ("counts", "x", "reason"),
    [
        ([[5, 0], [7, 0]], [[1.0], [0.0]], "one_category"),
        ([[5, 5], [7, 3]], [[1.0], [1.0]], "singular"),
        ([[5, 5, 5], [7, 3, 5], [4, 5, 6]], [[1.0, 2], [2, 4], [3, 6]], "singular"),
        ([[50, 0], [0, 50]], [[1.0], [0.0]], "separated"),
    ],
)
def test_counts_that_carry_no_model_are_refused(
    counts: list[list[float]], x: list[list[float]], reason: str
) -> None:
    with pytest.raises(OrdinalError) as caught:
        fit_ordinal(counts, x)
    assert caught.value.reason == reason


def test_points_with_few_answers_join_their_neighbours() -> None:
    assert joined(np.array([1.0, 2, 8, 30, 5, 40, 3])) == (0, 0, 0, 1, 2, 2, 2)
    assert joined(np.array([20.0, 20, 20])) == (0, 1, 2)
    assert joined(np.array([2.0, 3])) == (0, 0)


def test_a_study_finds_the_item_that_moves_the_overall_rating() -> None:
    overall, ratings = drawn(500)
    data = dataset_of(overall, ratings)
    found = items_odds(data, data.columns[0], tuple(c.key for c in data.columns[1:]), level=0.95)
    assert (found.n, found.refusal, found.parallel_fails) == (500, None, False)
    first, second = found.terms
    assert first.coefficient.low is not None
    assert 0 < first.coefficient.low < 0.6 < (first.coefficient.high or 0.0)
    assert second.coefficient.low is not None
    assert second.coefficient.low < 0 < (second.coefficient.high or 0.0)
    assert first.odds_ratio.low == pytest.approx(np.exp(first.coefficient.low))
    assert first.odds_ratio.stderr is None
    assert [point for category in found.categories for point in category] == list(TEN)
    assert len(found.thresholds) == len(found.categories) - 1
    assert list(found.thresholds) == sorted(found.thresholds)


@pytest.mark.parametrize(("n", "refusal"), [(99, "few_rows"), (120, None)])
def test_the_model_needs_a_hundred_households_with_all_answers(n: int, refusal: str | None) -> None:
    overall, ratings = drawn(n + 20)
    data = dataset_of(np.minimum(4, overall), ratings)
    data.values[:20, 2] = BLANK
    found = items_odds(data, data.columns[0], tuple(c.key for c in data.columns[1:]), level=0.95)
    assert (found.n, found.refusal) == (n, refusal)


def test_ten_answers_are_needed_for_every_parameter() -> None:
    overall, _ = drawn(150)
    ratings = np.random.default_rng(1).integers(1, 6, (150, 9))
    data = dataset_of(overall, ratings)
    keys = tuple(column.key for column in data.columns[1:])
    assert items_odds(data, data.columns[0], keys, level=0.95).refusal == "few_rows"
    assert items_odds(data, data.columns[0], keys[:2], level=0.95).refusal is None
    assert items_odds(data, data.columns[0], (), level=0.95).refusal == "no_terms"


def test_segments_are_compared_with_the_most_frequent_one() -> None:
    overall, ratings = drawn(400)
    tenure = np.where(np.arange(400) % 4 == 0, 1, 0)
    data = dataset_of(np.clip(overall - 2 * tenure, 1, 10), ratings, tenure)
    found = segments_odds(make_cells(data), data.columns[0], ("tenure",), level=0.95)
    assert found.base == (("tenure", "owner"),)
    (term,) = found.terms
    assert (term.term, term.level, term.n) == ("tenure", "tenant", 100)
    assert term.coefficient.high is not None
    assert term.coefficient.high < 0


def test_a_segment_of_a_few_households_refuses_the_model() -> None:
    overall, ratings = drawn(200)
    tenure = np.where(np.arange(200) < 9, 1, 0)
    cells = make_cells(dataset_of(overall, ratings, tenure))
    found = segments_odds(cells, cells.layout.columns[0], ("tenure",), level=0.95)
    assert (found.refusal, found.terms) == ("few_in_level", ())
    same = make_cells(dataset_of(overall, ratings, np.zeros(200, dtype=np.int64)))
    alone = segments_odds(same, same.layout.columns[0], ("tenure",), level=0.95)
    assert alone.refusal == "no_terms"
