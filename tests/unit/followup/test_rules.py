"""Rules of follow-up: hand-worked cases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.followup.errors import FieldError
from app.followup.models import Attempt, CaseList, CaseState, Outcome
from app.followup.rules import (
    ContactInput,
    Standing,
    check_contact,
    check_due,
    choose_list,
    choose_wish,
    due_dates,
    standing_of,
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


def contact(**changes: object) -> ContactInput:
    fields: dict[str, object] = {
        "at": NOON,
        "way": "phone",
        "person": "李女士",
        "outcome": Outcome.SOLVED,
        "result": "已修好",
    }
    return ContactInput(**(fields | changes))  # type: ignore[arg-type]


def test_a_promised_day_lies_neither_behind_nor_so_far_ahead_that_the_year_must_be_wrong() -> None:
    today = date(2026, 11, 25)
    for good in (today, date(2027, 11, 25), date(2028, 11, 25)):  # 731 days: one of them is 29 Feb
        check_due("due_on", good, not_before=today)
    wrong = {
        date(2026, 11, 24): "in_past",
        date(2028, 11, 26): "too_far",
        date(2062, 11, 25): "too_far",
    }
    for day, problem in wrong.items():
        with pytest.raises(FieldError) as refused:
            check_due("due_on", day, not_before=today)
        assert (refused.value.field, refused.value.problem) == ("due_on", problem)
    with pytest.raises(FieldError):
        check_contact(contact(outcome=Outcome.DATED, next_on=date(2062, 11, 25)), now=NOON)


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
        ({"place": "moon"}, "place", "unknown"),
        ({"next_time": "late"}, "next_time", "unknown"),
        ({"attempt": Attempt.BUSY}, "attempt", "unknown"),  # the owner was reached
        (
            {"outcome": Outcome.UNREACHABLE, "attempt": Attempt.COME_AGAIN},
            "next_on",
            "empty",
        ),
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


@pytest.mark.parametrize("outcome", [Outcome.UNREACHABLE, Outcome.DECLINED, Outcome.PRAISE_PASSED])
def test_an_outcome_that_says_it_all_needs_no_words(outcome: Outcome) -> None:
    check_contact(contact(outcome=outcome, result=""), now=NOON)


def test_the_place_is_that_of_the_way_unless_another_is_named() -> None:
    assert contact(way="visit").where == "home"
    assert contact(way="reception").where == "desk"
    assert contact(way="phone").where is None
    assert contact(way="visit", place="outdoors").where == "outdoors"


def test_somebody_who_asks_to_come_again_was_reached() -> None:
    assert contact(outcome=Outcome.UNREACHABLE, attempt=Attempt.BUSY).is_failed_try
    assert not contact(outcome=Outcome.UNREACHABLE, attempt=Attempt.COME_AGAIN).is_failed_try
