"""Keying in a paper sheet: found by its code, typed in digits, stored once as a paper answer."""

import re

import pytest

from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.campaign import queries as campaign_queries
from app.surveys.paper.codes import make_typed
from app.surveys.response.models import Channel
from app.surveys.response.queries import find_counted, list_responses
from app.surveys.response.vector import decode
from tests.factories import (
    NOW,
    make_campaign,
    make_community,
    members_of,
    perception_instrument,
    token_of,
)
from tests.integration.paper_scans import desk
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import MAIN, enter_as, hidden_fields, release, words_of

AREAS = [area.code for area in perception_instrument().areas]
# Five words of an area: 5 is the best, 0 says "no experience".
RATED = {f"area.{code}": "4" for code in AREAS}
HIDDEN = ("csrf_token", "opened")
SHEET = {**RATED, "overall": "8", "priority": "1 3 9", f"area.{AREAS[8]}": "0"}


@pytest.fixture
def community(session):
    return make_community(session, households=4, name="甲小区")


@pytest.fixture
def campaign(session, vault, community):
    return make_campaign(session, vault)


@pytest.fixture
def member(session, campaign, community):
    return members_of(session, campaign, community)[0]


@pytest.fixture
def clerk(client, session, vault, member):
    """A clerk at head office has signed in; the token of a home."""
    token = token_of(vault, member)
    enter_as(client, session, Role.CLERK, all_communities=True)
    return token


def find(client, code, **fields):
    return client.submit("/entry/", {"code": code, **fields}, form=MAIN)


def key_in(client, sheet):
    return client.submit("/entry/sheet", sheet, form=MAIN)


def test_a_sheet_becomes_the_counted_paper_answer_of_its_home(client, session, clerk, member):
    assert find(client, clerk).location == "/entry/sheet"
    page = client.get("/entry/sheet").text
    assert f"甲小区 {member.building} {member.room}" in words_of(page.split("<h1>")[1])
    done = key_in(client, SHEET)
    assert (done.status_code, done.location) == (302, "/entry/done")
    session.rollback()
    stored = find_counted(session, member.id)
    assert (stored.channel, stored.received_at) == (Channel.PAPER, NOW)
    assert stored.entered_by is not None
    assert stored.receipt in client.get("/entry/done").text
    answers = decode(perception_instrument(), stored.vector)
    assert answers.values["overall"] == 8
    assert answers.values[f"area.{AREAS[0]}"] == 4
    assert answers.missing[f"area.{AREAS[8]}"] == "na"
    picked = {code for code in AREAS if answers.values.get(f"priority.{code}")}
    assert picked == {AREAS[0], AREAS[2], AREAS[8]}


def test_the_code_may_come_from_a_scanner_or_a_hand(client, clerk):
    link = "https://survey.example/t/"
    for form in (clerk, f"  {clerk}  ", f"{link}{clerk}", f"{link}{clerk}/"):
        assert find(client, form).location == "/entry/sheet", form


def test_look_alikes_capitals_and_blanks_do_not_matter(client, clerk):
    typed = " ".join(clerk.upper().replace("0", "O")[i : i + 4] for i in range(0, 26, 4))
    assert find(client, typed).location == "/entry/sheet"


def test_a_code_nobody_has_gets_a_clear_answer(client, clerk):
    for code in ("", "   ", "0" * 26, "x" * 300, "' OR 1=1 --", "\ud83d"):
        bad = find(client, code.encode("utf-8", "replace").decode())
        assert bad.status_code == 422, code
        assert 'id="code-e1"' in bad.text
        assert client.get("/entry/sheet").location == "/entry/"


def test_wrong_digits_are_marked_at_their_lines_and_nothing_typed_is_lost(
    client, session, clerk, member
):
    find(client, clerk)
    wrong = {
        "overall": "11",
        f"area.{AREAS[0]}": "6",
        f"area.{AREAS[1]}": "4 5",
        "priority": "1,12",
    }
    bad = key_in(client, {**SHEET, **wrong})
    assert bad.status_code == 422
    assert bad.text.count('aria-invalid="true"') == 4
    for typed in ('value="11"', 'value="6"', 'value="4 5"', 'value="1,12"', 'value="8"'):
        assert (typed in bad.text) == (typed != 'value="8"')
    session.rollback()
    assert list_responses(session, member.id) == []


def test_what_the_gate_refuses_stands_at_its_line(client, session, clerk, member):
    find(client, clerk)
    bad = key_in(client, {**SHEET, "overall": "", "priority": "1 2 3 4"})
    assert bad.status_code == 422
    assert bad.text.count('aria-invalid="true"') == 2
    session.rollback()
    assert list_responses(session, member.id) == []


