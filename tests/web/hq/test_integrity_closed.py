"""Who learns nothing of signals and calls; what a hold of the checks looks like at the gate."""

from datetime import date

import pytest

from app.reports.integrity import work
from app.reports.work import Workshop
from app.staff.models import Role
from app.surveys.campaign.gates.queries import find_open_hold
from app.surveys.integrity.calls import queries as call_queries
from app.surveys.integrity.deciding.services import Judgement, appeal, decide
from app.surveys.integrity.models import Verdict
from tests.factories import gate_of, make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import enter_as, set_clock, sign_in, words_of

REASON = "电话核实：三户表示没有填过问卷。"
WORDS = "当天有签到表。"


@pytest.fixture
def community(session):
    return make_community(session, households=6, name="甲小区")


@pytest.fixture
def campaign(session, vault, community):
    made = make_campaign(session, vault)
    for member in members_of(session, made, community):
        answer(session, vault, made, member, key=f"k{member.id}", seed=member.id)
    session.commit()
    return made


def judged(session, vault, campaign, community, staff, verdict, resurvey_on=None):
    gate = gate_of(session, campaign, community)
    judgement = Judgement(verdict, REASON, resurvey_on)
    return decide(session, vault, gate, judgement, staff_id=staff.id, now=AFTER)


def test_signals_and_calls_are_closed_to_all_but_head_office(
    client, app, session, vault, storage, engine, campaign, community
):
    head = make_staff(session, Role.HEAD_OFFICE)
    scoped = (Role.OFFICE, Role.STEWARD, Role.COMMITTEE)
    people = [make_staff(session, role, communities=[community]) for role in scoped]
    people += [make_staff(session, role) for role in (Role.LEADER, Role.REGION, Role.CALLER)]
    objected = judged(session, vault, campaign, community, head, Verdict.HOLD)
    appeal(session, vault, objected, text=WORDS, staff_id=people[0].id, now=AFTER)
    session.commit()
    workshop = Workshop(engine, vault, storage, app.extensions["linsheng"].config, lambda: AFTER)
    work.measure_campaign(workshop, {"campaign_id": campaign.id})
    payload = {"campaign_id": campaign.id, "community_id": community.id, "staff_id": head.id}
    work.draw_calls(workshop, payload)
    session.rollback()
    sample = call_queries.find_sample(session, campaign.id, community.id)
    first = call_queries.list_calls(session, sample.id)[0].call.id
    here = f"/hq/integrity/{campaign.code}/{community.id}"
    closed = ["/hq/integrity/", here]
    closed += [f"/calls/{sample.id}", f"/calls/{sample.id}.xlsx", f"/calls/{sample.id}/{first}"]
    session.rollback()
    set_clock(app, AFTER)
    for person in people:
        sign_in(client, person)
        answers = {address: client.get(address).status_code for address in closed}
        assert set(answers.values()) <= {403, 404}, (person.role, answers)
        readable = person.role in (Role.LEADER, Role.OFFICE)
        told = client.get("/checks/")
        assert told.status_code == (200 if readable else 403), person.role
        if readable:
            assert REASON in words_of(told.text)
            assert WORDS in told.text
            assert "More than three homes" not in told.text
        client.delete_cookie("ls_staff")


def test_the_gate_sends_to_the_checks_instead_of_lifting_their_hold(
    client, app, session, vault, campaign, community
):
    staff = enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    judged(session, vault, campaign, community, staff, Verdict.HOLD)
    session.commit()
    gate = f"/hq/gates/{campaign.code}/{community.id}"
    page = client.get(gate).text
    assert f"/hq/integrity/{campaign.code}/{community.id}#decisions" in page
    assert f"{gate}/lift" not in page
    refused = client.get(f"{gate}/lift")
    assert refused.status_code == 302
    assert "decide there again" in client.get(refused.location).text
    session.rollback()
    assert find_open_hold(session, gate_of(session, campaign, community).id) is not None


def test_an_annulled_result_is_said_to_be_gone_and_its_community_to_be_asked(
    client, app, session, vault, campaign, community
):
    staff = enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    judged(session, vault, campaign, community, staff, Verdict.ANNUL, date(2026, 12, 10))
    session.commit()
    here = f"/hq/integrity/{campaign.code}/{community.id}"
    assert "The result stands annulled" in words_of(client.get(here).text)
    listed = words_of(client.get("/hq/integrity/").text)
    assert "To be asked again" in listed
    today = words_of(client.get("/today").text)
    assert "甲小区: ask again" in today
    assert "finish the check, lift the hold" not in today
    assert "never shown" in client.get(f"/hq/gates/{campaign.code}/{community.id}").text
    shown = client.get(f"/hq/results/{campaign.code}/{community.id}").text
    assert "annulled: this result is never shown" in words_of(shown)
