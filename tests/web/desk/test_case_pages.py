"""What may be done with a case through the pages: tries, slips, people, steps, danger, praise."""

import re
from datetime import date, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from app.clock import BEIJING
from app.followup.cases.lists.queries import Filters
from app.followup.history.models import CaseSheet
from app.followup.models import CaseList, FollowUp, Urgency
from app.followup.services import make_follow_ups, read_hints, view_all
from app.reports.case_paper import PaperHead, list_pdf
from app.staff.models import Role
from app.surveys.campaign.queries import get_instrument
from tests.factories import head_office, make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import AFTER, DURING, answer
from tests.web.desk.test_follow_up_pages import CONTACT, case_links
from tests.web.desk.test_papers import text_of
from tests.web.staff_pages import MAIN, enter_as, release, set_clock, words_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DANGER = "电动车在楼道飞线充电"
PRAISE = "保洁王姐很认真"


@pytest.fixture
def community(session):
    return make_community(session, households=10, name="甲小区")


@pytest.fixture
def campaign(session, vault, community):
    return make_campaign(session, vault)


@pytest.fixture
def members(session, campaign, community):
    return members_of(session, campaign, community)


@pytest.fixture
def listed(session, vault, storage, campaign, community, members):
    """Two homes of a released community said something."""
    for member in members[:2]:
        answer(session, vault, campaign, member, comment="楼道灯坏了", wish="office_or_hq")
    make_follow_ups(session, campaign.id, now=AFTER)
    release(session, vault, storage, campaign, community)


def enter(client, session, app, role, *communities):
    return enter_as(client, session, role, communities, app=app, now=AFTER)


def token_of(page):
    return page.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]


def send(client, page_of, path, **fields):
    """Post fields to an address with the token of a page."""
    token = token_of(client.get(page_of).text)
    return client.post(path, data={**fields, "csrf_token": token})


def test_no_answer_is_one_tap_and_can_be_taken_back_for_a_minute(
    client, session, app, listed, community
):
    enter(client, session, app, Role.STEWARD, community)
    address = case_links(client.get("/desk/follow-ups").text)[0]
    tap = {**CONTACT, "outcome": None, "result": "", "quick": "no_answer"}
    assert client.submit(address, tap, form=MAIN).status_code == 302
    page = client.get(address).text
    assert "No answer" in words_of(page)
    assert "1 of 3" in words_of(page)
    undo = re.search(r'action="(/desk/follow-ups/[0-9]+/undo/[0-9]+)"', page)[1]
    set_clock(app, AFTER + timedelta(seconds=61))
    assert f'action="{undo}"' not in client.get(address).text
    send(client, address, undo)
    assert "too late" in client.get(address).text
    set_clock(app, AFTER + timedelta(seconds=60))
    send(client, address, undo)
    page = words_of(client.get(address).text)
    assert "taken back" in page
    assert "0 of 3" in page


def test_a_record_with_a_key_arrives_once_and_says_so_as_data(
    client, session, app, listed, community
):
    enter(client, session, app, Role.STEWARD, community)
    address = case_links(client.get("/desk/follow-ups").text)[0]
    token = token_of(client.get(address).text)
    for _ in range(3):
        answered = client.post(
            address,
            data={**CONTACT, "csrf_token": token, "key": "phone-1"},
            headers={"Accept": "application/json"},
        )
        assert (answered.status_code, answered.json["state"]) == (200, "closed")
    assert client.get(address).text.count(CONTACT["result"]) == 1
    bad = client.post(
        address,
        data={**CONTACT, "csrf_token": token, "key": "phone-2", "way": "pigeon"},
        headers={"Accept": "application/json"},
    )
    assert (bad.status_code, list(bad.json["errors"])) == (422, ["way"])


def test_other_words_under_a_key_sent_before_are_asked_for_once_more_and_then_kept(
    client, session, app, listed, community
):
    enter(client, session, app, Role.STEWARD, community)
    address = case_links(client.get("/desk/follow-ups").text)[0]
    token = token_of(client.get(address).text)
    first = {**CONTACT, "csrf_token": token, "key": "page-1", "owner_view": "dissatisfied"}
    assert client.post(address, data=first).status_code == 302
    other = client.post(address, data={**first, "result": "业主又来电"})
    assert other.status_code == 422
    assert "sent before with other words" in other.text
    key = re.search(r'name="key" type="hidden" value="([^"]+)"', other.text)[1]
    assert key != "page-1"
    again = client.post(address, data={**first, "result": "业主又来电", "key": key})
    assert again.status_code == 302
    assert client.get(address).text.count("业主又来电") == 1


