"""How cases were closed, and return rates near the required one; numbers worked by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from app.surveys.integrity.bunching import find_bunching
from app.surveys.integrity.closings import Closing, count_quick, count_same

AT = datetime(2026, 11, 25, 2, tzinfo=UTC)
LONG = "已告知业主配件到货日期"


def closed(*seconds, staff_id=1, words=LONG):
    return [Closing(staff_id, AT + timedelta(seconds=one), words) for one in seconds]


def test_cases_closed_within_a_minute_of_each_other_by_one_person_are_counted():
    assert count_quick(closed(0, 59, 300, 360)) == 2  # 300 and 360 are a whole minute apart
    assert count_quick(closed(120, 0, 60, 30)) == 3  # in whatever order
    assert count_quick([*closed(0), *closed(10, staff_id=2)]) == 0  # two people talk at once


def test_the_same_words_count_from_three_cases_on_and_very_short_ones_never():
    twice = closed(0, 600)
    assert count_same(twice) == (0, 2)
    thrice = [*twice, *closed(1200, words="已告知业主，配件到货日期。")]  # signs apart the same
    assert count_same([*thrice, *closed(1800, words="下周划线后再回访")]) == (3, 4)
    assert count_same(closed(0, 600, 1200, words="已解释")) == (0, 0)


def test_rates_on_either_side_are_counted_as_shares_of_their_base():
    # 60.0, 61.9 above; 59.9, 58.0 below; 62.0 and 57.9 too far away
    rates = [(600, 1000), (619, 1000), (599, 1000), (580, 1000), (620, 1000), (579, 1000)]
    found = find_bunching(rates, 600)
    assert (found.above, found.below, found.chance) == (2, 2, None)  # too few to say more


def test_the_chance_of_so_many_above_is_that_of_a_fair_coin():
    found = find_bunching([(61, 100)] * 9 + [(59, 100)], 600)
    assert (found.above, found.below) == (9, 1)
    assert found.chance == pytest.approx((10 + 1) / 1024)  # 9 or 10 heads of 10
    assert find_bunching([(59, 100)] * 8, 600).chance == 1
