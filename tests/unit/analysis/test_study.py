import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from app.analysis.cells import make_cells
from app.analysis.dataset import Role
from app.analysis.importance import WeightsRuleError
from app.analysis.results import DamagedResultError, SchemaError, StudyResult, from_json, to_json
from app.analysis.simulate import make_truth, simulate_dataset
from app.analysis.study import PlanError, StudyPlan, make_plan, run_study
from tests.unit.analysis.builders import make_dataset, picks, ratings

AREAS = {"security": ("gate", "patrol"), "cleaning": ("stairs",), "repairs": ("speed",)}


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
    assert from_json(text).items[0].performance.df == 29
    assert json.loads(text)["schema"] == "linsheng-study/1"


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


@pytest.mark.parametrize("text", ["", "{", '{"schema":"linsheng-study/1","surprise":1}'])
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


def test_with_30_to_99_answers_everything_is_said_but_indicative() -> None:
    result = simulated(60)
    assert result.standing == "indicative"
    assert result.index.value is not None
    assert all(item.pfi is not None and item.band is not None for item in result.items)
    assert not result.order_said


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
    assert not result.order_said


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
