import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.design.bounds import RateError, worst_case_bounds
from app.analysis.design.sample import (
    PopulationError,
    SecondStage,
    Single,
    SingleClusterError,
    make_sample,
)
from app.analysis.design.sums import SumsError, design_sums, means_from_sums
from app.analysis.design.taylor import design_effects, domain_means, means, ratios, totals

# Two strata of two clusters of two rows; a third stratum of one cluster where it is wanted.
VALUES = np.array([1.0, 3.0, 2.0, 8.0, 5.0, 6.0, 7.0, 1.0])
STRATA = np.repeat([1, 2], 4)
CLUSTERS = np.repeat([1, 2, 3, 4], 2)
LONELY = (np.append(VALUES, [4.0, 6.0]), np.append(STRATA, [3, 3]), np.append(CLUSTERS, [5, 5]))


def test_the_error_of_a_mean_is_the_spread_of_cluster_totals_within_strata() -> None:
    found = means(make_sample(8, strata=STRATA, clusters=CLUSTERS), VALUES)
    # By hand: totals less the mean 33/8 are 4, 10 | 11, 8 less 8.25 each; with two clusters in a
    # stratum its part is the squared difference: (36 + 9) / 8^2.
    assert found.value[0] == pytest.approx(33 / 8)
    assert found.stderr[0] == pytest.approx(np.sqrt(45 / 64))
    assert (found.df, found.n.tolist()) == (2, [8])


def test_a_census_of_a_stratum_has_no_error_there() -> None:
    sizes = np.where(STRATA == 1, 2, 4)
    sample = make_sample(8, strata=STRATA, clusters=CLUSTERS, population=sizes, weights=1.0)
    # Only the second stratum is left, at (1 - 2/4) of its part.
    assert means(sample, VALUES).stderr[0] == pytest.approx(np.sqrt(9 / 64 / 2))


def test_weights_follow_from_the_population_of_both_stages() -> None:
    second = SecondStage(np.arange(8), np.repeat([2, 4, 6, 8], 2))
    sample = make_sample(8, clusters=CLUSTERS, population=8, second=second)
    # 8 of 4 clusters times 1, 2, 3, 4 by the second stage.
    assert sample.weights.tolist() == [2, 2, 4, 4, 6, 6, 8, 8]


def test_a_second_stage_adds_the_spread_within_clusters_by_the_share_of_clusters() -> None:
    second = SecondStage(np.arange(8), np.full(8, 4))
    both = make_sample(8, clusters=CLUSTERS, population=8, second=second, weights=1.0)
    first = make_sample(8, clusters=CLUSTERS, population=8, weights=1.0)
    # By hand: within clusters 2/(2-1) (1 - 2/4) sum of squares = (x1 - x2)^2 / 2, over 8^2, at
    # the fraction 4/8 of the first stage: (4 + 36 + 1 + 36) / 2 / 2 / 64.
    added = means(both, VALUES).covariance[0, 0] - means(first, VALUES).covariance[0, 0]
    assert added == pytest.approx(77 / 4 / 64)


def test_a_stratum_with_one_cluster_is_refused_unless_a_rule_is_named() -> None:
    values, strata, clusters = LONELY
    with pytest.raises(SingleClusterError) as caught:
        means(make_sample(10, strata=strata, clusters=clusters), values)
    assert caught.value.stratum == 3


@pytest.mark.parametrize(("single", "added"), [(Single.CERTAINTY, 0.0), (Single.ADJUST, 1.4**2)])
def test_a_single_cluster_counts_by_the_rule_that_was_named(single: Single, added: float) -> None:
    values, strata, clusters = LONELY
    found = means(make_sample(10, strata=strata, clusters=clusters, single=single), values)
    # By hand: the mean is 4.3, the lonely total lies 10 - 8.6 = 1.4 from its part of it.
    assert found.covariance[0, 0] == pytest.approx((36 + 9 + added) / 100)
    by_sums = means_from_sums(design_sums(values, strata=strata, clusters=clusters), single=single)
    assert by_sums.covariance[0, 0] == pytest.approx(found.covariance[0, 0], rel=1e-12)


def test_a_single_cluster_that_is_the_whole_stratum_needs_no_rule() -> None:
    values, strata, clusters = LONELY
    sizes = np.where(strata == 3, 1, 1e9)
    sample = make_sample(10, strata=strata, clusters=clusters, population=sizes, weights=1.0)
    assert means(sample, values).covariance[0, 0] == pytest.approx(45 / 100)


@pytest.mark.parametrize("sizes", [1, [2, 2, 2, 3, 4, 4, 4, 4]])
def test_a_population_below_the_sample_or_unlike_within_a_stratum_is_refused(
    sizes: object,
) -> None:
    with pytest.raises(PopulationError) as caught:
        make_sample(8, strata=STRATA, clusters=CLUSTERS, population=sizes)
    assert caught.value.stratum == 1


def test_the_same_cluster_label_in_two_strata_is_two_clusters() -> None:
    sample = make_sample(8, strata=STRATA, clusters=[1, 1, 2, 2, 1, 1, 2, 2])
    assert sample.df == 2


