"""A pilot answers first and counts nowhere else; the worker's round on plans."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from app.clock import end_of
from app.reports.plan_round import advance_plans
from app.reports.work import Workshop, advance_campaigns
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.errors import WrongStateError
from app.surveys.campaign.models import Campaign, CampaignState
from app.surveys.campaign.planning import queries, services
from app.surveys.campaign.planning.errors import BadPilotError, PilotExistsError
from app.surveys.campaign.planning.pilot import start_pilot
from app.surveys.register.models import Community
from app.surveys.response.models import Draft, ResponseSignal
from app.surveys.response.pilots.queries import count_answers, list_comments
from app.surveys.response.pilots.results import pilot_result
from app.surveys.response.queries import find_counted
from tests.factories import (
    gate_of,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    perception_instrument,
    plan_and_lock,
)
from tests.integration.response.forms import filled, submit
from tests.integration.snapshot.answering import answer

BEFORE = datetime(2026, 10, 20, 2, tzinfo=UTC)


@pytest.fixture
def head(session):
    return make_staff(session)


@pytest.fixture
def draft(session, vault):
    for households in (70, 40, 3):
        make_community(session, households=households, buildings=2)
    return make_campaign(session, vault, opened=False, now=BEFORE)


def communities(session) -> list[Community]:
    return list(session.query(Community).order_by(Community.id))


def test_homes_of_a_pilot_are_drawn_by_lot_from_one_or_two_communities(session, vault, draft, head):
    large, middle, small = (one.id for one in communities(session))
    facts = {"staff_id": head.id, "now": BEFORE}
    for chosen in ([], [large, middle, small], [large, 999]):
        with pytest.raises(BadPilotError):
            start_pilot(session, vault, draft, chosen, **facts)
    pilot = start_pilot(session, vault, draft, [large, small], **facts)
    drawn = [member.community_id for member in members_of(session, pilot)]
    assert (drawn.count(large), drawn.count(small)) == (30, 3)
    assert (pilot.code, pilot.state, pilot.opens_on, pilot.closes_on) == (
        "2026-11-p",
        CampaignState.OPEN,
        date(2026, 10, 20),
        date(2026, 10, 27),
    )
    # Asked as much in depth as the whole community will be: three areas of nine above 60 homes.
    gates = {gate.community_id: gate.areas_offered for gate in _gates(session, pilot)}
    real = make_campaign(session, vault, code="real", now=BEFORE)
    assert gates == {
        gate.community_id: gate.areas_offered
        for gate in _gates(session, real)
        if gate.community_id in gates
    }
    with pytest.raises(PilotExistsError):
        start_pilot(session, vault, draft, [middle], **facts)


def _gates(session, campaign: Campaign):
    return [
        gate_of(session, campaign, one)
        for one in communities(session)
        if campaign_queries.find_gate(session, campaign.id, one.id)
    ]


def test_a_pilot_counts_nowhere_else(session, vault, draft, head):
    pilot = start_pilot(
        session, vault, draft, [communities(session)[0].id], staff_id=head.id, now=BEFORE
    )
    for member in members_of(session, pilot)[:3]:
        answer(session, vault, pilot, member, key=f"p{member.id}", comment="看不懂", now=BEFORE)
    assert count_answers(session, draft.id) == 3
    assert len(list_comments(session, pilot.id)) == 3
    assert campaign_queries.list_campaigns(session) == [draft]
    assert not queries.has_campaign_in(session, date(2026, 10, 20), date(2026, 10, 20))
    with pytest.raises(WrongStateError):
        services.close_campaign(session, pilot, staff_id=head.id, now=BEFORE)
    with pytest.raises(WrongStateError):
        start_pilot(session, vault, pilot, [1], staff_id=head.id, now=BEFORE)
    # The homes are asked again, with other codes, and their first answer there counts.
    plan_and_lock(session, vault, draft, staff_id=head.id, now=BEFORE)
    with pytest.raises(WrongStateError):
        start_pilot(session, vault, draft, [1], staff_id=head.id, now=BEFORE)


def test_a_pilot_is_never_frozen_and_makes_no_case(engine, session, vault, storage, config):
    make_community(session, households=2)
    head = make_staff(session)
    draft = make_campaign(session, vault, opened=False, now=BEFORE)
    pilot = start_pilot(
        session, vault, draft, [communities(session)[0].id], staff_id=head.id, now=BEFORE
    )
    for member in members_of(session, pilot):
        answer(session, vault, pilot, member, key=f"p{member.id}", comment="看不懂", now=BEFORE)
    session.commit()
    later = end_of(pilot.closes_on) + timedelta(days=30)
    session.rollback()
    workshop = Workshop(
        engine=engine, vault=vault, storage=storage, config=config, clock=lambda: later
    )
    advance_campaigns(workshop, {})
    for table in ("job", "snapshot", "follow_up"):
        assert session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0
    assert gate_of(session, pilot, communities(session)[0]).flushed_at is None


def test_the_result_of_a_pilot_is_time_skipped_questions_and_where_people_stopped(
    session, vault, draft, head
):
    pilot = start_pilot(
        session, vault, draft, [communities(session)[0].id], staff_id=head.id, now=BEFORE
    )
    members = members_of(session, pilot)
    assert pilot_result(session, pilot).median_seconds is None
    for at, seconds in enumerate((200, 300, 1000)):
        submit(session, vault, members[at], now=BEFORE, raw=filled(rated=9 if at else 6))
        response = find_counted(session, members[at].id)
        signal = {"seconds": seconds, "pages": 1, "honeypot": False}
        session.add(ResponseSignal(response_id=response.id, **signal))
    session.add(_draft(members[3].id, {"overall": 5, "priorities": 9}))
    session.add(_draft(members[4].id, {"overall": 5}))
    session.add(_draft(members[5].id, {}))
    session.flush()

    result = pilot_result(session, pilot)

    assert (result.homes, result.answers) == (60, 3)
    assert (result.timed, result.median_seconds) == (3, 300)
    assert result.stopped == (("overall", 1), ("priorities", 1), ("tolerance", 1))
    skipped = {one.item: (one.skipped, one.asked) for one in result.skipped}
    for area in perception_instrument().areas[6:]:
        assert skipped[f"area.{area.code}"] == (1, 3)
    assert "overall" not in skipped
    assert not any(one.is_often for one in result.skipped)  # of three people one is not often


def _draft(member_id: int, pace: dict[str, int]) -> Draft:
    return Draft(
        frame_member_id=member_id,
        device_hash=b"d" * 32,
        answers_sealed=b"x",
        language="zh-Hans",
        form="full",
        updated_at=BEFORE,
        pace=json.dumps(pace),
    )


def test_the_round_prepares_the_next_campaign_and_dates_tasks_once_t0_is_there(
    engine, session, vault, storage, config
):
    community = make_community(session, households=2)
    campaign = make_campaign(session, vault)
    services.make_tasks(session, campaign)
    for member in members_of(session, campaign, community):
        answer(session, vault, campaign, member, key=f"a{member.id}")
    session.commit()

    def run(now: datetime) -> None:
        advance_plans(
            Workshop(engine=engine, vault=vault, storage=storage, config=config, clock=lambda: now)
        )
        session.rollback()

    run(end_of(date(2026, 11, 19)))
    assert queries.find_task(session, campaign.id, "follow_up").due_on is None
    session.rollback()
    run(end_of(date(2026, 11, 20)))
    assert queries.find_task(session, campaign.id, "follow_up").due_on == date(2026, 11, 27)
    assert [one.code for one in campaign_queries.list_campaigns(session)] == ["2026-11"]
    session.rollback()
    run(datetime(2027, 5, 10, tzinfo=UTC))
    assert [one.code for one in campaign_queries.list_campaigns(session)] == ["2027-06", "2026-11"]
