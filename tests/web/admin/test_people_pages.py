"""Accounts through the pages: invite, find, change, disable, reset; who may look."""

import re
from datetime import timedelta

from app.staff import queries
from app.staff.models import Role, Staff
from app.staff.queries import list_audit_of
from tests.factories import NOW, make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import answer
from tests.web.staff_pages import MAIN, enter_as, set_clock, words_of

PASSWORD = "three words apart"


def link_on(page):
    return re.search(r'value="(http[^"]*/i/[^"]+)"', page)[1]


def path_of(link):
    return link.removeprefix("http://survey.example")


def invite(client, **fields):
    data = {"login": "zhou.li", "name": "周立", "role": "office", **fields}
    return client.submit("/admin/people/new", data, form=MAIN)


def staff_of(session, login):
    session.rollback()
    return queries.find_staff_by_login(session, login)


def test_an_invited_director_sets_a_password_signs_in_and_sees_his_community(client, session, app):
    mine = make_community(session, name="甲小区")
    make_community(session, name="乙小区")
    enter_as(client, session, Role.ADMIN)
    page = invite(client, communities=[str(mine.id)])
    assert page.status_code == 200
    link = link_on(page.text)
    assert link.startswith("http://survey.example/i/")

    phone = app.test_client()
    entered = phone.get(path_of(link))
    assert (entered.status_code, entered.location) == (303, "/password")
    form = phone.get("/password?lang=en").text
    assert "zhou.li" in form
    assert link not in form
    sent = phone.submit("/password", {"password": PASSWORD, "again": PASSWORD})
    assert sent.location == "/login"
    phone.submit("/login", {"login": "zhou.li", "password": PASSWORD})
    phone.get("/?lang=en")
    assert "甲小区" in words_of(phone.get("/account/").text)
    assert "乙小区" not in words_of(phone.get("/account/").text)
    assert app.test_client().get(path_of(link), follow_redirects=True).status_code == 410


def test_the_host_of_a_link_is_that_of_the_settings_whatever_the_request_says(client, session):
    staff = make_staff(session, Role.STEWARD)
    enter_as(client, session, Role.ADMIN)
    path = f"/admin/people/{staff.id}"
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)[1]
    for headers in (
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example"},
    ):
        client.set_cookie("ls_staff", client.get_cookie("ls_staff").value, domain="evil.example")
        page = client.post(f"{path}/link", data={"csrf_token": token}, headers=headers)
        assert "evil.example/i/" not in page.text
        if page.status_code == 200:
            assert link_on(page.text).startswith("http://survey.example/i/")


def test_a_link_can_be_looked_at_again_and_is_gone_once_it_was_used(client, session, app):
    enter_as(client, session, Role.ADMIN)
    link = path_of(link_on(invite(client, role="leader").text))
    for _ in range(3):
        assert app.test_client().get(link, follow_redirects=True).status_code == 200
    wrong = app.test_client()
    wrong.get(link)
    for fields in (
        {"password": "short", "again": "short"},
        {"password": "12345678", "again": "12345678"},
        {"password": PASSWORD, "again": "another one"},
    ):
        assert wrong.submit("/password", fields).status_code == 422
    wrong.submit("/password", {"password": PASSWORD, "again": PASSWORD})
    late = app.test_client()
    assert late.get(link, follow_redirects=True).status_code == 410
    assert late.get("/i/nonsense", follow_redirects=True).status_code == 410


def test_a_login_that_is_taken_or_odd_is_refused_in_words(client, session):
    enter_as(client, session, Role.ADMIN)
    invite(client)
    assert "Somebody has this login already." in words_of(invite(client).text)
    assert "Letters, digits" in words_of(invite(client, login="周立").text)


def test_the_role_decides_which_places_are_kept(client, session):
    community = make_community(session)
    enter_as(client, session, Role.ADMIN)
    invite(client, role="leader", communities=[str(community.id)], all_communities="y")
    leader = staff_of(session, "zhou.li")
    assert queries.list_community_ids(session, leader.id) == []
    assert not leader.all_communities
    invite(client, login="he", role="clerk", all_communities="y")
    assert staff_of(session, "he").all_communities
    invite(client, login="wu", role="office", communities=[str(community.id), "9999"])
    assert queries.list_community_ids(session, staff_of(session, "wu").id) == [community.id]


