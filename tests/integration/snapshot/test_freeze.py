"""Freezing a released gate and reading the snapshot back, on both databases."""

import hashlib
import json
import tempfile
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.db import write_session
from app.storage import DamagedFileError, MissingFileError
from app.surveys.campaign.models import ExclusionCode
from app.surveys.campaign.queries import find_campaign
from app.surveys.campaign.services import approve_exclusion, request_exclusion, waive_gate
from app.surveys.register.queries import find_community_by_code
from app.surveys.response.queries import count_returns, find_counted
from app.surveys.response.storing import settle
from app.surveys.response.tracker import gate_standing
from app.surveys.response.vector import layout
from app.surveys.snapshot.errors import BadManifestError, ChangedAnswerError, NotReleasedError
from app.surveys.snapshot.freeze import KEY_COLUMNS, freeze_gate
from app.surveys.snapshot.load import load_snapshot
from app.surveys.snapshot.manifest import ANSWERS, INSTRUMENT, from_json, to_json
from app.surveys.snapshot.queries import find_snapshot, list_revisions
from tests.factories import (
    gate_of,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    perception_instrument,
    token_of,
)
from tests.integration.snapshot.answering import AFTER, answer, answer_all


@pytest.fixture
def community(session):
    return make_community(session, households=5, important=1, name="金丝雀苑", code="CANARY")


@pytest.fixture
def campaign(session, vault, community):
    return make_campaign(session, vault)


def freeze(session, storage, campaign, community, *, now=AFTER):
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=now).status
    return freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=now)


def test_a_released_gate_is_frozen_with_its_counts_and_dates(
    session, vault, storage, campaign, community
):
    members = members_of(session, campaign)
    answer_all(session, vault, campaign, members[:3])  # 3 of 5 = 60 %
    snapshot = freeze(session, storage, campaign, community)
    manifest = from_json(snapshot.manifest)
    assert (manifest.base, manifest.returned, manifest.excluded) == (5, 3, 0)
    assert manifest.t0 == AFTER - timedelta(seconds=1)  # the deadline, later than the rate
    assert (manifest.campaign, manifest.community) == ("2026-11", "CANARY")
    assert (manifest.revision, manifest.replaces, manifest.waived) == (1, None, False)
    assert gate_of(session, campaign, community).frozen_at == AFTER
    assert find_snapshot(session, snapshot.digest) is snapshot


def test_the_snapshot_holds_exactly_the_vectors_that_were_counted(
    session, vault, storage, campaign, community
):
    members = members_of(session, campaign)[:4]
    answer_all(session, vault, campaign, members)
    answer(session, vault, campaign, members[0], key="second", seed=99)  # kept, never counted
    loaded = load_snapshot(storage, freeze(session, storage, campaign, community).digest)
    names = layout(perception_instrument()).columns
    for at, member in enumerate(sorted(members, key=lambda one: one.pseudonym)):
        vector = find_counted(session, member.id).vector
        for j, column in enumerate(loaded.dataset.columns):
            assert loaded.dataset.values[at, j] == vector[names.index(column.code)]
        assert loaded.dataset.group[at] == member.replicate_group
    assert loaded.dataset.households == 4
    assert loaded.instrument == perception_instrument()


def test_what_was_asked_outside_the_plan_is_kept_out_of_the_dataset_bins(
    session, vault, storage, campaign, community
):
    members = members_of(session, campaign)[:3]
    answer_all(session, vault, campaign, members)
    counted = find_counted(session, members[0].id)
    at = layout(perception_instrument()).columns.index("area.security")
    vector = bytearray(counted.vector)
    vector[at] = 1 + 128  # extra: answered outside the planned offer
    counted.vector = bytes(vector)
    session.flush()
    dataset = load_snapshot(storage, freeze(session, storage, campaign, community).digest).dataset
    column = [column.code for column in dataset.columns].index("area.security")
    rows = sorted(members, key=lambda one: one.pseudonym)
    assert dataset.values[rows.index(members[0]), column] == 129
    assert np.count_nonzero(dataset.values[:, column] < 64) == 2


def test_nothing_is_frozen_before_the_gate_is_released(
    session, vault, storage, campaign, community
):
    answer_all(session, vault, campaign, members_of(session, campaign)[:2])  # 2 of 5
    for now in (AFTER - timedelta(seconds=2), AFTER):
        with pytest.raises(NotReleasedError):
            freeze(session, storage, campaign, community, now=now)
    assert gate_of(session, campaign, community).frozen_at is None
    assert list_revisions(session, campaign.id, community.id) == []


