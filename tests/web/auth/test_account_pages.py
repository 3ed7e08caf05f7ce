"""The own account through the pages: password, second factor, sessions."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.config import ConfigError
from app.db import db
from app.factory import create_app
from app.staff.models import Role, StaffSession
from app.staff.people import factors
from app.staff.people.queries import find_factor
from app.staff.queries import list_audit_of
from tests.factories import NOW, PASSWORD, make_staff
from tests.web.staff_pages import MAIN, enter_as, set_clock, words_of

NEW = "three words apart"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
PASSWORDS = {"old": PASSWORD, "password": NEW, "again": NEW}


@pytest.fixture
def page_form():
    """The form of the account page that changes the password is its last one."""
    return -1


def secret_of(session, vault, staff):
    session.rollback()
    session.expire_all()
    sealed = find_factor(session, staff.id).secret_sealed
    session.rollback()
    return vault.open(sealed, factors.PURPOSE)


def set_up(client, session, vault, staff, now=NOW):
    """Set up a second factor through the pages; return its secret and the recovery codes."""
    sent = client.submit("/account/code/", {"old": PASSWORD}, form=MAIN)
    assert sent.location == "/account/code/scan"
    secret = secret_of(session, vault, staff)
    shown = client.get("/account/code/scan").text
    assert secret in shown.replace(" ", "")
    assert 'src="data:image/svg+xml' in shown
    done = client.submit("/account/code/scan", {"code": factors.code_at(secret, now)}, form=MAIN)
    assert done.status_code == 200
    return secret, re.findall(r"\br[a-z2-9]{4}-[a-z2-9]{5}\b", done.text)


def test_another_password_ends_all_sessions_but_this_one_gets_a_new_one(
    client, session, app, page_form
):
    staff = enter_as(client, session, Role.STEWARD)
    other = app.test_client()
    other.sign_in(staff.login, PASSWORD)
    before = client.get_cookie("ls_staff").value
    sent = client.submit("/account/", PASSWORDS, form=page_form)
    assert sent.location == "/account/"
    after = client.get_cookie("ls_staff").value
    assert after != before
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").location.startswith("/login")
    client.set_cookie("ls_staff", before)
    assert client.get("/account/").location.startswith("/login")
    other.sign_in(staff.login, NEW)
    session.rollback()
    actions = [entry.action for entry in list_audit_of(session, f"staff:{staff.id}")]
    assert "staff.password" in actions


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"old": "wrong one"}, "This is not your password."),
        ({"password": "short", "again": "short"}, "At least 8 characters, please."),
        ({"password": "20261102", "again": "20261102"}, "Too easy to guess"),
        ({"again": "another one"}, "The two passwords differ."),
        ({"old": ""}, "Please fill this in."),
    ],
)
def test_a_password_that_cannot_be_taken_says_why(client, session, page_form, fields, said):
    enter_as(client, session, Role.STEWARD)
    refused = client.submit("/account/", {**PASSWORDS, **fields}, form=page_form)
    assert refused.status_code == 422
    assert said in words_of(refused.text)
    assert NEW not in refused.text


def test_who_guesses_the_password_at_an_open_screen_has_to_wait(client, session, page_form):
    enter_as(client, session, Role.STEWARD)
    for _ in range(5):
        client.submit("/account/", {**PASSWORDS, "old": "wrong one"}, form=page_form)
    refused = client.submit("/account/", PASSWORDS, form=page_form)
    assert "Please wait 15 minutes" in words_of(refused.text)


def test_own_sessions_are_listed_and_ended_and_those_of_others_are_not_there(client, session, app):
    staff = enter_as(client, session, Role.STEWARD)
    other = app.test_client()
    other.get("/login", headers={"User-Agent": CHROME})
    other.submit(
        "/login",
        {"login": staff.login, "password": PASSWORD},
        headers={"User-Agent": CHROME},
    )
    session.rollback()
    stranger = enter_as(app.test_client(), session, Role.OFFICE)
    page = client.get("/account/").text
    assert "Chrome, Windows" in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    ids = {int(one) for one in re.findall(r"/account/sessions/([0-9]+)/end", page)}
    foreign = set(
        session.scalars(select(StaffSession.id).where(StaffSession.staff_id == stranger.id))
    )
    session.rollback()
    assert len(ids) == 2
    assert not ids & foreign

    for number in foreign:
        refused = client.post(f"/account/sessions/{number}/end", data={"csrf_token": token})
        assert refused.status_code == 404
    client.post(f"/account/sessions/{max(ids)}/end", data={"csrf_token": token})
    assert other.get("/account/").location.startswith("/login")
    assert client.get("/account/").status_code == 200
    gone = client.post("/account/sessions/end", data={"csrf_token": token})
    assert gone.location == "/login"
    assert client.get_cookie("ls_staff") is None


def test_with_a_second_factor_the_password_alone_opens_nothing(client, session, app, vault):
    staff = enter_as(client, session, Role.STEWARD)
    before = client.get_cookie("ls_staff").value
    secret, codes = set_up(client, session, vault, staff)
    assert len(codes) == 10
    assert client.get_cookie("ls_staff").value != before

    phone = app.test_client()
    sent = phone.submit("/login?next=/contacts/?x=1", {"login": staff.login, "password": PASSWORD})
    assert sent.location == "/login/code"
    assert phone.get_cookie("ls_staff") is None
    assert phone.get("/desk/follow-ups").location.startswith("/login")
    assert phone.submit("/login/code", {"code": "000000"}).status_code == 422
    assert phone.submit("/login/code", {"code": ""}).status_code == 422
    later = NOW + timedelta(seconds=30)
    set_clock(app, later)
    done = phone.submit("/login/code", {"code": factors.code_at(secret, later)})
    assert done.location == "/contacts/?x=1"
    assert phone.get("/desk/follow-ups").status_code == 200
    again = app.test_client()
    again.submit("/login", {"login": staff.login, "password": PASSWORD})
    assert again.submit("/login/code", {"code": codes[0]}).status_code == 302


def test_the_page_for_codes_is_not_there_without_the_right_password_before(client):
    assert client.get("/login/code").location == "/login"


def test_half_a_sign_in_is_over_after_ten_minutes(client, session, app, vault):
    staff = enter_as(client, session, Role.STEWARD)
    set_up(client, session, vault, staff)
    phone = app.test_client()
    phone.submit("/login", {"login": staff.login, "password": PASSWORD})
    assert phone.get("/login/code").status_code == 200
    set_clock(app, NOW + timedelta(minutes=11))
    assert phone.get("/login/code").location == "/login"


def test_codes_are_renewed_and_switched_off_with_the_password(client, session, vault):
    staff = enter_as(client, session, Role.STEWARD)
    _, codes = set_up(client, session, vault, staff)
    assert client.submit("/account/code/", {"old": "wrong"}, form=MAIN).status_code == 422
    renewed = client.submit("/account/code/", {"old": PASSWORD}, form=MAIN)
    assert codes[0] not in renewed.text
    off = client.submit("/account/code/", {"old": PASSWORD}, form=MAIN + 1)
    assert off.location == "/account/"
    session.rollback()
    session.expire_all()
    assert find_factor(session, staff.id) is None


def test_an_administrator_removes_a_lost_second_factor(client, session, app, vault):
    staff = enter_as(client, session, Role.STEWARD)
    set_up(client, session, vault, staff)
    admin = app.test_client()
    enter_as(admin, session, Role.ADMIN)
    page = admin.get(f"/admin/people/{staff.id}").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    admin.post(f"/admin/people/{staff.id}/remove_code", data={"csrf_token": token})
    assert client.get("/account/").location.startswith("/login")
    client.sign_in(staff.login, PASSWORD)
    assert client.get("/account/").status_code == 200


@pytest.fixture
def forced(config, vault, storage, now):
    """The application where administrators need a second factor."""
    app = create_app(replace(config, code_roles=("admin",)))
    services = app.extensions["linsheng"]
    services.vault, services.storage, services.clock = vault, storage, lambda: now
    yield app
    with app.app_context():
        db.engine.dispose()


def test_a_role_that_needs_a_second_factor_sets_it_up_before_anything_else(
    client, session, forced, vault
):
    admin, steward = make_staff(session, Role.ADMIN), make_staff(session, Role.STEWARD)
    session.commit()
    forced.test_client_class = type(client)
    browser = forced.test_client()
    browser.get("/login?lang=en")
    browser.sign_in(admin.login, PASSWORD)
    session.rollback()
    assert browser.get("/admin/").location == "/account/code/"
    assert "no other page opens" in words_of(browser.get("/account/").text)
    set_up(browser, session, vault, admin)
    assert browser.get("/admin/").status_code == 200
    assert "Switch off" not in browser.get("/account/code/").text
    free = forced.test_client()
    free.sign_in(steward.login, PASSWORD)
    assert free.get("/desk/follow-ups").status_code == 200


def test_a_role_there_is_not_stops_the_start(config):
    with pytest.raises(ConfigError, match="LINSHENG_SECOND_FACTOR"):
        create_app(replace(config, code_roles=("king",)))


def test_a_failed_sign_in_stands_in_the_audit_log_without_what_was_typed(client, session):
    staff = make_staff(session, login="wang")
    session.commit()
    client.submit("/login", {"login": "wang", "password": "wrong one"})
    client.submit("/login", {"login": "my-password", "password": "wrong one"})
    entries = [
        entry
        for subject in (f"staff:{staff.id}", "staff:unknown")
        for entry in list_audit_of(session, subject)
    ]
    assert [(e.actor, e.action) for e in entries] == [("nobody", "staff.sign_in_failed")] * 2
    assert "my-password" not in "".join(e.subject + e.detail for e in entries)


def test_signing_out_stands_in_the_audit_log(client, session):
    staff = enter_as(client, session, Role.HEAD_OFFICE)
    client.submit("/account/", {}, form=0)
    session.rollback()
    actions = [entry.action for entry in list_audit_of(session, f"staff:{staff.id}")]
    assert actions == ["staff.sign_in", "staff.sign_out"]


def test_guessing_a_login_elsewhere_does_not_lock_its_owner_out_where_he_is_known(
    client, session, app
):
    staff = make_staff(session)
    session.commit()
    home = {"REMOTE_ADDR": "10.1.1.1"}
    client.submit("/login", {"login": staff.login, "password": PASSWORD}, environ_overrides=home)
    session.rollback()
    for _ in range(6):
        stranger = app.test_client()
        stranger.submit("/login", {"login": staff.login, "password": "wrong one"})
    typed = {"login": staff.login, "password": PASSWORD}
    assert app.test_client().submit("/login", typed).status_code == 429
    known = app.test_client().submit("/login", typed, environ_overrides=home)
    assert known.status_code == 302
