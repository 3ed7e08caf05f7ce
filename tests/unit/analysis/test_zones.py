import numpy as np
import pytest

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Role
from app.analysis.disclosure.floors import OWN_ROWS, PUBLISHED
from app.analysis.priorities.headline import make_headline
from app.analysis.priorities.matrix import CutRuleError, Cuts
from app.analysis.results.gaps import SensitivityResult
from app.analysis.tolerance.position import fieller_limits, position_estimates, positions
from app.analysis.tolerance.reliability import difference_reliability
from app.analysis.tolerance.sensitivity import make_sensitivity
from app.analysis.tolerance.zones import ZoneList, make_zones
from app.analysis.uncertainty.frame import Frame, make_frame
from app.analysis.uncertainty.intervals import make_limits
from app.analysis.uncertainty.replicate import Replicates
from tests.unit.analysis.builders import make_dataset

NAN = float("nan")


def levels(item: str, adequate: list, desired: list, perceived: list) -> dict:
    return {
        (Role.ADEQUATE, item): adequate,
        (Role.DESIRED, item): desired,
        (Role.PERCEIVED, item): perceived,
    }


def framed(answers: dict, *, open_floors: bool = True) -> Frame:
    cells = make_cells(make_dataset(answers))
    return make_frame(cells, floors=OWN_ROWS if open_floors else PUBLISHED)


def zones_of(answers: dict, items: tuple[str, ...], **how: bool) -> ZoneList:
    return make_zones(framed(answers, **how), items, "equal", 1.0)


def test_the_position_is_0_at_the_minimum_and_1_at_the_desired_level() -> None:
    adequate, desired = np.full(5, 5.0), np.full(5, 9.0)
    found = positions(adequate, desired, np.array([5.0, 7.0, 9.0, 4.0, 10.0]))
    assert found.tolist() == [0.0, 0.5, 1.0, -0.25, 1.25]


@pytest.mark.parametrize(("adequate", "desired"), [(7.0, 7.0), (8.0, 7.0), (NAN, 7.0)])
def test_a_zone_without_width_has_no_position(adequate: float, desired: float) -> None:
    assert np.isnan(positions(np.array([adequate]), np.array([desired]), np.array([7.0])))[0]


def test_fiellers_limits_are_where_the_test_of_the_ratio_just_holds() -> None:
    low, high = fieller_limits(2.0, 4.0, (0.09, 0.16, 0.02), 2.0) or (NAN, NAN)
    for q in (low, high):
        # The variance of top - q bottom, and the t statistic of its being 0.
        variance = 0.09 + q**2 * 0.16 - 2 * q * 0.02
        assert abs(2.0 - q * 4.0) / variance**0.5 == pytest.approx(2.0)
    assert low < 0.5 < high


def test_without_a_sure_width_every_position_is_possible() -> None:
    assert fieller_limits(2.0, 0.5, (0.09, 0.16, 0.0), 2.0) is None


def test_a_position_has_no_limits_where_the_zone_may_have_no_width() -> None:
    noise = np.linspace(-1, 1, 30)

    def moving(value: float, size: float) -> np.ndarray:
        return np.concatenate([[value], value + size * noise])[:, None]

    def found(width: float) -> tuple[float | None, bool]:
        estimate = position_estimates(
            (np.full((31, 1), 5.0), moving(5.0 + width, 0.1), moving(6.0, 0.01)),
            Replicates(np.zeros((31, 1), dtype=np.int64), 30),
            make_limits(29, 0.95),
            n=np.array([100]),
            holding=np.ones((30, 1), dtype=bool),
            least=1,
        )[0]
        return estimate.value, estimate.low is not None

    assert found(4.0) == (0.25, True)
    assert found(0.5) == (2.0, False)


def test_the_zone_list_places_the_means_within_their_zones() -> None:
    rng = np.random.default_rng(4)
    adequate = rng.integers(3, 6, 120)
    desired = adequate + rng.integers(2, 5, 120)
    perceived = rng.integers(4, 8, 120)
    answers = levels("a", adequate.tolist(), desired.tolist(), perceived.tolist())
    found = zones_of(answers, ("a",)).items[0].position
    assert found is not None
    expected = (perceived - adequate).mean() / (desired - adequate).mean()
    assert found.value == pytest.approx(expected)
    assert found.stderr is not None
    assert found.value - 2.5 * found.stderr < (found.low or 0) < found.value
    assert found.value < (found.high or 0) < found.value + 2.5 * found.stderr


def test_more_than_10_percent_inverted_answers_are_warned_about() -> None:
    def found(inverted: int) -> tuple[float | None, bool]:
        answers: dict = {}
        # Two more items, so that no household is above 40 % of inversions and loses all levels.
        for item in ("b", "c"):
            answers |= levels(item, [4] * 100, [8] * 100, [6] * 100)
        answers |= levels("a", [9] * inverted + [4] * (100 - inverted), [8] * 100, [6] * 100)
        zone = zones_of(answers, ("a", "b", "c")).items[0]
        return zone.inverted_share, zone.inverted_warning

    assert found(10) == (0.10, False)
    assert found(11) == (0.11, True)


def sensitivity_of(inverted: int, *, open_floors: bool) -> SensitivityResult:
    adequate = [9] * inverted + [4] * (120 - inverted)
    answers = levels("a", adequate, [8] * 120, [5] * 120)
    for item in ("b", "c"):
        answers |= levels(item, [4] * 120, [8] * 120, [6] * 120)
    frame = framed(answers, open_floors=open_floors)
    zones = make_zones(frame, ("a", "b", "c"), "equal", 1.0)
    return make_sensitivity(
        frame, (), zones.items, role=Role.PERCEIVED, rules=("equal", "equal"), penalty=1.0
    )


