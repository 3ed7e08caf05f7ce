"""Group complaints on their pages: suggested, decided, answered once; filters of the list."""

import pytest
from sqlalchemy import select

from app.service.complaints.models import ComplaintGroup, GroupState
from app.staff.models import AuditEntry, Role
from tests.factories import NOW
from tests.integration.complaints.world import make_world
from tests.web.complaints.test_complaint_pages import LIST, enter, local, stored
from tests.web.staff_pages import MAIN, hidden_fields, words_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GROUPS = "/complaints/groups/"
SAID = {
    "at": local(NOW), "way": "visit", "person": "owner", "outcome": "solved",
    "result": "物业开会答复，当天修好",
}  # fmt: skip


@pytest.fixture
def world(session):
    made = make_world(session)
    session.commit()
    return made


def come(client, session, app, role, *communities):
    session.rollback()  # what was read holds no one up
    enter(client, session, app, role, *communities)


def taken(client, world, *homes, **changes):
    """Take one complaint in for each of these homes; return their numbers by key."""
    for home in homes:
        path = f"/complaints/new?household={world.homes[home]}"
        from_page = {"name": "李女士", "contact": "13800000001", "text": "电梯停", "rings": "",
                     "code": "facilities.lift", "kind": "valid", "channel": "phone",
                     "severity": "ordinary", "against": "none", **changes}  # fmt: skip
        assert client.submit(path, from_page, form=MAIN).status_code == 302


def test_head_office_confirms_what_is_suggested_and_the_office_answers_all_at_once(
    client, session, app, world
):
    come(client, session, app, Role.OFFICE, world.community)
    taken(client, world, 0, 1, 2)  # three homes of one building
    assert "Suggested: one matter" not in words_of(client.get(GROUPS).text)
    group_id = stored(session)[0].group_id
    assert client.get(f"{GROUPS}{group_id}").status_code == 404  # no group before head office
    come(client, session, app, Role.HEAD_OFFICE)
    page = client.get(GROUPS).text
    assert "3 complaints of 3 homes" in words_of(page)
    token = hidden_fields(page, "csrf_token")
    sent = {**token, "say": "confirm"}
    assert client.post(f"{GROUPS}{group_id}/decide", data={**token, "say": "x"}).status_code == 400
    assert client.post(f"{GROUPS}{group_id}/decide", data=sent).status_code == 302
    assert client.post(f"{GROUPS}{group_id}/decide", data=sent).status_code == 302
    assert "Somebody has decided this already" in words_of(client.get(GROUPS).text)
    come(client, session, app, Role.OFFICE, world.community)
    address = f"{GROUPS}{group_id}"
    token = hidden_fields(client.get(address).text, "csrf_token")
    empty = client.post(f"{address}/answer", data={**SAID, **token, "result": ""})
    assert empty.status_code == 422
    early = client.post(f"{address}/answer", data={**SAID, **token, "at": "2020-01-01T08:00"})
    assert early.status_code == 422
    assert "物业开会答复" in early.text
    assert client.post(f"{address}/answer", data={**SAID, **token}).status_code == 302
    shown = words_of(client.get(address).text)
    assert "3 complaints answered" in shown
    assert "One answer for all of them" not in shown
    assert all(one.answered_at is not None for one in stored(session))
    looks = session.scalars(select(AuditEntry).where(AuditEntry.detail == "group")).all()
    assert len(looks) >= 3


def test_an_office_suggests_by_numbers_and_what_is_wrong_stays_typed(client, session, app, world):
    come(client, session, app, Role.OFFICE, world.community)
    taken(client, world, 0, 3)
    numbers = [one.number for one in stored(session)]
    wrong = client.submit(GROUPS, {"numbers": f"{numbers[0]}，2026-00001"}, form=MAIN)
    assert wrong.status_code == 422
    assert "not known here" in words_of(wrong.text)
    assert numbers[0] in wrong.text
    good = client.submit(GROUPS, {"numbers": "；".join(numbers)}, form=MAIN)
    assert good.status_code == 302
    session.rollback()
    group = session.scalars(select(ComplaintGroup)).one()
    assert group.state is GroupState.SUGGESTED
    assert "Suggested. Head office" in words_of(client.get(GROUPS).text)
    come(client, session, app, Role.STEWARD, world.community)
    assert client.get(GROUPS).status_code == 403


def test_the_list_is_narrowed_by_every_mark(client, session, app, world):
    come(client, session, app, Role.OFFICE, world.community)
    taken(client, world, 0, media="1")
    taken(client, world, 1, legal="1")
    taken(client, world, 2, compensation="1", against="staff", channel="letter")
    come(client, session, app, Role.HEAD_OFFICE)
    keys = {one.household_id: one for one in stored(session)}
    assert len(keys) == 3
    counts = {
        mark: client.get(f"{LIST}?flag={mark}").text.count("<article")
        for mark in ("media", "legal", "money", "staff", "director", "group", "repeat")
    }
    assert counts == {
        "media": 1,
        "legal": 1,
        "money": 1,
        "staff": 1,
        "director": 0,
        "group": 0,
        "repeat": 0,
    }
    assert client.get(f"{LIST}?channel=letter").text.count("<article") == 1
    come(client, session, app, Role.OFFICE, world.community)
    assert 'value="director"' not in client.get(LIST).text
