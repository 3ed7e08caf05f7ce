"""Signs of how answers came about, on answers small enough to count by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from app.surveys.integrity import origins
from app.surveys.integrity.facts import Answered
from app.surveys.response.models import Channel

NOON = datetime(2026, 11, 10, 4, tzinfo=UTC)  # 12:00 in Beijing, a Tuesday


def came(room="1-101", minutes=0.0, *, device=None, network=None, building="1栋", seconds=None):
    return Answered(
        vector=b"",
        channel=Channel.PHONE,
        building=building,
        room=room,
        received_at=NOON + timedelta(minutes=minutes),
        device=device,
        network=network,
        seconds=seconds,
    )


def test_a_phone_of_a_family_and_a_neighbour_is_no_sign_a_fourth_home_is():
    three = [came(device=b"a") for _ in range(3)]
    assert origins.shares_device(three) == [False] * 3
    assert origins.shares_device([*three, came(device=b"a"), came(device=b"b"), came()]) == [
        *[True] * 4,
        False,
        None,
    ]


def test_an_estate_behind_one_address_is_no_sign_four_homes_at_once_are():
    spread = [came(minutes=60 * at, network=b"estate") for at in range(20)]
    assert not any(origins.shares_network(spread))
    at_once = [came(minutes=at, network=b"estate") for at in range(4)]
    assert origins.shares_network(at_once) == [True] * 4


def test_pace_is_measured_by_what_was_answered():
    answers = [came(seconds=39), came(seconds=40), came(seconds=None), came(seconds=5)]
    assert origins.is_hasty(answers, [40, 40, 40, 0]) == [True, False, None, None]


@pytest.mark.parametrize(
    ("minutes", "at_night"),
    [(0, False), (9 * 60 + 59, False), (10 * 60, True), (17 * 60 + 59, True), (18 * 60, False)],
)
def test_night_is_beijing_night(minutes, at_night):
    assert origins.is_at_night([came(minutes=minutes)]) == [at_night]


def test_neighbouring_rooms_within_minutes_follow_each_other_over_a_changed_storey_number():
    answers = [came("1-901", 0), came("1-1001", 2), came("1-1002", 30), came("2-101", 90)]
    assert origins.follows_rooms(answers) == [True, True, False, False]


def test_the_order_of_printing_is_found_forwards_and_backwards_and_not_where_owners_choose():
    rooms = [f"1-{100 * floor + door}" for floor in range(1, 13) for door in (1, 2)]
    in_order = [came(room, at) for at, room in enumerate(rooms)]
    backwards = [came(room, -at) for at, room in enumerate(rooms)]
    for answers in (in_order, backwards):
        found = origins.print_order_kept(answers)
        assert found is not None
        assert found.value == pytest.approx(1.0)
    mixed = [came(room, (at * 7) % 24) for at, room in enumerate(rooms)]
    found = origins.print_order_kept(mixed)
    assert found is not None
    assert found.value is not None
    assert found.value < 0.2
    assert origins.print_order_kept(in_order[:19]) is None, "too few say nothing"


def test_a_burst_needs_more_than_five_homes_within_ten_minutes():
    assert not any(origins.is_in_burst([came(minutes=at) for at in range(5)]))
    assert all(origins.is_in_burst([came(minutes=at) for at in range(6)])[1:])
