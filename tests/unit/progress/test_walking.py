"""Which doors next: who is left in peace, who comes first, and how one walks."""

from dataclasses import replace

import pytest

from app.surveys.campaign.contact.outcomes import Outcome
from app.surveys.response.progress.walking import (
    Door,
    PartOfDay,
    chance_of,
    gain_of,
    part_of,
    plan_walk,
    walking_order,
)

DOOR = Door(1, 1, "1栋", "1-101", True, True, False, Outcome.NO_CONTACT, 0, False)


def door(number, room="1-101", building="1栋", **more):
    return replace(DOOR, member_id=number, room=room, building=building, **more)


def walk(doors, *, part=PartOfDay.DAY, most=40, below=None, chance=0.3, only=()):
    return plan_walk(
        doors, below=below or {}, part=part, most=most, chance=chance, only=frozenset(only)
    )


def keys(found):
    return [one.member_id for one in found.doors]


@pytest.mark.parametrize(
    "outcome",
    [one for one in Outcome if one not in {Outcome.NO_CONTACT, Outcome.NOT_AT_HOME}],
)
def test_who_said_no_or_cannot_answer_is_left_in_peace(outcome) -> None:
    found = walk([door(1, outcome=outcome), door(2)])
    assert keys(found) == [2]
    assert found.unreachable == 1


def test_no_door_is_tried_twice_a_day() -> None:
    found = walk([door(1, is_tried_today=True), door(2)])
    assert (keys(found), found.tried_today, found.reachable) == ([2], 1, 1)


def test_care_needs_come_first_in_daytime_and_are_left_alone_in_the_evening() -> None:
    doors = [door(1, "1-1201"), door(2, "1-101", care=("home_visit",)), door(3, "1-1101")]
    assert keys(walk(doors)) == [2, 1, 3]
    evening = walk(doors, part=PartOfDay.EVENING)
    assert (keys(evening), evening.another_time) == ([1, 3], 1)


def test_care_needs_draw_the_walk_to_their_building() -> None:
    # At .3 a door, one door that needs care counts 1.3: more than four others, less than six.
    care = [door(1, building="2栋", care=("home_visit",))]
    others = [door(number, f"1-{number}01") for number in range(2, 8)]
    assert [stop.building for stop in walk(care + others[:4]).stops] == ["2栋", "1栋"]
    assert [stop.building for stop in walk(care + others).stops] == ["1栋", "2栋"]


def test_with_a_lift_one_walks_down_without_one_up() -> None:
    doors = [door(1, "1-301"), door(2, "1-1102"), door(3, "1-1101"), door(4, "2-501")]
    assert [one.member_id for one in walking_order(doors)] == [3, 2, 1, 4]
    stairs = [replace(one, has_lift=False) for one in doors]
    assert [one.member_id for one in walking_order(stairs)] == [1, 3, 2, 4]


@pytest.mark.parametrize(
    ("room", "place"),
    [("1-1101", (1, 11, 1)), ("502", (0, 5, 2)), ("3-2-0703", (3, 7, 3)), ("门面", (0, 0, 0))],
)
def test_a_room_says_unit_floor_and_door(room, place) -> None:
    assert door(1, room).place == place


def test_a_walk_stays_in_few_buildings_and_within_its_length() -> None:
    doors = [door(number, f"1-{number}01", "1栋") for number in range(1, 5)]
    doors += [door(10 + number, f"1-{number}01", "2栋") for number in range(1, 9)]
    found = walk(doors, most=10)
    assert [(stop.building, len(stop.doors)) for stop in found.stops] == [("2栋", 8), ("1栋", 2)]
    assert keys(walk(doors, most=10, only=["1栋"])) == [4, 3, 2, 1]


def test_buildings_below_the_gate_come_before_those_that_reached_it() -> None:
    doors = [door(1, building="1栋"), door(2, building="2栋")]
    found = walk(doors, below={"1栋": False, "2栋": True})
    assert [stop.building for stop in found.stops] == ["2栋", "1栋"]


def test_who_began_to_answer_is_worth_more_and_each_attempt_less() -> None:
    assert gain_of(door(1, has_begun=True), 0.3) == pytest.approx(0.6)
    assert gain_of(door(1, attempts=2), 0.3) == pytest.approx(0.3 * 0.49)
    # 20 tried homes weigh as much as the assumption of 30 %: 12 of 20 gives (12 + 6) / 40.
    assert chance_of(0, 0) == pytest.approx(0.3)
    assert chance_of(20, 12) == pytest.approx(0.45)


def test_the_hour_decides_unless_somebody_chooses() -> None:
    assert [part_of(hour) for hour in (8, 12, 17, 18, 20, 21)] == [
        PartOfDay.DAY, PartOfDay.DAY, PartOfDay.DAY,
        PartOfDay.EVENING, PartOfDay.EVENING, PartOfDay.DAY,
    ]  # fmt: skip


def test_nobody_silent_is_an_empty_walk() -> None:
    found = walk([])
    assert (found.stops, found.expected, found.reachable) == ((), 0, 0)