def test_a_status_from_before_the_last_exclusion_does_not_open_the_gate(
    session, vault, storage, campaign, community
):
    members = members_of(session, campaign)
    answer_all(session, vault, campaign, members[:3])
    gate = gate_of(session, campaign, community)
    stale = gate_standing(session, campaign, gate, now=AFTER).status
    session.execute(
        text("UPDATE response SET is_counted = false WHERE frame_member_id = :id"),
        {"id": members[0].id},
    )
    settle(session, members[0])
    with pytest.raises(NotReleasedError):
        freeze_gate(session, storage, campaign=campaign, gate=gate, status=stale, now=AFTER)


def test_a_waiver_is_written_into_the_manifest_without_its_reason(
    session, vault, storage, campaign, community
):
    answer_all(session, vault, campaign, members_of(session, campaign)[:2])
    staff = make_staff(session)
    count = count_returns(session, campaign.id, community.id)
    gate = gate_of(session, campaign, community)
    waive_gate(session, vault, gate, count=count, staff_id=staff.id, reason="洪水停电", now=AFTER)
    snapshot = freeze(session, storage, campaign, community)
    manifest = from_json(snapshot.manifest)
    assert manifest.waived
    assert manifest.t0 == AFTER
    assert "洪水" not in snapshot.manifest


def test_freezing_again_changes_nothing_and_a_void_makes_a_revision_that_names_the_first(
    session, vault, storage, campaign, community
):
    members = members_of(session, campaign)
    answer_all(session, vault, campaign, members[:3])
    first = freeze(session, storage, campaign, community)
    assert freeze(session, storage, campaign, community, now=AFTER + timedelta(days=1)) is first
    find_counted(session, members[0].id).is_counted = False
    settle(session, members[0])
    second = freeze(session, storage, campaign, community, now=AFTER + timedelta(days=2))
    assert (second.revision, second.replaces) == (2, first.digest)
    manifest = from_json(second.manifest)
    assert (manifest.returned, manifest.replaces) == (2, first.digest)
    assert manifest.t0 == from_json(first.manifest).t0
    assert list_revisions(session, campaign.id, community.id) == [first, second]
    assert load_snapshot(storage, first.digest).dataset.households == 3
    assert load_snapshot(storage, second.digest).dataset.households == 2


def test_excluded_homes_are_in_neither_base_nor_file(session, vault, storage, campaign, community):
    members = members_of(session, campaign)
    answer_all(session, vault, campaign, members[1:3])
    staff = make_staff(session)
    excluded = request_exclusion(
        session,
        vault,
        members[0],
        code=ExclusionCode.VACANT,
        evidence="水表为零",
        staff_id=staff.id,
        now=AFTER,
    )
    approve_exclusion(session, excluded, staff_id=staff.id, now=AFTER)
    answer(session, vault, campaign, members[0])  # kept, and in no count
    answer(session, vault, campaign, members[3])
    manifest = from_json(freeze(session, storage, campaign, community).manifest)
    assert (manifest.base, manifest.returned, manifest.excluded) == (4, 3, 1)


def test_an_answer_after_the_freeze_is_kept_and_not_counted(
    session, vault, storage, campaign, community
):
    members = members_of(session, campaign)
    answer_all(session, vault, campaign, members[:3])
    digest = freeze(session, storage, campaign, community).digest
    receipt = answer(session, vault, campaign, members[3], now=AFTER + timedelta(seconds=1))
    assert not receipt.is_counted
    assert freeze(session, storage, campaign, community).digest == digest


def test_no_name_no_address_no_text_and_no_token_reaches_the_store(
    session, vault, storage, campaign, community, tmp_path
):
    members = members_of(session, campaign)[:3]
    for member in members:
        answer(session, vault, campaign, member, comment="金丝雀的意见", wish="hq_only")
    snapshot = freeze(session, storage, campaign, community)
    manifest = from_json(snapshot.manifest)
    table = storage.get(manifest.file(ANSWERS).digest)
    rows = read(table)
    assert list(rows)[:4] == list(KEY_COLUMNS)
    words = {str(value) for name in KEY_COLUMNS[:3] for value in rows[name]}
    assert words == {"2026-11", "CANARY", *(member.pseudonym for member in members)}
    secrets = [token_of(vault, member) for member in members]
    secrets += [member.token_hash.hex() for member in members]
    secrets += [f'"{member.room}"' for member in members] + ["金丝雀", "hq_only"]
    haystack = snapshot.manifest + json.dumps({n: [str(v) for v in vs] for n, vs in rows.items()})
    assert [secret for secret in secrets if secret in haystack] == []


