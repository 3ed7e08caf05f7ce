"""Erasing a home: nothing of its people is left in any table or file, and every figure stands."""

import json
import secrets

import pytest
from sqlalchemy import Integer, select, text, update
from sqlalchemy.exc import IntegrityError

from app.db import Base, write_session
from app.rights import queries, services
from app.rights.erasure.queries import compact
from app.rights.erasure.registry import RULES
from app.rights.erasure.services import erase_home, read_erased
from app.rights.errors import (
    AlreadyAskedError,
    NoReasonError,
    SamePersonError,
    UnknownRequestError,
    WrongAddressError,
)
from app.rights.models import RequestState, RightsRequest, VaultWork
from app.rights.sealed import PURPOSES, purpose_of
from app.rights.services import Demand
from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.staff.scope import Scope
from app.surveys.campaign.models import FrameMember, Outcome
from app.surveys.campaign.tokens import hash_token, make_token
from app.surveys.register.homes.queries import find_home
from app.surveys.register.models import Household, Person, PersonKind
from app.surveys.register.services import add_person
from app.surveys.response.models import Response
from app.surveys.response.tracker import gate_standing
from app.surveys.response.voids.models import ResponseVoid, VoidReason
from app.surveys.snapshot.freeze import freeze_gate
from app.surveys.snapshot.manifest import from_json
from tests.factories import (
    NOW,
    gate_of,
    head_office,
    make_campaign,
    make_community,
    make_staff,
    members_of,
)
from tests.integration.snapshot.answering import AFTER, answer
from tests.migrations.rows import fill_every_table

TOLD = Demand("业主搬走，要求删除", "身份证与房产证已核对")
TABLES = Base.metadata.tables


def sealed_columns(session, *, empty_too=False):
    """Return every sealed value there is with its place and the purpose it is bound to."""
    for place in PURPOSES:
        table_name, name = place.split(".")
        table = TABLES[table_name]
        extra = [table.c.channel] if table_name == "message_address" else []
        keys = list(table.primary_key.columns)
        for row in session.execute(select(*keys, table.c[name], *extra)).mappings():
            if empty_too or row[table.c[name]] is not None:
                channel = row[table.c.channel].value if extra else ""
                where = [key == row[key] for key in keys]
                purpose = purpose_of(place, channel=channel)
                yield place, table, name, where, row[table.c[name]], purpose


def hide_canaries(session, vault):
    """Seal a canary into every sealed column of a full database; return them by place."""
    hidden = {}
    session.add(VaultWork(id=1))
    session.flush()
    for place, table, name, where, _old, purpose in list(sealed_columns(session, empty_too=True)):
        canary = f"canary-{secrets.token_hex(8)}"
        text = json.dumps({"s": canary}) if place == "comment.texts_sealed" else canary
        change = update(table).where(*where).values({name: vault.seal(text, purpose)})
        try:
            with session.begin_nested():
                session.execute(change)
        except IntegrityError:
            continue  # a reason without its decision: no such row can be
        hidden.setdefault(place, []).append(canary)
    session.delete(session.get_one(VaultWork, 1))
    session.flush()
    return hidden


