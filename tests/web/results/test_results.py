"""Pages of results: who sees what, what is said and what is not, with and without scripts."""

import json
import re

import pytest
from sqlalchemy import select

from app.jobs.queries import list_jobs
from app.reports import files, wording
from app.reports.models import StudyRun
from app.reports.printing.orders import ASKED, kinds_of
from app.staff.models import AuditEntry, Role
from tests.browser import open_browser, serve
from tests.factories import PASSWORD, make_campaign, make_staff
from tests.unit.reports_charts.build import NAMES, make_result
from tests.web.results.conftest import FROZEN_AT, publish

PAGES = ("", "/matrix", "/pfi", "/zones", "/items", "/method")


def address(world, community, page=""):
    return f"/hq/results/{world.campaign.code}/{community.id}{page}"


def texts(page):
    """Return what a person reads of a page: no tags, no figure data."""
    without_data = re.sub(r"<script.*?</script>", "", page.text, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", "", without_data)


def test_head_office_sees_released_results_and_why_the_others_are_locked(client, world):
    client.sign_in("head", PASSWORD)
    page = client.get("/hq/results")
    result = make_result(3)
    assert wording.number(result.index.value) in page.text
    assert "仅供参考，不排名" in page.text
    assert "青禾家园" in page.text
    assert "回收中，到11月20日截止" in texts(page)


def test_communities_stand_in_the_order_of_the_register(client, world):
    client.sign_in("leader", PASSWORD)
    text = texts(client.get("/hq/results"))
    assert text.index("桂语苑") < text.index("松涧雅居") < text.index("星垣公寓")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_every_kind_of_result_opens_in_both_languages(client, world, page):
    client.sign_in("head", PASSWORD)
    for community in (world.full, world.waived, world.small):
        for language in ("en", "zh-Hans"):
            answer = client.get(f"{address(world, community, page)}?lang={language}")
            assert answer.status_code == 200
            assert "style=" not in answer.text


def test_the_overview_says_the_verdict_and_links_each_number_to_its_method(client, world):
    client.sign_in("head", PASSWORD)
    page = client.get(address(world, world.full))
    assert wording.verdict(make_result(3), NAMES) in page.text
    method = client.get(address(world, world.full, "/method")).text
    anchors = re.findall(r'/method#([a-z-]+)"', page.text)
    assert {"index", "satisfied", "hill"} <= set(anchors)
    assert all(f'id="{anchor}"' in method for anchor in anchors)


def test_an_indicative_result_says_so_on_every_page_and_shows_no_rank(client, world):
    client.sign_in("head", PASSWORD)
    for page in PAGES:
        answer = client.get(address(world, world.waived, page))
        assert "仅供参考，不排名" in answer.text
    assert "第1位" not in client.get(address(world, world.waived, "/pfi")).text


def test_a_waived_result_says_nowhere_what_to_do_first(client, world):
    client.sign_in("head", PASSWORD)
    for page in ("", "/matrix", "/pfi", "/zones"):
        answer = client.get(address(world, world.waived, page))
        shown = answer.text.replace("先改什么", "")  # the name of the page in the bar
        assert not any(word in shown for word in ("先改", "确在", "肯定", "分不出"))


def test_each_area_names_those_it_cannot_be_told_apart_from(client, world):
    client.sign_in("head", PASSWORD)
    text = texts(client.get(address(world, world.full, "/pfi")))
    result = make_result(3)
    tied = [item for item in result.items if item.tied]
    assert tied
    for item in tied:
        assert wording.tied_text(item, NAMES) in text
    for page in PAGES:
        assert not re.search(
            "重叠的.{0,3}分不出", client.get(address(world, world.full, page)).text
        )


def test_the_list_of_communities_draws_no_comparison_and_warns_of_one(client, world, session):
    publish(session, session.merge(world.campaign), session.merge(world.locked), make_result(6))
    session.commit()
    client.sign_in("head", PASSWORD)
    page = client.get("/hq/results")
    assert "请勿比较各小区" in page.text
    assert 'class="plot"' not in page.text


def test_the_list_of_communities_names_campaigns_in_the_language_of_the_page(
    client, world, session, vault
):
    make_campaign(session, vault, code="2026-12")
    session.commit()
    client.sign_in("head", PASSWORD)
    page = client.get("/hq/results?lang=en").text
    links = re.search(r'<nav class="filters".*?</nav>', page, re.DOTALL)
    assert links is not None
    assert not re.search("[一-鿿]", links.group())


@pytest.mark.parametrize(("households", "is_drawn"), [(250, True), (60, False)])
def test_zones_of_few_answers_say_so_and_of_too_few_have_no_matrix(
    client, world, session, households, is_drawn
):
    result = make_result(3, households)
    publish(session, session.merge(world.campaign), session.merge(world.locked), result)
    session.commit()
    client.sign_in("head", PASSWORD)
    page = client.get(address(world, world.locked, "/zones")).text
    assert "仅供参考：答得最少的方面只有" in page
    assert ("R-6" in page) == is_drawn
    assert ("答卷太少，画不出矩阵" in page) != is_drawn


def test_few_answers_show_means_and_say_why_the_rest_is_missing(client, world):
    client.sign_in("head", PASSWORD)
    assert "还不够计算指数和排先后" in client.get(address(world, world.small)).text
    assert "答卷太少" in client.get(address(world, world.small, "/pfi")).text


def test_a_locked_community_shows_the_reason_instead_of_numbers(client, world):
    client.sign_in("head", PASSWORD)
    for page in PAGES:
        answer = client.get(address(world, world.locked, page))
        assert answer.status_code == 200
        assert "尚未发布" in answer.text
    assert client.get(address(world, world.locked, "/result.json")).status_code == 404
    assert client.get(address(world, world.locked, "/file/xlsx")).status_code == 404


def test_an_office_director_sees_only_his_own_communities(client, world):
    client.sign_in("office", PASSWORD)
    index = client.get("/hq/results")
    assert "桂语苑" in index.text
    assert "松涧雅居" not in index.text
    for page in (*PAGES, "/result.json", "/file/xlsx"):
        assert client.get(address(world, world.waived, page)).status_code == 404
    assert client.get(address(world, world.full)).status_code == 200


@pytest.mark.parametrize("role", [Role.STEWARD, Role.CLERK, Role.ADMIN])
def test_roles_without_results_are_refused_on_every_page(client, world, session, role):
    make_staff(session, role, login="other", communities=[session.merge(world.full)])
    session.commit()
    client.sign_in("other", PASSWORD)
    for path in ("/hq/results", *(address(world, world.full, page) for page in PAGES)):
        assert client.get(path).status_code == 403


def test_who_is_not_signed_in_is_sent_to_sign_in(client, world):
    answer = client.get(address(world, world.full))
    assert answer.status_code == 302
    assert "/login" in answer.headers["Location"]


def test_the_json_download_is_the_stored_result(client, world):
    client.sign_in("head", PASSWORD)
    answer = client.get(address(world, world.full, "/result.json"))
    assert answer.mimetype == "application/json"
    assert "2026-11-C1-r1.json" in answer.headers["Content-Disposition"]
    data = json.loads(answer.text)
    assert data["n"] == 480
    assert [item["code"] for item in data["items"]] == [i.code for i in make_result(3).items]


def test_what_to_do_next_stands_in_the_order_of_the_points_and_not_of_the_questionnaire(
    client, world, session
):
    campaign, community = session.merge(world.campaign), session.merge(world.later)
    # Cleaning 8.24 and service 6.72 points are both surely among the first; service is asked first.
    publish(session, campaign, community, make_result(8))
    session.commit()
    client.sign_in("head", PASSWORD)
    text = texts(client.get(f"{address(world, community)}?lang=en"))
    steps = re.findall(r"([\d.]+) index points can be regained", text)
    assert steps == ["8.2", "6.7"]


def test_only_head_office_takes_numbers_with_all_their_digits(client, world):
    # Two revisions with twelve digits tell by difference what the home between them answered.
    client.sign_in("office", PASSWORD)
    here = address(world, world.full)
    assert client.get(f"{here}/result.json").status_code == 404
    assert "result.json" not in client.get(here).text
    for name in ("pfi", "areas", "zones"):
        lines = client.get(f"{here}/table/{name}.csv").text.splitlines()
        assert not re.search(
            r"\d\.\d{4}", "".join(line for line in lines if "snapshot" not in line)
        )


def test_report_files_are_offered_once_they_are_made(client, world, session, storage):
    client.sign_in("head", PASSWORD)
    here = address(world, world.full)
    page = client.get(here).text
    assert "报告正在生成" not in page
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    for language in ("zh-Hans", "zh-Hans", "en"):
        answer = client.post(f"{here}/print/{language}", data={"csrf_token": token})
        assert answer.headers["Location"] == f"{here}#take"
    assert client.post(f"{here}/print/en").status_code == 400
    assert client.post(f"{here}/print/fr", data={"csrf_token": token}).status_code == 400
    assert "报告正在生成" in client.get(here).text
    session.rollback()
    assert len(list_jobs(session, ASKED)) == 2  # asked twice, made once
    run_id = session.scalars(select(StudyRun.id).order_by(StudyRun.id)).first()
    stored = dict.fromkeys(kinds_of("zh-Hans"), b"%PDF-1.7 x")
    files.store(session, storage, run_id=run_id, files=stored, now=FROZEN_AT)
    session.commit()
    page = client.get(address(world, world.full))
    assert "报告正在生成" not in page.text
    for kind, content in stored.items():
        assert f"/file/{kind}" in page.text
        assert client.get(address(world, world.full, f"/file/{kind}")).data == content
    assert client.get(address(world, world.full, "/file/exe")).status_code == 404
    session.rollback()
    query = select(AuditEntry.detail).where(AuditEntry.action == "results.download")
    details = list(session.scalars(query.order_by(AuditEntry.sequence)))
    assert details == [f"head_office {kind} r1" for kind in stored]


def test_an_unknown_campaign_or_community_is_not_found(client, world):
    client.sign_in("head", PASSWORD)
    assert client.get(f"/hq/results/1999-01/{world.full.id}").status_code == 404
    assert client.get(f"/hq/results/{world.campaign.code}/999999").status_code == 404


def test_the_figure_data_of_a_page_cannot_end_its_script_element(client, world, session):
    session.merge(world.full).name = "</script><b>x"
    session.commit()
    client.sign_in("head", PASSWORD)
    page = client.get(address(world, world.full, "/matrix"))
    for data in re.findall(r'<script type="application/json">(.*?)</script>', page.text, re.DOTALL):
        assert json.loads(data)["data"]
    assert "<b>x" not in page.text


def sign_in(page):
    page.goto("/login")
    page.fill("[name=login]", "head")
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url(lambda url: "/login" not in url)


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_plotly_draws_under_the_strict_policy_and_keeps_the_picture_for_screen_readers(app, world):
    with serve(app) as base, open_browser(base, width=1280, height=900) as page:
        sign_in(page)
        complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for part in ("/matrix", "/zones", "/pfi", "/items", ""):
            page.goto(address(world, world.full, part))
            page.wait_for_selector(".face.live")
            drawn = page.locator(".for-desk .main-svg").first
            assert drawn.evaluate("node => getComputedStyle(node).position") == "absolute"
            box = drawn.bounding_box()
            assert box is not None
            assert box["width"] == 980
            assert page.locator(".for-desk .still svg[role=img] title").count() >= 1
        assert complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_scripts_the_same_chart_stands_there_as_svg_on_desk_and_phone(app, world):
    for width in (1280, 390):
        with serve(app) as base, open_browser(base, width=width, javascript=False) as page:
            sign_in(page)
            page.goto(address(world, world.full, "/matrix"))
            shown = page.locator(".still svg[role=img]:visible")
            assert shown.count() == 1
            assert page.locator("main").bounding_box()["width"] <= width
