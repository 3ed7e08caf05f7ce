"""Orders of exports: sealed, logged, for a day, and read by who may. On both databases."""

import json

from sqlalchemy import select

from app.jobs.queries import list_jobs
from app.reports.exports import queries, services
from app.reports.exports.models import ExportOrder, ExportState
from app.reports.exports.work import exports_round
from app.staff.models import AuditEntry, Role
from app.staff.scope import Scope
from app.staff.services import scope_of
from tests.integration.exports.conftest import DAY
from tests.integration.exports.ordering import REASON, members, order, take, wish_of
from tests.unit.exports.build import MADE_AT


def test_an_order_is_made_sealed_fetched_logged_and_dropped(
    session, world, workshop, vault, clock, config
):
    order_id = order(session, vault, world.head, wish_of(world, at=0))
    assert [job.payload for job in list_jobs(session, services.KIND)] == [
        services.payload_text(order_id)
    ]
    content = take(session, workshop, vault, world.head, order_id)
    files = members(content)
    manifest = json.loads(files["manifest.json"])
    assert manifest["snapshot"] == world.laid[0].digest
    assert len(files["answers-wide-codes.csv"].splitlines()) == 1 + 45
    made = session.get(ExportOrder, order_id)
    assert (made.rows, made.fetched, made.role) == (45, 1, "head_office")
    assert REASON.encode() not in made.reason_sealed
    assert services.open_reason(vault, made) == REASON
    sealed = [path.read_bytes() for path in (config.instance / "exports").glob("*/*")]
    assert len(sealed) == 1
    assert b"PK" not in sealed[0][:64]
    log = [
        (one.action, one.subject, one.community_id, one.detail)
        for one in session.scalars(select(AuditEntry).order_by(AuditEntry.sequence))
        if one.action.startswith("export.")
    ]
    where = world.communities[0].id
    assert log == [
        (
            "export.order",
            f"campaign:{world.campaign.code}",
            where,
            f"{made.number} answers csv head_office",
        ),
        (
            "export.fetch",
            f"export:{made.number}",
            where,
            f"answers head_office sha256:{made.digest}",
        ),
    ]
    session.rollback()
    clock[0] = MADE_AT + DAY * 300  # the files are younger than that by the machine's own clock
    exports_round(workshop)
    session.expire_all()
    assert session.get(ExportOrder, order_id).state is ExportState.DROPPED
    assert not list((config.instance / "exports").glob("*/*"))
    assert services.fetch(session, scope_of(session, world.head), order_id, now=clock[0]) is None


def test_orders_are_read_by_head_office_and_by_who_gave_them(session, world, vault):
    study_scope = scope_of(session, world.head)
    order(session, vault, world.head, wish_of(world))
    office = scope_of(session, world.office)
    assert [
        one.person for one in queries.list_taken(session, study_scope, before=None, most=9)
    ] == ["沈怡"]
    assert queries.list_taken(session, office, before=None, most=9) == []
    places = queries.list_places(session, world.campaign.id, office, now=MADE_AT)
    assert [one.code for one in places] == ["C0"]
    nobody = Scope(9, "n", Role.OFFICE, frozenset())
    assert queries.list_places(session, world.campaign.id, nobody, now=MADE_AT) == []
