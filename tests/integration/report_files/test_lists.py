"""Follow-up and visit lists on paper and as XLSX: whole words, right homes, never a score."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest

from app.followup.services import make_follow_ups, plan_visits, view_cases, view_visits
from app.i18n import set_language
from app.reports.lists import ListHead, follow_up_workbook, visit_workbook
from app.reports.papers import follow_up_pdf, visits_pdf
from app.surveys.response.tracker import gate_standing
from tests.factories import gate_of, head_office, make_campaign, make_community, members_of
from tests.integration.report_files.test_report_files import flat, pages_of
from tests.integration.snapshot.answering import AFTER, answer, answer_all

HEAD = ListHead("逐户回访清单", "示例物业", "桂语苑", "2026年11月", date(2026, 11, 21))

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.heavy,
]


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
    return view_visits(session, vault, head_office(), campaign.id, now=AFTER)


def rows_of(content):
    head, *rows = openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_follow_up_workbook_holds_the_owners_words_as_text(cases):
    (row,) = rows_of(follow_up_workbook(cases, HEAD))
    assert row["业主写的话"] == "=1+1 三楼灯坏了"
    assert (row["楼栋"], row["房号"]) == ("1栋", "1-101")
    assert row["由谁回复"] == "管理处或总部都可以回复"


def test_the_printed_follow_up_list_holds_the_owners_words_and_no_score(cases):
    text = flat(pages_of(follow_up_pdf(cases, HEAD)))
    assert "=1+1三楼灯坏了" in text
    assert "1栋1-101" in text
    assert "满意度" not in text


def test_an_empty_list_prints_and_says_that_it_is_empty(session):
    assert "本表没有住户" in flat(pages_of(follow_up_pdf((), HEAD)))
    assert rows_of(visit_workbook((), HEAD)) == []


def test_the_visit_list_names_every_important_customer_with_date_and_reason(visits):
    rows = rows_of(visit_workbook(visits, HEAD))
    assert len(rows) == len(visits) == 2
    assert {row["登记理由"] for row in rows} == {"业主委员会委员或候选人"}
    assert {row["计划日期"] for row in rows} == {v.row.planned_on.isoformat() for v in visits}
    text = flat(pages_of(visits_pdf(visits, HEAD)))
    for visit in visits:
        assert flat([visit.row.building + visit.row.room]) in text
