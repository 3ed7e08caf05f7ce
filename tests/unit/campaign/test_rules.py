"""The return rate and the gate: worked by hand, and against exact fractions."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import BEIJING, end_of, start_of
from app.surveys.campaign.rules import GateState, GateStatus, ReturnCount, gate_status

OPENS_AT = start_of(date(2026, 11, 1))
DEADLINE = end_of(date(2026, 11, 20))  # 21 November 00:00 in Beijing = 20 November 16:00 UTC
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
MET, MISSED = ReturnCount(5, 3), ReturnCount(5, 2)


def look(
    count: ReturnCount,
    now: datetime,
    *,
    reached: datetime | None = None,
    waived: datetime | None = None,
    held: bool = False,
    kept: datetime | None = None,
) -> GateStatus:
    return gate_status(
        count,
        required_permille=600,
        opens_at=OPENS_AT,
        deadline=DEADLINE,
        rate_reached_at=reached,
        waived_at=waived,
        now=now,
        is_held=held,
        kept_t0=kept,
    )


@pytest.mark.parametrize(
    ("base", "returned", "meets", "still_needed", "percent"),
    [
        (0, 0, False, 0, "0.0"),  # nobody asked: nothing to report on
        (1, 0, False, 1, "0.0"),
        (1, 1, True, 0, "100.0"),
        (5, 2, False, 1, "40.0"),
        (5, 3, True, 0, "60.0"),  # exactly 60 % is enough
        (7, 4, False, 1, "57.1"),  # 4/7 = 57.14; five needed, 5/7 = 71.4
        (1000, 599, False, 1, "59.9"),
        (1000, 600, True, 0, "60.0"),
        (10000, 5997, False, 3, "59.9"),  # 59.97 % must not read 60.0
        (1667, 1000, False, 1, "59.9"),  # 59.988 %
        (3, 2, True, 0, "66.6"),  # 66.67 is rounded down as well
    ],
)
def test_the_rate_is_exact_at_its_edges(base, returned, meets, still_needed, percent):
    count = ReturnCount(base, returned)

    assert count.meets(600) is meets
    assert count.still_needed(600) == still_needed
    assert count.percent_text() == percent


@given(base=st.integers(1, 10**6), data=st.data(), permille=st.integers(1, 1000))
def test_the_rate_agrees_with_exact_fractions(base, data, permille):
    count = ReturnCount(base, data.draw(st.integers(0, base)))

    assert count.meets(permille) is (Fraction(count.returned, base) >= Fraction(permille, 1000))
    needed = count.returned + count.still_needed(permille)
    assert ReturnCount(base, needed).meets(permille)
    if count.still_needed(permille):
        assert not ReturnCount(base, needed - 1).meets(permille)
    assert Fraction(count.percent_text()) <= Fraction(100 * count.returned, base)
    assert Fraction(100 * count.returned, base) - Fraction(count.percent_text()) < Fraction(1, 10)


@given(base=st.integers(1, 10**6), data=st.data())
def test_at_sixty_percent_the_rule_is_five_returned_to_three_of_the_base(base, data):
    returned = data.draw(st.integers(0, base))
    assert ReturnCount(base, returned).meets(600) is (5 * returned >= 3 * base)


def test_more_returns_than_homes_cannot_be_counted():
    with pytest.raises(ValueError, match="6 of 5"):
        ReturnCount(5, 6)


@pytest.mark.parametrize("count", [MET, MISSED])
def test_the_gate_opens_on_the_first_second_of_its_first_day_in_beijing(count):
    reached = OPENS_AT if count is MET else None

    assert look(count, OPENS_AT - SECOND, reached=reached).state is GateState.NOT_OPEN
    assert look(count, OPENS_AT, reached=reached).state is GateState.COLLECTING
    assert datetime(2026, 11, 1, 0, 0, tzinfo=BEIJING) == OPENS_AT


def test_the_last_day_counts_to_its_last_second_in_beijing():
    last_second = datetime(2026, 11, 20, 23, 59, 59, tzinfo=BEIJING)

    assert look(MISSED, last_second).state is GateState.COLLECTING
    assert look(MISSED, last_second + SECOND).state is GateState.EXTENDED
    assert last_second + SECOND == datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


def test_early_success_does_not_start_the_clock():
    reached = OPENS_AT + 3 * DAY

    before = look(MET, DEADLINE - SECOND, reached=reached)
    assert (before.state, before.t0, before.is_released) == (GateState.COLLECTING, None, False)

    after = look(MET, DEADLINE, reached=reached)
    assert (after.state, after.t0, after.is_released) == (GateState.RELEASED, DEADLINE, True)
    assert after.due_at == DEADLINE + timedelta(days=7)
    assert after.follow_up_due_at == DEADLINE + timedelta(days=14)
    assert not after.is_indicative


@pytest.mark.parametrize("offset", [-SECOND, timedelta(0), SECOND])
def test_t0_is_the_later_of_rate_and_deadline(offset):
    status = look(MET, DEADLINE + DAY, reached=DEADLINE + offset)
    assert status.t0 == max(DEADLINE, DEADLINE + offset)


def test_late_success_in_extended_collection_starts_the_clock():
    late = DEADLINE + 3 * DAY + 5 * SECOND

    waiting = look(MISSED, late - SECOND)
    assert (waiting.state, waiting.t0, waiting.still_needed) == (GateState.EXTENDED, None, 1)
    assert not waiting.is_released

    status = look(MET, late, reached=late)
    assert (status.state, status.t0) == (GateState.RELEASED, late)
    assert status.due_at == late + timedelta(days=7)


def test_a_waiver_starts_the_same_clocks_and_makes_results_indicative():
    waived = DEADLINE + 2 * DAY

    status = look(MISSED, waived + SECOND, waived=waived)

    assert (status.state, status.t0) == (GateState.WAIVED, waived)
    assert (status.due_at, status.follow_up_due_at) == (waived + 7 * DAY, waived + 14 * DAY)
    assert status.is_released
    assert status.is_indicative


def test_a_rate_reached_after_a_waiver_changes_nothing_that_was_said():
    waived = DEADLINE + 2 * DAY
    before = look(MISSED, waived + DAY, waived=waived)
    after = look(MET, waived + DAY, waived=waived, reached=waived + SECOND)
    assert after == replace(before, still_needed=0)


def test_nobody_left_in_the_base_releases_nothing():
    status = look(ReturnCount(0, 0), DEADLINE + DAY)
    assert (status.state, status.is_released) == (GateState.EXTENDED, False)


def test_a_rate_that_is_met_was_reached_at_some_instant():
    with pytest.raises(ValueError, match="reached"):
        look(MET, DEADLINE)


@pytest.mark.parametrize(
    ("now", "days"),
    [
        (datetime(2026, 10, 31, 23, 59, 59, tzinfo=BEIJING), None),  # not open
        (datetime(2026, 11, 1, 0, 0, tzinfo=BEIJING), 20),
        (datetime(2026, 11, 19, 0, 0, 1, tzinfo=BEIJING), 2),
        (datetime(2026, 11, 20, 0, 0, tzinfo=BEIJING), 1),  # the last day is still a day
        (datetime(2026, 11, 20, 23, 59, 59, tzinfo=BEIJING), 1),
        (datetime(2026, 11, 21, 0, 0, tzinfo=BEIJING), 0),  # extended
        (datetime(2026, 12, 30, 0, 0, tzinfo=BEIJING), 0),
    ],
)
def test_days_left_count_the_begun_day(now, days):
    assert look(MISSED, now).days_left == days


@pytest.mark.parametrize(
    ("after", "days"),
    [(0 * DAY, 7), (SECOND, 7), (6 * DAY + SECOND, 1), (7 * DAY, 0), (9 * DAY, -2)],
)
def test_days_left_of_the_seven_days_go_below_zero_when_overdue(after, days):
    assert look(MET, DEADLINE + after, reached=OPENS_AT).days_left == days


instants = st.integers(-40 * 86400, 40 * 86400).map(lambda s: DEADLINE + timedelta(seconds=s))


def test_a_hold_shuts_results_and_stops_no_clock():
    reached = DEADLINE + DAY
    opened = look(MET, DEADLINE + 2 * DAY, reached=reached)
    held = look(MET, DEADLINE + 2 * DAY, reached=reached, held=True)

    assert (held.state, held.is_released, held.is_held) == (GateState.HELD, False, True)
    assert (held.t0, held.due_at, held.days_left) == (reached, opened.due_at, opened.days_left)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (OPENS_AT - SECOND, GateState.NOT_OPEN),
        (DEADLINE - SECOND, GateState.COLLECTING),
        (DEADLINE, GateState.EXTENDED),
    ],
)
def test_a_hold_before_t0_leaves_the_state_and_is_told(now, state):
    status = look(MISSED, now, held=True)
    assert (status.state, status.is_held, status.is_released) == (state, True, False)


def test_a_hold_goes_before_a_waiver_and_the_results_stay_indicative():
    waived = DEADLINE + DAY
    status = look(MISSED, waived, waived=waived, held=True)
    assert (status.state, status.t0) == (GateState.HELD, waived)
    assert (status.is_released, status.is_indicative) == (False, True)


def test_what_was_said_at_the_freeze_stays_when_the_count_falls():
    status = look(MISSED, DEADLINE + 3 * DAY, kept=DEADLINE + DAY)
    assert (status.state, status.t0) == (GateState.RELEASED, DEADLINE + DAY)
    assert status.still_needed == 1


@given(
    base=st.integers(0, 40),
    data=st.data(),
    reached=instants,
    waived=st.none() | instants,
    kept=st.none() | instants,
    held=st.booleans(),
    now=instants,
)
def test_results_are_seen_exactly_after_t0(base, data, reached, waived, kept, held, now):
    """The definition in words, at any instant, with clocks that ran ahead and were set back."""
    count = ReturnCount(base, data.draw(st.integers(0, base)))
    status = look(count, now, reached=reached, waived=waived, held=held, kept=kept)

    causes = [kept, waived, reached if count.meets(600) else None]
    cause = next((one for one in causes if one is not None), None)
    expected = cause is not None and now >= DEADLINE and now >= cause
    assert status.is_released is (expected and not held)
    assert status.is_held is held
    assert status.t0 == (max(cause, DEADLINE) if expected else None)
    assert status.is_indicative is (expected and waived is not None)
    assert (status.state is GateState.HELD) is (expected and held)