def test_full_width_digits_of_a_chinese_keyboard_are_read(client, session, clerk, member):
    find(client, clerk)
    assert key_in(client, {**SHEET, "overall": "８", "priority": "１、３"}).status_code == 302
    session.rollback()
    answers = decode(perception_instrument(), find_counted(session, member.id).vector)
    assert answers.values["overall"] == 8


def test_a_second_sheet_is_kept_and_not_counted_and_shows_nothing_of_the_first(
    client, session, vault, campaign, clerk, member
):
    session.rollback()
    answer(session, vault, campaign, member, comment="金丝雀", wish="hq_only", now=NOW)
    session.commit()
    find(client, clerk)
    page = client.get("/entry/sheet").text
    assert "This home has an answer already" in page
    assert "金丝雀" not in page
    assert re.findall(r'name="(?:overall|area\.[a-z_]+)" value="[^"]+"', page) == []
    assert key_in(client, {**SHEET, "overall": "1"}).status_code == 302
    assert "kept, but not counted" in client.get("/entry/done").text
    session.rollback()
    assert [one.is_counted for one in list_responses(session, member.id)] == [True, False]


def test_after_the_freeze_a_sheet_is_kept_and_not_counted(
    client, session, vault, storage, app, campaign, community, member
):
    token = token_of(vault, member)
    release(session, vault, storage, campaign, community)
    enter_as(client, session, Role.CLERK, app=app, now=AFTER, all_communities=True)
    find(client, token)
    assert "frozen" in client.get("/entry/sheet").text
    assert key_in(client, SHEET).status_code == 302
    assert "kept, but not counted" in client.get("/entry/done").text


def test_the_same_page_sent_twice_stores_one_answer(client, session, clerk, member):
    find(client, clerk)
    hidden = hidden_fields(client.get("/entry/sheet").text, *HIDDEN)
    first = client.post("/entry/sheet", data={**SHEET, **hidden})
    second = client.post("/entry/sheet", data={**SHEET, **hidden})
    assert (first.location, second.location) == ("/entry/done", "/entry/done")
    session.rollback()
    assert len(list_responses(session, member.id)) == 1


def test_two_sheets_in_two_tabs_each_reach_their_own_home(
    client, session, vault, campaign, community, clerk, member
):
    other = members_of(session, campaign, community)[1]
    second_code = token_of(vault, other)
    session.rollback()
    find(client, clerk)
    first_tab = hidden_fields(client.get("/entry/sheet").text, *HIDDEN)
    find(client, second_code)
    second_tab = hidden_fields(client.get("/entry/sheet").text, *HIDDEN)

    assert client.post("/entry/sheet", data={**SHEET, **first_tab}).location == "/entry/done"
    assert f"{other.building} {other.room}" in client.get("/entry/sheet").text  # still open
    wrong = client.post("/entry/sheet", data={**SHEET, **second_tab, "overall": "11"})
    assert f"{other.building} {other.room}" in wrong.text
    again = hidden_fields(wrong.text, *HIDDEN)
    assert client.post("/entry/sheet", data={**SHEET, **again, "overall": "3"}).status_code == 302

    session.rollback()
    stored = [find_counted(session, home.id) for home in (member, other)]
    answers = [decode(perception_instrument(), one.vector).values["overall"] for one in stored]
    assert answers == [8, 3]


def test_a_sheet_somebody_else_opened_is_not_saved(client, session, clerk, member):
    find(client, clerk)
    opened = hidden_fields(client.get("/entry/sheet").text, "opened")
    enter_as(client, session, Role.CLERK, all_communities=True)
    token = client.get("/entry/").text.split('name="csrf_token" value="')[1].split('"')[0]
    refused = client.post("/entry/sheet", data={**SHEET, **opened, "csrf_token": token})
    assert refused.status_code == 409
    assert "Somebody else signed in meanwhile" in refused.text
    assert list_responses(session, member.id) == []


@pytest.mark.parametrize("opened", [None, "", "x", "WzEsImsiLCJmdWxsIiwxXQ.x"])
def test_a_sheet_that_was_not_opened_here_is_not_saved(client, session, clerk, member, opened):
    find(client, clerk)
    hidden = hidden_fields(client.get("/entry/sheet").text, *HIDDEN)
    sent = {**SHEET, **hidden, "opened": opened}
    kept = {name: value for name, value in sent.items() if value is not None}
    assert client.post("/entry/sheet", data=kept).status_code == 400
    session.rollback()
    assert list_responses(session, member.id) == []


def test_an_open_sheet_does_not_survive_signing_out(client, session, clerk):
    find(client, clerk)
    client.submit("/entry/sheet", {}, form=0)  # the form that signs out
    enter_as(client, session, Role.CLERK, all_communities=True)
    assert client.get("/entry/sheet").location == "/entry/"


