from dataclasses import astuple

import numpy as np
import pytest
from scipy import stats

from app.analysis.priorities.chances import quadrant_chances
from app.analysis.priorities.curves import FrameError, discrepancies, iso_pfi_curve
from app.analysis.priorities.matrix import (
    CutRuleError,
    Cuts,
    make_cuts,
    on_the_line,
    quadrant,
)
from app.analysis.priorities.pfi import Term, pfi_values
from app.analysis.results.estimate import Estimate
from app.analysis.results.items import Crosshair
from app.analysis.uncertainty.binormal import binormal_cdf
from app.analysis.uncertainty.replicate import Replicates

CROSS = Crosshair(performance=60.0, importance=0.25, performance_rule="mean", importance_rule="x")
GROUPS = 30
REPLICATES = Replicates(np.zeros((GROUPS + 1, 1), dtype=np.int64), GROUPS)


def interval(low: float | None, high: float | None) -> Estimate:
    return Estimate(None, None, low, high, 100)


@pytest.mark.parametrize(
    ("performance", "importance", "expected"),
    [
        (50.0, 0.3, "concentrate"),
        (70.0, 0.3, "keep_up"),
        (50.0, 0.2, "low_priority"),
        (70.0, 0.2, "possible_overkill"),
        (60.0, 0.25, "keep_up"),  # on both cuts: high
        (60.0 - 1e-12, 0.25 - 1e-12, "keep_up"),  # rounding is not a difference
        (None, 0.3, None),
        (50.0, None, None),
    ],
)
def test_the_quadrant_is_high_on_the_cut(
    performance: float | None, importance: float | None, expected: str | None
) -> None:
    assert quadrant(performance, importance, CROSS) == expected


PERFORMANCE = np.array([[40.0, 60.0, 80.0, 20.0, 99.0], [42.0, 60.0, 80.0, 20.0, 99.0]])
IMPORTANCE = np.array([[0.1, 0.2, 0.3, 0.4, 0.0], [0.1, 0.2, 0.3, 0.4, 0.0]])
KEPT = np.array([True, True, True, True, False])


def cross_of(cuts: Cuts) -> tuple[float | None, float | None]:
    cross = make_cuts(PERFORMANCE, IMPORTANCE, KEPT, cuts).cross
    return cross.performance, cross.importance


def test_the_target_cuts_performance_where_the_company_set_one() -> None:
    assert cross_of(Cuts(target=80.0)) == (80.0, 0.25)
    assert cross_of(Cuts("mean", target=80.0)) == (50.0, 0.25)


def test_without_target_the_mean_of_the_shown_items_cuts_and_the_equal_share() -> None:
    found = make_cuts(PERFORMANCE, IMPORTANCE, KEPT, Cuts())
    assert (found.cross.performance, found.cross.importance) == (50.0, 0.25)
    assert found.cross.performance_rule == "mean"
    assert found.performance.tolist() == [50.0, 50.5]  # a mean of the data moves by replicate
    assert found.from_data == (True, False)


def test_the_crosshair_can_be_the_median_or_the_midpoint_of_the_scale() -> None:
    assert cross_of(Cuts("median", "median")) == (50.0, 0.25)
    three = np.array([True, True, True, False, False])
    found = make_cuts(PERFORMANCE, IMPORTANCE, three, Cuts("median", "mean")).cross
    assert (found.performance, found.importance) == pytest.approx((60.0, 0.2))
    assert cross_of(Cuts("midpoint")) == (50.0, 0.25)


def test_a_list_with_nothing_to_show_has_no_cut() -> None:
    found = make_cuts(PERFORMANCE, IMPORTANCE, ~KEPT & KEPT, Cuts())
    assert (found.cross.performance, found.cross.importance) == (None, None)


@pytest.mark.parametrize("rule", ["mean", "median"])
def test_a_single_item_marks_no_line_of_its_own(rule: str) -> None:
    alone = np.array([True, False, False, False, False])
    found = make_cuts(PERFORMANCE, IMPORTANCE, alone, Cuts(rule, rule)).cross
    assert (found.performance, found.importance) == (None, None)
    at_goal = make_cuts(PERFORMANCE, IMPORTANCE, alone, Cuts(target=80.0)).cross
    assert (at_goal.performance, at_goal.importance) == (80.0, None)
    item = (interval(40.0, 60.0), interval(1.0, 1.0))
    assert on_the_line(*item, found) is None


@pytest.mark.parametrize("cuts", [Cuts("target"), Cuts("mode"), Cuts(importance="target")])
def test_an_unknown_rule_or_a_missing_target_is_an_error(cuts: Cuts) -> None:
    with pytest.raises(CutRuleError):
        make_cuts(PERFORMANCE, IMPORTANCE, KEPT, cuts)


def test_an_item_is_on_the_line_when_either_interval_covers_a_cut() -> None:
    away_p, away_i = interval(61.0, 65.0), interval(0.26, 0.3)
    assert on_the_line(away_p, away_i, CROSS) is False
    assert on_the_line(interval(59.0, 65.0), away_i, CROSS) is True
    assert on_the_line(away_p, interval(0.2, 0.3), CROSS) is True
    assert on_the_line(interval(59.0, 65.0), interval(None, None), CROSS) is True
    assert on_the_line(away_p, interval(None, None), CROSS) is None


@pytest.mark.parametrize("correlation", [-0.99, -0.6, 0.0, 0.3, 0.95])
@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (1.2, -0.4), (-2.0, -1.0), (3.0, 0.5)])
def test_the_joint_normal_chance_agrees_with_another_algorithm(
    x: float, y: float, correlation: float
) -> None:
    covariance = [[1, correlation], [correlation, 1]]
    expected = stats.multivariate_normal.cdf([x, y], cov=covariance, abseps=1e-12)
    assert binormal_cdf(x, y, correlation) == pytest.approx(expected, abs=1e-9)


