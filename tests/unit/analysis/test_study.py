import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Role
from app.analysis.importance.stated import WeightsRuleError
from app.analysis.plan import PlanError, StudyPlan, make_plan
from app.analysis.results.canonical import DamagedResultError, SchemaError, from_json, to_json
from app.analysis.results.study import StudyResult
from app.analysis.simulation.simulate import make_truth, simulate_dataset
from app.analysis.study import run_study
from app.analysis.uncertainty.jackknife import jackknife_jk1, weighted_mean
from tests.unit.analysis.builders import make_dataset, picks, ratings

AREAS = {
    "security": ("gate", "patrol"),
    "cleaning": ("stairs",),
    "repairs": ("speed",),
    "green": (),
}


def simulated(returns: int, seed: int = 1, **changes: object) -> StudyResult:
    rng = np.random.default_rng(seed)
    data = simulate_dataset(rng, make_truth(rng, AREAS), returns)
    plan = replace(make_plan(data.columns, population=returns * 2), **changes)  # type: ignore[arg-type]
    return run_study(make_cells(data), plan, 7)


def studied(
    items: dict[str, list[int | None]], picked: dict[str, list[int]] | None = None
) -> StudyResult:
    data = make_dataset({**ratings(items), **picks(picked or {})})
    return run_study(make_cells(data), make_plan(data.columns))


def test_the_index_is_the_weighted_mean_and_pfi_its_shortfall() -> None:
    # 40 households: a 4 and 2 in turn (mean 3 = 50 of 100), b always 5 and 4 (4.5 = 87.5);
    # a is picked by 30, b by 10 of them: weights 3/4 and 1/4.
    result = studied(
        {"a": [4, 2] * 20, "b": [5, 4] * 20},
        {"a": [1] * 30 + [0] * 10, "b": [0] * 30 + [1] * 10},
    )
    index = Fraction(3, 4) * 50 + Fraction(1, 4) * Fraction(175, 2)
    assert result.index.value == pytest.approx(float(index), rel=1e-12)
    assert result.index.hill_percent == pytest.approx(100 * (0.75 * 3 + 0.25 * 4.5) / 5)
    assert result.index.equal_weights == pytest.approx((50 + 87.5) / 2)
    assert [item.pfi for item in result.items] == pytest.approx([37.5, 3.125])
    assert sum(item.pfi or 0 for item in result.items) == pytest.approx(float(100 - index))
    assert [item.emphasis for item in result.items] == [0.75, 0.25]
    assert [item.satisfied.value for item in result.items] == [0.5, 1.0]
    assert [item.is_rating for item in result.items] == pytest.approx([0.375, 0.0])


def test_emphasis_counts_all_households_also_those_that_picked_nothing() -> None:
    result = studied({"a": [3] * 40, "b": [4] * 40}, {"a": [1] * 10 + [0] * 30, "b": [0] * 40})
    assert [item.emphasis for item in result.items] == [0.25, 0.0]
    assert [item.importance for item in result.items] == [1.0, 0.0]


@pytest.mark.parametrize("n", [20, 30, 60, 100, 250])
def test_no_standard_error_is_ever_zero(n: int) -> None:
    result = studied({"a": [5] * n, "b": [4] * n}, {"a": [1] * n, "b": [0] * n})
    text = to_json(result)
    assert '"stderr":0' not in text
    assert '"pfi_stderr":0' not in text


def test_the_same_cells_plan_and_seed_give_the_same_bytes() -> None:
    assert to_json(simulated(150)) == to_json(simulated(150))


def test_the_json_comes_back_as_the_same_result() -> None:
    text = to_json(simulated(150))
    assert to_json(from_json(text)) == text
    again = from_json(text)
    assert again.items[0].performance.df == again.groups - 1
    assert json.loads(text)["schema"] == "linsheng-study/2"


def test_the_json_has_sorted_keys_and_12_significant_digits() -> None:
    text = to_json(simulated(150))
    data = json.loads(text)
    assert text == json.dumps(data, sort_keys=True, separators=(",", ":")) + "\n"
    value = data["index"]["value"]
    assert value == float(f"{value:.12g}")


@pytest.mark.parametrize("text", ["[]", "{}", '{"schema":"linsheng-study/0"}'])
def test_a_result_of_another_version_is_refused(text: str) -> None:
    with pytest.raises(SchemaError):
        from_json(text)


@pytest.mark.parametrize("text", ["", "{", '{"schema":"linsheng-study/2","surprise":1}'])
def test_what_is_no_result_is_refused(text: str) -> None:
    with pytest.raises(DamagedResultError):
        from_json(text)


def test_with_fewer_than_5_answers_nothing_is_said() -> None:
    result = simulated(4)
    assert result.standing == "suppressed"
    assert result.overall is not None
    assert result.overall.value is None
    assert result.index.value is None
    assert all(item.mean is None and item.emphasis is None for item in result.items)


