"""The survey's page of a case that is a complaint now, and the home's page with its complaints."""

import pytest

from app.followup.cases.errors import NotResponsibleError
from app.followup.cases.services import give_cases
from app.service.complaints import services
from app.service.complaints.models import Against, Complaint, Kind
from app.service.complaints.rules import Sorting
from app.staff.models import Role
from tests.factories import NOW
from tests.integration.complaints.test_adopting import DURING, turned
from tests.integration.complaints.world import go_round, make_world, talk
from tests.web.complaints.test_complaint_pages import enter
from tests.web.staff_pages import hidden_fields, words_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def world(session):
    return make_world(session)


def test_the_page_says_who_leads_it_and_offers_nothing_that_would_be_refused(
    client, session, app, vault, world
):
    key = turned(session, vault, world)
    enter(client, session, app, Role.HEAD_OFFICE, now=DURING)
    before = client.get(f"/desk/follow-ups/{key}").text
    assert 'id="record"' in before
    services.adopt_turned(session, now=DURING)
    number = session.get_one(Complaint, key).number
    enter(client, session, app, Role.HEAD_OFFICE, now=DURING)
    page = client.get(f"/desk/follow-ups/{key}").text
    assert f'href="/complaints/{key}"' in page
    assert f"Complaint {number}: answer it there" in words_of(page)
    for refused in ('id="record"', "/step/", "/turn/", f"/follow-ups/{key}/give", f"/{key}/triage"):
        assert refused not in page
    assert client.get(f"/complaints/{key}").status_code == 200


def test_the_surveys_list_gives_a_complaint_to_nobody(session, vault, world):
    key, hq = turned(session, vault, world), world.scopes["hq"]
    services.adopt_turned(session, now=DURING)
    held_by = services.get_book(session, key).case.responsible_id
    to = world.scopes["steward"].staff_id
    with pytest.raises(NotResponsibleError):
        give_cases(session, vault, hq, [key], staff_id=to, reason="x", now=DURING)
    assert services.get_book(session, key).case.responsible_id == held_by


def test_the_home_shows_its_complaints_and_none_against_the_director(
    client, session, app, vault, world
):
    hq, office = world.scopes["hq"], world.scopes["office"]
    shown = services.take_in(session, vault, office, world.intake(0), now=NOW)
    services.answer(session, vault, office, shown.id, talk(NOW), now=NOW)
    secret = services.take_in(
        session,
        vault,
        hq,
        world.intake(0, against=Against.DIRECTOR, first_asked_by=hq.staff_id, text="主任收红包"),
        now=NOW,
    )
    turned_in = services.take_in(session, vault, office, world.intake(0), now=NOW)
    sorting = Sorting("service.attitude", Kind.VALID, against=Against.DIRECTOR)
    services.reclassify(session, vault, hq, turned_in.id, sorting, reason="录音", now=NOW)
    address = f"/hq/households/{world.homes[0]}"
    for role, places in ((Role.OFFICE, [world.community]), (Role.STEWARD, [world.community])):
        enter(client, session, app, role, *places)
        page = client.get(address).text
        assert shown.number in page
        for one in (secret, turned_in):
            assert one.number not in page
            assert f"/{one.id}" not in page
    enter(client, session, app, Role.HEAD_OFFICE)
    page = client.get(address).text
    assert all(one.number in page for one in (shown, secret, turned_in))


def test_head_office_writes_down_who_is_to_be_erased_and_another_types_the_number(
    client, session, app, vault, world
):
    made = world.intake(household_id=None, company="云栖便利店有限公司")
    key = services.take_in(session, vault, world.scopes["steward"], made, now=NOW).id
    number = session.get_one(Complaint, key).number
    enter(client, session, app, Role.HEAD_OFFICE)
    page = f"/complaints/{key}"
    assert "erase-reason" not in client.get(page).text  # open: it must still be answered
    go_round(session, vault, world, key, now=NOW)
    steward = world.scopes["steward"]
    services.close(session, vault, steward, key, cause="a", prevention="b", now=NOW)
    enter(client, session, app, Role.HEAD_OFFICE)
    token = hidden_fields(client.get(page).text, "csrf_token")["csrf_token"]
    sent = {"csrf_token": token, "erase-reason": "公司注销", "erase-proof": ""}
    assert client.post(f"{page}/rights", data=sent).location.endswith(page)
    asked = client.post(f"{page}/rights", data={**sent, "erase-proof": "公章已核对"}).location
    assert "Somebody else at head office must carry it out" in words_of(client.get(asked).text)
    enter(client, session, app, Role.HEAD_OFFICE)
    shown = client.get(asked).text
    assert f"Complaint {number}" in words_of(shown)
    token = hidden_fields(shown, "csrf_token")["csrf_token"]
    done = client.post(f"{asked}/carry-out", data={"csrf_token": token, "typed": number})
    assert done.status_code == 302
    after = words_of(client.get(page).text)
    assert "云栖便利店有限公司" not in after
    assert number in after
