"""Decisions about gates through the pages: a reason, a second look, and who may see what."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.analysis.results.canonical import to_json
from app.followup.models import CaseList, FollowUp
from app.reports.models import StudyRun
from app.staff.models import AuditEntry, Role
from app.surveys.campaign.gates import queries
from app.surveys.campaign.gates.models import WorkKind
from app.surveys.campaign.gates.services import open_reason, place_hold
from app.surveys.response.queries import find_counted, list_responses
from app.surveys.response.receipts import format_receipt
from app.surveys.response.voids.queries import list_voids
from app.surveys.snapshot.queries import list_revisions
from tests.factories import gate_of, make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import AFTER, answer
from tests.unit.reports_charts.build import make_result
from tests.web.staff_pages import MAIN, enter_as, release, set_clock, sign_in, words_of

REASON = "同一台手机交了四户；<b>待核实</b>。"
DAY = timedelta(days=1)


@pytest.fixture
def community(session):
    return make_community(session, households=5, name="甲小区")


@pytest.fixture
def campaign(session, vault, community):
    return make_campaign(session, vault)


def page(campaign, community, *more):
    return "/".join((f"/hq/gates/{campaign.code}/{community.id}", *more))


def gate_now(session, campaign, community):
    """Return the gate as the pages left it: the test's own reading ends first."""
    session.rollback()
    return gate_of(session, campaign, community)


def confirm(client, address, data):
    """Send a decision and its second look, as a person does; return the last answer."""
    second = client.submit(address, data, form=MAIN)
    assert second.status_code == 200, second.text
    assert "Please check once more" in second.text
    return client.submit(address, {**data, "confirmed": "yes"}, form=MAIN)


def test_a_hold_is_placed_and_lifted_in_two_looks_and_stays_in_the_history(
    client, app, session, vault, campaign, community
):
    staff = enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    here = page(campaign, community)
    assert page(campaign, community, "lift") not in client.get(here).text

    client.submit(page(campaign, community, "hold"), {"reason": REASON}, form=MAIN)
    assert gate_now(session, campaign, community).held_at is None, "the first look decides nothing"
    session.rollback()
    bad = client.submit(page(campaign, community, "hold"), {"reason": "  "}, form=MAIN)
    assert bad.status_code == 422
    assert confirm(client, page(campaign, community, "hold"), {"reason": REASON}).status_code == 302

    gate = gate_now(session, campaign, community)
    (hold,) = queries.list_holds(session, gate.id)
    assert (hold.placed_by, open_reason(vault, hold)) == (staff.id, REASON)
    session.rollback()
    shown = client.get(here).text
    assert "同一台手机交了四户；&lt;b&gt;待核实&lt;/b&gt;。" in shown
    assert "held since" in words_of(client.get("/hq/gates/").text)
    assert "finish the check, lift the hold" in client.get("/today").text

    confirm(client, page(campaign, community, "lift"), {"reason": "业主确认是一家人"})
    words = words_of(client.get(here).text)
    assert "Hold lifted|" in words
    assert "业主确认是一家人" in words
    assert gate_now(session, campaign, community).held_at is None


def test_below_the_rate_head_office_goes_on_collecting_or_releases(
    client, app, session, vault, campaign, community
):
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    assert "extend, or release below the gate" in client.get("/today").text

    far = {"until": "2027-06-01", "reason": "再走访一轮"}
    assert confirm(client, page(campaign, community, "extend"), far).status_code == 422
    sent = {"until": "2026-11-27", "reason": "再走访一轮"}
    assert confirm(client, page(campaign, community, "extend"), sent).status_code == 302
    start = client.get("/today").text
    assert "goes on collecting" in start
    assert "extend, or release below the gate" not in start

    assert (
        confirm(client, page(campaign, community, "waive"), {"reason": "够了"}).status_code == 302
    )
    words = words_of(client.get(page(campaign, community)).text)
    assert "Indicative, not ranked" in words
    assert "Goes on collecting until" in words.split("All decisions")[1]
    assert gate_now(session, campaign, community).waived_at == AFTER


