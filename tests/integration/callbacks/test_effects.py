"""What answers set going in repairs: once for each order, the same by telephone and by link."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.followup.history.models import CaseEvent, CaseNote
from app.followup.models import CaseList, FollowUp, Source
from app.reports.callbacks.work import settle_answers
from app.reports.work import Workshop
from app.service.callbacks import calling, drawing, linking
from app.service.callbacks.errors import CallGoneError, LinkGoneError, TryError
from app.service.callbacks.models import (
    CallBack,
    CallBackAnswer,
    CallBackEffect,
    CallBackLink,
    CallBackTry,
    CallKind,
    CallResult,
    CallState,
    Way,
)
from app.service.callbacks.questions import check, get_asked
from app.service.repairs.models import Flag, OrderState, RepairFlag, RepairOrder, SpecialVisit
from app.staff.models import Role
from app.staff.scope import Scope
from tests.factories import make_community, make_staff
from tests.integration.callbacks.world import FINE, close_orders, homes_of, publish_questions

MONDAY = date(2026, 10, 26)


class World:
    """One community with one drawn order, whose questions are published."""

    def __init__(self, session, vault, now):
        self.session, self.vault, self.now = session, vault, now
        self.community = make_community(session)
        publish_questions(session, now=now)
        homes = homes_of(session, self.community)
        self.order = close_orders(session, self.community, MONDAY, 1, homes=homes)[0]
        drawing.draw_community(session, vault, self.community.id, MONDAY, now=now)
        staff = make_staff(session, Role.CALLER)
        self.scope = Scope(staff.id, staff.name, Role.CALLER, frozenset())
        self.call = session.scalars(select(CallBack)).one()
        self.link = session.scalars(select(CallBackLink)).one()
        session.commit()

    def phone(self, *, key="k" * 16, **change):
        fields = FINE | {name.replace("__", "."): [value] for name, value in change.items()}
        calling.complete(
            self.session, self.vault, self.scope, self.call.id, fields, key=key, now=self.now
        )
        self.session.commit()

    def click(self, **change):
        fields = FINE | {name.replace("__", "."): [value] for name, value in change.items()}
        asked = get_asked(self.session, CallKind.REPAIR)
        said = check(asked, fields, final=True)
        token = linking.token_of(self.vault, self.link)
        link = linking.open_link(self.session, token, now=self.now)
        linking.answer_link(self.session, self.vault, link, asked, said, now=self.now)
        self.session.commit()

    def count(self, model):
        return self.session.scalar(select(func.count()).select_from(model))

    def effects(self):
        self.session.rollback()  # the round writes on a connection of its own
        rows = self.session.scalars(select(CallBackEffect.effect).order_by(CallBackEffect.id))
        return list(rows)


@pytest.fixture
def world(session, vault, now):
    return World(session, vault, now)


@pytest.fixture
def workshop(engine, vault, storage, config, now):
    return Workshop(engine=engine, vault=vault, storage=storage, config=config, clock=lambda: now)


def test_a_repair_that_broke_again_opens_rework_and_a_visit_within_24_hours(world):
    world.phone(handling__fixed="broken_again", comment__more="厨房又漏了")

    visit = world.session.scalars(select(SpecialVisit)).one()
    rework = world.session.get(RepairOrder, visit.rework_id)
    case = world.session.get(FollowUp, visit.follow_up_id)
    note = world.session.scalars(select(CaseNote)).one()
    assert visit.due_at == world.now + timedelta(hours=24)
    assert (rework.rework_of, world.order.state) == (world.order.id, OrderState.FAILED)
    assert (case.source, case.on_list, case.household_id) == (
        Source.REPAIR,
        CaseList.COMMUNITY,
        world.order.household_id,
    )
    assert world.vault.open(note.text_sealed, "note") == "厨房又漏了"
    assert world.effects() == ["rework", "case"]
    assert world.count(FollowUp) == 1  # the wish stands in the case of the rework


def test_flags_of_an_order_reach_head_office(world):
    world.phone(handling__on_time="did_not_come", handling__charge="differed")

    flags = world.session.scalars(select(RepairFlag.flag).order_by(RepairFlag.id))
    assert list(flags) == [Flag.NOBODY_CAME, Flag.FEE_DIFFERED]


def test_a_dissatisfied_customer_gets_a_case_with_his_reason_sealed(world):
    world.phone(overall="2", comment__reason="来了三次才修好")

    case = world.session.scalars(select(FollowUp)).one()
    note = world.session.scalars(select(CaseNote)).one()
    answer = world.session.scalars(select(CallBackAnswer)).one()
    assert case.close_by == date(2026, 11, 16)
    assert world.vault.open(note.text_sealed, "note") == "来了三次才修好"
    assert "来了" not in answer.answers
    assert "来了".encode() not in answer.words_sealed
    assert answer.is_satisfied is False


def test_a_satisfied_customer_sets_nothing_going(world):
    world.phone()

    assert world.effects() == []
    assert (world.count(FollowUp), world.count(RepairFlag), world.count(SpecialVisit)) == (0, 0, 0)
    assert world.session.get(CallBack, world.call.id).state is CallState.DONE


def test_an_answer_by_link_acts_within_the_next_round_and_names_nobody(world, workshop):
    world.click(handling__fixed="not_fixed")
    assert world.effects() == []

    world.session.rollback()
    for _twice in range(2):
        settle_answers(workshop)

    assert world.effects() == ["rework"]
    events = world.session.scalars(select(CaseEvent.staff_id))
    assert set(events) == {None}


def test_by_telephone_the_case_names_no_caller_either(world):
    world.phone(handling__fixed="not_fixed")

    assert set(world.session.scalars(select(CaseEvent.staff_id))) == {None}


def test_both_answers_are_kept_the_first_counts_and_each_thing_happens_once(world, workshop):
    world.click(handling__fixed="not_fixed")
    settle_answers(workshop)
    world.session.expire_all()
    world.phone(handling__fixed="not_fixed", handling__charge="not_told", overall="1")

    kept = {answer.way: answer.is_first for answer in world.session.scalars(select(CallBackAnswer))}
    assert kept == {Way.LINK: True, Way.PHONE: False}
    assert world.effects() == ["rework", "fee_not_told", "case"]
    assert (world.count(SpecialVisit), world.count(FollowUp)) == (1, 1)


def test_a_link_takes_one_answer_and_closes_after_two_weeks(world):
    token = linking.token_of(world.vault, world.link)
    assert len(token) == 26
    assert linking.open_link(world.session, token.upper(), now=world.now).id == world.link.id
    with pytest.raises(LinkGoneError) as gone:
        linking.open_link(world.session, token, now=world.now + timedelta(days=14))
    assert gone.value.why == "expired"
    with pytest.raises(LinkGoneError) as gone:
        linking.open_link(world.session, "0" * 26, now=world.now)
    assert gone.value.why == "unknown"

    world.click()
    with pytest.raises(LinkGoneError) as gone:
        world.click()
    assert gone.value.why == "answered"


def test_the_token_is_nowhere_in_the_database(world):
    token = linking.token_of(world.vault, world.link)

    assert token.encode() not in world.link.token_hash
    assert linking.make_token(world.vault, CallKind.REPAIR, world.order.id + 1, 1) != token


def test_three_tries_on_two_days_end_a_call_and_a_form_sent_twice_counts_once(world):
    def fail(number, at):
        return calling.record_try(
            world.session,
            world.vault,
            world.scope,
            world.call.id,
            CallResult.NO_ANSWER,
            key=f"{number:016}",
            now=at,
        )

    for number in (1, 2, 2, 3):
        call = fail(number, world.now + timedelta(minutes=number))
    assert (call.tries, call.state) == (3, CallState.WAITING)
    call = fail(4, world.now + timedelta(days=1))
    assert (call.state, call.was_reached) == (CallState.UNREACHED, False)
    assert world.count(CallBackTry) == 4
    with pytest.raises(CallGoneError):
        fail(5, world.now + timedelta(days=1))


def test_a_wished_time_takes_a_call_off_the_list_until_its_day(world):
    def later(at):
        return calling.record_try(
            world.session,
            world.vault,
            world.scope,
            world.call.id,
            CallResult.LATER,
            later_at=at,
            key=f"{at or 0}"[:32].ljust(16, "x"),
            now=world.now,
        )

    def listed(now):
        views = calling.list_calls(
            world.session, world.vault, world.scope, CallKind.REPAIR, now=now
        )
        return [one.call.id for one in views]

    midnight = datetime(2026, 11, 3, 16, tzinfo=world.now.tzinfo)  # in Beijing
    for wrong in (None, world.now, world.now + timedelta(days=15), midnight):
        with pytest.raises(TryError):
            later(wrong)
    tomorrow = datetime(2026, 11, 3, 11, tzinfo=world.now.tzinfo)  # 19:00 in Beijing
    call = later(tomorrow)
    assert call.was_reached
    assert listed(world.now) == []
    assert listed(datetime(2026, 11, 2, 16, tzinfo=world.now.tzinfo)) == [world.call.id]


def test_what_was_said_so_far_is_kept_and_its_words_are_sealed(world):
    fields = {"handling.came": ["yes"], "comment.more": ["楼道灯也坏了"], "csrf_token": ["x"]}
    calling.save_step(world.session, world.vault, world.scope, world.call.id, fields)

    draft = calling.draft_of(world.vault, world.call)
    assert draft.values == {"handling.came": "yes"}
    assert draft.words == {"comment.more": "楼道灯也坏了"}
    assert "楼道灯".encode() not in world.call.draft_sealed
    world.phone()
    assert (world.call.draft, world.call.draft_sealed) == (None, None)
