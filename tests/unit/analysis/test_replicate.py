import numpy as np
import pytest

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Role
from app.analysis.data.moments import Moments
from app.analysis.uncertainty.jackknife import jackknife_jk1, weighted_mean
from app.analysis.uncertainty.replicate import Replicates, groups_for, make_replicates
from tests.unit.analysis.builders import make_dataset, ratings


@pytest.mark.parametrize(
    ("households", "groups"),
    [(0, None), (19, None), (20, 10), (29, 10), (30, 15), (59, 15), (60, 30), (5000, 30)],
)
def test_the_number_of_groups_follows_the_number_of_households(
    households: int, groups: int | None
) -> None:
    assert groups_for(households) == groups


@pytest.mark.parametrize(("n", "modulus"), [(25, 10), (40, 15), (90, 30)])
def test_replicates_by_subtraction_equal_the_jackknife_over_rows(n: int, modulus: int) -> None:
    rng = np.random.default_rng(n)
    answers = [None if one == 0 else int(one) for one in rng.integers(0, 6, n)]
    group = rng.integers(0, 30, n)
    data = make_dataset(ratings({"a": answers}), groups=group.tolist())
    replicates = make_replicates(make_cells(data))
    moments = Moments(make_cells(data).layout, replicates.sums)
    found = replicates.stderr(moments.mean(Role.PERFORMANCE, ("a",)))[0]

    values = np.array([one or 0 for one in answers], dtype=float)
    answered = (values > 0).astype(float)

    def mean(w: np.ndarray) -> float:
        return float(w @ values / (w @ answered))

    by_rows = jackknife_jk1(mean, group % modulus)
    assert replicates.groups == len(np.unique(group % modulus))
    assert found == pytest.approx(float(by_rows.stderr), rel=1e-12)
    assert replicates.df == by_rows.df


def test_below_20_households_there_is_no_standard_error() -> None:
    replicates = make_replicates(make_cells(make_dataset(ratings({"a": [1, 5] * 9}))))
    assert (replicates.groups, replicates.df) == (0, 0)
    assert np.isnan(replicates.stderr(np.ones((1, 2)))).all()


def test_groups_of_the_data_are_used_as_they_are_however_few_households() -> None:
    data = make_dataset(ratings({"a": [1, 2, 3, 4]}), groups=[7, 99, 7, 1000], own_groups=True)
    replicates = make_replicates(make_cells(data))
    assert replicates.groups == 3
    mean = Moments(make_cells(data).layout, replicates.sums).mean(Role.PERFORMANCE, ("a",))
    by_rows = jackknife_jk1(lambda w: weighted_mean([1, 2, 3, 4], w), [7, 99, 7, 1000])
    assert replicates.stderr(mean)[0] == pytest.approx(float(by_rows.stderr))


def test_a_single_group_gives_no_standard_error() -> None:
    data = make_dataset(ratings({"a": [1, 2]}), groups=[5, 5], own_groups=True)
    assert make_replicates(make_cells(data)).groups == 0


def test_empty_groups_leave_the_count_and_the_degrees_of_freedom() -> None:
    data = make_dataset(ratings({"a": [3] * 64}), groups=[k % 16 for k in range(64)])
    replicates = make_replicates(make_cells(data))
    assert (replicates.groups, replicates.df) == (16, 15)


def test_only_groups_that_hold_something_count_for_a_statistic() -> None:
    # Four groups, of which the second item has the first two: its replicates are 1 and 3 around
    # 2, so the error is sqrt(1/2 (1 + 1)) = 1; the third item has one group and no error.
    counts = np.array([[4, 2, 1], [3, 1, 0], [3, 1, 1], [3, 2, 1], [3, 2, 1]])
    replicates = Replicates(np.zeros((5, 1), dtype=np.int64), 4)
    holding = replicates.holding(counts)
    assert holding.sum(axis=0).tolist() == [4, 2, 1]
    assert replicates.dfs(holding).tolist() == [3, 1, 0]
    statistic = np.array([[2.0, 2.0, 2.0], [1, 1, np.nan], [3, 3, 2], [1, 2, 2], [3, 2, 2]])
    first, second, third = replicates.stderr(statistic, holding)
    assert first == pytest.approx(np.sqrt(3 / 4 * 4))
    assert second == pytest.approx(1.0)
    assert np.isnan(third)


def test_replicates_that_differ_by_rounding_only_have_error_zero() -> None:
    statistic = np.array([[0.1 + 0.2], [0.3], [0.1 + 0.2]])
    assert Replicates(np.zeros((3, 1), dtype=np.int64), 2).stderr(statistic)[0] == 0.0


def test_an_undefined_replicate_makes_the_error_unknown() -> None:
    statistic = np.array([[1.0], [np.nan], [2.0]])
    assert np.isnan(Replicates(np.zeros((3, 1), dtype=np.int64), 2).stderr(statistic)[0])
