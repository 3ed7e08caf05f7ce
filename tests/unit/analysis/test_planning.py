"""How many, how wide, how likely: figures published or worked by hand."""

import math

import pytest

from app.analysis.planning.audit import calls_needed, detection_chance, largest_unseen
from app.analysis.planning.precision import expected_half_width, plan_precision
from app.analysis.planning.sample import SampleSizeError, sample_size


def test_a_margin_of_four_points_of_7271_homes_needs_the_published_554():
    # Tenant Satisfaction Measures: 1.96^2 x .25 / .04^2 = 600.2; 600.2 / (1 + 599.2/7271) = 554.5.
    found = sample_size(0.04, population=7271)
    assert found.infinite == pytest.approx(600.228, abs=0.001)
    assert math.floor(found.finite) == 554
    assert found.answers == 555, "a part of a household is asked as a whole one"


def test_rate_and_design_effect_multiply_what_must_be_asked():
    # 384.146 x 1.5 = 576.2; / .6 = 960.4.
    found = sample_size(0.05, deff=1.5, rate=0.6)
    assert (found.answers, found.invited) == (577, 961)


def test_a_margin_that_the_homes_cannot_give_is_said_to_be_out_of_reach():
    # 384.146 / (1 + 383.146/300) = 168.7; at 60 % 281.2 of 300. At 50 % 337.4.
    assert sample_size(0.05, population=300, rate=0.6).is_reachable
    found = sample_size(0.05, population=300, rate=0.5)
    assert (found.invited, found.is_reachable) == (338, False)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("margin", {"margin": 0.0}),
        ("share", {"share": 1.0}),
        ("level", {"level": 1.0}),
        ("rate", {"rate": 0.0}),
        ("deff", {"deff": 0.0}),
        ("population", {"population": 0}),
    ],
)
def test_an_impossible_plan_is_refused_by_name(name: str, change: dict[str, float]):
    with pytest.raises(SampleSizeError) as caught:
        sample_size(**{"margin": 0.05, **change})
    assert caught.value.name == name


def test_the_half_width_uses_the_groups_so_many_answers_carry():
    # t of 29, 14 and 9 degrees of freedom in any table: 2.045, 2.145, 2.262.
    assert expected_half_width(100, 25) == pytest.approx(2.045 * 2.5, abs=0.002)
    assert expected_half_width(36, 24) == pytest.approx(2.145 * 4, abs=0.002)
    assert expected_half_width(25, 20, deff=4) == pytest.approx(2.262 * 8, abs=0.004)
    assert expected_half_width(19.9, 25) is None


def test_a_profile_says_item_by_item_what_the_suppression_table_will_leave():
    found = plan_precision("east", 400, 0.6, {"lift": 1 / 3, "pool": 1 / 12, "rare": 1 / 48})
    assert found.answers == 240
    assert found.worst_case == pytest.approx(40.0)
    assert [one.said for one in found.items] == ["full", "indicative", "means", "nothing"]
    overall, lift, pool, rare = found.items
    # 2.045 x 50 / sqrt(240) = 6.60; 2.045 x 25 / sqrt(80) = 5.72; 2.802 x 25 x sqrt(2/240) = 6.39.
    assert overall.share_half_width == pytest.approx(6.60, abs=0.005)
    assert lift.mean_half_width == pytest.approx(5.72, abs=0.005)
    assert overall.detectable == pytest.approx(6.39, abs=0.005)
    assert (pool.answers, pool.detectable) == (20, pytest.approx(22.15, abs=0.005))
    assert (rare.mean_half_width, rare.share_half_width, rare.detectable) == (None, None, None)


def test_a_hamlet_may_say_its_overall_mean_only_and_an_empty_one_nothing():
    assert plan_precision("hamlet", 10, 0.6, {}).items[0].said == "overall_only"
    assert plan_precision("empty", 0, 0.6, {"x": 0.5}).items[0].said == "nothing"


@pytest.mark.parametrize("change", [{"households": -1}, {"rate": 1.1}, {"profile": {"x": 2.0}}])
def test_an_impossible_community_is_refused(change: dict[str, object]):
    given: dict[str, object] = {"households": 10, "rate": 0.5, "profile": {}}
    with pytest.raises(SampleSizeError):
        plan_precision("c", **{**given, **change})  # type: ignore[arg-type]


# practice.md E.3 prints these in whole percent.
@pytest.mark.parametrize(
    ("fabricated", "calls", "percent"),
    [
        (0.05, 30, 79),
        (0.05, 45, 90),
        (0.05, 60, 95),
        (0.10, 20, 88),
        (0.10, 30, 96),
        (0.20, 10, 89),
        (0.20, 20, 99),
    ],
)
def test_the_chances_of_audit_calls_are_those_of_the_handbook(
    fabricated: float, calls: int, percent: int
):
    assert round(100 * detection_chance(calls, fabricated)) == percent


def test_many_calls_to_few_homes_are_drawn_without_replacement():
    # 2 of 10 made up, 3 calls: 1 - (8 x 7 x 6)/(10 x 9 x 8) = 8/15.
    assert detection_chance(3, 0.2, 10) == pytest.approx(8 / 15)
    # One call is a tenth of the returns: still the simple rule.
    assert detection_chance(1, 0.2, 10) == pytest.approx(0.2)
    assert detection_chance(10, 0.1, 10) == 1.0


def test_more_calls_never_find_less() -> None:
    for returns, fabricated in ((40, 0.01), (40, 0.1), (7, 0.3), (300, 0.004)):
        chances = [detection_chance(m, fabricated, returns) for m in range(returns + 1)]
        assert chances == sorted(chances)


def test_the_calls_needed_are_the_fewest_that_do():
    for fabricated, returns in ((0.05, None), (0.1, 240), (0.02, 100)):
        calls = calls_needed(0.9, fabricated, returns)
        assert calls is not None
        assert detection_chance(calls, fabricated, returns) >= 0.9
        assert detection_chance(calls - 1, fabricated, returns) < 0.9
    assert calls_needed(0.9, 0.05) == 45, "log(.1)/log(.95) = 44.9"


def test_nothing_made_up_is_found_by_no_number_of_calls():
    assert calls_needed(0.9, 0.0) is None
    assert calls_needed(0.9, 0.001, 100) is None, "a tenth of an answer is none"


def test_thirty_clean_calls_leave_room_for_a_tenth():
    # 1 - .05^(1/30) = 9.5 %; the rule of three says 10 %.
    assert largest_unseen(30) == pytest.approx(0.0950, abs=0.0001)
    assert largest_unseen(0) == 1.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: detection_chance(-1, 0.1),
        lambda: detection_chance(5, 1.1),
        lambda: detection_chance(5, 0.1, 4),
        lambda: calls_needed(1.0, 0.1),
        lambda: largest_unseen(5, level=1.0),
        lambda: largest_unseen(-1),
        lambda: expected_half_width(-1, 25),
        lambda: expected_half_width(10, 25, deff=0),
    ],
)
def test_impossible_calls_are_refused(call):
    with pytest.raises(SampleSizeError):
        call()