def test_with_5_to_9_answers_only_the_overall_mean_is_said() -> None:
    result = simulated(9)
    assert result.standing == "suppressed"
    assert result.overall is not None
    assert result.overall.value is not None
    assert result.overall.low is None
    assert result.overall_satisfied is not None
    assert result.overall_satisfied.value is None
    assert all(item.mean is None and item.distribution is None for item in result.items)
    assert all(item.satisfied.value is None for item in result.items)
    assert all(zone.adequacy.value is None and zone.below.value is None for zone in result.zones)
    assert all(zone.status is None for zone in result.zones)
    assert all(one.mean is None for one in result.attributes)


def test_with_10_to_29_answers_there_are_means_but_no_index_order_or_pfi() -> None:
    result = simulated(29, seed=3)
    assert result.standing == "indicative"
    assert result.indicative_why == ("small_n",)
    assert result.index.value is None
    shown = [item for item in result.items if item.n >= 10]
    assert shown
    assert all(item.mean is not None for item in shown)
    assert all(item.pfi is None and item.rank is None for item in result.items)
    assert all(item.quadrant is None and item.is_rating is None for item in result.items)
    assert all(zone.pfi.value is None and zone.rank is None for zone in result.zones)
    assert not result.order_said


def zone_answers(n: int, asked: dict[str, int]) -> dict[tuple[Role, str], list[int | None]]:
    """Return levels of zone items that the first so many of n households gave."""
    levels = ((Role.ADEQUATE, (4, 5)), (Role.DESIRED, (9, 8)), (Role.PERCEIVED, (6, 7, 3)))
    return {
        (role, item): [points[k % len(points)] if k < given else None for k in range(n)]
        for item, given in asked.items()
        for role, points in levels
    }


def zone_study(performance: int, asked: dict[str, int], n: int = 120) -> StudyResult:
    """Study n households: two headline areas with so many ratings each, and a zone list."""
    rated = [[4, 2, 5][k % 3] if k < performance else None for k in range(n)]
    better = [[5, 4][k % 2] if k < performance else None for k in range(n)]
    data = make_dataset({**ratings({"x": rated, "y": better}), **zone_answers(n, asked)})
    return run_study(make_cells(data), make_plan(data.columns))


def test_with_30_to_99_answers_there_are_indicative_bands_but_no_ranks() -> None:
    result = simulated(99)
    assert result.standing == "indicative"
    assert result.index.value is not None
    assert all(item.pfi is not None and item.band is not None for item in result.items)
    assert all(item.rank is None and item.rank_low is None for item in result.items)
    assert all(item.rank_high is None and item.tied == () for item in result.items)
    assert all(zone.rank is None and zone.band is None for zone in result.zones)
    assert not result.order_said
    assert not result.zones_order_said


def test_one_item_under_100_answers_withholds_the_ranks_of_its_whole_list() -> None:
    result = studied(
        {"a": [3, 4] * 60, "b": [4] * 99 + [None] * 21, "c": [5, 4] * 60, "d": [2, 4] * 60}
    )
    assert result.standing == "full"
    assert not result.order_said
    assert all(item.rank is None and item.rank_low is None for item in result.items)
    assert all(item.band is not None for item in result.items)


def test_each_list_goes_by_its_own_numbers_of_answers() -> None:
    few_levels = zone_study(120, {"a": 99, "b": 120})
    assert (few_levels.order_said, few_levels.zones_order_said) == (True, False)
    assert all(item.rank is not None for item in few_levels.items)
    assert all(zone.rank is None and zone.band is None for zone in few_levels.zones)
    few_ratings = zone_study(99, dict.fromkeys("abcd", 120))
    assert (few_ratings.order_said, few_ratings.zones_order_said) == (False, True)
    assert all(item.rank is None for item in few_ratings.items)
    assert all(zone.rank is not None and zone.band is not None for zone in few_ratings.zones)


def test_a_withheld_zone_pfi_cannot_be_read_off_the_attainment() -> None:
    few, enough = zone_study(120, {"a": 29, "b": 120}).zones
    assert few.adequacy.value is not None
    assert (few.pfi.value, few.attainment.value) == (None, None)
    # Without the whole list there is no matrix to place the other item in.
    assert enough.pfi.value is not None
    assert enough.attainment.value is None
    placed = zone_study(120, {"a": 30, "b": 120}).zones
    assert all(zone.pfi.value is not None and zone.attainment.value is not None for zone in placed)


