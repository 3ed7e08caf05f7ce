"""The operator adds accounts on the command line."""

import pytest
from click.testing import CliRunner

from app import clock
from app.cli.operate import add_staff
from app.cli.people import link
from app.staff import queries, services
from app.staff.models import Role
from app.staff.people import factors, links
from app.surveys.register.models import Region
from tests.factories import PASSWORD, make_community, make_staff


@pytest.fixture
def run(monkeypatch, database_url):
    monkeypatch.setenv("LINSHENG_DATABASE", database_url)
    return lambda *words: CliRunner().invoke(add_staff, [*words, "--password", PASSWORD])


def test_a_clerk_gets_no_community_one_or_all(run, session):
    community = make_community(session, code="YQL")
    session.commit()
    assert run("none", "何立", "clerk").exit_code == 0
    assert run("one", "何立", "clerk", "--community", "YQL").exit_code == 0
    assert run("all", "何立", "clerk", "--all-communities").exit_code == 0
    given = [
        services.scope_of(session, queries.find_staff_by_login(session, login)).community_ids
        for login in ("none", "one", "all")
    ]
    assert given == [frozenset(), frozenset({community.id}), None]


def test_all_communities_are_refused_to_every_other_role(run, session):
    refused = run("zhou", "周立", "office", "--all-communities")
    assert refused.exit_code == 1
    assert "for clerks only" in refused.output
    assert queries.find_staff_by_login(session, "zhou") is None


def test_a_region_is_given_by_its_code_and_only_to_the_role_region(run, session):
    region = Region(code="E", name="东区")
    session.add(region)
    session.flush()
    community = make_community(session)
    community.region_id = region.id
    session.commit()
    assert run("jiang", "江岚", "region", "--region", "E").exit_code == 0
    scope = services.scope_of(session, queries.find_staff_by_login(session, "jiang"))
    assert scope.community_ids == {community.id}
    session.rollback()
    assert "unknown region: W" in run("li", "李", "region", "--region", "W").output
    assert "for the role region only" in run("wu", "吴", "office", "--region", "E").output


def test_a_link_from_the_server_sets_a_password_and_takes_a_lost_phone_away(
    run, session, vault, now
):
    staff = make_staff(session, Role.ADMIN, login="wang")
    secret = factors.start(session, vault, staff.id, now)
    factors.confirm(session, vault, staff, factors.code_at(secret, now), now)
    session.commit()
    printed = CliRunner().invoke(link, ["WANG", "--remove-code"]).output
    token = printed.split("/i/")[1].split()[0]
    assert printed.startswith("http://localhost:8000/i/")
    assert links.find_owner(session, token, clock.now())[0].login == "wang"
    assert not factors.has_factor(session, staff.id)
    assert "nobody has the login" in CliRunner().invoke(link, ["nobody"]).output