def count_on(session) -> None:
    """Let PostgreSQL give the next keys after those of rows that brought their own."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        if "id" in table.c and table.c.id.primary_key and isinstance(table.c.id.type, Integer):
            name = f"pg_get_serial_sequence('{table.name}', 'id')"
            session.execute(
                text(
                    f"SELECT setval({name}, (SELECT max(id) FROM {table.name}))"
                    f" WHERE {name} IS NOT NULL"
                )
            )


def test_after_erasing_no_table_holds_a_word_of_the_home(session, vault, tmp_path):
    fill_every_table(session)
    count_on(session)
    hidden = hide_canaries(session, vault)
    of_the_home = {place for place in hidden if place.split(".")[0] in {r.table for r in RULES}}
    ruled = {rule.table for rule in RULES}
    # In these rows another column excludes the sealed one; it is emptied like its neighbours.
    excluded = {"visit_action.done_sealed", "praise.name_sealed", "forum_opinion.reply_sealed"}
    excluded |= {"correction_action.evidence_sealed", "corrective_report.finding_sealed"}
    everywhere = {place for place in PURPOSES if place.split(".")[0] in ruled}
    assert of_the_home == everywhere - excluded

    erase_home(
        session,
        vault,
        tmp_path,
        household_id=1,
        actor=Scope(1, "王", Role.HEAD_OFFICE, None),
        now=NOW,
    )

    left = {}
    for place, _table, _name, _where, value, purpose in sealed_columns(session):
        text = vault.open(value, purpose)
        left.setdefault(place, []).extend(c for c in hidden.get(place, ()) if c in text)
    assert {p for p, found in left.items() if found and p in of_the_home} == set()
    # What is about no home stays: reasons of gates, minutes, secrets of staff.
    assert left["gate_extension.reason_sealed"] == hidden["gate_extension.reason_sealed"]
    assert session.get(VaultWork, 1) is None
    assert find_home(session, head_office(), 1).room != "1-101"


@pytest.fixture
def campaign(session, vault):
    community = make_community(session, households=6, code="YQL")
    homes = session.scalars(select(Household).order_by(Household.id)).all()
    for at, home in enumerate(homes):
        kind = PersonKind.TENANT if at == 0 else PersonKind.OWNER
        add_person(session, vault, home, name=f"欧阳{at}", phone=f"1390000000{at}", now=NOW)
        session.scalars(select(Person).where(Person.household_id == home.id)).one().kind = kind
    campaign = make_campaign(session, vault)
    for at, member in enumerate(members_of(session, campaign)[:5]):
        answer(session, vault, campaign, member, comment=f"金丝雀{at}", key=f"k{at}")
    session.flush()
    return campaign, community


def freeze(session, storage, campaign, community):
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=AFTER).status
    return freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=AFTER)


def erase_first(session, vault, tmp_path, campaign):
    member = members_of(session, campaign)[0]
    actor = Scope(make_staff(session).id, "王敏", Role.HEAD_OFFICE, None)
    return erase_home(
        session, vault, tmp_path, household_id=member.household_id, actor=actor, now=AFTER
    )


def test_a_snapshot_frozen_after_the_erasure_has_the_bytes_of_one_frozen_before(
    session, vault, storage, campaign, tmp_path
):
    before = from_json(freeze(session, storage, *campaign).manifest)
    erase_first(session, vault, tmp_path, campaign[0])
    gate = gate_of(session, *campaign)
    gate.stale_at = AFTER
    again = from_json(freeze(session, storage, *campaign).manifest)
    assert again.revision == before.revision  # says the same, so no revision was written
    # The files themselves, made from the rows as they are now, byte for byte.
    assert [(f.name, f.digest) for f in again.files] == [(f.name, f.digest) for f in before.files]
    for file in before.files:
        assert storage.get(file.digest)


def test_an_erased_home_cannot_be_found_again_and_its_address_begins_anew(
    session, vault, campaign, tmp_path
):
    wave, _community = campaign
    member = members_of(session, wave)[0]
    member_id, home_id, uid = (
        member.id,
        member.household_id,
        session.get(Household, member.household_id).uid,
    )
    token = make_token(vault, member.pseudonym)
    erased = erase_first(session, vault, tmp_path, wave)
    member = session.get_one(FrameMember, member_id)
    home = session.get_one(Household, home_id)
    assert (home.uid == uid, home.room == "1-101", home.retired_on is None) == (False,) * 3
    assert (member.room, member.token_hash == hash_token(token)) == ("—", False)
    anew = session.scalars(
        select(Household).where(Household.room == "1-101", Household.id != home_id)
    ).all()
    assert len(anew) == 1
    assert session.scalars(select(Person).where(Person.household_id == anew[0].id)).all() == []
    # The tenant's row stays a number: that the home was let is a figure.
    (shell,) = session.scalars(select(Person).where(Person.household_id == home_id))
    assert (vault.open(shell.name_sealed, "name"), shell.phone_sealed) == ("", None)
    assert shell.name_hash != vault.keyed_hash("name-index", "欧阳0")
    assert erased.rows["comment"] == 1
    assert [entry.action for entry in list_audit_of(session, uid)][-1] == "rights.erase"


def test_a_silent_home_that_is_erased_is_not_reminded_and_stays_in_the_base(
    session, vault, campaign, tmp_path
):
    silent = members_of(session, campaign[0])[5]
    silent_id = silent.id
    erase_home(
        session,
        vault,
        tmp_path,
        household_id=silent.household_id,
        actor=Scope(make_staff(session).id, "王", Role.HEAD_OFFICE, None),
        now=NOW,
    )
    assert session.get_one(FrameMember, silent_id).outcome is Outcome.REFUSED_FOR_GOOD
    assert len(members_of(session, *campaign)) == 6


def test_two_people_reason_proof_and_the_address_are_needed(session, vault, campaign, tmp_path):
    member = members_of(session, campaign[0])[0]
    first, second = (make_staff(session, name=name) for name in ("王敏", "李强"))
    asks, does = (Scope(one.id, one.name, Role.HEAD_OFFICE, None) for one in (first, second))
    home = find_home(session, asks, member.household_id)
    with pytest.raises(NoReasonError):
        services.ask_erasure(session, vault, home, Demand("要求", " "), actor=asks, now=NOW)
    request = services.ask_erasure(session, vault, home, TOLD, actor=asks, now=NOW)
    with pytest.raises(AlreadyAskedError):
        services.ask_erasure(session, vault, home, TOLD, actor=asks, now=NOW)

    def carry_out(typed, actor):
        return services.carry_out(
            session, vault, tmp_path, request_id=request.id, typed=typed, actor=actor, now=NOW
        )

    with pytest.raises(SamePersonError):
        carry_out("1栋 1-101", asks)
    with pytest.raises(WrongAddressError):
        carry_out("1栋 1-102", does)
    assert carry_out(" 1栋1-0101 ", does).rows["response"] == 1
    with pytest.raises(UnknownRequestError):
        carry_out("1栋 1-101", does)
    settled = session.get_one(RightsRequest, request.id)
    assert (settled.state, settled.household_id, settled.reason_sealed) == (
        RequestState.DONE,
        None,
        None,
    )
    assert read_erased(settled.outcome).rows["comment"] == 1
    assert queries.find_request(session, request.id).room == ""


def test_a_withdrawn_answer_leaves_the_count_and_the_next_revision(
    session, vault, storage, campaign
):
    wave, community = campaign
    first = from_json(freeze(session, storage, wave, community).manifest)
    member = members_of(session, wave)[0]
    actor = Scope(make_staff(session).id, "王", Role.HEAD_OFFICE, None)
    home = find_home(session, actor, member.household_id)
    services.withdraw(session, vault, home, TOLD, campaign_code="2026-11", actor=actor, now=AFTER)
    void = session.scalars(select(ResponseVoid)).one()
    assert void.reason is VoidReason.WITHDRAWN
    second = freeze(session, storage, wave, community)
    manifest = from_json(second.manifest)
    assert (manifest.returned, manifest.revision) == (first.returned - 1, 2)
    assert manifest.t0 == first.t0  # what was said then stays
    counted = session.scalars(select(Response.is_counted).order_by(Response.id)).all()
    assert counted == [False, True, True, True, True]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_compaction_no_byte_of_the_erased_words_is_in_the_database_files(
    engine, vault, database_url, tmp_path
):
    with write_session(engine) as session:
        make_community(session, households=3)
        home = session.scalars(select(Household).order_by(Household.id)).first()
        person = add_person(session, vault, home, name="金丝雀", phone="13900000000", now=NOW)
        session.flush()
        cipher, home_id = person.name_sealed, home.id
        index = person.name_hash
        staff = make_staff(session)
        actor = Scope(staff.id, staff.name, Role.HEAD_OFFICE, None)
    path = engine.url.database

    def hits():
        files = [path, f"{path}-wal"]
        contents = []
        for name in files:
            try:
                with open(name, "rb") as file:  # noqa: PTH123
                    contents.append(file.read())
            except FileNotFoundError:
                continue
        return sum(needle in c for c in contents for needle in (cipher, index, "金丝雀".encode()))

    assert hits() >= 2  # the cipher and the index are there; the name itself never was
    with write_session(engine) as session:
        erase_home(session, vault, tmp_path, household_id=home_id, actor=actor, now=NOW)
    compact(engine)
    assert hits() == 0
