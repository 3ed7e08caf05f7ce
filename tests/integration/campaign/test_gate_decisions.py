"""Holds, longer collecting, changes of the rate, the work after T0: recorded, locked, audited."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.clock import end_of
from app.staff.models import AuditEntry
from app.surveys.campaign.errors import AlreadyWaivedError, FrozenError, HeldError
from app.surveys.campaign.gates import queries, services
from app.surveys.campaign.gates.errors import (
    AlreadyHeldError,
    BadDayError,
    BadRateError,
    DeadlinePassedError,
    NoReasonError,
    NotExtendedError,
    NotFrozenError,
    NotHeldError,
    NotStartedError,
)
from app.surveys.campaign.gates.models import WorkKind
from app.surveys.campaign.gates.rules import WorkState, work_of
from app.surveys.campaign.queries import get_campaign
from app.surveys.campaign.rules import GateState, ReturnCount
from app.surveys.campaign.services import waive_gate
from app.surveys.response.tracker import gate_standing
from app.surveys.snapshot.freeze import freeze_gate
from tests.factories import (
    NOW,
    gate_of,
    head_office,
    make_campaign,
    make_community,
    make_staff,
    members_of,
)
from tests.integration.snapshot.answering import AFTER, answer_all

MISSED, MET = ReturnCount(5, 2), ReturnCount(5, 3)
DEADLINE = end_of(date(2026, 11, 20))
DAY = timedelta(days=1)


@pytest.fixture
def community(session):
    return make_community(session, households=5)


@pytest.fixture
def campaign(session, vault, community):
    return make_campaign(session, vault)


@pytest.fixture
def gate(session, campaign, community):
    return gate_of(session, campaign, community)


@pytest.fixture
def staff_id(session):
    return make_staff(session).id


@pytest.fixture
def frozen(session, vault, storage, campaign, gate):
    """Three of five homes answered, and the gate was frozen a second after the deadline."""
    answer_all(session, vault, campaign, members_of(session, campaign)[:3])
    status = gate_standing(session, campaign, gate, now=AFTER).status
    freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=AFTER)
    return gate


def audited(session):
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.sequence)))


def hold(session, vault, gate, staff_id, *, reason="设备重复", now=NOW):
    return services.place_hold(session, vault, gate, reason=reason, staff_id=staff_id, now=now)


def lift(session, vault, gate, staff_id, *, reason="核实无误", now=NOW):
    return services.lift_hold(session, vault, gate, reason=reason, staff_id=staff_id, now=now)


def extend(session, vault, gate, staff_id, *, until, count=MISSED, now=AFTER):
    return services.extend_collection(
        session,
        vault,
        gate,
        until=until,
        reason="再走访一轮",
        count=count,
        staff_id=staff_id,
        now=now,
    )


def change(session, vault, campaign, staff_id, permille, *, reason="董事会决定", now=NOW):
    return services.change_required(
        session, vault, campaign, permille=permille, reason=reason, staff_id=staff_id, now=now
    )


def test_a_hold_needs_a_reason_stands_once_and_keeps_who_when_and_why(
    session, vault, gate, staff_id
):
    with pytest.raises(NoReasonError):
        hold(session, vault, gate, staff_id, reason=" \n")
    with pytest.raises(NotHeldError):
        lift(session, vault, gate, staff_id)

    placed = hold(session, vault, gate, staff_id)
    with pytest.raises(AlreadyHeldError):
        hold(session, vault, gate, staff_id)
    with pytest.raises(NoReasonError):
        lift(session, vault, gate, staff_id, reason="")
    lift(session, vault, gate, staff_id, now=NOW + DAY)
    again = hold(session, vault, gate, staff_id, now=NOW + 2 * DAY)

    assert queries.list_holds(session, gate.id) == [placed, again]
    assert (placed.placed_at, placed.placed_by) == (NOW, staff_id)
    assert (placed.lifted_at, placed.lifted_by) == (NOW + DAY, staff_id)
    assert services.open_reason(vault, placed) == "设备重复"
    assert services.open_finding(vault, placed) == "核实无误"
    assert (services.open_finding(vault, again), gate.held_at) == ("", NOW + 2 * DAY)
    assert "设备重复".encode() not in placed.reason_sealed
    assert audited(session)[-3:] == ["gate.hold", "gate.lift", "gate.hold"]


def test_a_held_gate_keeps_its_clock_and_shuts_its_results(session, vault, frozen, staff_id):
    campaign = get_campaign(session, frozen.campaign_id)
    hold(session, vault, frozen, staff_id, now=AFTER)

    status = gate_standing(session, campaign, frozen, now=AFTER).status
    assert (status.state, status.t0) == (GateState.HELD, DEADLINE)
    assert (status.is_released, status.is_held) == (False, True)
    assert status.due_at == DEADLINE + 7 * DAY

    lift(session, vault, frozen, staff_id, now=AFTER + DAY)
    status = gate_standing(session, campaign, frozen, now=AFTER + DAY).status
    assert (status.state, status.t0, status.is_held) == (GateState.RELEASED, DEADLINE, False)


def test_a_freeze_and_a_waiver_are_refused_while_held(
    session, vault, storage, campaign, gate, staff_id
):
    hold(session, vault, gate, staff_id)
    with pytest.raises(HeldError):
        waive_gate(
            session, vault, gate, count=MISSED, staff_id=staff_id, reason="交付未满半年", now=AFTER
        )
    answer_all(session, vault, campaign, members_of(session, campaign))
    status = gate_standing(session, campaign, gate, now=AFTER).status
    with pytest.raises(HeldError):
        freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=AFTER)
    assert gate.frozen_at is None

    lift(session, vault, gate, staff_id)
    status = gate_standing(session, campaign, gate, now=AFTER).status
    freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=AFTER)
    assert gate.frozen_at == AFTER
    assert gate.t0 == DEADLINE


def test_going_on_below_the_rate_moves_no_clock(session, vault, campaign, gate, staff_id):
    today = date(2026, 11, 21)
    with pytest.raises(NotExtendedError):
        extend(session, vault, gate, staff_id, until=date(2026, 11, 25), now=DEADLINE - DAY)
    with pytest.raises(NotExtendedError):
        extend(session, vault, gate, staff_id, until=today, count=MET)
    for wrong in (today - DAY, today + timedelta(days=61)):
        with pytest.raises(BadDayError):
            extend(session, vault, gate, staff_id, until=wrong)

    first = extend(session, vault, gate, staff_id, until=today)
    second = extend(session, vault, gate, staff_id, until=today + 7 * DAY)

    assert queries.list_extensions(session, gate.id) == [first, second]
    latest = queries.latest_extensions(session, campaign.id, head_office())
    assert latest == {gate.community_id: second}
    assert services.open_reason(vault, second) == "再走访一轮"
    status = gate_standing(session, campaign, gate, now=AFTER + 6 * DAY).status
    assert (status.state, status.t0) == (GateState.EXTENDED, None)

    waive_gate(session, vault, gate, count=MISSED, staff_id=staff_id, reason="够了", now=AFTER)
    with pytest.raises(AlreadyWaivedError):
        extend(session, vault, gate, staff_id, until=today)


def test_the_rate_changes_before_the_deadline_only_and_every_change_is_kept(
    session, vault, campaign, staff_id
):
    with pytest.raises(NoReasonError):
        change(session, vault, campaign, staff_id, 650, reason=" ")
    for wrong in (0, 599, 600, 1001):
        with pytest.raises(BadRateError):
            change(session, vault, campaign, staff_id, wrong)
    with pytest.raises(DeadlinePassedError):
        change(session, vault, campaign, staff_id, 650, now=DEADLINE)

    change(session, vault, campaign, staff_id, 650)
    change(session, vault, campaign, staff_id, 605, now=DEADLINE - timedelta(microseconds=1))

    assert campaign.required_permille == 605
    changes = queries.list_required_changes(session, campaign.id)
    assert [(one.before_permille, one.after_permille) for one in changes] == [
        (600, 650),
        (650, 605),
    ]
    assert {one.changed_by for one in changes} == {staff_id}
    assert services.open_reason(vault, changes[0]) == "董事会决定"
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "campaign.required")
    ).all()[-1]
    assert (entry.subject, entry.detail) == ("campaign:2026-11", "650->605")


def test_a_changed_rate_decides_when_results_open(session, vault, campaign, gate, staff_id):
    answer_all(session, vault, campaign, members_of(session, campaign)[:3])  # 3 of 5: 60 %
    change(session, vault, campaign, staff_id, 601)
    assert gate_standing(session, campaign, gate, now=AFTER).status.t0 is None

    change(session, vault, campaign, staff_id, 600)

    assert gate_standing(session, campaign, gate, now=AFTER).status.t0 == DEADLINE


def test_a_rate_stands_once_answers_were_frozen_by_a_clock_that_ran_ahead(
    session, vault, campaign, frozen, staff_id
):
    with pytest.raises(FrozenError):
        change(session, vault, campaign, staff_id, 900)


def test_the_work_after_t0_begins_with_the_freeze_and_is_told_against_its_dates(
    session, vault, campaign, gate, staff_id
):
    with pytest.raises(NotFrozenError):
        services.start_work(session, gate, WorkKind.ANALYSIS, staff_id=staff_id, now=AFTER)
    with pytest.raises(NotStartedError):
        services.finish_work(session, gate, WorkKind.ANALYSIS, staff_id=staff_id, now=AFTER)


def test_each_piece_of_the_work_has_a_first_and_a_last_day(session, vault, frozen, staff_id):
    begun = services.start_work(
        session, frozen, WorkKind.FOLLOW_UP, staff_id=staff_id, now=AFTER + DAY
    )
    again = services.start_work(session, frozen, WorkKind.FOLLOW_UP, staff_id=None, now=AFTER)
    services.finish_work(
        session, frozen, WorkKind.FOLLOW_UP, staff_id=staff_id, now=AFTER + 3 * DAY
    )
    services.start_work(session, frozen, WorkKind.STATISTICS, staff_id=None, now=AFTER)

    assert again is begun
    assert (begun.started_at, begun.started_by, begun.done_at) == (
        AFTER + DAY,
        staff_id,
        AFTER + 3 * DAY,
    )

    def states(now):
        packages = queries.list_work(session, [frozen.id])[frozen.id]
        return [one.state for one in work_of(packages, t0=DEADLINE, now=now)]

    week, fortnight = DEADLINE + 7 * DAY, DEADLINE + 14 * DAY
    instant = timedelta(microseconds=1)
    # statistics runs, analysis was never begun, follow-up is finished
    assert states(week - instant) == [WorkState.RUNNING, WorkState.DUE, WorkState.DONE]
    assert states(week) == [WorkState.RUNNING, WorkState.START_LATE, WorkState.DONE]
    assert states(fortnight) == [WorkState.END_LATE, WorkState.END_LATE, WorkState.DONE]

    hold(session, vault, frozen, staff_id, now=AFTER)
    with pytest.raises(HeldError):
        services.start_work(session, frozen, WorkKind.ANALYSIS, staff_id=staff_id, now=AFTER)
