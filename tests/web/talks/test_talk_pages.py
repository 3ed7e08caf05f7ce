"""Talks and opinions through their pages: forms in both languages, and who sees what.

The rules themselves are tested in tests/unit/talks and tests/integration/talks.
"""

from datetime import date

import pytest
from sqlalchemy import select

from app.service.talks.models import CommitteeTalk, ForumOpinion, ReportState, Voice
from app.service.talks.months import keep_talk, share_talk
from app.service.talks.opinions import add_opinion
from app.service.talks.rows import TalkInput
from app.service.talks.statements.queries import find_report
from app.staff.models import Role
from app.staff.scope import Scope
from tests.factories import NOW, make_community, make_staff
from tests.web.staff_pages import enter_as, hidden_fields, words_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HELD = date(2026, 10, 20)
TALK = TalkInput(
    month=date(2026, 10, 1),
    held_on=HELD,
    held_time="19:00",
    place="物业会议室",
    committee=3,
    representatives=1,
    people="主任委员等三人",
    staff="客服主管",
    subjects=("quality",),
    minutes="通报上月服务情况",
)
TYPED = {
    "month": "2026-10", "held_on": "2026-10-20", "held_time": "19:00", "place": "物业会议室",
    "committee": "3", "representatives": "1", "people": "主任委员等三人", "staff": "客服主管",
    "subjects": "quality", "minutes": "通报上月服务情况",
}  # fmt: skip
SAID = {
    "place": "wechat_group", "place_name": "业主群", "said_on": "2026-11-01",
    "department": "engineering", "text": "道闸又坏了", "author": "老王",
}  # fmt: skip


@pytest.fixture
def head(session):
    staff = make_staff(session, Role.HEAD_OFFICE)
    return Scope(staff.id, staff.name, staff.role, None)


def enter(client, session, app, role, *places):
    return enter_as(client, session, role, places, app=app, now=NOW)


def send(client, page, action, **fields):
    """Send a form with the token of the page it stands on."""
    token = hidden_fields(client.get(page).text, "csrf_token")["csrf_token"]
    return client.post(action, data={**fields, "csrf_token": token})


def stored(session, table):
    session.rollback()
    return session.scalars(select(table)).all()


@pytest.mark.parametrize(
    ("language", "title", "refusal"),
    [
        ("en", "Talks", "all you typed is still here"),
        ("zh-Hans", "沟通", "都还在"),
    ],
)
def test_a_talk_typed_wrongly_keeps_every_word_in_either_language(
    client, session, app, language, title, refusal
):
    place = make_community(session)
    enter(client, session, app, Role.OFFICE, place)
    page = f"/talks/communities/{place.id}"
    assert title in client.get(f"{page}?lang={language}").text
    wrong = send(client, page, f"{page}/talks", **{**TYPED, "place": ""})
    assert wrong.status_code == 422
    assert refusal in words_of(wrong.text)
    for word in ("主任委员等三人", "客服主管", "通报上月服务情况"):
        assert word in wrong.text
    assert not stored(session, CommitteeTalk)
    kept = send(client, page, f"{page}/talks", **TYPED)
    assert kept.status_code == 302
    assert "通报上月服务情况" in client.get(kept.location).text
    assert [one.held_on for one in stored(session, CommitteeTalk)] == [HELD]


def test_the_committee_reads_what_is_shared_with_it_and_nothing_of_a_neighbour(
    client, session, app, vault, head
):
    place, neighbour = make_community(session), make_community(session)
    talks = {}
    for name, where in (("own", place), ("foreign", neighbour)):
        talks[name] = keep_talk(session, vault, head, where.id, TALK, now=NOW)
        add_opinion(
            session, vault, head, talks[name],
            voice=Voice.COMMITTEE, department="service", text=f"{name}：地库灯太暗", now=NOW,
        )  # fmt: skip
    share_talk(session, head, talks["foreign"], now=NOW)
    enter(client, session, app, Role.COMMITTEE, place)
    own = f"/talks/committee/{talks['own']}"
    assert client.get(own).status_code == 404
    assert "own：地库灯太暗" not in client.get("/talks/committee/").text
    share_talk(session, head, talks["own"], now=NOW)
    session.commit()
    assert "通报上月服务情况" in client.get(own).text
    listed = client.get("/talks/committee/").text
    assert "own：地库灯太暗" in listed
    assert "foreign" not in listed
    assert client.get(f"/talks/committee/{talks['foreign']}").status_code == 404
    assert client.get(f"/talks/{talks['own']}").status_code == 403


def test_a_talk_of_another_community_is_not_there_for_an_office(client, session, app, vault, head):
    place, neighbour = make_community(session), make_community(session)
    foreign = keep_talk(session, vault, head, neighbour.id, TALK, now=NOW)
    enter(client, session, app, Role.OFFICE, place)
    assert client.get(f"/talks/{foreign}").status_code == 404
    sent = send(client, f"/talks/communities/{place.id}", f"/talks/{foreign}/share")
    assert sent.status_code == 404
    assert [one.shared_at for one in stored(session, CommitteeTalk)] == [None]


