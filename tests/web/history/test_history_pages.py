"""Head office enters earlier campaigns by file, and every trend shows them, marked."""

import io
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.reports.heads import write_head
from app.reports.work import Workshop
from app.staff.models import Role
from app.surveys.history.models import HistoryFigure, HistoryStep, HistoryWave
from app.surveys.snapshot.models import Snapshot
from app.worker import run_one
from tests.factories import make_campaign, make_community
from tests.integration.history.files import AREAS, answers, to_csv
from tests.unit.reports_charts.build import make_result
from tests.web.results.conftest import publish
from tests.web.staff_pages import MAIN, enter_as

pytestmark = pytest.mark.heavy

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
NAMES = [("桂语苑", 120), ("松涧雅居", 60), ("总部宿舍", 30)]


@pytest.fixture
def world(session, vault):
    """Two communities, one of them with an own result of this campaign."""
    first = make_community(session, name="桂语苑", code="GYY")
    make_community(session, name="松涧雅居", code="SJY")
    campaign = make_campaign(session, vault)
    run = publish(session, campaign, first, make_result(3))
    snapshot = session.scalars(select(Snapshot)).one()
    write_head(session, run, snapshot)
    session.commit()
    return campaign, first


@pytest.fixture
def desk(client, session, world, app, engine, vault, storage, config):
    """Head office, signed in, and the worker beside it."""
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=NOW)
    workshop = Workshop(engine, vault, storage, config, lambda: NOW)

    def work() -> None:
        while run_one(workshop, "test"):
            pass

    return client, work


def upload(client, content: bytes, name: str = "2024.csv", **given) -> str:
    sent = client.submit("/hq/history/", {"file": (io.BytesIO(content), name), **given}, form=MAIN)
    assert sent.status_code == 303, sent.text
    return sent.location


def enter_answers(client, work, content: bytes, code: str, day: str, **given) -> str:
    """Take a file through all three steps with the proposals as they stand."""
    place = upload(client, content, **given)
    work()
    sent = client.submit(place, {}, form=MAIN)
    assert sent.status_code == 303, sent.text
    sent = client.submit(
        f"{place}/values", {"code": code, "closes_on": day, "map_name": "2024"}, form=MAIN
    )
    assert sent.status_code == 303, sent.text
    work()
    return place


def test_a_file_becomes_points_before_the_first_own_campaign(desk, session, world):
    client, work = desk
    campaign, first = world
    content = to_csv(answers(NAMES), "gb18030")
    place = upload(client, content)
    work()
    page = client.get(place).text
    assert "王3" not in page  # names are never shown
    for area in AREAS:
        assert re.search(rf'value="performance.{area}" selected', page), area
    assert re.search(r'name="c1"[^§]*?<option value="">', page)
    client.submit(place, {}, form=MAIN)
    page = client.get(f"{place}/values").text
    assert 'value="GYY"' in page
    assert 'name="s1-v-很满意" value="5"' in page or 'name="s0-v-很满意" value="5"' in page
    client.submit(
        f"{place}/values",
        {"code": "2024-06", "closes_on": "2024-06-30", "map_name": "纸质", "b0": "200"},
        form=MAIN,
    )
    work()
    page = client.get(place).text
    assert "counts for the company only" in page
    assert "总部宿舍" in page
    assert client.get(f"{place}/loss.csv").status_code == 200
    assert not session.scalars(select(HistoryWave)).all()
    session.rollback()
    client.submit(place, {}, form=MAIN)
    work()
    wave = session.scalars(select(HistoryWave)).one()
    assert (wave.code, str(wave.closes_on)) == ("2024-06", "2024-06-30")
    figures = session.scalars(select(HistoryFigure)).all()
    assert {figure.community_id is None: figure.n for figure in figures}[True] == 210
    steps = session.scalars(select(HistoryStep).where(HistoryStep.campaign_id.is_not(None))).all()
    assert {(step.before, step.measure) for step in steps} >= {("2024-06", "overall")}
    session.rollback()
    trend = client.get(f"/hq/results/{campaign.code}/{first.id}/trend").text
    assert "entered from a file" in trend
    assert "2024-06" in trend
    assert "homes not linked" in trend or "not compared" in trend
    chart = client.get(f"/hq/results/{campaign.code}/{first.id}/chart/series.svg")
    assert chart.status_code == 200
    page = client.get(f"/hq/history/waves/{wave.id}").text
    assert "桂语苑" in page
    assert client.get(f"/hq/history/waves/{wave.id}/loss.csv").text.count("总部宿舍") == 1


