"""Results of the company and its regions, heads, series, and rounds that a kill does not stop."""

from datetime import date

import pytest
from sqlalchemy import update

from app.analysis.results.canonical import from_json
from app.reports import company_work
from app.reports.company.queries import (
    find_company_drivers,
    find_company_result,
    list_region_heads,
    list_regions,
    list_series,
    list_summaries,
)
from app.reports.heads import write_head, write_missing_heads
from app.reports.models import PartState, StudyPart
from app.reports.rounds.orders import NothingFrozenError, order_round, progress_of
from app.reports.study import run_gate_study
from app.reports.work import Workshop
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.models import Gate
from app.surveys.register.models import Community, Person, PersonKind
from app.surveys.response.tracker import gate_standing
from app.surveys.snapshot.company import freeze_company
from app.surveys.snapshot.freeze import freeze_gate
from app.surveys.snapshot.load import load_snapshot
from tests.factories import (
    gate_of,
    head_office,
    make_campaign,
    make_community,
    members_of,
    office_of,
)
from tests.integration.snapshot.answering import AFTER, answer_all

pytestmark = pytest.mark.heavy

LEADER = Scope(1, "总经理", Role.LEADER, None)


@pytest.fixture
def campaign(session, vault):
    for code in ("A", "B"):
        make_community(session, households=20, code=code)
    return make_campaign(session, vault)


@pytest.fixture
def frozen(session, vault, storage, campaign):
    """Both communities of one region frozen, with a company snapshot."""
    found = []
    for code in ("A", "B"):
        gate = next(one for one in session.query(Gate) if community_code(session, one) == code)
        gate.region_code, gate.region = "east", "东区"
        session.flush()
        members = [m for m in members_of(session, campaign) if m.community_id == gate.community_id]
        answer_all(session, vault, campaign, members[:14])
        status = gate_standing(session, campaign, gate, now=AFTER).status
        found.append(
            freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=AFTER)
        )
    freeze_company(session, storage, campaign=campaign, now=AFTER)
    session.commit()
    return found


@pytest.fixture
def workshop(engine, vault, storage, config):
    return Workshop(engine=engine, vault=vault, storage=storage, config=config, clock=lambda: AFTER)


def community_code(session, gate):
    return session.get_one(Community, gate.community_id).code


def region_of(*community_ids):
    return Scope(2, "区域经理", Role.REGION, frozenset(community_ids))


def test_the_snapshot_knows_the_homes_and_the_study_says_who_is_silent(
    session, storage, campaign, frozen
):
    loaded = load_snapshot(storage, frozen[0].digest)
    assert loaded.manifest.region == "east"
    assert loaded.frame is not None
    assert (sum(loaded.frame.members), sum(loaded.frame.returned)) == (20, 14)
    assert set(loaded.homes["channel"]) == {"phone"}
    assert set(loaded.homes["tenure"]) == {"owner"}
    run = run_gate_study(session, storage, frozen[0], target=None, now=AFTER)
    result = from_json(run.result)
    assert result.representativeness is not None
    assert result.representativeness.reason == "few_members"  # 20 homes, 100 are needed
    assert {one.variable for one in result.segments} >= {"who", "years"}
    assert [one.scheme for one in result.rollups] == ["factor", "element", "department"]
    assert result.nps is not None
    assert result.nps.n == sum(one.n for one in result.boxes if one.code == "recommend")
    assert result.arrival is not None


def test_the_worker_stores_the_company_and_its_region_once_for_whoever_may_see_them(
    session, workshop, campaign, frozen
):
    payload = {"campaign_id": campaign.id}
    company_work.study_company(workshop, payload)
    company_work.study_company(workshop, payload)
    session.rollback()
    found = find_company_result(session, campaign.id, LEADER)
    assert (found.result.n, found.base, found.returned, found.region) == (28, 40, 28, "")
    assert [one.code for one in found.result.communities[0].entries] == ["A", "B"]
    assert found.result.overall_bounds is not None
    ids = [one.community_id for one in frozen]
    both = region_of(*ids)
    east = find_company_result(session, campaign.id, both, region="east")
    assert east.result.plan["members"] == ["A", "B"]
    assert find_company_result(session, campaign.id, both) is None
    assert find_company_result(session, campaign.id, region_of(ids[0]), region="east") is None
    assert list_regions(session, campaign.id, both) == [("east", "东区")]
    assert list_regions(session, campaign.id, region_of(ids[0])) == []
    assert set(list_region_heads(session, campaign.id, both)) == {"east"}
    assert set(list_region_heads(session, campaign.id, LEADER)) == {"", "east"}
    (point,) = list_series(session, None, LEADER)
    assert (point.campaign_code, point.n, point.rate) == ("2026-11", 28, 0.7)
    assert list_series(session, None, both) == ()
    assert find_company_drivers(session, campaign.id)[0] == found.result.drivers

    # Held by now, no worker yet: nothing that holds its answers is shown to anybody.
    session.execute(update(Gate).where(Gate.community_id == ids[0]).values(held_at=AFTER))
    assert find_company_result(session, campaign.id, LEADER) is None
    assert find_company_result(session, campaign.id, both, region="east") is None
    assert list_region_heads(session, campaign.id, LEADER) == {}
    assert list_series(session, None, LEADER) == ()
    assert find_company_drivers(session, campaign.id) == (None, ())


