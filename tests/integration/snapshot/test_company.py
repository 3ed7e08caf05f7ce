"""The company snapshot: when it is written, what it holds, when a new revision is due."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.db import write_session
from app.staff.queries import list_audit_of
from app.surveys.campaign.queries import find_campaign
from app.surveys.campaign.services import waive_gate
from app.surveys.response.queries import count_returns
from app.surveys.response.tracker import gate_standing
from app.surveys.snapshot.company import find_company_manifest, freeze_company
from app.surveys.snapshot.errors import BadManifestError
from app.surveys.snapshot.freeze import freeze_gate
from app.surveys.snapshot.load import load_snapshot
from app.surveys.snapshot.manifest import MissingEntry, MissingReason, company_from_json
from app.surveys.snapshot.models import Snapshot
from app.surveys.snapshot.queries import list_company_revisions
from tests.factories import gate_of, make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import AFTER, answer, answer_all

DEADLINE = AFTER - timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def full(session):
    return make_community(session, households=5, code="A")


@pytest.fixture
def poor(session):
    return make_community(session, households=5, code="B")


@pytest.fixture
def campaign(session, vault, full, poor):
    return make_campaign(session, vault)


def come_back(session, vault, campaign, community, first, last, *, now=DEADLINE - HOUR):
    for member in members_of(session, campaign, community)[first:last]:
        answer(session, vault, campaign, member, now=now)


def freeze(session, storage, campaign, community, *, now=AFTER):
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=now).status
    return freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=now)


def company(session, storage, campaign, *, now=AFTER):
    return freeze_company(session, storage, campaign=campaign, now=now)


def test_the_company_does_not_wait_for_a_community_below_the_gate_and_names_it(
    session, vault, storage, campaign, full, poor
):
    come_back(session, vault, campaign, full, 0, 5)
    come_back(session, vault, campaign, poor, 0, 1)  # 6 of 10 homes: 60 % company-wide
    frozen = freeze(session, storage, campaign, full)
    snapshot = company(session, storage, campaign)
    manifest = company_from_json(storage.get(snapshot.digest).decode())
    assert (snapshot.community_id, snapshot.revision, snapshot.replaces) == (None, 1, None)
    assert (manifest.base, manifest.returned, manifest.t0) == (10, 6, DEADLINE)
    (entry,) = manifest.snapshots
    assert (entry.community, entry.digest, entry.base, entry.returned) == ("A", frozen.digest, 5, 5)
    assert manifest.missing == (MissingEntry("B", MissingReason.BELOW_RATE, 5, 1),)


def test_below_the_rate_company_wide_there_is_no_company_snapshot(
    session, vault, storage, campaign, full
):
    come_back(session, vault, campaign, full, 0, 5)  # 5 of 10
    freeze(session, storage, campaign, full)
    assert company(session, storage, campaign) is None
    assert list_company_revisions(session, campaign.id) == []


def test_a_waived_community_does_not_start_the_company_clock(
    session, vault, storage, campaign, full
):
    come_back(session, vault, campaign, full, 0, 2)
    gate = gate_of(session, campaign, full)
    waive_gate(
        session,
        vault,
        gate,
        count=count_returns(session, campaign.id, full.id),
        staff_id=make_staff(session).id,
        reason="停电",
        now=AFTER,
    )
    freeze(session, storage, campaign, full)
    assert company(session, storage, campaign) is None


def test_the_company_may_reach_its_rate_between_two_freezes(
    session, vault, storage, campaign, full, poor
):
    come_back(session, vault, campaign, full, 0, 5)
    freeze(session, storage, campaign, full)
    late = AFTER + HOUR
    come_back(session, vault, campaign, poor, 0, 1, now=late)
    snapshot = company(session, storage, campaign, now=late + HOUR)
    assert company_from_json(snapshot.manifest).t0 == late


def test_nothing_is_written_while_no_community_is_frozen(
    session, vault, storage, campaign, full, poor
):
    for community in (full, poor):
        come_back(session, vault, campaign, community, 0, 5)
    assert company(session, storage, campaign) is None
    freeze(session, storage, campaign, full)
    manifest = company_from_json(company(session, storage, campaign).manifest)
    assert manifest.missing == (MissingEntry("B", MissingReason.NOT_FROZEN, 5, 5),)


def test_an_added_community_makes_a_revision_that_keeps_t0(
    session, vault, storage, campaign, full, poor
):
    come_back(session, vault, campaign, full, 0, 5)
    come_back(session, vault, campaign, poor, 0, 1)
    freeze(session, storage, campaign, full)
    first = company(session, storage, campaign)
    late = AFTER + timedelta(days=2)
    come_back(session, vault, campaign, poor, 1, 3, now=late)  # 3 of 5: B is at its gate
    assert company(session, storage, campaign, now=late).digest == first.digest
    freeze(session, storage, campaign, poor, now=late)
    second = company(session, storage, campaign, now=late)
    manifest = find_company_manifest(session, campaign.id)
    assert (second.revision, second.replaces) == (2, first.digest)
    assert [entry.community for entry in manifest.snapshots] == ["A", "B"]
    assert (manifest.base, manifest.returned, manifest.missing) == (10, 8, ())
    assert manifest.t0 == DEADLINE


def test_the_same_communities_make_no_new_revision_and_one_audit_entry(
    session, vault, storage, campaign, full, poor
):
    for community in (full, poor):
        come_back(session, vault, campaign, community, 0, 3)
        freeze(session, storage, campaign, community)
    digests = {
        company(session, storage, campaign, now=AFTER + hours * HOUR).digest for hours in range(3)
    }
    assert len(digests) == 1
    entries = list_audit_of(session, "campaign:2026-11")
    assert [entry.detail for entry in entries if entry.action == "freeze_company"] == [*digests]


def test_two_workers_at_once_write_one_revision(
    engine, session, vault, storage, campaign, full, poor
):
    for community in (full, poor):
        come_back(session, vault, campaign, community, 0, 3)
        freeze(session, storage, campaign, community)
    session.commit()

    def work(_):
        with write_session(engine) as own:
            return company(own, storage, find_campaign(own, "2026-11")).digest

    with ThreadPoolExecutor(6) as pool:
        digests = set(pool.map(work, range(12)))
    assert len(digests) == 1
    assert session.scalar(select(func.count()).where(Snapshot.community_id.is_(None))) == 1


def test_a_company_snapshot_cannot_be_changed_nor_read_as_answers(
    session, vault, storage, campaign, full, poor
):
    for community in (full, poor):
        answer_all(session, vault, campaign, members_of(session, campaign, community))
        freeze(session, storage, campaign, community)
    digest = company(session, storage, campaign).digest
    session.commit()
    with pytest.raises(BadManifestError, match="schema"):
        load_snapshot(storage, digest)
    with pytest.raises(DatabaseError):
        session.execute(text("UPDATE snapshot SET revision = 9 WHERE community_id IS NULL"))
