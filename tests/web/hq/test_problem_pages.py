"""Coding, problems, answers and actions through the pages: who may, and in which order."""

import io

import pytest
from sqlalchemy import select

from app.followup.problems import queries
from app.followup.problems.codebook import load_codebook
from app.followup.problems.coding import services as coding
from app.followup.problems.handling.finding import Place, find_problems
from app.jobs.models import Job
from app.reports.coding_work import make_suggester, suggest_some
from app.staff.models import Role
from app.surveys.response.models import Comment
from tests.factories import head_office, make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import MAIN, enter_as, release, words_of

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LAMPS = "facilities.lighting"
DRAFT = {
    "title": "路灯不亮",
    "cause": "线路老化",
    "action": "换LED灯",
    "responsible": "工程部",
    "due_on": "2026-12-20",
    "why_not": "",
}


@pytest.fixture
def community(session):
    return make_community(session, households=10, name="甲小区")


@pytest.fixture
def campaign(session, vault, community):
    return make_campaign(session, vault)


@pytest.fixture
def comments(session, vault, campaign, community):
    """Return the comments of three homes, ready to be coded."""
    make_staff(session)
    for member in members_of(session, campaign, community)[:3]:
        answer(session, vault, campaign, member, comment="路灯不亮", wish="office_or_hq")
    suggest_some(session, vault, make_suggester(session, vault), now=AFTER)
    session.commit()
    return list(session.scalars(select(Comment.id).order_by(Comment.id)))


@pytest.fixture
def problem(session, vault, storage, campaign, community, comments):
    """Return the key of a problem of the released community."""
    coding.decide(session, head_office(), comments, [LAMPS], now=AFTER)
    release(session, vault, storage, campaign, community)
    find_problems(session, campaign.id, Place(community.id, 10), now=AFTER)
    session.commit()
    (found,) = queries.list_problems_of_place(session, campaign.id, community.id)
    key = found.id
    session.rollback()
    return key


def test_comments_alike_are_coded_together_and_undone_together(
    client, session, app, campaign, community, comments
):
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    path = f"/hq/coding/{campaign.code}/{community.id}"
    page = client.get(f"{path}?together=1").text
    assert page.count("<blockquote>") == 3
    token = page.split('class="coding"')[1].split('name="csrf_token"')[1].split('value="')[1]
    data = {
        "csrf_token": token.split('"')[0],
        "together": "1",
        "comment": [str(key) for key in comments],
        "code": [LAMPS],
    }
    done = client.post(path, data=data)
    assert done.status_code == 302
    assert "All comments of this community are sorted." in client.get(done.location).text
    session.rollback()
    assert queries.count_codes(session, campaign.id, community.id) == {LAMPS: 3}
    assert session.scalar(select(Job.kind).where(Job.kind == coding.FIND)) == coding.FIND
    undone = client.submit(done.location, {}, form=MAIN)
    assert undone.status_code == 302
    assert client.get(undone.location).text.count("<blockquote>") == 3
    session.rollback()
    assert queries.count_codes(session, campaign.id, community.id) == {}
    nothing = client.post(path, data=data | {"code": []})
    assert "choose a code" in client.get(nothing.location).text


@ONE_DATABASE
@pytest.mark.parametrize("role", [Role.OFFICE, Role.LEADER, Role.STEWARD, Role.REGION])
def test_only_head_office_reads_comments_to_code_them(
    client, session, app, campaign, community, comments, role
):
    enter_as(client, session, role, [community], app=app, now=AFTER)
    path = f"/hq/coding/{campaign.code}/{community.id}"
    for address in ("/hq/coding/", path, f"{path}/{LAMPS}"):
        assert client.get(address).status_code == 403


