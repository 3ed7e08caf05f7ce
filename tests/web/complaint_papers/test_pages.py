"""Papers of complaints through the pages: written, refused with the spot, printed, taken along."""

import json
import re
from datetime import date

import pypdfium2
import pytest
from sqlalchemy import select

from app import worker
from app.followup.models import CaseList
from app.reports.work import Workshop
from app.service.complaints.models import Against, Level, Severity
from app.service.complaints.papers import corrective, monthly, plans
from app.service.complaints.papers.corrective import CorrectiveInput
from app.service.complaints.papers.monthly import Analysis
from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.register.models import Household
from tests.factories import NOW, head_office, make_community, make_staff
from tests.integration.complaint_papers.complaints import plant
from tests.web.staff_pages import enter_as

OCTOBER = date(2026, 10, 1)
WORDS = Analysis("维保合同到期没有续签。", "本月底前补签合同。", "停运必须先告知。")
TELL = {
    "title": "关于电梯停运的通报",
    "happened": "电梯停运三天。",
    "cause": "合同到期。",
    "measures": "已恢复运行。",
    "demand": "停运必须先告知。",
}


@pytest.fixture
def place(session):
    make_staff(session, Role.HEAD_OFFICE)
    return make_community(session, households=2, name="云栖里", office="云栖里管理处")


@pytest.fixture
def complaints(session, vault, place):
    home = session.scalars(select(Household)).first()
    then = NOW.replace(month=10, day=20)
    open_one = plant(session, vault, place, home, then, severity=Severity.MAJOR, rings=2)
    about = {"against": Against.DIRECTOR, "level": Level.LEADERS, "severity": Severity.MAJOR}
    return open_one, plant(session, vault, place, home, then, on_list=CaseList.HEAD_OFFICE, **about)


def printed(client, engine, vault, storage, config, form_page, button):
    """Press the button that orders a paper, let the worker make it, and return its words."""
    page = client.get(form_page).text
    action = re.search(rf'action="([^"]*/prints/{button}/\d+)"', page)[1]
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    address = client.post(action, data={"csrf_token": token}).location
    assert "being made" in client.get(address).text
    worker.run_one(Workshop(engine, vault, storage, config, lambda: NOW), "w")
    answer = client.get(f"{address}.pdf")
    assert answer.mimetype == "application/pdf"
    pages = pypdfium2.PdfDocument(answer.data)
    words = "".join(one.get_textpage().get_text_range() for one in pages)
    assert not set(words) & {"\ufffd", "\ufffe", "\uffff"}
    return re.sub(r"\s+", "", words)


@pytest.mark.heavy
def test_a_month_is_written_refused_issued_printed_and_taken(
    client, session, engine, vault, storage, config, app, place, complaints
):
    enter_as(client, session, Role.OFFICE, [place], app=app, now=NOW)
    address = f"/complaint-papers/months/{place.id}/2026-10"
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)[1]
    words = {
        "csrf_token": token,
        "causes": "欧阳金丝雀家停梯",
        "measures": "补签",
        "learnt": "先告知",
    }

    refused = client.post(f"{address}/issue", data=words)
    assert refused.status_code == 422
    assert "欧阳金丝雀” (letter 1) looks like a person" in refused.text
    issued = client.post(f"{address}/issue", data=words | {"causes": WORDS.causes})
    assert issued.status_code == 302, issued.text

    page = client.get(issued.location)
    assert WORDS.causes in page.text
    figures = json.loads(client.get(f"{issued.location}.json").data)["figures"]["now"]
    assert (figures["received"], figures["major"]) == (1, 1)  # the one about the director is none
    assert WORDS.causes in client.get(f"{issued.location}.csv").data.decode()
    assert client.get(f"{issued.location}.xlsx").data.startswith(b"PK")
    session.rollback()
    noted = [one.detail for one in list_audit_of(session, "complaint_month:2026-10")]
    assert [one for one in noted if "complaints." in one] == [
        f"office complaints.{form}" for form in ("json", "csv", "xlsx")
    ]
    text = printed(client, engine, vault, storage, config, issued.location, "month")
    for part in ("云栖里", "维保合同到期没有续签。", "先告知"):
        assert part in text
    assert "金丝雀" not in text


