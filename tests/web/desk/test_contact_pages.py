"""Recording who got the letter and what came of a knock, as a person does it."""

import pytest
from sqlalchemy import func, select, update

from app.followup.models import CaseList, FollowUp
from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.campaign.contact.models import ContactEvent
from app.surveys.campaign.contact.queries import count_campaign
from app.surveys.campaign.models import Outcome
from app.surveys.campaign.queries import get_household_uid
from app.surveys.distribution.models import OptOut
from app.surveys.response.models import Response
from tests.factories import NOW, gate_of, make_campaign, make_community, members_of
from tests.integration.response.forms import submit
from tests.web.staff_pages import MAIN, enter_as

GOT, NOBODY_HOME, SAID_NO = 1, 2, 3  # forms of the page of one home; form 0 signs out


@pytest.fixture
def community(session):
    return make_community(session, households=5, name="云栖里")


@pytest.fixture
def campaign(session, vault, community):
    return make_campaign(session, vault)


@pytest.fixture
def members(session, campaign):
    return members_of(session, campaign)


@pytest.fixture
def steward(app, client, session, community, members):
    return enter_as(client, session, Role.STEWARD, [community], now=NOW, app=app)


def home(member) -> str:
    return f"/contacts/homes/{member.id}"


def fields_of(client, member, **more: str) -> dict[str, str]:
    """Return what the page of a home would post: its CSRF token and a key."""
    page = client.get(home(member)).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    return {"csrf_token": token, "key": "key-of-a-tablet"} | more


def count_events(session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(ContactEvent)) or 0


def test_the_ticked_homes_got_the_letter_then_all_but_one(
    client, session, steward, campaign, community, members
):
    to = f"/contacts/{campaign.code}/{community.id}"
    page = f"{to}?building=1栋"
    assert "0 of 5 have the letter" in client.get(page).text

    client.submit(page, {"home": [str(m.id) for m in members[:2]], "who": "ticked"}, form=MAIN)
    found = client.get(page).text
    assert "2 of 5 have the letter" in found
    assert "Recorded: 2 homes have their letter." in found
    client.submit(page, {"home": [str(members[4].id)], "who": "others"}, form=MAIN)

    session.rollback()
    assert count_campaign(session, campaign.id).delivered == 4
    assert members_of(session, campaign)[4].delivered_at is None
    assert ">4 / 5<" in client.get(to).text


def test_nothing_ticked_records_nothing_and_says_so(client, session, steward, campaign, community):
    page = f"/contacts/{campaign.code}/{community.id}?building=1栋"
    client.submit(page, {"who": "ticked"}, form=MAIN)
    assert "No home was chosen; nothing was recorded." in client.get(page).text
    assert count_events(session) == 0


def test_a_letter_that_came_back_is_taken_off_again(client, session, steward, campaign, members):
    client.submit(home(members[0]), {}, form=GOT)
    session.rollback()
    assert count_campaign(session, campaign.id).delivered == 1
    client.submit(home(members[0]), {}, form=GOT)  # now it reads "not delivered after all"
    session.rollback()
    assert count_campaign(session, campaign.id).delivered == 0
    assert count_events(session) == 2


def test_two_taps_record_a_refusal_and_the_timeline_tells_who_and_when(
    client, session, steward, campaign, members
):
    client.submit(home(members[0]), {}, form=SAID_NO)

    page = client.get(home(members[0])).text
    assert '<span class="st">Said no</span>' in page
    assert "Tried: at the door, Said no" in page
    assert steward.name in page
    session.rollback()
    assert count_campaign(session, campaign.id).refused == 1


def test_what_a_tablet_sends_again_is_stored_once_and_a_script_gets_no_page(
    client, session, steward, members
):
    fields = fields_of(client, members[0], outcome="not_at_home")
    for _ in range(3):
        answer = client.post(
            f"{home(members[0])}/attempt", data=fields, headers={"X-Requested-With": "fetch"}
        )
        assert (answer.status_code, answer.text) == (204, "")
    assert count_events(session) == 1
    other = client.post(f"{home(members[1])}/attempt", data=fields)
    assert other.status_code == 409  # the key of another home's event
    client.delete_cookie("ls_staff")
    lost = client.post(
        f"{home(members[0])}/attempt", data=fields, headers={"X-Requested-With": "fetch"}
    )
    assert lost.status_code == 302  # signed out: not to be taken for stored


