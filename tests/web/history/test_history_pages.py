"""Head office enters earlier campaigns by file, and every trend shows them, marked."""

import io
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app.jobs.models import Job
from app.reports.heads import write_head
from app.reports.history.work import history_round
from app.reports.work import Workshop
from app.staff.models import Role
from app.surveys.history.jobs import STEPS
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_with_two_campaigns_is_entered_once_for_each_of_them(desk, session):
    client, work = desk
    head, *rows = (
        line.split(",") for line in to_csv(answers(NAMES[:1]), "utf-8").decode().splitlines()
    )
    waves = ("2024-06", "2024-11")
    lines = [["期次", *head], *([waves[at % 2], *row] for at, row in enumerate(rows))]
    content = "\n".join(map(",".join, lines)).encode()
    for code in waves * 2:
        place = upload(client, content)
        work()
        assert f'value="0:{code}"' in client.get(place).text
        client.submit(place, {"only": f"0:{code}"}, form=MAIN)
        given = {"code": code, "closes_on": f"{code}-28", "map_name": code}
        client.submit(f"{place}/values", given, form=MAIN)
        work()
        if "Entered already from this file" not in client.get(place).text:
            client.submit(place, {}, form=MAIN)
            work()
    query = (
        select(HistoryWave.code, HistoryFigure.n)
        .join(HistoryFigure, HistoryFigure.wave_id == HistoryWave.id)
        .where(HistoryFigure.community_id.is_(None), HistoryFigure.region == "")
        .order_by(HistoryWave.code)
    )
    odd = len(rows) // 2
    assert [tuple(row) for row in session.execute(query)] == [
        ("2024-06", len(rows) - odd),
        ("2024-11", odd),
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_nothing_can_be_compared_the_changes_are_ordered_once(
    desk, session, engine, vault, storage, config
):
    client, work = desk
    content = to_csv([row for row in answers(NAMES) if row[0] == NAMES[-1][0]])
    place = enter_answers(client, work, content, "2024-06", "2024-06-30")
    client.submit(place, {}, form=MAIN)
    work()
    assert session.scalars(select(HistoryWave)).one()
    assert not session.scalars(select(HistoryStep)).all()
    ordered = select(func.count()).where(Job.kind == STEPS)
    assert session.scalar(ordered) == 1
    session.rollback()
    history_round(Workshop(engine, vault, storage, config, lambda: NOW))
    assert session.scalar(ordered) == 1


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


def test_the_total_of_a_printed_table_is_the_company_and_never_one_more_community(desk, session):
    # By homes (240 * 70 + 100 * 60) / 340 = 67.06 %; with 某物业 as a third one it would be 68.5 %.
    client, work = desk
    head = "期次,小区,有效份数,总户数,满意率\n"
    parts = "{0},桂语苑,150,240,70\n{0},松涧雅居,50,100,60\n"
    rows = f"{head}{parts.format('2023-06')}2023-06,合计,200,340,66\n{parts.format('2023-11')}"
    place = upload(client, f"{rows}2023-11,某物业,200,340,70\n".encode())
    work()
    page = client.get(place).text
    assert "66%" in page
    assert "own row" in page
    assert "Line 7: “某物业”" in page
    unsure = client.submit(place, {}, form=MAIN)
    assert unsure.status_code == 422
    assert "flash error" in unsure.text
    work()
    assert not session.scalars(select(HistoryWave)).all()
    session.rollback()
    assert client.submit(place, {"sure": "yes"}, form=MAIN).status_code == 303
    work()
    assert len(session.scalars(select(HistoryWave)).all()) == 2
    session.rollback()
    place = upload(client, f"{head}{parts.format('2022-06')}2022-06,坏,x,9,\n".encode())
    work()
    page = client.get(place).text
    assert "67%" in page
    assert "put together from the communities" in page


def test_a_community_left_out_of_the_company_is_said_on_every_page(desk):
    # 桂语苑 alone: 71.3 %, where the 8 answers of the other would pull it down.
    client, work = desk
    rows = "2023-06,桂语苑,150,240,71.3%\n2023-06,松涧雅居,8,100,50%\n"
    place = upload(client, f"期次,小区,有效份数,总户数,满意率\n{rows}".encode())
    work()
    said = "8 answers of 1 communities with fewer than 10 answers"
    page = client.get(place).text
    assert said in page
    assert "71%" in page
    client.submit(place, {}, form=MAIN)
    work()
    assert said in client.get("/hq/history/waves/1").text


def test_a_community_that_stands_there_twice_is_said_with_its_lines(desk):
    client, work = desk
    rows = "期次,小区,有效份数,满意率\n2023-06,桂语苑,150,71\n2023-06,GYY,80,70\n2023-06,乙,x,50\n"
    place = upload(client, rows.encode())
    work()
    page = client.get(place).text
    assert "one campaign has two rows of one community" in page
    assert "Lines 2, 3" in page
    assert "Figure that cannot be read" in page


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
