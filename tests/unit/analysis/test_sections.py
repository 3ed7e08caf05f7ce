"""The sections a plan asks for: left out unless asked, and suppressed like everything else."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from app.analysis.data.cells import Cells, add_cells, make_cells
from app.analysis.data.dataset import Role
from app.analysis.design.weights import Weighting, make_margin
from app.analysis.plan import StudyPlan, make_plan
from app.analysis.simulation.simulate import make_truth, simulate_dataset
from app.analysis.study import run_study
from tests.unit.analysis.builders import make_dataset, picks, ratings

AREAS = {"security": ("gate", "patrol"), "cleaning": ("stairs",), "repairs": ("speed",)}
SECTIONS = (
    "gaps", "sensitivity", "boxes", "nps", "drivers", "attribute_drivers", "weighting",
    "unweighted", "trend", "communities", "segments", "tables", "scales",
)  # fmt: skip


@cache
def community(returns: int, name: str = "one", wave: str = "2026-06", level: float = 70.0) -> Cells:
    rng = np.random.default_rng(returns)
    truth = make_truth(rng, AREAS, level=level)
    data = simulate_dataset(rng, truth, returns)
    return make_cells(replace(data, communities=(name,), waves=(wave,)))


def everything(cells: Cells, **changes: Any) -> StudyPlan:
    usual = make_plan(cells.layout.columns)
    asked = replace(
        usual,
        gaps=True,
        boxes=True,
        drivers=True,
        attribute_drivers=True,
        scales=True,
        compare_communities=True,
        community_measures=("index", "overall", "security"),
        segments=("community",),
    )
    return replace(asked, **changes)


def numbers(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Walk through a result and yield every float with its place."""
    if isinstance(value, float):
        yield path, value
    elif is_dataclass(value):
        for one in fields(value):
            yield from numbers(getattr(value, one.name), f"{path}.{one.name}")
    elif isinstance(value, tuple):
        for k, one in enumerate(value):
            yield from numbers(one, f"{path}[{k}]")


def test_a_section_that_was_not_asked_for_is_left_out() -> None:
    cells = community(150)
    result = run_study(cells, make_plan(cells.layout.columns))
    assert [name for name in SECTIONS if getattr(result, name)] == []


@pytest.mark.parametrize("returns", [4, 9])
def test_below_10_answers_no_section_says_a_number(returns: int) -> None:
    cells = community(returns)
    result = run_study(cells, everything(cells))
    # What the plan itself fixes, and the level, are no answers of households.
    fixed = ("level", "smallest", "screening_rate")
    told = [
        (name, path)
        for name in SECTIONS
        for path, _ in numbers(getattr(result, name))
        if not path.endswith(fixed)
    ]
    assert told == []
    assert all(table.table.total is None for table in result.tables)


def test_from_10_to_29_answers_shares_are_said_but_no_order_change_or_driver() -> None:
    cells = community(29)
    result = run_study(cells, everything(cells))
    assert result.gaps is not None
    assert result.gaps.orders == ()
    assert result.drivers is not None
    assert (result.drivers.source, result.drivers.items) == (None, ())
    assert any(box.boxes[0].share.value is not None for box in result.boxes)
    assert all(one.alpha is None for one in result.scales)


def test_small_communities_take_the_drivers_of_all() -> None:
    cells = add_cells([community(70, "a"), community(400, "b"), community(300, "c")])
    plan = everything(cells, community="a")
    result = run_study(cells, plan)
    assert result.n == 70
    assert result.drivers is not None
    assert (result.drivers.source, result.drivers.communities) == ("company", 3)
    assert "few_pairs" in result.drivers.refusals
    # The comparison is of all communities of the wave, also when one is studied.
    assert [one.code for one in result.communities[0].entries] == ["a", "b", "c"]
    alone = run_study(cells.select(communities=["a"]), plan)
    assert alone.drivers is not None
    assert alone.drivers.source is None
    given = run_study(cells.select(communities=["a"]), plan, company=cells)
    assert given.drivers == result.drivers


def test_an_earlier_wave_with_other_questions_is_compared_in_what_both_asked() -> None:
    rng = np.random.default_rng(3)
    rows = {item: rng.integers(1, 6, 120).tolist() for item in ("fees", "repairs", "lifts")}
    chosen = {"fees": [1, 0] * 60, "repairs": [0, 1] * 60}
    now = make_dataset({**ratings({k: rows[k] for k in chosen}), **picks(chosen)})
    first = [max(1, one - 1) for one in rows["repairs"]]
    past = make_dataset(
        {
            **ratings({"repairs": first, "lifts": rows["lifts"], "fees": rows["fees"]}),
            **picks(chosen),
        }
    )
    past = replace(past, waves=("2025-12",))
    plan = replace(make_plan(now.columns), wave="2026-06", before=("2025-12",))
    result = run_study(make_cells(now), plan, earlier=make_cells(past))
    assert result.trend is not None
    (step,) = result.trend.steps
    assert step.only_before == ("performance.lifts",)
    change = {one.code: one.change.value for one in step.performance}
    expected = 25 * (np.mean(rows["repairs"]) - np.mean(first))
    assert change["repairs"] == pytest.approx(expected)
    assert change["fees"] == pytest.approx(0.0)
    companions = {item.code: item.companions for item in result.items}
    assert companions["repairs"] is not None
    assert companions["repairs"].change == step.performance[1].change