def test_a_promise_for_a_day_gone_by_names_the_day_and_keeps_the_words(
    client, session, app, vault, head
):
    place = make_community(session)
    talk = keep_talk(session, vault, head, place.id, TALK, now=NOW)
    said = {"voice": Voice.COMMITTEE, "department": "service", "text": "地库灯太暗"}
    opinion = add_opinion(session, vault, head, talk, **said, now=NOW)
    enter(client, session, app, Role.OFFICE, place)
    promised = {"action": "换灯", "responsible": "工程部", "due_on": "2026-10-01"}
    page, address = f"/talks/{talk}", f"/talks/opinions/{opinion}/promise"
    token = hidden_fields(client.get(page).text, "csrf_token")
    wrong = client.post(address, data={**promised, **token})
    assert wrong.status_code == 422
    assert "This day is too early" in words_of(wrong.text)
    assert "换灯" in wrong.text
    kept = client.post(address, data={**promised, **token, "due_on": "2026-11-20"})
    assert kept.status_code == 302


def test_talks_leave_with_their_opinions_for_own_communities_only(
    client, session, app, vault, head
):
    place, neighbour = make_community(session, name="甲苑"), make_community(session, name="乙苑")
    for where in (place, neighbour):
        talk = keep_talk(session, vault, head, where.id, TALK, now=NOW)
        add_opinion(
            session, vault, head, talk,
            voice=Voice.COMMITTEE, department="service", text=f"{where.name}：=1+1", now=NOW,
        )  # fmt: skip
    enter(client, session, app, Role.OFFICE, place)
    table = client.get("/talks/talks.csv").text
    assert "甲苑：=1+1" in table
    assert TALK.minutes in table
    assert "乙苑" not in table
    lists = client.get(f"/talks/talks.json?community={place.id}").json["lists"]
    assert [len(one["rows"]) for one in lists] == [1, 1]
    assert client.get(f"/talks/talks.csv?community={neighbour.id}").status_code == 404
    assert client.get("/talks/talks.xlsx").data.startswith(b"PK")
    for name in ("forum/opinions", "activities/activities"):
        for form in ("xlsx", "csv", "json"):
            assert client.get(f"/talks/{name}.{form}").status_code == 200, (name, form)


def test_what_the_committee_writes_waits_on_the_office_page(client, session, app):
    place = make_community(session)
    enter(client, session, app, Role.COMMITTEE, place)
    page, action = "/talks/committee/", f"/talks/committee/communities/{place.id}/opinions"
    empty = send(client, page, action, department="finance", text="")
    assert empty.status_code == 422
    written = send(client, page, action, department="finance", text="公共收益按季公布")
    assert written.status_code == 302
    session.rollback()  # what was read so far is older than what the page wrote
    enter(client, session, app, Role.OFFICE, place)
    assert "公共收益按季公布" in client.get(f"/talks/communities/{place.id}").text


def test_words_of_a_group_are_taken_once_and_a_bad_line_takes_none(client, session, app):
    place = make_community(session)
    enter(client, session, app, Role.OFFICE, place)
    new, here = "/talks/forum/new", {"community": str(place.id)}
    first = send(client, new, new, **SAID, **here)
    again = send(client, new, new, **SAID, **here)
    assert first.status_code == again.status_code == 302
    assert first.location == again.location
    lost = send(client, new, new, **{**SAID, **here, "text": "快递柜不亮", "home": "99-9-9999"})
    assert lost.status_code == 422
    assert "快递柜不亮" in lost.text
    common = {key: SAID[key] for key in ("place", "place_name", "said_on", "department")}
    long = f"好的一行\n{'长' * 2001}"
    many = send(client, new, "/talks/forum/many", pasted=long, **common, **here)
    assert many.status_code == 422
    assert "好的一行" in many.text
    assert len(stored(session, ForumOpinion)) == 1


def test_a_report_is_drafted_approved_and_its_figures_leave_as_a_table(client, session, app, head):
    place = make_community(session)
    enter(client, session, app, Role.HEAD_OFFICE)
    page = "/talks/reports/"
    wanted = {"community": str(place.id), "addressee": "street", "half": "1"}
    wrong = send(client, page, page, **wanted, year="20266", words="另附说明")
    assert wrong.status_code == 422
    assert "另附说明" in wrong.text
    drafted = send(client, page, page, **wanted, year="2026", words="另附说明")
    assert drafted.status_code == 302
    address = drafted.location
    assert send(client, address, f"{address}/approve").status_code == 302
    session.rollback()
    report = find_report(session, head, int(address.rsplit("/", 1)[1]))[0]
    assert report.state is ReportState.APPROVED
    table = client.get(f"{address}.csv").text
    assert table.lstrip("\ufeff").startswith("Section,Figure,Value")
    assert "Talks with the committee,Number of communities,1" in table
    assert client.get(f"{address}.xlsx").data.startswith(b"PK")
    kept = client.get(f"{address}.json").json
    assert kept["complaints"]["received"] == 0
    page = client.get(address).text
    assert "Complaints received" in page
    assert not [name for name in ("is_over", "index_high", "schema") if name in page]
    assert client.get(f"{address}.exe").status_code == 404
