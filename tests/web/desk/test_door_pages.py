"""The door list: whom it names and whom not, two taps at the door, and taps without a network."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.campaign import queries
from app.surveys.campaign.contact.models import ContactChannel, ContactEvent, EventKind
from app.surveys.campaign.contact.services import record_event
from app.surveys.campaign.models import Outcome
from app.surveys.register.models import CareNeed, CareNeedKind
from tests.factories import (
    NOW,
    PASSWORD,
    gate_of,
    make_campaign,
    make_community,
    make_staff,
    members_of,
)
from tests.integration.snapshot.answering import answer
from tests.web.staff_pages import enter_as, words_of


@pytest.fixture
def community(session):
    return make_community(session, households=6, name="甲小区")


@pytest.fixture
def campaign(session, vault, community):
    return make_campaign(session, vault)


@pytest.fixture
def homes(session, campaign, community):
    return members_of(session, campaign, community)


def page_of(campaign, community, more=""):
    return f"/desk/doors/{campaign.code}/{community.id}{more}"


def rooms(page: str) -> list[str]:
    return re.findall(r'class="addr" href="[^"]*">([^<]*)<', page)


def list_events(session, ids):
    query = select(ContactEvent).where(ContactEvent.frame_member_id.in_(ids))
    return list(session.scalars(query))


def attempt(session, vault, home, outcome, *, now):
    record_event(
        session, vault, home, kind=EventKind.ATTEMPT, channel=ContactChannel.VISIT,
        outcome=outcome, now=now,
    )  # fmt: skip


def test_only_silent_homes_that_may_be_tried_today_are_named(
    client, session, vault, campaign, community, homes
) -> None:
    answered, refused, today, before, begun, fresh = homes
    answer(session, vault, campaign, answered)
    attempt(session, vault, refused, Outcome.REFUSED, now=NOW - timedelta(days=3))
    attempt(session, vault, today, Outcome.NOT_AT_HOME, now=NOW - timedelta(hours=1))
    attempt(session, vault, before, Outcome.NOT_AT_HOME, now=NOW - timedelta(days=1))
    begun.opened_at = NOW
    enter_as(client, session, Role.STEWARD, [community])
    page = client.get(page_of(campaign, community)).text
    assert rooms(page) == [begun.room, fresh.room, before.room]  # with a lift: from above
    words = words_of(page)
    assert "3 silent homes may be tried now|1 were tried today|1 said no or cannot answer" in words
    assert "has begun to answer" in words
    assert "tried before: 1" in words


def test_homes_with_care_needs_come_first_by_day_and_not_in_the_evening(
    client, session, campaign, community, homes
) -> None:
    session.add(
        CareNeed(
            household_id=homes[0].household_id, need=CareNeedKind.LARGE_PRINT,
            since=date(2026, 1, 1), noted_by=make_staff(session).id, noted_at=NOW,
        )
    )  # fmt: skip
    enter_as(client, session, Role.STEWARD, [community])
    page = client.get(page_of(campaign, community)).text
    assert rooms(page)[0] == homes[0].room
    assert "bring large print" in page
    page = client.get(page_of(campaign, community, "?part=evening")).text
    assert homes[0].room not in rooms(page)
    assert "1 with care needs: in daytime only" in words_of(page)


def test_two_taps_record_an_outcome_and_a_second_sending_changes_nothing(
    client, session, campaign, community, homes
) -> None:
    staff = enter_as(client, session, Role.STEWARD, [community])
    address = page_of(campaign, community)
    room = rooms(client.get(address).text)[0]
    home = next(one for one in homes if one.room == room)
    form = rf'action="([^"]*)" data-door="{home.id}".*?</form>'
    fields = re.search(form, client.get(address).text, re.DOTALL)
    hidden = dict(re.findall(r'name="(csrf_token|key|channel|back)" value="([^"]*)"', fields[0]))
    sent = {**hidden, "outcome": "not_at_home"}
    for _time in range(2):
        done = client.post(fields[1], data=sent)
        assert done.status_code == 302
        assert done.location == address
    session.rollback()
    (event,) = list_events(session, [home.id])
    assert (event.outcome, event.staff_id) == (Outcome.NOT_AT_HOME, staff.id)
    assert room not in rooms(client.get(address).text)


def test_each_door_shown_is_in_the_audit_log_of_its_home(
    client, session, vault, campaign, community, homes
) -> None:
    answer(session, vault, campaign, homes[0])
    staff = enter_as(client, session, Role.STEWARD, [community])
    client.get(page_of(campaign, community))
    session.rollback()
    looks = [
        [entry.actor for entry in list_audit_of(session, uid) if entry.action == "view_door"]
        for uid in (queries.get_household_uid(session, home.household_id) for home in homes[:2])
    ]
    assert looks == [[], [f"staff:{staff.id}"]]


def test_another_community_a_leader_and_a_wrong_address_see_no_door(
    client, session, vault, community
) -> None:
    other = make_community(session, households=2)
    campaign = make_campaign(session, vault)
    enter_as(client, session, Role.STEWARD, [other])
    assert client.get(page_of(campaign, community)).status_code == 404
    assert client.get(page_of(campaign, other, "?part=night")).status_code == 404
    assert client.get(page_of(campaign, other, "?count=9999")).status_code == 404
    assert rooms(client.get(page_of(campaign, other, "?building=9栋")).text) == []
    enter_as(client, session, Role.LEADER)
    assert client.get(page_of(campaign, community)).status_code == 403


def test_after_the_freeze_nobody_is_sent_to_a_door(client, session, campaign, community) -> None:
    gate_of(session, campaign, community).frozen_at = NOW
    enter_as(client, session, Role.OFFICE, [community])
    page = client.get(page_of(campaign, community)).text
    assert "Collecting is over here." in page
    assert rooms(page) == []


def test_a_director_is_two_clicks_from_the_doors(client, session, campaign, community) -> None:
    enter_as(client, session, Role.OFFICE, [community])
    assert f'href="{page_of(campaign, community)}"' in client.get("/desk/").text
    page = client.get(f"/desk/progress/{campaign.code}/{community.id}").text
    assert f'href="{page_of(campaign, community)}"' in page


@pytest.mark.browser
def test_taps_without_a_network_are_sent_once_it_is_back(
    browser_page, session, campaign, community, homes
) -> None:
    staff = make_staff(session, Role.STEWARD, communities=[community])
    session.commit()
    page = browser_page
    page.goto("/login?lang=en")
    page.fill("input[name=login]", staff.login)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button")
    page.goto(page_of(campaign, community))
    lines = page.locator(".doors > li")
    assert lines.count() == 6
    lines.nth(0).get_by_role("button", name="Nobody home").click()
    page.wait_for_selector(".taps.sent")
    page.context.set_offline(True)
    lines.nth(1).get_by_role("button", name="Said no").click()
    lines.nth(2).locator("summary").click()
    lines.nth(2).get_by_role("button", name="Looks empty").click()
    page.wait_for_selector("text=2 saved on this device")
    session.rollback()
    ids = [home.id for home in homes]
    assert len(list_events(session, ids)) == 1
    session.rollback()
    page.context.set_offline(False)
    page.wait_for_selector("text=Everything is sent.")
    assert page.locator(".taps.sent").count() == 3
    found = {event.outcome for event in list_events(session, ids)}
    assert found == {Outcome.NOT_AT_HOME, Outcome.REFUSED, Outcome.LOOKS_EMPTY}
    session.rollback()
    assert page.evaluate("Object.values(localStorage).join()") == "[]"
