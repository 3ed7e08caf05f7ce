"""One campaign from the questionnaire file to the follow-up list, every step through its door."""

import io
import json
import random
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from openpyxl import load_workbook
from sqlalchemy import select

from app.clock import end_of
from app.followup.models import CaseList, CaseState, FollowUp
from app.followup.visits.models import Visit
from app.reports.work import Workshop, advance_campaigns
from app.staff.models import Role
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.register.models import Community
from app.surveys.response.models import Response
from app.surveys.snapshot.models import Snapshot
from app.worker import run_one
from tests.browser import serve
from tests.factories import INSTRUMENT_FILE
from tests.robot import Robot
from tests.web.planning_pages import plan_and_lock
from tests.web.staff_pages import MAIN, enter_as, hidden_fields, set_clock, words_of

OPEN_DAY = datetime(2026, 11, 10, 12, tzinfo=UTC)
WISH = "电梯请快点修好"


def register_csv() -> bytes:
    """Write 46 homes in two communities, GB18030 as an office's spreadsheet saves it."""
    lines = ["小区编码,小区,管理处,楼栋,房号,业主姓名,电话,重要客户"]
    lines += [
        f"A,甲小区,滨江管理处,{1 + n % 2}栋,1-{n + 101},业主{n},1390000{n:04d},"
        + ("业主代表" if n in (3, 8) else "")
        for n in range(40)
    ]
    lines += [f"B,乙小区,湖东管理处,1栋,1-{n + 101},住户{n},," for n in range(6)]
    return "\n".join(lines).encode("gb18030")


@pytest.fixture
def workshop(engine, vault, storage, config):
    return Workshop(
        engine=engine, vault=vault, storage=storage, config=config, clock=lambda: OPEN_DAY
    )


def run_worker_at(workshop: Workshop, instant: datetime) -> None:
    """Run a round of the worker, with everything that follows from it."""
    then = replace(workshop, clock=lambda: instant)
    advance_campaigns(then, {})
    while run_one(then, "test"):
        pass


def prepare(client) -> None:
    """Import the register, publish the questionnaire, create and open the campaign."""
    report = client.submit(
        "/hq/register/", {"file": (BytesIO(register_csv()), "名册.csv")}, form=MAIN
    )
    fields = hidden_fields(report.text, "csrf_token", "digest", "filename", "seen")
    assert client.post("/hq/register/apply", data=fields).status_code == 302
    file = (BytesIO(INSTRUMENT_FILE.read_bytes()), "v1.yaml")
    checked = client.submit("/hq/instruments", {"file": file}, form=MAIN)
    fields = hidden_fields(checked.text, "csrf_token", "digest", "filename")
    assert client.post("/hq/instruments/publish", data=fields).status_code == 302
    new = client.get("/hq/campaigns/new").text
    digest = re.search(r'name="instrument_digest"[^>]*value="([0-9a-f]{64})"', new) or re.search(
        r'<option[^>]*value="([0-9a-f]{64})"', new
    )
    assert digest is not None
    made = client.submit(
        "/hq/campaigns/new",
        {
            "code": "2026-11",
            "title": "2026年11月业主满意度调查",
            "title_en": "November 2026",
            "opens_on": "2026-11-09",
            "closes_on": "2026-11-28",
            "target": "65",
            "instrument_digest": digest[1],
        },
        form=MAIN,
    )
    assert made.status_code == 302
    plan_and_lock(client, "2026-11")
    assert client.submit("/hq/campaigns/2026-11", {}, form=MAIN).status_code == 302


def links_on_slips(client, workshop: Workshop, community_id: int) -> list[str]:
    """Order the slips of a community, let the worker print them, and read every code on paper."""
    here = f"/hq/letters/2026-11/{community_id}"
    ordered = client.submit(
        here, {"form": "slip", "kind": "launch", "language": "zh-Hans"}, form=MAIN
    )
    assert ordered.status_code == 302
    run_worker_at(workshop, OPEN_DAY)
    address = re.search(rf"{here}/\d+\.zip", client.get(here).text)
    assert address is not None
    links = []
    with zipfile.ZipFile(BytesIO(client.get(address[0]).data)) as archive:
        for name in archive.namelist():
            for sheet in pypdfium2.PdfDocument(archive.read(name)):
                image = sheet.render(scale=3).to_pil()
                links += [code.text for code in zxingcpp.read_barcodes(image)]
    return links


