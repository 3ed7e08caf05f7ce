"""Excess over peers: what is usual adds nothing, what one community has alone does."""

import pytest

from app.surveys.integrity.facts import Measured
from app.surveys.integrity.score import judge
from app.surveys.integrity.stored import (
    read_reasons,
    read_signals,
    write_reasons,
    write_signals,
)
from app.surveys.integrity.thresholds import HIGH, MOST, USUAL


def company(size, **own):
    """Return communities where 10 of 200 phone answers are straight lines, but for `own`."""
    made = {at: [Measured("straight", "phone", count=10, base=200)] for at in range(1, size)}
    return made | {99: [Measured(**{"code": "straight", "mode": "phone", "base": 200, **own})]}


def test_genuine_straight_lines_that_everybody_has_add_nothing():
    scores = judge(company(20, count=11))
    assert [score.value for score in scores.values()] == [0.0] * 20
    assert not any(score.is_high for score in scores.values())


def test_one_signal_alone_counts_up_to_its_limit():
    score = judge(company(20, count=150))[99]
    (reason,) = score.said
    assert reason.unusual > MOST
    assert score.value == pytest.approx(0.5 * (MOST - USUAL))  # its weight is one half
    assert (reason.count, reason.base, reason.here) == (150, 200, 0.75)
    assert reason.peers == pytest.approx(0.05)


def test_an_excess_is_measured_on_the_arcsine_scale():
    # All peers alike, so their spread is 0 and the error is 1/(4n). By hand:
    # 2 sqrt(200) (asin sqrt(20.375/200.75) - asin sqrt(10.375/200.75)) = 2.677... standard errors.
    score = judge(company(20, count=20))[99]
    assert score.reasons[0].unusual == pytest.approx(2.63, abs=0.06)


def test_ways_of_answering_are_compared_with_the_same_way():
    # On paper everybody copies less on phones: a community with much paper is as it should be.
    made = {
        at: [
            Measured("straight", "paper", count=6, base=20),
            Measured("straight", "phone", count=9, base=180),
        ]
        for at in range(1, 20)
    }
    made[99] = [
        Measured("straight", "paper", count=54, base=180),
        Measured("straight", "phone", count=1, base=20),
    ]
    score = judge(made)[99]
    assert score.value == 0
    assert score.reasons[0].peers == pytest.approx(0.275)  # (180 x 0.3 + 20 x 0.05) / 200


def test_fewer_than_eight_peers_say_nothing_and_earlier_campaigns_stand_in():
    few = company(5, count=150)
    assert all(not score.reasons for score in judge(few).values())
    earlier = [[Measured("straight", "phone", count=10, base=200)]] * 6
    assert judge(few, others=earlier)[99].value > 0


def test_two_families_or_one_extreme_signal_are_needed_for_more_calls():
    made = company(20, count=22)
    made[99] += [Measured("night", "phone", count=30, base=200)]
    for at in range(1, 20):
        made[at] += [Measured("night", "phone", count=6, base=200)]
    score = judge(made)[99]
    assert score.is_high == (score.value >= HIGH)
    assert {one.code for one in score.said} == {"straight", "night"}


def test_what_is_stored_comes_back():
    joint = Measured("joint", base=50, value=0.25, stderr=0.125)
    signals = (joint, Measured("night", "phone", 1, 9))
    assert read_signals(write_signals(signals)) == signals
    reasons = judge(company(20, count=150))[99].reasons
    assert read_reasons(write_reasons(reasons))[0].code == "straight"