def test_a_contact_of_years_ago_is_refused_with_the_reason(client, session, app, listed, community):
    enter(client, session, app, Role.STEWARD, community)
    address = case_links(client.get("/desk/follow-ups").text)[0]
    token = token_of(client.get(address).text)
    old = {**CONTACT, "csrf_token": token, "key": "old-1", "at": "2020-01-01T09:00"}
    refused = client.post(address, data=old)
    assert refused.status_code == 422
    assert "This lies before the owner&#39;s words came in." in refused.text


def test_the_director_gives_homes_out_and_a_hand_over_needs_a_reason(
    client, session, app, listed, community
):
    steward = make_staff(session, Role.STEWARD, communities=[community], name="赵管家")
    other = make_staff(session, Role.STEWARD, name="别处的管家")
    steward_id, other_id = steward.id, other.id
    enter(client, session, app, Role.OFFICE, community)
    page = client.get("/desk/follow-ups").text
    cases = re.findall(r'name="case" value="([0-9]+)"', page)
    assert len(cases) == 2
    give = "/desk/follow-ups/give"
    send(client, "/desk/follow-ups", give, case=cases, staff=other_id)
    assert "cannot answer for the case" in client.get("/desk/follow-ups").text
    send(client, "/desk/follow-ups", give, case=cases, staff=steward_id)
    page = words_of(client.get("/desk/follow-ups").text)
    assert "2 cases given." in page
    assert page.count("answered for by 赵管家") == 2
    address = f"/desk/follow-ups/{cases[0]}"
    me = re.search(r'<option value="([0-9]+)">王敏', client.get(address).text)[1]
    send(client, address, f"{address}/give", staff=me, reason="")
    assert "Please give the reason" in client.get(address).text
    send(client, address, f"{address}/give", staff=me, reason="赵管家休假")
    page = words_of(client.get(address).text)
    assert "handed over to 王敏" in page
    assert "赵管家休假" in page


def test_filters_stand_in_the_address_and_the_plan_counts_with_the_people(
    client, session, app, listed, community
):
    enter(client, session, app, Role.OFFICE, community)
    mine = client.get("/desk/follow-ups?whose=mine").text
    assert case_links(mine) == []
    assert len(case_links(client.get("/desk/follow-ups?whose=nobody").text)) == 2
    assert len(case_links(client.get("/desk/follow-ups?building=1栋").text)) == 2
    assert case_links(client.get("/desk/follow-ups?overdue=1").text) == []
    for query in ("whose=x", "urgency=x", "overdue=2", "page=x"):
        assert client.get(f"/desk/follow-ups?{query}").status_code == 404
    assert "3 people, 20 calls a day each" in client.get("/desk/follow-ups").text
    path = f"/desk/follow-ups/capacity/{community.id}"
    send(client, "/desk/follow-ups", path, callers=1, calls_a_day=1)
    page = client.get("/desk/follow-ups").text
    # Saturday 21 November: two working days for two homes, Monday and Tuesday.
    assert "Through by Tue" in page or "24 Nov" in page
    assert "1 people, 1 calls a day each" in page


def test_a_danger_starts_before_release_and_only_then_the_office_sees_the_case(
    client, session, app, vault, campaign, community, members
):
    answer(session, vault, campaign, members[0], comment=DANGER, wish="office_or_hq")
    answer(session, vault, campaign, members[1], comment="多种点花", wish="office_or_hq")
    make_follow_ups(session, campaign.id, now=DURING)
    read_hints(session, vault, campaign.id)
    enter(client, session, app, Role.HEAD_OFFICE)
    set_clock(app, DURING)
    board = client.get("/desk/triage/").text
    assert DANGER in board
    assert "多种点花" not in board
    path = re.search(r'action="(/desk/triage/[0-9]+)"', board)[1]
    address = path.replace("triage", "follow-ups")
    send(client, "/desk/triage/", path, urgency="safety", code="danger.fire", campaign="2026-11")
    assert "Open dangers" in client.get("/desk/triage/").text
    session.rollback()
    enter_as(client, session, Role.OFFICE, [community], app=app, now=DURING)
    page = client.get("/desk/follow-ups").text
    assert case_links(page) == [address]
    assert "the list is locked" in page
    # written on 10 November: somebody is there by the 11th, closed by the third working day
    assert "start by 11 Nov, close by 13 Nov" in client.get(address).text


