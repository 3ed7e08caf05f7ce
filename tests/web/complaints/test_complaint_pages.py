"""Complaints through their pages: taken in while the customer speaks, and all the way to the end.

The rules themselves are tested in tests/unit/complaints and tests/integration/complaints.
"""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.clock import BEIJING
from app.service.complaints import services
from app.service.complaints.models import Against, Complaint, Severity
from app.service.complaints.rules import CallBackResult
from app.staff.models import AuditEntry, Role
from tests.factories import NOW
from tests.integration.complaints.world import make_world
from tests.web.staff_pages import MAIN, enter_as, hidden_fields, words_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LIST, NEW = "/complaints/", "/complaints/new"
TEXT = "电梯又停了，老人下不了楼"
SPOKEN = {
    "name": "张先生", "contact": "13800000000", "text": TEXT, "code": "facilities.lift",
    "kind": "valid", "channel": "phone", "rings": "2", "severity": "ordinary", "against": "none",
}  # fmt: skip


@pytest.fixture
def world(session):
    made = make_world(session)
    session.commit()
    return made


@pytest.fixture
def office(client, session, app, world):
    enter_as(client, session, Role.OFFICE, [world.community], app=app, now=NOW)
    return client


def enter(client, session, app, role, *communities, now=NOW):
    return enter_as(client, session, role, communities, app=app, now=now)


def take(client, world, **changes):
    """Take a complaint in through the page, the home chosen already."""
    path = f"{NEW}?household={world.homes[0]}"
    return client.submit(path, {**SPOKEN, **changes}, form=MAIN)


def act(client, complaint_id, name, **fields):
    """Send the form of an act with the token of the page."""
    address = f"/complaints/{complaint_id}"
    token = hidden_fields(client.get(address).text, "csrf_token")["csrf_token"]
    sent = {f"{name}-{field}": value for field, value in fields.items()}
    return client.post(f"{address}/{name}", data={**sent, "csrf_token": token})


def stored(session):
    session.rollback()
    return session.scalars(select(Complaint).order_by(Complaint.follow_up_id)).all()


def local(at):
    return f"{at.astimezone(BEIJING):%Y-%m-%dT%H:%M}"


def talk(**changes):
    usual = {
        "at": local(NOW), "way": "phone", "person": "owner", "outcome": "solved",
        "result": "当天修好", "view": "satisfied",
    }  # fmt: skip
    return {**usual, **changes}


def test_a_complaint_is_taken_in_and_stands_on_the_list_with_its_last_day(office, world, session):
    answer = take(office, world)
    assert answer.status_code == 302
    page = words_of(office.get(answer.location).text)
    assert TEXT in page
    assert "2 rings" in page
    # NOW is a Monday: one working day later.
    assert "answer by 3 Nov 2026, Tue" in page
    shown = words_of(office.get(LIST).text)
    assert "1 working day left" in shown
    assert "张先生" not in shown
    assert TEXT not in shown


def test_wrong_input_keeps_everything_and_names_the_field(office, world, session):
    answer = take(office, world, contact="", rings="many", channel="hotline")
    assert answer.status_code == 422
    assert TEXT in answer.text
    assert re.findall(r'<li><a href="#([a-z-]+[0-9]?)">', answer.text) == [
        "contact",
        "hotline-0",
        "rings",
    ]
    assert stored(session) == []


def test_the_home_is_found_by_its_address_and_what_was_typed_stays(office, world, session):
    typed = {**SPOKEN, "home": f"{world.community.name} 1-101", "household": None, "find": "1"}
    found = office.submit(NEW, typed, form=MAIN)
    assert found.status_code == 200
    assert TEXT in found.text
    assert f'name="household" value="{world.homes[0]}"' in found.text


def test_an_address_that_was_not_looked_up_is_looked_up_when_it_is_sent(office, world, session):
    typed = {**SPOKEN, "home": f"{world.community.name} 1-101", "household": None}
    answer = office.submit(NEW, typed, form=MAIN)
    assert answer.status_code == 422
    assert TEXT in answer.text
    assert "Find the home and choose it" in answer.text
    assert f'name="household" value="{world.homes[0]}" checked' in answer.text
    assert stored(session) == []


def test_a_home_that_complained_before_is_shown_as_a_repeat_before_it_is_taken_in(office, world):
    take(office, world)
    page = words_of(office.get(f"{NEW}?household={world.homes[0]}").text)
    assert "about the same again: a repeat" in page
    again = take(office, world)
    assert "repeated" in words_of(office.get(again.location).text)


