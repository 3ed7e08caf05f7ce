"""The worker's jobs: what the passing of time does to a campaign, each step safe to repeat."""

import json
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest
from sqlalchemy import func, select

from app.db import write_session
from app.followup.models import FollowUp
from app.followup.queries import count_comments_without_case, list_cases
from app.followup.visits.models import Visit
from app.followup.visits.queries import list_visits
from app.jobs.models import JobState
from app.jobs.queries import list_jobs
from app.jobs.queue import claim, fail, payload_of
from app.reports import files
from app.reports.models import ReportFile, StudyRun
from app.reports.printing.orders import (
    ASKED,
    MAKE,
    RETRY_PAUSE,
    Stage,
    kinds_of,
    order,
    order_at_once,
    stage_of,
)
from app.reports.queries import list_report_files, list_results
from app.reports.report_work import make_reports
from app.reports.study import compute, store
from app.reports.work import (
    Workshop,
    advance_campaigns,
    freeze_and_study,
    freeze_community,
)
from app.staff.queries import list_audit_of
from app.surveys.campaign.queries import get_campaign
from app.surveys.campaign.services import waive_gate
from app.surveys.response.models import Draft
from app.surveys.response.queries import count_returns
from app.surveys.response.services import save_draft
from app.surveys.snapshot.company import find_company_manifest
from app.surveys.snapshot.errors import NotReleasedError
from app.surveys.snapshot.models import Snapshot
from app.vault import Vault, VaultKeyError
from app.worker import LAST, run_one
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


def print_all(session, workshop):
    """Do the orders to print, and nothing else."""
    session.rollback()
    orders = [payload_of(job) for job in list_jobs(session, MAKE)]
    session.rollback()
    for payload in orders:
        make_reports(workshop, payload)


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
    print_all(session, workshop)
    (result,) = list_results(session, campaign.id, head_office())
    assert (result.result.n, result.manifest.revision) == (4, 1)
    assert count_comments_without_case(session, campaign.id) == 0
    (case,) = list_cases(session, office_of(community), campaign.id)
    assert case.due is not None
    assert len(list_visits(session, office_of(community), campaign.id)) == 2
    files = {file.kind: storage.get(file.digest)[:4] for file in files_of(session, result)}
    printed = dict.fromkeys(("notice-zh-Hans", "pdf-zh-Hans", "sheet-zh-Hans"), b"%PDF")
    assert files == {**printed, "xlsx": b"PK\x03\x04"}
    entry, company = list_audit_of(session, "campaign:2026-11")
    assert (entry.action, entry.actor, entry.detail) == (
        "freeze_gate",
        "system",
        result.snapshot.digest,
    )
    assert (company.action, company.actor) == ("freeze_company", "system")


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
    made = [count(session, model) for model in (Snapshot, StudyRun, FollowUp, Visit)]
    assert made == [2, 1, 1, 2]  # the community's snapshot and the company's
    assert len(list_jobs(session, MAKE)) == 1
    assert len(list_audit_of(session, "campaign:2026-11")) == 2
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


def test_a_gate_below_the_rate_waits_for_a_waiver_and_its_report_prints_the_reason(
    session, vault, storage, campaign, community, workshop
):
    answer_all(session, vault, campaign, members_of(session, campaign)[:2])
    session.commit()
    advance_campaigns(workshop, {})
    assert ordered(session) == []
    staff = make_staff(session)
    gate = gate_of(session, campaign, community)
    returns = count_returns(session, campaign.id, community.id)
    waive_gate(session, vault, gate, count=returns, staff_id=staff.id, reason="停电", now=AFTER)
    session.commit()
    advance_campaigns(workshop, {})
    assert ordered(session) == [community.id]
    payload = {"campaign_id": campaign.id, "community_id": community.id}
    session.rollback()
    freeze_and_study(workshop, payload)
    print_all(session, workshop)
    (result,) = list_results(session, campaign.id, head_office())
    (digest,) = (f.digest for f in files_of(session, result) if f.kind == "pdf-zh-Hans")
    with pypdfium2.PdfDocument(storage.get(digest)) as report:
        words = "".join(page.get_textpage().get_text_bounded() for page in report)
    assert "停电" in words


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