def test_a_printed_list_says_the_days_of_the_building_and_those_of_a_danger_apart(
    session, vault, campaign, listed
):
    now = AFTER + timedelta(minutes=1)
    danger, other = session.scalars(select(FollowUp).order_by(FollowUp.id))
    danger.urgency, danger.start_by, danger.close_by = (
        Urgency.SAFETY,
        date(2026, 11, 12),
        date(2026, 11, 13),
    )
    other.next_at = datetime(2026, 11, 30, tzinfo=BEIJING)  # agreed for a day, no hour said
    session.flush()
    filters = Filters(on_list=CaseList.COMMUNITY)
    views = view_all(session, vault, head_office(), campaign.id, filters, today=now.date(), now=now)
    instrument = get_instrument(session, campaign.instrument_digest)
    head = PaperHead("某物业", campaign.title, "李管家", now)
    due = next(view.row.due for view in views if not view.row.has_own_clock)
    assert views[0].row.id == danger.id  # it stands first, and names only its own days
    (page,) = text_of(list_pdf(views, instrument, head, language="en"))
    building = f"startby{due.start_by.month}/{due.start_by.day},closeby"
    assert page.count(building) == 1
    assert page.count("startby11/12,closeby11/13") == 1
    assert "agreed:11/30" in page
    assert "00:00" not in page


def test_a_double_tap_orders_one_printed_list(client, session, app, listed, community):
    enter(client, session, app, Role.OFFICE, community)
    page = client.get("/desk/follow-ups").text
    query = unescape(re.search(r'name="query" value="([^"]*)"', page)[1])
    for seconds in (0, 3, 30):  # after half a minute it is wanted anew
        set_clock(app, AFTER + timedelta(seconds=seconds))
        send(client, "/desk/follow-ups", "/desk/follow-ups/sheets/ask", query=query)
    session.rollback()
    assert len(session.scalars(select(CaseSheet)).all()) == 2


def test_praise_reaches_who_is_praised_and_one_tap_closes_the_home(
    client, session, app, vault, storage, campaign, community, members
):
    praise = {"comment.praise": [PRAISE], "contact": ["office_or_hq"]}
    answer(session, vault, campaign, members[0], further=praise)
    make_follow_ups(session, campaign.id, now=AFTER)
    release(session, vault, storage, campaign, community)
    praised = make_staff(session, Role.STEWARD, communities=[community], name="王姐")
    praised_id = praised.id
    enter(client, session, app, Role.OFFICE, community)
    (address,) = case_links(client.get("/desk/follow-ups").text)
    send(client, address, f"{address}/triage", urgency="praise_only", code="")
    for _ in range(2):  # said twice, counted once
        send(client, address, f"{address}/praise", staff=praised_id, department="cleaning", name="")
    page = client.get("/desk/praise/").text
    assert page.count("<article") == 1
    thank = re.search(r'action="(/desk/praise/[0-9]+/thank)"', page)[1]
    send_token = page.split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post(thank, data={"csrf_token": send_token}).status_code == 302
    assert "Thanked. The case is closed." in words_of(client.get("/desk/praise/").text)
    assert case_links(client.get("/desk/follow-ups").text) == []


def test_pages_of_head_office_are_not_for_others(client, session, app, listed, community):
    enter(client, session, app, Role.OFFICE, community)
    assert client.get("/desk/triage/").status_code == 403
    session.rollback()
    enter(client, session, app, Role.LEADER)
    for path in ("/desk/triage/", "/desk/praise/", "/desk/follow-ups", "/desk/follow-ups/1"):
        assert client.get(path).status_code == 403
