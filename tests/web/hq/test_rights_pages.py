"""Pages of owners' rights: erasure by two people, withdrawal, copy, who looked, timers."""

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from app.rights.models import Retention, RightsRequest
from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.register.models import Household
from app.surveys.register.services import add_person
from app.surveys.response.models import Response
from tests.factories import NOW, make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import answer
from tests.web.staff_pages import enter_as, sign_in

TOLD = {"reason": "业主要求", "proof": "身份证已核对"}


@pytest.fixture
def home_id(session, vault):
    make_community(session, households=2, code="YQL", name="云栖里")
    home = session.scalars(select(Household).order_by(Household.id)).first()
    add_person(session, vault, home, name="金丝雀", phone="13900000000", now=NOW)
    campaign = make_campaign(session, vault)
    answer(session, vault, campaign, members_of(session, campaign)[0], comment="电梯又停了")
    return home.id


def post(client, page, path, data):
    shown = client.get(page).text
    token = shown.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    return client.post(path, data={"csrf_token": token, **data})


def test_one_writes_the_erasure_down_and_another_carries_it_out(client, session, home_id):
    other = make_staff(session, name="李强")
    enter_as(client, session, Role.HEAD_OFFICE)
    page = f"/hq/rights/home/{home_id}"
    assert "Erase everything" in client.get(page).text
    assert post(client, page, f"{page}/erase", {"reason": "x"}).status_code == 422
    asked = post(client, page, f"{page}/erase", TOLD)
    assert asked.status_code == 302
    session.rollback()
    request = session.scalars(select(RightsRequest)).one()
    own = f"/hq/rights/{request.id}"
    shown = client.get(own).text
    assert "Somebody else at head office must carry it out." in shown
    refused = post(client, own, f"{own}/carry-out", {"typed": "1栋 1-101"})
    assert refused.status_code == 422
    client.delete_cookie("ls_staff")
    sign_in(client, other)
    wrong = post(client, own, f"{own}/carry-out", {"typed": "1栋 1-102"})
    assert "This is not the address of the home." in wrong.text
    done = post(client, own, f"{own}/carry-out", {"typed": "1栋 1-101"})
    assert done.status_code == 302
    after = client.get(own).text
    assert ("To be destroyed by hand" in after, "业主要求" in after) == (True, False)
    assert "(erased)" in client.get("/hq/rights/").text
    assert "金丝雀" not in client.get(f"/hq/households/{home_id}").text


def test_an_answer_is_taken_back(client, session, home_id):
    enter_as(client, session, Role.HEAD_OFFICE)
    page = f"/hq/rights/home/{home_id}"
    assert post(client, page, f"{page}/withdraw", {"campaign": "x", **TOLD}).status_code == 302
    session.rollback()
    assert session.scalars(select(Response.is_counted)).all() == [True]
    assert (
        post(client, page, f"{page}/withdraw", {"campaign": "2026-11", **TOLD}).status_code == 302
    )
    session.rollback()
    assert session.scalars(select(Response.is_counted)).all() == [False]
    assert "No answer of this home counts now." in client.get(page).text


def test_the_copy_holds_people_answers_in_words_the_notice_and_who_looked(client, session, home_id):
    enter_as(client, session, Role.HEAD_OFFICE)
    client.get(f"/hq/households/{home_id}")
    page = f"/hq/rights/home/{home_id}"
    got = post(client, page, f"{page}/copy", TOLD)
    with zipfile.ZipFile(io.BytesIO(got.data)) as archive:
        everything = json.loads(archive.read("everything.json"))
        (told,) = json.loads(archive.read("answers.json"))
        looked = archive.read("who-looked.csv").decode()
    assert everything["person"][0]["name_sealed"] == "金丝雀"
    assert everything["person"][0]["phone_sealed"] == "13900000000"
    assert "token_hash" not in everything["frame_member"][0]
    assert any("电梯又停了" in json.dumps(group, ensure_ascii=False) for group in [told["answers"]])
    assert len(told["privacy_notice"]["digest"]) == 64
    assert "household.look" in looked


def test_who_saw_a_home_is_shown_exported_and_itself_written_down(client, session, home_id):
    staff = enter_as(client, session, Role.HEAD_OFFICE)
    client.get(f"/hq/households/{home_id}")
    shown = client.get(f"/admin/audit/home/{home_id}")
    assert ("household.look" in shown.text, staff.name in shown.text) == (True, True)
    table = client.get(f"/admin/audit/home/{home_id}/entries.csv")
    assert "household.look" in table.text
    session.rollback()
    uid = session.get(Household, home_id).uid
    acts = [entry.action for entry in list_audit_of(session, uid)]
    assert acts[-2:] == ["audit.look", "audit.export"]
    found = client.get(f"/admin/audit/?uid={uid}&action=household.look&since=2000-01-01&until=x")
    assert found.text.count("<code>household.look</code>") == 1
    assert "household.look" in client.get(f"/admin/audit/entries.csv?uid={uid}").text


def test_an_administrator_searches_the_log_but_opens_no_home(client, session, home_id):
    enter_as(client, session, Role.ADMIN)
    assert client.get("/admin/audit/").status_code == 200
    assert client.get(f"/admin/audit/home/{home_id}").status_code == 403
    assert client.get("/hq/rights/").status_code == 403


def test_a_timer_is_changed_for_a_campaign(client, session, home_id):
    enter_as(client, session, Role.HEAD_OFFICE)
    page = "/hq/rights/timers/"
    assert "Photos and signatures" in client.get(page).text
    assert post(client, page, f"{page}2026-11/drafts", {"days": "0"}).status_code == 302
    assert post(client, page, f"{page}2026-11/drafts", {"days": "30"}).status_code == 302
    session.rollback()
    assert [(row.what.value, row.days) for row in session.scalars(select(Retention))] == [
        ("drafts", 30)
    ]
