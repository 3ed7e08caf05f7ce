"""Pages of a plan: what is missing, who may approve, tasks, evidence, calendar, pilot."""

import re
from datetime import UTC, date, datetime

import pytest

from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.models import CampaignState
from app.surveys.campaign.planning import queries, services
from app.surveys.campaign.planning.evidence import record_changes
from app.surveys.campaign.planning.models import ItemFate
from app.surveys.campaign.planning.pilot import start_pilot
from tests.factories import (
    make_campaign,
    make_community,
    make_plan_ready,
    make_staff,
    members_of,
    plan_and_lock,
)
from tests.web.planning_pages import TALK, make_ready, post
from tests.web.staff_pages import MAIN, enter_as, words_of

BEFORE = datetime(2026, 10, 20, 2, tzinfo=UTC)
PLAN = "/hq/campaigns/2026-11/plan"
EVIDENCE = "/hq/campaigns/2026-11/evidence/"
PILOT = "/hq/campaigns/2026-11/pilot/"


@pytest.fixture
def draft(session, vault):
    community = make_community(session, households=4, name="甲小区")
    community.office_phone = "0571-88886666"
    return make_campaign(
        session,
        vault,
        opens_on=date(2026, 11, 2),
        closes_on=date(2026, 11, 22),
        opened=False,
        now=BEFORE,
    )


@pytest.fixture
def head(app, client, session, draft):
    return enter_as(client, session, Role.HEAD_OFFICE, now=BEFORE, app=app)


def planned(session):
    session.rollback()
    return campaign_queries.find_campaign(session, "2026-11")


def test_a_plan_says_what_is_missing_until_it_can_be_approved(client, session, head):
    page = words_of(client.get(PLAN).text)
    assert "There is no calendar of tasks." in page
    assert "No talk with owners of the last year is recorded" in page
    assert "Approve the plan|" not in page
    assert post(client, f"{PLAN}/tasks", page=PLAN).status_code == 302
    make_ready(client, "2026-11")
    page = client.get(PLAN).text
    assert 'action="/hq/campaigns/2026-11/plan/approve"' in page
    refused = post(client, f"{PLAN}/approve", page=PLAN)
    assert refused.status_code == 422
    assert 'id="note-e1"' in refused.text
    assert planned(session).state is CampaignState.DRAFT
    post(client, f"{PLAN}/approve", page=PLAN, note="林总出差，电话同意")
    page = words_of(client.get(PLAN).text)
    assert "林总出差，电话同意" in page
    assert post(client, f"{PLAN}/lock", page=PLAN).status_code == 422
    post(client, f"{PLAN}/lock", page=PLAN, note="问卷与上期相同")
    assert planned(session).state is CampaignState.LOCKED
    assert client.get(f"{PLAN}/dates").status_code == 200
    kept = post(client, f"{PLAN}/dates", page="/hq/campaigns/new", **_dates(planned(session)))
    assert kept.status_code == 302
    assert planned(session).opens_on == date(2026, 11, 2)


def _dates(campaign) -> dict[str, str]:
    return {
        "instrument_digest": campaign.instrument_digest,
        "opens_on": "2026-11-09",
        "closes_on": "2026-11-29",
        "target": "",
    }


def test_a_leader_reads_and_approves_but_changes_nothing(app, client, session, vault, draft):
    staff = make_staff(session)
    make_plan_ready(session, vault, draft, staff_id=staff.id, now=BEFORE)
    leader = enter_as(client, session, Role.LEADER, now=BEFORE, app=app)
    assert "Campaign plans (1)" in client.get("/hq/tracker/").text  # his first page
    assert "This plan waits for your approval." in words_of(client.get("/hq/plans").text)
    assert PLAN in client.get("/hq/plans").text
    page = client.get(PLAN).text
    assert "/plan/tasks/print" not in page
    assert "/plan/tasks/approve/done" in page
    for address in (f"{PLAN}/dates", f"{PLAN}/tasks/print", "/hq/calendar/", PILOT):
        assert client.get(address).status_code == 403
    assert post(client, f"{PLAN}/tasks/print/done", page=PLAN).status_code == 403
    assert post(client, f"{PLAN}/approve", page=PLAN).status_code == 302
    campaign = planned(session)
    assert (campaign.state, campaign.approved_by) == (CampaignState.APPROVED, leader.id)
    assert client.get(EVIDENCE).status_code == 200
    talk = queries.list_talks(session, campaign.id)[0]
    assert client.get(f"{EVIDENCE}talks/{talk.id}").status_code == 403


