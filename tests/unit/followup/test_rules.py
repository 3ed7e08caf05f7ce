"""Rules of follow-up: hand-worked cases."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from app.followup.errors import FieldError
from app.followup.models import CaseList, CaseState, Outcome
from app.followup.rules import (
    ContactInput,
    Standing,
    check_contact,
    choose_list,
    choose_wish,
    due_dates,
    spread_visits,
    standing_of,
    state_after,
)
from app.surveys.response.models import ContactWish

OFFICE, HQ, NO = ContactWish.OFFICE_OR_HQ, ContactWish.HQ_ONLY, ContactWish.NO_REPLY
MIDNIGHT = datetime(2026, 11, 20, 16, tzinfo=UTC)  # 21 November 00:00 in Beijing
NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wishes", "wish"),
    [
        ([OFFICE], OFFICE),
        ([HQ], HQ),
        ([NO], NO),
        ([OFFICE, HQ], HQ),
        ([NO, HQ], HQ),
        ([NO, OFFICE], OFFICE),
        ([NO, NO], NO),
        ([OFFICE, NO, HQ], HQ),
    ],
)
def test_the_most_protective_wish_holds_and_one_wish_for_a_reply_is_enough(
    wishes: list[ContactWish], wish: ContactWish
) -> None:
    assert choose_wish(wishes) is wish


def test_only_head_office_only_leads_to_head_offices_list() -> None:
    assert choose_list(HQ) is CaseList.HEAD_OFFICE
    assert choose_list(OFFICE) is CaseList.COMMUNITY
    assert choose_list(NO) is CaseList.COMMUNITY


def test_a_new_case_is_open_unless_nobody_may_reply() -> None:
    opened = standing_of(OFFICE, last_at=NOON, last_asked_at=NOON, before=None)
    assert opened == Standing(CaseList.COMMUNITY, CaseState.OPEN, None)
    declined = standing_of(NO, last_at=NOON, last_asked_at=None, before=None)
    assert declined == Standing(CaseList.COMMUNITY, CaseState.DECLINED, NOON)


def test_a_later_wish_moves_a_case_to_head_office_and_never_back() -> None:
    on_community = Standing(CaseList.COMMUNITY, CaseState.OPEN, None)
    moved = standing_of(HQ, last_at=NOON, last_asked_at=NOON, before=on_community)
    assert moved == Standing(CaseList.HEAD_OFFICE, CaseState.OPEN, None)
    assert standing_of(OFFICE, last_at=NOON, last_asked_at=NOON, before=moved) == moved


def test_a_comment_after_closing_opens_the_case_again_and_an_earlier_one_does_not() -> None:
    closed = Standing(CaseList.COMMUNITY, CaseState.CLOSED, NOON)
    second = timedelta(seconds=1)
    again = standing_of(OFFICE, last_at=NOON + second, last_asked_at=NOON + second, before=closed)
    assert again.state is CaseState.OPEN
    assert again.closed_at is None
    assert standing_of(OFFICE, last_at=NOON, last_asked_at=NOON, before=closed) == closed
    later_without_wish = standing_of(
        OFFICE, last_at=NOON + second, last_asked_at=NOON - second, before=closed
    )
    assert later_without_wish == closed


def test_a_clock_from_midnight_gives_seven_and_fourteen_whole_days() -> None:
    due = due_dates(MIDNIGHT)
    assert due is not None
    assert (due.start_by, due.close_by) == (date(2026, 11, 27), date(2026, 12, 4))


def test_a_clock_from_noon_ends_at_noon_of_its_last_day() -> None:
    due = due_dates(NOON)  # 25 November 12:00 in Beijing
    assert due is not None
    assert (due.start_by, due.close_by) == (date(2026, 12, 2), date(2026, 12, 9))


def test_nothing_is_due_before_the_clock_runs() -> None:
    assert due_dates(None) is None


def test_ten_visits_are_four_four_and_two_on_the_first_days() -> None:
    planned = spread_visits(10, t0=MIDNIGHT, now=MIDNIGHT)
    assert Counter(planned) == {
        date(2026, 11, 21): 4,
        date(2026, 11, 22): 4,
        date(2026, 11, 23): 2,
    }


def test_more_than_twenty_eight_visits_still_fit_into_seven_days() -> None:
    planned = spread_visits(50, t0=MIDNIGHT, now=MIDNIGHT)  # 50 / 7 rounded up is 8 a day
    assert Counter(planned).most_common(1)[0][1] == 8
    assert (planned[0], planned[-1]) == (date(2026, 11, 21), date(2026, 11, 27))


def test_no_visit_is_planned_on_a_day_gone_by() -> None:
    planned = spread_visits(20, t0=MIDNIGHT, now=MIDNIGHT + timedelta(days=4, hours=3))
    assert Counter(planned) == {
        date(2026, 11, 25): 7,
        date(2026, 11, 26): 7,
        date(2026, 11, 27): 6,
    }
    late = spread_visits(9, t0=MIDNIGHT, now=MIDNIGHT + timedelta(days=30))
    assert set(late) == {date(2026, 12, 21)}


def test_no_visits_need_no_dates() -> None:
    assert spread_visits(0, t0=MIDNIGHT, now=MIDNIGHT) == ()


@pytest.mark.parametrize(
    ("outcome", "tries", "state"),
    [
        (Outcome.SOLVED, [], CaseState.CLOSED),
        (Outcome.EXPLAINED, [], CaseState.CLOSED),
        (Outcome.PRAISE_PASSED, [], CaseState.CLOSED),
        (Outcome.DATED, [], CaseState.OPEN),
        (Outcome.DECLINED, [], CaseState.DECLINED),
        (Outcome.UNREACHABLE, ["phone"], CaseState.OPEN),
        (Outcome.UNREACHABLE, ["phone", "phone", "phone"], CaseState.OPEN),
        (Outcome.UNREACHABLE, ["phone", "visit"], CaseState.OPEN),
        (Outcome.UNREACHABLE, ["phone", "phone", "visit"], CaseState.CLOSED),
    ],
)
def test_the_outcome_decides_the_state_and_three_tries_in_two_ways_give_up(
    outcome: Outcome, tries: list[str], state: CaseState
) -> None:
    assert state_after(outcome, tries) is state


def contact(**changes: object) -> ContactInput:
    fields: dict[str, object] = {
        "at": NOON,
        "way": "phone",
        "person": "李女士",
        "outcome": Outcome.SOLVED,
        "result": "已修好",
    }
    return ContactInput(**(fields | changes))  # type: ignore[arg-type]


def test_a_complete_record_is_taken() -> None:
    check_contact(contact(owner_view="satisfied"), now=NOON)
    check_contact(contact(outcome=Outcome.DATED, next_on=date(2026, 11, 25)), now=NOON)


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"person": "  "}, "person", "empty"),
        ({"result": ""}, "result", "empty"),
        ({"result": "长" * 2001}, "result", "too_long"),
        ({"way": "fax"}, "way", "unknown"),
        ({"owner_view": "delighted"}, "owner_view", "unknown"),
        ({"at": NOON + timedelta(seconds=1)}, "at", "in_future"),
        ({"outcome": Outcome.DATED}, "next_on", "empty"),
        ({"outcome": Outcome.DATED, "next_on": date(2026, 11, 24)}, "next_on", "in_past"),
    ],
)
def test_a_record_that_is_incomplete_or_untrue_names_its_field(
    changes: dict[str, object], field: str, problem: str
) -> None:
    with pytest.raises(FieldError) as caught:
        check_contact(contact(**changes), now=NOON)
    assert (caught.value.field, caught.value.problem) == (field, problem)
