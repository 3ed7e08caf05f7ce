"""Overlapping, paired and independent samples: where one becomes the other, and the edges."""

import numpy as np
import pytest
from scipy import stats

from app.analysis.comparison.overlap import (
    GREATER,
    LESS,
    OVERLAP,
    PAIRED,
    POOLED,
    WELCH,
    TooFewAnswersError,
    UnequalLengthsError,
    overlap_shares,
    overlap_test,
    paired_test,
    signed_ranks,
    welch_test,
)

NAN = np.nan
BEFORE = np.array([4.0, 6, 7, 5, 8, 3, NAN, NAN, 6, 7])
AFTER = np.array([5.0, 6, 9, 5, 9, NAN, 7, 8, NAN, 8])


def test_with_pairs_and_others_the_answers_overlap() -> None:
    found = overlap_test(BEFORE, AFTER)
    assert (found.method, found.first, found.second, found.pairs) == (OVERLAP, 8, 8, 6)
    # Means by hand: 46/8 and 57/8.
    assert found.value == pytest.approx(46 / 8 - 57 / 8)


def test_the_order_of_households_does_not_matter_and_sides_may_be_exchanged() -> None:
    order = np.random.default_rng(1).permutation(BEFORE.size)
    found, mixed = overlap_test(BEFORE, AFTER), overlap_test(BEFORE[order], AFTER[order])
    assert mixed.p == pytest.approx(found.p, rel=1e-12)
    turned = overlap_test(AFTER, BEFORE)
    assert turned.value == pytest.approx(-found.value)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_another_scale_changes_the_unit_and_nothing_else() -> None:
    found, scaled = overlap_test(BEFORE, AFTER), overlap_test(10 * BEFORE + 3, 10 * AFTER + 3)
    assert scaled.p == pytest.approx(found.p, rel=1e-10)
    assert scaled.value == pytest.approx(10 * found.value)


@pytest.mark.parametrize("equal_variances", [False, True])
def test_fewer_than_two_pairs_are_no_link(equal_variances: bool) -> None:
    one = np.array([1.0, 4, 3, 2, 5, NAN, NAN, NAN])
    two = np.array([NAN, NAN, NAN, NAN, 6, 2, 3, 7])
    found = overlap_test(one, two, equal_variances=equal_variances)
    expected = stats.ttest_ind(one[~np.isnan(one)], two[~np.isnan(two)], equal_var=equal_variances)
    assert found.method == (POOLED if equal_variances else WELCH)
    assert (found.statistic, found.p) == pytest.approx((expected.statistic, expected.pvalue))
    assert found.df == pytest.approx(expected.df)


def test_only_pairs_are_the_paired_test() -> None:
    both = ~np.isnan(BEFORE) & ~np.isnan(AFTER)
    found = overlap_test(BEFORE[both], AFTER[both])
    expected = stats.ttest_rel(BEFORE[both], AFTER[both])
    assert found.method == PAIRED
    assert found.df == both.sum() - 1
    assert (found.statistic, found.p) == pytest.approx((expected.statistic, expected.pvalue))


def test_those_who_answered_twice_are_taken_alone_for_drop_out() -> None:
    found = paired_test(BEFORE, AFTER)
    # Differences of the six pairs: -1, 0, -2, 0, -1, -1.
    assert (found.pairs, found.value) == (6, pytest.approx(-5 / 6))
    assert found.value != pytest.approx(overlap_test(BEFORE, AFTER).value)


def test_one_sided_tests_add_up_to_one_and_follow_the_sign() -> None:
    # The R package gives -|t| for "greater"; here the first side is clearly smaller.
    more = overlap_test(BEFORE, AFTER, alternative=GREATER).p
    less = overlap_test(BEFORE, AFTER, alternative=LESS).p
    assert more + less == pytest.approx(1)
    assert less == pytest.approx(overlap_test(BEFORE, AFTER).p / 2)
    assert more > 0.5


def test_pairs_without_variance_count_as_uncorrelated() -> None:
    one = np.array([5.0, 5, 5, 4, 6, NAN, NAN])
    two = np.array([5.0, 5, 5, NAN, NAN, 3, 7])
    found = overlap_test(one, two)
    # r = 0, so the error is that of independent means: s1^2 = .5, s2^2 = 2, n = 5 each.
    assert found.stderr == pytest.approx(np.sqrt(0.5 / 5 + 2 / 5))


def test_without_any_variation_there_is_a_value_and_no_error() -> None:
    found = paired_test([3.0, 4, 5], [2.0, 3, 4])
    assert found.value == 1
    assert np.isnan([found.stderr, found.p, found.low, found.high]).all()
    found = welch_test([3.0, 3, 3], [2.0, 2])
    assert found.value == 1
    assert np.isnan([found.stderr, found.p, found.low, found.high]).all()


def test_too_few_answers_are_refused() -> None:
    for call in (
        lambda: paired_test([1.0, NAN], [2.0, 3]),
        lambda: welch_test([1.0], [2.0, 3]),
        lambda: overlap_test([1.0, NAN], [NAN, 3]),
        lambda: overlap_shares([1.0, 0], [NAN, NAN]),
    ):
        with pytest.raises(TooFewAnswersError):
            call()
    with pytest.raises(UnequalLengthsError):
        overlap_test([1.0, 2], [1.0, 2, 3])


def test_shares_without_pairs_are_the_pooled_z_test() -> None:
    # 30 of 50 against 20 of 50 by hand: p = .5, SE = sqrt(.25 (1/50 + 1/50)) = .1, z = 2.
    one = np.concatenate([np.ones(30), np.zeros(20), np.full(50, NAN)])
    two = np.concatenate([np.full(50, NAN), np.ones(20), np.zeros(30)])
    found = overlap_shares(one, two)
    assert (found.value, found.statistic) == pytest.approx((0.2, 2.0))
    assert found.p == pytest.approx(0.0455, abs=5e-5)


def test_the_same_answers_twice_differ_by_nothing() -> None:
    answers = np.array([1.0, 0, 1, 1, 0])
    found = overlap_shares(answers, answers)
    assert found.value == 0
    assert np.isnan(found.p)
    assert signed_ranks(answers, answers).p == 1
