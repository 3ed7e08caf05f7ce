"""The worker's jobs: what the passing of time does to a campaign, each step safe to repeat."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.followup.models import FollowUp, Visit
from app.followup.queries import count_comments_without_case, list_cases, list_visits
from app.jobs.queries import list_jobs
from app.reports.models import ReportFile, StudyRun
from app.reports.queries import list_report_files, list_results
from app.reports.work import Workshop, advance_campaigns, freeze_and_study
from app.staff.queries import list_audit_of
from app.surveys.campaign.services import waive_gate
from app.surveys.response.models import Draft
from app.surveys.response.queries import count_returns
from app.surveys.response.services import save_draft
from app.surveys.snapshot.errors import NotReleasedError
from app.surveys.snapshot.models import Snapshot
from app.vault import Vault, VaultKeyError
from tests.factories import (
    gate_of,
    head_office,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    office_of,
)
from tests.integration.snapshot.answering import AFTER, DURING, answer, answer_all

pytestmark = pytest.mark.heavy


@pytest.fixture
def workshop(engine, vault, storage, config):
    return Workshop(engine=engine, vault=vault, storage=storage, config=config, clock=lambda: AFTER)


@pytest.fixture
def community(session):
    return make_community(session, households=5, important=2)


@pytest.fixture
def campaign(session, vault, community):
    return make_campaign(session, vault)


def ordered(session):
    """Return the communities whose freeze was ordered and not done yet."""
    jobs = [job for job in list_jobs(session, "freeze_and_study") if job.ended_at is None]
    found = [json.loads(job.payload)["community_id"] for job in jobs]
    session.rollback()
    return found


def draft(session, vault, member, raw):
    """Leave unfinished answers behind."""
    save_draft(
        session,
        vault,
        member=member,
        device="device",
        raw=raw,
        language="zh-Hans",
        form="full",
        now=DURING,
    )


def files_of(session, result):
    return list_report_files(session, result.run_id, head_office())


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_a_campaign_comes_from_answers_to_result_lists_and_visits_by_itself(
    session, vault, storage, campaign, community, workshop
):
    members = members_of(session, campaign)
    answer(session, vault, campaign, members[0], comment="灯坏了", wish="office_or_hq")
    answer_all(session, vault, campaign, members[1:4])
    draft(session, vault, members[4], {"overall": ["8"]})  # not valid: never counted
    session.commit()
    advance_campaigns(workshop, {})
    (job,) = list_jobs(session, "freeze_and_study")
    payload = json.loads(job.payload)
    session.rollback()
    freeze_and_study(workshop, payload)
    assert count(session, Draft) == 0
    (result,) = list_results(session, campaign.id, head_office())
    assert (result.result.n, result.manifest.revision) == (4, 1)
    assert count_comments_without_case(session, campaign.id) == 0
    (case,) = list_cases(session, office_of(community), campaign.id)
    assert case.due is not None
    assert len(list_visits(session, office_of(community), campaign.id)) == 2
    files = {file.kind: storage.get(file.digest)[:4] for file in files_of(session, result)}
    assert files == {"pdf-zh-Hans": b"%PDF", "xlsx": b"PK\x03\x04"}
    (entry,) = list_audit_of(session, "campaign:2026-11")
    assert (entry.action, entry.actor, entry.detail) == (
        "freeze_gate",
        "system",
        result.snapshot.digest,
    )


def test_every_step_may_run_twice(session, vault, campaign, community, workshop):
    members = members_of(session, campaign)
    answer(session, vault, campaign, members[0], comment="灯坏了", wish="office_or_hq")
    answer_all(session, vault, campaign, members[1:4])
    session.commit()
    for _ in range(2):
        advance_campaigns(workshop, {})
        assert len(list_jobs(session, "freeze_and_study")) == 1
        session.rollback()
    payload = {"campaign_id": campaign.id, "community_id": community.id}
    session.rollback()
    for hours in range(3):
        later = AFTER + timedelta(hours=hours)
        freeze_and_study(replace(workshop, clock=lambda at=later: at), payload)
    made = [count(session, model) for model in (Snapshot, StudyRun, ReportFile, FollowUp, Visit)]
    assert made == [1, 1, 2, 1, 2]
    assert len(list_audit_of(session, "campaign:2026-11")) == 1
    session.rollback()
    advance_campaigns(workshop, {})
    assert len(list_jobs(session, "freeze_and_study")) == 1  # a frozen gate asks for nothing more


def test_nothing_is_frozen_before_the_deadline_however_many_answered(
    session, vault, campaign, community, workshop
):
    answer_all(session, vault, campaign, members_of(session, campaign))
    answer(session, vault, campaign, members_of(session, campaign)[0], key="b", comment="早一点")
    session.commit()
    early = replace(workshop, clock=lambda: AFTER - timedelta(seconds=2))
    advance_campaigns(early, {})
    assert list_jobs(session) == []
    assert len(list_cases(session, head_office(), campaign.id)) == 1  # from the first day
    session.rollback()
    payload = {"campaign_id": campaign.id, "community_id": community.id}
    session.rollback()
    with pytest.raises(NotReleasedError):
        freeze_and_study(early, payload)
    assert count(session, Snapshot) == 0


def test_drafts_are_counted_after_the_deadline_before_the_gate_is_looked_at(
    session, vault, campaign, community, workshop
):
    members = members_of(session, campaign)
    answer_all(session, vault, campaign, members[:2])
    areas = {f"area.{code}": ["4"] for code in ("service", "security", "cleaning", "greenery")}
    areas |= {"area.facilities": ["4"], "area.repairs": ["na"], "overall": ["8"]}
    draft(session, vault, members[2], areas)
    session.commit()
    advance_campaigns(workshop, {})
    assert count_returns(session, campaign.id, community.id).returned == 3
    assert ordered(session) == [community.id]


def test_a_gate_below_the_rate_waits_until_a_waiver_is_recorded(
    session, vault, campaign, community, workshop
):
    answer_all(session, vault, campaign, members_of(session, campaign)[:2])
    session.commit()
    advance_campaigns(workshop, {})
    assert ordered(session) == []
    staff = make_staff(session)
    gate = gate_of(session, campaign, community)
    returns = count_returns(session, campaign.id, community.id)
    waive_gate(session, gate, count=returns, staff_id=staff.id, reason="停电", now=AFTER)
    session.commit()
    advance_campaigns(workshop, {})
    assert ordered(session) == [community.id]


def test_communities_are_frozen_one_by_one_and_do_not_wait_for_each_other(
    session, vault, community, workshop
):
    other = make_community(session, households=5)
    campaign = make_campaign(session, vault)
    answer_all(session, vault, campaign, members_of(session, campaign, community)[:3])
    answer_all(session, vault, campaign, members_of(session, campaign, other)[:2])
    session.commit()
    advance_campaigns(workshop, {})
    assert ordered(session) == [community.id]


def test_a_community_with_damaged_data_does_not_hold_up_the_others(
    session, vault, community, workshop
):
    healthy = make_community(session, households=5)
    campaign = make_campaign(session, vault)
    for one in (community, healthy):
        answer_all(session, vault, campaign, members_of(session, campaign, one)[:3])
    damaged = members_of(session, campaign, community)[4]
    draft(session, Vault(bytes(32)), damaged, {"overall": ["8"]})  # sealed with another key
    session.commit()
    with pytest.raises(VaultKeyError):
        advance_campaigns(workshop, {})
    assert ordered(session) == [healthy.id]
