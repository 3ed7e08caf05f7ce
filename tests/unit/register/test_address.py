"""Addresses as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.surveys.register.homes.address import (
    building_spellings,
    door_endings,
    fits,
    room_spellings,
    split_address,
)
from app.surveys.register.rules import building_key, home_key


@pytest.mark.parametrize(
    ("text", "community", "building", "room", "is_door_only"),
    [
        ("云栖里3栋1-1101", "云栖里", "3", "1-1101", False),
        ("云栖里 3-1-1101", "云栖里", "3", "1-1101", False),
        ("云栖里３号楼1单元1101室", "云栖里", "3", "1-1101", False),
        ("云栖里03栋01单元1101", "云栖里", "3", "1-1101", False),
        ("YQL 3 1101", "YQL", "3", "1101", True),
        ("yql 3栋1101", "yql", "3", "1101", True),
        ("3幢1101", "", "3", "1101", True),
        ("3-1-1101", "", "3", "1-1101", False),
        ("3#1101", "", "3", "1101", True),
        ("1101", "", "", "1101", True),
        ("3栋", "", "3", "", False),
        ("云栖里", "云栖里", "", "", False),
        ("A座1101", "", "A", "1101", True),
        ("第12小区 3-1-1101", "第12小区", "3", "1-1101", False),
        ("第12小区3栋1101", "第12小区", "3", "1101", True),
        ("", "", "", "", False),
    ],
)
def test_an_address_is_taken_apart(text, community, building, room, is_door_only):
    found = split_address(text, ["YQL"], ["第1小区", "第12小区", "云栖里"])
    assert (found.community, found.building, found.room, found.is_door_only) == (
        community,
        building,
        room,
        is_door_only,
    )


@pytest.mark.parametrize("written", ["3栋", "3号楼", "3", "03", "03幢", "003"])
def test_every_way_a_register_writes_a_building_is_looked_for(written):
    assert written in building_spellings(building_key(written))


@pytest.mark.parametrize(
    "written",
    ["1-101", "1-0101", "01-101", "1单元101", "1单元101室", "1-101室", "101", "0101", "101室"],
)
def test_every_way_a_register_writes_a_room_is_looked_for(written):
    assert written in room_spellings(home_key(written))


@pytest.mark.parametrize("written", ["1-1101", "2单元1101", "01-1101室"])
def test_a_door_alone_finds_every_unit(written):
    assert any(written.endswith(end) for end in door_endings("1101"))
    assert not any("1-11101".endswith(end) for end in door_endings("1101"))


def test_a_community_is_meant_by_its_code_or_a_part_of_its_name():
    assert fits("yql", "YQL", "云栖里")
    assert fits("栖里", "YQL", "云栖里")
    assert not fits("YQ", "YQL", "云栖里")
    assert not fits("云溪", "YQL", "云栖里")


@given(st.text(max_size=40))
def test_any_text_is_taken_apart_and_never_crashes(text):
    found = split_address(text, ["A"], ["云栖里"])
    assert len(room_spellings(found.room)) < 3000 or len(found.room) > 24