def test_an_office_reads_no_plan_but_its_own_tasks(app, client, session, draft):
    services.make_tasks(session, draft)
    enter_as(client, session, Role.OFFICE, now=BEFORE, app=app)
    for address in (PLAN, f"{PLAN}/print", EVIDENCE, "/hq/calendar/"):
        assert client.get(address).status_code == 403
    page = client.get("/hq/plans").text
    assert PLAN not in page
    assert "Receive the letters, sign for the number" in words_of(page)
    assert "Print letters and forms" not in words_of(page)


def test_new_dates_take_an_approval_back(client, session, vault, draft, head):
    make_plan_ready(session, vault, draft, staff_id=head.id, now=BEFORE)
    services.approve_plan(session, draft, staff_id=head.id, now=BEFORE, note="x")
    fields = _dates(draft)
    session.commit()
    for wrong in (
        {"closes_on": "2026-11-01"},
        {"opens_on": "0001-01-01"},
        {"opens_on": "9999-12-30", "closes_on": "9999-12-31"},
        {"closes_on": "2099-06-21"},
    ):
        assert client.submit(f"{PLAN}/dates", fields | wrong, form=MAIN).status_code == 422
    assert client.submit(f"{PLAN}/dates", fields, form=MAIN).status_code == 302
    campaign = planned(session)
    assert (campaign.state, campaign.opens_on) == (CampaignState.DRAFT, date(2026, 11, 9))


def test_a_task_is_given_to_somebody_moved_and_ticked(client, session, draft, head):
    services.make_tasks(session, draft)
    session.commit()
    assert "nobody who answers for them" in words_of(client.get(PLAN).text)
    post(client, f"{PLAN}/assign", page=PLAN, person=str(head.id))
    assert "nobody who answers for them" not in words_of(client.get(PLAN).text)
    moved = client.submit(f"{PLAN}/tasks/print", {"due_on": "2026-10-21", "person": "0"}, form=MAIN)
    assert moved.status_code == 302
    early = {"due_on": "2026-11-30", "person": "0"}
    assert client.submit(f"{PLAN}/tasks/report", early, form=MAIN).status_code == 422
    stranger = {"due_on": "2026-10-21", "person": "999"}
    assert client.submit(f"{PLAN}/tasks/print", stranger, form=MAIN).status_code == 422
    far = {"due_on": "9999-12-31", "person": "0"}
    assert "A day from 5 Jul" in client.submit(f"{PLAN}/tasks/print", far, form=MAIN).text
    late = {"due_on": "2027-09-09", "person": "0"}
    assert client.submit(f"{PLAN}/tasks/launch", late, form=MAIN).status_code == 422
    empty = client.submit(f"{PLAN}/tasks/posters", {"due_on": "", "person": "0"}, form=MAIN)
    assert "Please fill this in." in empty.text
    assert post(client, f"{PLAN}/tasks/print/done", page=PLAN).status_code == 400
    for _twice in range(2):  # a double click, or somebody's page of before
        post(client, f"{PLAN}/tasks/print/done", page=PLAN, done="1")
    assert "had ticked this before" in client.get(PLAN).text
    session.rollback()
    task = queries.find_task(session, draft.id, "print")
    assert (task.due_on, task.staff_id, task.done_by) == (date(2026, 10, 21), None, head.id)
    for _twice in range(2):
        post(client, f"{PLAN}/tasks/print/done", page=PLAN, done="0")
    session.rollback()
    assert queries.find_task(session, draft.id, "print").done_at is None
    post(client, f"{PLAN}/tasks/review/done", page=PLAN, done="1")
    assert "This task waits for T0" in client.get(PLAN).text
    assert client.get(f"{PLAN}/tasks/unknown").status_code == 404


def test_due_today_names_overdue_tasks_and_the_next_step(app, client, session, draft, head):
    services.make_tasks(session, draft, staff_id=head.id)
    session.commit()
    page = words_of(client.get("/today").text)
    assert "the plan is not approved" in page
    # By 20 October head office is late with plan, effect check, benchmark, pilot and lock.
    assert "Lock the questionnaire" in page
    assert "tasks of others are not ticked" in page
    assert "Print letters and forms, sealed by building" in page  # D-10 is within the week


