import numpy as np
import pytest
from scipy import stats

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Role
from app.analysis.disclosure.floors import OWN_ROWS, PUBLISHED
from app.analysis.priorities.competition import make_competition, make_market, welch_gap
from app.analysis.priorities.gaps import kendall_tau, make_gaps, moments_gap_stderr, paired_gap
from app.analysis.results.gaps import GapsResult
from app.analysis.uncertainty.frame import Frame, make_frame
from tests.unit.analysis.builders import make_dataset

NAN = float("nan")


def framed(answers: dict, *, open_floors: bool = True) -> Frame:
    cells = make_cells(make_dataset(answers))
    return make_frame(cells, floors=OWN_ROWS if open_floors else PUBLISHED)


def sides(item: str, importance: list, perceived: list, competitor: list | None = None) -> dict:
    found = {(Role.IMPORTANCE, item): importance, (Role.PERCEIVED, item): perceived}
    return found if competitor is None else {**found, (Role.COMPETITOR, item): competitor}


def gaps_of(answers: dict, items: tuple[str, ...] = ("a", "b"), **how: bool) -> GapsResult:
    return make_gaps(framed(answers, **how), items)


def test_the_gap_is_the_mean_of_paired_differences_with_their_own_error() -> None:
    # Pairs (9, 7), (8, 8), (10, 5): differences 2, 0, 5; mean 7/3, variance 19/3.
    found = paired_gap([9, 8, 10, 7, NAN], [7, 8, 5, NAN, 3])
    assert found.n == 3
    assert found.mean == pytest.approx(7 / 3)
    assert found.stderr == pytest.approx((19 / 3 / 3) ** 0.5)
    assert found.df == 2


def test_the_error_of_a_gap_from_moments_is_that_of_the_differences() -> None:
    x, y = np.array([7.0, 8, 5, 9]), np.array([9.0, 8, 10, 4])
    found = moments_gap_stderr(4, x.sum(), y.sum(), xx=x @ x, yy=y @ y, xy=x @ y)
    assert found == pytest.approx((y - x).std(ddof=1) / 2)
    assert np.isnan(moments_gap_stderr(1, 7, 9, xx=49, yy=81, xy=63))


def test_the_gap_list_pairs_answers_and_puts_the_largest_gap_first() -> None:
    found = gaps_of(
        sides("a", [9, 8, None, 10] * 30, [7, 8, 6, None] * 30)
        | sides("b", [9, 9, 9, 9] * 30, [5, 6, 5, 6] * 30)
    )
    a, b = found.items
    assert (a.gap.value, a.gap.n) == (1.0, 60)  # differences 2 and 0
    assert (b.gap.value, b.gap.n) == (3.5, 120)
    assert (b.rank, a.rank) == (1, 2)
    assert (b.rank_low, b.rank_high) == (1, 1)
    # Means of all answers: importance 9, perceived 7; pairing loses 30 of 90.
    assert a.available == pytest.approx(2.0)
    assert b.available is None


def test_the_unpaired_difference_stands_beside_only_beyond_5_percent() -> None:
    def available(paired: int, more: int) -> float | None:
        importance = [9] * (paired + more)
        return (
            gaps_of(sides("a", importance, [7] * paired + [None] * more), items=("a",))
            .items[0]
            .available
        )

    assert available(95, 5) is None
    assert available(94, 6) == pytest.approx(2.0)


def test_a_gap_is_not_compared_with_zero() -> None:
    rng = np.random.default_rng(1)
    found = gaps_of(
        sides("a", rng.integers(6, 11, 120).tolist(), rng.integers(1, 8, 120).tolist()),
        items=("a",),
    ).items[0]
    assert found.gap.stderr is not None
    assert (found.gap.low, found.gap.high) == (None, None)


