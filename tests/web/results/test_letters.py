"""Letters and slips printed from the browser: for head office only, audited, nothing stored."""

import pytest

from app.staff.queries import list_audit_of
from app.web.hq import letters
from tests.factories import PASSWORD, members_of, token_of


@pytest.fixture
def app(app):
    if letters.bp.name not in app.blueprints:
        app.register_blueprint(letters.bp)
    return app


def address(world, community, form="slips", building="1栋"):
    return f"/hq/campaigns/{world.campaign.code}/letters/{community.id}/{building}/{form}"


@pytest.mark.parametrize("form", ["slips", "letters"])
def test_every_home_of_the_building_gets_its_own_link_and_the_look_is_audited(
    client, world, session, vault, form
):
    client.sign_in("head", PASSWORD)
    page = client.get(address(world, world.full, form))
    homes = members_of(session, world.campaign, world.full)
    for member in homes:
        assert page.text.count(f"http://survey.example/t/{token_of(vault, member)}") == 1
        assert member.room in page.text
    assert page.text.count('class="qr"') == len(homes)
    assert "style=" not in page.text
    session.rollback()  # look at the database as it is now
    (entry,) = list_audit_of(session, "campaign:2026-11")
    assert (entry.action, entry.detail) == ("print_letters", f"{form} 1栋")


def test_nobody_but_head_office_can_print_letters(client, world):
    client.sign_in("leader", PASSWORD)
    assert client.get(address(world, world.full)).status_code == 403


def test_a_building_that_does_not_exist_has_no_letters(client, world):
    client.sign_in("head", PASSWORD)
    assert client.get(address(world, world.full, building="99栋")).status_code == 404