def test_a_complaint_goes_all_the_way_to_its_end(client, session, app, vault, world, office):
    complaint_id = int(take(office, world).location.rsplit("/", 1)[1])
    assert act(office, complaint_id, "acknowledge").status_code == 302
    site = {"called": local(NOW), "arrived": local(NOW)}
    assert act(office, complaint_id, "site", **site).status_code == 302
    address = f"/complaints/{complaint_id}"
    token = hidden_fields(office.get(address).text, "csrf_token")
    assert office.post(f"{address}/steps/site", data=token).status_code == 302
    late = act(office, complaint_id, "answer", **talk(result=""))
    assert late.status_code == 422
    assert act(office, complaint_id, "answer", **talk()).status_code == 302
    assert "Answered, waits for the call-back" in words_of(office.get(address).text)
    assert "Close it" not in words_of(office.get(address).text)
    result = CallBackResult(at=NOW, view="satisfied", is_solved=True)
    services.record_call_back(session, vault, world.scopes["caller"], complaint_id, result, now=NOW)
    session.commit()
    refused = act(office, complaint_id, "close", cause="零件老化", prevention="")
    assert refused.status_code == 422
    assert "零件老化" in refused.text
    early = act(office, complaint_id, "close", cause="零件老化", prevention="每月检查")
    assert (early.status_code, "每月检查" in early.text) == (409, True)
    assert f"{address}/steps/lead" in early.text  # forgotten before the answer, still to be kept
    assert office.post(f"{address}/steps/lead", data=token).status_code == 302
    done = act(office, complaint_id, "close", cause="零件老化", prevention="每月检查")
    assert done.status_code == 302
    page = words_of(office.get(address).text)
    assert "Improved, the owner agrees" in page
    assert "每月检查" in page
    assert act(office, complaint_id, "reopen", reason="又停了").status_code == 302
    assert stored(session)[0].round == 2


def test_a_day_is_moved_only_with_a_talk_and_a_later_working_day(office, world, session):
    complaint_id = int(take(office, world).location.rsplit("/", 1)[1])
    moved = talk(due_on="2026-11-01", outcome=None, result="说明配件要等")
    wrong = {
        "2026-11-01": "This day is not later than the last day that stands now.",
        "2026-11-07": "Nobody works on this day: choose a working day.",
        "2027-11-05": "This is more than a month away",
    }
    for day, words in wrong.items():
        refused = act(office, complaint_id, "extend", **{**moved, "due_on": day})
        assert refused.status_code == 422
        assert words in refused.text
        assert "说明配件要等" in refused.text
    moved["due_on"] = "2026-11-06"
    assert act(office, complaint_id, "extend", **moved).status_code == 302
    assert stored(session)[0].due_on.isoformat() == "2026-11-06"
    assert "moved from 3 Nov" in words_of(office.get(f"/complaints/{complaint_id}").text)


def test_what_was_typed_for_an_act_somebody_else_made_impossible_is_still_there(office, world):
    complaint_id = int(take(office, world).location.rsplit("/", 1)[1])
    assert act(office, complaint_id, "answer", **talk()).status_code == 302
    late = act(office, complaint_id, "answer", **talk(result="我也答复了：周三更换阀门"))
    assert late.status_code == 409
    page = words_of(late.text)
    assert "The complaint cannot take this step now. Nothing was changed." in page
    assert "It was not kept. Copy it if you still need it.|我也答复了：周三更换阀门" in page


def test_a_complaint_against_the_director_leaves_the_office_with_a_receipt_only(
    client, session, app, world, office
):
    take(office, world)
    office.get(LIST)  # says once that it was taken in
    before = [office.get(path).text for path in (LIST, "/complaints/list.csv")]
    home = f"/hq/households/{world.homes[0]}"
    home_before = words_of(office.get(home).text)
    answer = take(office, world, against="director", text="主任收了好处")
    assert answer.location == "/complaints/receipt?on=2026-11-03"
    receipt = office.get(answer.location).text
    assert "/complaints/2" not in receipt
    assert "主任收了好处" not in receipt
    office.get(LIST)
    hidden = next(one for one in stored(session) if one.against is Against.DIRECTOR)
    kept, number = hidden.follow_up_id, hidden.number
    assert office.get(f"/complaints/{kept}").status_code == 404
    after = [office.get(path).text for path in (LIST, "/complaints/list.csv")]
    assert [words_of(one) for one in after] == [words_of(one) for one in before]
    book = office.get("/complaints/list.xlsx").data
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert number not in archive.read("xl/sharedStrings.xml").decode()
    assert words_of(office.get(home).text) == home_before
    again = words_of(office.get(f"{NEW}?household={world.homes[0]}").text)
    assert again.count("about the same again") == 1
    assert office.get("/complaints/?state=all&flag=repeat").text.count("<article") == 0
    # The next number of the office follows its own last one.
    next_one = take(office, world)
    assert next_one.status_code == 302
    assert stored(session)[-1].number.endswith("-0002")
    enter(client, session, app, Role.STEWARD, world.community)
    assert client.get(f"/complaints/{kept}").status_code == 404
    enter(client, session, app, Role.LEADER)
    assert "主任收了好处" in client.get(f"/complaints/{kept}").text
    enter(client, session, app, Role.HEAD_OFFICE)
    assert "against the director" in words_of(client.get(LIST).text)


