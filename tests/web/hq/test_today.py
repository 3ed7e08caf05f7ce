"""Due today for each role, the number in the menu, and the coverage board."""

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.followup.cases.services import triage_case
from app.followup.models import FollowUp, Urgency
from app.followup.services import make_follow_ups
from app.followup.visits.services import plan_visits
from app.staff.models import AuditEntry, Role
from app.surveys.response.tracker import gate_standing
from app.web.today import dangers
from tests.factories import (
    gate_of,
    head_office,
    make_campaign,
    make_community,
    make_staff,
    members_of,
)
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import enter_as, release, words_of

LATE = AFTER + timedelta(days=20)


@pytest.fixture
def community(session):
    return make_community(session, households=8, important=3, name="甲小区")


@pytest.fixture
def campaign(session, vault, storage, community):
    campaign = make_campaign(session, vault)
    for at, member in enumerate(members_of(session, campaign, community)[:4]):
        answer(
            session, vault, campaign, member, key=f"c{at}", comment="灯坏了", wish="office_or_hq"
        )
    release(session, vault, storage, campaign, community)
    make_follow_ups(session, campaign.id, now=AFTER)
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=AFTER).status
    plan_visits(session, campaign, gate, status, now=AFTER)
    return campaign


@pytest.mark.parametrize(
    ("role", "said"),
    [
        (Role.HEAD_OFFICE, "甲小区: 4 follow-up cases are overdue"),
        (Role.LEADER, "甲小区: 4 cases and 3 visits are overdue"),
        (Role.OFFICE, "甲小区: 4 follow-up cases are overdue"),
        (Role.STEWARD, "Visit 甲小区 1栋 1-101"),
    ],
)
def test_each_role_sees_what_is_late_and_how_much_in_the_menu(
    client, session, app, campaign, community, role, said
):
    enter_as(client, session, role, [community], app=app, now=LATE)
    assert client.get("/").location == "/today"
    words = words_of(client.get("/today").text)
    assert said in words
    assert "Due today (overdue)" in words  # four cases and three visits


def test_nothing_late_stands_in_the_menu_of_an_office_without_work(
    client, session, app, campaign, community
):
    other = make_community(session, households=1)
    enter_as(client, session, Role.OFFICE, [other], app=app, now=LATE)
    words = words_of(client.get("/today").text)
    assert "Nothing is due." in words
    assert "Due today (" not in words


def test_the_board_counts_without_naming_a_home(client, session, app, campaign, community):
    enter_as(client, session, Role.LEADER, app=app, now=LATE)
    page = client.get("/hq/coverage/").text
    words = words_of(page)
    assert "甲小区|4|0|0|4|27 Nov|4 untouched|4 Dec|0 / 3|3 late" in words
    assert "1-101" not in page
    for sort in ("open", "visits", "answers", "close_by"):
        assert client.get(f"/hq/coverage/?sort={sort}").status_code == 200
    assert client.get("/hq/coverage/?sort=score").status_code == 404
    sheet = load_workbook(BytesIO(client.get("/hq/coverage/coverage.xlsx").data)).active
    assert sheet.max_row == 2
    assert [cell.value for cell in sheet[2]][:2] == ["甲小区", 4]
    session.rollback()
    query = select(AuditEntry.detail).where(AuditEntry.action == "results.download")
    assert list(session.scalars(query)) == ["leader coverage.xlsx"]


@pytest.mark.parametrize("role", [Role.STEWARD, Role.CLERK, Role.INTERVIEWER])
def test_the_board_is_not_for_everybody(client, session, app, campaign, community, role):
    enter_as(client, session, role, [community], app=app, now=LATE)
    assert client.get("/hq/coverage/").status_code == 403


@pytest.mark.parametrize("role", [Role.REGION, Role.COMMITTEE, Role.CALLER])
def test_start_pages_of_roles_without_homes_name_none(
    client, session, app, campaign, community, role
):
    enter_as(client, session, role, [community], app=app, now=LATE)
    page = client.get("/today").text
    assert "1-101" not in page
    for address in ("/desk/visits/", "/desk/offline/list", "/desk/visits/reasons"):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize("role", [Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD])
def test_an_untouched_danger_stands_first_and_is_late_when_its_own_day_has_passed(
    client, session, app, campaign, community, role
):
    make_staff(session)
    case_id = session.scalars(select(FollowUp.id).order_by(FollowUp.id)).first()
    nothing = {"code": None, "department": None, "now": AFTER}
    triage_case(session, head_office(), case_id, urgency=Urgency.SAFETY, **nothing)
    # written on 10 November: somebody is there by the 11th
    enter_as(client, session, role, [community], app=app, now=AFTER)
    page = client.get("/today").text
    tasks = page.split('<ul class="task">')[1]
    assert tasks.startswith('<li class="late">')
    first = words_of(tasks.split("</li>")[0])
    assert "Danger: 甲小区 1栋 1-101" in first
    assert "Nobody has been in contact yet." in first
    assert f'href="/desk/follow-ups/{case_id}"' in tasks.split("</li>")[0]
    if role is not Role.STEWARD:
        assert "甲小区: 1 follow-up cases are overdue" in words_of(page)


def test_many_dangers_are_one_line_for_the_late_ones_and_one_for_the_others(
    client, session, app, campaign, community, monkeypatch
):
    make_staff(session)
    monkeypatch.setattr(dangers, "_LISTED", 1)
    for at, found in enumerate(session.scalars(select(FollowUp).order_by(FollowUp.id))):
        if at == 0:
            found.read_to = AFTER
        nothing = {"code": None, "department": None, "now": AFTER}
        triage_case(session, head_office(), found.id, urgency=Urgency.SAFETY, **nothing)
    enter_as(client, session, Role.OFFICE, [community], app=app, now=AFTER)
    words = words_of(client.get("/today").text)
    assert "Dangers to people overdue: 3" in words
    assert "Dangers to people: 1" in words
