import pytest

from app.analysis.priorities.matrix import make_crosshair, on_the_line, quadrant
from app.analysis.results.estimate import Estimate
from app.analysis.results.study import Crosshair

CROSS = Crosshair(performance=60.0, importance=0.25, performance_rule="mean", importance_rule="x")


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


def test_the_target_cuts_performance_where_the_company_set_one() -> None:
    assert make_crosshair([40.0, 60.0], 80.0).performance == 80.0
    assert make_crosshair([40.0, 60.0], 80.0).performance_rule == "target"


def test_without_target_the_mean_of_the_items_cuts_and_the_equal_share() -> None:
    found = make_crosshair([40.0, 60.0, 80.0, 20.0], None)
    assert (found.performance, found.importance) == (50.0, 0.25)
    assert make_crosshair([], None).performance is None


def test_an_item_is_on_the_line_when_either_interval_covers_a_cut() -> None:
    away_p, away_i = interval(61.0, 65.0), interval(0.26, 0.3)
    assert on_the_line(away_p, away_i, CROSS) is False
    assert on_the_line(interval(59.0, 65.0), away_i, CROSS) is True
    assert on_the_line(away_p, interval(0.2, 0.3), CROSS) is True
    assert on_the_line(interval(59.0, 65.0), interval(None, None), CROSS) is True
    assert on_the_line(away_p, interval(None, None), CROSS) is None
