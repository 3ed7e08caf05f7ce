"""Sign in and out through the pages: one message for what is wrong, throttled, ended for good."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from app.staff import passwords
from app.staff.models import Role
from tests.factories import NOW, PASSWORD, make_staff
from tests.web.staff_pages import enter_as, hidden_fields, set_clock, sign_in


@pytest.mark.parametrize(
    ("role", "start"),
    [
        (Role.HEAD_OFFICE, "/today"),
        (Role.LEADER, "/today"),
        (Role.OFFICE, "/today"),
        (Role.STEWARD, "/today"),
        (Role.CLERK, "/entry/"),
        (Role.ADMIN, "/admin/"),
    ],
)
def test_each_role_starts_on_its_own_page(client, session, role, start):
    enter_as(client, session, role)
    answer = client.get("/")
    assert (answer.status_code, answer.location) == (302, start)
    assert client.get(start).status_code == 200
    assert client.get("/login").location == start


def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(client, session):
    staff = make_staff(session, login="wang")
    session.commit()
    bad = [
        client.submit("/login", {"login": login, "password": "wrong one"})
        for login in (staff.login, "nobody")
    ]
    assert [one.status_code for one in bad] == [422, 422]
    assert "ls_staff" not in str([one.headers.getlist("Set-Cookie") for one in bad])
    pages = [one.text.replace("wang", "").replace("nobody", "") for one in bad]
    strip = [page.split('name="csrf_token"')[0] + page.split('role="alert"')[1] for page in pages]
    assert strip[0] == strip[1]
    assert "wrong one" not in bad[0].text


def test_after_five_failures_even_the_right_password_has_to_wait(client, session, app):
    staff = make_staff(session)
    session.commit()
    for _ in range(6):
        client.submit("/login", {"login": staff.login, "password": "wrong one"})
    answer = client.submit("/login", {"login": staff.login, "password": PASSWORD})
    assert answer.status_code == 429
    assert "15" in answer.text
    set_clock(app, NOW + timedelta(minutes=16))
    sign_in(client, staff)


def test_an_empty_form_is_refused_without_counting_as_a_try(client, session):
    staff = make_staff(session)
    session.commit()
    for _ in range(8):
        assert client.submit("/login", {"login": staff.login, "password": ""}).status_code == 422
    sign_in(client, staff)


def test_a_page_asked_for_is_reached_after_signing_in(client, session):
    staff = make_staff(session)
    session.commit()
    sent = client.get("/hq/campaigns?x=1")
    assert sent.status_code == 302
    answer = client.submit(sent.location, {"login": staff.login, "password": PASSWORD})
    assert answer.location == "/hq/campaigns?x=1"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "https://evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\n/evil.example",
        " //evil.example",
        "/ /evil.example",
        "///evil.example",
        "/\x00/evil.example",
        "javascript:alert(1)",
        "//[evil",
        "evil.example",
        "/a\\b",
    ],
)
def test_signing_in_never_leads_to_another_site(client, session, target):
    staff = make_staff(session)
    session.commit()
    answer = client.submit("/login", {"login": staff.login, "password": PASSWORD, "next": target})
    assert answer.location == "/"


def test_an_address_with_a_tab_in_it_is_not_followed_from_the_link_either(client, session):
    staff = make_staff(session)
    session.commit()
    answer = client.submit(
        "/login?next=/%09/evil.example", {"login": staff.login, "password": PASSWORD}
    )
    assert answer.location == "/"


def test_guessing_from_a_shared_address_locks_nobody_else_out(client, session):
    staff = make_staff(session)
    session.commit()
    for number in range(passwords.FAILURES_PER_ADDRESS):
        passwords.record_failure(session, f"guess{number}", "127.0.0.1", NOW)
    session.commit()
    guess = client.submit("/login", {"login": "guess99", "password": "wrong one"})
    assert guess.status_code == 429
    sign_in(client, staff)


def test_a_cookie_is_worthless_after_signing_out(client, session):
    enter_as(client, session, Role.HEAD_OFFICE)
    cookie = client.get_cookie("ls_staff").value
    assert client.submit("/today", {}, form=0).location == "/login"
    client.set_cookie("ls_staff", cookie)
    assert client.get("/today").location.startswith("/login")


def test_a_session_ends_after_half_an_hour_of_doing_nothing(client, session, app):
    enter_as(client, session, Role.HEAD_OFFICE)
    set_clock(app, NOW + timedelta(minutes=31))
    assert client.get("/today").location == "/login?next=/today"


def test_a_page_of_another_role_is_refused(client, session):
    enter_as(client, session, Role.STEWARD)
    for page in ("/hq/", "/hq/campaigns", "/hq/register/", "/hq/tracker/", "/entry/"):
        assert client.get(page).status_code == 403, page


def test_a_form_without_its_token_changes_nothing(client, session):
    staff = make_staff(session)
    session.commit()
    answer = client.post("/login", data={"login": staff.login, "password": PASSWORD})
    assert answer.status_code == 400
    assert client.get_cookie("ls_staff") is None


def test_the_pages_speak_the_language_asked_for_until_another_is(client, session):
    enter_as(client, session, Role.HEAD_OFFICE)
    assert "Due today" in client.get("/today?lang=en").text
    assert '<html lang="en">' in client.get("/hq/campaigns").text
    assert '<html lang="zh-Hans">' in client.get("/today?lang=zh-Hans").text
    assert '<html lang="zh-Hans">' in client.get("/hq/campaigns").text


@pytest.mark.parametrize(
    ("sent", "fields", "shown"),
    [
        ("/login", {"login": "x", "password": ""}, "/login?lang=zh-Hans"),
        ("/hq/register/check", {}, "/hq/register/?lang=zh-Hans"),
        ("/hq/instruments", {}, "/hq/instruments?lang=zh-Hans"),
        ("/hq/campaigns/new", {}, "/hq/campaigns/new?lang=zh-Hans"),
    ],
)
def test_the_language_link_of_a_refused_form_leads_to_a_page(client, session, sent, fields, shown):
    enter_as(client, session, Role.HEAD_OFFICE)
    token = client.get("/today").text.split('name="csrf_token" value="')[1].split('"')[0]
    refused = client.post(sent, data={**fields, "csrf_token": token})
    assert refused.status_code == 422
    assert f'href="{shown}"' in refused.text
    if sent == "/login":
        client.delete_cookie("ls_staff")
    assert client.get(shown).status_code == 200


def test_the_language_link_keeps_what_the_page_shows(client, session):
    client.get("/login?lang=en")
    page = client.get("/login?next=/hq/campaigns%3Fx%3D1%26y%3D2").text
    assert 'href="/login?next=%2Fhq%2Fcampaigns%3Fx%3D1%26y%3D2&amp;lang=zh-Hans"' in page


def test_an_address_that_only_takes_forms_says_so(client, session):
    enter_as(client, session, Role.HEAD_OFFICE)
    answer = client.get("/hq/register/check")
    assert answer.status_code == 405
    assert "It only takes what a form sends." in answer.text


def test_over_https_forms_are_taken_without_a_referrer(client, session):
    staff = make_staff(session)
    session.commit()
    page = client.get("/login", base_url="https://survey.example")
    fields = {**hidden_fields(page.text, "csrf_token"), "login": staff.login, "password": PASSWORD}
    answer = client.post("/login", data=fields, base_url="https://survey.example")
    assert answer.status_code == 302


def test_a_page_seen_again_within_a_minute_only_reads(client, session, engine):
    enter_as(client, session, Role.HEAD_OFFICE)
    client.get("/hq/campaigns")
    writes: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith(("UPDATE", "INSERT", "BEGIN IMMEDIATE")):
            writes.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert client.get("/hq/campaigns").status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert writes == []