def test_below_100_answers_published_gaps_have_no_order() -> None:
    answers = sides("a", [9, 8] * 45, [7, 6] * 45) | sides("b", [9, 9] * 45, [5, 6] * 45)
    found = gaps_of(answers, open_floors=False)
    assert not found.order_said
    assert [one.rank for one in found.items] == [None, None]
    assert [one.gap.value for one in found.items] == [2.0, 3.5]


def test_profiles_agree_when_the_best_served_matters_most() -> None:
    # Importance 9, 7, 5 against performance 8, 6, 4 in the same order: tau 1; reversed: -1.
    def tau(perceived: tuple[int, int, int]) -> float | None:
        answers: dict = {}
        for item, i, p in zip("abc", (9, 7, 5), perceived, strict=True):
            answers |= sides(item, [i] * 40, [p] * 40)
        return gaps_of(answers, items=("a", "b", "c")).profile_tau

    assert tau((8, 6, 4)) == 1.0
    assert tau((4, 6, 8)) == -1.0


def test_kendalls_tau_takes_ties_into_account() -> None:
    # x 1 2 2 3 against y 1 2 3 4: 5 concordant pairs, one tie in x: 5 / sqrt(5 * 6).
    assert kendall_tau([1, 2, 2, 3], [1, 2, 3, 4]) == pytest.approx(5 / 30**0.5)
    assert kendall_tau([1, 2, NAN], [2, 1, 5]) == -1.0
    assert kendall_tau([1, 1], [1, 2]) is None
    assert kendall_tau([1], [1]) is None


def test_items_without_importance_ratings_have_no_gap() -> None:
    found = gaps_of({(Role.PERCEIVED, "a"): [5] * 40}, items=("a",))
    assert found == GapsResult((), None)


def test_behind_the_competitor_is_said_only_where_it_holds_over_the_list() -> None:
    rng = np.random.default_rng(3)
    own = rng.integers(4, 9, 120)
    answers = (
        sides("a", [9] * 120, own.tolist(), (own + rng.integers(1, 3, 120)).tolist())
        | sides("b", [9] * 120, own.tolist(), (own + rng.integers(-1, 2, 120)).tolist())
        | sides("c", [9] * 120, own.tolist())
    )
    found = make_competition(framed(answers), ("a", "b", "c"))
    assert {item: one.behind for item, one in found.items()} == {"a": True, "b": False}
    assert found["a"].gap.n == 120
    assert (found["a"].gap.high or 0) < 0


def test_the_market_list_weighs_the_points_by_which_the_competitor_leads() -> None:
    # Own 5, competitor 7 and 8 in turn on 1-10: 2.5 scale points are 250/9 of 100; weight .25.
    frame = framed(sides("a", [9] * 60, [5] * 60, [7, 8] * 30))
    weights = np.full((frame.replicates.groups + 1, 1), 0.25)
    nobody = np.zeros((frame.replicates.groups, 1), dtype=bool)
    found = make_market(frame, ("a",), weights, nobody)["a"]
    assert found.value == pytest.approx(0.25 * 250 / 9)
    leading = framed(sides("a", [9] * 60, [8] * 60, [5, 6] * 30))
    assert make_market(leading, ("a",), weights, nobody)["a"].value == 0.0


def test_different_respondents_are_compared_as_welch_does() -> None:
    rng = np.random.default_rng(2)
    own, other = rng.normal(6, 1, 40), rng.normal(6.5, 2, 25)
    found = welch_gap(np.append(own, NAN), other)
    expected = stats.ttest_ind(own, other, equal_var=False)
    limits = expected.confidence_interval(0.95)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert found.df == pytest.approx(expected.df)
    assert (found.low, found.high) == pytest.approx((limits.low, limits.high))
    assert (found.n_own, found.n_other) == (40, 25)


def test_welch_says_nothing_about_single_answers_or_without_variation() -> None:
    assert np.isnan(welch_gap([5.0], [4.0, 6.0]).stderr)
    assert np.isnan(welch_gap([5.0, 5.0], [4.0, 4.0]).p_value)
