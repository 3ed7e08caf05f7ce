"""The follow-up list and a case through the pages: who sees what, records, audit."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from app.followup.services import make_follow_ups
from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.campaign import queries as campaign_queries
from tests.factories import make_campaign, make_community, members_of
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import MAIN, enter_as, release, words_of

SAID = "电梯停了四次，<b>老人</b>下不了楼"
SECRET = "金丝雀：保安夜里睡觉，别告诉管理处"
CONTACT = {
    "at": "2026-11-21T00:00",
    "way": "phone",
    "person": "owner",
    "outcome": "solved",
    "result": "配件已换，当面试运行",
    "next_on": "",
    "owner_view": "satisfied",
}


@pytest.fixture
def community(session):
    return make_community(session, households=10, name="甲小区")


@pytest.fixture
def other(session):
    return make_community(session, households=5, name="乙小区")


@pytest.fixture
def campaign(session, vault, community, other):
    return make_campaign(session, vault)


@pytest.fixture
def members(session, campaign, community):
    return members_of(session, campaign, community)


@pytest.fixture
def answered(session, vault, campaign, members):
    """Two homes of 甲小区 said something: one to everybody, one to head office alone."""
    answer(session, vault, campaign, members[0], comment=SAID, wish="office_or_hq")
    answer(session, vault, campaign, members[1], comment=SECRET, wish="hq_only")
    make_follow_ups(session, campaign.id, now=AFTER)


@pytest.fixture
def released(session, vault, storage, campaign, community, answered):
    """甲小区 is past its gate."""
    release(session, vault, storage, campaign, community)


def enter(client, session, app, role, *communities):
    return enter_as(client, session, role, communities, app=app, now=AFTER)


def sheet_of(client):
    """Return the rows of the office's list as it takes them along, the heads first."""
    content = client.get("/desk/follow-ups.xlsx?state=all").data
    return list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))


def case_links(page):
    return sorted(set(re.findall(r'href="(/desk/follow-ups/[0-9]+)["#]', page)))


def test_before_the_gate_the_list_is_locked_and_says_why(
    client, session, app, answered, community, campaign
):
    enter(client, session, app, Role.OFFICE, community)
    page = client.get("/desk/follow-ups")
    assert "甲小区: the list is locked" in page.text
    assert "Now: 20.0%." in page.text  # 2 of 10
    assert SAID[:4] not in page.text
    assert case_links(page.text) == []


def test_an_office_sees_its_own_list_escaped_and_nothing_meant_for_head_office(
    client, session, app, released, community
):
    enter(client, session, app, Role.OFFICE, community)
    page = client.get("/desk/follow-ups?state=all").text
    assert "电梯停了四次，&lt;b&gt;老人" in page
    assert "金丝雀" not in page
    assert len(case_links(page)) == 1
    assert client.get("/desk/follow-ups?list=head_office").status_code == 404


def test_a_later_comment_for_head_office_alone_takes_the_home_off_every_page_and_file_at_once(
    client, session, vault, app, released, campaign, community, members
):
    answer(session, vault, campaign, members[0], comment=SECRET, wish="hq_only", key="later")
    enter(client, session, app, Role.HEAD_OFFICE)
    theirs = f"/desk/follow-ups?list=community&community={community.id}&state=all"
    (address,) = case_links(client.get(theirs).text)
    session.rollback()
    enter(client, session, app, Role.OFFICE, community)
    page = client.get("/desk/follow-ups?state=all").text
    assert "电梯停了四次" not in page
    assert "金丝雀" not in page
    assert case_links(page) == []
    assert client.get(address).status_code == 404
    head, *rows = sheet_of(client)
    assert (len(head), rows) == (13, [])


def test_a_case_of_another_community_or_of_head_office_does_not_exist_for_an_office(
    client, session, app, released, community, other
):
    enter(client, session, app, Role.HEAD_OFFICE)
    everybody = case_links(
        client.get(f"/desk/follow-ups?list=community&community={community.id}&state=all").text
    )
    head_only = case_links(client.get("/desk/follow-ups?state=all").text)
    assert (len(everybody), len(head_only)) == (1, 1)
    session.rollback()
    enter(client, session, app, Role.OFFICE, other)
    for address in everybody + head_only:
        assert client.get(address).status_code == 404
    session.rollback()
    enter(client, session, app, Role.OFFICE, community)
    assert client.get(everybody[0]).status_code == 200
    assert client.get(head_only[0]).status_code == 404
    page = client.submit(everybody[0], {}, form=MAIN)  # a page of its own to post from
    token = page.text.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    refused = client.post(head_only[0], data={**CONTACT, "csrf_token": token})
    assert refused.status_code == 404