def read(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.parquet"
        path.write_bytes(content)
        with duckdb.connect(":memory:") as connection:
            return connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchnumpy()


@pytest.mark.parametrize("name", [ANSWERS, INSTRUMENT, None])
def test_one_changed_byte_in_any_file_is_found_and_nothing_is_loaded(
    session, vault, storage, campaign, community, name
):
    answer_all(session, vault, campaign, members_of(session, campaign)[:3])
    snapshot = freeze(session, storage, campaign, community)
    manifest = from_json(snapshot.manifest)
    path = storage.path(snapshot.digest if name is None else manifest.file(name).digest)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(DamagedFileError):
        load_snapshot(storage, snapshot.digest)
    path.unlink()
    with pytest.raises(MissingFileError):
        load_snapshot(storage, snapshot.digest)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"returned": 2}, "returned"),
        ({"community": "OTHER"}, "community"),
        ({"campaign": "2026-06"}, "wave"),
        ({"instrument": "0" * 64}, "instrument"),
    ],
)
def test_a_manifest_with_a_right_digest_that_lies_about_its_files_is_refused(
    session, vault, storage, campaign, community, change, field
):
    answer_all(session, vault, campaign, members_of(session, campaign)[:3])
    data = json.loads(freeze(session, storage, campaign, community).manifest) | change
    forged = storage.put(json.dumps(data).encode())
    with pytest.raises(BadManifestError) as caught:
        load_snapshot(storage, forged)
    assert caught.value.field == field


def test_the_database_refuses_to_change_or_delete_a_snapshot(
    session, vault, storage, campaign, community
):
    answer_all(session, vault, campaign, members_of(session, campaign)[:3])
    freeze(session, storage, campaign, community)
    session.commit()
    for statement in ("UPDATE snapshot SET revision = 9", "DELETE FROM snapshot"):
        with pytest.raises(DatabaseError):
            session.execute(text(statement))
        session.rollback()


def test_the_name_of_a_snapshot_is_the_sha256_of_its_stored_manifest(
    session, vault, storage, campaign, community
):
    answer_all(session, vault, campaign, members_of(session, campaign)[:3])
    snapshot = freeze(session, storage, campaign, community)
    stored = storage.get(snapshot.digest)
    assert hashlib.sha256(stored).hexdigest() == snapshot.digest
    assert stored.decode() == snapshot.manifest == to_json(from_json(snapshot.manifest))


def test_a_freeze_that_is_rolled_back_leaves_the_gate_open(
    engine, session, vault, storage, campaign, community
):
    answer_all(session, vault, campaign, members_of(session, campaign)[:3])
    session.commit()
    with pytest.raises(ZeroDivisionError):
        freeze_and_fail(engine, storage)
    assert gate_of(session, campaign, community).frozen_at is None
    assert list_revisions(session, campaign.id, community.id) == []


def freeze_and_fail(engine, storage):
    with write_session(engine) as session:
        campaign = find_campaign(session, "2026-11")
        community = find_community_by_code(session, "CANARY")
        assert freeze(session, storage, campaign, community).revision == 1
        raise ZeroDivisionError


def test_an_answer_changed_behind_the_programs_back_is_not_frozen_again(
    session, vault, storage, campaign, community, caplog
):
    members = members_of(session, campaign, community)
    answer_all(session, vault, campaign, members)
    freeze(session, storage, campaign, community)
    kept = find_counted(session, members[0].id)
    kept.vector = bytes([kept.vector[0] % 5 + 1]) + kept.vector[1:]
    session.flush()
    with pytest.raises(ChangedAnswerError) as refused:
        freeze(session, storage, campaign, community)
    pseudonym = members[0].pseudonym
    assert refused.value.pseudonyms == (pseudonym,)
    assert pseudonym in caplog.text
    assert len(list_revisions(session, campaign.id, community.id)) == 1
