"""Who is silent: indicators, trends, calls and modes, on figures worked by hand."""

import numpy as np
import pytest
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from app.analysis.nonresponse.arrival import arrival_parts, arrival_trend
from app.analysis.nonresponse.indicator import representativeness
from app.analysis.nonresponse.modes import mode_effects
from app.analysis.nonresponse.propensity import FrameTableError, fit_propensity, make_frame_table
from app.analysis.nonresponse.silent import CallsError, silent_estimate


def frame(rates: dict[tuple[str, str], tuple[int, int]]):
    """Make a frame of two variables: (returned, homes) by category of both."""
    first, second, returned = [], [], []
    for (a, b), (some, homes) in rates.items():
        first += [a] * homes
        second += [b] * homes
        returned += [True] * some + [False] * (homes - some)
    groups = np.arange(len(returned)) % 30
    return make_frame_table({"building": first, "tenure": second}, returned, groups)


EQUAL = {("1", "o"): (60, 100), ("1", "t"): (60, 100), ("2", "o"): (60, 100), ("2", "t"): (60, 100)}
APART = {("1", "o"): (80, 100), ("1", "t"): (80, 100), ("2", "o"): (40, 100), ("2", "t"): (40, 100)}


def test_propensities_are_those_of_statsmodels():
    rng = np.random.default_rng(3)
    design = np.column_stack([np.ones(12), rng.normal(size=(12, 2))])
    members = rng.integers(20, 60, 12).astype(float)
    returned = rng.binomial(members.astype(int), 0.6).astype(float)
    chance, inverse = fit_propensity(design, members, returned)
    fit = GLM(np.column_stack([returned, members - returned]), design, family=Binomial()).fit()
    np.testing.assert_allclose(chance, fit.fittedvalues, rtol=1e-7)
    np.testing.assert_allclose(inverse, fit.cov_params(), rtol=1e-5)


def test_a_frame_that_answers_alike_is_representative():
    found = representativeness(frame(EQUAL))
    assert found.plain == pytest.approx(1.0)
    assert found.indicator.value == pytest.approx(1.0), "the adjustment cannot pass 1"
    assert found.bias_bound == pytest.approx(0.0)


def test_two_buildings_that_answer_unlike_show_in_r_and_in_the_right_variable():
    # 80 % and 40 %: a spread of .2 around .6, so R = 1 - .4 before the adjustment (N - 1 below).
    found = representativeness(frame(APART))
    assert found.plain == pytest.approx(1 - 0.4 * np.sqrt(400 / 399))
    # Adjustment of the variance between: mean of p(1-p) = (.16 + .24)/2 = .2, so (1/400) x .2 in
    # two buildings less the same for the mean: .2 x (2 - 1)/400 = .0005.
    building = found.partials[0]
    assert building.variable == "building"
    assert building.unconditional.value == pytest.approx(np.sqrt(0.04 - 0.0005), rel=1e-6)
    assert found.partials[1].unconditional.value == pytest.approx(0.0, abs=1e-9)
    # (1 - R) / (2 x .6).
    assert found.bias_bound == pytest.approx((1 - found.indicator.value) / 1.2)
    # sqrt(.5) x (.8 - .6).
    assert [one.rate for one in building.categories] == [0.8, 0.4]
    assert building.categories[0].contribution == pytest.approx(np.sqrt(0.5) * 0.2)
    assert found.indicator.low < found.indicator.value < found.indicator.high < 1


def test_within_the_other_variable_nothing_is_left_of_one_that_says_the_same():
    twice = {("1", "o"): (80, 100), ("2", "t"): (40, 100)}
    found = representativeness(frame(twice))
    for one in found.partials:
        assert one.unconditional.value > 0.19
        assert one.conditional.value == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("rates", "reason"),
    [
        ({("1", "o"): (30, 49), ("2", "t"): (30, 50)}, "few_members"),
        ({("1", "o"): (10, 60), ("2", "t"): (15, 60)}, "few_returned"),
        ({("1", "o"): (50, 60), ("2", "t"): (45, 60)}, "few_silent"),
        ({("1", "o"): (60, 120)}, "no_variable"),
    ],
)
def test_a_frame_that_says_too_little_is_refused(rates, reason: str):
    found = representativeness(frame(rates))
    assert (found.reason, found.indicator, found.partials) == (reason, None, ())