@ONE_DATABASE
@pytest.mark.parametrize(
    ("step", "data"), [("approve", {}), ("publish", {}), ("close", {"closing-text": "好了"})]
)
def test_a_step_that_is_not_open_is_refused_on_the_page_of_the_problem(
    client, session, app, problem, step, data
):
    path = f"/hq/problems/{problem}"
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    token = client.get(path).text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    refused = client.post(f"{path}/{step}", data={**data, "csrf_token": token})
    assert (refused.status_code, refused.location) == (302, path)
    assert "this step is not open any more" in client.get(path).text


def test_an_answer_is_drafted_by_the_office_and_approved_by_head_office(
    client, session, app, campaign, community, problem
):
    path = f"/hq/problems/{problem}"
    enter_as(client, session, Role.OFFICE, [community], app=app, now=AFTER)
    assert "fewer than 5 homes" in words_of(client.get(path).text)
    assert client.post(f"{path}/approve").status_code in {400, 403}
    drafted = client.submit(path, DRAFT, form=MAIN)
    assert drafted.status_code == 302
    assert "facts to be checked" in client.get("/hq/problems/").text
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    assert client.submit(path, {"text": "看过现场"}, form=MAIN).status_code == 302
    assert client.submit(path, {}, form=MAIN).status_code == 302  # approve
    token = client.get(path).text.split('name="csrf_token"')[2].split('value="')[1].split('"')[0]
    for _tap in range(2):  # the second tap finds the step taken
        assert client.post(f"{path}/publish", data={"csrf_token": token}).location == path
    assert "Somebody was quicker" in client.get(path).text
    page = words_of(client.get(path).text)
    assert "0 say yes, 0 not yet, of 3 who wrote about it" in page
    early = {"kind": "day_30", "text": "换了一半"}
    for _tap in range(2):
        assert client.submit(path, early, form=MAIN).status_code == 302
    page = words_of(client.get(path).text)
    # Published on 21 November: the word of 21 December counts from the 14th on.
    assert "The word “after 30 days” counts from 14 Dec 2026 on." in page
    assert page.count("换了一半") == 1
    before = client.submit(path, {"place": "大门", "posted_on": "2026-11-20"}, form=MAIN + 1)
    assert before.status_code == 422
    assert "The answer was published later than this day." in before.text
    broken = {"place": "3栋大堂", "photo": (io.BytesIO(b"no photo"), "a.jpg")}
    refused = client.submit(path, broken, form=MAIN + 1, content_type="multipart/form-data")
    assert refused.status_code == 422
    for _tap in range(2):
        assert client.submit(path, {"place": "3栋大堂"}, form=MAIN + 1).status_code == 302
    page = client.get(path).text
    assert page.count("3栋大堂") == 1
    assert "换了一半" in page

    board = f"/hq/answers/board/{campaign.code}/{community.id}"
    ordered = client.submit(board, {}, form=MAIN)
    assert ordered.status_code == 302
    page = client.get(board).text
    assert "being printed" in page
    address = page.split("/p/")[1].split('"')[0]
    told = client.get(f"/p/{address}?lang=en").text
    assert "路灯不亮" in told
    assert "换了一半" in told
    assert client.get("/p/none").status_code == 404
    assert client.get(f"{board}/answers-a3.pdf").status_code == 404  # not made yet


@ONE_DATABASE
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"due_on": "", "why_not": " "}, "give a date, or say why there is none"),
        ({"why_not": "等待"}, "Either a date or a reason"),
        ({"due_on": "2026-11-01"}, "This day has passed."),
        ({"due_on": "soon"}, "cannot be read"),
        ({"title": ""}, "fill this in"),
        ({"title": "x" * 121}, "At most 120"),
    ],
)
def test_a_draft_needs_all_its_parts_and_either_a_date_or_a_reason(
    client, session, app, problem, fields, words
):
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    refused = client.submit(f"/hq/problems/{problem}", DRAFT | fields, form=MAIN)
    assert refused.status_code == 422
    assert words in refused.text


