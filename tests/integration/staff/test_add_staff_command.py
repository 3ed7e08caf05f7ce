"""The operator adds accounts on the command line."""

import pytest
from click.testing import CliRunner

from app.cli.operate import add_staff
from app.staff import queries, services
from tests.factories import PASSWORD, make_community


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