def test_a_receipt_is_not_shown_to_who_signs_in_next(client, session, clerk):
    find(client, clerk)
    key_in(client, SHEET)
    assert client.get("/entry/done").status_code == 200
    enter_as(client, session, Role.CLERK, all_communities=True)  # without signing out before
    assert client.get("/entry/done").location == "/entry/"


def test_before_the_first_day_no_sheet_is_taken(client, session, vault, app, clerk, member):
    session.rollback()
    enter_as(client, session, Role.CLERK, app=app, now=NOW.replace(month=10), all_communities=True)
    bad = find(client, clerk)
    assert bad.status_code == 422
    assert "begins on 1 Nov 2026" in bad.text


def test_a_branch_clerk_keeps_to_the_communities_given(client, session, vault, clerk, member):
    session.rollback()
    other = make_community(session, households=1)
    enter_as(client, session, Role.CLERK, [other])
    assert find(client, clerk).status_code == 422


def test_a_branch_clerk_keys_in_a_community_given(client, session, community, clerk, member):
    session.rollback()
    enter_as(client, session, Role.CLERK, [community])
    assert find(client, clerk).location == "/entry/sheet"


def test_a_clerk_without_communities_keys_in_nothing(client, session, clerk, member):
    session.rollback()
    enter_as(client, session, Role.CLERK)
    assert find(client, clerk).status_code == 422
    assert client.get("/entry/sheet").location == "/entry/"


def test_head_office_keys_in_every_sheet(client, session, clerk, member):
    session.rollback()
    enter_as(client, session, Role.HEAD_OFFICE)
    assert find(client, clerk).location == "/entry/sheet"


def test_opening_and_keying_in_a_sheet_is_in_the_audit_log(client, session, clerk, member):
    find(client, clerk)
    key_in(client, SHEET)  # opens the page once, then sends it
    session.rollback()
    uid = campaign_queries.get_household_uid(session, member.household_id)
    actions = [one.action for one in list_audit_of(session, uid)]
    assert actions == ["open_sheet", "key_in_sheet"]


def test_the_large_print_sheet_asks_less(client, clerk):
    find(client, clerk)
    usual = client.get("/entry/sheet").text.count("<tr>")
    find(client, clerk, form="elder")
    large = words_of(client.get("/entry/sheet").text)
    assert "Large-print sheet" in large
    assert client.get("/entry/sheet").text.count("<tr>") < usual


def test_the_office_that_is_rated_never_keys_in(client, session, community, campaign):
    enter_as(client, session, Role.OFFICE, [community])
    assert client.get("/entry/").status_code == 403


def test_a_printed_sheet_is_keyed_once_whoever_keys_it_and_differences_are_on_record(
    client, session, vault, scan_desk
):
    sheet = scan_desk.sheets[0]
    member = desk.member_of(session, sheet)
    sheet.language, code, uid = "en", make_typed(sheet.number, 1), uid_of(session, member)
    token = token_of(vault, member)
    session.commit()
    member_id = sheet.frame_member_id
    enter_as(client, session, Role.CLERK, all_communities=True)
    assert find(client, code).location == "/entry/sheet"
    assert key_in(client, SHEET).location == "/entry/done"
    assert "is in already" not in words_of(client.get("/entry/done").text)
    enter_as(client, session, Role.CLERK, all_communities=True)  # a second clerk, by the letter
    find(client, token)
    assert "This sheet is in already" in words_of(client.get("/entry/sheet").text)
    assert key_in(client, SHEET).location == "/entry/done"
    assert "was in already" in words_of(client.get("/entry/done").text)
    find(client, code)
    bad = key_in(client, {**SHEET, "overall": "1"})
    assert (bad.status_code, "with other answers" in words_of(bad.text)) == (409, True)
    session.rollback()
    stored = list_responses(session, member_id)
    assert [(one.language, one.form, one.is_counted) for one in stored] == [("en", "full", True)]
    assert "key_in_sheet.differs" in [one.action for one in list_audit_of(session, uid)]


def test_of_several_copies_the_code_of_the_sheet_itself_is_asked_for(client, session, vault):
    community = make_community(session, households=1)
    campaign = make_campaign(session, vault)
    sheets = desk.print_sheets(session, vault, campaign, community, copies=2)
    token = token_of(vault, desk.member_of(session, sheets[0]))
    code = make_typed(sheets[1].number, 2)
    enter_as(client, session, Role.CLERK, all_communities=True)
    asked = find(client, token)
    assert (asked.status_code, "Several sheets were printed" in words_of(asked.text)) == (422, True)
    assert find(client, code).location == "/entry/sheet"
    assert find(client, token, form="elder").location == "/entry/sheet"  # none in large print


def uid_of(session, member):
    return campaign_queries.get_household_uid(session, member.household_id)
