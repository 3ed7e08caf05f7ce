"""A home that finds an answer it did not give tells head office, and nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.followup.models import Alarm
from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.campaign.queries import get_household_uid
from app.surveys.response.queries import find_counted
from tests import factories
from tests.factories import NOW, PASSWORD
from tests.web.owner.conftest import Owner, World, read

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECRET = "13800138000"


@pytest.fixture
def second(world: World, owner: Owner) -> Owner:
    """Another phone of a home that has answered."""
    owner.answer_all()
    owner.submit()
    second = world.owner()
    second.open()
    return second


def _raise(owner: Owner, **fields: str):
    hidden = read(owner.client.get("/a/alarm")).hidden
    said = {"kind": "not_us", "words": "我家没人填过", "phone": SECRET, **fields}
    return owner.client.post("/a/alarm", data={**hidden, **said})


def test_the_page_says_when_and_how_the_home_answered_and_leads_to_the_alarm(
    second: Owner,
) -> None:
    page = second.client.get("/a/?lang=en").text
    assert "2 November, 10:00, on a phone" in page
    assert 'href="/a/alarm"' in page
    assert "Telephone, if head office may ask back" in second.client.get("/a/alarm").text


def test_head_office_sees_the_alarm_looks_into_it_and_the_answer_stays(
    world: World, second: Owner, session: Session
) -> None:
    assert _raise(second).status_code == 200
    session.rollback()
    (alarm,) = session.scalars(select(Alarm))
    assert SECRET.encode() not in alarm.said_sealed
    factories.make_staff(session, login="head")
    member = factories.members_of(session, world.campaign)[0]
    uid, key = get_household_uid(session, member.household_id), alarm.id
    session.commit()

    head = world.app.test_client()
    head.get("/login?lang=en")
    head.sign_in("head", PASSWORD)
    assert "1 homes say an answer is not theirs" in head.get("/today").text
    listed = head.get("/hq/alarms/").text
    assert "Nobody of the home has answered" in listed
    assert member.room not in listed
    page = head.get(f"/hq/alarms/{key}").text
    assert SECRET in page
    assert "我家没人填过" in page
    assert "on a phone · counted" in page
    # With a receipt code and a letter one could read the scores of the home.
    answer = find_counted(session, member.id)
    assert answer is not None
    assert answer.receipt not in page.replace("-", "")
    session.rollback()
    empty = head.submit(f"/hq/alarms/{key}", {"outcome": "stranger", "note": " "}, form=1)
    assert empty.status_code == 422
    found = head.submit(f"/hq/alarms/{key}", {"outcome": "stranger", "note": "打过电话"}, form=1)
    assert found.status_code == 302
    assert "打过电话" in head.get(f"/hq/alarms/{key}").text
    assert "say an answer is not theirs" not in head.get("/today").text
    session.rollback()
    actions = [entry.action for entry in list_audit_of(session, uid)]
    # Two looks, the page refused, and each of the two forms was opened before it was sent.
    assert actions.count("view_alarm") == 5
    assert actions.count("check_alarm") == 1
    answer = find_counted(session, member.id)
    assert answer is not None


@ONE_DATABASE
@pytest.mark.parametrize("role", [Role.OFFICE, Role.LEADER, Role.STEWARD, Role.CLERK])
def test_nobody_but_head_office_learns_of_an_alarm(
    world: World, second: Owner, session: Session, role: Role
) -> None:
    _raise(second)
    session.rollback()
    factories.make_staff(session, role, login="somebody", all_communities=True)
    session.commit()
    person = world.app.test_client()
    person.sign_in("somebody", PASSWORD)
    for path in ("/hq/alarms/", "/hq/alarms/1"):
        assert person.get(path).status_code == 403, path


@ONE_DATABASE
def test_three_alarms_of_a_home_wait_and_a_fourth_is_told_so(
    world: World, second: Owner, session: Session
) -> None:
    second.client.get("/a/?lang=en")
    for _ in range(3):
        assert "has been told" in _raise(second).text
    assert "is looking into it" in _raise(second).text
    session.rollback()
    assert len(list(session.scalars(select(Alarm)))) == 3


@ONE_DATABASE
def test_an_alarm_without_a_reason_asks_for_one_and_keeps_the_words(second: Owner) -> None:
    refused = _raise(second, kind="")
    assert refused.status_code == 422
    assert "我家没人填过" in refused.text
    assert SECRET in refused.text


@ONE_DATABASE
def test_whoever_sent_the_answer_can_raise_an_alarm_too(owner: Owner, session: Session) -> None:
    owner.answer_all()
    owner.submit()
    assert 'href="/a/alarm"' in owner.client.get("/a/receipt").text
    assert _raise(owner, kind="wrong").status_code == 200


@ONE_DATABASE
def test_a_home_without_any_answer_has_nothing_to_complain_about(owner: Owner) -> None:
    assert owner.client.get("/a/alarm").headers["Location"] == "/a/"


@ONE_DATABASE
def test_a_checked_alarm_is_never_overwritten(
    world: World, second: Owner, session: Session
) -> None:
    _raise(second)
    session.rollback()
    factories.make_staff(session, login="head")
    session.commit()
    world.at(NOW + timedelta(minutes=1))
    head = world.app.test_client()
    head.sign_in("head", PASSWORD)
    opened = read(head.get("/hq/alarms/1")).hidden
    for note in ("一", "二"):
        head.post("/hq/alarms/1", data={**opened, "outcome": "family", "note": note})
    assert "一" in head.get("/hq/alarms/1").text
    session.rollback()
    (alarm,) = session.scalars(select(Alarm))
    assert world.vault.open(alarm.note_sealed or b"", "note") == "一"