def test_the_minutes_are_read_by_head_office_alone_and_the_look_is_kept(client, session, head):
    assert post(client, f"{EVIDENCE}talks", page=EVIDENCE, **TALK).status_code == 302
    listed = client.get(EVIDENCE).text
    assert "张阿姨" not in listed
    address = re.search(rf'href="({EVIDENCE}talks/\d+)"', listed)
    assert "张阿姨说电梯太慢" in client.get(address[1]).text
    session.rollback()
    assert [one.action for one in list_audit_of(session, "campaign:2026-11")] == [
        "plan.talk",
        "talk.open",
    ]
    for wrong in (
        {"participants": "0"},
        {"held_on": "2027-01-01"},
        {"held_on": "2024-01-01"},
        {"minutes": ""},
        {"place": "\u200b"},
    ):
        bad = post(client, f"{EVIDENCE}talks", page=EVIDENCE, **(TALK | wrong))
        assert bad.status_code == 422
        assert 'aria-invalid="true"' in bad.text
    assert client.get(f"{EVIDENCE}talks/999").status_code == 404


def test_why_an_item_is_asked_stands_beside_it(client, session, head):
    fields = {
        "items": "area.facilities",
        "item": "area.parking area.fees",
        "fate": "kept",
        "why": "座谈里提到最多",
        "talk": "0",
    }
    assert post(client, f"{EVIDENCE}items", page=EVIDENCE, **fields).status_code == 302
    assert "3 of " in words_of(client.get(EVIDENCE).text)
    assert re.search(
        r"area\.facilities\|[^|]+\|Kept\|座谈里提到最多", words_of(client.get(EVIDENCE).text)
    )
    bad = post(client, f"{EVIDENCE}items", page=EVIDENCE, **(fields | {"item": "area.pool"}))
    assert bad.status_code == 422
    assert 'id="item-e1"' in bad.text


def test_talks_and_notes_are_taken_back_and_notes_taken_over(client, session, vault, draft, head):
    older = make_campaign(
        session, vault, code="2026-06", opens_on=date(2026, 6, 1), closes_on=date(2026, 6, 21),
        opened=False, now=BEFORE,
    )  # fmt: skip
    record_changes(
        session, older, items=["area.fees"], fate=ItemFate.KEPT, why="账目", talk=None,
        staff_id=head.id, now=BEFORE,
    )  # fmt: skip
    session.commit()
    assert post(client, f"{EVIDENCE}items/take-over", page=EVIDENCE).status_code == 302
    post(client, f"{EVIDENCE}talks", page=EVIDENCE, **TALK)
    talk = re.search(rf"{EVIDENCE}talks/(\d+)/strike", client.get(EVIDENCE).text)
    fields = {"items": "area.parking", "item": "", "fate": "kept", "why": "车位", "talk": talk[1]}
    post(client, f"{EVIDENCE}items", page=EVIDENCE, **fields)
    post(client, talk[0], page=EVIDENCE)
    page = client.get(EVIDENCE).text
    assert "take them back first" in page
    assert "(2026-06) 账目" in page
    for note in re.findall(rf"{EVIDENCE}items/\d+/strike", page):
        assert post(client, note, page=EVIDENCE).status_code == 302
        assert post(client, note, page=EVIDENCE).status_code == 404
    post(client, talk[0], page=EVIDENCE)
    session.rollback()
    assert not queries.list_talks(session, draft.id)
    assert not queries.list_changes(session, draft.id)


def test_evidence_ends_with_the_opening(client, session, vault, draft, head):
    plan_and_lock(session, vault, draft, staff_id=head.id, now=BEFORE)
    draft.state = CampaignState.OPEN
    session.commit()
    page = client.get(EVIDENCE).text
    assert 'talks"' not in page
    assert post(client, f"{EVIDENCE}talks", page="/hq/campaigns/new", **TALK).status_code == 409


def test_the_calendar_warns_of_a_year_nobody_announced(client, session, head):
    assert "No holidays are entered" not in client.get("/hq/calendar/").text
    page = "/hq/calendar/?year=2027"
    assert "No holidays are entered for 2027" in client.get(page).text
    day = {"first": "2027-01-01", "last": "2027-01-03", "kind": "holiday", "name": "元旦"}
    assert post(client, "/hq/calendar/days", page=page, **day).status_code == 302
    assert "2027 is not complete" in client.get(page).text  # eleven months are unknown
    for wrong in (
        {"last": "2026-12-31"},
        {"first": "0001-01-01", "last": "0001-01-02"},
        {"kind": "make_up", "last": "2027-01-01"},
        {"name": ""},
    ):
        assert post(client, "/hq/calendar/days", page=page, **(day | wrong)).status_code == 422
    post(client, "/hq/calendar/days/2027-01-02/2027-01-02/clear", page=page)
    session.rollback()
    assert [one.day.day for one in queries.list_days(session, 2027)] == [1, 3]
    for bad in ("?year=x", "?year=1", "?year=99999999999"):
        assert client.get(f"/hq/calendar/{bad}").status_code == 404
    for bad in ("x/y", "0001-01-01/9999-12-31", "2026-01-01/2026-12-31"):
        assert post(client, f"/hq/calendar/days/{bad}/clear", page=page).status_code == 404