def test_small_and_one_sided_categories_are_joined_and_named():
    building = ["a"] * 60 + ["b"] * 50 + ["c"] * 9 + ["d"] * 12
    returned = [True] * 30 + [False] * 30 + [True] * 25 + [False] * 25
    returned += [True] * 4 + [False] * 5 + [True] * 12
    table = make_frame_table({"building": building}, returned, np.zeros(131, int))
    assert table.categories == (("a", "b", "other"),)
    assert table.joined == (("c", "d"),)
    assert table.members.sum(axis=0).tolist() == [60, 50, 21]


def test_a_category_too_small_alone_takes_the_next_smallest_along():
    building = ["a"] * 60 + ["b"] * 50 + ["c"] * 3
    returned = [k % 2 == 0 for k in range(113)]
    table = make_frame_table({"building": building}, returned, np.zeros(113, int))
    assert table.categories == (("a", "other"),)
    assert table.joined == (("b", "c"),)


def test_arrays_of_unlike_length_are_refused():
    with pytest.raises(FrameTableError) as caught:
        make_frame_table({"building": ["a"]}, [True, False], [0, 1])
    assert caught.value.name == "building"
    with pytest.raises(FrameTableError):
        make_frame_table({}, [True, False], [0])


def test_times_are_cut_into_thirds_or_at_the_reminder_and_a_day_is_never_parted():
    assert arrival_parts([1, 2, 3, 4, 5, 6]).tolist() == [0, 0, 1, 1, 2, 2]
    parts = arrival_parts([1, 1, 1, 5, 6, 7, 8], first_reminder=5)
    assert parts.tolist() == [0, 0, 0, 1, 1, 2, 2]
    day = np.repeat([1, 2, 3], [10, 50, 40])
    assert all(np.unique(arrival_parts(day)[day == one]).size == 1 for one in (1, 2, 3))


def test_a_straight_decline_is_carried_on_to_the_silent():
    # 200 homes, 120 answers: 70, 60, 50 at positions .1, .3, .5; the silent stand at .8: 35.
    values = np.repeat([70.0, 60.0, 50.0], 40)
    found = arrival_trend(values, np.repeat([1, 2, 3], 40), 200, np.arange(120) % 30)
    assert [one.position for one in found.parts] == pytest.approx([0.1, 0.3, 0.5])
    assert found.slope.value == pytest.approx(-5.0), "points for every tenth of the base"
    assert found.silent.value == pytest.approx(35.0)
    assert found.everybody.value == pytest.approx(0.6 * 60 + 0.4 * 35)


def test_a_trend_off_the_scale_stops_at_its_end():
    values = np.repeat([40.0, 20.0, 2.0], 40)
    found = arrival_trend(values, np.repeat([1, 2, 3], 40), 200, np.arange(120) % 30)
    assert found.silent.value == 0.0


@pytest.mark.parametrize(
    ("times", "base", "reminder", "reason"),
    [
        (np.arange(99), 200, None, "few_answers"),
        (np.arange(120), 120, None, "nobody_silent"),
        (np.ones(120), 200, None, "no_time"),
        (np.arange(120), 200, 5, "few_in_part"),
    ],
)
def test_a_trend_that_cannot_be_told_is_refused(times, base: int, reminder, reason: str):
    values = np.full(len(times), 60.0)
    groups = np.arange(len(times)) % 30
    found = arrival_trend(values, times, base, groups, first_reminder=reminder)
    assert (found.reason, found.slope) == (reason, None)


def test_calls_to_the_silent_add_up_as_hansen_and_hurwitz_say():
    # 60 of 100 answered, mean 70, variance 100; 20 calls, 16 answers, mean 50, variance 64.
    own = np.tile([70 - 10 * np.sqrt(59 / 60), 70 + 10 * np.sqrt(59 / 60)], 30)
    called = np.tile([50 - 8 * np.sqrt(15 / 16), 50 + 8 * np.sqrt(15 / 16)], 8)
    found = silent_estimate(own, called, base=100, calls=20)
    assert found.everybody.value == pytest.approx(0.6 * 70 + 0.4 * 50)
    # .36 x 100/60 + .16 x 64/16 = .6 + .64.
    assert found.everybody.stderr == pytest.approx(np.sqrt(1.24))
    # 1.24^2 / (.6^2/59 + .64^2/15) = 46.04.
    assert found.everybody.df == 46
    assert found.difference.value == pytest.approx(-20.0)
    # Four of the twenty refused: a fifth of the silent 40 % is unknown.
    assert found.bounds == pytest.approx((0.6 * 70 + 0.4 * 0.8 * 50, 66.0))
    assert found.weight == 2.5
    assert found.warnings == ("small",)


