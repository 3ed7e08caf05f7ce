"""Every file of results that leaves is on record: who, in which role, what, of which revision."""

import pytest
from sqlalchemy import select

from app.staff.models import AuditEntry
from app.staff.services import scope_of
from tests.factories import PASSWORD

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def log_of(session):
    session.rollback()
    query = select(AuditEntry).where(AuditEntry.action == "results.download")
    return [
        (one.actor, one.subject, one.community_id, one.detail)
        for one in session.scalars(query.order_by(AuditEntry.sequence))
    ]


def test_each_download_of_a_result_is_written_down_and_no_look_at_a_page(client, world, session):
    client.sign_in("head", PASSWORD)
    here = f"/hq/results/{world.campaign.code}/{world.full.id}"
    files = {
        "/result.json": "result.json",
        "/chart/areas.svg": "areas.svg",
        "/table/areas.csv": "areas.csv",
        "/table/areas.xlsx": "areas.xlsx",
    }
    for path in files:
        assert client.get(f"{here}{path}").status_code == 200, path
    for path in ("", "/pfi", "/file/xlsx", "/table/nothing.csv"):  # pages, and what is not there
        client.get(f"{here}{path}")
    actor = scope_of(session, session.merge(world.head)).actor
    assert log_of(session) == [
        (actor, f"campaign:{world.campaign.code}", world.full.id, f"head_office {what} r1")
        for what in files.values()
    ]