def test_zone_shares_of_nobody_and_everybody_are_top_coded_below_30_answers() -> None:
    def inside(n: int, beyond: int, **changes: object) -> StudyResult:
        levels = {
            (Role.ADEQUATE, "a"): [4] * n,
            (Role.DESIRED, "a"): [8] * n,
            (Role.PERCEIVED, "a"): [9] * beyond + [6] * (n - beyond),
        }
        data = make_dataset(levels)
        plan = replace(make_plan(data.columns), **changes)  # type: ignore[arg-type]
        return run_study(make_cells(data), plan)

    nobody, one = inside(14, 0).zones[0], inside(14, 1).zones[0]
    assert nobody.below.value == nobody.above.value == pytest.approx(1 / 14)
    assert nobody.inside.value == pytest.approx(13 / 14)
    assert (nobody.below.low, nobody.inside.high) == (0.0, 1.0)
    assert nobody.top_coded
    # One household more or less beyond the desired level reads the same.
    assert (one.below, one.inside, one.above) == (nobody.below, nobody.inside, nobody.above)
    assert inside(14, 2).zones[0].above.value == pytest.approx(2 / 14)
    full = inside(30, 0).zones[0]
    assert (full.above.value, full.inside.value, full.top_coded) == (0.0, 1.0, False)
    own = inside(14, 0, suppress=False).zones[0]
    assert (own.above.value, own.above.low, own.top_coded) == (0.0, 0.0, False)


def test_the_order_says_which_items_cannot_be_told_apart() -> None:
    # a and b have the same answers in another turn; c is far better than both.
    result = studied({"a": [2, 1, 3] * 50, "b": [1, 3, 2] * 50, "c": [5, 4, 5] * 50})
    assert result.order_said
    assert [item.tied for item in result.items] == [("b",), ("a",), ()]


def test_from_100_answers_of_every_item_the_order_may_be_stated() -> None:
    result = simulated(140)
    assert result.standing == "full"
    assert result.indicative_why == ()
    assert result.order_said
    few = studied({"a": [3, 4] * 60, "b": [4, None] * 60})
    assert few.standing == "full"
    assert not few.order_said


def test_a_waiver_marks_everything_indicative_and_withholds_ranks() -> None:
    result = simulated(150, reasons=("waiver",))
    assert result.standing == "indicative"
    assert result.indicative_why == ("waiver",)
    assert result.index.value is not None
    assert all(item.rank is None and item.band is None for item in result.items)
    assert all(zone.rank is None and zone.band is None for zone in result.zones)
    assert not result.order_said
    assert not result.zones_order_said


def test_an_item_with_few_answers_leaves_the_list_so_that_nobody_can_work_it_out() -> None:
    few: list[int | None] = [1] * 9 + [None] * 91
    result = studied({"a": [3, 4] * 50, "b": [5, 4] * 50, "c": few})
    hidden = result.items[2]
    assert (hidden.n, hidden.missing) == (9, 91)
    assert hidden.mean is None
    assert hidden.importance is None
    assert hidden.rank is None
    assert sum(item.importance or 0 for item in result.items) == pytest.approx(1.0)
    assert result.index.value == pytest.approx((62.5 + 87.5) / 2)


def test_an_item_nobody_answered_does_not_break_the_others() -> None:
    nobody: list[int | None] = [None] * 100
    result = studied({"a": [3, 4] * 50, "b": nobody})
    assert result.index.value == pytest.approx(62.5)
    assert result.items[1].performance.value is None


def test_an_item_answered_in_one_group_only_has_a_mean_but_no_error() -> None:
    # Groups are k mod 30: the ten answers all lie in group 0.
    answers: list[int | None] = [5 if k % 30 == 0 else None for k in range(300)]
    result = studied({"a": [3, 4] * 150, "b": answers})
    assert result.items[1].mean == 5.0
    assert result.items[1].stderr is None
    assert result.index.stderr is not None


def test_groups_without_an_answer_of_an_item_leave_its_g_and_degrees_of_freedom() -> None:
    # Only the households of groups 0 to 11 of 30 answer b.
    rng = np.random.default_rng(9)
    rows, group = rng.integers(1, 6, (2, 150)), np.arange(150) % 30
    asked = group < 12
    b = [int(one) if keeps else None for one, keeps in zip(rows[1], asked, strict=True)]
    result = studied({"a": rows[0].tolist(), "b": b})
    by_rows = jackknife_jk1(lambda w: weighted_mean(rows[1][asked], w), group[asked])
    item = result.items[1]
    assert item.stderr == pytest.approx(float(by_rows.stderr), rel=1e-12)
    assert (by_rows.df, item.performance.df, result.items[0].performance.df) == (11, 11, 29)
    # Equal weights rest on no answers, so the PFI of b has the groups of b, too.
    assert item.pfi_stderr == pytest.approx(0.5 * 25 * float(by_rows.stderr), rel=1e-12)
    # Printed table: t(.975, 11) = 2.2010.
    assert item.mean is not None
    assert item.high == pytest.approx(item.mean + 2.2010 * float(by_rows.stderr), abs=5e-5)
    assert result.groups == 30