def test_head_office_works_on_its_own_list_from_the_first_day(client, session, app, answered):
    enter(client, session, app, Role.HEAD_OFFICE)
    page = client.get("/desk/follow-ups").text
    assert SECRET in page
    assert SAID[:4] not in page


def test_head_office_opens_a_communitys_list_one_at_a_time(
    client, session, app, answered, community
):
    enter(client, session, app, Role.HEAD_OFFICE)
    choice = client.get("/desk/follow-ups?list=community").text
    assert "Choose a community" in choice
    assert SAID[:4] not in choice
    assert f"community={community.id}" in choice


def test_each_home_shown_on_a_list_or_opened_is_in_the_audit_log(
    client, session, app, released, community, members
):
    uid = campaign_queries.get_household_uid(session, members[0].household_id)
    hidden = campaign_queries.get_household_uid(session, members[1].household_id)
    staff = enter(client, session, app, Role.STEWARD, community)
    client.get("/desk/follow-ups?state=all")
    client.get("/desk/follow-ups.xlsx?state=all")
    page = client.get("/desk/follow-ups?state=all").text
    client.get(case_links(page)[0])
    session.rollback()
    entries = [(one.action, one.detail) for one in list_audit_of(session, uid)]
    assert entries == [("view_case", "list")] * 3 + [("view_case", "case")]
    assert {one.actor for one in list_audit_of(session, uid)} == {f"staff:{staff.id}"}
    assert list_audit_of(session, hidden) == []


def test_a_contact_is_recorded_and_closes_the_case(client, session, app, released, community):
    enter(client, session, app, Role.STEWARD, community)
    address = case_links(client.get("/desk/follow-ups").text)[0]
    done = client.submit(address, CONTACT, form=MAIN)
    assert (done.status_code, done.location) == (302, address)
    words = words_of(client.get(address).text)
    assert "Recorded. The case is closed." in words
    assert "配件已换，当面试运行" in words
    assert "This contact" not in words
    assert case_links(client.get("/desk/follow-ups").text) == []
    assert case_links(client.get("/desk/follow-ups?state=closed").text) == [address]


IMPOSSIBLE = [
    ({"at": ""}, "at"),
    ({"at": "2026-12-24T10:00"}, "at"),  # in the future
    ({"way": "pigeon"}, "way"),
    ({"person": None}, "person"),
    ({"outcome": None}, "outcome"),
    ({"outcome": "dated"}, "next_on"),
    ({"outcome": "dated", "next_on": "2026-11-01"}, "next_on"),
    ({"next_on": "soon"}, "next_on"),
    ({"result": "   "}, "result"),
    ({"result": "长" * 2001}, "result"),
    ({"owner_view": "delighted"}, "owner_view"),
]


def test_a_record_that_cannot_be_true_is_refused_at_its_field_and_nothing_is_lost(
    client, session, app, released, community
):
    enter(client, session, app, Role.STEWARD, community)
    address = case_links(client.get("/desk/follow-ups").text)[0]
    for change, field in IMPOSSIBLE:
        kept = "说好先停一部" if "result" not in change else ""
        bad = client.submit(address, {**CONTACT, "result": kept, **change}, form=MAIN)
        assert bad.status_code == 422, change
        assert f'id="{field}-e1"' in bad.text, change
        assert kept in bad.text, change
        assert "No contact yet." in bad.text, change


def test_not_reached_on_three_half_days_in_two_ways_closes_the_case(
    client, session, app, released, community
):
    later = AFTER + timedelta(days=5)
    enter_as(client, session, Role.STEWARD, [community], app=app, now=later)
    address = case_links(client.get("/desk/follow-ups").text)[0]
    tries = [("phone", 22), ("phone", 23), ("visit", 23)]  # all in the evening: one half day
    tries += [("phone", 23), ("phone", 24)]  # the days after, in the evening
    for at, (way, day) in enumerate(tries):
        assert "This contact" in client.get(address).text, at
        missed = {**CONTACT, "outcome": "unreachable", "way": way, "owner_view": "", "result": ""}
        missed["at"] = f"2026-11-{22 if at < 3 else day}T20:0{at}"
        assert client.submit(address, missed, form=MAIN).status_code == 302
    assert "This contact" not in client.get(address).text