def test_calls_that_mostly_fail_are_warned_of():
    own = np.linspace(40, 80, 60)
    found = silent_estimate(own, np.linspace(30, 70, 12), base=200, calls=40)
    assert found.warnings == ("small", "few_calls_answered")


@pytest.mark.parametrize(
    ("returned", "called", "base", "calls", "reason"),
    [(100, 0, 100, 0, "nobody_silent"), (60, 9, 100, 20, "few_answers")],
)
def test_a_sample_that_says_nothing_is_refused(returned, called, base, calls, reason):
    found = silent_estimate(np.ones(returned), np.ones(called), base=base, calls=calls)
    assert (found.reason, found.everybody) == (reason, None)


@pytest.mark.parametrize(("returned", "called", "base", "calls"),
                         [(0, 0, 10, 0), (11, 0, 10, 0), (5, 3, 10, 2), (5, 2, 10, 6)])  # fmt: skip
def test_impossible_calls_are_refused(returned, called, base, calls):
    with pytest.raises(CallsError):
        silent_estimate(np.ones(returned), np.ones(called), base=base, calls=calls)


def answers(effect: float, *, building: float = 0.0, each: int = 60):
    """Make answers on paper and phone in two buildings; paper is commoner in the second."""
    rng = np.random.default_rng(5)
    values, modes, buildings = [], [], []
    for place, (paper, phone) in enumerate([(each, 3 * each), (3 * each, each)]):
        noise = rng.normal(0, 10, paper + phone)
        # Each way of each building has its own mean exactly.
        noise[:paper] -= noise[:paper].mean()
        noise[paper:] -= noise[paper:].mean()
        mode = np.repeat(["paper", "phone"], [paper, phone])
        values.append(60 + building * place + effect * (mode == "paper") + noise)
        modes.append(mode)
        buildings.append(np.full(paper + phone, f"b{place}"))
    return np.concatenate(values), np.concatenate(modes), np.concatenate(buildings)


def test_a_difference_of_buildings_is_no_effect_of_the_mode():
    # Paper is 3/4 of the second building and 1/4 of the first: the plain difference is half of 20.
    values, modes, buildings = answers(0.0, building=20.0)
    found = mode_effects(values, modes.tolist(), {"building": buildings.tolist()})
    (one,) = found.effects
    sign = 1 if one.mode == "paper" else -1
    assert sign * one.plain.value == pytest.approx(10.0)
    assert one.effect.value == pytest.approx(0.0, abs=1e-9)
    assert (one.is_established, one.is_warned) == (False, False)


def test_a_large_effect_of_the_mode_is_warned_of_and_a_small_one_only_said():
    values, modes, buildings = answers(12.0)
    (large,) = mode_effects(values, modes.tolist(), {"building": buildings.tolist()}).effects
    assert (large.is_established, large.is_warned) == (True, True)
    values, modes, buildings = answers(3.0, each=300)
    (small,) = mode_effects(values, modes.tolist(), {"building": buildings.tolist()}).effects
    assert (small.is_established, small.is_warned) == (True, False)


def test_a_control_that_repeats_another_changes_nothing():
    values, modes, buildings = answers(5.0)
    once = mode_effects(values, modes.tolist(), {"building": buildings.tolist()})
    again = {"building": buildings.tolist(), "phase": buildings.tolist()}
    assert mode_effects(values, modes.tolist(), again).effects == once.effects


def test_a_mode_that_is_a_building_cannot_be_told_from_it():
    values, modes, _ = answers(5.0)
    found = mode_effects(values, modes.tolist(), {"building": modes.tolist()})
    assert (found.reason, found.effects) == ("confounded", ())


def test_rare_modes_are_left_out_and_one_mode_is_compared_with_nothing():
    values, modes, _ = answers(0.0)
    modes[:29] = "visit"
    assert mode_effects(values, modes.tolist(), {}).left_out == ("visit",)
    assert mode_effects(values, ["paper"] * values.size, {}).reason == "one_mode"
    assert mode_effects(values[:99], ["paper"] * 99, {}).reason == "few_answers"
    assert mode_effects([], [], {}).reason == "few_answers"