def test_picks_keep_every_group_in_the_weights_and_in_pfi() -> None:
    # b is answered in groups 0 to 11 only, but picks come from all thirty.
    rng = np.random.default_rng(10)
    b = [int(one) if k % 30 < 12 else None for k, one in enumerate(rng.integers(1, 6, 150))]
    first = rng.integers(0, 2, 150)
    result = studied(
        {"a": rng.integers(1, 6, 150).tolist(), "b": b},
        {"a": first.tolist(), "b": (1 - first).tolist()},
    )
    assert result.items[1].performance.df == 11
    assert result.items[1].weight.df == 29
    assert result.items[1].pfi_stderr is not None


def test_no_households_at_all_give_an_empty_result() -> None:
    result = studied({"a": [], "b": []}, {"a": [], "b": []})
    assert (result.n, result.groups, result.standing) == (0, 0, "suppressed")
    assert result.index.value is None
    assert from_json(to_json(result)).items[0].mean is None


def test_shares_of_0_and_100_percent_are_top_coded_below_30_answers() -> None:
    result = studied({"a": [5] * 20, "b": [1, 5] * 10})
    assert result.items[0].distribution == pytest.approx((0.05, 0.05, 0.05, 0.05, 0.95))
    assert result.items[0].top_coded
    assert studied({"a": [5] * 30, "b": [1] * 30}).items[0].distribution == (0, 0, 0, 0, 1)


def test_rows_of_the_operator_are_not_suppressed() -> None:
    result = simulated(8, suppress=False)
    assert result.standing == "indicative"
    assert result.index.value is not None
    assert result.index.stderr is None
    assert all(item.rank is not None and item.rank_low is None for item in result.items)
    more = simulated(60, suppress=False)
    assert more.standing == "indicative"
    assert all(item.rank is not None and item.rank_low is not None for item in more.items)
    assert all(zone.rank is not None and zone.band is not None for zone in more.zones)
    assert not more.order_said


def test_a_target_moves_the_cut_of_the_matrix() -> None:
    result = simulated(150, performance_target=95.0)
    assert (result.crosshair.performance, result.crosshair.performance_rule) == (95.0, "target")
    assert all(item.quadrant in ("concentrate", "low_priority") for item in result.items)


def test_the_zone_of_an_item_stands_beside_it_in_the_headline() -> None:
    result = simulated(150)
    assert [item.zone for item in result.items] == [zone.status for zone in result.zones]
    assert all(item.zone is not None for item in result.items)


def test_shares_of_households_below_inside_and_above_sum_to_one() -> None:
    for zone in simulated(150).zones:
        total = sum(one.value or 0 for one in (zone.below, zone.inside, zone.above))
        assert total == pytest.approx(1.0)


def test_the_zone_pfi_is_the_weighted_distance_from_full_attainment() -> None:
    for zone in simulated(150).zones:
        assert zone.pfi.value == pytest.approx(
            (zone.weight.value or 0) * (100 - (zone.attainment.value or 0))
        )


def test_attributes_have_a_level_only() -> None:
    result = simulated(150)
    assert [(one.area, one.code) for one in result.attributes] == [
        ("security", "security.gate"),
        ("security", "security.patrol"),
        ("cleaning", "cleaning.stairs"),
        ("repairs", "repairs.speed"),
    ]
    assert all(one.mean is not None and one.stderr is not None for one in result.attributes)


def test_the_usual_plan_takes_picks_before_ratings_before_equal_weights() -> None:
    performance = ratings({"a": [1], "b": [2]})
    importance = {(Role.IMPORTANCE, item): [5] for item in ("a", "b")}
    picked = picks({"a": [1], "b": [0]})
    for answers, rule in (
        (performance, "equal"),
        ({**performance, **importance}, "ratings"),
        ({**performance, **importance, **picked}, "emphasis"),
        ({**performance, **picks({"a": [1]})}, "equal"),
    ):
        assert make_plan(make_dataset(answers).columns).weights == rule


def test_a_plan_the_columns_cannot_fulfil_is_refused() -> None:
    cells = make_cells(make_dataset(ratings({"a": [1]})))
    for plan in (
        StudyPlan(headline=("b",), weights="equal"),
        StudyPlan(headline=(), weights="equal"),
        StudyPlan(headline=("a",), zones=("a",), weights="equal"),
    ):
        with pytest.raises(PlanError):
            run_study(cells, plan)
    for rule in ("emphasis", "ratings", "guess"):
        with pytest.raises(WeightsRuleError) as caught:
            run_study(cells, StudyPlan(headline=("a",), weights=rule))
        assert caught.value.rule == rule
