"""Rules of home visits: hand-worked days, the order of the way, what a record must hold."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.followup.errors import FieldError
from app.followup.visits.models import VisitResult
from app.followup.visits.rules import (
    ActionInput,
    Appointment,
    VisitInput,
    check_appointment,
    check_visit,
    place_of,
    route_key,
    spread_visits,
    week_of,
)
from app.surveys.campaign.planning.workdays import Calendar

MIDNIGHT = datetime(2026, 11, 20, 16, tzinfo=UTC)  # 21 November 00:00 in Beijing
NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)
VISITED = {
    "result": VisitResult.VISITED,
    "at": NOON,
    "place": "home",
    "person": "owner",
    "matter": "电梯",
    "outcome": "周末前回话",
}


def test_ten_visits_are_four_four_and_two_on_the_first_days() -> None:
    planned = spread_visits(10, t0=MIDNIGHT, now=MIDNIGHT, calendar=Calendar())
    assert planned == (
        *[date(2026, 11, 21)] * 4,
        *[date(2026, 11, 22)] * 4,
        *[date(2026, 11, 23)] * 2,
    )


def test_more_than_twenty_eight_visits_still_fit_into_seven_days() -> None:
    planned = spread_visits(
        50, t0=MIDNIGHT, now=MIDNIGHT, calendar=Calendar()
    )  # 50 / 7 rounded up is 8 a day
    assert planned[0] == date(2026, 11, 21)
    assert planned[-1] == date(2026, 11, 27)
    assert max(planned.count(day) for day in planned) == 8


def test_no_visit_is_planned_on_a_day_gone_by() -> None:
    late = spread_visits(9, t0=MIDNIGHT, now=MIDNIGHT + timedelta(days=30), calendar=Calendar())
    assert set(late) == {date(2026, 12, 21)}


# National Day 2026: 1 to 7 October off.
OCTOBER = Calendar(holidays={date(2026, 10, day): "国庆节" for day in range(1, 8)})


def test_nobody_is_visited_on_a_public_holiday_and_weekends_are_for_visits() -> None:
    # released on Saturday 26 September, 00:00 in Beijing: five days of the week are none
    saturday = datetime(2026, 9, 25, 16, tzinfo=UTC)
    planned = spread_visits(22, t0=saturday, now=saturday, calendar=OCTOBER)
    days = [date(2026, 9, day) for day in (26, 27, 28, 29, 30)]
    assert [planned.count(day) for day in days] == [5, 5, 5, 5, 2]


def test_a_week_of_holidays_moves_its_visits_to_the_day_after() -> None:
    first = datetime(2026, 9, 30, 16, tzinfo=UTC)  # 1 October in Beijing
    planned = spread_visits(9, t0=first, now=first, calendar=OCTOBER)
    assert set(planned) == {date(2026, 10, 8)}


def test_a_visit_is_not_older_than_the_release() -> None:
    visit = VisitInput(**VISITED)
    check_visit(visit, now=NOON, since=NOON)
    with pytest.raises(FieldError) as caught:
        check_visit(visit, now=NOON, since=NOON + timedelta(days=1))
    assert (caught.value.field, caught.value.problem) == ("at", "before_release")


def test_homes_stand_in_the_order_of_the_way_and_not_of_letters() -> None:
    homes = [
        ("10栋", "1-0901"),
        ("2栋", "1-1101"),
        ("2栋", "1-901"),
        ("2栋", "2-0101"),
        ("商铺", "1"),
    ]
    ordered = sorted(homes, key=lambda home: route_key(*home))
    assert ordered == [
        ("2栋", "1-901"),
        ("2栋", "1-1101"),
        ("2栋", "2-0101"),
        ("10栋", "1-0901"),
        ("商铺", "1"),
    ]


def test_a_week_runs_from_monday_to_sunday() -> None:
    days = week_of(date(2026, 11, 25))  # a Wednesday
    assert (days[0], days[-1], len(days)) == (date(2026, 11, 23), date(2026, 11, 29), 7)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"at": NOON + timedelta(minutes=1)}, "at"),
        ({"place": "phone"}, "place"),
        ({"person": " "}, "person"),
        ({"matter": ""}, "matter"),
        ({"outcome": ""}, "outcome"),
        ({"owner_view": "angry"}, "owner_view"),
        ({"result": VisitResult.DECLINED}, "reason"),
        ({"result": VisitResult.PHONE_INSTEAD, "reason": " "}, "reason"),
        ({"actions": (ActionInput("修灯", "", date(2026, 11, 30)),)}, "actions-0-responsible"),
        ({"actions": (ActionInput("修灯", "张工", date(2026, 11, 24)),)}, "actions-0-due_on"),
        ({"actions": (ActionInput("修灯", "张工", date(2026, 11, 30)),) * 4}, "actions"),
    ],
)
def test_a_record_that_cannot_be_true_is_refused_at_its_field(change, field) -> None:
    with pytest.raises(FieldError) as refused:
        check_visit(VisitInput(**{**VISITED, **change}), now=NOON)
    assert refused.value.field == field


def test_nobody_at_home_needs_no_words_and_a_call_stands_as_a_call() -> None:
    check_visit(VisitInput(VisitResult.NOT_AT_HOME, NOON), now=NOON)
    call = VisitInput(VisitResult.PHONE_INSTEAD, NOON, person="owner", reason="业主出差")
    check_visit(call, now=NOON)
    assert place_of(call) == "phone"
    assert place_of(VisitInput(**VISITED)) == "home"


@pytest.mark.parametrize(
    ("at", "problem"),
    [(NOON - timedelta(days=1), "in_past"), (NOON + timedelta(days=200), "in_future")],
)
def test_an_appointment_lies_on_a_day_that_can_be_kept(at, problem) -> None:
    with pytest.raises(FieldError) as refused:
        check_appointment(Appointment(at, "owner"), now=NOON)
    assert refused.value.problem == problem
