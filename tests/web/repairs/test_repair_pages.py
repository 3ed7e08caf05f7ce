"""Pages of repairs: a file sent and read, an order moved on, a visit, rain, a flag, the rates."""

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from app.db import write_session
from app.service.repairs.intake import jobs
from app.service.repairs.models import (
    DefectInspection,
    DefectWatch,
    Flag,
    FlagOutcome,
    OrderState,
    RepairFile,
    RepairFlag,
    RepairOrder,
    SpecialVisit,
)
from app.service.repairs.months.services import count_months
from app.service.repairs.services import flag_order
from app.staff.models import AuditEntry, Role
from app.vault import Vault
from tests.factories import make_community, make_staff
from tests.web.staff_pages import enter_as, set_clock

AT = datetime(2026, 11, 12, 2, tzinfo=UTC)
FILE = (
    "派工单号,小区编码,楼栋,房号,状态,出单时间,承诺时间,到场时间,完成时间,维修类别,客户姓名,报修内容\n"
    "A1,YQL,1栋,1-101,完成,2026-11-02 08:00,2026-11-02 12:00,2026-11-02 11:00,2026-11-02 11:30,"
    "漏水,=王芳,顶层渗水\n"
    "A2,YQL,,,挂起,2026-11-02 08:00,,,,,,\n"
    "A3,老名,1栋,1-101,出单,2026-11-02 09:00,,,,门窗,,\n"
)


@dataclass
class Shop:
    """What the worker gives a job."""

    engine: Engine
    vault: Vault
    config: Any

    def clock(self) -> datetime:
        return AT


@pytest.fixture
def community(app, session):
    set_clock(app, AT)
    return make_community(session, code="YQL", name="云栖里")


def post(client, page, path, data):
    """Send a form with the token of a page."""
    token = client.get(page).text.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    return client.post(path, data={"csrf_token": token, **data})


def one(session, model):
    """Return the last row of a table, as the pages left it."""
    session.rollback()
    return session.scalars(select(model).order_by(model.id.desc())).first()


@pytest.fixture
def taken(app, client, engine, session, community):
    """Send the file as head office and let the worker read it."""
    enter_as(client, session, Role.HEAD_OFFICE)
    sent = {"file": (io.BytesIO(FILE.encode()), "单.csv")}
    assert post(client, "/repairs/files/", "/repairs/files/", sent).status_code == 302
    key = one(session, RepairFile).id
    assert "0%" in client.get(f"/repairs/files/{key}").text
    outside = app.extensions["linsheng"]
    jobs.import_file(Shop(engine, outside.vault, outside.config), {"file": key})
    with write_session(engine) as writing:
        count_months(writing, now=AT)
    return key


def test_a_file_is_read_and_its_page_names_what_was_refused(client, session, taken):
    page = client.get(f"/repairs/files/{taken}").text
    assert "Unknown state: 挂起" in page
    table = client.get(f"/repairs/files/{taken}/problems.csv").get_data(as_text=True)
    assert "3,状态,Unknown state: 挂起,the line" in table
    assert "A1" in client.get("/repairs/").text
    assert client.get("/repairs/?state=nonsense").status_code == 404
    line = client.get("/repairs/tray/").text
    assert "老名" in line
    rates = client.get("/repairs/rates/").text
    assert "1 of 1 promises kept" in rates
    exported = client.get("/repairs/orders.csv").get_data(as_text=True)
    assert "王芳" not in exported
    assert client.get("/repairs/orders.xlsx").status_code == 200
    assert client.get("/repairs/rates/rates.csv").status_code == 200
    session.rollback()
    actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("results.download") == 3


def test_a_line_of_the_tray_comes_in_where_somebody_says(client, session, community, taken):
    key = re.search(r'href="/repairs/tray/(\d+)"', client.get("/repairs/tray/").text)[1]
    where = {"community": str(community.id), "building": "1", "room": "9-999"}
    assert post(client, f"/repairs/tray/{key}", f"/repairs/tray/{key}", where).status_code == 422
    where["room"] = "1-101"
    assert post(client, f"/repairs/tray/{key}", f"/repairs/tray/{key}", where).status_code == 302
    assert one(session, RepairOrder).number == "A3"