def test_a_mean_uses_its_own_answers_and_a_domain_the_whole_sample() -> None:
    values = np.array([1.0, 2.0, np.nan, 4.0, 5.0, 6.0])
    found = means(make_sample(6), np.column_stack([values, np.ones(6)]))
    assert found.n.tolist() == [5, 6]
    assert found.value.tolist() == pytest.approx([3.6, 1.0])
    # Five answers of six rows: v = 6/5 sum (x - mean)^2 / 5^2, not the error of five rows.
    spread = ((values - 3.6) ** 2)[~np.isnan(values)].sum()
    assert found.stderr[0] == pytest.approx(np.sqrt(6 / 5 * spread / 25))


def test_a_domain_without_rows_has_no_mean_and_does_not_harm_the_others() -> None:
    values = np.array([1.0, np.nan, 3.0, np.nan])
    labels, found = domain_means(make_sample(4), values, ["a", "b", "a", "b"])
    assert labels == ("a", "b")
    assert found.value[0] == 2.0
    assert np.isnan(found.value[1])
    assert np.isfinite(found.stderr[0])
    assert np.isnan(found.stderr[1])


def test_a_ratio_uses_rows_that_have_both_and_a_total_what_there_is() -> None:
    top, bottom = np.array([2.0, 4.0, np.nan]), np.array([1.0, 3.0, 5.0])
    sample = make_sample(3)
    assert ratios(sample, top, bottom).value[0] == pytest.approx(1.5)
    assert totals(sample, top).value[0] == 6.0


def test_a_difference_counts_the_covariance() -> None:
    both = means(make_sample(8), np.column_stack([VALUES, VALUES + 2]))
    gap = both.contrast([-1, 1])
    assert gap.value[0] == pytest.approx(2.0)
    assert gap.stderr[0] == pytest.approx(0.0, abs=1e-9)
    assert gap.n.tolist() == [8]


def test_equal_values_within_clusters_have_the_design_effect_of_the_cluster_size() -> None:
    clusters = np.repeat(np.arange(40), 5)
    values = np.repeat(np.random.default_rng(1).normal(size=40), 5)
    found = design_effects(make_sample(200, clusters=clusters), values)
    # 5 rows that always agree are worth one: deff = 5 n-1 over n-1 of 40 and 200.
    assert found[0] == pytest.approx(5 * 40 / 39 * 199 / 200)


@settings(max_examples=25, derandomize=True, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 5), st.one_of(st.none(), st.integers(1, 10))),
        min_size=12,
        max_size=60,
    ),
    cut=st.integers(0, 5),
)
def test_design_sums_of_disjoint_clusters_add_up_to_what_the_rows_give(
    rows: list[tuple[int, int, int | None]], cut: int
) -> None:
    strata = np.array([row[0] for row in rows])
    clusters = np.array([row[1] for row in rows])
    values = np.array([np.nan if row[2] is None else row[2] for row in rows])
    sample = make_sample(len(rows), strata=strata, clusters=clusters, single=Single.ADJUST)
    parts = [
        design_sums(values[part], strata=strata[part], clusters=clusters[part])
        for part in (clusters < cut, clusters >= cut)
    ]
    by_sums = means_from_sums(parts[0] + parts[1], single=Single.ADJUST)
    by_rows = means(sample, values)
    assert by_sums.value[0] == pytest.approx(by_rows.value[0], rel=1e-12, nan_ok=True)
    assert by_sums.stderr[0] == pytest.approx(by_rows.stderr[0], rel=1e-7, abs=1e-7, nan_ok=True)
    assert (by_sums.df, by_sums.n.tolist()) == (by_rows.df, by_rows.n.tolist())


def test_sums_about_different_shifts_are_not_added() -> None:
    with pytest.raises(SumsError):
        design_sums([1.0, 2.0]) + design_sums([1.0, 2.0], shift=5.0)


def test_design_sums_refuse_what_the_rows_refuse() -> None:
    values, strata, clusters = LONELY
    sums = design_sums(values, strata=strata, clusters=clusters)
    with pytest.raises(SingleClusterError):
        means_from_sums(sums)
    with pytest.raises(PopulationError):
        means_from_sums(sums, population={"1": 1.0, "2": 9.0, "3": 9.0})


def test_the_silent_can_move_a_mean_by_their_share_of_the_scale() -> None:
    # 60 % answered with a mean of 80: 48 if all others gave 0, 88 if all gave 100.
    assert worst_case_bounds(0.6, 80.0) == pytest.approx((48.0, 88.0))
    assert worst_case_bounds(1.0, 80.0) == pytest.approx((80.0, 80.0))
    assert worst_case_bounds(0.0, 80.0) == pytest.approx((0.0, 100.0))


@pytest.mark.parametrize(
    ("rate", "mean"), [(1.1, 50.0), (-0.1, 50.0), (0.5, 101.0), (0.5, float("nan"))]
)
def test_a_rate_in_percent_or_a_mean_off_the_scale_is_refused(rate: float, mean: float) -> None:
    with pytest.raises(RateError):
        worst_case_bounds(rate, mean)