@pytest.mark.heavy
def test_the_papers_of_one_complaint_are_printed_for_who_may_know_of_it(
    client, session, engine, vault, storage, config, app, place, complaints
):
    known, hidden = complaints
    head = head_office()
    for one in complaints:
        key = one.follow_up_id
        plans.make_plan(session, vault, head, key, problem="停运三天", aim="四小时到场", now=NOW)
        words = CorrectiveInput("停运", "合同到期", "已续签", "提前提醒")
        corrective.write(session, vault, head, key, words, now=NOW)
    shown, away = (f"/complaint-papers/of/{one.follow_up_id}" for one in (known, hidden))
    number = hidden.number
    enter_as(client, session, Role.OFFICE, [place], app=app, now=NOW)

    papers = {
        "record": ("电梯又停了", "欧阳金丝雀", "13900007777"),
        "plan": ("停运三天", "四小时到场"),
        "corrective": ("合同到期", "提前提醒"),
    }
    for kind, words in papers.items():
        text = printed(client, engine, vault, storage, config, shown, kind)
        assert all(word in text for word in words)
        assert number not in text
    assert client.get(away).status_code == 404
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(shown).text)[1]
    session.rollback()
    home = session.get_one(Household, known.household_id).uid
    looks = [one.detail for one in list_audit_of(session, home) if one.action == "complaint.view"]
    assert "papers" in looks  # a look at the papers is a look at the home
    for kind in papers:
        order = f"/complaint-papers/prints/{kind}/{hidden.follow_up_id}"
        assert client.post(order, data={"csrf_token": token}).status_code == 404


@pytest.mark.heavy
def test_an_announcement_goes_from_head_office_to_every_board(
    client, session, engine, vault, storage, config, app, place, complaints
):
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=NOW)
    new = f"/announcements/new?complaint={complaints[0].follow_up_id}"
    refused = client.submit(new, TELL | {"happened": "欧阳金丝雀家停梯"}, form=1)
    assert refused.status_code == 422
    assert "欧阳金丝雀” (letter 1)" in refused.text
    kept = client.submit(new, TELL, form=1)
    assert kept.status_code == 302, kept.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(kept.location).text)[1]
    client.post(f"{kept.location}/publish", data={"csrf_token": token})
    text = printed(client, engine, vault, storage, config, kept.location, "announcement")
    assert all(word in text for word in ("2026-001", *TELL.values()))

    session.rollback()
    enter_as(client, session, Role.STEWARD, [place], app=app, now=NOW)
    assert "Not read yet" in client.get("/announcements/").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(kept.location).text)[1]
    client.post(f"{kept.location}/read", data={"csrf_token": token})
    assert "Not read yet" not in client.get("/announcements/").text


def test_the_company_sees_every_community_with_its_counts_and_no_small_rate(
    client, session, vault, app, place, complaints
):
    monthly.issue(session, vault, head_office(), place.id, OCTOBER, WORDS, now=NOW)
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=NOW)

    page = client.get("/complaint-papers/figures/?month=2026-10").text
    table = json.loads(client.get("/complaint-papers/figures/table.json?month=2026-10").data)

    assert "云栖里" in page
    assert "1 of them stand on head office" in page
    assert (table["company"]["received"], table["communities"][0]["received"]) == (2, 1)
    assert (len(table["months"]), table["months"][-1]["received"]) == (13, 2)
    picture = client.get("/complaint-papers/figures/classes.svg?month=2026-10")
    assert picture.data.startswith(b"<svg")
    assert "Issued in time" in client.get("/complaint-papers/?month=2026-10").text
    assert client.get("/complaint-papers/?month=2027-01").status_code == 404
