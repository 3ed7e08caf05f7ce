"""What follows from an answer, when a call ends, what is asked: the tables of C3 line by line."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.service.callbacks import rules
from app.service.callbacks.figures import Stratum, company_share, office_share, wilson
from app.service.callbacks.models import CallKind, CallResult, CallState
from app.service.callbacks.questions import Asked, check
from app.service.callbacks.rules import Effect, effects_of, next_state, skipped
from app.surveys.instrument.answers import AnswersError
from app.surveys.instrument.canonical import digest
from app.surveys.instrument.check import check_instrument
from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.timing import longest_seconds

ROOT = Path(__file__).resolve().parents[3]
FINE = {
    "handling.came": "yes",
    "handling.on_time": "on_time",
    "handling.fixed": "fixed",
    "handling.attitude": 5,
    "handling.charge": "none",
    "overall": 5,
}
SOLVED = {
    "handling.answered": "yes",
    "handling.told": "both",
    "handling.solved": "solved",
    "handling.before": "never",
    "handling.leader": "no",
}


def asked_of(kind):
    path = ROOT / "instruments" / f"call-back-{kind}" / "v1.yaml"
    loaded = load_instrument(path.read_text("utf-8"), path.name)
    assert check_instrument(loaded) == ()
    return Asked(kind, digest(loaded.instrument), loaded.instrument)


REPAIR, COMPLAINT = asked_of(CallKind.REPAIR), asked_of(CallKind.COMPLAINT)


@pytest.mark.parametrize(
    ("change", "effects"),
    [
        ({}, ()),
        ({"handling.came": "no"}, (Effect.NOBODY_CAME,)),
        ({"handling.came": "unsure"}, ()),
        ({"handling.on_time": "did_not_come"}, (Effect.NOBODY_CAME,)),
        ({"handling.on_time": "late_not_told"}, ()),
        ({"handling.fixed": "broken_again"}, (Effect.REWORK,)),
        ({"handling.fixed": "not_fixed"}, (Effect.REWORK,)),
        ({"handling.charge": "told_before"}, ()),
        ({"handling.charge": "not_told"}, (Effect.FEE_NOT_TOLD,)),
        ({"handling.charge": "differed"}, (Effect.FEE_DIFFERED,)),
        ({"overall": 3}, ()),
        ({"overall": 2}, (Effect.CASE,)),
        ({"overall": 1, "handling.fixed": "not_fixed"}, (Effect.REWORK, Effect.CASE)),
    ],
)
def test_after_a_repair_each_answer_sets_going_what_the_table_says(change, effects):
    assert effects_of(CallKind.REPAIR, FINE | change, has_wish=False) == effects


def test_a_wish_makes_a_case_of_a_satisfied_customer():
    assert effects_of(CallKind.REPAIR, FINE, has_wish=True) == (Effect.CASE,)


@pytest.mark.parametrize(
    ("change", "effects"),
    [
        ({}, ()),
        ({"handling.answered": "no"}, (Effect.REOPEN,)),
        ({"handling.solved": "partly"}, (Effect.REOPEN,)),
        ({"handling.solved": "not_solved"}, (Effect.REOPEN,)),
        ({"handling.solved": "explained"}, ()),
        ({"handling.before": "once"}, (Effect.REPEAT,)),
        ({"handling.before": "more"}, (Effect.REPEAT,)),
        ({"handling.leader": "yes"}, (Effect.ESCALATE,)),
        (
            {"handling.solved": "partly", "handling.before": "twice", "handling.leader": "yes"},
            (Effect.REOPEN, Effect.REPEAT, Effect.ESCALATE),
        ),
    ],
)
def test_after_a_complaint_each_answer_sets_going_what_the_table_says(change, effects):
    assert effects_of(CallKind.COMPLAINT, SOLVED | change, has_wish=False) == effects


@pytest.mark.parametrize(
    ("asked", "tables"),
    [(REPAIR, rules._AFTER_REPAIR), (COMPLAINT, rules._AFTER_COMPLAINT)],
    ids=["repair", "complaint"],
)
def test_the_tables_name_questions_and_options_of_the_published_files_only(asked, tables):
    known = {(item.code, option.code) for item in asked.instrument.items for option in item.options}

    assert {pair for _effect, when in tables for pair in when} <= known
    assert rules.verdict_item(asked.kind) in {item.code for item in asked.instrument.items}


def test_when_nobody_came_nothing_more_is_asked_about_the_visit():
    assert skipped(CallKind.REPAIR, {"handling.came": "no", "overall": 2}) == {
        "handling.on_time",
        "handling.fixed",
        "handling.attitude",
        "handling.charge",
    }
    assert skipped(CallKind.REPAIR, FINE) == {"comment.reason"}
    assert skipped(CallKind.COMPLAINT, SOLVED) == frozenset()


def test_answers_to_questions_that_make_no_sense_are_dropped():
    said = check(
        REPAIR,
        {
            "handling.came": ["no"],
            "handling.fixed": ["fixed"],
            "overall": ["4"],
            "comment.reason": ["typed before"],
            "comment.more": [" 请再来一次 "],
            "csrf_token": ["x"],
        },
        final=True,
    )

    assert said.as_json == '{"handling.came":"no","overall":4}'
    assert said.words == {"comment.more": "请再来一次"}


def test_a_step_may_be_empty_but_the_end_of_a_call_needs_the_overall_answer():
    assert check(REPAIR, {}, final=False).values == {}
    with pytest.raises(AnswersError):
        check(REPAIR, {"handling.came": ["yes"]}, final=True)
    with pytest.raises(AnswersError):
        check(COMPLAINT, {"handling.answered": ["yes"]}, final=True)
    with pytest.raises(AnswersError):
        check(REPAIR, {"handling.came": ["perhaps"]}, final=False)


@pytest.mark.parametrize("asked", [REPAIR, COMPLAINT], ids=["repair", "complaint"])
def test_a_call_takes_at_most_ninety_seconds_by_the_time_model(asked):
    assert longest_seconds(asked.instrument, areas_offered=0) <= 90


def test_no_answer_ends_a_call_after_three_tries_on_two_days_and_not_before():
    state = {
        (tries, days): next_state(CallResult.NO_ANSWER, tries=tries, days=days)
        for tries in range(1, 5)
        for days in range(1, 3)
        if days <= tries
    }

    assert {key for key, one in state.items() if one is CallState.UNREACHED} == {(3, 2), (4, 2)}
    assert set(state.values()) == {CallState.UNREACHED, CallState.WAITING}


def test_every_other_result_but_later_ends_a_call_at_once():
    ends = {one: next_state(one, tries=1, days=1) for one in CallResult}

    assert ends == {
        CallResult.COMPLETED: CallState.DONE,
        CallResult.NO_ANSWER: CallState.WAITING,
        CallResult.WRONG_NUMBER: CallState.WRONG_NUMBER,
        CallResult.REFUSED: CallState.REFUSED,
        CallResult.LATER: CallState.WAITING,
        CallResult.LANGUAGE: CallState.LANGUAGE,
    }


def test_wilson_gives_the_published_limits():
    # Newcombe (1998) Statistics in Medicine 17:857-872, table I, method 3.
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (good, n), (low, high) in published.items():
        assert wilson(good / n, n) == pytest.approx((low, high), abs=5e-5)


def test_below_ten_answers_an_office_has_no_share():
    assert office_share(9, 9).value is None
    assert office_share(9, 10).value == 0.9


def test_the_company_weights_each_office_by_its_orders():
    # By hand: (100 * 8/10 + 300 * 20/20) / 400 = .95; n = 400^2 / (100^2/10 + 300^2/20)
    # = 160000 / 5500 = 29.0909...
    found = company_share([Stratum(100, 10, 8), Stratum(300, 20, 20), Stratum(50, 0, 0)])

    assert found.value == pytest.approx(0.95)
    assert found.effective == pytest.approx(160000 / 5500)
    assert (found.low, found.high) == wilson(found.value, found.effective)
    assert found.n == 30


def test_equal_fractions_make_the_company_share_the_plain_one():
    found = company_share([Stratum(50, 10, 7), Stratum(100, 20, 18)])

    assert found.value == pytest.approx(25 / 30)
    assert found.effective == pytest.approx(30)


def test_links_are_open_for_two_weeks_and_calls_for_two_weeks_after_the_draw():
    assert rules.LINK_DAYS == 14
    assert timedelta(days=7 + 14) == rules.LAPSES_AFTER


def test_around_the_end_of_a_year_weeks_fridays_and_months_follow_the_calendar():
    new_year = datetime(2027, 1, 4, 0, tzinfo=UTC)  # Monday, 08:00 in Beijing
    last = date(2026, 12, 28)

    assert rules.week_to_draw(new_year) == last
    assert rules.week_to_draw(new_year - timedelta(seconds=1)) == date(2026, 12, 21)
    assert rules.friday_of(last) == date(2027, 1, 8)
    assert rules.month_after(rules.month_of(last)) == date(2027, 1, 1)
    december = date(2026, 12, 1)
    shown = datetime(2027, 1, 20, 16, tzinfo=UTC)  # 21 January in Beijing: 31 December and 21 days
    assert not rules.month_shown(december, shown - timedelta(seconds=1))
    assert rules.month_shown(december, shown)


def test_late_orders_are_listed_three_weeks_back_and_never_from_before_the_first_draw():
    monday = date(2027, 1, 4)

    assert rules.listed_since(None, monday) == monday
    assert rules.listed_since(date(2026, 12, 28), monday) == date(2026, 12, 28)
    assert rules.listed_since(date(2026, 1, 5), monday) == date(2026, 12, 14)
    assert rules.listed_since(date(2027, 1, 11), monday) == monday  # a missed week drawn late


def test_a_call_is_its_openers_for_fifteen_minutes():
    now = datetime(2026, 11, 2, 2, tzinfo=UTC)
    nearly = now + timedelta(minutes=15, seconds=-1)

    assert rules.holder_of(7, now, staff_id=8, now=nearly) == 7
    assert rules.holder_of(7, now, staff_id=7, now=nearly) is None
    assert rules.holder_of(7, now, staff_id=8, now=now + timedelta(minutes=15)) is None
    assert rules.holder_of(None, None, staff_id=8, now=now) is None