def test_the_head_of_a_result_says_what_the_result_says_and_is_seen_in_scope_only(
    session, storage, campaign, frozen
):
    run = run_gate_study(session, storage, frozen[0], target=None, now=AFTER)
    assert write_missing_heads(session) == 1
    assert write_missing_heads(session) == 0
    write_head(session, run, frozen[0])  # once more changes nothing
    result = from_json(run.result)
    (summary,) = list_summaries(session, campaign.id, head_office())
    head = summary.head
    assert (summary.code, summary.region, head.n, head.base) == ("A", "东区", 14, 20)
    assert head.index.value == pytest.approx(result.index.value)
    assert head.satisfied.low == pytest.approx(result.overall_satisfied.low)
    assert head.change_said == ""
    stranger = make_community(session)
    assert list_summaries(session, campaign.id, office_of(stranger)) == ()
    assert list_series(session, frozen[0].community_id, office_of(stranger)) == ()
    session.execute(
        update(Gate).where(Gate.community_id == frozen[0].community_id).values(held_at=AFTER)
    )
    assert list_summaries(session, campaign.id, head_office()) == ()


def test_a_round_goes_on_where_a_killed_worker_left_it(
    session, workshop, campaign, frozen, monkeypatch
):
    ordered = order_round(session, campaign, staff_id=None, now=AFTER)
    assert order_round(session, campaign, staff_id=None, now=AFTER) is ordered
    round_id = ordered.id
    session.commit()
    done = []

    def killed(shop, campaign_id, community_id):
        if done:
            raise KeyboardInterrupt
        done.append(community_id)
        return True

    monkeypatch.setattr(company_work, "study_gate", killed)
    with pytest.raises(KeyboardInterrupt):
        company_work.study_slice(workshop, {"round_id": round_id})
    session.rollback()
    progress = progress_of(session, round_id)
    assert (progress.done, progress.total, progress.ended_at) == (1, 2, None)
    later = []
    monkeypatch.setattr(
        company_work, "study_gate", lambda *given: later.append(given[2]) or given[2] > 0
    )
    company_work.study_slice(workshop, {"round_id": round_id})
    session.rollback()
    progress = progress_of(session, round_id)
    assert (progress.done, progress.ended_at) == (2, AFTER)
    assert not set(done) & set(later)


def test_a_community_that_fails_or_kills_the_worker_again_and_again_is_given_up(
    session, workshop, campaign, frozen, monkeypatch
):
    round_id = order_round(session, campaign, staff_id=None, now=AFTER).id
    first = session.get_one(StudyPart, (round_id, frozen[0].community_id))
    first.tries = company_work.MOST_TRIES
    session.commit()

    def broken(*_given):
        raise ValueError("damaged")

    monkeypatch.setattr(company_work, "study_gate", broken)
    company_work.study_slice(workshop, {"round_id": round_id})
    session.rollback()
    progress = progress_of(session, round_id)
    assert progress.counts == {PartState.FAILED: 2}
    assert [words for _key, words in progress.failed] == [
        "the worker died every time",
        "ValueError('damaged')",
    ]


def test_nothing_frozen_is_nothing_to_compute(session, campaign):
    with pytest.raises(NothingFrozenError):
        order_round(session, campaign, staff_id=None, now=AFTER)


def test_freezing_again_with_another_tenant_writes_no_new_revision(
    session, storage, campaign, frozen
):
    household = members_of(session, campaign)[0].household_id
    session.add(
        Person(
            household_id=household,
            name_sealed=b"n",
            name_hash=b"h" * 32,
            added_at=AFTER,
            kind=PersonKind.TENANT,
            moved_in_on=date(2020, 1, 1),
        )
    )
    session.flush()
    community = session.get_one(Community, frozen[0].community_id)
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=AFTER).status
    again = freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=AFTER)
    assert again.digest == frozen[0].digest
