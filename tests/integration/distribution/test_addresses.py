"""Addresses from a file: all of it or nothing, sealed, the last one counts."""

import pytest

from app.surveys.distribution.addresses import (
    find_addresses,
    read_addresses,
    take_addresses,
)
from app.surveys.distribution.models import MessageAddress, SendChannel
from tests.factories import head_office


def take(world, text: str):
    file = read_addresses(text.encode())
    return take_addresses(world.session, world.vault, file, actor=head_office(), now=world.clock[0])


def row(world, at: int, wechat: str = "", email: str = "") -> str:
    home = world.homes[at]
    return f"{world.community.code},{home.building},{home.room},{wechat},{email}\n"


HEAD = "小区编码,楼栋,房号,微信,邮箱\n"


def test_a_home_is_reached_on_the_channels_the_file_names(world):
    text = HEAD + row(world, 0, "oABC_123", "a@example.com") + row(world, 1, "", "b@example.com")
    assert take(world, text) == (3, [])
    ids = [home.household_id for home in world.homes]
    assert find_addresses(world.session, world.vault, SendChannel.WECHAT, ids) == {
        ids[0]: "oABC_123"
    }
    assert find_addresses(world.session, world.vault, SendChannel.EMAIL, ids) == {
        ids[0]: "a@example.com",
        ids[1]: "b@example.com",
    }
    stored = world.session.get_one(MessageAddress, (ids[1], SendChannel.EMAIL))
    assert b"example" not in stored.address_sealed
    take(world, HEAD + row(world, 1, "", "new@example.com"))
    found = find_addresses(world.session, world.vault, SendChannel.EMAIL, ids)
    assert found[ids[1]] == "new@example.com"


def test_one_unknown_home_keeps_the_whole_file_out(world):
    text = HEAD + row(world, 0, "oABC") + f"{world.community.code},9栋,1-101,oXYZ,\n"
    count, problems = take(world, text)
    assert count == 0
    assert [(one.line, one.problem) for one in problems] == [(3, "unknown_home")]
    assert world.session.get(MessageAddress, (world.homes[0].household_id, "wechat")) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("小区编码,楼栋\nA,1\n", "columns"),
        ("小区编码,楼栋,房号\nA,1,2\n", "columns"),
        (HEAD + "A,1,2,,nobody\n", "bad_email"),
        (HEAD + "A,1,2,,a@b@example.com\n", "bad_email"),
        (HEAD + "A,1,2,一个名字,\n", "bad_wechat"),
        ("", "columns"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_by_line(text, problem):
    assert [one.problem for one in read_addresses(text.encode()).problems] == [problem]


def test_a_file_of_a_chinese_spreadsheet_is_read(world):
    file = read_addresses((HEAD + row(world, 0, "oABC")).encode("gb18030"))
    assert file.problems in ((), [])
    assert file.rows[0][4:] == (SendChannel.WECHAT, "oABC")
