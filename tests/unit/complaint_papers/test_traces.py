"""What could tell who a text is about is found with its place; ordinary words are let through."""

import pytest

from app.service.complaints.papers.traces import Known, TraceKind, find_traces

KNOWN = Known(
    names=frozenset({"欧阳金丝雀", "Li"}),
    phones=frozenset({"0571-8899 0011"}),
    addresses=frozenset({"1栋7-7701", "7-7701", "7701"}),
    places=frozenset({"云栖里"}),
)


def traces(text, known=KNOWN):
    return [(one.kind, one.found) for one in find_traces({"words": text}, known)]


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("欧阳金丝雀说电梯停了", TraceKind.NAME, "欧阳金丝雀"),
        ("欧 阳·金丝雀说电梯停了", TraceKind.NAME, "欧 阳·金丝雀"),
        ("据王女士反映", TraceKind.NAME, "王女士"),
        ("由陈小明师傅上门", TraceKind.NAME, "陈小明师傅"),
        ("高主任没有到场", TraceKind.NAME, "高主任"),
        ("联系人：某某", TraceKind.NAME, "联系人：某某"),
        ("Mr. Wang came", TraceKind.NAME, "Mr. Wang"),
        ("拨打１３９ 0000 7777", TraceKind.PHONE, "１３９ 0000 7777"),
        ("座机0571 88990011", TraceKind.PHONE, "0571 88990011"),
        ("业主住３栋", TraceKind.ADDRESS, "３栋"),
        ("三号楼的电梯", TraceKind.ADDRESS, "三号楼"),
        ("在3-2-1101漏水", TraceKind.ADDRESS, "3-2-1101"),
        ("在7-7701门口", TraceKind.ADDRESS, "7-7701"),
        ("1203室漏水", TraceKind.ADDRESS, "1203室"),
        ("water in Room 1203", TraceKind.ADDRESS, "Room 1203"),
        ("车牌浙A·12345停在门口", TraceKind.PLATE, "浙A·12345"),
        ("新能源车浙AD12345", TraceKind.PLATE, "浙AD12345"),
        ("身份证33010219800101123X", TraceKind.NUMBER, "33010219800101123X"),
        ("写信到 a.b@example.cn", TraceKind.CONTACT, "a.b@example.cn"),
        ("微信：abc_123", TraceKind.CONTACT, "微信：abc_123"),
        ("微信abc_12345可查", TraceKind.CONTACT, "微信abc_12345"),
        ("老王来过三次", TraceKind.NAME, "老王"),
        ("李姐再次来电", TraceKind.NAME, "李姐"),
        ("赵工说不用换", TraceKind.NAME, "赵工"),
        ("陈某某的车被砸", TraceKind.NAME, "陈某"),
        ("一位姓刘的业主", TraceKind.NAME, "姓刘"),
        ("张家水管漏了", TraceKind.NAME, "张家"),
        ("打幺三九零零零零七七七七", TraceKind.PHONE, "幺三九零零零零七七七七"),
        ("座机8899 0011", TraceKind.PHONE, "8899 0011"),
        ("手机尾号7777", TraceKind.PHONE, "尾号7777"),
        ("七七〇一家里", TraceKind.ADDRESS, "七七〇一"),
        ("7701的水管", TraceKind.ADDRESS, "7701"),
        ("三楼302漏水", TraceKind.ADDRESS, "三楼302"),
        ("3#302漏水", TraceKind.ADDRESS, "3#302"),
        ("住302的老人", TraceKind.ADDRESS, "住302"),
        ("302业主反映", TraceKind.ADDRESS, "302业主"),
        ("6/1/301门口", TraceKind.ADDRESS, "6/1/301"),
        ("云 栖 里小区", TraceKind.PLACE, "云 栖 里"),
    ],
)
def test_a_trace_is_found_however_it_is_written(text, kind, found):
    assert traces(text) == [(kind, found)]


@pytest.mark.parametrize(
    "text",
    [
        "业主来电反映电梯停运三天，全小区1200户受影响。",
        "2026-11-22至2026-12-05完成，费用80-100元。",
        "向经理汇报，由于主任外出，任何业主均可查看。",
        "对方先生气后道歉，二次供水水压不足，拨打12345热线。",
        "感谢家人支持，允许某人登记，一张工单，本周总计，小许多。",
        "共1203户、1203元、1203人次，23/11/2026整改，小程序报修，缩小范围。",
        "施工队张贴告示，周工作总结，高工作量，老黄牛精神，第3层20米。",
        "房屋渗漏，共21203平方米，响铃3声内接听。",
    ],
)
def test_ordinary_words_are_no_trace(text):
    assert traces(text, Known(addresses=frozenset({"1203"}))) == []


def test_the_place_counts_letters_of_the_text_as_it_was_written():
    (trace,) = find_traces({"title": "好", "cause": "据　王女士说"}, Known())

    assert (trace.field, trace.start, trace.found) == ("cause", 2, "王女士")


def test_a_part_of_a_known_foreign_name_is_a_trace_only_as_a_word():
    known = Known(names=frozenset({"John Smith"}))

    assert traces("smith called, a blacksmith came", known) == [(TraceKind.NAME, "smith")]


def test_a_known_word_of_one_letter_finds_nothing():
    assert traces("李", Known(names=frozenset({"李"}))) == []
