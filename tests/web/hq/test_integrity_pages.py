"""From signals to a decision through the pages: who sees what, and what a call may not show."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.reports.integrity import work
from app.reports.work import Workshop
from app.staff.models import AuditEntry, Role
from app.surveys.campaign.gates.queries import find_open_hold
from app.surveys.integrity import queries
from app.surveys.integrity.calls import queries as call_queries
from app.surveys.integrity.models import CallOutcome, Filler
from app.surveys.response.vector import decode
from app.surveys.response.voids.queries import list_voids
from tests.factories import (
    gate_of,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    perception_instrument,
)
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import MAIN, enter_as, set_clock, sign_in, words_of

HOMES = 24
LAST = -1  # the form of the decision ends the page
REASON = "电话核实：三户表示没有填过问卷。"


@pytest.fixture
def community(session):
    return make_community(session, households=HOMES, name="甲小区")


@pytest.fixture
def campaign(session, vault, community):
    made = make_campaign(session, vault)
    for member in members_of(session, made, community):
        answer(session, vault, made, member, key=f"k{member.id}", seed=member.id)
    session.commit()
    return made


@pytest.fixture
def workshop(engine, vault, storage, app):
    config = app.extensions["linsheng"].config
    return Workshop(engine, vault, storage, config, lambda: AFTER)


def drawn(workshop, campaign, community, staff):
    """Measure and draw as the worker does."""
    work.measure_campaign(workshop, {"campaign_id": campaign.id})
    payload = {"campaign_id": campaign.id, "community_id": community.id, "staff_id": staff.id}
    work.draw_calls(workshop, payload)
    work.draw_calls(workshop, payload)  # a job that runs twice draws once


def sample_of(session, campaign, community):
    session.rollback()
    return call_queries.find_sample(session, campaign.id, community.id)


def test_from_the_draw_to_an_objection(client, app, session, vault, workshop, campaign, community):
    staff = enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    office = make_staff(session, Role.OFFICE, communities=[community])
    session.commit()
    here = f"/hq/integrity/{campaign.code}/{community.id}"
    assert "Not compared yet" in words_of(client.get(here).text)
    drawn(workshop, campaign, community, staff)
    shown = words_of(client.get(here).text)
    assert f"{HOMES} of {HOMES} answers" in shown
    assert "If 10% of the answers were made up" in shown
    assert "甲小区" in client.get("/hq/integrity/").text

    sample = sample_of(session, campaign, community)
    calls = call_queries.list_calls(session, sample.id)
    assert len(calls) == HOMES
    strange, own = calls[0], calls[1]
    addresses = [f"/calls/{sample.id}/{one.call.id}" for one in (strange, own)]
    stored = decode(perception_instrument(), own.response.vector).values
    said = {f"said-{at}": str(stored[code]) for at, code in enumerate(own.call.items.split(","))}
    session.rollback()
    client.submit(addresses[0], {"filler": "nobody"}, form=MAIN)
    client.submit(addresses[1], {"filler": "owner", **said}, form=MAIN)
    session.rollback()
    found = {one.call.id: one.call for one in call_queries.list_calls(session, sample.id)}
    first, second = found[strange.call.id], found[own.call.id]
    assert (first.outcome, first.filler) == (CallOutcome.CONTRADICTED, Filler.NOBODY)
    assert (second.outcome, second.matches, second.compared) == (CallOutcome.CONFIRMED, 2, 2)
    counts = call_queries.count_calls(session, campaign.id, None)[community.id]
    assert (counts.done, counts.confirmed, counts.contradicted) == (2, 1, 1)
    session.rollback()

    work.measure_campaign(workshop, {"campaign_id": campaign.id})
    session.rollback()
    summary = queries.find_summary(session, campaign.id, community.id)
    assert summary.effect.contradicted == 1
    assert (summary.effect.answers, summary.effect.answers_without) == (HOMES, HOMES - 1)
    session.rollback()

    decide(client, here, {"verdict": "void", "reason": REASON})
    decide(client, here, {"verdict": "hold", "reason": REASON})
    session.rollback()
    gate = gate_of(session, campaign, community)
    assert [void.response_id for void, *_ in list_voids(session, gate)] == [strange.response.id]
    assert find_open_hold(session, gate.id) is not None
    summary = queries.find_summary(session, campaign.id, community.id)
    assert (summary.verdict.value, summary.voided) == ("hold", 1)
    session.rollback()

    client.delete_cookie("ls_staff")
    sign_in(client, office)
    for closed in (here, "/hq/integrity/", "/calls/", addresses[0], f"/calls/{sample.id}.xlsx"):
        assert client.get(closed).status_code == 403, closed
    seen = words_of(client.get("/checks/").text)
    assert REASON in seen
    assert "Results held" in seen
    client.submit("/checks/", {"text": "三户当天外出。"}, form=MAIN)
    assert "三户当天外出。" in client.get("/checks/").text

    client.delete_cookie("ls_staff")
    sign_in(client, staff)
    assert "1 objections of offices wait" in client.get("/today").text


def decide(client, here, data):
    """Decide in two looks."""
    second = client.submit(here, data, form=LAST)
    assert second.status_code == 200, second.text
    assert "Please check once more" in second.text
    hidden = {**data, "confirmed": "yes"}
    assert client.submit(here, hidden, form=LAST).status_code == 302


def test_a_caller_sees_only_the_sheets_given_to_it_and_never_what_was_answered(
    client, app, session, workshop, vault, campaign, community
):
    caller = make_staff(session, Role.CALLER)
    other = make_staff(session, Role.CALLER)
    staff = make_staff(session, Role.HEAD_OFFICE)
    session.commit()
    drawn(workshop, campaign, community, staff)
    sample = sample_of(session, campaign, community)
    sample.caller_id = caller.id
    sample_id = sample.id
    call_id = call_queries.list_calls(session, sample_id)[0].call.id
    session.commit()
    set_clock(app, AFTER + timedelta(hours=1))

    sign_in(client, other)
    assert client.get(f"/calls/{sample_id}").status_code == 404
    assert client.get(f"/calls/{sample_id}/{call_id}").status_code == 404
    assert "No sheet is given to you" in client.get("/calls/").text
    client.delete_cookie("ls_staff")
    sign_in(client, caller)
    assert "甲小区" in client.get("/calls/").text
    assert client.get(f"/hq/integrity/{campaign.code}/{community.id}").status_code == 403
    page = client.get(f"/calls/{sample_id}/{call_id}").text
    assert "selected" not in page.split("Who filled the form in?")[1]
    client.submit(f"/calls/{sample_id}/{call_id}", {"filler": "nobody"}, form=MAIN)
    sheet = words_of(client.get(f"/calls/{sample_id}").text)
    assert "contradicted" not in sheet
    assert client.get(f"/calls/{sample_id}.xlsx").data[:2] == b"PK"
    session.rollback()
    looks = session.scalars(
        select(AuditEntry.subject).where(AuditEntry.action == "view_call_sheet")
    ).all()
    assert len(set(looks)) == HOMES


@pytest.mark.parametrize("base", ["99999999999999999999", "100001", "0"])
def test_a_number_of_pieces_nobody_could_look_at_is_refused_in_words(
    client, app, session, campaign, community, base
):
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    here = f"/hq/integrity/{campaign.code}/{community.id}"
    token = client.get(here).text.split('id="csrf-find" name="csrf_token" type="hidden" value="')[1]
    found = {"kind": "handwriting", "count": "0", "base": base, "note": "折痕"}
    fields = {**found, "csrf_token": token.split('"')[0]}
    answer = client.post(f"{here}/finding", data=fields)
    assert answer.status_code == 422
    assert "A number from 1 to 100000, please." in answer.text
