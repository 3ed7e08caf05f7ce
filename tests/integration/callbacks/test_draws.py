"""Draws on a real database: once a week, late weeks, late orders, sealed until calls are over."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.cli.callbacks import verify
from app.reports.callbacks.work import call_back_round
from app.reports.work import Workshop
from app.service.callbacks import calling, drawing
from app.service.callbacks.models import (
    CallBack,
    CallBackDraw,
    CallBackLink,
    CallBackWeek,
    CallKind,
    CallResult,
    CallState,
)
from app.service.repairs.models import OrderState, RepairOrder
from app.staff.models import Role
from app.staff.scope import Scope
from tests.factories import head_office, make_community, make_staff
from tests.integration.callbacks.world import FINE, close_orders, publish_questions

MONDAY = date(2026, 10, 26)  # drawn on 2 November at 08:00; `now` is 10:00 of that day


@pytest.fixture
def workshop(engine, vault, storage, config, now):
    return Workshop(engine=engine, vault=vault, storage=storage, config=config, clock=lambda: now)


def at(workshop, instant):
    return replace(workshop, clock=lambda: instant)


def test_monday_at_eight_a_fifth_of_each_community_is_drawn_and_every_order_gets_a_link(
    session, workshop, now
):
    big, small, none = (make_community(session) for _ in range(3))
    close_orders(session, big, MONDAY, 11)
    close_orders(session, small, MONDAY, 1)
    close_orders(session, small, MONDAY + timedelta(weeks=1), 3)  # this week: not yet
    session.commit()

    call_back_round(at(workshop, now - timedelta(hours=2, seconds=1)))
    assert (
        session.scalar(
            select(func.count()).select_from(CallBackDraw).where(CallBackDraw.monday == MONDAY)
        )
        == 0
    )
    session.rollback()
    for _twice in range(2):
        call_back_round(workshop)

    drawn = {
        draw.community_id: (draw.orders, draw.drawn)
        for draw in session.scalars(select(CallBackDraw).where(CallBackDraw.monday == MONDAY))
    }
    assert drawn == {big.id: (11, 3), small.id: (1, 1), none.id: (0, 0)}
    assert session.scalar(select(func.count()).select_from(CallBack)) == 4
    assert session.scalar(select(func.count()).select_from(CallBackLink)) == 12


def test_the_database_itself_allows_one_draw_for_each_community_and_week(session, vault, now):
    community = make_community(session)
    close_orders(session, community, MONDAY, 5)
    first = drawing.draw_community(session, vault, community.id, MONDAY, now=now)

    assert drawing.draw_community(session, vault, community.id, MONDAY, now=now) is None
    twin = CallBackDraw(
        community_id=community.id,
        monday=MONDAY,
        order_ids="[]",
        orders=0,
        drawn=0,
        commitment="0" * 64,
        seed_sealed=b"",
        drawn_at=now,
    )
    assert first.orders == 5
    session.add(twin)
    with pytest.raises(IntegrityError):
        session.flush()


def test_missed_weeks_are_drawn_late(session, workshop, now):
    community = make_community(session)
    for weeks in range(3):
        close_orders(session, community, MONDAY - timedelta(weeks=weeks), 5)
    session.add(CallBackWeek(monday=MONDAY - timedelta(weeks=2), drawn_at=now))
    session.commit()

    call_back_round(workshop)

    weeks = session.scalars(select(CallBackDraw.monday).order_by(CallBackDraw.monday))
    assert list(weeks) == [MONDAY - timedelta(weeks=1), MONDAY]
    assert session.get(CallBackWeek, MONDAY) is not None


def test_orders_told_after_the_draw_are_drawn_with_the_next_week_and_each_only_once(
    session, vault, now
):
    community = make_community(session)
    week = timedelta(weeks=1)
    long_ago = close_orders(session, community, MONDAY - week, 5)  # before the first draw
    close_orders(session, community, MONDAY, 4)
    first = drawing.draw_community(session, vault, community.id, MONDAY, now=now)
    drawing.end_week(session, MONDAY, now=now)
    late = close_orders(session, community, MONDAY, 6)  # the file came at nine
    of_next = close_orders(session, community, MONDAY + week, 5)
    second = drawing.draw_community(session, vault, community.id, MONDAY + week, now=now + week)
    drawing.end_week(session, MONDAY + week, now=now + week)
    third = drawing.draw_community(
        session, vault, community.id, MONDAY + 2 * week, now=now + 2 * week
    )
    drawing.end_week(session, MONDAY + 2 * week, now=now + 2 * week)
    close_orders(session, community, MONDAY, 1)  # a month late: nobody remembers
    fifth = drawing.draw_community(
        session, vault, community.id, MONDAY + 4 * week, now=now + 4 * week
    )

    assert (first.orders, first.drawn) == (4, 1)
    assert set(drawing.listed_of(second)) == {one.id for one in (*late, *of_next)}
    assert (second.orders, second.drawn) == (11, 3)
    assert (third.orders, fifth.orders) == (0, 0)
    assert not {one.id for one in long_ago} & set(drawing.listed_of(second))
    drawing.finish_draws(session, vault, now=now + timedelta(weeks=5))
    checks = [drawing.check_draw(session, one) for one in (first, second)]
    assert [(one.is_good, len(one.late), one.gone) for one in checks] == [
        (True, 7, ()),
        (True, 0, ()),
    ]


def test_the_seed_is_sealed_until_the_calls_are_over_and_then_anybody_can_check_the_draw(
    session, vault, now
):
    community = make_community(session)
    publish_questions(session, now=now)
    orders = close_orders(session, community, MONDAY, 6)
    draw = drawing.draw_community(session, vault, community.id, MONDAY, now=now)
    seed = drawing.seed_of(vault, community.id, MONDAY)
    assert draw.commitment == hashlib.sha256(seed).hexdigest()
    assert draw.seed is None
    assert seed not in draw.seed_sealed
    assert seed.hex().encode() not in draw.seed_sealed
    with pytest.raises(ValueError, match="1"):
        drawing.check_draw(session, draw)

    scope = caller(session)
    calls = session.scalars(select(CallBack).order_by(CallBack.id)).all()
    calling.complete(session, vault, scope, calls[0].id, FINE, key="a" * 16, now=now)
    assert drawing.finish_draws(session, vault, now=now) == []
    calling.record_try(
        session, vault, scope, calls[1].id, CallResult.REFUSED, key="b" * 16, now=now
    )
    assert drawing.finish_draws(session, vault, now=now) == [draw]

    assert bytes.fromhex(draw.seed) == seed
    late = close_orders(session, community, MONDAY, 2)
    check = drawing.check_draw(session, draw)
    assert check.is_good
    assert list(check.drawn) == [call.order_id for call in calls]
    assert check.late == tuple(order.id for order in late)
    assert {one.id for one in orders} >= set(check.drawn)


def test_the_command_checks_a_week_and_refuses_a_day_that_is_no_monday(
    session, config, vault, now, monkeypatch
):
    community = make_community(session, name="听涛苑")
    close_orders(session, community, MONDAY, 6)
    drawing.draw_community(session, vault, community.id, MONDAY, now=now)
    drawing.finish_draws(session, vault, now=now + timedelta(weeks=3))
    session.commit()
    monkeypatch.setenv("LINSHENG_DATABASE", config.database_url)
    monkeypatch.setenv("LINSHENG_INSTANCE", str(config.instance))

    good = CliRunner().invoke(verify, [MONDAY.isoformat()])
    assert "听涛苑: ok, 2 of 6 drawn, seed" in good.output
    assert good.exit_code == 0
    tuesday = CliRunner().invoke(verify, ["2026-10-27"])
    assert "2026-10-27 is no Monday" in tuesday.output
    assert tuesday.exit_code == 2
    assert "verify [OPTIONS] WEEK" in tuesday.output


def test_a_changed_list_or_seed_does_not_pass_the_check(session, vault, now):
    community = make_community(session)
    close_orders(session, community, MONDAY, 20)
    draw = drawing.draw_community(session, vault, community.id, MONDAY, now=now)
    drawing.finish_draws(session, vault, now=now + timedelta(weeks=3))
    assert drawing.check_draw(session, draw).is_good
    seed, listed = draw.seed, draw.order_ids

    draw.seed = bytes(32).hex()
    assert not drawing.check_draw(session, draw).is_committed
    draw.seed = seed
    called = session.scalars(select(CallBack.order_id)).first()
    draw.order_ids = listed.replace(f",{called},", ",") if f",{called}," in listed else "[1]"
    assert not drawing.check_draw(session, draw).is_same


def test_what_nobody_got_round_to_lapses_and_orders_count_as_called_back_only_then(
    session, workshop, vault, now
):
    community = make_community(session)
    publish_questions(session, now=now)
    close_orders(session, community, MONDAY, 10)
    session.commit()
    call_back_round(workshop)
    scope = caller(session)
    first, second = session.scalars(select(CallBack).order_by(CallBack.id))
    calling.complete(session, vault, scope, first.id, FINE, key="a" * 16, now=now)
    session.commit()

    call_back_round(at(workshop, now + timedelta(days=13)))  # the second Sunday
    session.expire_all()
    assert second.state is CallState.WAITING
    assert session.get(RepairOrder, first.order_id).state is OrderState.DONE
    session.rollback()
    call_back_round(at(workshop, now + timedelta(days=14)))

    session.expire_all()
    draw = session.get(CallBackDraw, first.draw_id)
    assert second.state is CallState.LAPSED
    assert draw.seed is not None
    assert session.get(RepairOrder, first.order_id).state is OrderState.CALLED_BACK
    assert session.get(RepairOrder, second.order_id).state is OrderState.DONE


def caller(session: Session) -> Scope:
    staff = make_staff(session, Role.CALLER)
    return Scope(staff.id, staff.name, Role.CALLER, None)


def test_the_list_counts_and_pages_what_is_to_call(session, vault, now):
    community = make_community(session)
    close_orders(session, community, MONDAY, 23)
    drawing.draw_community(session, vault, community.id, MONDAY, now=now)

    due = calling.count_due(session, head_office(), now=now)
    assert (due.late, due.today, due.soon, due.first) == (0, 0, 5, None)
    friday = now + timedelta(days=4)
    assert calling.count_due(session, head_office(), now=friday).today == 5
    late = calling.count_due(session, head_office(), now=friday + timedelta(days=1))
    assert (late.late, late.first) == (5, date(2026, 11, 6))
    views = calling.list_calls(session, vault, head_office(), CallKind.REPAIR, now=now)
    assert len(views) == 5
    rest = calling.list_calls(
        session,
        vault,
        head_office(),
        CallKind.REPAIR,
        after=(views[1].call.due_on, views[1].call.id),
        now=now,
    )
    assert [one.call.id for one in rest] == [one.call.id for one in views[2:]]