@pytest.fixture
def halfway(session, vault, campaign, community, workshop):
    """Return the digest of a snapshot whose worker died right after the freeze."""
    answer_all(session, vault, campaign, members_of(session, campaign)[:3])
    session.commit()
    campaign_id, community_id = campaign.id, community.id
    session.rollback()
    with write_session(workshop.engine) as own:
        found = get_campaign(own, campaign_id)
        digest = freeze_community(own, workshop.storage, found, community_id, now=AFTER)
    assert (count(session, Snapshot), count(session, StudyRun)) == (1, 0)
    session.rollback()
    return digest


def finished(session, campaign):
    """Return the digest of the only result, and how many orders to print it were given."""
    session.rollback()
    (result,) = list_results(session, campaign.id, head_office())
    found = result.snapshot.digest, len(list_jobs(session, MAKE))
    session.rollback()
    return found


@pytest.fixture
def quick_printer(monkeypatch):
    """Print a word instead of pages; what pages say is proved elsewhere."""
    made = []

    def render(kind, result, context):
        made.append(kind)
        return f"{kind} {context.language} {result.n}".encode()

    monkeypatch.setattr(files, "render_one", render)
    return made


def test_a_fresh_worker_finishes_what_died_between_freeze_and_study(
    session, campaign, workshop, halfway
):
    advance_campaigns(workshop, {})
    assert run_one(workshop, "fresh")
    assert finished(session, campaign) == (halfway, 1)
    advance_campaigns(workshop, {})
    assert not run_one(workshop, "fresh", leaving=(MAKE,))
    assert finished(session, campaign) == (halfway, 1)


def test_a_fresh_worker_prints_the_files_of_a_result_without_them(
    session, campaign, workshop, halfway, quick_printer
):
    with write_session(workshop.engine) as own:
        store(own, compute(workshop.storage, halfway, target=None), now=AFTER)
    advance_campaigns(workshop, {})
    assert not run_one(workshop, "fresh", leaving=(MAKE,))  # the study is there
    assert run_one(workshop, "fresh")
    assert finished(session, campaign) == (halfway, 1)
    assert sorted(quick_printer) == sorted(kinds_of("zh-Hans"))
    advance_campaigns(workshop, {})
    assert not run_one(workshop, "fresh")


def test_printing_goes_on_where_a_killed_worker_left_it(
    session, campaign, workshop, halfway, quick_printer, monkeypatch
):
    with write_session(workshop.engine) as own:
        run_id = store(own, compute(workshop.storage, halfway, target=None), now=AFTER).id
    payload = {"run_id": run_id, "language": "zh-Hans"}
    render = files.render_one

    def killed(kind, result, context):
        if len(quick_printer) == 2:
            raise KeyboardInterrupt
        return render(kind, result, context)

    monkeypatch.setattr(files, "render_one", killed)
    with pytest.raises(KeyboardInterrupt):
        make_reports(workshop, payload)
    assert count(session, ReportFile) == 2
    session.rollback()
    monkeypatch.setattr(files, "render_one", render)
    for _ in range(2):
        make_reports(workshop, payload)
    assert sorted(quick_printer) == sorted(kinds_of("zh-Hans"))  # none was printed twice
    assert stage(session, run_id, "zh-Hans") is Stage.MADE
    assert stage(session, run_id, "en") is Stage.NOT_ASKED
    campaign_id = campaign.id
    session.rollback()
    with write_session(workshop.engine) as own:
        order_at_once(own, campaign_id, run_id, language="en", now=AFTER)
    assert stage(session, run_id, "en") is Stage.UNDER_WAY
    assert run_one(workshop, "fresh")
    assert stage(session, run_id, "en") is Stage.MADE
    assert {kind for kind in quick_printer if kind.endswith("-en")} == kinds_of("en")


