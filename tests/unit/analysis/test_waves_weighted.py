"""Weighted waves that do not hold the same communities: a trend is not lost for it."""

from dataclasses import replace

import numpy as np
import pytest

from app.analysis.comparison.waves import compare_waves
from app.analysis.data.cells import Cells, make_cells
from app.analysis.data.dataset import Dataset, Role
from app.analysis.design.calibration import CategoryError, TotalsError
from app.analysis.design.weights import Weighting, make_margin
from app.analysis.plan import StudyPlan, make_plan
from app.analysis.study import run_study
from tests.unit.analysis.builders import make_dataset, ratings

# Mean ratings on 1..5 of every community, by wave: 0-100 is 25 (mean - 1).
LEVELS = {"before": {"x": 2, "y": 4}, "after": {"x": 3, "y": 4, "z": 1}}
SIZES = {"x": 100.0, "y": 300.0, "z": 600.0}


def waves(levels: dict[str, dict[str, int]] = LEVELS) -> Dataset:
    """Return 60 households of every community and wave, each around its level."""
    rows = [
        (wave, name, level + (k % 3 - 1) * (1 < level < 5), k)
        for wave, (_, places) in enumerate(levels.items())
        for name, level in places.items()
        for k in range(60)
    ]
    scores, communities = [one[2] for one in rows], [one[1] for one in rows]
    groups = [one[3] % 30 for one in rows]
    answers = {**ratings({"a": scores, "b": scores}), (Role.OVERALL, "overall"): scores}
    data = make_dataset(answers, groups=groups, communities=communities)
    # Every second household owns its home.
    return replace(
        data,
        wave=np.array([one[0] for one in rows], dtype=np.int64),
        waves=tuple(levels),
        cell_variables=("tenure",),
        cell_names=(("owner",), ("tenant",)),
        cell=np.array([one[3] % 2 for one in rows], dtype=np.int64),
    )


def planned(*margins: tuple[str, dict[str, float]], **options: object) -> tuple[Cells, StudyPlan]:
    data = waves()
    weighting = Weighting(tuple(make_margin(name, sizes) for name, sizes in margins))
    usual = make_plan(data.columns, suppress=False)
    return make_cells(data), replace(usual, weighting=weighting, **options)


def test_a_new_community_leaves_the_change_and_the_other_sizes_stand() -> None:
    cells, plan = planned(("community", SIZES))
    found = compare_waves(cells, plan, "before", "after")
    # x counts 100 and y 300: (25 + 3 * 75) / 4 before, (50 + 3 * 75) / 4 after.
    assert found.index is not None
    assert (found.index.reference, found.index.value) == pytest.approx((62.5, 68.75))
    assert (found.left_out, found.n_before, found.n_after) == (("z",), 120, 120)


def test_the_whole_study_of_a_wave_with_a_new_community_has_its_trend() -> None:
    cells, plan = planned(("community", SIZES), wave="after", before=("before",))
    result = run_study(cells, plan)
    assert result.trend is not None
    # With z (level 1, so 0): (50 + 3 * 75 + 6 * 0) / 10 after.
    assert result.index.value == pytest.approx(27.5)
    assert [one.index.value for one in result.trend.points] == pytest.approx([62.5, 27.5])
    assert [one.n for one in result.trend.points] == [120, 180]


def test_a_community_that_is_gone_and_has_no_size_leaves_the_earlier_wave() -> None:
    data = waves({"before": LEVELS["after"], "after": LEVELS["before"]})
    sizes = make_margin("community", {"x": 100, "y": 300})
    usual = make_plan(data.columns, suppress=False)
    plan = replace(usual, weighting=Weighting((sizes,)), wave="after", before=("before",))
    trend = run_study(make_cells(data), plan).trend
    assert trend is not None
    assert [(one.n, one.index.value) for one in trend.points] == [
        (120, pytest.approx(68.75)),
        (120, pytest.approx(62.5)),
    ]
    assert trend.steps[0].left_out == ("z",)


def test_a_known_community_without_answers_in_the_study_is_still_refused() -> None:
    cells, plan = planned(("community", {**SIZES, "w": 5.0}), wave="after", before=("before",))
    with pytest.raises(CategoryError) as caught:
        run_study(cells, plan)
    assert caught.value.category == ("w",)


def test_other_margins_are_brought_to_the_households_that_remain() -> None:
    tenure = {"owner": 800.0, "tenant": 200.0}
    cells, plan = planned(("community", SIZES), ("tenure", tenure))
    found = compare_waves(cells, plan, "before", "after")
    # Of 400 households 320 own: tenure and community are crossed evenly, so factors multiply.
    weights = {(c, t): SIZES[c] * tenure[t] for c in "xy" for t in tenure}
    whole = sum(weights.values())
    means = []
    for wave in ("before", "after"):
        total = 0.0
        for name, level in LEVELS[wave].items():
            if name == "z":
                continue
            scores = [level + (k % 3 - 1) for k in range(60)]
            for start, home in ((0, "owner"), (1, "tenant")):
                total += weights[name, home] / whole * 25 * (np.mean(scores[start::2]) - 1)
        means.append(total)
    assert found.index is not None
    assert (found.index.reference, found.index.value) == pytest.approx(tuple(means))


def test_margins_that_disagree_from_the_start_are_not_made_to_agree() -> None:
    cells, plan = planned(("community", SIZES), ("tenure", {"owner": 800.0, "tenant": 100.0}))
    with pytest.raises(TotalsError):
        compare_waves(cells, plan, "before", "after")
    weighting = plan.weighting
    assert weighting is not None
    assert weighting.among({"x", "y", "z"}) is weighting