def test_a_changed_role_signs_the_person_out(client, session, app):
    steward = make_staff(session, Role.STEWARD, login="zhao")
    enter_as(client, session, Role.ADMIN)
    other = app.test_client()
    other.sign_in("zhao", "correct horse")
    assert other.get("/account/").status_code == 200
    path = f"/admin/people/{steward.id}/edit"
    sent = client.submit(path, {"role": "clerk", "name": "赵静"}, form=MAIN)
    assert sent.location == f"/admin/people/{steward.id}"
    assert other.get("/account/").location.startswith("/login")
    assert staff_of(session, "zhao").role is Role.CLERK
    assert [e.action for e in list_audit_of(session, f"staff:{steward.id}")][-2:] == [
        "staff.rename",
        "staff.rights",
    ]


def test_an_unchanged_form_changes_nothing(client, session):
    community = make_community(session)
    director = make_staff(session, Role.OFFICE, communities=[community])
    enter_as(client, session, Role.ADMIN)
    client.submit(
        f"/admin/people/{director.id}/edit",
        {"role": "office", "communities": [str(community.id)]},
        form=MAIN,
    )
    session.rollback()
    assert list_audit_of(session, f"staff:{director.id}") == []


def test_a_disabled_person_is_out_until_enabled_again(client, session, app):
    steward = make_staff(session, Role.STEWARD, login="zhao")
    enter_as(client, session, Role.ADMIN)
    other = app.test_client()
    other.sign_in("zhao", "correct horse")
    page = client.get(f"/admin/people/{steward.id}").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    act = f"/admin/people/{steward.id}"
    assert client.post(f"{act}/disable", data={"csrf_token": token}).status_code == 302
    assert other.get("/account/").location.startswith("/login")
    refused = other.submit("/login", {"login": "zhao", "password": "correct horse"})
    assert refused.status_code == 422
    assert client.post(f"{act}/link", data={"csrf_token": token}).status_code == 422
    client.post(f"{act}/enable", data={"csrf_token": token})
    other.sign_in("zhao", "correct horse")
    client.post(f"{act}/sign_out", data={"csrf_token": token})
    assert other.get("/account/").location.startswith("/login")


def test_nobody_disables_himself(client, session):
    admin = enter_as(client, session, Role.ADMIN)
    page = client.get(f"/admin/people/{admin.id}").text
    assert "/disable" not in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    for act in ("disable", "remove_code", "link"):
        refused = client.post(f"/admin/people/{admin.id}/{act}", data={"csrf_token": token})
        assert refused.status_code == 422
        assert "another administrator" in words_of(refused.text)


def test_head_office_looks_at_accounts_of_its_own_kind_and_changes_none(client, session):
    colleague = make_staff(session, Role.HEAD_OFFICE, name="沈怡")
    steward = make_staff(session, Role.STEWARD, name="赵文静")
    enter_as(client, session, Role.HEAD_OFFICE)
    words = words_of(client.get("/admin/?role=steward").text)
    assert "沈怡" in words
    assert "赵文静" not in words
    page = client.get(f"/admin/people/{colleague.id}")
    assert page.status_code == 200
    assert "<button" not in page.text.split('id="main"')[1]
    assert client.get(f"/admin/people/{steward.id}").status_code == 404
    assert client.get(f"/admin/people/{colleague.id}/edit").status_code == 403


def test_the_list_finds_by_name_and_pages(client, session):
    for number in range(60):
        session.add(
            Staff(
                login=f"s{number:02}",
                name=f"员工{number:02}",
                role=Role.STEWARD,
                password_hash="",
                created_at=NOW,
            )
        )
    enter_as(client, session, Role.ADMIN)
    first = client.get("/admin/?role=steward").text
    assert first.count("/admin/people/") == 51  # fifty people and the way to invite one
    assert "员工59" in client.get("/admin/?role=steward&page=2").text
    assert "员工59" in client.get("/admin/?q=工59").text
    assert "Nobody fits" in client.get("/admin/?q=nobody&state=disabled").text
    assert client.get("/admin/?page=x&role=king&state=odd").status_code == 200


def test_what_happened_to_an_account_stands_on_its_page(client, session, app):
    admin = enter_as(client, session, Role.ADMIN)
    invite(client)
    director = staff_of(session, "zhou.li")
    set_clock(app, NOW + timedelta(minutes=5))
    words = words_of(client.get(f"/admin/people/{director.id}").text)
    assert f"One-time link made · {admin.name}" in words
    assert "Invited · " in words
    assert "A one-time link is open until" in words


def test_an_administrator_meets_no_answer_and_no_home(client, session, vault):
    community = make_community(session)
    campaign = make_campaign(session, vault)
    member = members_of(session, campaign, community)[0]
    answer(session, vault, campaign, member, comment="金丝雀")
    enter_as(client, session, Role.ADMIN)
    for path in ("/hq/", "/hq/households/", "/desk/follow-ups", "/hq/results", "/hq/words/"):
        assert client.get(path).status_code == 403, path