def test_a_hold_after_the_release_hides_results_from_every_role_until_it_is_lifted(
    app, session, vault, storage, campaign, community
):
    release(session, vault, storage, campaign, community)
    publish_run(session, campaign, community)
    (snapshot,) = list_revisions(session, campaign.id, community.id)
    readers = [
        make_staff(session, Role.HEAD_OFFICE, login="h"),
        make_staff(session, Role.LEADER, login="l"),
        make_staff(session, Role.OFFICE, login="o", communities=[community]),
    ]
    session.commit()
    set_clock(app, AFTER + DAY)
    results = f"/hq/results/{campaign.code}/{community.id}"

    clients = []
    for reader in readers:
        clients.append(app.test_client())
        sign_in(clients[-1], reader)

    def looks(client):
        texts = [client.get(results).text, client.get(f"{results}/matrix").text]
        files = [
            client.get(f"{results}/{one}").status_code for one in ("table/pfi.csv", "file/xlsx")
        ]
        return texts, files, client.get("/hq/results").text

    for one in clients:
        texts, files, index = looks(one)
        assert all("Satisfaction index" in text or "matrix" in text for text in texts)
        assert files[0] == 200
        assert "held" not in index

    gate = gate_now(session, campaign, community)
    place_hold(session, vault, gate, reason=REASON, staff_id=readers[0].id, now=AFTER)
    session.commit()
    for one in clients:
        texts, files, index = looks(one)
        assert all("held: head office is checking the answers" in text for text in texts)
        assert not any("Satisfaction index 0-100" in text for text in texts)
        assert files == [404, 404]
        assert "held: head office is checking the answers" in index
    assert list_revisions(session, campaign.id, community.id) == [snapshot]  # stays on record
    assert session.scalar(select(StudyRun.id)) is not None


def test_results_opened_by_a_clock_that_ran_ahead_shut_when_it_is_set_back(
    client, app, session, vault, storage, campaign, community
):
    release(session, vault, storage, campaign, community)
    publish_run(session, campaign, community)
    enter_as(client, session, Role.LEADER, app=app, now=AFTER)
    address = f"/hq/results/{campaign.code}/{community.id}"
    assert "Satisfaction index 0-100" in client.get(address).text

    set_clock(app, AFTER - DAY)

    assert "Not released yet" in client.get(address).text
    assert client.get(f"{address}/table/pfi.csv").status_code == 404


def test_an_answer_is_found_by_receipt_or_address_and_voided_without_its_scores(
    client, app, session, vault, campaign, community
):
    members = members_of(session, campaign)
    receipt = answer(session, vault, campaign, members[0], now=AFTER - 3 * DAY).code
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER - DAY)
    search = page(campaign, community, "answers")

    missing = client.get(f"{search}?receipt=2222-2222-222")
    assert "There is no such receipt or home" in missing.text
    by_receipt = client.get(f"{search}?receipt={format_receipt(receipt).lower()}").text
    by_address = client.get(
        search, query_string={"building": members[0].building, "room": members[0].room}
    ).text
    for found in (by_receipt, by_address):
        assert f"… {receipt[-3:]}" in found
    # The whole receipt would open the owner's answers; staff see its end only, where they look up
    # a home, not where they type what an owner told them.
    assert format_receipt(receipt) not in by_address
    (response,) = list_responses(session, members[0].id)
    void = page(campaign, community, "answers", str(response.id), "void")
    session.rollback()
    assert client.submit(void, {"reason": "", "note": "x"}, form=MAIN).status_code == 422
    assert client.submit(void, {"reason": "staff", "note": " "}, form=MAIN).status_code == 422

    sent = {"reason": "staff", "note": "保安代填"}
    assert confirm(client, void, sent).status_code == 302

    gate = gate_now(session, campaign, community)
    ((gone, _response, _member),) = list_voids(session, gate)
    assert gone.reason.value == "staff"
    assert find_counted(session, members[0].id) is None
    looked = session.scalars(select(AuditEntry).where(AuditEntry.action == "view_answers")).all()
    assert len(looked) >= 2
    session.rollback()
    assert "filled in or steered by staff" in client.get(search).text
    assert "This answer was voided before" in client.get(void).text


def test_the_required_rate_changes_with_a_reason_and_its_history_is_shown(
    client, app, session, campaign, community
):
    staff = enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER - 5 * DAY)
    address = f"/hq/gates/{campaign.code}/rate"
    for wrong in ("", "many", "0", "100.5", "60", "60.05", "1e2", "59.9", "１００"):
        sent = {"percent": wrong, "reason": "董事会决定"}
        assert client.submit(address, sent, form=MAIN).status_code == 422, wrong

    first = client.submit(address, {"percent": "65.5％", "reason": "董事会决定"}, form=MAIN)
    assert "From 60% to 65.5%." in words_of(first.text)
    confirm(client, address, {"percent": "65.5％", "reason": "董事会决定"})

    words = words_of(client.get(address).text)
    assert "65.5% of the homes" in words
    assert "from 60% to 65.5%" in words
    assert "required rate 65.5%; changed: 60% until" in words_of(client.get("/hq/gates/").text)
    assert "changed: 60% until" in words_of(client.get("/hq/tracker/").text)
    set_clock(app, AFTER)
    sign_in(client, staff)
    late = client.get(address).text
    assert "so the required rate stands" in late
    assert "Change the rate" not in words_of(late)


