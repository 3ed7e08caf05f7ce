"""Letters and slips printed from the browser: for head office only, audited, nothing stored."""

import re

import pypdfium2
import pytest
import zxingcpp

from app.staff.models import Role
from app.staff.queries import list_audit_after, list_audit_of
from app.surveys.campaign.codes import format_code
from app.surveys.campaign.lookup import find_by_any_code, find_by_typed_code
from app.surveys.campaign.queries import get_household_uid
from app.surveys.campaign.tokens import make_typed_code
from app.web.hq import letters
from tests.factories import (
    NOW,
    PASSWORD,
    gate_of,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    token_of,
)
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import set_clock


@pytest.fixture
def app(app):
    if letters.bp.name not in app.blueprints:
        app.register_blueprint(letters.bp)
    return app


def typed_code(vault, member):
    return format_code(make_typed_code(vault, member.pseudonym))


def address(world, community, form="slips", building="1栋"):
    return f"/hq/campaigns/{world.campaign.code}/letters/{community.id}/{building}/{form}"


@pytest.mark.parametrize("form", ["slips", "letters"])
def test_every_home_of_the_building_gets_its_own_code_and_the_look_is_audited(
    client, world, session, vault, form
):
    client.sign_in("head", PASSWORD)
    page = client.get(address(world, world.full, form))
    homes = members_of(session, world.campaign, world.full)
    for member in homes:
        assert page.text.count(typed_code(vault, member)) == 1
        assert member.room in page.text
    assert page.text.count('class="qr"') == len(homes)
    assert page.text.count(">survey.example/c<") == len(homes)
    assert "style=" not in page.text
    session.rollback()  # look at the database as it is now
    for member in homes:
        uid = get_household_uid(session, member.household_id)
        (entry,) = list_audit_of(session, uid)
        assert (entry.action, entry.detail) == ("print_letters", f"{form} 2026-11")
        assert entry.community_id == member.community_id


def test_nobody_but_head_office_can_print_letters(client, world):
    client.sign_in("leader", PASSWORD)
    assert client.get(address(world, world.full)).status_code == 403


def test_a_building_that_does_not_exist_has_no_letters_and_leaves_no_entry(client, world, session):
    client.sign_in("head", PASSWORD)
    assert client.get(address(world, world.full, building="99栋")).status_code == 404
    session.rollback()
    assert [entry.action for entry in list_audit_after(session, None, 9)] == ["staff.sign_in"]


def test_a_frozen_community_prints_no_letters(client, world, session, app):
    gate_of(session, world.campaign, world.full).frozen_at = NOW
    session.commit()
    check_that_nothing_is_printed(client, world, session)


def test_a_community_past_its_gate_prints_no_letters(client, world, session, vault, app):
    for member in members_of(session, world.campaign, world.full):
        answer(session, vault, world.campaign, member)
    session.commit()
    set_clock(app, AFTER)  # released, and the worker has not frozen it yet
    check_that_nothing_is_printed(client, world, session)


def check_that_nothing_is_printed(client, world, session):
    client.get("/login?lang=en")
    client.sign_in("head", PASSWORD)
    refused = client.get(address(world, world.full))
    there = f"/hq/tracker/2026-11/{world.full.id}"
    assert (refused.status_code, refused.location) == (302, there)
    page = client.get(there).text
    assert "its letters cannot be printed" in page
    assert "/letters/" not in page
    session.rollback()
    assert "print_letters" not in [entry.action for entry in list_audit_after(session, None, 9)]


def test_below_the_gate_letters_are_printed_also_after_the_deadline(client, world, app):
    set_clock(app, AFTER)
    client.sign_in("head", PASSWORD)
    assert client.get(address(world, world.full)).status_code == 200


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_qr_code_printed_from_the_browser_opens_its_own_home(session, vault, browser_page):
    community = make_community(session, households=9)
    campaign = make_campaign(session, vault)
    make_staff(session, Role.HEAD_OFFICE, login="head")
    homes = members_of(session, campaign, community)
    links = [f"http://survey.example/t/{token_of(vault, home)}" for home in homes]
    here = f"/hq/campaigns/{campaign.code}/letters/{community.id}/1栋"
    session.commit()
    browser_page.goto("/login")
    browser_page.fill("[name=login]", "head")
    browser_page.fill("[name=password]", PASSWORD)
    browser_page.click("button.btn.go")
    browser_page.wait_for_url("**/hq/**")

    browser_page.goto(f"{here}/slips")
    with pypdfium2.PdfDocument(printed(browser_page)) as slips:
        assert [codes_on(page) for page in slips] == [set(links[:8]), {links[8]}]

    browser_page.goto(f"{here}/letters")
    with pypdfium2.PdfDocument(printed(browser_page)) as pages:
        assert [codes_on(page) for page in pages] == [{link} for link in links]
        for page, home in zip(pages, homes, strict=True):
            words = flat(page.get_textpage().get_text_bounded())
            for expected in (
                home.building + home.room,
                "survey.example/c",
                typed_code(vault, home),
            ):
                assert flat(expected) in words


def printed(page):
    return page.pdf(prefer_css_page_size=True, print_background=True)


def codes_on(page):
    return {code.text for code in zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())}


def flat(text):
    return re.sub(r"\s", "", text)


def test_a_code_typed_as_it_is_printed_finds_its_home(session, vault):
    make_community(session)
    member = members_of(session, make_campaign(session, vault))[0]
    assert find_by_typed_code(session, vault, typed_code(vault, member)) is member
    assert find_by_any_code(session, vault, typed_code(vault, member)) is member
    assert find_by_any_code(session, vault, token_of(vault, member).upper()) is member


def test_a_frame_older_than_short_codes_gets_them_when_its_letters_are_printed(
    client, world, session, vault
):
    homes = members_of(session, world.campaign, world.full)
    for member in homes:
        member.code_hash = None
    session.commit()
    client.sign_in("head", PASSWORD)
    client.get(address(world, world.full))
    session.rollback()
    for member in homes:
        assert find_by_typed_code(session, vault, typed_code(vault, member)) is member
