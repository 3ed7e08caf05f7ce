"""Home visits through the pages: the plan by day, a record that is made once."""

import base64
import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from icalendar import Calendar
from openpyxl import load_workbook
from PIL import Image

from app.followup.visits.services import plan_visits
from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.campaign import queries as campaign_queries
from app.surveys.register.models import CareNeed, CareNeedKind, Household
from app.surveys.register.services import add_person
from app.surveys.response.tracker import gate_standing
from tests.factories import gate_of, make_campaign, make_community, members_of
from tests.integration.snapshot.answering import AFTER
from tests.web.staff_pages import MAIN, enter_as, hidden_fields, release, words_of

MADE = {
    "result": "visited",
    "at": "2026-11-21T00:00",
    "place": "home",
    "person": "owner",
    "matter": "谈了电梯更换",
    "outcome": "答应<i>周末</i>前回话",
    "owner_view": "satisfied",
}


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


def record_page(client):
    return visit_links(client.get("/desk/visits/").text)[0] + "/record"


def test_a_visit_is_recorded_once(client, session, app, campaign, community):
    enter(client, session, app, Role.STEWARD, community)
    address = record_page(client)
    page = client.get(address).text
    sent = {**MADE, **hidden_fields(page, "csrf_token", "key")}
    for _tap in range(2):  # a double tap sends the same key twice
        assert client.post(address, data=sent).status_code == 302
    visit = address.removesuffix("/record")
    page = client.get(visit).text
    assert "答应&lt;i&gt;周末&lt;/i&gt;前回话" in page
    assert page.count("<blockquote>") + page.count("<h3>Visited at home</h3>") == 1
    assert client.get(address).location == visit  # there is nothing more to record
    second = {**sent, "key": "another", "matter": "another"}
    assert client.post(address, data=second).status_code == 302
    page = client.get(visit).text
    assert "recorded before" in page
    assert "<dd>another</dd>" not in page
    assert len(visit_links(client.get("/desk/visits/?state=open").text)) == 5


def test_photo_and_signature_are_kept_as_clean_pictures(client, session, app, campaign, community):
    enter(client, session, app, Role.STEWARD, community)
    address = record_page(client)
    photo = BytesIO()
    Image.new("RGB", (40, 30), "red").save(photo, "PNG")
    drawn = "data:image/png;base64," + base64.b64encode(photo.getvalue()).decode()
    photo.seek(0)
    sent = {**MADE, "photo": (photo, "a.png"), "signature": drawn}
    assert client.submit(address, sent, form=MAIN).status_code == 302
    page = client.get(address.removesuffix("/record")).text
    links = re.findall(r'href="(/desk/visits/[0-9]+/pictures/[0-9]+)"', page)
    assert len(links) == 2
    shown = client.get(links[0])
    assert shown.data.startswith(b"\xff\xd8\xff")
    other = make_community(session, households=1)
    enter(client, session, app, Role.OFFICE, other)
    assert client.get(links[0]).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"matter": " "}, "matter"),
        ({"at": ""}, "at"),
        ({"at": "2027-01-01T10:00"}, "at"),
        ({"result": "phone_instead"}, "reason"),
        ({"action": "修灯"}, "due_on"),
        ({"photo": (BytesIO(b"GIF89a"), "a.gif")}, "photo"),
    ],
)
def test_a_record_that_cannot_be_true_is_refused_at_its_field(
    client, session, app, campaign, community, change, field
):
    enter(client, session, app, Role.STEWARD, community)
    bad = client.submit(record_page(client), {**MADE, **change}, form=MAIN)
    assert bad.status_code == 422
    assert f'id="{field}-e1"' in bad.text


def test_an_appointment_stands_in_the_week_and_in_the_calendar_file(
    client, session, app, campaign, community
):
    enter(client, session, app, Role.OFFICE, community)
    address = visit_links(client.get("/desk/visits/").text)[0]
    sent = {"at": "2026-11-24T10:30", "agreed_with": "family", "visitor": "0"}
    sent |= hidden_fields(client.get(address).text, "csrf_token")
    assert client.post(f"{address}/appointment", data=sent).status_code == 302
    week = words_of(client.get("/desk/visits/week?week=2026-11-25").text)
    assert "10:30" in week
    file = client.get("/desk/visits/plan.ics")
    calendar = Calendar.from_ical(file.data)
    events = calendar.walk("VEVENT")
    assert len(events) == 6
    (agreed,) = [one for one in events if isinstance(one.decoded("dtstart"), datetime)]
    assert agreed.decoded("dtstart") == datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
    assert str(agreed["location"]).startswith("甲小区")


def test_no_name_and_no_phone_number_leaves_with_a_calendar(
    client, session, app, vault, campaign, community
):
    member = members_of(session, campaign, community)[0]
    household = session.get_one(Household, member.household_id)
    add_person(session, vault, household, name="赵云山", phone="13800000001", now=AFTER)
    enter(client, session, app, Role.OFFICE, community)
    for address in ("/desk/visits/plan.ics", "/desk/visits/week?week=2026-11-21"):
        text = client.get(address).text
        assert "赵云山" not in text
        assert "13800000001" not in text


def test_reasons_and_care_are_two_lists_and_each_look_is_written_down(
    client, session, app, campaign, community
):
    home = members_of(session, campaign, community)[8]
    staff = enter(client, session, app, Role.OFFICE, community)
    need = CareNeed(
        household_id=home.household_id,
        need=CareNeedKind.LARGE_PRINT,
        since=AFTER.date(),
        noted_by=staff.id,
        noted_at=AFTER,
    )
    session.add(need)
    session.commit()
    reasons = words_of(client.get("/desk/visits/reasons").text)
    assert reasons.count("Owners' committee, member or candidate") == 7  # six homes and the sum
    care = words_of(client.get("/desk/visits/care").text)
    assert "bring large print" in care
    assert "Owners' committee" not in care
    session.rollback()
    uid = campaign_queries.get_household_uid(session, home.household_id)
    assert [one.action for one in list_audit_of(session, uid)] == ["view_care"]


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
