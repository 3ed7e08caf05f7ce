"""Idempotent writes: the same request has one effect and one answer, also at the same time."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.factory import create_app
from app.followup.history.models import CaseEvent
from app.followup.models import CaseList, ContactRecord, FollowUp
from app.followup.services import make_follow_ups
from app.integrations.models import ApiKey, ApiWrite
from app.integrations.scopes import KeyScope
from app.staff.models import AuditEntry, Staff
from tests.factories import make_campaign, make_community, members_of
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.api.world import add_key
from tests.web.staff_pages import release, set_clock

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CONTACT = {
    "at": "2026-11-20T16:00:00Z",
    "way": "phone",
    "person": "业主",
    "outcome": "dated",
    "result": "约好周三上门修",
    "next_on": "2026-11-25",
    "next_time": "19:00",
}


@pytest.fixture
def place(session, vault, storage, app):
    """A released case, the application at that time, and a key that may write on it."""
    community = make_community(session, households=2)
    campaign = make_campaign(session, vault)
    first = members_of(session, campaign, community)[0]
    answer(session, vault, campaign, first, comment="电梯又停了", wish="office_or_hq")
    make_follow_ups(session, campaign.id, now=AFTER)
    release(session, vault, storage, campaign, community)
    token = add_key(session, [KeyScope.CASES_WRITE], communities=[community.id])
    query = select(FollowUp.id).where(FollowUp.on_list == CaseList.COMMUNITY)
    case = session.scalars(query).one()
    session.commit()
    set_clock(app, AFTER)
    return case, token


def send(app, place, body=CONTACT, *, name="k1", what="contacts"):
    case, token = place
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": name}
    return app.test_client().post(f"/api/v1/cases/{case}/{what}", json=body, headers=headers)


def counts(session) -> tuple[int, int, int]:
    session.commit()
    tables = (ContactRecord, CaseEvent, ApiWrite)
    return tuple(session.scalar(select(func.count()).select_from(one)) for one in tables)


@ONE_DATABASE
def test_the_same_write_sent_again_gets_the_same_answer_and_does_nothing(app, session, place):
    before = counts(session)
    first = send(app, place)
    assert first.status_code == 201, first.text
    assert first.json == {"id": place[0], "state": "open", "stage": "in_work"}
    after = counts(session)
    again = send(app, place)
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert counts(session) == after
    assert after[0] == before[0] + 1
    assert after[2] == 1


@ONE_DATABASE
def test_another_write_under_the_same_name_is_refused(app, session, place):
    send(app, place)
    after = counts(session)
    for body, what in (({**CONTACT, "result": "已修好"}, "contacts"), ({"to": "in_work"}, "steps")):
        refused = send(app, place, body, what=what)
        assert (refused.status_code, refused.json["code"]) == (422, "idempotency_key_reused")
    assert counts(session) == after


@ONE_DATABASE
def test_a_write_that_was_refused_leaves_nothing_and_may_be_sent_better(app, session, place):
    before = counts(session)
    refused = send(app, place, {**CONTACT, "next_on": None})
    assert (refused.status_code, refused.json["code"]) == (409, "refused_fields")
    assert refused.json["errors"] == [{"field": "next_on", "code": "empty"}]
    assert counts(session) == before
    assert send(app, place).status_code == 201


@ONE_DATABASE
def test_what_a_system_does_stands_beside_its_name_and_in_the_audit_log(app, session, place):
    send(app, place)
    session.commit()
    key = session.scalars(select(ApiKey)).one()
    contact = session.scalars(select(ContactRecord)).one()
    assert contact.staff_id == key.staff_id
    account = session.get(Staff, key.staff_id)
    assert (account.name, account.password_hash) == ("工单系统", "")
    assert account.disabled_at is not None
    actions = session.scalars(
        select(AuditEntry.action).where(AuditEntry.actor == f"staff:{key.staff_id}")
    ).all()
    assert actions == ["record_contact"]
    assert key.used_at == AFTER
    stored = session.scalars(select(ApiWrite)).one()
    assert "业主" not in stored.answer


@pytest.mark.parametrize("what", ["contacts", "steps"])
def test_the_same_write_at_the_same_time_has_one_effect_and_one_answer(
    app, session, place, config, vault, what
):
    """Two threads, two applications on one database, as two servers beside each other."""
    body = CONTACT if what == "contacts" else {"to": "in_work"}
    other = create_app(replace(config))
    services = other.extensions["linsheng"]
    services.vault = vault
    set_clock(other, AFTER)
    before = counts(session)
    start, answers = threading.Barrier(4), []

    def run(one):
        start.wait()
        answers.append(send(one, place, body, what=what))

    threads = [threading.Thread(target=run, args=(one,)) for one in (app, other, app, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with other.app_context():
        other.extensions["sqlalchemy"].engine.dispose()
    assert {one.status_code for one in answers} == {201}
    assert len({one.data for one in answers}) == 1
    assert sorted(one.headers.get("Idempotency-Replayed", "") for one in answers) == [
        "",
        *["true"] * 3,
    ]
    after = counts(session)
    assert after[2] == 1
    assert after[1] - before[1] == (2 if what == "contacts" else 1)


@ONE_DATABASE
def test_a_planned_date_a_turn_and_a_hand_over_reach_the_case(app, session, place):
    assert send(app, place, {"source": "repair"}, name="a", what="source").status_code == 201
    assert send(app, place, name="b").status_code == 201
    refused = send(app, place, {"login": "nobody"}, name="c", what="responsible")
    assert (refused.status_code, refused.json["code"]) == (409, "not_responsible")
    refused = send(app, place, {"to": "reopened"}, name="d", what="steps")
    assert (refused.status_code, refused.json["code"]) == (409, "step_refused")
    session.commit()
    case = session.get(FollowUp, place[0])
    assert case.source == "repair"
    assert case.next_at.isoformat() == "2026-11-25T11:00:00+00:00"  # 19:00 in Beijing
