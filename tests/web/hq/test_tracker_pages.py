"""Progress, waiver and exclusions through the pages: exact numbers, and only what is allowed."""

from datetime import timedelta

import pytest

from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.campaign import queries
from app.surveys.campaign.models import ExclusionCode
from app.surveys.campaign.services import open_waiver_reason, request_exclusion
from tests.factories import (
    NOW,
    gate_of,
    make_campaign,
    make_community,
    make_staff,
    members_of,
)
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import MAIN, enter_as, set_clock, sign_in, words_of

REASON = "两栋楼在装修，三成住户暂住外地；<b>已上门三轮</b>。"


@pytest.fixture
def community(session):
    return make_community(session, households=5, buildings=2, name="甲小区")


@pytest.fixture
def campaign(session, vault, community):
    return make_campaign(session, vault)


def respond(session, vault, campaign, community, count):
    for member in members_of(session, campaign, community)[:count]:
        answer(session, vault, campaign, member)


def page_of(campaign, community):
    return f"/hq/tracker/{campaign.code}/{community.id}"


# 60 % of 5 homes is exactly 3: 2 of 5 is 40.0 % with 1 missing, 3 of 5 meets the gate.
@pytest.mark.parametrize(
    ("returned", "percent", "missing"), [(0, "0.0%", "3"), (2, "40.0%", "1"), (3, "60.0%", "0")]
)
def test_numbers_are_exact(client, session, vault, campaign, community, returned, percent, missing):
    respond(session, vault, campaign, community, returned)
    address = page_of(campaign, community)
    enter_as(client, session, Role.HEAD_OFFICE)
    words = words_of(client.get(address).text)
    assert f"Return rate|{percent}|{returned} of 5 homes" in words
    assert f"Missing to the gate|{missing}|" in words
    row = words_of(client.get("/hq/tracker/").text).split("甲小区|")[1]
    assert f"|{percent}|{returned} / 5|" in f"|{row}"


def test_a_rate_just_below_the_gate_never_reads_as_the_gate(client, session, vault):
    # 599 of 999 homes is 59.96 %, shown as 59.9; six tenths of 999 are 599.4, so 1 is missing.
    community = make_community(session, households=999, name="乙小区")
    campaign = make_campaign(session, vault)
    respond(session, vault, campaign, community, 599)
    address = page_of(campaign, community)
    enter_as(client, session, Role.HEAD_OFFICE)
    words = words_of(client.get(address).text)
    assert "59.9%|599 of 999 homes" in words
    assert "Missing to the gate|1|" in words


def test_buildings_stand_with_the_fewest_answers_first(client, session, campaign, community, vault):
    members = members_of(session, campaign, community)
    for member in members:
        if member.building == "1栋":
            answer(session, vault, campaign, member)
    address = page_of(campaign, community)
    enter_as(client, session, Role.HEAD_OFFICE)
    words = words_of(client.get(address).text)
    assert words.index("|2栋|") < words.index("|1栋|")


def waive_page(campaign, community):
    return f"/hq/gates/{campaign.code}/{community.id}/waive"


def test_before_the_deadline_there_is_no_waiver(client, session, campaign, community):
    address = page_of(campaign, community)
    enter_as(client, session, Role.HEAD_OFFICE)
    assert waive_page(campaign, community) not in client.get(address).text
    refused = client.get(waive_page(campaign, community))
    assert refused.status_code == 302
    assert "possible only after it" in client.get(refused.location).text
    session.rollback()
    assert gate_of(session, campaign, community).waived_at is None


def test_a_waiver_needs_a_reason_and_is_given_once(
    client, session, vault, app, campaign, community
):
    address, waive = page_of(campaign, community), waive_page(campaign, community)
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    assert waive in client.get(address).text
    bad = client.submit(waive, {"reason": "  "}, form=MAIN)
    assert bad.status_code == 422
    assert 'id="reason-e1"' in bad.text
    sent = {"reason": REASON, "confirmed": "yes"}
    assert client.submit(waive, sent, form=MAIN).status_code == 302
    session.rollback()
    gate = gate_of(session, campaign, community)
    assert gate.waived_at == AFTER
    assert open_waiver_reason(vault, gate) == REASON
    page = client.get(address).text
    assert "&lt;b&gt;已上门三轮&lt;/b&gt;" in page
    again = client.get(waive)  # no form for what was decided
    assert "decided before" in client.get(again.location).text
    session.rollback()
    assert open_waiver_reason(vault, gate_of(session, campaign, community)) == REASON


