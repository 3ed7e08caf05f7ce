"""The forecast: certain where it must be, silent where it may not speak, honest in between."""

from math import comb, log

import pytest

from app.surveys.response.progress.forecast import (
    Progress,
    Verdict,
    _log_chance,
    _shortest,
    forecast,
)
from app.surveys.response.progress.shapes import Calendar, Earlier, weekday_factors
from benchmarks.forecast import LOOKS, measure

CALENDAR = Calendar(days=20, reminders=(7, 14))
EVEN = (30,) * 10  # 30 of 1,000 homes come back every day


def at(done, *, base=1000, needed=600, today=0):
    return Progress(tuple(done), today, 1.0, base, needed)


def test_a_reached_rate_is_not_foretold() -> None:
    assert forecast(at([600]), CALENDAR).verdict is Verdict.REACHED
    assert forecast(at([599], today=1), CALENDAR).verdict is Verdict.REACHED


def test_nothing_is_said_before_six_days_without_an_earlier_campaign() -> None:
    assert forecast(at([90] * 5), CALENDAR).verdict is Verdict.TOO_EARLY
    assert forecast(at([90] * 6), CALENDAR).verdict is not Verdict.TOO_EARLY
    earlier = (Earlier((60,) * 20, 1000, True),)
    assert forecast(at([]), CALENDAR, earlier).verdict is not Verdict.TOO_EARLY


def test_nobody_asked_is_nothing_to_foretell() -> None:
    assert forecast(at([], base=0, needed=0), CALENDAR).verdict is Verdict.TOO_EARLY


def test_one_home_missing_at_thirty_a_day_is_reached_today() -> None:
    found = forecast(at(EVEN, needed=301), CALENDAR)
    assert (found.verdict, found.early, found.late) == (Verdict.IN_TIME, 10, 10)


def test_hopeless_campaigns_hear_it_plainly() -> None:
    found = forecast(at([20, 10, 5, 2, 1, 0, 0, 0, 0, 0, 0, 0]), CALENDAR)
    assert found.verdict is Verdict.NOT_AT_THIS_PACE
    assert (found.early, found.late) == (None, None)


def test_after_the_horizon_nothing_more_is_promised() -> None:
    assert forecast(at([5] * 60), CALENDAR).verdict is Verdict.NOT_AT_THIS_PACE


def test_an_earlier_campaign_narrows_the_interval() -> None:
    curve = tuple(round(95 * 0.86**day) + (25 if day in (7, 8, 14, 15) else 0) for day in range(23))
    done = curve[:6]
    alone = forecast(at(done), CALENDAR)
    taught = forecast(at(done), CALENDAR, (Earlier(curve, 1000, True), Earlier(curve, 1000, True)))
    reached = next(day for day in range(23) if sum(curve[: day + 1]) >= 600)
    assert taught.early is not None
    assert taught.late is not None
    assert taught.early <= reached <= taught.late
    assert alone.late is None or taught.late - taught.early < alone.late - alone.early


def test_more_returns_today_never_put_the_day_off() -> None:
    found = [forecast(at(EVEN, today=today), CALENDAR) for today in (0, 60, 120, 240)]
    chances = [one.in_time for one in found]
    assert chances == sorted(chances)
    assert chances[0] < chances[-1]


def test_the_fan_widens_and_never_falls() -> None:
    fan = forecast(at(EVEN), CALENDAR, with_fan=True).fan
    assert [one.day for one in fan] == list(range(10, 20))
    widths = [one.high - one.low for one in fan]
    assert widths == sorted(widths)
    assert all(300 <= one.low <= one.middle <= one.high <= 1000 for one in fan)
    assert [one.middle for one in fan] == sorted(one.middle for one in fan)


@pytest.mark.parametrize(
    ("chances", "interval"),
    [
        # 90 % on the sixth day: it is the interval.
        ([(5, 0.05), (6, 0.95), (7, 1.0)], (6, 6)),
        # 30, 30, 30, 10: the shortest run with 80 % is the first three days.
        ([(5, 0.3), (6, 0.6), (7, 0.9), (8, 1.0)], (5, 7)),
        # 15 % never: it can be left out; 25 % never: it cannot.
        ([(5, 0.5), (6, 0.85)], (5, 6)),
        ([(5, 0.15), (6, 0.75)], (6, None)),
        # 90 % never.
        ([(5, 0.05), (6, 0.1)], (None, None)),
    ],
)
def test_the_interval_is_the_shortest_run_with_eighty_percent(chances, interval) -> None:
    assert _shortest(chances, 5) == interval


def test_the_chance_of_a_day_is_the_negative_binomial() -> None:
    # Size 3, mean 6: p = 3/9; P(2) = C(4, 2) p^3 (1 - p)^2.
    expected = comb(4, 2) * (1 / 3) ** 3 * (2 / 3) ** 2
    assert _log_chance(2, 6.0, 3.0) == pytest.approx(log(expected))


def test_weekdays_are_learnt_from_level_weeks() -> None:
    # Ten weeks of 10 a day, 20 on Saturdays: each Saturday is 20 over a mean week's 80/7.
    series = [((10, 10, 10, 10, 10, 20, 10) * 10, 0)]
    factors = weekday_factors(series)
    assert max(factors) == factors[5]
    assert factors[5] == pytest.approx(1.75 / 1.0, rel=0.12)
    assert weekday_factors([((5,) * 6, 2)]) == pytest.approx((1.0,) * 7)


@pytest.mark.heavy
@pytest.mark.parametrize("known", [False, True])
def test_intervals_hold_the_true_day_in_about_eighty_percent(known) -> None:
    """Short form of `python -m benchmarks.forecast`: all days of forecast together."""
    rows = measure(60, 7, known=known)
    assert set(rows) == set(LOOKS)
    total = sum(count for _share, _width, count in rows.values())
    held = sum(share * count for share, _width, count in rows.values()) / total
    assert 0.7 <= held <= 0.9
