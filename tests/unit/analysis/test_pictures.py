"""Slack's zones, IPGA, IPCA, the diagonal and curves: by hand, and as a study gives them."""

from dataclasses import replace

import numpy as np
import pytest

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Role
from app.analysis.plan import make_plan
from app.analysis.priorities.diagonal import diagonal_places
from app.analysis.priorities.grids import ipca_quadrant, ipga
from app.analysis.priorities.slack import (
    SlackScaleError,
    slack_class,
    slack_importance,
    slack_performance,
    slack_zone,
)
from app.analysis.results.study import StudyResult
from app.analysis.study import run_study
from tests.unit.analysis.builders import make_dataset, picks, ratings

NAN = float("nan")


@pytest.mark.parametrize(
    ("importance", "performance", "zone"),
    [
        # AB runs from (9, 6.5) to (1, 3): 3 at 1, 4.75 at 5, 6.5 at 9.
        (1, 3, "appropriate"),
        (1, 3.1, "improve"),
        (5, 4.75, "appropriate"),
        (5, 4.8, "improve"),
        (9, 6.5, "appropriate"),
        (9, 6.6, "improve"),
        # CD runs from (5, 9) to (1, 5): 5 at 1, 7 at 3.
        (1, 5, "improve"),
        (1, 5.1, "urgent"),
        (3, 7, "improve"),
        (3, 7.1, "urgent"),
        (5, 9, "improve"),
        (6, 9, "improve"),  # the line of urgency has left the picture
        # EF runs from (9, 3.5) to (4, 1): 1.5 at 5.
        (9, 3.5, "appropriate"),
        (9, 3.4, "excess"),
        (5, 1.5, "appropriate"),
        (5, 1.4, "excess"),
        (4, 1, "appropriate"),
        (1, 1, "appropriate"),
    ],
)
def test_slacks_zones_are_cut_by_three_lines(
    importance: float, performance: float, zone: str
) -> None:
    assert slack_zone(importance, performance) == zone


@pytest.mark.parametrize("place", [(0.9, 5), (9.1, 5), (5, 0), (5, 10)])
def test_a_place_outside_nine_points_is_refused(place: tuple[float, float]) -> None:
    with pytest.raises(SlackScaleError):
        slack_zone(*place)


def test_nine_points_of_importance_are_three_times_three() -> None:
    said = [slack_class(one) for one in range(1, 10)]
    assert said == ["order_winner"] * 3 + ["qualifier"] * 3 + ["less_important"] * 3
    with pytest.raises(SlackScaleError):
        slack_class(0)


def test_importance_goes_by_eighths_of_the_ranks() -> None:
    # Nine items are the nine points; three are the ends and the middle.
    assert list(slack_importance(np.arange(9)[::-1])) == list(range(1, 10))
    assert list(slack_importance([0.5, 0.2, 0.3])) == [1, 9, 5]
    # Two share ranks 1 and 2 of five: 1 + 8 * .5 / 4 = 2.
    assert list(slack_importance([0.3, 0.3, 0.2, 0.15, 0.05])) == [2, 2, 5, 7, 9]
    found = slack_importance([0.5, NAN, 0.3])
    assert (found[0], found[2]) == (1, 9)
    assert np.isnan(found[1])
    assert list(slack_importance([0.7])) == [5]


def test_performance_is_the_same_unless_a_difference_is_established() -> None:
    found = slack_performance([1.6, -1.6, 1.7, -1.7, NAN])
    assert list(found[:4]) == [5, 5, 2, 8]
    assert np.isnan(found[4])
    direct = slack_performance([1.0, 3.0, -3.0], [1.5, 1.5, NAN])
    assert list(direct) == [5, 1.5, 8]


def test_ipga_places_only_what_is_established() -> None:
    # Means 8 and 6; performance 7.5, 6.75 and 3.75 with mean 6.
    found = ipga([9, 9, 6], [7.5, 6.75, 3.75], [0.01, 0.9, 0.02])
    assert found.importance == pytest.approx([9 / 8, 9 / 8, 6 / 8])
    assert found.performance == pytest.approx([-6 / 7.5, 0, -6 / 3.75])
    assert found.quadrants == ("concentrate", None, "low_priority")
    better = ipga([5, 8], [6, 9], [0.001, 0.001])
    assert better.performance == pytest.approx([6 / 7.5, 9 / 7.5])
    assert better.quadrants == ("possible_overkill", "keep_up")


def test_ipga_corrects_for_the_length_of_the_list() -> None:
    # .03 alone is established, among three it is not.
    assert ipga([9], [8], [0.03]).performance[0] != 0
    assert ipga([9, 9, 9], [8, 8, 8], [0.03, 0.5, 0.6]).performance[0] == 0
    nothing = ipga([NAN], [NAN], [NAN])
    assert nothing.quadrants == (None,)