def test_a_community_at_the_gate_has_nothing_to_waive(
    client, session, vault, app, campaign, community
):
    respond(session, vault, campaign, community, 3)
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    waive = waive_page(campaign, community)
    assert waive not in client.get(page_of(campaign, community)).text
    done = client.get(waive)
    assert "nothing to waive" in client.get(done.location).text


def test_a_leader_sees_progress_and_no_home_and_decides_nothing(
    client, session, vault, app, campaign, community
):
    home = members_of(session, campaign, community)[0]
    request_exclusion(
        session, vault, home, code=ExclusionCode.VACANT, evidence="金丝雀女士已搬走",
        staff_id=make_staff(session).id, now=NOW,
    )  # fmt: skip
    address = page_of(campaign, community)
    enter_as(client, session, Role.LEADER, app=app, now=AFTER)
    page = client.get(address)
    assert page.status_code == 200
    assert "金丝雀" not in page.text
    assert home.room not in page.text
    assert waive_page(campaign, community) not in page.text
    assert f"{address}/exclusions" not in page.text
    assert "/letters" not in page.text
    assert client.get(waive_page(campaign, community)).status_code == 403


def test_an_approved_exclusion_leaves_the_base_and_a_requested_one_stays(
    client, session, vault, campaign, community
):
    respond(session, vault, campaign, community, 2)
    silent = members_of(session, campaign, community)[4]
    where = {"building": silent.building, "room": silent.room}
    address = page_of(campaign, community)
    enter_as(client, session, Role.HEAD_OFFICE)
    asked = {**where, "code": "vacant", "evidence": "水表半年没有走字"}
    assert client.submit(address, asked, form=MAIN).status_code == 302
    page = client.get(address).text
    assert "2 of 5 homes" in page
    assert "水表半年没有走字" in page
    assert "decide on exclusions" in client.get("/today").text
    client.submit(address, {}, form=MAIN)  # the first button of the form approves
    assert "2 of 4 homes" in client.get(address).text  # and 3 of 4 would meet 60 %
    session.rollback()
    assert queries.find_exclusion(session, silent.id).approved_at == NOW


def test_each_look_at_an_exclusion_is_in_the_audit_log_of_its_home(
    client, session, vault, campaign, community
):
    asked, other = members_of(session, campaign, community)[:2]
    request_exclusion(
        session, vault, asked, code=ExclusionCode.VACANT, evidence="长期空置",
        staff_id=make_staff(session).id, now=NOW,
    )  # fmt: skip
    address = page_of(campaign, community)
    uids = [queries.get_household_uid(session, home.household_id) for home in (asked, other)]
    leader = enter_as(client, session, Role.LEADER)
    client.get(address)
    head = enter_as(client, session, Role.HEAD_OFFICE)
    assert asked.room in client.get(address).text
    session.rollback()
    looks = [
        [(e.actor, e.action) for e in list_audit_of(session, uid) if e.action == "view_exclusion"]
        for uid in uids
    ]
    assert looks == [[(f"staff:{head.id}", "view_exclusion")], []]
    assert leader.id != head.id


def test_a_refused_exclusion_is_gone_and_the_home_stays(client, session, campaign, community):
    member = members_of(session, campaign, community)[0]
    address = page_of(campaign, community)
    enter_as(client, session, Role.HEAD_OFFICE)
    where = {"building": member.building, "room": member.room}
    client.submit(address, {**where, "code": "commercial", "evidence": "沿街门面"}, form=MAIN)
    token = client.get(address).text.split('name="csrf_token" value="')[1].split('"')[0]
    refuse = f"{address}/exclusions/{member.id}/refuse"
    client.post(refuse, data={"csrf_token": token, "reason": " "})
    session.rollback()
    assert queries.find_exclusion(session, member.id) is not None
    done = client.post(refuse, data={"csrf_token": token, "reason": "楼上还有人住"})
    assert done.status_code == 302
    page = client.get(address).text
    assert "0 of 5 homes" in page
    assert "楼上还有人住" in page
    session.rollback()
    assert queries.find_exclusion(session, member.id) is None


