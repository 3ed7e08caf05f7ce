"""Sign in and out through the pages: one message for what is wrong, throttled, ended for good."""

from datetime import timedelta

import pytest

from app.staff.models import Role
from tests.factories import NOW, PASSWORD, make_staff
from tests.web.staff_pages import enter_as, set_clock, sign_in


@pytest.mark.parametrize(
    ("role", "start"),
    [
        (Role.HEAD_OFFICE, "/hq/"),
        (Role.LEADER, "/hq/tracker/"),
        (Role.OFFICE, "/desk/"),
        (Role.STEWARD, "/desk/follow-ups"),
        (Role.CLERK, "/entry/"),
        (Role.ADMIN, "/nothing"),
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


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example", "/\\evil.example"])
def test_signing_in_never_leads_to_another_site(client, session, target):
    staff = make_staff(session)
    session.commit()
    answer = client.submit("/login", {"login": staff.login, "password": PASSWORD, "next": target})
    assert answer.location == "/"


def test_a_cookie_is_worthless_after_signing_out(client, session):
    enter_as(client, session, Role.HEAD_OFFICE)
    cookie = client.get_cookie("ls_staff").value
    assert client.submit("/hq/", {}, form=0).location == "/login"
    client.set_cookie("ls_staff", cookie)
    assert client.get("/hq/").location.startswith("/login")


def test_a_session_ends_after_half_an_hour_of_doing_nothing(client, session, app):
    enter_as(client, session, Role.HEAD_OFFICE)
    set_clock(app, NOW + timedelta(minutes=31))
    assert client.get("/hq/").location == "/login?next=/hq/"


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
    assert "Due today" in client.get("/hq/?lang=en").text
    assert '<html lang="en">' in client.get("/hq/campaigns").text
    assert '<html lang="zh-Hans">' in client.get("/hq/?lang=zh-Hans").text
    assert '<html lang="zh-Hans">' in client.get("/hq/campaigns").text