def stage(session, run_id, language):
    session.rollback()
    made = frozenset(one.kind for one in list_report_files(session, run_id, head_office()))
    found = stage_of(session, run_id, made, language)
    session.rollback()
    return found


def test_a_person_who_waits_comes_before_hundreds_of_reports(session, campaign, workshop):
    session.commit()
    campaign_id = campaign.id
    session.rollback()
    with write_session(workshop.engine) as own:
        order(own, campaign_id, 1, now=AFTER - timedelta(days=1))
        order_at_once(own, campaign_id, 2, language="en", now=AFTER)
    with write_session(workshop.engine) as own:
        kinds = [claim(own, "fresh", now=AFTER, last=LAST).kind for _ in range(2)]
        assert claim(own, "fresh", now=AFTER, last=LAST) is None
    assert kinds == [ASKED, MAKE]


def test_the_job_of_a_dead_worker_is_not_ordered_twice(session, campaign, workshop, halfway):
    advance_campaigns(workshop, {})
    with write_session(workshop.engine) as own:
        claim(own, "dead", now=AFTER)
    advance_campaigns(workshop, {})
    assert not run_one(workshop, "fresh")  # the lease of the dead one still holds
    later = replace(workshop, clock=lambda: AFTER + timedelta(seconds=61))
    advance_campaigns(later, {})
    assert run_one(later, "fresh")
    assert finished(session, campaign) == (halfway, 1)
    assert len(list_jobs(session, "freeze_and_study")) == 1


def test_a_job_that_was_given_up_is_ordered_again_after_a_pause(
    session, community, workshop, halfway
):
    assert halfway
    advance_campaigns(workshop, {})
    at = AFTER
    for _ in range(3):  # as often as a job is tried
        with write_session(workshop.engine) as own:
            fail(own, claim(own, "unlucky", now=at).id, "unlucky", "no space left", now=at)
        at += timedelta(minutes=2)
    ended = at - timedelta(minutes=2)
    (job,) = list_jobs(session, "freeze_and_study")
    assert job.state is JobState.FAILED
    session.rollback()
    advance_campaigns(replace(workshop, clock=lambda: ended + RETRY_PAUSE / 2), {})
    assert ordered(session) == []
    advance_campaigns(replace(workshop, clock=lambda: ended + RETRY_PAUSE), {})
    assert ordered(session) == [community.id]


def test_the_company_snapshot_follows_the_freezes_without_waiting(
    session, vault, community, workshop
):
    other = make_community(session, households=5)
    campaign = make_campaign(session, vault)
    answer_all(session, vault, campaign, members_of(session, campaign, community))
    answer_all(session, vault, campaign, members_of(session, campaign, other)[:1])  # 6 of 10
    session.commit()
    payload = {"campaign_id": campaign.id, "community_id": community.id}
    session.rollback()
    freeze_and_study(workshop, payload)
    manifest = find_company_manifest(session, campaign.id)
    assert [entry.community for entry in manifest.snapshots] == [community.code]
    assert [entry.community for entry in manifest.missing] == [other.code]


def test_the_company_may_reach_its_rate_without_any_freeze(session, vault, community, workshop):
    other = make_community(session, households=5)
    campaign = make_campaign(session, vault)
    answer_all(session, vault, campaign, members_of(session, campaign, community))
    session.commit()
    payload = {"campaign_id": campaign.id, "community_id": community.id}
    session.rollback()
    freeze_and_study(workshop, payload)
    assert find_company_manifest(session, campaign.id) is None  # 5 of 10
    late = AFTER + timedelta(days=1)
    answer(session, vault, campaign, members_of(session, campaign, other)[0], now=late)
    session.commit()
    advance_campaigns(replace(workshop, clock=lambda: late), {})
    session.rollback()
    assert find_company_manifest(session, campaign.id).t0 == late