@pytest.mark.browser
def test_a_campaign_runs_from_questionnaire_to_follow_up_list(
    app, client, session, workshop, config
):
    set_clock(app, OPEN_DAY)
    enter_as(client, session, Role.HEAD_OFFICE)
    prepare(client)
    session.rollback()
    a, b = session.scalars(select(Community).order_by(Community.code)).all()
    session.rollback()

    with serve(app) as address:
        links = links_on_slips(client, workshop, a.id)
        assert len(set(links)) == 40
        assert all(link.startswith(f"{config.public_url}/t/") for link in links)
        host = address.removeprefix("http://")
        paths = [link.removeprefix(config.public_url) for link in links]
        for number, path in enumerate(paths[:30]):
            robot = Robot(host, random.Random(number), WISH if number % 3 == 0 else None)
            assert len(robot.answer(path)) == 11
        # The same home on a second phone: told, never counted again.
        status, text = Robot(host, random.Random(99)).request("GET", paths[0])
        assert status == 200
        assert "已经答过" in words_of(text).replace("|", "")

    tracker = words_of(client.get("/hq/tracker/").text)
    assert "30 / 40" in tracker
    assert "75.0%" in tracker
    run_worker_at(workshop, OPEN_DAY + timedelta(hours=1))
    # Early success does not open the gate: no result exists before the deadline.
    assert client.get(f"/hq/results/2026-11/{a.id}/result.json").status_code == 404
    assert session.scalars(select(Snapshot)).all() == []

    after = end_of(date(2026, 11, 28)) + timedelta(hours=1)
    run_worker_at(workshop, after)
    set_clock(app, after)
    session.rollback()
    enter_as(client, session, Role.HEAD_OFFICE)
    check_results(client, session, a)
    check_waiver(client, session, workshop, b, after)
    check_lists(client, session, a)


def check_results(client, session, community: Community) -> None:
    """Result pages, PDF, XLSX and JSON of the released community agree; snapshot is there."""
    session.rollback()
    # 30 of 46 homes are 65 % company-wide: the company's snapshot does not wait for the other.
    found = session.scalars(select(Snapshot).order_by(Snapshot.id))
    assert [snapshot.community_id for snapshot in found] == [community.id, None]
    page = f"/hq/results/2026-11/{community.id}"
    result = json.loads(client.get(f"{page}/result.json").data)
    assert result["n"] == 30
    assert f"{result['index']['value']:.1f}" in words_of(client.get(page).text)
    for part in ("matrix", "zones", "pfi", "items", "method"):
        assert client.get(f"{page}/{part}").status_code == 200
    files = re.findall(rf'href="({page}/file/[^"]+)"', client.get(page).text)
    contents = [client.get(file).data for file in files]
    report = next(content for content in contents if content.startswith(b"%PDF"))
    text = "".join(sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(report))
    assert "甲小区" in text
    assert f"{result['index']['value']:.1f}" in text
    tables = next(content for content in contents if zipfile.is_zipfile(io.BytesIO(content)))
    assert load_workbook(io.BytesIO(tables)).sheetnames


def check_waiver(client, session, workshop, community: Community, after: datetime) -> None:
    """A community nobody answered from stays locked until a waiver with a reason."""
    address = f"/hq/gates/2026-11/{community.id}/waive"
    assert client.submit(address, {"reason": "  "}, form=MAIN).status_code == 422
    sent = {"reason": "整体改造，公司同意。"}
    assert client.submit(address, sent, form=MAIN).status_code == 200  # a second look
    assert client.submit(address, {**sent, "confirmed": "yes"}, form=MAIN).status_code == 302
    run_worker_at(workshop, after + timedelta(hours=1))
    session.rollback()
    found = session.scalars(select(Snapshot).order_by(Snapshot.id).offset(2))
    assert [(snapshot.community_id, snapshot.revision) for snapshot in found] == [
        (community.id, 1),
        (None, 2),
    ]


def check_lists(client, session, community: Community) -> None:
    """Every home with a comment stands on exactly one list; important homes on the visit list."""
    session.rollback()
    cases = session.scalars(select(FollowUp)).all()
    with_words = len(range(0, 30, 3))
    assert len(cases) == with_words
    own = [case for case in cases if case.on_list is CaseList.COMMUNITY]
    rooms = {case.id: session.get_one(FrameMember, case.frame_member_id).room for case in cases}
    visits = session.scalars(select(Visit)).all()
    assert len(visits) == 2
    campaign = session.scalars(select(Campaign)).one()
    counted = session.scalars(select(Response).where(Response.is_counted)).all()
    assert len(counted) == 30
    assert campaign.code == "2026-11"
    session.rollback()
    enter_as(client, session, Role.OFFICE, [community])
    page = words_of(client.get("/desk/follow-ups?campaign=2026-11").text)
    assert all(rooms[case.id] in page for case in own if case.state is CaseState.OPEN)
    hidden = [rooms[case.id] for case in cases if case.on_list is CaseList.HEAD_OFFICE]
    assert not any(room in page for room in hidden)
    sheet = load_workbook(io.BytesIO(client.get("/desk/follow-ups.xlsx?campaign=2026-11").data))
    cells = {str(cell.value) for row in sheet.active.iter_rows() for cell in row}
    assert not any(room in cells for room in hidden)
    listed = words_of(client.get("/desk/visits/?campaign=2026-11").text)
    assert all(session.get_one(FrameMember, one.frame_member_id).room in listed for one in visits)
