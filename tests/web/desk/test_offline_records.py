"""Records made without a network: what the server does with each, however often it comes."""

import json
from datetime import date

import pytest
from sqlalchemy import select

from app.followup.models import Attempt, ContactRecord, FollowUp, Stage, Urgency
from app.followup.services import make_follow_ups
from app.followup.visits.models import VisitRecord
from app.followup.visits.services import plan_visits
from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.campaign import queries as campaign_queries
from app.surveys.register.models import Household
from app.surveys.register.services import add_person
from app.surveys.response.tracker import gate_standing
from tests.factories import gate_of, make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.interview.tablet import seal
from tests.web.staff_pages import enter_as, release

VISIT = {
    "result": "visited",
    "at": "2026-11-21T09:00:00+08:00",  # the phone's clock runs ahead: the server takes its own
    "place": "home",
    "person": "owner",
    "matter": "电梯",
    "outcome": "周五换件",
    "owner_view": "satisfied",
    "action": {"what": "换件", "responsible": "张工", "due_on": "2026-11-27"},
}
CALL = {
    "at": "2026-11-21T00:00:00+08:00",
    "way": "phone",
    "person": "owner",
    "outcome": "solved",
    "result": "灯已换",
    "owner_view": "satisfied",
}


@pytest.fixture
def community(session):
    return make_community(session, households=6, important=2, name="甲小区")


@pytest.fixture
def campaign(session, vault, storage, community):
    campaign = make_campaign(session, vault)
    members = members_of(session, campaign, community)
    answer(session, vault, campaign, members[3], comment="楼道灯坏了", wish="office_or_hq")
    release(session, vault, storage, campaign, community)
    make_follow_ups(session, campaign.id, now=AFTER)
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=AFTER).status
    assert plan_visits(session, campaign, gate, status, now=AFTER) == 2
    return campaign


@pytest.fixture
def case_id(session, campaign):
    return session.scalars(select(FollowUp.id)).one()


def enter(client, session, app, role, community):
    return enter_as(client, session, role, [community], app=app, now=AFTER)