def test_sorting_one_anew_as_against_the_director_ends_at_the_receipt(office, world, session):
    complaint_id = int(take(office, world).location.rsplit("/", 1)[1])
    told = {"code": "service.order", "kind": "valid", "severity": "ordinary"}
    answer = act(office, complaint_id, "classify", **told, against="director", reason="业主补充")
    assert answer.location.startswith("/complaints/receipt")
    assert office.get(f"/complaints/{complaint_id}").status_code == 404


def test_leaders_see_what_concerns_money_and_a_steward_of_elsewhere_sees_nothing(
    client, session, app, world, office
):
    plain = int(take(office, world).location.rsplit("/", 1)[1])
    money = int(take(office, world, compensation="y").location.rsplit("/", 1)[1])
    enter(client, session, app, Role.LEADER)
    assert client.get(f"/complaints/{money}").status_code == 200
    assert client.get(f"/complaints/{plain}").status_code == 404
    enter(client, session, app, Role.STEWARD, world.other)
    assert client.get(f"/complaints/{money}").status_code == 404
    assert "No complaint yet." in client.get(LIST).text


def test_filters_stand_in_the_address_and_files_hold_no_name_and_no_formula(
    client, session, app, world, office
):
    take(office, world, severity="major")
    take(office, world, code="service.cleaning")
    assert office.get(f"{LIST}?flag=major").text.count("<article") == 1
    assert office.get(f"{LIST}?class=service").text.count("<article") == 1
    assert office.get(f"{LIST}?class=nothing&channel=fax").text.count("<article") == 0
    assert office.get(f"{LIST}?late=1").text.count("<article") == 0
    file = office.get("/complaints/list.csv?flag=major")
    assert file.text.count("\r\n") == 2
    assert "张先生" not in file.text
    taken = session.scalars(select(AuditEntry).where(AuditEntry.subject == "complaints")).all()
    assert [one.detail for one in taken] == ["office list csv 1"]
    assert stored(session)[0].severity is Severity.MAJOR


def test_head_office_adds_a_matter_retires_it_and_sets_the_numbers(client, session, app, world):
    enter(client, session, app, Role.HEAD_OFFICE)
    codes = "/complaints/codes/"
    fields = {"class": "service", "code": "Wrong Code", "label_zh": "快递", "label_en": "Parcels"}
    page = client.get(codes).text
    token = hidden_fields(page, "csrf_token")
    wrong = client.post(codes, data={**fields, **token, "department": "service"})
    assert wrong.status_code == 422
    assert "Parcels" in wrong.text
    fields["code"] = "service.parcels"
    assert client.post(codes, data={**fields, **token, "department": "service"}).status_code == 302
    assert client.post(f"{codes}service.parcels/retire", data=token).status_code == 302
    assert "service.parcels" not in client.get(NEW).text
    numbers = {"group_days": "14", "group_building": "3", "group_community": "5"}
    bad = client.post(f"{codes}settings", data={**numbers, **token, "repeat_days": "0"})
    assert bad.status_code == 422
    good = client.post(f"{codes}settings", data={**numbers, **token, "repeat_days": "60"})
    assert good.status_code == 302
    session.rollback()
    assert services.read_settings(session)["repeat_days"] == 60


def test_the_pages_speak_both_languages(office, world):
    location = take(office, world).location
    for language, name in (("zh-Hans", "电梯"), ("en", "Lifts")):
        for path in (LIST, NEW, location):
            page = office.get(f"{path}?lang={language}").text
            assert f'<html lang="{language}">' in page
            assert f"· {name}" in page


def test_an_overdue_one_says_by_how_many_working_days(client, session, app, office, world):
    take(office, world)
    enter(client, session, app, Role.OFFICE, world.community, now=NOW + timedelta(days=3))
    assert "2 working days over" in words_of(office.get(LIST).text)