def test_a_case_closed_meanwhile_takes_no_second_record(client, session, app, released, community):
    enter(client, session, app, Role.STEWARD, community)
    address = case_links(client.get("/desk/follow-ups").text)[0]
    page = client.get(address).text
    token = page.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    for _ in range(2):
        assert client.post(address, data={**CONTACT, "csrf_token": token}).status_code == 302
    assert "closed meanwhile" in client.get(address).text
    assert client.get(address).text.count(CONTACT["result"]) == 1


def test_the_list_can_be_taken_along_as_a_workbook(client, session, app, released, community):
    enter(client, session, app, Role.OFFICE, community)
    answer = client.get("/desk/follow-ups.xlsx?state=all")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert SAID in sheet_of(client)[1]
    assert "金丝雀" not in repr(sheet_of(client))


def test_page_and_file_say_the_wishes_in_the_words_of_the_questionnaire(
    client, session, app, vault, storage, campaign, community, members
):
    wishes = {"contact.way": ["phone"], "contact.when": ["day"], "contact.number": ["13812345678"]}
    answer(session, vault, campaign, members[0], comment=SAID, wish="office_or_hq", further=wishes)
    answer(session, vault, campaign, members[1], comment=SECRET, wish="no_reply")
    make_follow_ups(session, campaign.id, now=AFTER)
    release(session, vault, storage, campaign, community)
    enter(client, session, app, Role.OFFICE, community)
    assert "by telephone, in the daytime, 13812345678" in client.get("/desk/follow-ups").text
    head, *rows = sheet_of(client)
    (asked,) = (dict(zip(head, row, strict=True)) for row in rows)
    assert asked["How and when to reach"] == "by telephone, in the daytime, 13812345678"


def test_a_home_that_wishes_no_reply_is_a_number_to_the_office_without_door_or_day(
    client, session, app, vault, storage, campaign, community, members
):
    members[1].building, members[1].room = "金丝雀栋", "金丝雀室"
    answer(session, vault, campaign, members[1], comment=SECRET, wish="no_reply")
    make_follow_ups(session, campaign.id, now=AFTER)
    release(session, vault, storage, campaign, community)
    enter(client, session, app, Role.OFFICE, community)
    for query in ("", "?state=declined", "?state=all"):
        page = client.get(f"/desk/follow-ups{query}").text
        assert "1 homes wish no reply." in page
        assert "No reply wished 1" in page  # one sum on all pages
        assert "All 1" in page
        assert case_links(page) == []
        assert "金丝雀" not in page
    assert sheet_of(client)[1:] == []


def test_progress_of_the_desk_shows_own_communities_and_no_score(
    client, session, app, released, community, other, campaign
):
    enter(client, session, app, Role.OFFICE, community)
    page = client.get("/desk/").text
    assert "甲小区" in page
    assert "乙小区" not in page
    own = f"/desk/progress/{campaign.code}/{community.id}"
    assert client.get(own).status_code == 200
    assert client.get(f"/desk/progress/{campaign.code}/{other.id}").status_code == 404


def test_an_office_asks_for_an_exclusion_and_head_office_decides(
    client, session, app, campaign, community, members
):
    enter_as(client, session, Role.OFFICE, [community])
    address = f"/desk/progress/{campaign.code}/{community.id}"
    asked = {
        "building": members[0].building,
        "room": members[0].room,
        "code": "vacant",
        "evidence": "水表没有走字",
    }
    assert client.submit(address, asked, form=MAIN).status_code == 302
    session.rollback()
    assert campaign_queries.find_exclusion(session, members[0].id).approved_at is None
    again = client.submit(address, asked, form=MAIN)
    assert again.status_code == 422
    enter_as(client, session, Role.STEWARD, [community])
    assert f"{address}/exclusions" not in client.get(address).text


@pytest.mark.parametrize("query", ["list=x", "state=x", "community=x", "campaign=x"])
def test_an_address_nobody_made_is_not_there(client, session, app, answered, query):
    enter(client, session, app, Role.HEAD_OFFICE)
    assert client.get(f"/desk/follow-ups?{query}").status_code == 404


def test_the_menu_marks_the_page_that_is_shown(client, session, app, released, community, campaign):
    enter(client, session, app, Role.OFFICE, community)
    for address, marked in (
        ("/desk/", "/desk/"),
        (f"/desk/progress/{campaign.code}/{community.id}", "/desk/"),
        ("/desk/follow-ups", "/desk/follow-ups"),
        ("/desk/visits/", "/desk/visits/"),
    ):
        current = re.findall(r'href="([^"]+)" aria-current="page"', client.get(address).text)
        assert set(current) == {marked}, address