@pytest.mark.parametrize(
    ("gap", "difference", "quadrant"),
    [
        (1, 1, "solid_advantage"),
        (-1, 1, "head_to_head"),
        (-1, -1, "urgent_action"),
        (1, -1, "null_advantage"),
        (0, 1, None),
        (1, 0, None),
        (NAN, 1, None),
    ],
)
def test_ipca_has_four_quadrants_and_says_nothing_on_a_cut(
    gap: float, difference: float, quadrant: str | None
) -> None:
    assert ipca_quadrant(gap, difference) == quadrant


def test_above_the_diagonal_everything_is_concentrated_on() -> None:
    found = diagonal_places([40, 60, 80, 50, NAN], [0.3, 0.1, 0.2, 0.15, 0.25])
    assert found.performance[:4] == pytest.approx([0, 0.5, 1, 0.25])
    assert found.importance[:4] == pytest.approx([1, 0, 0.5, 0.25])
    # The means of the rescaled axes are .4375 and .4375; equal places lie on the diagonal.
    assert found.places == ("concentrate", "possible_overkill", "keep_up", "low_priority", None)
    assert diagonal_places([50, 50], [0.2, 0.3]).places == (None, None)


def study(households: int, **changes: object) -> StudyResult:
    rng = np.random.default_rng(4)
    level = {"gate": 4, "lifts": 7, "fees": 6}
    rated = {item: rng.integers(one - 1, one + 2, households) for item, one in level.items()}
    answers: dict[tuple[Role, str], list[int | None]] = {}
    for item, own in rated.items():
        asked = 6 + rng.integers(0, 2, households)
        answers[Role.IMPORTANCE, item] = asked.tolist()
        answers[Role.PERCEIVED, item] = own.tolist()
    answers[Role.COMPETITOR, "gate"] = (rated["gate"] + rng.integers(1, 4, households)).tolist()
    answers[Role.COMPETITOR, "lifts"] = (rated["lifts"] - rng.integers(0, 3, households)).tolist()
    answers |= ratings({item: (own // 2).tolist() for item, own in rated.items()})
    chosen = {"gate": [1] * households, "lifts": [0, 1] * (households // 2)}
    answers |= picks({**chosen, "fees": [0] * (households - 10) + [1] * 10})
    data = make_dataset(answers)
    plan = replace(make_plan(data.columns), pictures=True, gaps=True, **changes)
    return run_study(make_cells(data), plan, rows=data)


def test_a_study_draws_every_picture_its_columns_allow() -> None:
    found = study(120).pictures
    assert found is not None
    slack = {one.code: one for one in found.slack}
    # The gate is named by everybody and far behind the competitor.
    assert (slack["gate"].importance, slack["gate"].performance) == (1, 8)
    assert (slack["gate"].zone, slack["gate"].meaning, slack["gate"].coarse) == (
        "urgent", "order_winner", True,
    )  # fmt: skip
    assert slack["lifts"].performance == 2
    assert set(slack) == {"gate", "lifts"}
    ipga_places = {one.code: one for one in found.ipga}
    assert set(ipga_places) == {"gate", "lifts", "fees"}
    assert ipga_places["gate"].performance < 0 < ipga_places["lifts"].performance
    ipca = {one.code: one for one in found.ipca}
    assert set(ipca) == {"gate", "lifts"}
    assert ipca["gate"].quadrant == "urgent_action"
    assert ipca["gate"].difference.high is not None
    assert -2.5 < (ipca["gate"].difference.value or 0) < ipca["gate"].difference.high < 0
    assert ipca["gate"].on_the_line is False
    assert ipca["lifts"].quadrant == "solid_advantage"
    assert ipca["lifts"].gap.low is None
    assert {one.code for one in found.diagonal} == {"gate", "lifts", "fees"}
    assert {one.code: one.place for one in found.diagonal}["gate"] == "concentrate"
    for curve in found.curves:
        for x, y in curve.points:
            assert y * (100 - x) == pytest.approx(curve.level)
    assert found.stated_derived == ()  # drivers were not asked for


def test_pictures_of_ranks_need_a_hundred_and_all_need_thirty() -> None:
    some = study(60).pictures
    assert some is not None
    assert (some.slack, bool(some.ipga), bool(some.diagonal)) == ((), True, True)
    few = study(28).pictures
    assert few is not None
    assert (few.ipga, few.ipca, few.diagonal, few.curves) == ((), (), (), ())
    waived = study(120, reasons=("waiver",)).pictures
    assert waived is not None
    assert (waived.slack, bool(waived.ipga)) == ((), True)