def test_an_event_is_a_clash_of_the_plan(client, session, head):
    event = {
        "kind": "fee_change",
        "community": "0",
        "starts_on": "2026-10-01",
        "ends_on": "2026-10-01",
        "note": "停车费上调",
    }
    page = "/hq/calendar/"
    assert post(client, "/hq/calendar/events", page=page, **event).status_code == 302
    assert "停车费上调" in words_of(client.get(PLAN).text)
    empty = post(client, f"{PLAN}/clashes/fee_change", page=PLAN, reason=" ")
    assert empty.status_code == 422
    assert 'aria-describedby="r-fee_change-e"' in empty.text
    assert post(client, f"{PLAN}/clashes/nothing", page=PLAN, reason="x").status_code == 404
    session.rollback()
    row = queries.list_events(session, date(2026, 10, 1), date(2026, 10, 1))[0]
    post(client, f"/hq/calendar/events/{row.event.id}/remove", page=page)
    assert "停车费上调" not in words_of(client.get(PLAN).text)


def test_a_pilot_is_started_and_stands_in_no_list(app, client, session, vault, draft, head):
    community = campaign_queries.count_living(session, date(2026, 10, 20))[0][0]
    session.rollback()
    assert post(client, PILOT, page=PILOT).status_code == 422
    assert post(client, PILOT, page=PILOT, communities=str(community.id)).status_code == 302
    page = client.get(PILOT).text
    assert "of 4 homes asked" in words_of(page)
    assert client.get("/hq/campaigns/2026-11-p").location == PILOT
    assert client.get("/hq/campaigns/2026-11-p/plan").status_code == 404
    for address in ("/hq/campaigns", "/hq/tracker/", "/today", "/hq/results/", "/hq/plans"):
        assert "2026-11-p" not in client.get(address).text, address


def test_a_pilot_finds_a_code_where_an_older_campaign_has_its_own(
    client, session, vault, draft, head
):
    make_campaign(session, vault, code="2026-11-p", opened=False, now=BEFORE)
    community = campaign_queries.count_living(session, date(2026, 10, 20))[0][0]
    session.commit()
    assert post(client, PILOT, page=PILOT, communities=str(community.id)).status_code == 302
    session.rollback()
    assert queries.find_pilot(session, draft.id).code == "2026-11-p2"


def test_a_task_stored_far_away_leaves_the_plan_readable(client, session, draft, head):
    services.make_tasks(session, draft)
    for key, day in (("posters", date(9999, 12, 31)), ("print", date(1, 1, 1))):
        queries.find_task(session, draft.id, key).due_on = day
    session.commit()
    for address in (PLAN, f"{PLAN}/print"):
        page = client.get(address)
        assert page.status_code == 200
        assert len(page.text) < 200_000


def test_a_plan_is_printed_with_its_tasks_and_who_approved(client, session, vault, draft, head):
    plan_and_lock(session, vault, draft, staff_id=head.id, now=BEFORE)
    session.commit()
    page = words_of(client.get(f"{PLAN}/print").text)
    assert f"by {head.name}" in page
    assert "Review meeting: leaders decide" in page
    assert "T0 + 21" in page


def test_a_campaign_without_tasks_and_an_open_one_have_plan_pages_too(client, session, vault, head):
    make_campaign(session, vault, code="old", closes_on=date(2026, 11, 20), now=BEFORE)
    session.commit()
    page = words_of(client.get("/hq/campaigns/old/plan").text)
    assert "This campaign has no calendar of tasks." in page
    assert "1 communities have no result yet." in page
    closed = post(client, "/hq/campaigns/old/plan/close", page="/hq/campaigns/new")
    assert closed.status_code == 302
    session.rollback()
    assert campaign_queries.find_campaign(session, "old").state is CampaignState.OPEN


def test_comments_of_a_pilot_are_read_by_head_office(client, session, vault, draft, head):
    community = campaign_queries.count_living(session, date(2026, 10, 20))[0][0]
    pilot = start_pilot(session, vault, draft, [community.id], staff_id=head.id, now=BEFORE)
    assert len(members_of(session, pilot)) == 4
    session.commit()
    assert post(client, f"{PILOT}comments", page=PLAN).status_code == 200
    session.rollback()
    assert list_audit_of(session, "campaign:2026-11-p")[-1].action == "pilot.comments"
