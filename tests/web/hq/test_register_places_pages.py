"""Regions and communities of the register, their two lists, and large files."""

import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.config import Config
from app.jobs.models import Job, JobState
from app.reports.work import Workshop
from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.register.models import (
    CareNeed,
    CareNeedKind,
    Community,
    Household,
    ImportantReason,
    Person,
    Region,
    RegisterFile,
)
from app.surveys.register.services import retire_household
from app.web.hq import register as pages
from app.worker import run_one
from tests.factories import NOW, make_community
from tests.web.staff_pages import MAIN, enter_as, hidden_fields, words_of

HEAD = "小区编码,小区,区域,交付日期,楼栋,房号,业主姓名,电话,重要客户\n"


def rows(count, community="A1,甲小区"):
    return "".join(
        f"{community},东区,2019-06-30,{1 + n // 40}栋,1-{100 + n % 40},王{n},1380{n:07},\n"
        for n in range(count)
    )


@pytest.fixture
def staff(client, session):
    return enter_as(client, session, Role.HEAD_OFFICE)


@pytest.fixture
def work(app, engine, config: Config, vault, storage):
    """Let the worker do what is queued."""
    workshop = Workshop(
        engine=engine, vault=vault, storage=storage, config=config, clock=lambda: NOW
    )

    def run():
        while run_one(workshop, "test"):
            pass

    return run


