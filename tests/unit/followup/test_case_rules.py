"""Rules of a case: hand-worked steps, half days, the clock of a danger, hints, capacity."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.followup.cases.errors import StepRefusedError
from app.followup.cases.rules import (
    Capacity,
    Position,
    Try,
    check_step,
    forecast,
    has_given_up,
    hint_of,
    safety_dates,
    stages_after,
    state_of,
    steps_by_hand,
    tries_since,
    working_days,
)
from app.followup.errors import FieldError
from app.followup.models import CaseState, Outcome, Source, Stage, Urgency
from app.followup.rules import ContactInput, DueDates
from app.staff.models import Role
from app.surveys.campaign.planning.workdays import Calendar

NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)  # 12:00 in Beijing
ONE, OTHER = 1, 2
# National Day 2026: 1 to 7 October off, worked for on 27 September and 10 October.
OCTOBER = Calendar(
    holidays={date(2026, 10, day): "国庆节" for day in range(1, 8)},
    make_up={date(2026, 9, 27): "国庆节", date(2026, 10, 10): "国庆节"},
)


def position(
    stage: Stage = Stage.ACCEPTED,
    source: Source = Source.SURVEY,
    urgency: Urgency = Urgency.ORDINARY,
    answered_by: int | None = None,
) -> Position:
    return Position(stage, source, urgency, answered_by)


def said(outcome: Outcome, view: str | None = None) -> ContactInput:
    return ContactInput(NOON, "phone", "owner", outcome, "说好了", owner_view=view)


DANGER = {"urgency": Urgency.SAFETY}
ANSWERED = {"stage": Stage.ANSWERED, "answered_by": ONE}
STEPS = [
    # low risk: the talk is reply and call-back in one
    ({}, Outcome.SOLVED, "satisfied", ["answered", "improved"]),
    ({}, Outcome.SOLVED, "neutral", ["answered", "closed"]),
    ({}, Outcome.SOLVED, None, ["answered", "closed"]),
    ({}, Outcome.EXPLAINED, "satisfied", ["answered", "closed"]),
    ({}, Outcome.PRAISE_PASSED, None, ["answered", "closed"]),
    ({}, Outcome.EXPLAINED, "dissatisfied", ["answered"]),
    ({"source": Source.REPAIR}, Outcome.SOLVED, "satisfied", ["answered", "improved"]),
    # whatever the risk
    ({}, Outcome.DATED, None, ["in_work"]),
    ({}, Outcome.TO_REPAIR, None, ["in_work"]),
    ({}, Outcome.DECLINED, None, ["declined"]),
    # a danger or a complaint ends with a second person, also when the owner declines
    (DANGER, Outcome.DECLINED, None, ["answered"]),
    ({"source": Source.COMPLAINT}, Outcome.DECLINED, None, ["answered"]),
    ({**DANGER, **ANSWERED}, Outcome.DECLINED, None, ["declined"]),
    (
        {**DANGER, "stage": Stage.ANSWERED, "answered_by": OTHER},
        Outcome.DECLINED,
        None,
        ["answered"],
    ),
    # a danger or a complaint: answered first, then called back by somebody else
    (DANGER, Outcome.SOLVED, "satisfied", ["answered"]),
    ({"source": Source.COMPLAINT}, Outcome.SOLVED, "satisfied", ["answered"]),
    ({**DANGER, **ANSWERED}, Outcome.SOLVED, "satisfied", ["called_back", "improved"]),
    ({**DANGER, **ANSWERED}, Outcome.EXPLAINED, "neutral", ["called_back", "closed"]),
    ({**DANGER, **ANSWERED}, Outcome.EXPLAINED, "dissatisfied", ["reopened"]),
    ({**DANGER, "stage": Stage.ANSWERED, "answered_by": OTHER}, Outcome.SOLVED, None, ["answered"]),
]


@pytest.mark.parametrize(("where", "outcome", "view", "steps"), STEPS)
def test_an_outcome_leads_to_these_steps(
    where: dict[str, object], outcome: Outcome, view: str | None, steps: list[str]
) -> None:
    found = stages_after(
        said(outcome, view),
        position(**where),  # type: ignore[arg-type]
        staff_id=OTHER,
        tries=[],
    )
    assert [stage.value for stage in found] == steps


def test_a_call_back_asks_for_the_owners_own_view() -> None:
    waiting = position(Stage.ANSWERED, urgency=Urgency.SAFETY, answered_by=ONE)
    with pytest.raises(FieldError) as caught:
        stages_after(said(Outcome.SOLVED), waiting, staff_id=OTHER, tries=[])
    assert caught.value.field == "owner_view"


# 23 November 2026, in Beijing: 09:00, 11:59, 12:00, 20:00; and 24 November 09:00
NINE, LATE_MORNING, MIDDAY, EVENING, NEXT_DAY = (
    datetime(2026, 11, 23, hour, minute, tzinfo=UTC) + timedelta(days=day)
    for day, hour, minute in ((0, 1, 0), (0, 3, 59), (0, 4, 0), (0, 12, 0), (1, 1, 0))
)


@pytest.mark.parametrize("words", ["", "  "])
def test_a_danger_is_not_declined_without_a_word(words: str) -> None:
    silent = replace(said(Outcome.DECLINED), result=words)
    with pytest.raises(FieldError) as caught:
        stages_after(silent, position(urgency=Urgency.SAFETY), staff_id=ONE, tries=[])
    assert caught.value.field == "result"
    assert stages_after(silent, position(), staff_id=ONE, tries=[]) == (Stage.DECLINED,)


def test_an_unreachable_owner_ends_a_danger_with_words_and_a_second_person_only() -> None:
    three = [Try(NINE, "phone"), Try(MIDDAY, "phone"), Try(NEXT_DAY, "visit")]
    tried, silent = said(Outcome.UNREACHABLE), replace(said(Outcome.UNREACHABLE), result="")
    danger = position(urgency=Urgency.SAFETY)
    waiting = position(Stage.ANSWERED, urgency=Urgency.SAFETY, answered_by=ONE)

    def after(contact: ContactInput, where: Position, by: int) -> tuple[Stage, ...]:
        return stages_after(contact, where, staff_id=by, tries=three)

    assert after(silent, danger, ONE) == ()
    assert after(tried, danger, ONE) == (Stage.ANSWERED,)
    assert after(tried, waiting, ONE) == (Stage.ANSWERED,)
    assert after(silent, waiting, OTHER) == ()
    assert after(tried, waiting, OTHER) == (Stage.CLOSED,)
    assert after(silent, position(), ONE) == (Stage.CLOSED,)


def test_tries_count_from_the_last_talk_and_the_last_time_the_case_opened_again() -> None:
    old = [Try(NINE, "phone"), Try(MIDDAY, "visit")]
    talk = Try(EVENING, "phone", is_failed=False)
    new = Try(NEXT_DAY, "visit")
    assert tries_since([*old, new], None) == [*old, new]
    assert tries_since([*old, talk, new], None) == [new]
    assert tries_since([*old, new], EVENING) == [new]
    # said to be of tomorrow, but written down before the case opened again
    written = Try(NEXT_DAY, "visit", recorded_at=MIDDAY)
    assert tries_since([written], EVENING) == []


@pytest.mark.parametrize(
    ("tries", "given_up"),
    [
        ([(NINE, "phone"), (MIDDAY, "visit")], False),
        ([(NINE, "phone"), (LATE_MORNING, "visit"), (MIDDAY, "phone")], False),
        ([(NINE, "phone"), (MIDDAY, "visit"), (EVENING, "phone")], False),
        ([(NINE, "phone"), (MIDDAY, "phone"), (NEXT_DAY, "phone")], False),
        ([(NINE, "phone"), (MIDDAY, "phone"), (NEXT_DAY, "visit")], True),
    ],
)
def test_three_half_days_and_two_ways_make_an_owner_unreachable(
    tries: list[tuple[datetime, str]], given_up: bool
) -> None:
    assert has_given_up([Try(*one) for one in tries]) is given_up


def test_a_stage_says_whether_anybody_must_still_move() -> None:
    ended = {Stage.IMPROVED, Stage.CLOSED}
    for stage in Stage:
        wanted = CaseState.CLOSED if stage in ended else CaseState.OPEN
        assert state_of(stage) is (CaseState.DECLINED if stage is Stage.DECLINED else wanted)


def test_a_dissatisfied_owners_case_is_closed_by_the_director_a_danger_by_head_office_alone() -> (
    None
):
    plain = position(Stage.ANSWERED, answered_by=ONE)
    danger = position(Stage.ANSWERED, urgency=Urgency.SAFETY, answered_by=ONE)
    check_step(plain, Stage.CLOSED, role=Role.OFFICE, staff_id=ONE)
    check_step(danger, Stage.CLOSED, role=Role.HEAD_OFFICE, staff_id=OTHER)
    refused = (
        (plain, Role.STEWARD, OTHER),
        (danger, Role.OFFICE, OTHER),
        (danger, Role.HEAD_OFFICE, ONE),  # who answered does not close it himself
    )
    for where, role, staff_id in refused:
        with pytest.raises(StepRefusedError):
            check_step(where, Stage.CLOSED, role=role, staff_id=staff_id)


def test_only_steps_of_the_circle_are_offered() -> None:
    def offered(stage: Stage, *, is_no_reply: bool = False) -> set[Stage]:
        found = steps_by_hand(
            position(stage), role=Role.OFFICE, staff_id=ONE, is_no_reply=is_no_reply
        )
        return set(found)

    assert offered(Stage.ACCEPTED) == {Stage.VERIFIED, Stage.IN_WORK}
    assert offered(Stage.VERIFIED) == {Stage.IN_WORK}
    assert offered(Stage.ANSWERED) == {Stage.CLOSED}
    assert offered(Stage.CLOSED) == {Stage.REOPENED}
    assert offered(Stage.DECLINED, is_no_reply=True) == set()


def test_the_clock_of_a_danger_starts_at_once_and_knows_holidays_and_make_up_days() -> None:
    # Tuesday 29 September, 20:00 in Beijing: there by Wednesday; working days are Wednesday 30
    # September, then Thursday 8 and Friday 9 October.
    found = safety_dates(datetime(2026, 9, 29, 12, tzinfo=UTC), OCTOBER)
    assert found == DueDates(date(2026, 9, 30), date(2026, 10, 9))
    # Saturday 26 September: the Sunday after is worked for the holiday.
    found = safety_dates(datetime(2026, 9, 26, 2, tzinfo=UTC), OCTOBER)
    assert found == DueDates(date(2026, 9, 27), date(2026, 9, 29))


@pytest.mark.parametrize(
    ("texts", "hint"),
    [
        ({"comment.wish": "楼下电动车飞线充电"}, Urgency.SAFETY),
        ({"comment.praise": "谢谢小陈，电梯困人时马上来了"}, Urgency.SAFETY),
        ({"comment.praise": "保洁王姐很认真"}, Urgency.PRAISE_ONLY),
        ({"comment.praise": "很好", "comment.wish": "多种点花"}, None),
        ({"comment.wish": "停车位太少"}, None),
        ({}, None),
    ],
)
def test_words_give_a_hint_and_danger_wins(texts: dict[str, str], hint: Urgency | None) -> None:
    assert hint_of(texts) is hint


def test_sixty_calls_a_day_take_five_days_for_270_homes() -> None:
    # practice.md, part F: 3 clerks x 20 calls, 270 homes: 4.5 days. Monday 23 November 2026.
    due = DueDates(date(2026, 11, 29), date(2026, 12, 6))
    found = forecast(
        270, 270, Capacity(3, 20), due=due, today=date(2026, 11, 23), calendar=Calendar()
    )
    assert (found.days, found.done_by) == (5, date(2026, 11, 27))
    assert (found.behind_start, found.behind_close) == (0, 0)


def test_too_few_people_are_behind_by_what_they_cannot_call() -> None:
    # Monday to Friday is 5 days x 20 calls before the start day, 10 days before the end.
    due = DueDates(date(2026, 11, 29), date(2026, 12, 6))
    found = forecast(
        270, 270, Capacity(1, 20), due=due, today=date(2026, 11, 23), calendar=Calendar()
    )
    assert (found.behind_start, found.behind_close) == (170, 70)
    assert (found.days, found.done_by) == (14, date(2026, 12, 10))


def test_holidays_are_no_days_to_call_and_make_up_days_are() -> None:
    assert working_days(date(2026, 9, 26), date(2026, 10, 11), OCTOBER) == 7
    found = forecast(100, 0, Capacity(1, 20), due=None, today=date(2026, 9, 30), calendar=OCTOBER)
    # 30 September, 8, 9, 10 (Saturday, worked) and 12 October
    assert found.done_by == date(2026, 10, 12)
    nothing = forecast(0, 0, Capacity(), due=None, today=date(2026, 9, 30), calendar=OCTOBER)
    assert (nothing.days, nothing.done_by) == (0, None)
