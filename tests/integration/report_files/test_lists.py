"""Follow-up and visit lists as XLSX: whole words, right homes, never a score."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import openpyxl
import pytest

from app.followup.services import make_follow_ups, view_cases
from app.followup.visits.queries import list_visits
from app.followup.visits.services import plan_visits, view_visits
from app.i18n import set_language
from app.reports.lists import ListHead, follow_up_workbook
from app.reports.visit_lists import visit_workbook
from app.surveys.response.tracker import gate_standing
from tests.factories import (
    gate_of,
    head_office,
    make_campaign,
    make_community,
    members_of,
    perception_instrument,
)
from tests.integration.snapshot.answering import AFTER, answer, answer_all

HEAD = ListHead("逐户回访清单", "示例物业", "桂语苑", "2026年11月", date(2026, 11, 21))

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def chinese():
    set_language("zh-Hans")


@pytest.fixture
def community(session):
    return make_community(session, households=4, important=2)


@pytest.fixture
def campaign(session, vault, community):
    campaign = make_campaign(session, vault)
    members = members_of(session, campaign)
    answer(session, vault, campaign, members[0], comment="=1+1 三楼灯坏了", wish="office_or_hq")
    answer_all(session, vault, campaign, members[1:3])
    make_follow_ups(session, campaign.id, now=AFTER)
    return campaign


@pytest.fixture
def cases(session, vault, campaign):
    return view_cases(session, vault, head_office(), campaign.id, now=AFTER)


@pytest.fixture
def visits(session, vault, campaign, community):
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=AFTER).status
    plan_visits(session, campaign, gate, status, now=AFTER)
    rows = list_visits(session, head_office(), campaign.id)
    return view_visits(session, vault, head_office(), rows, now=AFTER)


def rows_of(content):
    head, *rows = openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_follow_up_workbook_holds_the_owners_words_as_text(cases):
    (row,) = rows_of(follow_up_workbook(cases, perception_instrument(), HEAD))
    assert row["业主写的话"] == "=1+1 三楼灯坏了"
    assert (row["楼栋"], row["房号"]) == ("1栋", "1-101")
    assert row["由谁回复"] == "管理处或总部都可以回复"


def test_the_follow_up_workbook_says_wishes_in_words_and_holds_no_score(session, vault, campaign):
    wishes = {"contact.way": ["wechat"], "contact.when": ["evening"]}
    member = members_of(session, campaign)[3]
    answer(session, vault, campaign, member, comment="请来信", wish="office_or_hq", further=wishes)
    make_follow_ups(session, campaign.id, now=AFTER)
    cases = view_cases(session, vault, head_office(), campaign.id, now=AFTER)
    first, second = rows_of(follow_up_workbook(cases, perception_instrument(), HEAD))
    assert first["希望的方式、时间"] == ""
    assert second["希望的方式、时间"] == "微信、晚上"
    assert not any("满意" in head for head in first)


def test_words_the_office_may_not_read_are_replaced_by_the_reason(session, vault, campaign, cases):
    (case,) = cases
    hidden = replace(case, comments=())
    (row,) = rows_of(follow_up_workbook([hidden], perception_instrument(), HEAD))
    assert row["业主写的话"] == "不需要回复，内容只给总部看。"


def test_an_empty_list_has_its_heads_and_no_row(session):
    assert rows_of(follow_up_workbook((), perception_instrument(), HEAD)) == []
    assert rows_of(visit_workbook((), HEAD)) == []


def test_the_visit_list_names_every_important_customer_with_date_and_reason(visits):
    rows = rows_of(visit_workbook(visits, HEAD))
    assert len(rows) == len(visits) == 2
    assert {row["登记理由"] for row in rows} == {"业主委员会委员或候选人"}
    assert {row["计划日期"] for row in rows} == {v.row.planned_on.isoformat() for v in visits}
    assert {(row["楼栋"], row["房号"]) for row in rows} == {
        (v.row.building, v.row.room) for v in visits
    }