@ONE_DATABASE
def test_whoever_wrote_an_answer_cannot_check_it(client, session, app, problem):
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    path = f"/hq/problems/{problem}"
    assert client.submit(path, DRAFT, form=MAIN).status_code == 302
    page = client.get(path).text
    assert "Whoever wrote an answer neither checks nor approves it." in page
    token = page.split('name="csrf_token"')[2].split('value="')[1].split('"')[0]
    client.post(f"{path}/check", data={"csrf_token": token, "text": "我看过"})
    session.rollback()
    (row,) = queries.list_shared_problems(session, head_office(), 1)
    assert row.problem.state == "drafted"


@ONE_DATABASE
def test_before_release_an_office_finds_no_problem(
    client, session, app, campaign, community, comments
):
    coding.decide(session, head_office(), comments, [LAMPS], now=AFTER)
    find_problems(session, campaign.id, Place(community.id, 10), now=AFTER)
    session.commit()
    (found,) = queries.list_problems_of_place(session, campaign.id, community.id)
    key = found.id
    enter_as(client, session, Role.OFFICE, [community], app=app, now=AFTER)
    assert client.get(f"/hq/problems/{key}").status_code == 404
    assert "No shared problem here." in client.get("/hq/problems/").text


@ONE_DATABASE
def test_a_quote_is_released_in_other_words_and_withdrawn(
    client, session, app, campaign, community, problem
):
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    path = f"/hq/coding/{campaign.code}/{community.id}/{LAMPS}"
    assert client.submit(path, {"text": "一盏路灯不亮"}, form=MAIN).status_code == 302
    page = client.get(path).text
    assert "一盏路灯不亮" in page
    assert "Withdraw" in page
    assert client.submit(path, {"text": " "}, form=MAIN).status_code == 302
    assert "The quote is empty." in client.get(path).text
    assert client.submit(path, {"withdraw": "1"}, form=MAIN).status_code == 302
    assert "withdrawn" in client.get(path).text


@ONE_DATABASE
def test_actions_and_promises_are_written_down_and_finished(
    client, session, app, campaign, community, problem
):
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    promise = {
        "community": "",
        "text": "两天内修好路灯",
        "item": "facilities.utilities",
        "source": "公示牌",
        "made_on": "2026-01-01",
        "over": "y",
    }
    kept = client.submit("/hq/promises/", promise, form=MAIN)
    assert kept.status_code == 302
    assert "more than is kept (gap 1)" in client.get("/hq/promises/").text
    action = {
        "community": str(community.id),
        "title": "换灯",
        "item": "facilities.utilities",
        "gap": "4",
        "remedy": "fix",
        "responsible": "工程部",
        "due_on": "2026-12-31",
        "promise": "",
    }
    path = f"/hq/actions/{campaign.code}/new"
    assert client.submit(path, action | {"gap": "6"}, form=MAIN).status_code == 422
    assert client.submit(path, action | {"due_on": "2026-11-01"}, form=MAIN).status_code == 422
    assert client.submit(path, action, form=MAIN).status_code == 302
    assert "换灯" in client.get("/hq/actions/").text
    done = client.submit("/hq/actions/", {"note": "换好了", "done_on": "2026-11-20"}, form=MAIN)
    assert done.status_code == 302
    assert "the next campaign shows it" in client.get("/hq/actions/").text
    gaps = f"/hq/actions/{campaign.code}/{community.id}/gaps"
    assert client.get(gaps).status_code == 200
    bulletin = f"/hq/bulletins/{campaign.code}/{community.id}"
    assert "Nothing can be compared yet." in client.get(bulletin).text


@ONE_DATABASE
def test_head_office_adds_a_problem_with_its_reason(
    client, session, app, campaign, community, comments
):
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    path = f"/hq/problems/add?campaign={campaign.code}"
    given = {"community": str(community.id), "code": LAMPS, "why": ""}
    assert client.submit(path, given, form=MAIN).status_code == 422
    made = client.submit(path, given | {"why": "夜里出过事"}, form=MAIN)
    assert made.status_code == 302
    page = client.get(made.location).text
    assert "Added by head office" in page
    assert load_codebook().find(LAMPS).en in page