def test_two_waves_of_the_same_questions_give_a_trend_with_the_first_ones_weights() -> None:
    cells = add_cells([community(120), community(130, wave="2026-11", level=80.0)])
    plan = everything(cells, wave="2026-11", before=("2026-06",), segments=())
    result = run_study(cells, plan)
    assert (result.n, result.trend is not None) == (130, True)
    assert result.trend is not None
    assert [point.wave for point in result.trend.points] == ["2026-06", "2026-11"]
    last = result.trend.points[-1]
    assert last.index_own.value == pytest.approx(result.index.value)
    # The weights of June, the ratings of November.
    june = run_study(cells, replace(plan, wave="2026-06", before=()))
    weights = {item.code: item.importance or 0.0 for item in june.items}
    frozen = sum(weights[item.code] * (item.performance.value or 0) for item in result.items)
    assert last.index.value == pytest.approx(frozen)


def test_frozen_weights_are_those_of_the_plan_in_any_unit() -> None:
    cells = community(150)
    shares = (("security", 2.0), ("cleaning", 1.0), ("repairs", 1.0))
    plan = replace(make_plan(cells.layout.columns), weights="frozen", shares=shares)
    result = run_study(cells, plan)
    assert [item.importance for item in result.items] == pytest.approx([0.5, 0.25, 0.25])
    means = [item.performance.value or 0 for item in result.items]
    assert result.index.value == pytest.approx(np.dot([0.5, 0.25, 0.25], means))


def test_a_weighted_study_lets_communities_count_by_their_households() -> None:
    small, large = community(100, "a", level=60.0), community(150, "b", level=80.0)
    cells = add_cells([small, large])
    weighting = Weighting((make_margin("community", {"a": 300.0, "b": 100.0}),))
    plan = make_plan(cells.layout.columns)
    result = run_study(cells, replace(plan, weighting=weighting))
    parts = [run_study(one, plan).items[0] for one in (small, large)]
    n, means = [p.n for p in parts], [p.performance.value or 0.0 for p in parts]
    # A household of a stands for 300/100, one of b for 100/150.
    weights = [3 * n[0], n[1] / 1.5]
    assert result.items[0].performance.value == pytest.approx(np.average(means, weights=weights))
    assert result.unweighted == run_study(cells, plan).index
    assert result.weighting is not None
    assert result.weighting.applied


def test_the_order_of_the_parts_does_not_change_a_byte_of_a_study() -> None:
    parts = [community(70, "a"), community(80, "b")]
    first, second = add_cells(parts), add_cells(parts[::-1])
    assert run_study(first, everything(first)) == run_study(second, everything(second))


def test_the_bounds_of_all_households_leave_everything_open_to_the_silent() -> None:
    cells = community(150)
    plan = make_plan(cells.layout.columns, population=200)
    result = run_study(cells, plan)
    assert result.overall is not None
    mean, rate = result.overall.value or 0.0, result.overall.n / 200
    # All others may give 0, or 100.
    assert result.overall_bounds == pytest.approx((rate * mean, rate * mean + 100 * (1 - rate)))
    assert run_study(cells, replace(plan, population=None)).overall_bounds is None
    assert run_study(cells, replace(plan, population=50)).overall_bounds is None


def test_counts_by_segment_hide_small_numbers_from_readers_but_not_from_the_operator() -> None:
    answers = {
        (Role.OVERALL, "overall"): ([9, 10] * 5 + [2] * 4) + [9, 2] * 30,
        **ratings({"fees": [3, 4] * 37}),
    }
    data = make_dataset(answers, communities=["a"] * 14 + ["b"] * 60)
    columns = tuple(
        replace(one, satisfied=(8, 9, 10)) if one.role is Role.OVERALL else one
        for one in data.columns
    )
    cells = make_cells(replace(data, columns=columns))
    plan = replace(make_plan(columns), segments=("community",))
    shown = run_study(cells, plan).tables[0].table
    assert shown.cells[0] == (None, None)
    assert None not in run_study(cells, replace(plan, suppress=False)).tables[0].table.cells[0]
    own = run_study(cells, replace(plan, suppress=False)).tables[0]
    assert (own.values, own.table.cells) == (("a", "b"), ((10, 4), (30, 30)))
