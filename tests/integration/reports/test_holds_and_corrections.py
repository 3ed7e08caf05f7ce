"""A hold stops the worker and shuts the company's figures; a void after the release corrects them.

What was shown stays on record: former snapshots, results and files are never touched.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.jobs.queries import list_jobs
from app.jobs.queue import payload_of
from app.reports.models import ReportFile, StudyRun
from app.reports.printing.orders import MAKE
from app.reports.queries import list_results
from app.reports.report_work import make_reports
from app.reports.work import Workshop, advance_campaigns, freeze_and_study
from app.surveys.campaign.gates import queries
from app.surveys.campaign.gates.models import WorkKind
from app.surveys.campaign.gates.services import lift_hold, place_hold
from app.surveys.campaign.models import CampaignState
from app.surveys.response.queries import find_counted
from app.surveys.response.voids.models import VoidReason
from app.surveys.response.voids.queries import count_voids
from app.surveys.response.voids.services import void_response
from app.surveys.snapshot.manifest import (
    MissingEntry,
    MissingReason,
    company_from_json,
    from_json,
)
from app.surveys.snapshot.queries import list_company_revisions, list_revisions
from tests.factories import (
    gate_of,
    head_office,
    make_campaign,
    make_community,
    make_staff,
    members_of,
)
from tests.integration.snapshot.answering import AFTER, answer_all

pytestmark = pytest.mark.heavy

DAY = timedelta(days=1)


@pytest.fixture
def workshop(engine, vault, storage, config):
    return Workshop(engine=engine, vault=vault, storage=storage, config=config, clock=lambda: AFTER)


@pytest.fixture
def community(session):
    return make_community(session, households=5, code="A")


@pytest.fixture
def campaign(session, vault, community):
    return make_campaign(session, vault)


def run_round(session, workshop, now, *, do_jobs=True):
    """Let the worker's minute pass and do what it ordered; return how many jobs there were."""
    session.rollback()
    workshop = replace(workshop, clock=lambda: now)
    advance_campaigns(workshop, {})
    jobs = [job for job in list_jobs(session, "freeze_and_study") if job.ended_at is None]
    payloads = [payload_of(job) for job in jobs]
    for job in jobs:
        session.delete(job)
    session.commit()
    for payload in payloads if do_jobs else ():
        freeze_and_study(workshop, payload)
    advance_campaigns(workshop, {})
    orders = [payload_of(job) for job in list_jobs(session, MAKE)]
    session.rollback()
    for payload in orders if do_jobs else ():
        make_reports(workshop, payload)
    return len(payloads)


def company_revisions(session, campaign):
    found = list_company_revisions(session, campaign.id)
    return [company_from_json(one.manifest) for one in found]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_held_community_waits_and_a_corrected_one_gets_a_revision_that_leaves_the_old_one(
    session, vault, storage, campaign, community, workshop
):
    members = members_of(session, campaign)
    answer_all(session, vault, campaign, members[:4])
    gate, staff_id = gate_of(session, campaign, community), make_staff(session).id
    place_hold(session, vault, gate, reason="复核", staff_id=staff_id, now=AFTER)
    session.commit()
    payload = {"campaign_id": campaign.id, "community_id": community.id}

    assert run_round(session, workshop, AFTER) == 0  # nothing is ordered while it is held
    freeze_and_study(workshop, payload)  # ordered before the hold
    session.rollback()
    assert list_revisions(session, campaign.id, community.id) == []
    assert gate.frozen_at is None

    lift_hold(session, vault, gate, reason="无误", staff_id=staff_id, now=AFTER)
    session.commit()
    assert run_round(session, workshop, AFTER) == 1
    (result,) = list_results(session, campaign.id, head_office())
    assert (result.result.n, result.manifest.revision) == (4, 1)
    work = queries.find_work(session, gate.id, WorkKind.STATISTICS)
    assert (work.started_at, work.started_by, work.done_at) == (AFTER, None, AFTER)
    old = [(file.kind, file.digest) for file in session.scalars(select(ReportFile))]
    assert run_round(session, workshop, AFTER) == 0  # settled

    campaign.state = CampaignState.CLOSED  # a withdrawal may come at any time
    void_response(
        session,
        vault,
        find_counted(session, members[0].id),
        reason=VoidReason.WITHDRAWN,
        note="业主来信撤回",
        staff_id=staff_id,
        now=AFTER + DAY,
    )
    session.commit()
    assert run_round(session, workshop, AFTER + DAY) == 1
    assert run_round(session, workshop, AFTER + DAY) == 0

    (corrected,) = list_results(session, campaign.id, head_office())
    assert (corrected.result.n, corrected.manifest.revision) == (3, 2)
    assert corrected.manifest.replaces == result.snapshot.digest
    assert corrected.manifest.t0 == result.manifest.t0
    assert count_voids(session, gate) == {2: {VoidReason.WITHDRAWN: 1}}
    assert list_revisions(session, campaign.id, community.id)[0].digest == result.snapshot.digest
    kept = {(file.kind, file.digest) for file in session.scalars(select(ReportFile))}
    assert set(old) < kept
    assert all(storage.get(digest) for _kind, digest in old)
    assert len(session.scalars(select(StudyRun)).all()) == 2
    first, second = company_revisions(session, campaign)
    assert [entry.revision for entry in second.snapshots] == [2]
    assert (first.t0, first.returned, second.returned) == (second.t0, 4, 3)

    place_hold(session, vault, gate, reason="再查", staff_id=staff_id, now=AFTER + 2 * DAY)
    session.commit()
    assert run_round(session, workshop, AFTER + 2 * DAY) == 0
    assert list_results(session, campaign.id, head_office()) == []
    third = company_revisions(session, campaign)[2]
    assert third.snapshots == ()
    assert third.missing == (MissingEntry("A", MissingReason.HELD, 5, 3),)
    assert third.t0 == first.t0

    lift_hold(session, vault, gate, reason="无误", staff_id=staff_id, now=AFTER + 3 * DAY)
    session.commit()
    assert run_round(session, workshop, AFTER + 3 * DAY, do_jobs=False) == 1
    assert company_revisions(session, campaign)[3].snapshots == second.snapshots
    (again,) = list_results(session, campaign.id, head_office())
    assert again.snapshot.digest == corrected.snapshot.digest
    assert from_json(again.snapshot.manifest).revision == 2