def test_the_joint_normal_chance_at_the_centre_has_a_closed_form() -> None:
    # Sheppard: 1/4 + arcsin(r)/(2 pi); r = 1/2 gives 1/3.
    assert binormal_cdf(0.0, 0.0, 0.5) == pytest.approx(1 / 3, abs=1e-12)


def moving(value: float, stderr: float, seed: int) -> np.ndarray:
    """Return a statistic whose jackknife error is exactly `stderr`."""
    noise = np.random.default_rng(seed).normal(size=GROUPS)
    noise -= noise.mean()
    noise *= stderr / np.sqrt((GROUPS - 1) / GROUPS * (noise**2).sum())
    return np.concatenate([[value], value + noise])


def chances_of(performance: np.ndarray, importance: np.ndarray, **how: bool) -> tuple | None:
    shape, kept = (GROUPS + 1, 2), np.array([True, True])
    cuts = Cuts(target=50.0, importance="mean")
    places = make_cuts(np.full(shape, 50.0), np.full(shape, 1.0), kept, cuts)
    (found,) = quadrant_chances(
        performance[:, None], importance[:, None], places, REPLICATES, **how
    )
    return None if found is None else astuple(found)


def test_an_item_one_error_below_the_cut_is_low_with_84_percent() -> None:
    # Normal tables: Phi(1) = .8413; the importance is 10 errors above its cut of 1.
    found = chances_of(moving(48.0, 2.0, 1), moving(2.0, 0.1, 2))
    assert found == pytest.approx((0.8413, 0.1587, 0.0, 0.0), abs=5e-5)


def test_coordinates_that_move_together_share_their_chance() -> None:
    # Both on their cuts: low and poor together 1/4 + arcsin(r)/(2 pi); r = 1 gives one half.
    found = chances_of(moving(50.0, 2.0, 1), moving(1.0, 0.1, 1))
    assert found == pytest.approx((0.0, 0.5, 0.5, 0.0), abs=0.005)
    apart = chances_of(moving(50.0, 2.0, 1), 2.0 - moving(1.0, 0.1, 1))
    assert apart == pytest.approx((0.5, 0.0, 0.0, 0.5), abs=0.005)


def test_an_importance_by_rule_is_certain_and_one_without_error_is_not() -> None:
    fixed = np.full(GROUPS + 1, 1.0)
    found = chances_of(moving(48.0, 2.0, 1), fixed, is_exact=True)
    assert found == pytest.approx((0.8413, 0.1587, 0.0, 0.0), abs=5e-5)
    assert chances_of(moving(48.0, 2.0, 1), fixed) is None
    assert chances_of(np.full(GROUPS + 1, 48.0), moving(2.0, 0.1, 2)) is None


def test_chances_are_the_share_of_samples_in_each_quadrant() -> None:
    # 200,000 draws of the normal distribution the replicates describe: an error of .001.
    performance, importance = moving(49.0, 2.0, 5), moving(1.05, 0.1, 6)
    found = chances_of(performance, importance)
    scale = (GROUPS - 1) / GROUPS
    rows = np.stack([performance[1:], importance[1:]]) - np.array([[49.0], [1.05]])
    draws = np.random.default_rng(1).multivariate_normal(
        [49.0, 1.05], scale * rows @ rows.T, 200_000
    )
    low, high = draws[:, 0] < 50, draws[:, 1] >= 1
    shares = [(low & high).mean(), (~low & high).mean(), (low & ~high).mean()]
    assert found is not None
    assert found[:3] == pytest.approx(shares, abs=0.005)
    assert sum(found) == pytest.approx(1.0)


def test_every_point_of_a_curve_has_the_same_pfi() -> None:
    curve = iso_pfi_curve(5.0, performance=(30.0, 95.0), importance=(0.05, 0.4))
    for performance, importance in curve:
        shortfall = Term(1.0, np.array([[100 - performance]]))
        found = pfi_values(np.array([[importance]]), (shortfall,))[0, 0]
        assert found == pytest.approx(5.0, rel=1e-12)
    # Left end: .05 < 5/70, so it enters at the left edge; it leaves through the top at 100 - 12.5.
    assert curve[0] == pytest.approx((30.0, 5 / 70))
    assert curve[-1] == pytest.approx((87.5, 0.4))


def test_a_curve_enters_through_the_lower_edge_and_may_miss_the_picture() -> None:
    assert iso_pfi_curve(2.0, importance=(0.05, 0.4))[0] == pytest.approx((60.0, 0.05))
    assert iso_pfi_curve(90.0, performance=(50.0, 90.0), importance=(0.0, 0.4)) == ()
    assert iso_pfi_curve(0.0) == ()
    assert iso_pfi_curve(1.0, performance=(30.0, 40.0), importance=(0.1, 0.4)) == ()


@pytest.mark.parametrize(
    ("performance", "importance"), [((60, 50), (0, 1)), ((0, 120), (0, 1)), ((0, 100), (1, 1))]
)
def test_a_picture_without_extent_is_an_error(performance: tuple, importance: tuple) -> None:
    with pytest.raises(FrameError):
        iso_pfi_curve(1.0, performance=performance, importance=importance)


def test_the_discrepancy_is_importance_less_performance_on_the_lists_own_range() -> None:
    # Performance 40, 50, 80 is 0, 1/4, 1; importance .1, .3, .2 is 0, 1, 1/2.
    found = discrepancies([40, 50, 80, np.nan], [0.1, 0.3, 0.2, 0.9])
    assert found[:3] == pytest.approx([0.0, 0.75, -0.5])
    assert np.isnan(found[3])
    assert np.isnan(discrepancies([40, 50], [0.5, 0.5])).all()
