"""Every text owners are told is neutral, complete, and as long as it may be."""

import re
from datetime import date
from itertools import product

import pytest

from app.i18n import set_language
from app.surveys.distribution.models import RunKind
from app.surveys.distribution.wording import (
    LONGEST_SMS,
    SMS,
    Facts,
    Way,
    group_text,
    mail,
    poster,
    sms,
)

KINDS = (RunKind.LAUNCH, RunKind.REMINDER_1, RunKind.REMINDER_2, RunKind.RESULT)
LANGUAGES = ("zh-Hans", "en")
# Words that lead, praise, reward or press. "满意与不满意" names both ends and may stand.
FORBIDDEN = (
    *("请选择", "非常满意", "很满意", "好评", "五星", "5星", "满分", "打满", "高分", "支持我们"),
    *("礼品", "礼物", "奖品", "抽奖", "红包", "减免", "优惠", "赠送", "积分", "优秀", "一流"),
    *("务必", "必须", "否则", "考核", "关系到", "请给我们", "帮忙打", "拜托"),
    *("very satisfied", "full marks", "five stars", "5 stars", "gift", "prize", "lottery"),
    *("discount", "reward", "excellent", "please choose", "please tick", "high score"),
    *("must answer", "support us"),
)
_ONE_SIDED = re.compile(r"(?<!不)满意(?!度)")


def facts(**changed: object) -> Facts:
    usual = {
        "company": "邻声物业",
        "community": "云栖里",
        "office": "滨江管理处",
        "campaign": "2026年11月业主满意度调查",
        "opens_on": date(2026, 11, 2),
        "closes_on": date(2026, 11, 22),
        "minutes": 4,
        "door": "https://survey.example/c",
        "office_phone": "0571-88880001",
        "phone": "0571-88881234",
        "guide": "https://www.example.com/guide",
        "returned": 743,
        "base": 1216,
    }
    return Facts(**(usual | changed))


WAY = Way("https://survey.example/t/abcdefghjkmnpqrstvwxyz2345", "7K3M-9QXA-2TB6-H")


ENGLISH = {
    "company": "Linsheng",
    "community": "Cloud Garden",
    "office": "",
    "campaign": "Owner satisfaction survey 2026-11",
}


def every_text(*languages: str) -> list[str]:
    found = []
    for kind, language in product(KINDS, languages or LANGUAGES):
        told = facts(**ENGLISH) if language == "en" else facts()
        sheet = poster(kind, told, language)
        found += [sheet.title, sheet.lead, *sheet.paragraphs, *sheet.points, *sheet.contacts]
        found.append(group_text(kind, told, language))
        found.append(sms(kind, told, WAY, sign="邻声物业", language=language).text)
        found += mail(kind, told, WAY, language)
    return found


def complaints(text: str) -> list[str]:
    lower = text.lower()
    found = [word for word in FORBIDDEN if word in lower]
    # Satisfaction is named with its other end or not at all.
    if _ONE_SIDED.search(text.replace("满意与不满意", "")):
        found.append("满意")
    return found


def test_no_text_leads_praises_rewards_or_presses():
    texts = every_text()
    assert len(texts) > 80
    assert [(text, found) for text in texts if (found := complaints(text))] == []


@pytest.mark.parametrize(
    "text",
    ["请选择非常满意", "完成即送礼品", "请给我们打满分", "希望您满意", "Please choose 5 stars"],
)
def test_the_linter_finds_a_text_that_leads(text):
    assert complaints(text)


@pytest.mark.parametrize("text", ["业主满意度调查", "满意与不满意，都请照实填写"])
def test_the_linter_lets_a_neutral_text_pass(text):
    assert complaints(text) == []


def test_nothing_is_left_unfilled():
    assert [text for text in every_text() if "{" in text or "}" in text or "None" in text] == []


def test_chinese_texts_use_full_width_punctuation():
    narrow = re.compile("[\u4e00-\u9fff] *[,;?!]|[,;?!] *[\u4e00-\u9fff]|[\u4e00-\u9fff][:(]")
    assert [text for text in every_text("zh-Hans") if narrow.search(text)] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_names_the_service_guide_and_both_phones(kind, language):
    for text in (
        "\n".join(poster(kind, facts(), language).contacts),
        group_text(kind, facts(), language),
    ):
        assert "www.example.com/guide" in text
        assert "0571-88880001" in text
        assert "0571-88881234" in text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_of_a_community_without_phones_and_guide_still_reads_well(kind, language):
    bare = facts(office="", office_phone="", phone="", guide="")
    notice = poster(kind, bare, language)
    assert list(notice.contacts) == []
    assert not re.search("打电话|[Cc]all", str(notice))
    text = group_text(kind, bare, language)
    assert "：。" not in text
    assert "《" not in text
    assert not text.endswith((" ", "："))
    assert ("到小区服务台" if language != "en" else "Ask at the service desk") in text
    assert not re.search("打电话|[Cc]all ", text)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "host", ["s.cn", "survey.example", "survey.a-very-long-company.example.com"]
)
def test_an_sms_fits_into_seventy_characters_with_its_sign(kind, language, host):
    way = Way(f"https://{host}/t/abcdefghjkmnpqrstvwxyz2345", "7K3M-9QXA-2TB6-H")
    told = facts(door=f"https://{host}/c", closes_on=date(2026, 12, 31))
    text = sms(kind, told, way, sign="邻声物业服务", language=language).text
    assert len(f"【邻声物业服务】{text}") <= LONGEST_SMS


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("s.cn", "https://s.cn/t/abcdefghjkmnpqrstvwxyz2345"),
        ("survey.example", "https://survey.example/c 编码7K3M9QXA2TB6H"),
        ("survey.a-very-long-company.example.com", "请扫信上的二维码"),
    ],
)
def test_an_sms_takes_the_link_else_the_code_else_points_to_the_letter(host, said):
    way = Way(f"https://{host}/t/abcdefghjkmnpqrstvwxyz2345", "7K3M-9QXA-2TB6-H")
    told = facts(door=f"https://{host}/c")
    text = sms(RunKind.REMINDER_1, told, way, sign="邻声物业", language="zh-Hans")
    assert text.text == f"您家还没填满意度调查，11月22日截止：{said}"
    assert text.values == {"closes": "11月22日", "way": said}


def test_the_text_of_an_sms_is_its_template_filled_with_the_values_handed_to_the_provider():
    short = sms(RunKind.LAUNCH, facts(), WAY, sign="邻声物业", language="zh-Hans")
    assert short.text == SMS["launch", "zh"].format_map(short.values)


def test_the_language_of_the_page_does_not_change_what_owners_are_told():
    set_language("en")
    assert poster(RunKind.LAUNCH, facts(), "zh-Hans").title == "业主满意度调查"
