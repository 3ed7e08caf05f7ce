"""Who takes what out, and what is in it: what does not differ between the databases."""

import csv
import io
import json
from dataclasses import replace
from hashlib import sha256

import pytest

from app.reports.exports import queries, services
from app.reports.exports.errors import NotAllowedError, NothingToExportError
from app.reports.exports.models import ExportKind, ExportOrder, ExportState
from app.reports.exports.work import exports_round, make_export
from app.staff.models import Role
from app.staff.services import scope_of
from app.storage import Storage
from app.surveys.register.models import Person, PersonKind
from tests.factories import gate_of, make_staff, members_of, token_of
from tests.integration.exports.conftest import DAY, study
from tests.integration.exports.ordering import members, order, plain, take, wish_of
from tests.integration.snapshot.answering import answer
from tests.unit.exports.build import MADE_AT

NO_ROWS = (
    "README.txt",
    "manifest.json",
    "codebook.csv",
    "codebook.xml",
    "figures.csv",
)  # and say no code of a community
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_double_tap_orders_once(session, world, vault):
    first = order(session, vault, world.head, wish_of(world))
    assert order(session, vault, world.head, wish_of(world)) == first
    assert order(session, vault, world.head, wish_of(world, forms=("csv", "json"))) != first


def test_only_head_office_takes_answers_out_and_only_who_ordered_fetches(
    session, world, vault, workshop
):
    for staff in (world.office, world.committee):
        with pytest.raises(NotAllowedError):
            order(session, vault, staff, wish_of(world, at=0))
    order_id = order(session, vault, world.head, wish_of(world, at=0))
    make_export(workshop, {"order_id": order_id})
    session.expire_all()
    other = replace(scope_of(session, world.head), staff_id=world.office.id)
    assert services.fetch(session, other, order_id, now=MADE_AT) is None
    demoted = replace(scope_of(session, world.head), role=Role.LEADER)
    assert services.fetch(session, demoted, order_id, now=MADE_AT) is None


def test_a_right_that_is_lost_before_the_worker_comes_makes_nothing(
    session, world, vault, workshop
):
    order_id = order(session, vault, world.head, wish_of(world))
    world.head.disabled_at = MADE_AT
    session.commit()
    make_export(workshop, {"order_id": order_id})
    session.expire_all()
    made = session.get(ExportOrder, order_id)
    assert (made.state, made.problem) == (ExportState.FAILED, "not_allowed")


def test_what_is_held_is_in_no_export_and_no_longer_fetched(session, world, vault, workshop, clock):
    order_id = order(session, vault, world.head, wish_of(world, forms=("parquet",)))
    content = take(session, workshop, vault, world.head, order_id)
    gate_of(session, world.campaign, world.communities[0]).held_at = MADE_AT + DAY / 24
    session.commit()
    scope = scope_of(session, world.head)
    assert services.fetch(session, scope, order_id, now=MADE_AT + DAY / 12) is None
    with pytest.raises(NothingToExportError):
        order(session, vault, world.head, wish_of(world, at=0))
    session.rollback()
    clock[0] = MADE_AT + DAY / 12
    again = order(session, vault, world.head, wish_of(world, forms=("json",)))
    later = take(session, workshop, vault, world.head, again)
    assert json.loads(members(content)["manifest.json"])["rows"] == 45 + 30 + 12
    assert json.loads(members(later)["manifest.json"])["rows"] == 30 + 12


def test_who_lost_one_community_cannot_fetch_what_holds_it(
    session, world, vault, workshop, storage
):
    for at in (0, 1):
        study(session, storage, world, at)
    office = make_staff(session, Role.OFFICE, login="two", communities=world.communities[:2])
    session.commit()
    order_id = order(session, vault, office, wish_of(world, ExportKind.TABLES))
    take(session, workshop, vault, office, order_id)
    whole = scope_of(session, office)
    first, second = (one.id for one in world.communities[:2])
    assert session.get(ExportOrder, order_id).contained == {first, second}
    lost = replace(whole, community_ids=frozenset({first}))
    assert services.fetch(session, lost, order_id, now=MADE_AT) is None
    assert services.fetch(session, whole, order_id, now=MADE_AT) is not None


@pytest.mark.parametrize("kind", [ExportKind.TABLES, ExportKind.KPI])
def test_only_a_hold_of_what_an_export_holds_stops_it(
    session, world, vault, workshop, storage, kind
):
    study(session, storage, world)
    staff, elsewhere, before = world.office, 2, MADE_AT + DAY / 24
    if kind is ExportKind.KPI:  # names every community, but has no figure of what was held before
        staff, elsewhere, before = world.head, 1, MADE_AT - DAY
    order_id = order(session, vault, staff, wish_of(world, kind))
    gate_of(session, world.campaign, world.communities[elsewhere]).held_at = before
    session.commit()
    take(session, workshop, vault, staff, order_id)
    later, scope = MADE_AT + DAY / 12, scope_of(session, staff)
    made = session.get(ExportOrder, order_id)
    assert not queries.is_shut(session, made)
    assert services.fetch(session, scope, order_id, now=later) is not None
    gate_of(session, world.campaign, world.communities[0]).held_at = later
    session.flush()
    assert queries.is_shut(session, made)
    assert services.fetch(session, scope, order_id, now=later) is None