def send(client, package, kind, about, data, *, key="visit-0001", replaced=None):
    token = client.get("/desk/offline/me").json["token"]
    content = {"kind": kind, "id": about, "key": key, "staff": package["staff"], "data": data}
    sealed = seal(package["key"], json.dumps({**content, **(replaced or {})}).encode())
    answer = client.post(
        "/desk/offline/records", json={"sealed": sealed}, headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 200
    return answer.json


def take(client):
    return client.get("/desk/offline/list").json


def test_the_list_holds_what_is_needed_at_a_door_and_is_audited(
    client, session, app, vault, campaign, community
):
    member = members_of(session, campaign, community)[0]
    household = session.get_one(Household, member.household_id)
    add_person(session, vault, household, name="赵云山", phone="13800000001", now=AFTER)
    staff = enter(client, session, app, Role.STEWARD, community)
    package = take(client)
    assert package["staff"] == staff.id
    assert [one["people"] for one in package["visits"]] == [
        [{"name": "赵云山", "phone": "13800000001"}],
        [],
    ]
    session.rollback()
    uid = campaign_queries.get_household_uid(session, member.household_id)
    assert [one.action for one in list_audit_of(session, uid)] == ["view_visit"]
    shell = client.get("/desk/offline/").text
    assert staff.name not in shell
    assert "甲小区" not in shell


def test_a_visit_sent_twice_is_one_record_with_its_promise(
    client, session, app, campaign, community
):
    enter(client, session, app, Role.STEWARD, community)
    package = take(client)
    visit_id = package["visits"][0]["id"]
    for _time in range(2):
        assert send(client, package, "visit", visit_id, VISIT)["state"] == "received"
    session.rollback()
    (record,) = session.scalars(select(VisitRecord)).all()
    assert record.at == AFTER
    assert len(take(client)["visits"]) == 1


def test_two_people_at_one_door_see_both_versions_and_both_are_kept(
    client, session, app, campaign, community
):
    enter(client, session, app, Role.STEWARD, community)
    package = take(client)
    visit_id = package["visits"][0]["id"]
    send(client, package, "visit", visit_id, VISIT)
    enter(client, session, app, Role.OFFICE, community)
    other = take(client)
    second = {**VISIT, "matter": "停车"}
    told = send(client, other, "visit", visit_id, second, key="visit-0002")
    assert told["state"] == "beside"
    assert ["Matter", "停车"] in told["mine"]
    assert ["Matter", "电梯"] in told["theirs"]
    assert send(client, other, "visit", visit_id, second, key="visit-0002")["state"] == "received"
    session.rollback()
    assert len(session.scalars(select(VisitRecord)).all()) == 2


def test_a_contact_goes_the_same_way(client, session, app, campaign, community, case_id):
    enter(client, session, app, Role.STEWARD, community)
    package = take(client)
    for _time in range(2):
        assert send(client, package, "contact", case_id, CALL)["state"] == "received"
    told = send(client, package, "contact", case_id, CALL, key="visit-0003")
    assert told["state"] == "beside"
    session.rollback()
    assert len(session.scalars(select(ContactRecord)).all()) == 2


def test_a_call_back_says_before_it_is_sent_that_the_owner_is_to_be_asked(
    client, session, app, campaign, community, case_id
):
    staff = enter(client, session, app, Role.STEWARD, community)
    case = session.get_one(FollowUp, case_id)
    case.urgency, case.stage, case.responsible_id = Urgency.SAFETY, Stage.ANSWERED, staff.id
    case.answered_by = make_staff(session, Role.STEWARD, communities=[community]).id
    session.commit()
    package = take(client)
    (home,) = package["cases"]
    assert (home["is_danger"], home["is_careful"], home["asks_view"]) == (True, True, True)
    told = send(client, package, "contact", case_id, {**CALL, "owner_view": ""})
    assert told["state"] == "refused"
    assert told["words"] == "Owner's view of it: Please fill this in."
    assert send(client, package, "contact", case_id, CALL, key="visit-0004")["state"] == "received"


def test_a_try_without_a_network_is_as_exact_as_one_with(
    client, session, app, campaign, community, case_id
):
    enter(client, session, app, Role.STEWARD, community)
    package = take(client)
    come_again = {
        **CALL,
        "way": "visit",
        "place": "outdoors",
        "outcome": "unreachable",
        "attempt": "come_again",
        "next_on": "2026-11-23",
        "next_time": "19:00",
        "result": "",
        "owner_view": "",
    }
    assert send(client, package, "contact", case_id, come_again)["state"] == "received"
    session.rollback()
    (made,) = session.scalars(select(ContactRecord))
    assert (made.attempt, made.place) == (Attempt.COME_AGAIN, "outdoors")
    assert (made.next_on, made.next_time) == (date(2026, 11, 23), "19:00")


@pytest.mark.parametrize(
    ("change", "more", "state"),
    [
        ({"matter": ""}, {}, "refused"),
        ({"at": "2026-11-21T09:00"}, {}, "refused"),
        ({"photo": "data:image/png;base64,R0lG"}, {}, "refused"),
        ({}, {"staff": 999}, "other"),
        ({}, {"id": 999}, "refused"),
        ({}, {"kind": "erase"}, "refused"),
        ({}, {"key": "k"}, "refused"),
    ],
)
def test_what_cannot_be_stored_is_said_and_nothing_is_stored(
    client, session, app, campaign, community, change, more, state
):
    enter(client, session, app, Role.STEWARD, community)
    package = take(client)
    visit_id = package["visits"][0]["id"]
    told = send(client, package, "visit", visit_id, {**VISIT, **change}, replaced=more)
    assert told["state"] == state
    assert told["words"]
    session.rollback()
    assert session.scalars(select(VisitRecord)).all() == []


def test_signing_out_takes_the_key_of_the_list_away(client, session, app, campaign, community):
    enter(client, session, app, Role.STEWARD, community)
    answer = client.submit("/desk/visits/", {}, form=0)
    gone = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("ls_take=;")]
    assert len(gone) == 1
    assert "Path=/desk/" in gone[0]
