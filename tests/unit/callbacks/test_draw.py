"""The weekly draw: a fifth exactly, the same from its seed everywhere, all equally likely."""

import hashlib
import hmac
import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.service.callbacks.rules import (
    commitment_of,
    draw_week,
    friday_of,
    month_shown,
    week_shown_until,
    week_to_draw,
    weeks_missed,
)

SEED = bytes(range(32))


@given(st.sets(st.integers(1, 10**9), max_size=60), st.binary(min_size=32, max_size=32))
def test_exactly_a_fifth_rounded_up_is_drawn_of_the_list_and_nothing_else(orders, seed):
    drawn = draw_week(sorted(orders), seed)

    assert 5 * len(drawn) >= len(orders) > 5 * (len(drawn) - 1) or (not orders and not drawn)
    assert len(set(drawn)) == len(drawn)
    assert set(drawn) <= orders


@given(st.permutations(range(1, 24)))
def test_neither_the_order_of_the_list_nor_a_repetition_changes_the_draw(listed):
    assert draw_week([*listed, *listed[:5]], SEED) == draw_week(range(1, 24), SEED)


def test_a_draw_is_the_first_fifth_by_hmac_of_the_key_under_the_seed():
    # [8, 18, 3, 11] is what OpenSSL's `dgst -mac HMAC` and `sort` give for the same list.
    ranked = sorted(
        range(1, 21), key=lambda one: hmac.new(SEED, b"%d" % one, hashlib.sha256).hexdigest()
    )

    assert draw_week(range(1, 21), SEED) == ranked[:4] == [8, 18, 3, 11]


def test_another_process_with_other_hash_seeds_draws_the_same():
    code = (
        "import json,sys; from app.service.callbacks.rules import draw_week;"
        "print(json.dumps(draw_week(range(1, 51), bytes(range(32)))))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "4711"},
        check=True,
        capture_output=True,
        text=True,
    )

    assert json.loads(answer.stdout) == draw_week(range(1, 51), SEED)


def test_each_order_is_drawn_about_as_often_as_every_other():
    # 400 draws of 10 out of 50 (benchmarks/call_backs.py: 10,000): each is expected 80 times. Of a
    # draw without replacement the statistic follows chi-square with 49 degrees of freedom when it
    # is divided by (1 - 10/50); 0.1 % of such draws exceed 85.35 (tables of chi-square).
    counts = dict.fromkeys(range(1, 51), 0)
    for number in range(400):
        for one in draw_week(range(1, 51), hashlib.sha256(b"%d" % number).digest()):
            counts[one] += 1
    statistic = sum((count - 80) ** 2 / 80 for count in counts.values()) / (1 - 10 / 50)

    assert statistic < 85.35


def test_a_commitment_is_the_sha_256_of_the_seed():
    # The digest of 32 zero bytes, as published in many places.
    assert commitment_of(bytes(32)) == (
        "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
    )


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        # 2 November 2026 is a Monday; 08:00 in Beijing is 00:00 in UTC.
        (datetime(2026, 11, 1, 23, 59, tzinfo=UTC), date(2026, 10, 19)),
        (datetime(2026, 11, 2, 0, 0, tzinfo=UTC), date(2026, 10, 26)),
        (datetime(2026, 11, 8, 15, 59, tzinfo=UTC), date(2026, 10, 26)),
        (datetime(2027, 1, 3, 23, 59, tzinfo=UTC), date(2026, 12, 21)),
        (datetime(2027, 1, 4, 0, 0, tzinfo=UTC), date(2026, 12, 28)),
    ],
)
def test_the_week_before_is_drawn_from_monday_eight_in_the_morning_on(now, monday):
    assert week_to_draw(now) == monday


def test_missed_weeks_are_drawn_late_the_oldest_first_and_the_very_first_time_only_one():
    newest = date(2026, 10, 26)

    assert weeks_missed(None, newest, most=8) == [newest]
    assert weeks_missed(date(2026, 10, 5), newest, most=8) == [
        date(2026, 10, 12),
        date(2026, 10, 19),
        newest,
    ]
    assert weeks_missed(newest, newest, most=8) == []
    assert weeks_missed(newest - timedelta(weeks=52), newest, most=8)[0] == date(2026, 9, 7)


def test_calls_of_a_week_are_wanted_by_the_friday_after_it():
    assert friday_of(date(2026, 10, 26)) == date(2026, 11, 6)


def test_what_an_office_sees_hangs_on_the_calendar_alone():
    monday = date(2026, 10, 26)
    last_hidden = datetime(2026, 11, 15, 15, 59, tzinfo=UTC)  # 23:59 on the 20th day after it

    assert week_shown_until(last_hidden) < monday
    assert week_shown_until(last_hidden + timedelta(minutes=1)) == monday
    assert not month_shown(date(2026, 10, 1), datetime(2026, 11, 20, tzinfo=UTC))
    assert month_shown(date(2026, 10, 1), datetime(2026, 11, 21, tzinfo=UTC))
