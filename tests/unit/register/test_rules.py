"""How two spellings of the same thing are recognised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.surveys.register import rules
from app.surveys.register.models import ImportantReason


@pytest.mark.parametrize("text", ["1-101", "１－１０１", "01-0101", " 1 - 101 ", "1—101", "1–101"])
def test_spellings_of_one_room_share_a_key(text):
    assert rules.home_key(text) == "1-101"


@pytest.mark.parametrize(
    ("one", "other"), [("1-101", "1-1010"), ("1-101", "11-01"), ("100", "1"), ("A1", "B1")]
)
def test_different_rooms_keep_different_keys(one, other):
    assert rules.home_key(one) != rules.home_key(other)


@pytest.mark.parametrize("text", ["3", "03", "3栋", "３号楼", "3幢", "3座"])
def test_spellings_of_one_building_share_a_key(text):
    assert rules.building_key(text) == "3"


def test_a_building_that_is_only_a_suffix_keeps_its_name():
    assert rules.building_key("栋") == "栋"
    assert rules.building_key("A座") != rules.building_key("B座")


@pytest.mark.parametrize(
    "text",
    ["13800001234", "138 0000 1234", "138-0000-1234", "+8613800001234", "１３８００００１２３４"],
)
def test_spellings_of_one_phone_number_share_a_form(text):
    assert rules.normal_phone(text) == "13800001234"


@pytest.mark.parametrize("text", ["1234", "13800001234/13900001234", "abc", "1380000123x", "+", ""])
def test_what_is_no_single_phone_number_is_none(text):
    assert rules.normal_phone(text) is None


def test_a_number_with_an_area_code_and_a_foreign_one_are_kept():
    assert rules.normal_phone("(0571) 8888 6666") == "057188886666"
    assert rules.normal_phone("+81 3 1234 5678") == "+81312345678"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("committee", ImportantReason.COMMITTEE),
        ("Repeat-Complainant", ImportantReason.REPEAT_COMPLAINANT),
        ("业委会成员", ImportantReason.COMMITTEE),
        ("业主代表", ImportantReason.REPRESENTATIVE),
        ("楼长", ImportantReason.REPRESENTATIVE),
        ("意见领袖", ImportantReason.OPINION_LEADER),
        ("多套业主", ImportantReason.SEVERAL_UNITS),
        ("企业业主", ImportantReason.CORPORATE),
        ("重复投诉", ImportantReason.REPEAT_COMPLAINANT),
        ("群诉", ImportantReason.GROUP_COMPLAINT),
        (" 损失 案件 ", ImportantReason.LOSS_CASE),
    ],
)
def test_reasons_are_known_by_code_and_by_chinese_word(text, reason):
    assert rules.find_reason(text) is reason


@pytest.mark.parametrize("text", ["是", "VIP", "领导", ""])
def test_a_bare_yes_or_a_status_is_no_reason(text):
    assert rules.find_reason(text) is None


def test_every_reason_has_a_code_and_a_chinese_word():
    assert all(rules.find_reason(reason.value) is reason for reason in ImportantReason)


def test_names_keep_their_characters():
    assert rules.normal_name("  王 𠮷  ") == "王 𠮷"
    assert rules.normal_name("Ａ先生") == "Ａ先生"


@given(st.text("0123１－- Aa栋王𠮷号楼", max_size=12))
def test_what_is_stored_is_found_again_under_the_same_key(text):
    stored = rules.normal_code(text)
    assert rules.normal_code(stored) == stored
    assert rules.home_key(stored) == rules.home_key(text)
    assert rules.building_key(stored) == rules.building_key(text)
    assert rules.community_key(stored) == rules.community_key(text)