def test_follow_up_is_not_finished_while_a_case_was_never_contacted(
    client, app, session, vault, storage, campaign, community
):
    release(session, vault, storage, campaign, community)
    member = members_of(session, campaign, community)[0]
    session.add(
        FollowUp(
            frame_member_id=member.id,
            campaign_id=campaign.id,
            community_id=community.id,
            on_list=CaseList.COMMUNITY,
            created_at=AFTER,
        )
    )
    session.commit()
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER + DAY)
    here = page(campaign, community)
    token = client.get(here).text.split('name="csrf_token" value="')[1].split('"')[0]

    def say(act):
        sent = {"csrf_token": token, "act": act}
        return client.get(client.post(f"{here}/work/follow_up", data=sent).location).text

    say("start")
    assert "1 cases were never contacted" in say("done")
    gate = gate_now(session, campaign, community)
    assert queries.find_work(session, gate.id, WorkKind.FOLLOW_UP).done_at is None
    session.delete(session.scalars(select(FollowUp)).one())
    session.commit()
    assert "never contacted" not in say("done")
    gate = gate_now(session, campaign, community)
    assert queries.find_work(session, gate.id, WorkKind.FOLLOW_UP).done_at == AFTER + DAY


def test_analysis_and_follow_up_are_begun_and_finished_with_their_dates(
    client, app, session, vault, storage, campaign, community
):
    release(session, vault, storage, campaign, community)
    staff = enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER + DAY)
    here = page(campaign, community)
    assert "to begin until 27 Nov" in words_of(client.get(here).text)
    client.submit(here, {}, form=MAIN)  # the first button: analysis was begun today
    gate = gate_now(session, campaign, community)
    assert queries.find_work(session, gate.id, WorkKind.ANALYSIS).started_at == AFTER + DAY
    session.rollback()

    set_clock(app, AFTER + 8 * DAY)
    sign_in(client, staff)
    assert "Follow-up is overdue" in words_of(client.get("/today").text)
    assert "behind its dates" in client.get("/hq/gates/").text
    client.submit(here, {}, form=MAIN)
    gate = gate_now(session, campaign, community)
    assert queries.find_work(session, gate.id, WorkKind.ANALYSIS).done_at == AFTER + 8 * DAY


def test_leaders_see_gates_and_reasons_and_decide_nothing(
    client, app, session, vault, campaign, community
):
    staff = make_staff(session)
    gate = gate_of(session, campaign, community)
    place_hold(session, vault, gate, reason=REASON, staff_id=staff.id, now=AFTER)
    enter_as(client, session, Role.LEADER, app=app, now=AFTER)

    shown = client.get(page(campaign, community)).text
    assert "待核实" in shown
    assert "/lift" not in shown
    assert client.get("/hq/gates/").status_code == 200
    assert client.get(f"/hq/gates/{campaign.code}/rate").status_code == 200
    for address in (
        page(campaign, community, "lift"),
        page(campaign, community, "waive"),
        page(campaign, community, "answers"),
    ):
        assert client.get(address).status_code == 403


def test_an_office_sees_neither_gates_nor_answers_to_void(
    client, app, session, campaign, community
):
    enter_as(client, session, Role.OFFICE, [community], app=app, now=AFTER)
    for address in ("/hq/gates/", page(campaign, community), page(campaign, community, "answers")):
        assert client.get(address).status_code == 403


def test_an_answer_of_another_community_cannot_be_voided_from_here(
    client, app, session, vault, community
):
    other = make_community(session, households=2, name="乙小区")
    campaign = make_campaign(session, vault)
    member = members_of(session, campaign, other)[0]
    answer(session, vault, campaign, member)
    (response,) = list_responses(session, member.id)
    receipt = response.receipt
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)

    void = page(campaign, community, "answers", str(response.id), "void")
    assert client.get(void).status_code == 404
    found = client.get(page(campaign, community, "answers") + f"?receipt={receipt}")
    assert "There is no such receipt or home" in found.text


def publish_run(session, campaign, community):
    """Store a result on the newest snapshot of a community."""
    snapshot = list_revisions(session, campaign.id, community.id)[-1]
    session.add(
        StudyRun(
            snapshot_digest=snapshot.digest,
            code_version="test",
            plan_digest="0" * 64,
            seed=0,
            result=to_json(make_result(3)),
            created_at=AFTER,
        )
    )
    session.flush()