def test_a_worker_that_died_before_the_end_is_made_good_and_its_files_go(
    session, world, vault, workshop, monkeypatch, config, clock
):
    order_id = order(session, vault, world.head, wish_of(world, at=0))

    class PowerCutError(RuntimeError):
        pass

    def cut(*_args, **_given):
        raise PowerCutError

    with monkeypatch.context() as broken:
        broken.setattr(services, "keep", cut)  # sealed and written, but named by no row
        with pytest.raises(PowerCutError):
            make_export(workshop, {"order_id": order_id})
    assert len(list((config.instance / "exports").glob("*/*"))) == 1
    content = take(session, workshop, vault, world.head, order_id)
    assert len(list((config.instance / "exports").glob("*/*"))) == 2
    make_export(workshop, {"order_id": order_id})  # run once more: nothing happens
    session.expire_all()
    assert sha256(content).hexdigest() == session.get(ExportOrder, order_id).digest
    session.rollback()
    clock[0] = MADE_AT + DAY * 300
    exports_round(workshop)
    assert not list((config.instance / "exports").glob("*/*"))


def test_a_damaged_file_is_exported_by_nobody(session, world, vault, workshop, storage):
    order_id = order(session, vault, world.head, wish_of(world, at=0))
    path = Storage.path(storage, world.laid[0].manifest.file("answers.parquet").digest)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    make_export(workshop, {"order_id": order_id})
    session.expire_all()
    assert session.get(ExportOrder, order_id).problem == "damaged"


def test_tables_keep_small_numbers_from_an_attacker(session, world, vault, workshop, storage):
    study(session, storage, world)
    order_id = order(
        session, vault, world.office, wish_of(world, ExportKind.TABLES, forms=("csv", "json"))
    )
    files = members(take(session, workshop, vault, world.office, order_id))
    lines = list(csv.DictReader(io.StringIO(files["tables.csv"].decode("utf-8-sig"))))
    told = json.loads(files["tables.json"])["tables"]
    assert len(told) == len(lines)
    assert {line["community"] for line in lines} == {"C0"}  # the office sees no other
    # Buildings of 14, 7 and 24 homes: a share of so few is not said, of all 45 in tens of per cent.
    shares = [line["value"] for line in lines if line["table"] == "satisfied.building"]
    assert shares[:3] == ["", "", ""]
    assert shares[3:] in [[f"{tenth / 10}"] for tenth in range(11)]
    parts = [line for line in lines if line["table"] == "groups.building"]
    hidden = {line["row"] for line in parts if line["remark"]}
    assert len(hidden) >= 2
    assert {line["value"] for line in parts if line["remark"]} == {""}
    digits = [line["value"] for line in lines if line["column"] == lines[2]["column"]]
    assert all(len(value.partition(".")[2]) <= 1 for value in digits)


def test_a_committee_gets_the_tables_of_its_pages_only(session, world, vault, workshop, storage):
    study(session, storage, world)
    found = {}
    for staff in (world.head, world.committee):
        wish = wish_of(world, ExportKind.TABLES, at=0, forms=("json",))
        content = take(session, workshop, vault, staff, order(session, vault, staff, wish))
        told = json.loads(members(content)["tables.json"])["tables"]
        found[staff.role] = {line["table"] for line in told}
    assert found[Role.HEAD_OFFICE] - found[Role.COMMITTEE] <= {"scales"}
    assert "areas" in found[Role.COMMITTEE]
    with pytest.raises(NothingToExportError):
        order(session, vault, world.committee, wish_of(world, ExportKind.TABLES, at=1))


def test_key_figures_of_what_cannot_be_ranked_stay_in(session, world, vault, workshop, storage):
    study(session, storage, world)
    order_id = order(session, vault, world.head, wish_of(world, ExportKind.KPI, forms=("json",)))
    told = json.loads(members(take(session, workshop, vault, world.head, order_id))["tables.json"])
    assert told["figures"] == []
    assert [(one["community"], one["reason"]) for one in told["not_ranked"]] == [
        ("C0", "few"),  # 45 answers
        ("C1", "not_released"),  # its study is still to come
        ("C2", "not_released"),
    ]


def test_no_name_phone_word_or_token_of_a_home_is_in_any_export(
    session, world, vault, workshop, storage
):
    study(session, storage, world)
    member = members_of(session, world.campaign, world.communities[0])[0]
    canaries = ["金丝雀名", "13900007777", "金丝雀的话", token_of(vault, member), member.room]
    person = Person(
        household_id=member.household_id,
        kind=PersonKind.OWNER,
        name_sealed=vault.seal(canaries[0], "name"),
        name_hash=vault.keyed_hash("name", canaries[0]),
        phone_sealed=vault.seal(canaries[1], "phone"),
        phone_hash=vault.keyed_hash("phone", canaries[1]),
        added_at=MADE_AT,
    )
    session.add(person)
    gate = gate_of(session, world.campaign, world.communities[0])
    gate.frozen_at = None
    receipt = answer(session, vault, world.campaign, member, comment=canaries[2])
    gate.frozen_at = MADE_AT
    canaries += [receipt.code, member.pseudonym]
    session.commit()
    for kind in ExportKind:
        at = 0 if kind is ExportKind.ANSWERS else None  # of the others the whole company's
        wish = wish_of(world, kind, at=at, forms=services.FORMS[kind])
        order_id = order(session, vault, world.head, wish)
        for name, content in members(take(session, workshop, vault, world.head, order_id)).items():
            text = plain(name, content)
            assert world.communities[0].code in text or name in NO_ROWS
            assert not [one for one in canaries if one in text], name