def test_the_same_file_and_map_change_nothing_and_a_saved_map_is_offered(desk, session):
    client, work = desk
    content = to_csv(answers(NAMES[:2]))
    place = enter_answers(client, work, content, "2024-06", "2024-06-30")
    client.submit(place, {}, form=MAIN)
    work()
    place = enter_answers(client, work, content, "2024-06", "2024-06-30", mapped="1")
    page = client.get(place).text
    assert "Entered already from this file" in page
    assert "Enter it" not in page
    assert len(session.scalars(select(HistoryWave)).all()) == 1
    session.rollback()
    assert "linsheng-history-map/1" in client.get("/hq/history/maps/1.yaml").text


def test_a_removed_campaign_leaves_every_trend_and_keeps_its_record(desk, session, world):
    client, work = desk
    campaign, first = world
    place = enter_answers(client, work, to_csv(answers(NAMES[:2])), "2024-06", "2024-06-30")
    client.submit(place, {}, form=MAIN)
    work()
    refused = client.submit("/hq/history/waves/1", {"reason": " "}, form=MAIN)
    assert refused.status_code == 422
    gone = client.submit("/hq/history/waves/1", {"reason": "文件有误"}, form=MAIN)
    assert gone.status_code == 303
    work()
    assert "文件有误" in client.get("/hq/history/waves/1").text
    trend = client.get(f"/hq/results/{campaign.code}/{first.id}/trend").text
    assert "2024-06" not in trend
    assert not session.scalars(select(HistoryFigure)).all()


def test_printed_figures_need_no_map(desk, session):
    client, work = desk
    content = (
        "期次,小区,有效份数,总户数,满意率,满意度指数,指数标准差\n"
        "2023-06,桂语苑,150,240,71.3%,68.2,17\n2023-06,松涧雅居,8,100,50%,60,10\n"
        "2023-11,,900,1500,74%,,\n"
    ).encode()
    place = upload(client, content)
    work()
    page = client.get(place).text
    assert "2023-06" in page
    assert "2023-11" in page
    assert "Fewer than 10 answers" in page
    client.submit(place, {}, form=MAIN)
    work()
    waves = session.scalars(select(HistoryWave).order_by(HistoryWave.closes_on)).all()
    assert [str(one.closes_on) for one in waves] == ["2023-06-30", "2023-11-30"]
    figure = session.scalars(
        select(HistoryFigure).where(HistoryFigure.community_id.is_not(None)).limit(1)
    ).first()
    assert figure.index_value == pytest.approx(68.2)


def test_a_wrong_file_is_refused_in_words(desk):
    client, work = desk
    place = upload(client, b"PK\x03\x04 no workbook", "x.xlsx")
    work()
    assert "damaged" in client.get(place).text
    place = upload(client, to_csv(answers(NAMES[:1])))
    work()
    nothing = {f"c{at}": "" for at in range(13)}
    refused = client.submit(place, nothing, form=MAIN)
    assert refused.status_code == 422
    assert "Choose at least the overall rating" in refused.text
    client.post(f"{place}/leave", data={})
    assert client.get("/hq/history/files/99").status_code == 404


def test_others_have_no_door_here(client, session, world, app):
    enter_as(client, session, Role.LEADER, app=app, now=NOW)
    assert client.get("/hq/history/").status_code == 403
