"""Decisions about answers and the holds that follow from them: lifted where they were placed."""

from datetime import date, timedelta

import pytest

from app.clock import end_of, start_of
from app.surveys.campaign.gates.errors import HeldByCheckError
from app.surveys.campaign.gates.queries import find_open_hold
from app.surveys.campaign.gates.services import lift_hold, place_hold
from app.surveys.integrity import queries
from app.surveys.integrity.deciding.queries import is_annulled, list_resurveys
from app.surveys.integrity.deciding.services import (
    AppealAnswer,
    Judgement,
    answer_appeal,
    appeal,
    decide,
)
from app.surveys.integrity.errors import (
    AlreadyDecidedError,
    AnnulledError,
    NoOtherDecisionError,
    StillCollectingError,
)
from app.surveys.integrity.models import AppealOutcome, Verdict
from app.surveys.integrity.services import draw_sample
from tests.factories import (
    gate_of,
    make_campaign,
    make_community,
    make_staff,
    perception_instrument,
)

NOW = start_of(date(2026, 11, 22))
AGAIN = date(2026, 12, 10)


@pytest.fixture
def community(session):
    return make_community(session, households=2)


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
def judge(session, vault, gate, staff_id):
    def judge(verdict, resurvey_on=None, reason="电话核对"):
        judgement = Judgement(verdict, reason, resurvey_on)
        return decide(session, vault, gate, judgement, staff_id=staff_id, now=NOW)

    return judge


def lift(session, vault, gate, staff_id):
    return lift_hold(session, vault, gate, reason="无误", staff_id=staff_id, now=NOW)


def test_a_hold_of_the_checks_is_lifted_by_another_decision_alone(
    session, vault, gate, staff_id, judge
):
    judge(Verdict.HOLD)
    with pytest.raises(HeldByCheckError):
        lift(session, vault, gate, staff_id)
    assert gate.held_at == NOW
    judge(Verdict.ACCEPT)
    assert gate.held_at is None
    assert find_open_hold(session, gate.id) is None


def test_the_checks_take_over_a_hold_that_is_in_place(session, vault, gate, staff_id, judge):
    hold = place_hold(session, vault, gate, reason="先看看", staff_id=staff_id, now=NOW)
    judge(Verdict.HOLD)
    judge(Verdict.HOLD, reason="还在核对")  # a second one is a second row, not a second hold
    assert find_open_hold(session, gate.id) is hold
    with pytest.raises(HeldByCheckError):
        lift(session, vault, gate, staff_id)


def test_a_hold_of_nobodys_check_is_lifted_where_it_was_placed(session, vault, gate, staff_id):
    place_hold(session, vault, gate, reason="先看看", staff_id=staff_id, now=NOW)
    lift(session, vault, gate, staff_id)
    assert gate.held_at is None


@pytest.mark.parametrize("verdict", [Verdict.ACCEPT, Verdict.VOID, Verdict.HOLD, Verdict.ANNUL])
def test_an_annulled_result_stays_shut_and_its_community_waits_to_be_asked(
    session, vault, campaign, community, gate, staff_id, judge, verdict
):
    judge(Verdict.ANNUL, AGAIN)
    with pytest.raises(HeldByCheckError):
        lift(session, vault, gate, staff_id)
    with pytest.raises(AnnulledError):
        judge(verdict, AGAIN if verdict is Verdict.ANNUL else None)
    assert gate.held_at == NOW
    assert is_annulled(session, campaign.id, community.id)
    waiting = list_resurveys(session)
    assert [(one.campaign.id, one.community_id, one.again_on) for one in waiting] == [
        (campaign.id, community.id, AGAIN)
    ]


@pytest.mark.parametrize(
    ("opens_on", "is_asked"), [(AGAIN, True), (AGAIN - timedelta(days=1), False)]
)
def test_a_campaign_from_the_day_that_was_named_asks_again(
    session, vault, judge, opens_on, is_asked
):
    judge(Verdict.ANNUL, AGAIN)
    closes_on = opens_on + timedelta(days=20)
    make_campaign(session, vault, code="2026-12", opens_on=opens_on, closes_on=closes_on)
    assert (list_resurveys(session) == []) is is_asked


@pytest.mark.parametrize(
    ("outcome", "is_open"), [(AppealOutcome.CHANGED, True), (AppealOutcome.UPHELD, False)]
)
def test_only_an_objection_that_is_granted_opens_an_annulled_result(
    session, vault, campaign, community, gate, staff_id, judge, outcome, is_open
):
    decision = judge(Verdict.ANNUL, AGAIN)
    by = {"staff_id": staff_id, "now": NOW}
    appeal(session, vault, decision, text="有签到表", **by)
    assert is_annulled(session, campaign.id, community.id)  # not by objecting
    instead = Verdict.ACCEPT if is_open else None
    answer = AppealAnswer(outcome, "有签到表", instead)
    answer_appeal(session, vault, decision, answer=answer, **by)
    assert is_annulled(session, campaign.id, community.id) is not is_open
    assert (list_resurveys(session) == []) is is_open
    assert (gate.held_at is None) is is_open
    if is_open:
        newest = queries.find_summary(session, campaign.id, community.id)
        assert newest.verdict is Verdict.ACCEPT


def test_a_form_that_comes_twice_decides_once(session, vault, campaign, community, judge):
    judge(Verdict.HOLD)
    with pytest.raises(AlreadyDecidedError):
        judge(Verdict.HOLD)
    assert len(queries.list_decisions(session, campaign.id, community.id)) == 1


@pytest.mark.parametrize("instead", [None, Verdict.HOLD])
def test_an_objection_is_not_granted_without_another_decision(
    session, vault, campaign, community, gate, staff_id, judge, instead
):
    decision = judge(Verdict.HOLD)
    by = {"staff_id": staff_id, "now": NOW}
    appeal(session, vault, decision, text="有签到表", **by)
    answer = AppealAnswer(AppealOutcome.CHANGED, "属实", instead)
    with pytest.raises(NoOtherDecisionError):
        answer_appeal(session, vault, decision, answer=answer, **by)
    assert queries.find_appeal(session, decision.id).answered_at is None


def test_no_call_is_drawn_while_answers_still_come_in(session, campaign, community, staff_id):
    last_second = end_of(campaign.closes_on) - timedelta(seconds=1)
    with pytest.raises(StillCollectingError):
        draw_sample(
            session,
            campaign,
            community.id,
            [],
            instrument=perception_instrument(),
            is_high=False,
            staff_id=staff_id,
            now=last_second,
        )
