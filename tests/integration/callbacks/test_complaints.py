"""Calling back about every answered complaint, by another unit, and what follows from it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.followup.models import FollowUp, Stage
from app.reports.callbacks.work import call_back_round
from app.reports.work import Workshop
from app.service.callbacks import calling, complained, linking
from app.service.callbacks.errors import OwnUnitError
from app.service.callbacks.models import (
    CallBack,
    CallBackEffect,
    CallBackLink,
    CallKind,
    CallResult,
    CallState,
)
from app.service.callbacks.questions import check, get_asked
from app.service.complaints import services
from app.service.complaints.models import Complaint, Level
from tests.factories import NOW
from tests.integration.callbacks.world import SOLVED, publish_questions
from tests.integration.complaints.world import make_world, talk


class Answered:
    """A complaint the steward answered, on the call list."""

    def __init__(self, session, vault, *, by="steward"):
        self.session, self.vault = session, vault
        self.world = make_world(session)
        publish_questions(session, now=NOW)
        steward = self.world.scopes["steward"]
        taken = services.take_in(session, vault, steward, self.world.intake(), now=NOW)
        self.key = taken.id
        assert services.answer(session, vault, self.world.scopes[by], self.key, talk(NOW), now=NOW)
        assert complained.make_calls(session, vault, now=NOW) == 1
        self.call = session.scalars(select(CallBack)).one()
        self.later = NOW + timedelta(days=1)
        session.commit()

    @property
    def complaint(self):
        return self.session.get(Complaint, self.key)

    @property
    def stage(self):
        return self.session.get(FollowUp, self.key).stage

    def phone(self, who="caller", *, key="k" * 16, **change):
        fields = SOLVED | {name.replace("__", "."): [value] for name, value in change.items()}
        scope = self.world.scopes[who]
        calling.complete(
            self.session, self.vault, scope, self.call.id, fields, key=key, now=self.later
        )
        self.session.commit()

    def effects(self):
        return list(self.session.scalars(select(CallBackEffect.effect).order_by(CallBackEffect.id)))


@pytest.fixture
def answered(session, vault):
    return Answered(session, vault)


@pytest.fixture
def workshop(engine, vault, storage, config):
    clock = lambda: NOW + timedelta(days=1)  # noqa: E731
    return Workshop(engine=engine, vault=vault, storage=storage, config=config, clock=clock)


def test_every_answered_complaint_is_called_about_once_in_a_round_within_three_days(answered):
    assert complained.make_calls(answered.session, answered.vault, now=NOW) == 0
    assert (answered.call.due_on, answered.call.round) == (date(2026, 11, 5), 1)
    assert answered.session.scalars(select(CallBackLink)).one().complaint_id == answered.key

    answered.phone()

    assert (answered.stage, answered.complaint.view) == (Stage.CALLED_BACK, "satisfied")
    assert answered.effects() == []


@pytest.mark.parametrize(
    "change",
    [
        {"handling__answered": "no"},
        {"handling__solved": "partly"},
        {"handling__solved": "not_solved", "handling__result": "1"},
    ],
)
def test_what_is_not_solved_is_opened_again_and_called_about_anew(answered, change):
    answered.phone(**change)

    assert (answered.stage, answered.complaint.round) == (Stage.REOPENED, 2)
    assert answered.effects() == ["reopen"]
    steward = answered.world.scopes["steward"]
    services.answer(
        answered.session,
        answered.vault,
        steward,
        answered.key,
        talk(answered.later),
        now=answered.later,
    )
    assert complained.make_calls(answered.session, answered.vault, now=answered.later) == 1
    rounds = answered.session.scalars(select(CallBack.round).order_by(CallBack.id))
    assert list(rounds) == [1, 2]


def test_whoever_wants_a_leader_or_raised_it_before_is_heard(answered):
    answered.phone(handling__before="twice", handling__leader="yes")

    assert answered.effects() == ["repeat", "escalate"]
    assert answered.complaint.level is Level.LEADERS


def test_what_the_customer_raised_before_is_found_behind_the_ninety_days(answered):
    at = NOW - timedelta(days=200)
    steward = answered.world.scopes["steward"]
    intake = answered.world.intake(received_at=at)
    earlier = services.take_in(answered.session, answered.vault, steward, intake, now=at).id
    assert answered.complaint.repeat_of is None

    answered.phone(handling__before="once")

    assert answered.complaint.repeat_of == earlier


def test_nobody_calls_back_about_what_he_or_an_office_handled(session, vault):
    answered = Answered(session, vault, by="hq")
    until = NOW + timedelta(days=1)

    for who in ("hq", "steward", "office"):
        with pytest.raises(OwnUnitError):
            answered.phone(who, key=who.ljust(16, "x"))
    listed = {
        who: len(
            complained.list_calls(
                session, vault, answered.world.scopes[who], until=until, after=None, limit=9
            )
        )
        for who in ("hq", "hq2", "caller")
    }
    assert listed == {"hq": 0, "hq2": 1, "caller": 1}
    answered.phone("hq2")
    assert answered.stage is Stage.CALLED_BACK


def test_an_answer_by_link_is_the_call_back_and_the_call_is_struck(answered, workshop):
    session, vault = answered.session, answered.vault
    link = session.scalars(select(CallBackLink)).one()
    said = check(get_asked(session, CallKind.COMPLAINT), SOLVED, final=True)
    asked = get_asked(session, CallKind.COMPLAINT)
    linking.answer_link(session, vault, link, asked, said, now=NOW + timedelta(hours=1))
    session.commit()

    for _twice in range(2):
        call_back_round(workshop)

    session.expire_all()
    assert (answered.stage, answered.complaint.called_back_by) == (Stage.CALLED_BACK, None)
    assert answered.call.state is CallState.LINKED


def test_a_customer_nobody_reaches_is_told_in_the_complaint(answered):
    caller = answered.world.scopes["caller"]
    calling.record_try(
        answered.session,
        answered.vault,
        caller,
        answered.call.id,
        CallResult.WRONG_NUMBER,
        key="w" * 16,
        now=answered.later,
    )

    assert (answered.stage, answered.complaint.view) == (Stage.CALLED_BACK, None)
