"""Home visits through the pages: the plan by day, a record that is made once."""

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook

from app.followup.services import plan_visits
from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.campaign import queries as campaign_queries
from app.surveys.register.models import Household
from app.surveys.register.services import add_person
from app.surveys.response.tracker import gate_standing
from tests.factories import gate_of, make_campaign, make_community, members_of
from tests.integration.snapshot.answering import AFTER
from tests.web.staff_pages import MAIN, enter_as, release, words_of

MADE = {"visited_on": "2026-11-21", "note": "谈了电梯更换，答应<i>周末</i>前回话"}


@pytest.fixture
def community(session):
    return make_community(session, households=10, important=6, name="甲小区")


@pytest.fixture
def campaign(session, vault, storage, community):
    campaign = make_campaign(session, vault)
    release(session, vault, storage, campaign, community)
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=AFTER).status
    assert plan_visits(session, campaign, gate, status, now=AFTER) == 6
    return campaign


def enter(client, session, app, role, *communities):
    return enter_as(client, session, role, communities, app=app, now=AFTER)


def visit_links(page):
    return sorted(set(re.findall(r'href="(/desk/visits/[0-9]+)"', page)))


def test_every_important_home_has_a_day_within_the_week(client, session, app, campaign, community):
    enter(client, session, app, Role.OFFICE, community)
    page = client.get("/desk/visits/").text
    assert len(visit_links(page)) == 6
    words = words_of(page)
    # T0 is midnight after 20 November: four on the 21st, the other two on the 22nd.
    assert "21 Nov|Sat · 4 homes" in words
    assert "22 Nov|Sun · 2 homes" in words


def test_names_and_phones_are_shown_to_who_visits_and_audited(
    client, session, app, vault, campaign, community
):
    member = members_of(session, campaign, community)[0]
    household = session.get_one(Household, member.household_id)
    add_person(session, vault, household, name="王敏", phone="13800000001", now=AFTER)
    staff = enter(client, session, app, Role.STEWARD, community)
    page = client.get("/desk/visits/").text
    assert "王敏" in page
    assert 'href="tel:13800000001"' in page
    session.rollback()
    uid = campaign_queries.get_household_uid(session, member.household_id)
    assert [one.actor for one in list_audit_of(session, uid)] == [f"staff:{staff.id}"]


def test_a_visit_is_recorded_once(client, session, app, campaign, community):
    enter(client, session, app, Role.STEWARD, community)
    address = visit_links(client.get("/desk/visits/").text)[0]
    token = client.get(address).text.split('name="csrf_token" type="hidden" value="')[1]
    done = client.submit(address, MADE, form=MAIN)
    assert (done.status_code, done.location) == (302, address)
    page = client.get(address).text
    assert "答应&lt;i&gt;周末&lt;/i&gt;前回话" in page
    second = {**MADE, "note": "another", "csrf_token": token.split('"')[0]}
    assert client.post(address, data=second).status_code == 302
    page = client.get(address).text
    assert "recorded before" in page
    assert "another" not in page
    assert len(visit_links(client.get("/desk/visits/?state=planned").text)) == 5


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"note": " "}, "note"),
        ({"visited_on": ""}, "visited_on"),
        ({"visited_on": "2027-01-01"}, "visited_on"),
    ],
)
def test_a_visit_that_cannot_be_true_is_refused_at_its_field(
    client, session, app, campaign, community, change, field
):
    enter(client, session, app, Role.STEWARD, community)
    address = visit_links(client.get("/desk/visits/").text)[0]
    bad = client.submit(address, {**MADE, **change}, form=MAIN)
    assert bad.status_code == 422
    assert f'id="{field}-e1"' in bad.text


def test_visits_of_another_community_do_not_exist(client, session, app, campaign, community):
    enter(client, session, app, Role.HEAD_OFFICE)
    address = visit_links(client.get("/desk/visits/").text)[0]
    session.rollback()
    other = make_community(session, households=1)
    enter(client, session, app, Role.OFFICE, other)
    assert client.get(address).status_code == 404
    assert visit_links(client.get("/desk/visits/").text) == []


def test_the_visit_list_can_be_taken_along_as_a_workbook(client, session, app, campaign, community):
    enter(client, session, app, Role.OFFICE, community)
    answer = client.get("/desk/visits/list.xlsx")
    assert answer.status_code == 200
    assert load_workbook(BytesIO(answer.data)).active.max_row == 7
