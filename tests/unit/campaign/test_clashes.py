"""What stands in the way of a campaign's dates."""

from dataclasses import replace
from datetime import date

import pytest

from app.surveys.campaign.planning.clashes import Around, ClashKind, Facts, find_clashes
from app.surveys.campaign.planning.models import EventKind
from app.surveys.campaign.planning.workdays import Calendar

KNOWN = Calendar(
    holidays={
        **{date(2026, 2, day): "春节" for day in range(15, 24)},
        **{date(2026, 6, day): "端午节" for day in range(19, 22)},
        # One day of each of the others: with all seven a year is known.
        date(2026, 1, 1): "元旦",
        date(2026, 4, 5): "清明节",
        date(2026, 5, 1): "劳动节",
        date(2026, 9, 25): "中秋节",
        date(2026, 10, 1): "国庆节",
    }
)
JUNE = Facts(date(2026, 6, 1), date(2026, 6, 21), KNOWN)
NOVEMBER = Facts(date(2026, 11, 2), date(2026, 11, 22), KNOWN)


def kinds(facts: Facts) -> list[ClashKind]:
    return [clash.kind for clash in find_clashes(facts)]


def test_november_has_nothing_in_its_way():
    assert kinds(NOVEMBER) == []


def test_june_meets_the_dragon_boat_festival_and_the_examination():
    holiday, gaokao = find_clashes(JUNE)
    assert (holiday.kind, holiday.first, holiday.last, holiday.names) == (
        ClashKind.HOLIDAY,
        date(2026, 6, 19),
        date(2026, 6, 21),
        ("端午节",),
    )
    assert (gaokao.first, gaokao.last) == (date(2026, 6, 7), date(2026, 6, 10))


def test_a_holiday_after_the_follow_up_is_none_of_its_business():
    # 14 days after the deadline of 4 June people are still called; 19 June is the day after.
    assert ClashKind.HOLIDAY not in kinds(replace(JUNE, closes_on=date(2026, 6, 4)))
    assert ClashKind.HOLIDAY in kinds(replace(JUNE, closes_on=date(2026, 6, 5)))


@pytest.mark.parametrize(
    ("opens_on", "closes_on", "is_near"),
    [
        (date(2026, 3, 9), date(2026, 3, 29), True),  # two weeks after its last day
        (date(2026, 3, 10), date(2026, 3, 30), False),
        (date(2026, 1, 5), date(2026, 1, 18), True),  # its follow-up ends two weeks before
        (date(2026, 1, 5), date(2026, 1, 17), False),
    ],
)
def test_the_spring_festival_reaches_two_weeks_to_both_sides(opens_on, closes_on, is_near):
    found = kinds(Facts(opens_on, closes_on, KNOWN))
    assert (ClashKind.SPRING_FESTIVAL in found) is is_near


def test_a_year_nobody_announced_and_a_first_day_off_are_said():
    facts = Facts(date(2027, 6, 5), date(2027, 6, 25), KNOWN)  # a Saturday
    assert kinds(facts) == [ClashKind.UNKNOWN_YEAR, ClashKind.DAY_OFF, ClashKind.GAOKAO]


def test_a_community_is_new_for_half_a_year():
    old, new = (1, "甲", date(2026, 5, 3)), (2, "乙", date(2026, 5, 4))  # 183 and 182 days
    (clash,) = find_clashes(replace(NOVEMBER, new=(old, new)))
    assert (clash.kind, clash.names) == (ClashKind.HANDOVER, ("乙",))


def test_an_event_counts_from_two_months_before_to_the_last_day():
    def event(first: date, last: date) -> list[ClashKind]:
        around = Around(7, EventKind.FEE_CHANGE, first, last, "x")
        return kinds(replace(NOVEMBER, events=(around,)))

    assert event(date(2026, 9, 3), date(2026, 9, 3)) == [ClashKind.FEE_CHANGE]  # 60 days
    assert event(date(2026, 9, 2), date(2026, 9, 2)) == []
    assert event(date(2026, 11, 22), date(2026, 12, 31)) == [ClashKind.FEE_CHANGE]
    assert event(date(2026, 11, 23), date(2026, 12, 31)) == []


def test_what_changed_is_another_clash_and_what_did_not_is_the_same():
    one = replace(
        NOVEMBER, silent=((1, "甲"),), others=(("x", date(2026, 11, 1), date(2026, 12, 1)),)
    )
    same, more = replace(one), replace(one, silent=((1, "甲"), (2, "乙")))
    keys = [[clash.key for clash in find_clashes(facts)] for facts in (one, same, more)]
    assert keys[0] == keys[1]
    assert keys[2][0] != keys[0][0]
    assert keys[2][1] == keys[0][1]
    assert all(len(key) <= 64 for found in keys for key in found)