def test_a_home_that_answers_cannot_leave_and_one_that_left_comes_back_with_a_reason(
    client, session, vault, campaign, community
):
    left, asked, answered = members_of(session, campaign, community)[:3]
    office = make_staff(session)
    for member in (left, asked):
        request_exclusion(
            session, vault, member, code=ExclusionCode.VACANT, evidence="水表半年未走",
            staff_id=office.id, now=NOW,
        )  # fmt: skip
    answer(session, vault, campaign, answered)
    answer(session, vault, campaign, asked)
    session.commit()
    address = page_of(campaign, community)
    enter_as(client, session, Role.HEAD_OFFICE)
    where = {"building": answered.building, "room": answered.room}
    token = client.get(address).text.split('name="csrf_token" value="')[1].split('"')[0]
    asked_for = {**where, "code": "vacant", "evidence": "水表半年未走", "csrf_token": token}
    bad = client.post(f"{address}/exclusions", data=asked_for)
    assert (bad.status_code, "This home has answered" in bad.text) == (422, True)
    assert "It has answered, so it cannot leave the base." in bad.text
    assert f"/contacts/homes/{asked.id}" in bad.text

    def decide(member, verdict, **more):
        sent = client.post(
            f"{address}/exclusions/{member.id}/{verdict}", data={"csrf_token": token, **more}
        )
        return client.get(sent.location).text

    assert "somebody lives there" in decide(asked, "approve")
    assert "2 of 4 homes" in decide(left, "approve")
    gate_page = client.get(f"/hq/gates/{campaign.code}/{community.id}").text
    assert "Left the base: 1 homes" in gate_page
    assert "2 of 4 homes" in decide(left, "take_back", reason=" ")
    page = decide(left, "take_back", reason="业主来信，已经入住")
    assert "2 of 5 homes" in page
    assert "业主来信，已经入住" in page


def test_a_home_that_is_not_in_the_frame_cannot_be_excluded(client, session, campaign, community):
    address = page_of(campaign, community)
    enter_as(client, session, Role.HEAD_OFFICE)
    wrong = {"building": "9栋", "room": "9-999", "code": "vacant", "evidence": "x"}
    bad = client.submit(address, wrong, form=MAIN)
    assert bad.status_code == 422
    assert 'id="room-e1"' in bad.text
    assert 'value="9-999"' in bad.text


def test_an_exclusion_of_another_community_is_not_there(client, session, vault, community):
    other = make_community(session, households=2)
    campaign = make_campaign(session, vault)
    member = members_of(session, campaign, other)[0]
    mine = page_of(campaign, community)
    theirs = page_of(campaign, other)
    enter_as(client, session, Role.HEAD_OFFICE)
    where = {"building": member.building, "room": member.room}
    client.submit(theirs, {**where, "code": "vacant", "evidence": "水表半年未走"}, form=MAIN)
    token = client.get(mine).text.split('name="csrf_token" value="')[1].split('"')[0]
    address = f"{mine}/exclusions/{member.id}/approve"
    assert client.post(address, data={"csrf_token": token}).status_code == 404


def test_due_today_is_empty_without_a_campaign_and_says_where_to_begin(client, session):
    enter_as(client, session, Role.HEAD_OFFICE)
    page = client.get("/today").text
    assert "No campaign is open." in page
    assert "/hq/register/" in page


def test_a_gate_past_its_deadline_stands_first_with_one_action(
    client, session, vault, app, campaign, community
):
    respond(session, vault, campaign, community, 2)
    address = page_of(campaign, community)
    staff = enter_as(client, session, Role.HEAD_OFFICE)
    assert "Nothing is due." in client.get("/today").text
    set_clock(app, AFTER)
    sign_in(client, staff)
    words = words_of(client.get("/today").text)
    assert (
        "甲小区: extend, or release below the gate|40.0% returned, 1 homes missing.|Decide" in words
    )
    assert f'href="{address}"' in client.get("/today").text


def test_near_the_end_missing_homes_are_due_today(client, session, app, campaign, community):
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER - timedelta(days=2))
    assert "甲小区: bring in the last homes" in client.get("/today").text