def upload(client, text, name="register.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    return client.submit("/hq/register/", {"file": (BytesIO(content), name)}, form=MAIN)


def count(session, table):
    session.rollback()
    return session.scalar(select(func.count()).select_from(table))


def test_company_regions_and_communities_stand_with_their_counts(client, session, staff):
    text = HEAD + rows(3) + rows(2, "B1,乙小区").replace("东区", "西区").replace("1380", "1390")
    client.post(
        "/hq/register/apply",
        data=hidden_fields(upload(client, text).text, "csrf_token", "digest", "filename", "seen"),
    )
    session.rollback()
    retire_household(session.scalars(select(Household)).first(), NOW.date())
    make_community(session, households=4, code="C1", name="丙小区")
    session.commit()
    page = words_of(client.get("/hq/register/").text)
    assert "东区|1|1|2|0" in page
    assert "西区|1|1|2|0" in page
    assert "Without a region|1|1|4|0" in page
    assert "邻声物业|3|3|8|0" in page
    community = session.scalars(select(Community).where(Community.code == "A1")).one()
    assert community.handed_over_on.isoformat() == "2019-06-30"
    only = words_of(client.get(f"/hq/register/?region={community.region_id}").text)
    assert "甲小区" in only
    assert "乙小区" not in only
    about = words_of(client.get(f"/hq/register/communities/{community.id}").text)
    assert "2 homes · 1 retired" in about


def test_a_region_is_added_renamed_and_given_to_a_community(client, session, staff):
    session.rollback()
    community = make_community(session, households=1, code="A1", name="甲小区")
    session.commit()
    key = community.id
    session.rollback()
    path = "/hq/register/regions"
    assert client.submit(path, {"code": "E", "name": "东"}, form=MAIN).status_code == 302
    assert client.submit(path, {"code": "E", "name": "东"}, form=MAIN).status_code == 422
    region = session.scalars(select(Region.id)).one()
    session.rollback()
    assert client.submit(f"{path}/{region}", {"name": "东区"}, form=MAIN).status_code == 302
    edit = f"/hq/register/communities/{key}/edit"
    data = {"region_id": str(region), "handed_over_on": "2020-01-31", "office_phone": "0571-1"}
    assert client.submit(edit, data, form=MAIN).status_code == 302
    assert client.submit(edit, {"region_id": "99"}, form=MAIN).status_code == 422
    assert client.submit(edit, {"name": ""}, form=MAIN).status_code == 422
    session.rollback()
    found = session.get_one(Community, key)
    assert (found.region_id, found.name, found.office_phone) == (region, "甲小区", "0571-1")
    (entry,) = list_audit_of(session, f"community:{key}")
    assert entry.detail == (
        "office_phone:  → 0571-1; handed_over_on:  → 2020-01-31; region:  → 东区"
    )


def test_care_and_important_lists_are_pages_and_files_and_every_home_is_logged(
    client, session, staff
):
    session.rollback()
    community = make_community(session, households=3, important=1, code="A1")
    home = session.scalars(select(Household).order_by(Household.id)).first()
    home.room = "=1+1"
    session.add(
        CareNeed(
            household_id=home.id,
            need=CareNeedKind.LARGE_PRINT,
            since=NOW.date(),
            noted_by=staff.id,
            noted_at=NOW,
        )
    )
    session.commit()
    path, uid = f"/hq/register/communities/{community.id}", home.uid
    assert home.important is ImportantReason.COMMITTEE
    session.rollback()
    assert "Large print" in words_of(client.get(f"{path}/care").text)
    assert "Owners' committee" in words_of(client.get(f"{path}/important").text)
    for name in ("care", "important"):
        told = client.get(f"{path}/{name}.csv")
        lines = list(csv.reader(StringIO(told.data.decode("utf-8-sig"))))
        assert len(lines) == 2
        assert lines[1][1] == "'=1+1"
        book = load_workbook(BytesIO(client.get(f"{path}/{name}.xlsx").data))
        cell = book.worksheets[0].cell(2, 2)
        assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert client.get(f"{path}/care.pdf").status_code == 404
    actions = [entry.action for entry in list_audit_of(session, uid)]
    assert actions == [
        "register.care_list",
        "register.important_list",
        *["register.care_file"] * 2,
        *["register.important_file"] * 2,
    ]


@pytest.fixture
def _small_limit(monkeypatch):
    """Let a file of some kilobytes count as large: its way is the same."""
    monkeypatch.setattr(pages, "_AT_ONCE", 2000)


@pytest.mark.usefixtures("_small_limit")
def test_a_large_file_is_checked_and_imported_by_the_worker(client, session, staff, work, config):
    sent = upload(client, HEAD + rows(90))
    assert sent.status_code == 302
    waiting = client.get(sent.location)
    assert "data-progress" in waiting.text
    stored = [path for path in (config.instance / "register-files").iterdir() if path.is_file()]
    assert len(stored) == 1
    assert "王1".encode() not in stored[0].read_bytes()
    work()
    report = client.get(sent.location)
    assert "New homes|90" in words_of(report.text)
    assert (count(session, Household), "王1," in report.text) == (0, False)
    done = client.submit(sent.location, {}, form=MAIN)
    assert done.status_code == 302
    assert "data-progress" in client.get(sent.location).text
    client.submit("/hq/households/", {"q": "x"}, form=MAIN)  # other pages go on
    work()
    assert "Imported: 90 new, 0 changed, 0 unchanged homes." in words_of(
        client.get(sent.location).text
    )
    assert (count(session, Household), count(session, Person)) == (90, 90)
    assert not [path for path in stored if path.exists()]
    assert session.scalars(select(Job.state)).all() == [JobState.DONE] * 2
    (entry,) = [e for e in list_audit_of(session, "register") if e.action == "register.import"]
    assert (entry.actor, entry.detail) == (
        f"staff:{staff.id}",
        "new=90 changed=0 unchanged=0 communities=A1",
    )
    again = upload(client, HEAD + rows(90))
    work()
    assert "There is nothing to import." in words_of(client.get(again.location).text)


@pytest.mark.usefixtures("_small_limit")
def test_a_large_file_with_problems_is_refused_with_a_list_to_download(
    client, session, staff, work
):
    bad = rows(90).replace("1-105,", ",")
    sent = upload(client, HEAD + bad)
    work()
    page = client.get(sent.location)
    assert "The file cannot be imported yet." in words_of(page.text)
    told = client.get(f"{sent.location}/problems.csv").data.decode("utf-8-sig")
    assert list(csv.reader(StringIO(told)))[1:] == [
        ["7", "房号", "The cell of column 房号 is empty."],
        ["47", "房号", "The cell of column 房号 is empty."],
        ["87", "房号", "The cell of column 房号 is empty."],
    ]
    assert count(session, Household) == 0


@pytest.mark.usefixtures("_small_limit")
@pytest.mark.parametrize("content", [b"PK\x03\x04" + bytes(3000), b"\xff\xfe" + b"\x00\xd8" * 2000])
def test_a_large_file_that_is_no_table_is_refused_by_the_worker(
    client, session, staff, work, content
):
    sent = upload(client, content)
    work()
    assert "The file cannot be imported yet." in words_of(client.get(sent.location).text)


@pytest.mark.usefixtures("_small_limit")
@pytest.mark.parametrize("is_checked", [False, True])
def test_a_large_file_can_be_left_before_and_after_its_check(
    client, session, staff, work, config, is_checked
):
    sent = upload(client, HEAD + rows(90))
    if is_checked:
        work()
    fields = hidden_fields(client.get(sent.location).text, "csrf_token")
    assert client.post(f"{sent.location}/leave", data=fields).status_code == 302
    assert list((config.instance / "register-files").iterdir()) == []
    assert client.post(f"{sent.location}/import", data=fields).status_code == 302
    work()
    assert count(session, Household) == 0
    assert session.scalars(select(RegisterFile.state)).all() == ["left"]
    assert client.get(sent.location).status_code == 200


def test_more_problems_than_a_page_shows_can_be_downloaded(client, session, staff):
    sent = upload(client, HEAD + rows(300).replace("2019-06-30", "早就"))
    assert sent.status_code == 302
    page = words_of(client.get(sent.location).text)
    assert "And 100 more problems." in page
    told = client.get(f"{sent.location}/problems.csv").data.decode("utf-8-sig")
    assert len(told.splitlines()) == 301


@pytest.mark.usefixtures("_small_limit")
def test_only_head_office_may_send_a_file_larger_than_any_form(client, session, staff, app):
    app.config["MAX_CONTENT_LENGTH"] = 100_000
    large = b"x" * 200_000
    assert upload(client, large).status_code == 302
    client.delete_cookie("ls_staff")
    answer = client.post("/hq/register/check", data={"file": (BytesIO(large), "x.csv")})
    assert answer.status_code == 413


def test_a_building_is_given_away_and_retired_on_its_own_page(client, session, staff):
    make_community(session, households=2, code="A1", name="甲小区")
    other = make_community(session, households=1, buildings=1, code="B1", name="乙小区")
    to = str(other.id)
    session.commit()
    path = "/hq/register/buildings/1"
    page = client.get(path)
    act = {**hidden_fields(page.text, "csrf_token"), "on": "2026-11-01", "reason": "重新划分"}
    taken = client.post(f"{path}/move", data={**act, "community_id": to})
    assert "That community has a building of this name already." in words_of(taken.text)
    assert client.post(f"{path}/retire", data=act).status_code == 302
    assert client.get("/hq/register/communities/1").status_code == 200
