import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Dataset, Role
from app.analysis.disclosure.floors import OWN_ROWS, PUBLISHED
from app.analysis.uncertainty.frame import make_frame
from app.analysis.uncertainty.proportions import (
    TableError,
    chi_square,
    clopper_pearson_interval,
    jeffreys_interval,
    korn_graubard_interval,
    logit_interval,
    shares_difference,
)
from app.analysis.uncertainty.quantiles import HistogramError, quantile, woodruff_interval
from tests.unit.analysis.builders import make_dataset, ratings


def clustered(households: int = 200, clusters: int = 10) -> Dataset:
    """Households of a cluster mostly agree: few clusters are few answers."""
    rng = np.random.default_rng(8)
    level = np.tile([1, 5], clusters // 2)
    group = np.arange(households) % clusters
    noise = rng.random(households) < 0.2
    answers = np.where(noise, 3, level[group])
    columns = ratings({"a": answers.tolist(), "b": [5] * households})
    return make_dataset(columns, groups=group.tolist(), own_groups=True)


def test_an_exact_interval_of_a_design_reaches_further_than_that_of_plain_answers() -> None:
    frame = make_frame(make_cells(clustered()), floors=OWN_ROWS)
    n = frame.moments.n(Role.PERFORMANCE, ("a", "b"))
    count = frame.moments.satisfied(Role.PERFORMANCE, ("a", "b"))
    share, all_of_them = frame.shares(count, n, exact=True)
    low, high = clopper_pearson_interval(count[0, 0], 200)
    assert share.low is not None
    assert share.high is not None
    assert share.low < low - 0.1
    assert share.high > high + 0.1
    # Nobody dissents: the number of answers is divided by the other share's design effect.
    assert (all_of_them.value, all_of_them.high) == (1.0, 1.0)
    assert all_of_them.low is not None
    assert all_of_them.low < clopper_pearson_interval(200, 200)[0]


def test_the_exact_interval_of_a_design_is_that_of_korn_and_graubard() -> None:
    frame = make_frame(make_cells(clustered()), floors=OWN_ROWS)
    n = frame.moments.n(Role.PERFORMANCE, ("a",))
    count = frame.moments.satisfied(Role.PERFORMANCE, ("a",))
    share = frame.shares(count, n, exact=True)[0]
    error = frame.replicates.stderr(count / n)[0]
    low, high = korn_graubard_interval(count[0, 0] / 200, error, n=200, df=9)
    assert (share.low, share.high) == pytest.approx((float(low), float(high)))


def test_without_a_design_an_exact_interval_is_that_of_clopper_and_pearson() -> None:
    data = make_dataset(ratings({"a": [5] * 11 + [1]}))
    frame = make_frame(make_cells(data), floors=OWN_ROWS)
    n = frame.moments.n(Role.PERFORMANCE, ("a",))
    share = frame.shares(frame.moments.satisfied(Role.PERFORMANCE, ("a",)), n, exact=True)[0]
    # R binom.test(11, 12)
    assert share.low == pytest.approx(0.615203834849056)
    assert share.high == pytest.approx(0.99789240676814)


def test_a_median_has_woodruffs_interval() -> None:
    # 100 answers: 20, 25, 10, 25, 20 at 1 to 5. The error of the cumulative share is .05, so the
    # interval reads the points at .402 and .598: 2 (up to .45) and 4 (from .55).
    answers = [1] * 20 + [2] * 25 + [3] * 10 + [4] * 25 + [5] * 20
    frame = make_frame(make_cells(make_dataset(ratings({"a": answers}))), floors=PUBLISHED)
    median = frame.medians(Role.PERFORMANCE, ("a",))[0]
    assert (median.value, median.low, median.high, median.n) == (3.0, 2.0, 4.0, 100)


def test_clusters_that_agree_widen_the_interval_of_a_median() -> None:
    data = clustered()
    by_cluster = make_frame(make_cells(data), floors=OWN_ROWS).medians(Role.PERFORMANCE, ("a",))[0]
    assert (by_cluster.low, by_cluster.high) == (1.0, 5.0)


def test_a_median_of_few_answers_is_not_said() -> None:
    data = make_dataset(ratings({"a": [3] * 9}))
    median = make_frame(make_cells(data), floors=PUBLISHED).medians(Role.PERFORMANCE, ("a",))[0]
    assert (median.value, median.n) == (None, 9)


def test_a_quantile_is_the_first_point_with_enough_answers_at_or_below_it() -> None:
    assert quantile([1, 2, 3], [1, 1, 2]) == 2.0
    assert quantile([1, 2, 3], [1, 0, 1], q=0.51) == 3.0
    assert quantile([1, 2, 3], [0, 0, 4], q=0.01) == 3.0
    # Ten tenths add up to a half with a rounding that must not move the median.
    assert quantile(range(10), [0.1] * 10) == 4.0


def test_everybody_at_one_point_leaves_a_median_nowhere_else() -> None:
    found = woodruff_interval([1, 2, 3], [0, 40, 0])
    assert (found.value, found.low, found.high) == (2.0, 2.0, 2.0)


@pytest.mark.parametrize(("points", "counts"), [([1, 2], [0, 0]), ([1, 2], [1]), ([], [])])
def test_a_histogram_without_answers_has_no_quantile(points: list[int], counts: list[int]) -> None:
    with pytest.raises(HistogramError):
        quantile(points, counts)


@settings(max_examples=30, derandomize=True, deadline=None)
@given(n=st.integers(2, 400), part=st.floats(0, 1), df=st.integers(1, 60))
def test_the_intervals_of_a_share_hold_it_and_stay_on_the_scale(
    n: int, part: float, df: int
) -> None:
    count = round(part * n)
    p = count / n
    error = np.sqrt(p * (1 - p) / n)
    for low, high in (
        clopper_pearson_interval(count, n),
        jeffreys_interval(count, n),
        korn_graubard_interval(p, error, n=n, df=df),
    ):
        assert 0 <= low <= p <= high <= 1
    exact, design = clopper_pearson_interval(count, n), korn_graubard_interval(p, error, n=n, df=df)
    if df < n - 1:
        assert design[1] - design[0] >= exact[1] - exact[0] - 1e-12


def test_a_share_of_nobody_has_no_logit() -> None:
    low, high = logit_interval([0.0, 1.0, 0.5], [0.1, 0.1, 0.1])
    assert np.isnan(low[:2]).all()
    # By hand: the logit of .5 is 0, its error .1 / .25, so the limits are expit(-+ 1.96 x .4).
    assert low[2] == pytest.approx(1 / (1 + np.exp(0.783985594)))
    assert high[2] == pytest.approx(1 - low[2])


def test_a_difference_of_shares_stays_between_minus_one_and_one() -> None:
    found = shares_difference((1, 0), (1, 2))
    assert (found.difference, found.high) == (1.0, 1.0)


@pytest.mark.parametrize("table", [[[1, 2]], [[1], [2]], [[0, 0], [1, 2]], [[0, 1], [0, 2]], [3]])
def test_a_table_without_two_rows_and_columns_is_not_tested(table: list) -> None:
    with pytest.raises(TableError):
        chi_square(table)


def test_a_table_of_equal_rows_is_independent() -> None:
    found = chi_square([[10, 20], [30, 60]])
    assert (found.statistic, found.p, found.cramers_v) == (0.0, 1.0, 0.0)
    assert found.least_expected == 10.0