def test_the_list_as_answered_puts_inverted_answers_back() -> None:
    # 40 households said 9 where they hope for 8 and find 5: adequacy (40 x -4 + 80 x 1)/120.
    one = sensitivity_of(40, open_floors=True).as_answered[0]
    assert one.adequacy == pytest.approx(-80 / 120)
    assert one.superiority == pytest.approx(-3.0)
    assert one.below == pytest.approx(1 / 3)
    assert (one.status, one.is_changed) == ("below_minimum", True)


def test_few_inverted_answers_are_not_published_by_the_difference() -> None:
    assert sensitivity_of(9, open_floors=False).as_answered[0].adequacy is None
    assert sensitivity_of(10, open_floors=False).as_answered[0].adequacy is not None
    assert sensitivity_of(0, open_floors=False).as_answered[0].is_changed is False


def test_orders_under_other_choices_are_compared_with_the_lists_own() -> None:
    # By hand, points of 9 and equal weights: a D-P 3, A-P 0; b 1 and 1. Lambda 1: a 3 and b 2;
    # lambda 2: both 3, and the code decides; lambda 0: a 3, b 1.
    answers = levels("a", [4] * 120, [8] * 120, [5] * 120)
    answers |= levels("b", [7] * 120, [7] * 120, [6] * 120)
    frame = framed(answers)
    zones = make_zones(frame, ("a", "b"), "equal", 1.0)
    found = make_sensitivity(
        frame, (), zones.items, role=Role.PERCEIVED, rules=("equal", "equal"), penalty=1.0
    ).zones
    assert {one.name: one.codes for one in found} == {
        "lambda_0": ("a", "b"),
        "lambda_0.5": ("a", "b"),
        "lambda_2": ("a", "b"),
    }
    assert [one.tau for one in found] == [1.0, 1.0, None]
    assert all(one.is_first_same for one in found)


def test_the_matrix_of_the_zone_list_cuts_attainment() -> None:
    rng = np.random.default_rng(5)
    answers: dict = {}
    for item, level in zip("abc", (3, 5, 7), strict=True):
        perceived = (level + rng.integers(0, 3, 120)).tolist()
        answers |= levels(item, [4] * 120, [9] * 120, perceived)
    found = zones_of(answers, ("a", "b", "c"))
    attainments = [zone.attainment.value or 0 for zone in found.items]
    assert found.crosshair is not None
    assert found.crosshair.performance == pytest.approx(np.mean(attainments))
    # Equal weights lie on their cut, and on the cut is high.
    assert [zone.quadrant for zone in found.items] == ["concentrate", "keep_up", "keep_up"]
    first = found.items[0].chances
    assert first is not None
    assert first.concentrate == pytest.approx(1.0, abs=1e-6)


def test_a_target_of_the_company_does_not_cut_attainment() -> None:
    frame = framed(levels("a", [4] * 60, [9] * 60, [5, 6] * 30))
    with pytest.raises(CutRuleError):
        make_zones(frame, ("a",), "equal", 1.0, cuts=Cuts("target", target=80.0))


def test_the_headline_matrix_can_be_cut_at_the_midpoint() -> None:
    frame = framed(levels("a", [4] * 60, [9] * 60, [5, 6] * 30))
    found = make_headline(
        frame,
        ("a",),
        Role.PERCEIVED,
        rule="equal",
        target=80.0,
        statuses={},
        cuts=Cuts("midpoint"),
    )
    assert found.crosshair.performance == 50.0
    assert found.crosshair.performance_rule == "midpoint"


def test_a_difference_is_less_reliable_than_its_parts() -> None:
    # (.8 - .6)/(1 - .6) = .5; uncorrelated parts keep their mean reliability.
    assert difference_reliability(0.8, 0.8, 0.6) == pytest.approx(0.5)
    assert difference_reliability(0.9, 0.7, 0.0) == pytest.approx(0.8)
    assert np.isnan(difference_reliability(0.9, 0.9, 1.0))


def test_unequal_deviations_weigh_the_reliabilities() -> None:
    # s_x = 2, s_y = 1, r = .5: (4 x .8 + .6 - 2)/(4 + 1 - 2) = 1.8/3.
    assert difference_reliability(0.8, 0.6, 0.5, deviation_ratio=2.0) == pytest.approx(0.6)


def test_frozen_weights_of_a_base_wave_rule_both_lists_alike() -> None:
    # P of a is 5.5 = 50 of 100, of b 9 = 800/9; D of both 10. Weights .7 and .3 as given.
    answers = levels("a", [4] * 60, [10] * 60, [5, 6] * 30)
    answers |= levels("b", [4] * 60, [10] * 60, [9] * 60)
    frame, items, frozen = framed(answers), ("a", "b"), {"a": 7.0, "b": 3.0}
    headline = make_headline(
        frame, items, Role.PERCEIVED, rule="frozen", target=None, statuses={}, frozen=frozen
    )
    zones = make_zones(frame, items, "frozen", 1.0, frozen=frozen)
    assert [item.importance for item in headline.items] == pytest.approx([0.7, 0.3])
    assert [item.pfi for item in headline.items] == pytest.approx([0.7 * 50, 0.3 * 100 / 9])
    assert [zone.pfi.value for zone in zones.items] == pytest.approx([35.0, 0.3 * 100 / 9])
    # A given share has no error, so only the performance can move the item.
    assert headline.items[0].weight.stderr is None
    first = headline.items[0].chances
    assert first is not None
    assert first.concentrate + first.keep_up == pytest.approx(1.0)