def test_a_form_no_page_of_ours_made_is_refused(client, session, steward, members):
    fields = fields_of(client, members[0], outcome="refused")
    for wrong in (
        {"outcome": "complete"},  # only an answer says that
        {"outcome": "gone"},
        {"channel": "poster"},
        {"key": "x"},
        {"key": "'; --aaaaaaaa"},
    ):
        answer = client.post(f"{home(members[0])}/attempt", data=fields | wrong)
        assert answer.status_code == 400, wrong
    assert count_events(session) == 0


def test_a_record_leads_back_to_the_list_it_came_from_and_nowhere_else(client, steward, members):
    fields = fields_of(client, members[0], outcome="refused", back="/desk/doors/x/1?count=20")
    answer = client.post(f"{home(members[0])}/attempt", data=fields)
    assert answer.headers["Location"] == "/desk/doors/x/1?count=20"
    fields |= {"key": "another-key", "back": "//evil.example/"}
    answer = client.post(f"{home(members[0])}/attempt", data=fields)
    assert answer.headers["Location"] == home(members[0])


def test_a_home_of_another_community_does_not_exist(app, client, session, vault):
    mine, other = make_community(session), make_community(session)
    campaign = make_campaign(session, vault)
    members = members_of(session, campaign, other)
    enter_as(client, session, Role.OFFICE, [mine], now=NOW, app=app)
    assert client.get(home(members[0])).status_code == 404
    assert client.get(f"/contacts/{campaign.code}/{other.id}").status_code == 404
    own = members_of(session, campaign, mine)[0]
    fields = fields_of(client, own, outcome="refused")
    assert client.post(f"{home(members[0])}/attempt", data=fields).status_code == 404
    assert count_events(session) == 0


def test_after_the_freeze_a_record_is_kept_and_moves_no_figure(
    client, session, steward, campaign, community, members
):
    gate_of(session, campaign, community).frozen_at = NOW
    session.commit()
    client.submit(home(members[0]), {}, form=NOBODY_HOME)
    assert count_events(session) == 1
    assert members_of(session, campaign)[0].outcome is Outcome.NO_CONTACT
    page = client.get(f"/contacts/{campaign.code}/{community.id}?building=1栋").text
    assert "Collecting is over here" in page


def test_the_timeline_says_when_a_home_answered_and_hides_a_case_of_head_office(
    app, client, session, vault, campaign, community, members
):
    submit(session, vault, members[0], now=NOW)
    session.execute(update(Response).values(voided_at=NOW))
    session.add(
        FollowUp(
            frame_member_id=members[0].id,
            campaign_id=campaign.id,
            community_id=community.id,
            on_list=CaseList.HEAD_OFFICE,
            created_at=NOW,
        )
    )
    uid = get_household_uid(session, members[0].household_id)
    enter_as(client, session, Role.OFFICE, [community], now=NOW, app=app)
    page = client.get(home(members[0])).text
    assert "Answered: on a phone" in page
    assert "Follow-up opened" not in page
    assert "taken out of the count" not in page, "an office must not learn who spoke of its staff"
    session.rollback()
    assert [one.action for one in list_audit_of(session, uid)] == ["view_timeline"]

    enter_as(client, session, Role.HEAD_OFFICE, now=NOW, app=app)
    page = client.get(home(members[0])).text
    assert "Follow-up opened" in page
    assert "Answer taken out of the count" in page


def test_who_wants_no_reminder_is_left_alone_whatever_a_later_knock_finds(
    client, session, steward, members
):
    fields = fields_of(client, members[0], key="wants-no-more")
    client.post(f"{home(members[0])}/attempt", data=fields | {"outcome": "refused_for_good"})
    fields = fields_of(client, members[0], key="knocked-again")
    client.post(f"{home(members[0])}/attempt", data=fields | {"outcome": "not_at_home"})
    session.rollback()
    assert session.get_one(type(members[0]), members[0].id).outcome is Outcome.REFUSED_FOR_GOOD
    assert session.scalar(select(OptOut.household_id)) == members[0].household_id
    taken_back = fields_of(client, members[0], key="taken-back-") | {"outcome": "no_contact"}
    assert client.post(f"{home(members[0])}/attempt", data=taken_back).status_code == 400


def test_head_office_takes_back_what_was_recorded_by_mistake(app, client, session, members):
    enter_as(client, session, Role.HEAD_OFFICE, [], now=NOW, app=app)
    for key, outcome in (("by-mistake", "deceased"), ("taken-back", "no_contact")):
        fields = fields_of(client, members[0], key=key) | {"outcome": outcome}
        assert client.post(f"{home(members[0])}/attempt", data=fields).status_code == 302
    session.rollback()
    assert session.get_one(type(members[0]), members[0].id).outcome is Outcome.NO_CONTACT