def test_a_failed_repair_leads_to_a_visit_recorded_by_somebody_else(
    client, session, community, taken
):
    session.rollback()
    enter_as(client, session, Role.OFFICE, [community])
    order = one(session, RepairOrder)
    page = f"/repairs/{order.id}"
    assert "顶层渗水" in client.get(page).text
    assert post(client, page, f"{page}/fail", {"why": ""}).status_code == 422
    assert post(client, page, f"{page}/fail", {"why": "又漏"}).status_code == 302
    visit = one(session, SpecialVisit)
    assert visit.due_at == AT + timedelta(hours=24)
    address = f"/repairs/visits/{visit.id}"
    assert "24 h 0 min left" in client.get("/repairs/visits/").text
    assert post(client, address, f"{address}/try", {}).status_code == 302
    record = {"finding": "fixed", "visited_at": "2026-11-12T10:00", "note": "已干"}
    assert post(client, address, address, record | {"note": ""}).status_code == 422
    assert post(client, address, address, record).status_code == 302
    assert one(session, RepairOrder).state is OrderState.DONE
    assert client.get("/repairs/flags/").status_code == 403
    assert client.get("/repairs/files/").status_code == 403


def test_a_defect_is_watched_rained_on_and_recorded(client, session, community, taken):
    session.rollback()
    named = make_staff(session, Role.STEWARD, communities=[community])
    session.commit()
    order = one(session, RepairOrder).id
    begin = {"responsible": str(named.id), "days": "30,7"}
    page = f"/repairs/{order}/watch"
    assert post(client, page, page, begin).status_code == 422
    assert post(client, page, page, begin | {"days": "7,30"}).status_code == 302
    rain = {"rained_on": "2026-11-11"}
    assert post(client, "/repairs/watch/", "/repairs/watch/rain", rain).status_code == 302
    watch = one(session, DefectWatch).id
    look = session.scalars(select(DefectInspection).order_by(DefectInspection.due_on)).first()
    address = f"/repairs/watch/{watch}/inspections/{look.id}"
    told = {"seen_on": "2026-11-12", "good": "yes", "water": "yes", "findings": "干燥"}
    assert post(client, f"/repairs/watch/{watch}", address, told).status_code == 422
    told["water"] = "no"
    assert post(client, f"/repairs/watch/{watch}", address, told).status_code == 302
    assert "干燥" in client.get(f"/repairs/watch/{watch}").text
    ordered = post(client, f"/repairs/watch/{watch}", f"/repairs/watch/{watch}/print", {})
    assert "being made" in client.get(ordered.location).text


def test_head_office_checks_a_flag_and_a_new_order_by_hand_is_issued(
    client, session, engine, community, taken
):
    with write_session(engine) as writing:
        key = writing.scalars(select(RepairOrder.id)).first()
        flag_order(writing, key, Flag.NOBODY_CAME, AT, None)
    flag = one(session, RepairFlag).id
    address = f"/repairs/flags/{flag}"
    found = {"outcome": "false_order", "note": "监控无人"}
    assert post(client, address, address, found).status_code == 302
    assert one(session, RepairFlag).outcome is FlagOutcome.FALSE_ORDER
    typed = {
        "community": str(community.id),
        "thing": "lift",
        "place": "common",
        "text": "按钮失灵",
        "charged": "yes",
        "fee": "abc",
        "promised_at": "2026-11-12T18:00",
    }
    assert post(client, "/repairs/new", "/repairs/new", typed).status_code == 422
    assert post(client, "/repairs/new", "/repairs/new", typed | {"fee": "35"}).status_code == 302
    order = one(session, RepairOrder)
    assert (order.fee, order.promised_at) == (3500, datetime(2026, 11, 12, 10, tzinfo=UTC))
    step = f"/repairs/{order.id}"
    assert post(client, step, f"{step}/step", {"to": "arrived"}).status_code == 302
    assert post(client, step, f"{step}/step", {"to": "done"}).status_code == 302
    assert one(session, RepairOrder).state is OrderState.DONE
