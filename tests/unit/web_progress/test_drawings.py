"""The small drawings of the tracker: hand-worked lengths."""

import pytest

from app.surveys.campaign.rules import ReturnCount
from app.web.progress import rate_bar, sparkline


# The bar is 112 wide: 30 of 40 is three quarters, 84; the 60 % line lies at 67.2.
def test_a_bar_is_as_long_as_the_rate():
    bar = rate_bar(ReturnCount(40, 30), 600)
    assert (bar.filled, bar.line) == ("84", "67.2")


@pytest.mark.parametrize(("base", "returned", "filled"), [(0, 0, "0"), (5, 0, "0"), (5, 5, "112")])
def test_a_bar_has_an_empty_and_a_full_end(base, returned, filled):
    assert rate_bar(ReturnCount(base, returned), 600).filled == filled


def test_stripes_stay_within_the_bar():
    for returned in range(101):
        bar = rate_bar(ReturnCount(100, returned), 600)
        starts = [int(part.split(" ")[0]) for part in bar.stripes.split("M")[1:]]
        assert all(start + 5 <= float(bar.filled) for start in starts)


# The axis runs from x 2 to 108 over 10 days and from y 33 up to 3 at 80 %: 40 % is half-way, 18.
def test_a_curve_goes_through_its_counts():
    spark = sparkline([0, 20, 40], base=100, required_permille=600, days=10)
    assert spark.path == "M2 33L12.6 33L23.2 25.5L33.8 18"
    assert (spark.x, spark.y, spark.need_y, spark.end_x) == ("33.8", "18", "10.5", "108")


def test_answers_after_the_deadline_lengthen_the_axis():
    spark = sparkline([10] * 20, base=100, required_permille=600, days=10)
    assert (spark.x, spark.end_x) == ("108", "55")


def test_a_rate_above_eighty_percent_still_fits():
    spark = sparkline([100], base=100, required_permille=600, days=1)
    assert (spark.x, spark.y) == ("108", "3")


@pytest.mark.parametrize(("counts", "base"), [([], 10), ([0], 0)])
def test_nothing_is_drawn_before_there_is_anything(counts, base):
    assert sparkline(counts, base=base, required_permille=600, days=20) is None
